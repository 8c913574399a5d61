<?php
/* seed - what the flows need and a bare shop lacks: a webservice key, an API client, attributes, an employee who may not see the
   module, a product. Prints JSON. Run on the command line from the shop's root. */
$_SERVER['HTTP_HOST'] = $_SERVER['HTTP_HOST'] ?? 'localhost';
require 'config/config.inc.php';
if (class_exists('AdminKernel')) {
    $GLOBALS['kernel'] = new AdminKernel('prod', false);
    $GLOBALS['kernel']->boot();
}

function languages(string $text): array
{
    return array_fill_keys(Language::getIDs(false), $text);
}

Configuration::updateValue('PS_WEBSERVICE', 1);
Configuration::updateValue('PS_CANONICAL_REDIRECT', 0);
Configuration::updateValue('PS_DISPLAY_UNAVAILABLE_ATTR', 1);
$key = new WebserviceKey();
$key->key = 'SHOPTESTSHOPTESTSHOPTESTSHOPTEST';
$key->description = 'tests';
$key->active = true;
$key->add();
$permissions = [];
foreach (['products', 'stock_availables', 'categories', 'combinations', 'product_option_values'] as $resource) {
    $permissions[$resource] = array_fill_keys(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'], 'on');
}
WebserviceKey::setPermissionForAccount($key->id, $permissions);

if (version_compare(_PS_VERSION_, '9', '>=')) {
    Configuration::updateValue('PS_ENABLE_ADMIN_API', 1);
    Configuration::updateValue('PS_ADMIN_API_FORCE_DEBUG_SECURED', 0);
    Db::getInstance()->insert('api_client', [
        'client_id' => 'shoptest', 'client_name' => 'shoptest', 'enabled' => 1, 'lifetime' => 36000, 'description' => '',
        'client_secret' => pSQL(password_hash('shoptest-secret', PASSWORD_BCRYPT)),
        'scopes' => pSQL(json_encode(['product_read', 'product_write'])),
    ]);
}

$group = new AttributeGroup();
$group->name = languages('Size');
$group->public_name = languages('Size');
$group->group_type = 'select';
$group->add();
$attributes = [];
foreach (['S', 'M', 'L'] as $name) {
    $class = class_exists('ProductAttribute') ? 'ProductAttribute' : 'Attribute';
    $attribute = new $class();
    $attribute->id_attribute_group = $group->id;
    $attribute->name = languages($name);
    $attribute->add();
    $attributes[] = (int) $attribute->id;
}

// An employee with every right but that to see the module product_sync; the right is taken away when the module is there.
$profile = new Profile();
$profile->name = languages('Restricted');
$profile->add();
Db::getInstance()->execute('INSERT IGNORE INTO ' . _DB_PREFIX_ . 'access (id_profile, id_authorization_role) SELECT '
    . (int) $profile->id . ', id_authorization_role FROM ' . _DB_PREFIX_ . 'authorization_role');
$employee = new Employee();
$employee->firstname = 'Re';
$employee->lastname = 'Stricted';
$employee->email = 'restricted@shop.example';
$employee->passwd = (new PrestaShop\PrestaShop\Core\Crypto\Hashing())->hash('Correct.Horse-42.Battery');
$employee->id_profile = $profile->id;
$employee->id_lang = (int) Configuration::get('PS_LANG_DEFAULT');
$employee->active = true;
$employee->default_tab = 1;
$employee->add();

// A product older than the module, which nobody asked to send; and the tax that the product page proposes is that of most products.
$product = new Product();
$product->name = languages('Older than the module');
$product->link_rewrite = languages('older');
$product->price = 1;
$product->id_tax_rules_group = 1;
$product->id_category_default = 2;
$product->add();

echo json_encode(['size' => (int) $group->id, 'attributes' => $attributes, 'profile' => (int) $profile->id]), "\n";
