<?php
/**
 * To 1.0.0: nothing but what every upgrade does - make what is missing, keep what is there.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

function upgrade_module_1_0_0($module)
{
    return $module->prepare();
}
