<?php
/* Core - the small classes of core around the catalogue: cache, configuration, context, shops, hooks, log. They do what
 * core does where the module can notice it, and no more. */

class Cache
{
    public static $local = [];

    public static function isStored($key)
    {
        return isset(self::$local[$key]);
    }

    public static function store($key, $value)
    {
        self::$local[$key] = $value;
    }

    public static function retrieve($key)
    {
        return self::$local[$key];
    }

    public static function clean($key)
    {
        foreach (array_keys(self::$local) as $stored) {
            if (fnmatch($key, $stored, FNM_NOESCAPE)) {
                unset(self::$local[$stored]);
            }
        }
    }
}

class Configuration
{
    /** @var array name => [shop or 0 => value]; groups are left out */
    private static $set = [];

    public static function get($key, $idLang = null, $idShopGroup = null, $idShop = null, $default = false)
    {
        $idShop = $idShop === null || !Shop::isFeatureActive() ? Shop::getContextShopID(true) : $idShop;
        foreach ([(int) $idShop, 0] as $of) {
            if (isset(self::$set[$key][$of])) {
                return self::$set[$key][$of];
            }
        }
        $value = Db::getInstance()->getValue("SELECT value FROM ps_configuration WHERE name = '" . pSQL($key)
            . "' AND IFNULL(id_shop, 0) IN (0, " . (int) $idShop . ') ORDER BY IFNULL(id_shop, 0) DESC');

        return $value === false ? $default : $value;
    }

    public static function getGlobalValue($key)
    {
        return Db::getInstance()->getValue("SELECT value FROM ps_configuration WHERE name = '" . pSQL($key) . "' AND id_shop IS NULL");
    }

    public static function updateValue($key, $value, $html = false, $idShopGroup = null, $idShop = null)
    {
        $idShop = $idShop === null ? Shop::getContextShopID(true) : $idShop;
        $where = "name = '" . pSQL($key) . "' AND id_shop " . ($idShop ? '= ' . (int) $idShop : 'IS NULL');
        Db::getInstance()->execute('DELETE FROM ps_configuration WHERE ' . $where);
        unset(self::$set[$key]);

        return Db::getInstance()->execute('INSERT INTO ps_configuration (id_shop, name, value) VALUES (' . ($idShop ? (int) $idShop : 'NULL')
            . ", '" . pSQL($key) . "', '" . pSQL($value, true) . "')");
    }

    public static function updateGlobalValue($key, $value)
    {
        return self::updateValue($key, $value, false, 0, 0);
    }

    /** Whether there is a value at exactly that place. */
    public static function hasKey($key, $idLang = null, $idShopGroup = null, $idShop = null)
    {
        return (bool) Db::getInstance()->getValue("SELECT 1 FROM ps_configuration WHERE name = '" . pSQL($key) . "' AND id_shop "
            . ($idShop ? '= ' . (int) $idShop : 'IS NULL'));
    }

    public static function deleteByName($key)
    {
        return Db::getInstance()->execute("DELETE FROM ps_configuration WHERE name = '" . pSQL($key) . "'");
    }

    /** For this request only. */
    public static function set($key, $value, $idShopGroup = null, $idShop = null)
    {
        self::$set[$key][(int) Shop::getContextShopID(true)] = $value;
    }

    public static function forget()
    {
        self::$set = [];
    }
}

class Validate
{
    public static function isLoadedObject($object)
    {
        return is_object($object) && !empty($object->id);
    }
}

class Language
{
    public static function getIsoById($id)
    {
        return Db::getInstance()->getValue('SELECT iso_code FROM ps_lang WHERE id_lang = ' . (int) $id);
    }

    public static function getLanguages($active = true)
    {
        return Db::getInstance()->executeS('SELECT id_lang, iso_code FROM ps_lang ORDER BY id_lang');
    }
}

abstract class Entity
{
    public $id;

    public function __construct($id = null)
    {
        $this->id = $id;
    }
}

class Currency extends Entity
{
    public $precision = 2;
    public $conversion_rate = 1.0;

    public function __construct($id = null)
    {
        parent::__construct($id);
        $this->precision = (int) $id === 2 ? 0 : 2;             // 1: euro, 2: yen
        $this->conversion_rate = (int) $id === 2 ? 160.0 : 1.0;
    }
}

class Country extends Entity
{
}

class Customer extends Entity
{
    public $id_default_group = 1;
}

class Employee extends Entity
{
    public $passwd = '';
}

class Cart extends Entity
{
    public $id_address_delivery = 0;
}

class ShopGroup extends Entity
{
    public $share_stock;

    public function __construct($id = null)
    {
        parent::__construct((int) $id);
        $this->share_stock = (bool) Db::getInstance()->getValue('SELECT share_stock FROM ps_shop_group WHERE id_shop_group = ' . (int) $id);
    }
}

class Shop extends Entity
{
    const CONTEXT_SHOP = 1;
    const CONTEXT_GROUP = 2;
    const CONTEXT_ALL = 4;

    private static $kind = self::CONTEXT_SHOP;
    private static $idContext = 1;

    public static function setContext($type, $id = null)
    {
        self::$kind = $type;
        self::$idContext = $type === self::CONTEXT_ALL ? null : (int) $id;
    }

    public static function getContext()
    {
        return self::$kind;
    }

    public static function getContextShopID($nullWithoutMultishop = false)
    {
        if ($nullWithoutMultishop && !self::isFeatureActive()) {
            return null;
        }

        return self::$kind === self::CONTEXT_SHOP ? self::$idContext : null;
    }

    public static function getContextShopGroupID($nullWithoutMultishop = false)
    {
        return self::$kind === self::CONTEXT_ALL ? null : 1;
    }

    public static function isFeatureActive()
    {
        return (int) Db::getInstance()->getValue('SELECT COUNT(*) FROM ps_shop WHERE deleted = 0') > 1;
    }

    public static function getShops($active = true, $idGroup = null, $asIds = false)
    {
        $ids = array_column(Db::getInstance()->executeS('SELECT id_shop FROM ps_shop WHERE deleted = 0 ORDER BY id_shop'), 'id_shop');

        return array_combine($ids, $ids);
    }

    public static function getContextListShopID()
    {
        return self::$kind === self::CONTEXT_SHOP ? [self::$idContext] : array_values(self::getShops(false, null, true));
    }

    public static function getShop($idShop)
    {
        return isset(self::getShops()[$idShop]) ? ['id_shop' => $idShop, 'name' => 'Shop <' . $idShop . '>'] : false;
    }

    public static function getCompleteListOfShopsID()
    {
        return array_values(self::getShops(false, null, true));
    }

    public static function getGroupFromShop($idShop, $asId = true)
    {
        return Db::getInstance()->getValue('SELECT id_shop_group FROM ps_shop WHERE id_shop = ' . (int) $idShop);
    }

    public function getGroup()
    {
        return new ShopGroup(self::getGroupFromShop($this->id));
    }
}

class Context
{
    private static $instance;

    public $shop;
    public $currency;
    public $country;
    public $customer;
    public $cart;
    public $employee;
    public $controller;
    public $language;
    public $link;

    public static function getContext()
    {
        if (self::$instance === null) {
            self::$instance = new self();
        }

        return self::$instance;
    }

    /** Texts stay English here. */
    public function getTranslator()
    {
        return new class() {
            public function trans($text, array $parameters = [], $domain = null, $locale = null)
            {
                return strtr($text, $parameters);
            }
        };
    }

    public function cloneContext()
    {
        return clone $this;
    }
}

class PrestaShopLogger
{
    /** @var string[] */
    public static $lines = [];

    public static function addLog($message, $severity = 1, $errorCode = null, $objectType = null, $objectId = null, $allowDuplicate = false)
    {
        self::$lines[] = $message;

        return true;
    }
}

class Module
{
    public $id = 7;
    public $name;
    public $tab;
    public $version;
    public $author;
    public $need_instance;
    public $bootstrap;
    public $ps_versions_compliancy;
    public $tabs;
    public $displayName;
    public $description;
    public $confirmUninstall;
    public $context;
    public $active = 1;
    /** @var string[] */
    public static $hooks = [];

    public function __construct()
    {
    }

    public function trans($text, array $parameters = [], $domain = null, $locale = null)
    {
        return strtr($text, $parameters);
    }

    public function install()
    {
        return Db::getInstance()->execute("INSERT IGNORE INTO ps_module VALUES (7, 'product_sync', 1)")
            && Db::getInstance()->execute('INSERT IGNORE INTO ps_module_shop SELECT 7, id_shop FROM ps_shop');
    }

    public function uninstall()
    {
        self::$hooks = [];

        return Db::getInstance()->execute('DELETE FROM ps_module') && Db::getInstance()->execute('DELETE FROM ps_module_shop');
    }

    /** @var bool core can refuse to: an override is in the way */
    public static $enables = true;

    public function enable($force_all = false)
    {
        return self::$enables && Db::getInstance()->execute('INSERT IGNORE INTO ps_module_shop SELECT 7, id_shop FROM ps_shop');
    }

    public function disable($force_all = false)
    {
        return Db::getInstance()->execute('DELETE FROM ps_module_shop WHERE id_shop IN (' . implode(',', Shop::getContextListShopID()) . ')');
    }

    public function registerHook($name, $shops = null)
    {
        self::$hooks[$name] = $name;

        return method_exists($this, 'hook' . ucfirst($name));
    }
}

class ModuleFrontController
{
}

class Tools
{
    public static function ps_round($value, $precision = 0)
    {
        return round($value, $precision);
    }

    public static function hash($text)
    {
        return hash('sha256', 'secret-of-the-shop' . $text);
    }

    public static function isSubmit($name)
    {
        return isset($_POST[$name]) || isset($_GET[$name]);
    }

    public static function getValue($name, $default = false)
    {
        return isset($_POST[$name]) ? $_POST[$name] : (isset($_GET[$name]) ? $_GET[$name] : $default);
    }

    public static function convertPrice($price, $currency = null)
    {
        $currency = is_object($currency) ? $currency : new Currency($currency);

        return $price * $currency->conversion_rate;
    }
}

class PhpEncryption
{
    private $key;

    public function __construct($key)
    {
        $this->key = $key;
    }

    public function encrypt($clear)
    {
        return 'def502' . bin2hex($this->key . '|' . $clear);
    }

    public function decrypt($stored)
    {
        $text = hex2bin(substr($stored, 6));

        return strpos($text, $this->key . '|') === 0 ? substr($text, strlen($this->key) + 1) : false;
    }
}
