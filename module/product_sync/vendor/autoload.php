<?php
/**
 * PrestaShop's console includes this file of every module before it looks for commands. There is nothing of composer here.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

require_once __DIR__ . '/../src/autoload.php';
