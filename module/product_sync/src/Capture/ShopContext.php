<?php
/**
 * Does something as an anonymous visitor of a shop, and puts everything back. Price and stock are read by core from the real Context
 * and from Shop's, so a clone of the Context does not do.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class ShopContext
{
    const FIELDS = ['shop', 'currency', 'country', 'customer', 'cart'];

    /** @return mixed what $work returns */
    public static function run(int $idShop, callable $work)
    {
        $context = \Context::getContext();
        $fields = [];
        foreach (self::FIELDS as $field) {
            $fields[$field] = $context->{$field};
        }
        $scope = [\Shop::getContext(), \Shop::getContextShopID(), \Shop::getContextShopGroupID()];
        try {
            self::enter($context, $idShop);

            return $work();
        } finally {
            foreach ($fields as $field => $value) {
                $context->{$field} = $value;
            }
            self::restoreScope($scope);
        }
    }

    private static function enter(\Context $context, int $idShop)
    {
        \Shop::setContext(\Shop::CONTEXT_SHOP, $idShop);
        if (!is_object($context->shop) || (int) $context->shop->id !== $idShop) {
            $context->shop = new \Shop($idShop);
        }
        $context->customer = new \Customer();
        $context->currency = self::object('Currency', 'PS_CURRENCY_DEFAULT', $context->currency);
        $context->country = self::object('Country', 'PS_COUNTRY_DEFAULT', $context->country);
        // An object that is there keeps getPriceStatic from calling die() where there is neither cart nor employee.
        $context->cart = new \Cart();
    }

    private static function object(string $class, string $setting, $current)
    {
        $id = (int) \Configuration::get($setting);
        if ($id === 0 || (is_object($current) && (int) $current->id === $id)) {
            return $current;
        }

        return new $class($id);
    }

    private static function restoreScope(array $scope)
    {
        list($kind, $idShop, $idGroup) = $scope;
        if ($kind === \Shop::CONTEXT_SHOP) {
            \Shop::setContext($kind, $idShop);
        } elseif ($kind === \Shop::CONTEXT_GROUP) {
            \Shop::setContext($kind, $idGroup);
        } else {
            \Shop::setContext(\Shop::CONTEXT_ALL);
        }
    }
}
