<?php
/**
 * What the module keeps for the whole installation: made at install, removed at uninstall. Repeatable.
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

final class Installation
{
    /** So many former UUIDs are remembered. */
    const FORMER = 5;

    /** Install, upgrade and reset: makes what is missing and changes nothing that is there. */
    public static function prepare(): bool
    {
        $done = self::keep(Table::UUID, function () { return self::newUuid(); })
            && self::keep(Table::CRON_TOKEN, function () { return self::newCronToken(); })
            && self::keep(Table::WATERMARK, function () { return self::highestProduct(); });
        foreach (\Shop::getShops(false, null, true) as $idShop) {
            $done = $done && (Place::saved((int) $idShop) !== '' || Place::note((int) $idShop));
        }

        return $done;
    }

    /** Uninstall: everything the module wrote, and nothing it did not. */
    public static function remove(): bool
    {
        $names = array_diff(array_keys(Table::all()), [Table::URL, Table::TOKEN]);
        $names = array_merge($names, Ownership::owned(), Table::internal());
        $done = true;
        foreach ($names as $name) {
            $done = Store::delete($name) && $done;
        }

        return $done;
    }

    public static function uuid(): string
    {
        return (string) Store::readGlobal(Table::UUID);
    }

    /**
     * For a copy of an installation: its messages are others than the original's, and so must be their keys. The former ones stay known:
     * rows that wait were made under them, and a relay tells by their key whether they are whole.
     */
    public static function renewUuid(): bool
    {
        $former = array_filter(array_merge([self::uuid()], explode(',', (string) Store::readGlobal(Table::UUID_BEFORE))));

        return Store::writeGlobal(Table::UUID_BEFORE, implode(',', array_slice($former, 0, self::FORMER)))
            && Store::writeGlobal(Table::UUID, self::newUuid());
    }

    public static function watermark(): int
    {
        return (int) Store::readGlobal(Table::WATERMARK);
    }

    /** No product is left that was there at the installation. */
    public static function beginNumbersAnew(): bool
    {
        return Store::writeGlobal(Table::WATERMARK, '0');
    }

    public static function cronToken(): string
    {
        return (string) Store::readGlobal(Table::CRON_TOKEN);
    }

    /** The old address stops working at once. */
    public static function renewCronToken(): bool
    {
        return Store::writeGlobal(Table::CRON_TOKEN, self::newCronToken());
    }

    private static function keep(string $name, callable $make): bool
    {
        return (string) Store::readGlobal($name) !== '' || Store::writeGlobal($name, $make());
    }

    private static function newCronToken(): string
    {
        return bin2hex(random_bytes(32));
    }

    /** RFC 9562 section 5.4: version 4. */
    private static function newUuid(): string
    {
        $bytes = random_bytes(16);
        $bytes[6] = chr(ord($bytes[6]) & 0x0f | 0x40);
        $bytes[8] = chr(ord($bytes[8]) & 0x3f | 0x80);

        return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($bytes), 4));
    }

    private static function highestProduct(): string
    {
        return (string) (int) Database::value('SELECT MAX(id_product) FROM ' . Database::table('product'));
    }
}
