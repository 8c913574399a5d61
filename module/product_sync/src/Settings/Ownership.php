<?php
/**
 * MY_API_URL and MY_API_TOKEN may belong to something else in the shop: which of them did this module write?
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

final class Ownership
{
    /** @return string[] names that the module wrote, and may overwrite and remove */
    public static function owned(): array
    {
        $text = (string) Store::readGlobal(Table::OWNS);

        return array_values(array_intersect([Table::URL, Table::TOKEN], explode(',', $text)));
    }

    /** A value stands there that came from elsewhere. */
    public static function isForeign(string $name): bool
    {
        return in_array($name, [Table::URL, Table::TOKEN], true)
            && !in_array($name, self::owned(), true)
            && self::isStored($name);
    }

    public static function claim(string $name): bool
    {
        $owned = self::owned();
        if (in_array($name, $owned, true)) {
            return true;
        }
        $owned[] = $name;

        return Store::writeGlobal(Table::OWNS, implode(',', $owned));
    }

    /** In any shop, group or globally. */
    private static function isStored(string $name): bool
    {
        return Database::value(
            'SELECT 1 FROM ' . Database::table('configuration') . ' WHERE name = ' . Database::quote($name) . ' AND value <> \'\' LIMIT 1'
        ) !== null;
    }
}
