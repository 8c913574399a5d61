<?php
/* Catalogue - products, stock and prices as core has them, with its caches and its traps: a stock that is asked for too
 * early stays as it was, a price without cart and employee ends the process. */

class Product extends Entity
{
    protected static $_prices = [];
    protected static $_combinations = [];

    public $name = [];

    public static function flushPriceCache()
    {
        self::$_prices = [];
    }

    public static function getDefaultAttribute($id, $minimum = 0, $reset = false)
    {
        if ($reset || !isset(static::$_combinations[$id])) {
            static::$_combinations[$id] = (int) Db::getInstance()->getValue(
                'SELECT id_product_attribute FROM ps_product_attribute_shop WHERE default_on = 1 AND id_product = ' . (int) $id
            );
        }

        return static::$_combinations[$id];
    }

    public static function getPriceStatic(
        $id,
        $usetax = true,
        $idAttribute = null,
        $decimals = 6,
        $divisor = null,
        $onlyReduction = false,
        $withReduction = true,
        $quantity = 1,
        $forceTax = false,
        $idCustomer = null,
        $idCart = null,
        $idAddress = null,
        &$specific = null,
        $withEcotax = true,
        $withGroupReduction = true,
        $context = null
    ) {
        $context = $context ?: Context::getContext();
        if (!is_object($context->cart)) {
            if (!$idCart && !isset($context->employee)) {
                CoreEnds::now('If no employee is assigned in the context, cart ID must be provided to this method.');
            }
            $context->cart = new Cart();
        }
        $specific = SpecificPrice::of($id);
        $isGuest = !Validate::isLoadedObject($context->customer);
        $key = implode('-', [$id, $context->shop->id, $context->currency->id, (int) $usetax, (int) $withReduction, (int) $isGuest]);
        if (array_key_exists($key, self::$_prices)) {
            return self::$_prices[$key];
        }
        $base = Db::getInstance()->getValue(
            'SELECT ps.price + IFNULL(pas.price, 0) FROM ps_product_shop ps LEFT JOIN ps_product_attribute_shop pas
            ON pas.id_product_attribute = ' . (int) self::getDefaultAttribute($id) . ' AND pas.id_shop = ps.id_shop
            WHERE ps.id_product = ' . (int) $id . ' AND ps.id_shop = ' . (int) $context->shop->id
        );
        if ($base === false) {
            return null;
        }
        $isFixed = isset($specific['price']) && $specific['price'] >= 0;
        $price = Tools::convertPrice($isFixed ? (float) $specific['price'] : (float) $base, $context->currency);
        if ($usetax && Configuration::get('PS_TAX')) {
            $price *= 1.2;
        }
        if ($withReduction && $specific) {
            $price -= $price * $specific['reduction'];
        }
        if ($withGroupReduction && !$isGuest) {
            $price *= 0.5; // this shop's customers pay half
        }

        return self::$_prices[$key] = Tools::ps_round($price, $decimals);
    }

    public static function getQuantity($id, $idAttribute = null)
    {
        return Pack::isPack($id) ? Pack::getQuantity($id) : StockAvailable::getQuantityAvailableByProduct($id, $idAttribute);
    }

    public static function getIdTaxRulesGroupByIdProduct($id, $context = null)
    {
        return 1;
    }
}

/** What core's die() is in the tests that stay in one process. */
class CoreEnds extends Error
{
    public static function now($text)
    {
        throw new self($text);
    }
}

class SpecificPrice
{
    private static $cache = [];

    public static function flushCache()
    {
        self::$cache = [];
        Product::flushPriceCache();
    }

    public static function of($id)
    {
        if (!Configuration::get('PS_SPECIFIC_PRICE_FEATURE_ACTIVE')) {
            return [];
        }
        if (!array_key_exists($id, self::$cache)) {
            self::$cache[$id] = Db::getInstance()->getRow('SELECT price, reduction FROM ps_specific_price WHERE id_product = ' . (int) $id) ?: [];
        }

        return self::$cache[$id];
    }
}

class Pack
{
    private static $cache = [];

    public static function resetStaticCache()
    {
        self::$cache = [];
    }

    public static function isPack($id)
    {
        if (!isset(self::$cache[$id])) {
            self::$cache[$id] = (bool) Db::getInstance()->getValue('SELECT COUNT(*) FROM ps_pack WHERE id_product_pack = ' . (int) $id);
        }

        return self::$cache[$id];
    }

    /** By its products: as many packs as the scarcest of them allows. */
    public static function getQuantity($id)
    {
        $least = PHP_INT_MAX;
        foreach (Db::getInstance()->executeS('SELECT id_product_item, quantity FROM ps_pack WHERE id_product_pack = ' . (int) $id) as $item) {
            $least = min($least, (int) floor(Product::getQuantity($item['id_product_item']) / $item['quantity']));
        }

        return $least;
    }
}

class StockAvailable extends Entity
{
    public $id_product;

    public static function getQuantityAvailableByProduct($id, $idAttribute = null, $idShop = null)
    {
        $key = 'StockAvailable::getQuantityAvailableByProduct_' . (int) $id . '-' . (int) $idAttribute . '-' . (int) $idShop;
        if (!Cache::isStored($key)) {
            $shop = Context::getContext()->shop;
            $group = $shop->getGroup();
            $of = $group->share_stock ? 'id_shop = 0 AND id_shop_group = ' . (int) $group->id : 'id_shop = ' . (int) $shop->id;
            Cache::store($key, (int) Db::getInstance()->getValue('SELECT SUM(quantity) FROM ps_stock_available WHERE id_product = '
                . (int) $id . ' AND id_product_attribute = ' . (int) $idAttribute . ' AND ' . $of));
        }

        return Cache::retrieve($key);
    }
}

class Address
{
    public static function initialize($id = null, $withGeolocation = false)
    {
        return new self();
    }
}

class TaxManagerFactory
{
    public static function getManager($address, $group)
    {
        return new self();
    }

    public function getTaxCalculator()
    {
        return $this;
    }

    public function addTaxes($price)
    {
        return $price * 1.2;
    }
}
