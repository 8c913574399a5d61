<?php
/* ShopCase - a test with a shop: settings, requests as processes of their own, rows, and what the API received. */

use PHPUnit\Framework\TestCase;
use ProductSync\Settings\Token;

abstract class ShopCase extends TestCase
{
    /** Who makes a request. */
    const PAGE = ['employee' => true];
    const OLD_PAGE = ['employee' => true, 'old' => true];
    const WEBSERVICE = ['webservice' => true];
    const NOBODY = [];

    const CUP = '{"id":20,"name":"Cup","price":6.00,"stock":1}';

    protected function setUp(): void
    {
        World::get()->reset();
        Db::getInstance()->connect();
        Db::getInstance()->before = null;
        Db::getInstance()->log = [];
        Cache::$local = [];
        Configuration::forget();
        PrestaShopLogger::$lines = [];
        $this->context();
        Hook::$module = new Product_Sync();
        $this->assertTrue(Hook::$module->install());
        $this->set('MY_API_URL', World::get()->urls['api'] . '/products');
        $this->set('MY_API_TOKEN', 'secret-token');
        $this->set('PRODUCT_SYNC_MODE', 'queue');
        $this->set('PRODUCT_SYNC_UUID', '0b5e6c1e-1111-4222-8333-944445555666');
    }

    protected function context()
    {
        $context = Context::getContext();
        foreach (['employee', 'cart', 'customer', 'controller'] as $field) {
            $context->{$field} = null;
        }
        $context->shop = new Shop(1);
        $context->currency = new Currency(1);
        $context->country = new Country(8);
        Shop::setContext(Shop::CONTEXT_SHOP, 1);
    }

    protected function set($name, $value, $idShop = 0)
    {
        Configuration::updateValue($name, $value, false, null, $idShop);
    }

    /** A second shop, in a group of its own or in that of the first. */
    protected function secondShop($isSharing = false)
    {
        $this->sql("INSERT INTO ps_shop_group VALUES (2, 0); INSERT INTO ps_shop VALUES (2, " . ($isSharing ? 1 : 2) . ", 1, 0);
            INSERT INTO ps_shop_url VALUES (2, 2, 'two.example', 'two.example', '/', '', 1, 1);
            INSERT INTO ps_module_shop VALUES (7, 2)");
        if ($isSharing) {
            $this->sql('UPDATE ps_shop_group SET share_stock = 1 WHERE id_shop_group = 1');
        }
        $this->set('PRODUCT_SYNC_PLACE', 'shop.example/', 1);
        $this->set('PRODUCT_SYNC_PLACE', 'two.example/', 2);
    }

    protected function sql($sql)
    {
        $db = World::get()->server();
        $db->exec('USE shop; ' . $sql);
    }

    /** A request over HTTP, in a process that ends with it. Returns status and body. */
    protected function request(array $as, $method, $uri, array $steps)
    {
        $told = base64_encode(json_encode(['as' => $as, 'steps' => $steps]));
        $context = stream_context_create(['http' => [
            'method' => $method, 'header' => 'X-Request: ' . $told, 'ignore_errors' => true, 'timeout' => 30,
        ]]);
        $body = file_get_contents(World::get()->urls['shop'] . $uri, false, $context);
        preg_match('/ (\d+)/', $http_response_header[0], $match);

        return [(int) $match[1], $body];
    }

    /** One product, made by a person's request. */
    protected function cup()
    {
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->assertSame(['20 ready ' . self::CUP], $this->rows());
    }

    /** A person changes it. */
    protected function edit(array $steps)
    {
        $this->request(self::PAGE, 'POST', '/admin/x', array_merge($steps, ['round 20']));
    }

    /** A script on the command line. Returns its exit code and what it printed. */
    protected function script(array $steps)
    {
        exec('php ' . __DIR__ . '/console.php ' . base64_encode(json_encode($steps)) . ' 2>&1', $lines, $code);

        return [$code, implode("\n", $lines)];
    }

    /** All rows, a line each: product, shop, state, type, revision, and the payload or what it lacks. @return string[] */
    protected function rows()
    {
        $lines = [];
        foreach ($this->select('SELECT * FROM ps_product_sync_outbox ORDER BY id_product, id_shop') as $row) {
            $line = $row['id_product'] . ((int) $row['id_shop'] === 1 ? '' : '/' . $row['id_shop']) . ' ' . $row['state'];
            $line .= $row['type'] === 'product.created' ? '' : ' ' . $row['type'];
            $line .= (int) $row['revision'] === 0 ? '' : ' r' . $row['revision'];
            $line .= ' ' . ($row['payload'] !== null ? $row['payload'] : (string) $row['last_error']);
            $lines[] = $line . ($row['deleted_at'] === null ? '' : ' (gone)');
        }

        return $lines;
    }

    protected function row($idProduct, $idShop = 1)
    {
        $rows = $this->select("SELECT *, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), ready_at) AS ready_in,
            TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), next_try) AS next_in FROM ps_product_sync_outbox WHERE id_product = $idProduct AND id_shop = $idShop");

        return $rows ? $rows[0] : null;
    }

    protected function select($sql)
    {
        return Db::getInstance()->executeS($sql);
    }

    /** Makes everything that the outbox knows of older. */
    protected function later($seconds)
    {
        $columns = ['ready_at', 'next_try', 'tried_at', 'taken_at', 'created_at', 'updated_at', 'delivered_at', 'deleted_at'];
        $set = implode(', ', array_map(function ($column) use ($seconds) {
            return "$column = $column - INTERVAL $seconds SECOND";
        }, $columns));
        $this->sql("UPDATE ps_product_sync_outbox SET $set; UPDATE ps_product_sync_state SET updated_at = updated_at - INTERVAL $seconds SECOND;
            UPDATE ps_product_sync_state SET value = value - INTERVAL $seconds SECOND WHERE name LIKE 'off:%';
            UPDATE ps_product SET date_upd = date_upd - INTERVAL $seconds SECOND, date_add = date_add - INTERVAL $seconds SECOND");
        foreach (ProductSync\Outbox\State::beginning('destination:', 10) as $entry) {
            $state = json_decode($entry['value'], true);
            foreach (['wait_until', 'delivered_at', 'closed_at'] as $field) {
                $state[$field] = max(0, $state[$field] - $seconds);
            }
            ProductSync\Outbox\State::setJson($entry['name'], $state);
        }
    }

    /** As the relay does it: takes what is due and has it delivered. */
    protected function relayDelivers()
    {
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'delivered', attempts = 1, last_status = 201, delivered_at = UTC_TIMESTAMP(),
            taken_at = UTC_TIMESTAMP(), owner = 'relay:1', queued_at = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(), sent_digest = LEFT(SHA2(payload, 256), 32)
            WHERE state = 'ready' AND ready_at <= UTC_TIMESTAMP()");
    }

    protected function relayTakes()
    {
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'taken', owner = 'relay:1', taken_at = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP()
            WHERE state = 'ready' AND ready_at <= UTC_TIMESTAMP()");
    }

    /** What the API received. @return array[] */
    protected function received()
    {
        $file = World::get()->folder . '/received';

        return is_file($file) ? array_map(function ($line) {
            return json_decode($line, true);
        }, file($file)) : [];
    }

    /** How the API answers from now on: by key, or '*'. */
    protected function apiAnswers(array $rules)
    {
        $file = World::get()->folder . '/answers';
        file_put_contents($file . '.next', json_encode($rules));
        rename($file . '.next', $file); // whole, for an API that looks at it meanwhile
    }

    /** The end of this process's own request. */
    protected function endRequest()
    {
        ProductSync\Capture\EndOfRequest::run(true);
    }
}
