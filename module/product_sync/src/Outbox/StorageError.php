<?php
/**
 * A statement that the database refused. The product is not lost: the sweep finds it again.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class StorageError extends \RuntimeException
{
}
