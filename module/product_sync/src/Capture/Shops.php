<?php
/**
 * The shops that want rows: they have somewhere to send them, and the module is on there.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\Database;
use ProductSync\Settings\Settings;

final class Shops
{
    const MODULE = 'product_sync';

    /** @return int[] */
    public static function wanted(): array
    {
        return array_values(array_filter(self::on(), function (int $idShop) {
            return Settings::ofShop($idShop)->isWanted();
        }));
    }

    /** @return int[] shops in which the module is on */
    public static function on(): array
    {
        $rows = Database::rows(
            'SELECT ms.id_shop FROM ' . Database::table('module') . ' m
            JOIN ' . Database::table('module_shop') . ' ms ON ms.id_module = m.id_module
            JOIN ' . Database::table('shop') . ' s ON s.id_shop = ms.id_shop AND s.deleted = 0
            WHERE m.name = ' . Database::quote(self::MODULE) . ' AND m.active = 1 ORDER BY ms.id_shop'
        );

        return array_map('intval', array_column($rows, 'id_shop'));
    }
}
