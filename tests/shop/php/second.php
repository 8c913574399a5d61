<?php
/* second - makes a second shop in the first one's group, at /second/, with everything of the first. Prints its number. */
$_SERVER['HTTP_HOST'] = $_SERVER['HTTP_HOST'] ?? 'localhost';
require 'config/config.inc.php';
Configuration::updateGlobalValue('PS_MULTISHOP_FEATURE_ACTIVE', 1);
$known = (int) Db::getInstance()->getValue('SELECT id_shop FROM ' . _DB_PREFIX_ . 'shop WHERE id_shop > 1');
if (!$known) {
    $first = new Shop(1);
    $shop = new Shop();
    $shop->name = 'Second';
    $shop->id_shop_group = $first->id_shop_group;
    $shop->id_category = $first->id_category;
    $shop->theme_name = $first->theme_name;
    $shop->active = true;
    $shop->add();
    $url = new ShopUrl();
    $old = new ShopUrl((int) Db::getInstance()->getValue('SELECT id_shop_url FROM ' . _DB_PREFIX_ . 'shop_url WHERE id_shop = 1'));
    $url->id_shop = $shop->id;
    $url->domain = $old->domain;
    $url->domain_ssl = $old->domain_ssl;
    $url->physical_uri = '/';
    $url->virtual_uri = 'second/';
    $url->main = true;
    $url->active = true;
    $url->add();
    $shop->copyShopData(1, ['carrier' => 1, 'cms' => 1, 'currency' => 1, 'country' => 1, 'group' => 1, 'lang' => 1, 'module' => 1,
        'hook_module' => 1, 'module_carrier' => 1, 'module_country' => 1, 'module_currency' => 1, 'module_group' => 1, 'meta_lang' => 1,
        'tax_rules_group' => 1, 'zone' => 1, 'category' => 1, 'image' => 1, 'employee' => 1]);
    Category::updateFromShop([2], $shop->id);
    $known = (int) $shop->id;
}
echo $known, "\n";
