<?php
/* script - a console script of a shop: makes products as plain PHP does. Its argument is JSON, an array of products
   {name, price, stock, state?, class?, id?}; prints JSON: the ids, and what price and stock this very process reads afterwards. */
$_SERVER['HTTP_HOST'] = $_SERVER['HTTP_HOST'] ?? 'localhost';
require 'config/config.inc.php';

class SpecialProduct extends Product
{
}

$order = json_decode($argv[1], true);
$wanted = isset($order['count']) ? array_fill(0, $order['count'], $order['product']) : $order['products'];
$ids = [];
foreach ($wanted as $number => $one) {
    $class = empty($one['subclass']) ? 'Product' : 'SpecialProduct';
    $product = new $class();
    if (isset($one['id'])) {
        $product->id = $one['id'];
        $product->force_id = true;
    }
    foreach (Language::getIDs(false) as $language) {
        $name = is_array($one['name']) ? ($one['name'][$language] ?? '') : $one['name'];
        $product->name[$language] = $name;
        $product->link_rewrite[$language] = 'script';
    }
    $product->price = $one['price'];
    $product->id_tax_rules_group = 1;
    $product->active = $one['active'] ?? 1;
    $product->state = $one['state'] ?? 1;
    $product->id_category_default = 2;
    $product->add();
    if (isset($one['stock'])) {
        StockAvailable::setQuantity($product->id, 0, $one['stock']);
    }
    $product->addToCategories([2]);
    $ids[] = (int) $product->id;
}
$read = [];
if (!empty($order['read'])) {
    Context::getContext()->cart = new Cart();
    Context::getContext()->currency = Currency::getDefaultCurrency();
    foreach (array_slice($ids, 0, $order['read']) as $id) {
        $read[] = ['price' => Product::getPriceStatic($id, true), 'stock' => Product::getQuantity($id)];
    }
}
echo json_encode(['ids' => $ids, 'read' => $read]), "\n";
