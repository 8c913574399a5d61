<?php
/**
 * Where the settings of a shop were saved. A shop that finds itself elsewhere may be a copy - a staging site - and must
 * not send to the original's API until somebody has said which it is.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Settings;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\Database;

final class Place
{
    /** The shop's main address as shop_url has it, without scheme; '' when it has none. */
    public static function current(int $idShop): string
    {
        return (string) Database::value(
            'SELECT CONCAT(domain_ssl, physical_uri, virtual_uri) FROM ' . Database::table('shop_url') . '
            WHERE id_shop = ' . $idShop . ' AND main = 1 ORDER BY id_shop_url LIMIT 1'
        );
    }

    /** Where the settings were saved; '' when that was never noted. */
    public static function saved(int $idShop): string
    {
        return (string) Store::read(Table::PLACE, $idShop);
    }

    public static function isCopy(int $idShop): bool
    {
        $saved = self::saved($idShop);

        return $saved !== '' && $saved !== self::current($idShop);
    }

    public static function note(int $idShop): bool
    {
        return Store::writeForShop(Table::PLACE, self::current($idShop), $idShop);
    }

    /**
     * Shops added later have no place of their own, and would be taken for copies of the first one. As long as the
     * installation is where it was, they belong to it.
     *
     * @param int[] $shops
     */
    public static function adopt(array $shops): bool
    {
        $main = (int) \Configuration::get('PS_SHOP_DEFAULT');
        if (!\Shop::isFeatureActive() || self::saved($main) !== self::current($main)) {
            return true;
        }
        $done = true;
        foreach ($shops as $idShop) {
            $done = (\Configuration::hasKey(Table::PLACE, null, null, $idShop) || self::note($idShop)) && $done;
        }

        return $done;
    }

    /** The answer "it is a copy": forgets where the original sends to, and becomes an installation of its own. */
    public static function becomeCopy(int $idShop): bool
    {
        return Store::writeForShop(Table::PAUSE, '1', $idShop)
            && Store::writeForShop(Table::URL, '', $idShop)
            && Store::writeForShop(Table::TOKEN, '', $idShop)
            && Installation::renewUuid()
            && self::note($idShop);
    }
}
