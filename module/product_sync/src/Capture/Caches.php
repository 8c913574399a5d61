<?php
/**
 * Core remembers prices and stocks for the length of a request, and remembers them too early: at the end of a save a cached stock is
 * that of its beginning. So all of it is dropped before reading, and again after, so that nothing stays that was put there
 * by reading at an odd moment.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Caches
{
    const KEYS = [
        'StockAvailable::getQuantityAvailableByProduct_*',
        'product_id_tax_rules_group_*',
        'Address::initialize_*', // by country only, though the shop's own address differs from shop to shop
    ];

    public static function drop()
    {
        foreach (self::KEYS as $key) {
            \Cache::clean($key);
        }
        \Product::flushPriceCache();
        \SpecificPrice::flushCache();
        self::call('Pack', 'resetStaticCache');
        self::dropDefaultCombinations();
    }

    private static function call(string $class, string $method)
    {
        if (method_exists($class, $method)) {
            $class::$method();
        }
    }

    /** Core has no call that forgets these without reading them anew, or without forgetting much else. */
    private static function dropDefaultCombinations()
    {
        if (property_exists('Product', '_combinations')) {
            $drop = \Closure::bind(static function () {
                static::$_combinations = [];
            }, null, 'Product');
            $drop();
        }
    }
}
