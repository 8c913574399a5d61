<?php
/**
 * What an anonymous visitor pays for one piece of the default combination. To be called inside ShopContext, with Caches dropped.
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

final class Price
{
    /** As text with the currency's digits; null: the product has no price in this shop. */
    public static function read(int $idProduct, Choices $choices): ?string
    {
        $context = \Context::getContext();
        $digits = self::digits($context->currency);
        $price = $choices->regular ? self::regular($idProduct, $choices->withTax) : self::get($idProduct, $choices->withTax, true, $specific);

        // Core's own rounding, as the shop's configuration has it, and once.
        return $price === null ? null : Money::text((float) \Tools::ps_round($price, $digits), $digits);
    }

    private static function get(int $idProduct, bool $withTax, bool $withDiscounts, &$ret_specific): ?float
    {
        $ret_specific = null;
        $price = \Product::getPriceStatic(
            $idProduct,
            $withTax,
            null,
            6,
            null,
            false,
            $withDiscounts,
            1,
            false,
            null,
            null,
            null,
            $ret_specific,
            true,
            $withDiscounts
        );

        return is_numeric($price) ? (float) $price : null; // null for a product without a row for the shop
    }

    /**
     * Without discounts core still takes a specific price that is a price of its own. Then it is asked again as if the
     * shop had no specific prices at all: Configuration::set() lasts for this request and is put back.
     */
    private static function regular(int $idProduct, bool $withTax): ?float
    {
        $price = self::get($idProduct, $withTax, false, $specific);
        if (!self::isFixed($specific)) {
            return $price;
        }
        $name = 'PS_SPECIFIC_PRICE_FEATURE_ACTIVE';
        $was = \Configuration::get($name);
        try {
            \Configuration::set($name, 0);
            \Product::flushPriceCache();
            $price = self::get($idProduct, $withTax, false, $specific);
        } finally {
            \Configuration::set($name, $was);
            \Product::flushPriceCache();
        }

        // 1.7.8 remembers for the whole request whether there are specific prices.
        return self::isFixed($specific) ? self::ofTables($idProduct, $withTax) : $price;
    }

    private static function isFixed($specific): bool
    {
        return isset($specific['price']) && (float) $specific['price'] >= 0;
    }

    /** Price of the product and of its default combination, in the shop's currency, with core's own tax. */
    private static function ofTables(int $idProduct, bool $withTax): ?float
    {
        $context = \Context::getContext();
        $base = Database::value(
            'SELECT ps.price + IFNULL(pas.price, 0) FROM ' . Database::table('product_shop') . ' ps
            LEFT JOIN ' . Database::table('product_attribute_shop') . ' pas ON pas.id_product = ps.id_product
                AND pas.id_shop = ps.id_shop AND pas.default_on = 1
            WHERE ps.id_product = ' . $idProduct . ' AND ps.id_shop = ' . (int) $context->shop->id
        );
        if ($base === null) {
            return null;
        }
        $price = (float) \Tools::convertPrice((float) $base, $context->currency);
        if (!$withTax || !\Configuration::get('PS_TAX')) {
            return $price;
        }
        $group = \Product::getIdTaxRulesGroupByIdProduct($idProduct, $context);

        return (float) \TaxManagerFactory::getManager(\Address::initialize(null, true), $group)->getTaxCalculator()->addTaxes($price);
    }

    private static function digits($currency): int
    {
        return isset($currency->precision) && is_numeric($currency->precision) ? (int) $currency->precision : 2;
    }
}
