<?php
/**
 * What install, reset and upgrade do alike: make what is missing, keep what is there.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Settings\Installation;
use ProductSync\Settings\Store;
use ProductSync\Settings\Table;

final class Setup
{
    public static function run(): bool
    {
        // Without the table nobody knows what was sent. Rather begin anew here than send a whole catalogue twice.
        if (!Schema::hasOutbox()) {
            Store::writeGlobal(Table::WATERMARK, '');
        }

        return Schema::install() && Installation::prepare();
    }
}
