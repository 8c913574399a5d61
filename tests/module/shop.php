<?php
/* shop - one process of the shop that the tests stand in for: core's classes, the module, and what the request is. Loaded by the tests
 * themselves, by front.php (requests over HTTP) and by console.php (scripts). */

define('_PS_VERSION_', getenv('MODULE_TEST_VERSION') ?: '9.1.4');
define('_DB_PREFIX_', 'ps_');
define('_PS_ROOT_DIR_', getenv('MODULE_TEST_FOLDER'));
define('_PS_MODULE_DIR_', dirname(__DIR__, 2) . '/module/');
define('_NEW_COOKIE_KEY_', 'key-of-the-shop');
error_reporting(E_ALL);

foreach (['Db', 'Core', 'Hook', 'Catalogue', 'Office'] as $file) {
    require_once __DIR__ . '/core/' . $file . '.php';
}
require_once __DIR__ . '/Player.php';
require_once dirname(__DIR__, 2) . '/module/product_sync/product_sync.php';

class AdminProductsController
{
}

class AdminController
{
}

/** Makes the Context as core has it when a request begins. */
function begin_request(array $as)
{
    $context = Context::getContext();
    $context->shop = new Shop(1);
    $context->currency = new Currency(1);
    $context->country = new Country(8);
    Shop::setContext(Shop::CONTEXT_SHOP, 1);
    if (!empty($as['employee'])) {
        define('_PS_ADMIN_DIR_', '/admin');
        $context->employee = new Employee(1);
        $context->controller = empty($as['old']) ? new AdminController() : new AdminProductsController();
    }
    if (!empty($as['webservice'])) {
        define('_PS_API_IN_USE_', true);
        $context->cart = new Cart();
    }
    Hook::$module = new Product_Sync();
}
