<?php
/* Flows: name => [[requests]]. A request is who makes it, the call, core's steps in it, the rows after it; and, where it does not end as
 * usual, its status or exit code and a text. See Player for the steps. */

const PAGE = ['employee' => true];
const OLD_PAGE = ['employee' => true, 'old' => true];
const WEBSERVICE = ['webservice' => true];
const ADMIN_API = [];

/** The new product page makes a product that knows its type alone. */
function page_create($id)
{
    return ["insert $id", "+added $id", "stock $id|0", "+save $id", "+createdByForm $id"];
}

/** It saves with five rounds before the stock, and one after it; core asked for the stock before it changed. */
function page_save($id, array $values, $stock = null)
{
    $rounds = array_fill(0, 5, "round $id");
    $stocks = $stock === null ? ["+stockUpdate $id"] : ["stock $id|$stock", "+stockUpdate $id", "+quantity $id"];

    return array_merge(["+formBefore $id", "asked $id"], $values, $rounds, $stocks, ["round $id", "+formAfter $id"]);
}

$new = '/admin-dev/index.php/sell/catalog/products-v2/';
$old = '/admin-dev/index.php/sell/catalog/products/';
$teapot = '20 ready {"id":20,"name":"Blue teapot","price":15.00,"stock":7}';
$made = [PAGE, "POST {$new}create", page_create(20), ['20 draft no name yet']];
$saved = page_save(20, ['name 20|Blue teapot', 'price 20|12.5', 'active 20|1'], 7);
$broken = function ($how) use ($made, $new) {
    return [$made, [
        PAGE, "POST {$new}20/edit",
        ['+formBefore 20', 'name 20|Broken', 'price 20|5', '+updateBefore 20', '+updateAfter 20', '+save 20', '+update 20', "breaks $how"],
        ['20 draft its save was not finished'],
        [$how === 'die' ? 200 : 500, 'whatever'],
    ]];
};

return [
    'new page: create and save' => [[$made, [PAGE, "POST {$new}20/edit", $saved, [$teapot]]]],
    'new page: create, leave' => [[$made]],
    'new page: two saves, the first without price and stock' => [[
        $made,
        [PAGE, "POST {$new}20/edit", page_save(20, ['name 20|Half done']), ['20 ready {"id":20,"name":"Half done","price":0.00,"stock":0}']],
        [PAGE, "POST {$new}20/edit", page_save(20, ['price 20|4.1667'], 12), ['20 ready {"id":20,"name":"Half done","price":5.00,"stock":12}']],
    ]],
    'new page: edit of a product that was there before' => [[
        [PAGE, "POST {$new}19/edit", page_save(19, ['price 19|16'], 3), []],
    ]],
    'new page: pack' => [[
        $made,
        [PAGE, "POST {$new}20/edit", page_save(20, ['name 20|Tea set', 'price 20|30', 'pack 20|19|3'], 5), ['20 ready {"id":20,"name":"Tea set","price":36.00,"stock":33}']],
    ]],
    'new page: combinations in requests of their own' => [[
        $made,
        [PAGE, "POST {$new}20/edit", page_save(20, ['name 20|Shirt', 'price 20|10']), ['20 ready {"id":20,"name":"Shirt","price":12.00,"stock":0}']],
        [PAGE, "POST {$new}generate-combinations/20/1", ['+combination 20', '+combination 20'], ['20 ready {"id":20,"name":"Shirt","price":12.00,"stock":0}']],
        [PAGE, "POST {$new}combinations/40/edit", ['stock 20|5', '+stockUpdate 20', '+stockUpdate 20', '+quantity 20', '+quantity 20'], ['20 ready {"id":20,"name":"Shirt","price":12.00,"stock":5}']],
    ]],
    'new page: virtual product' => [[
        $made,
        [PAGE, "POST {$new}20/edit", page_save(20, ['name 20|Song sheet', 'price 20|3'], 50), ['20 ready {"id":20,"name":"Song sheet","price":3.60,"stock":50}']],
    ]],
    'new page: nothing changed, so no hook of the quantity' => [[
        $made,
        [PAGE, "POST {$new}20/edit", $saved, [$teapot]],
        [PAGE, "POST {$new}20/edit", page_save(20, []), [$teapot]],
    ]],
    'new page: stock alone' => [[
        $made,
        [PAGE, "POST {$new}20/edit", $saved, [$teapot]],
        [PAGE, "POST {$new}20/edit", page_save(20, [], 4), ['20 ready {"id":20,"name":"Blue teapot","price":15.00,"stock":4}']],
    ]],
    'new page: another module\'s exception, which core swallows' => [[
        $made,
        [PAGE, "POST {$new}20/edit", array_merge(['+formBefore 20', 'name 20|Blue teapot', '+updateBefore 20', '+update 20'], array_slice($saved, 1)), [$teapot]],
    ]],
    'a catalogue price rule speaks of no product' => [[
        [[], 'script', ['+specific 0'], []],
    ]],
    'new page: active toggled in the list' => [[
        $made,
        [PAGE, "POST {$new}20/toggle-status-for-shop/1", ['active 20|1', 'round 20'], ['20 draft no name yet']],
    ]],
    'new page: specific price added' => [[
        $made,
        [PAGE, "POST {$new}20/edit", $saved, [$teapot]],
        [PAGE, "POST {$new}20/specific-prices/create", ['discount 20|0.1', '+specific 20'], ['20 ready {"id":20,"name":"Blue teapot","price":13.50,"stock":7}']],
    ]],
    'new page: duplicate' => [[
        [PAGE, "POST {$new}19/duplicate-shop/1", [
            'insert 20|Old mug|10|1', '+added 20', 'stock 20|0', '+save 20', 'name 20|copy of Old mug', 'active 20|0', 'round 20', 'round 20',
            'asked 20', 'stock 20|100', '+stockUpdate 20', '+quantity 20', '+productAdd 20|19', '+duplicateAfter 19|20',
        ], ['20 ready {"id":20,"name":"copy of Old mug","price":12.00,"stock":100}']],
    ]],
    'new page: duplicate cut short' => [[
        [PAGE, "POST {$new}19/duplicate-shop/1", ['insert 20|Old mug|10|1', '+added 20', 'stock 20|0', '+save 20', 'breaks die'], ['20 draft its save was not finished'], [200, '']],
    ]],
    'new page: delete before it was sent' => [[
        $made,
        [PAGE, "POST {$new}20/edit", $saved, [$teapot]],
        [PAGE, "POST {$new}20/delete-from-all-shops", ['delete 20', '+deleteAfter 20', '+productDelete 20'], []],
    ]],
    'new page: bulk delete of drafts' => [[
        $made,
        [PAGE, "POST {$new}create", page_create(21), ['20 draft no name yet', '21 draft no name yet']],
        [PAGE, "POST {$new}bulk-delete-from-all-shops", ['delete 20', '+deleteAfter 20', '+productDelete 20', 'delete 21', '+deleteAfter 21', '+productDelete 21'], []],
    ]],
    'old page: create by GET, save' => [[
        [PAGE, "GET {$old}new", ['insert 20||0|1|0', '+added 20', 'stock 20|0', '+save 20'], ['20 draft no name yet']],
        [OLD_PAGE, "POST {$old}20", [
            'name 20|Blue teapot', 'price 20|12.5', '+updateBefore 20', '+updateAfter 20', '+save 20', '+update 20', '+legacySaveAfter 20',
            'stock 20|7', '+stockUpdate 20', '+quantity 20', '+update 20',
        ], [$teapot]],
    ]],
    'old page: save cut short before its end' => [[
        [PAGE, "GET {$old}new", ['insert 20||0|1|0', '+added 20', 'stock 20|0', '+save 20'], ['20 draft no name yet']],
        [OLD_PAGE, "POST {$old}20", [
            '+updateBefore 20', 'name 20|Blue teapot', 'price 20|12.5', '+updateAfter 20', '+save 20', '+update 20', '+legacySaveAfter 20', 'stock 20|7',
            'breaks die',
        ], ['20 draft its save was not finished'], [200, '']],
        [OLD_PAGE, "POST {$old}20", ['+updateBefore 20', '+updateAfter 20', '+save 20', '+update 20', '+legacySaveAfter 20', '+update 20'], [$teapot]],
    ]],
    'old page: duplicate' => [[
        [PAGE, "POST {$old}unit/duplicate/19", ['insert 20|copy of Old mug|10|0', '+added 20', 'stock 20|0', '+save 20', '+productAdd 20|19', '+duplicateAfter 19|'],
            ['20 ready {"id":20,"name":"copy of Old mug","price":12.00,"stock":0}']],
    ]],
    'import: new and existing products' => [[
        [PAGE, 'POST /admin-dev/index.php?controller=AdminImport', array_merge(
            ['import'],
            ['insert 20|Cup|8.3333|1', '+added 20', 'stock 20|0', '+save 20', 'stock 20|25', '+stockUpdate 20', '+quantity 20'],
            ['price 19|11', 'round 19', 'round 19', 'stock 19|1', '+stockUpdate 19', '+quantity 19'],
            ['insert 21|Plate|10|1', '+added 21', 'stock 21|0', '+save 21', 'discount 21|0.1', '+specific 21', 'stock 21|40', '+stockUpdate 21', '+quantity 21']
        ), ['20 ready {"id":20,"name":"Cup","price":10.00,"stock":25}', '21 ready {"id":21,"name":"Plate","price":10.80,"stock":40}']],
    ]],
    'import that truncates: ids begin anew' => [[
        [PAGE, 'POST /admin-dev/index.php?controller=AdminImport', ['import', 'insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20', '+stockUpdate 20'], ['20 ready {"id":20,"name":"Cup","price":6.00,"stock":1}']],
        [PAGE, 'POST /admin-dev/index.php?controller=AdminImport', ['sleep 2.1', 'import', 'truncate', 'insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20', '+stockUpdate 20'], ['20 ready {"id":20,"name":"Cup","price":6.00,"stock":1}']],
    ]],
    'webservice: product with state, stock and price in further calls' => [[
        [WEBSERVICE, 'POST /api/products', ['insert 20|Lamp|20|1', '+added 20', 'stock 20|0', '+save 20', '+updateBare 20'], ['20 ready {"id":20,"name":"Lamp","price":24.00,"stock":0}']],
        [WEBSERVICE, 'PATCH /api/stock_availables/65', ['stock 20|9', '+stockUpdate 20'], ['20 ready {"id":20,"name":"Lamp","price":24.00,"stock":9}']],
        [WEBSERVICE, 'PATCH /api/products/20', ['price 20|22.5', '+updateBefore 20', '+updateAfter 20', '+updateBare 20'], ['20 ready {"id":20,"name":"Lamp","price":27.00,"stock":9}']],
    ]],
    'webservice: product without state' => [[
        [WEBSERVICE, 'POST /api/products', ['insert 20|Lamp|20|1|0', '+added 20', 'stock 20|0', '+save 20'], ['20 ready {"id":20,"name":"Lamp","price":24.00,"stock":0}']],
    ]],
    'webservice: delete' => [[
        [WEBSERVICE, 'POST /api/products', ['insert 20|Lamp|20|1', '+added 20', 'stock 20|0', '+save 20'], ['20 ready {"id":20,"name":"Lamp","price":24.00,"stock":0}']],
        [WEBSERVICE, 'DELETE /api/products/20', ['delete 20', '+deleteAfter 20', '+productDelete 20'], []],
    ]],
    'Admin API: type and names, the rest follows' => [[
        [ADMIN_API, 'POST /admin-api/products', ['insert 20|Vase|0|0', '+added 20', 'stock 20|0', '+save 20'], ['20 ready {"id":20,"name":"Vase","price":0.00,"stock":0}']],
        [ADMIN_API, 'PATCH /admin-api/products/20', ['price 20|25.5', 'active 20|1', 'round 20'], ['20 ready {"id":20,"name":"Vase","price":30.60,"stock":0}']],
    ]],
    'Admin API: delete' => [[
        [ADMIN_API, 'POST /admin-api/products', ['insert 20|Vase|0|0', '+added 20', 'stock 20|0', '+save 20'], ['20 ready {"id":20,"name":"Vase","price":0.00,"stock":0}']],
        [ADMIN_API, 'DELETE /admin-api/products/20', ['delete 20', '+deleteAfter 20', '+productDelete 20'], []],
    ]],
    'Admin API: without a name' => [[
        [ADMIN_API, 'POST /admin-api/products', ['insert 20', '+added 20', 'stock 20|0', '+save 20'], ['20 draft no name yet']],
    ]],
    'script: add, stock' => [[
        [[], 'script', ['insert 20|Vase|25.5|1', '+added 20', 'stock 20|0', '+save 20', 'stock 20|14', '+stockUpdate 20', '+quantity 20'], ['20 ready {"id":20,"name":"Vase","price":30.60,"stock":14}']],
    ]],
    'script: a class of its own runs no add hook' => [[
        [[], 'script', ['insert 20|Vase|25.5|1', 'stock 20|3', '+save 20'], ['20 ready {"id":20,"name":"Vase","price":30.60,"stock":3}']],
    ]],
    'an order' => [[
        [[], 'POST /order', ['stock 19|98', '+stockUpdate 19', '+quantity 19'], []],
    ]],
    'failure in a save: die' => [$broken('die')],
    'failure in a save: an Error' => [$broken('error')],
    'failure in a save: memory' => [$broken('memory')],
    'failure in a save: time limit' => [$broken('timeout')],
    'failure in a save: what others touch does not make it whole' => [array_merge($broken('die'), [
        [PAGE, "POST {$new}20/toggle-status-for-shop/1", ['stock 20|3', 'active 20|1', 'round 20', '+stockUpdate 20'], ['20 draft its save was not finished']],
    ])],
    'failure in a save: whole save afterwards' => [array_merge($broken('die'), [[PAGE, "POST {$new}20/edit", $saved, [$teapot]]])],
    'failure in a script: die' => [[[[], 'script', ['insert 20|Vase|9|1', '+added 20', 'breaks die'], ['20 draft no stock row yet'], [0, '']]]],
    'failure in a script: an Error' => [[[[], 'script', ['insert 20|Vase|9|1', '+added 20', 'breaks error'], ['20 draft no stock row yet'], [255, '']]]],
    'failure in a script: SIGTERM' => [[[[], 'script', ['insert 20|Vase|9|1', '+added 20', 'breaks sigterm'], [], [143, '']]]],
];
