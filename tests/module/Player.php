<?php
/* Player - plays what core does in a request, step by step: it writes the tables, and runs hooks, in the order given. A step is a word and
 * its values, as in "price 20|12.5" or "+update 20"; a plus sign runs a hook. Flows are made of such steps. */

final class Player
{
    /** Steps that are a hook each: how it is called, and its parameters from the step's values. */
    public static function hooks()
    {
        $object = function ($id) {
            return ['object' => new Product((int) $id)];
        };
        $part = function ($id) {
            $object = new StockAvailable(1000 + $id);
            $object->id_product = (int) $id; // 0: a price rule for all products

            return ['object' => $object];
        };
        $both = function ($id) {
            return ['id_product' => (int) $id, 'product' => new Product((int) $id)];
        };

        return [
            'added' => ['actionObjectProductAddAfter', $object],
            'updateBefore' => ['actionObjectProductUpdateBefore', $object],
            'updateAfter' => ['actionObjectProductUpdateAfter', $object],
            'save' => ['actionProductSave', $both],
            'update' => ['actionProductUpdate', $both],
            'updateBare' => ['actionProductUpdate', function ($id) { return ['id_product' => $id]; }],
            'deleteAfter' => ['actionObjectProductDeleteAfter', $object],
            'productDelete' => ['actionProductDelete', $both],
            'productAdd' => ['actionProductAdd', function ($id, $old) { return ['id_product' => (int) $id, 'id_product_old' => (int) $old]; }],
            'duplicateAfter' => ['actionAdminDuplicateAfter', function ($old, $new) { return ['id_product' => $old, 'id_product_new' => $new]; }],
            'stockUpdate' => ['actionObjectStockAvailableUpdateAfter', $part],
            'quantity' => ['actionUpdateQuantity', function ($id) { return ['id_product' => $id, 'id_product_attribute' => 0]; }],
            'specific' => ['actionObjectSpecificPriceAddAfter', $part],
            'combination' => ['actionObjectCombinationAddAfter', $part],
            'formBefore' => ['actionBeforeUpdateProductFormHandler', function ($id) { return ['id' => (int) $id, 'form_data' => []]; }],
            'formAfter' => ['actionAfterUpdateProductFormHandler', function ($id) { return ['id' => (int) $id, 'form_data' => []]; }],
            'createdByForm' => ['actionAfterCreateCreateProductFormHandler', function ($id) { return ['id' => (int) $id]; }],
            'legacySaveAfter' => ['actionAdminProductsControllerSaveAfter', function ($id) { return ['controller' => Context::getContext()->controller, 'return' => new Product((int) $id)]; }],
            'page' => ['actionFrontControllerSetMedia', function () { return []; }],
        ];
    }

    /** @param string[] $steps */
    public static function play(array $steps)
    {
        foreach ($steps as $step) {
            list($word, $values) = array_pad(explode(' ', $step, 2), 2, '');
            $values = $values === '' ? [] : explode('|', $values);
            if ($word[0] === '+') {
                list($hook, $params) = self::hooks()[substr($word, 1)];
                Hook::exec($hook, $params(...$values));
            } else {
                self::$word(...$values);
            }
        }
    }

    /** One round of the four hooks that every update of a product runs. */
    private static function round($id)
    {
        self::play(["+updateBefore $id", "+updateAfter $id", "+save $id", "+update $id"]);
    }

    private static function insert($id, $name = '', $price = '0', $active = '0', $state = '1', $idShop = '1')
    {
        $now = date('Y-m-d H:i:s');
        self::sql("INSERT INTO ps_product VALUES ($id, $idShop, $state, '$now', '$now')");
        self::associate($id, $idShop, $name, $price, $active);
    }

    private static function associate($id, $idShop, $name, $price, $active)
    {
        self::sql("INSERT INTO ps_product_shop VALUES ($id, $idShop, $price, $active)");
        foreach ([1 => $name, 2 => $name === '' ? '' : $name . ' (fr)'] as $idLang => $text) {
            self::sql("INSERT INTO ps_product_lang VALUES ($id, $idShop, $idLang, '" . pSQL($text, true) . "', '')");
        }
    }

    private static function name($id, $en, $fr = null)
    {
        foreach ([1 => $en, 2 => $fr === null ? $en . ' (fr)' : $fr] as $idLang => $text) {
            self::sql("UPDATE ps_product_lang SET name = '" . pSQL($text, true) . "' WHERE id_product = $id AND id_lang = $idLang");
        }
    }

    private static function price($id, $price)
    {
        self::sql("UPDATE ps_product_shop SET price = $price WHERE id_product = $id");
    }

    private static function active($id, $active)
    {
        self::sql("UPDATE ps_product_shop SET active = $active WHERE id_product = $id");
    }

    private static function stock($id, $quantity, $idShop = '1')
    {
        self::sql("REPLACE INTO ps_stock_available VALUES ($id, 0, $idShop, 0, $quantity)");
    }

    private static function discount($id, $reduction)
    {
        self::sql("INSERT INTO ps_specific_price VALUES ($id, -1, $reduction)");
    }

    private static function pack($id, $item, $quantity)
    {
        self::sql("INSERT INTO ps_pack VALUES ($id, $item, $quantity)");
    }

    private static function delete($id)
    {
        foreach (['product', 'product_shop', 'product_lang'] as $table) {
            self::sql("DELETE FROM ps_$table WHERE id_product = $id");
        }
    }

    private static function truncate()
    {
        foreach (['product', 'product_shop', 'product_lang', 'stock_available'] as $table) {
            self::sql("TRUNCATE ps_$table");
        }
    }

    /** Core itself asks for a stock in the middle of a save, and remembers the answer. */
    private static function asked($id)
    {
        StockAvailable::getQuantityAvailableByProduct((int) $id);
    }

    private static function sleep($seconds)
    {
        usleep((int) ($seconds * 1000000));
    }

    /** Core's dispatcher calls the address for cron; what it prints is all there is. */
    private static function cron()
    {
        require_once dirname(__DIR__, 2) . '/module/product_sync/controllers/front/cron.php';
        (new Product_SyncCronModuleFrontController())->run();
        exit;
    }

    /** Another module ends PHP whenever the price of this product is asked for. */
    private static function diesAt($id)
    {
        Db::getInstance()->before = function ($sql) use ($id) {
            if (strpos($sql, "WHERE ps.id_product = $id") !== false) {
                die('broken module');
            }
        };
    }

    private static function background()
    {
        ProductSync\Background\Cron::run(5.0);
    }

    private static function import()
    {
        define('PS_MASS_PRODUCT_CREATION', true);
    }

    /** Another module ends the process in its own way. */
    private static function breaks($how)
    {
        switch ($how) {
            case 'die':
                die('broken module');
            case 'error':
                throw new Error('broken module');
            case 'memory':
                ini_set('memory_limit', (string) (memory_get_usage(true) + 4194304));
                $full = [];
                while (true) {
                    $full[] = str_repeat('x', 65536);
                }
                // no break: never reached
            case 'timeout':
                set_time_limit(1);
                while (true) {
                    continue;
                }
                // no break: never reached
            case 'sigterm':
                posix_kill(getmypid(), SIGTERM);
                sleep(5);
        }
    }

    private static function sql($sql)
    {
        if (!Db::getInstance()->execute($sql)) {
            throw new Exception('fixture: ' . $sql . ': ' . Db::getInstance()->getNumberError());
        }
    }
}
