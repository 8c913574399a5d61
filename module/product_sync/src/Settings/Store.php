<?php
/**
 * Configuration, with the shop named at each call instead of taken from the context.
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

final class Store
{
    /** The value that holds for a shop, null when there is none at all. */
    public static function read(string $name, int $idShop): ?string
    {
        return self::textOf(\Configuration::get($name, null, self::groupOf($idShop), $idShop));
    }

    /** The value that holds where the back office's shop selector points. */
    public static function readInContext(string $name): ?string
    {
        return self::textOf(\Configuration::get($name));
    }

    public static function readGlobal(string $name): ?string
    {
        return self::textOf(\Configuration::getGlobalValue($name));
    }

    /**
     * @param string[] $names
     * @param bool $isOfAll a value of a shop's group counts as its own: it hides one for all shops
     *
     * @return int[] those of the shops that have a value of their own for one of the names
     */
    public static function shopsWithOwn(array $names, array $shops, bool $isOfAll): array
    {
        $rows = Database::rows(
            'SELECT DISTINCT s.id_shop FROM ' . Database::table('configuration') . ' c
            JOIN ' . Database::table('shop') . ' s ON c.id_shop = s.id_shop'
            . ($isOfAll ? ' OR (c.id_shop IS NULL AND c.id_shop_group = s.id_shop_group)' : '')
            . ' WHERE c.name IN (' . implode(', ', array_map([Database::class, 'quote'], $names)) . ')
            AND s.id_shop IN (' . Database::ids($shops) . ') ORDER BY s.id_shop'
        );

        return array_map('intval', array_column($rows, 'id_shop'));
    }

    /** Writes where the back office's shop selector points: one shop, a group, or all. */
    public static function writeInContext(string $name, string $value): bool
    {
        return (bool) \Configuration::updateValue($name, $value);
    }

    public static function writeGlobal(string $name, string $value): bool
    {
        return (bool) \Configuration::updateGlobalValue($name, $value);
    }

    /** A value of the shop's own; without several shops core keeps it as the global one. */
    public static function writeForShop(string $name, string $value, int $idShop): bool
    {
        if (!\Shop::isFeatureActive()) {
            return self::writeGlobal($name, $value);
        }

        return (bool) \Configuration::updateValue($name, $value, false, self::groupOf($idShop), $idShop);
    }

    /** Removes every value of that name, in all shops. */
    public static function delete(string $name): bool
    {
        return (bool) \Configuration::deleteByName($name);
    }

    /** @param mixed $value core says false, or null, for none */
    private static function textOf($value): ?string
    {
        return $value === false || $value === null ? null : (string) $value;
    }

    private static function groupOf(int $idShop): ?int
    {
        $group = \Shop::getGroupFromShop($idShop, true);

        return $group ? (int) $group : null;
    }
}
