<?php
/* in_both - a product in both shops, dearer and with another stock in the second. Prints its number. */
$_SERVER['HTTP_HOST'] = $_SERVER['HTTP_HOST'] ?? 'localhost';
require 'config/config.inc.php';
[$second, $price] = [(int) $argv[1], (float) $argv[2]];
Shop::setContext(Shop::CONTEXT_ALL);
$product = new Product();
foreach (Language::getIDs(false) as $language) {
    $product->name[$language] = 'In both shops';
    $product->link_rewrite[$language] = 'both';
}
$product->price = 10;
$product->id_tax_rules_group = 1;
$product->active = 1;
$product->id_category_default = 2;
$product->id_shop_list = [1, $second];
$product->add();
$product->addToCategories([2]);
StockAvailable::setQuantity($product->id, 0, 5, 1);
StockAvailable::setQuantity($product->id, 0, 8, $second);
Shop::setContext(Shop::CONTEXT_SHOP, $second);
$there = new Product($product->id, false, null, $second);
$there->id_shop_list = [$second];
$there->price = $price;
$there->update();
echo (int) $product->id, "\n";
