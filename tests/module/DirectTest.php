<?php
/* The two direct modes, against an API that misbehaves. */

use ProductSync\Background\Cron;
use ProductSync\Delivery\Direct;
use ProductSync\Delivery\TestConnection;
use ProductSync\Outbox\Claims;
use ProductSync\Outbox\Database;
use ProductSync\Settings\Settings;

final class DirectTest extends ShopCase
{
    protected function setUp(): void
    {
        parent::setUp();
        $this->set('PRODUCT_SYNC_MODE', 'async');
    }

    /** A person makes products 20 and on. */
    private function make($count = 1)
    {
        $steps = [];
        for ($id = 20; $id < 20 + $count; ++$id) {
            array_push($steps, "insert $id|Cup|5|1", "+added $id", "stock $id|1", "+save $id");
        }
        $this->request(self::PAGE, 'POST', '/admin/x', $steps);
    }

    private function states()
    {
        return array_column($this->select('SELECT state FROM ps_product_sync_outbox ORDER BY id_product'), 'state');
    }

    public function testAsyncDeliversAtTheEndOfTheRequest()
    {
        $this->make();
        $row = $this->row(20);
        $this->assertSame(['delivered', 1, 201, null, null], [$row['state'], (int) $row['attempts'], (int) $row['last_status'], $row['last_error'], $row['owner']]);
        $this->assertSame(substr(hash('sha256', $row['payload']), 0, 32), $row['sent_digest']);
        $this->assertNotNull($row['delivered_at']);
        list($got) = $this->received();
        $this->assertSame(
            ['POST', '/products', 'Bearer secret-token', 'application/json', $row['message_key'], '{"id":20,"name":"Cup","price":6.00,"stock":1}'],
            [$got['method'], $got['uri'], $got['authorization'], $got['type'], $got['key'], $got['body']]
        );
    }

    public function testAsyncSendsSideBySide()
    {
        $this->set('PRODUCT_SYNC_PAUSE', '1');
        $this->make(5);
        $this->assertSame([], $this->received());
        $this->set('PRODUCT_SYNC_PAUSE', '0');
        $this->apiAnswers(['*' => ['status' => 200, 'sleep' => 0.5]]);
        $begun = microtime(true);
        $this->assertSame(5, Cron::run(10.0)->delivered);
        $this->assertLessThan(1.8, microtime(true) - $begun);
    }

    public function testWhatSettlesGoesWithTheNextRequestOfTheModule()
    {
        $this->request(self::WEBSERVICE, 'POST', '/api/products', ['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->assertSame(['ready'], $this->states());
        $this->later(11);
        $this->request(self::NOBODY, 'POST', '/order', ['stock 19|99', '+stockUpdate 19']);
        $this->assertSame(['delivered'], $this->states());
    }

    /** An API that hangs would otherwise hold one of PHP's processes for each save, until the shop has none left. */
    public function testOneProcessAtATimeWaitsForTheApi()
    {
        $this->set('PRODUCT_SYNC_SETTLE', '0');
        $this->apiAnswers(['*' => ['held' => true]]);
        $first = popen('php ' . __DIR__ . '/console.php ' . base64_encode(json_encode(['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20'])), 'r');
        for ($end = microtime(true) + 10; !$this->received() && microtime(true) < $end; usleep(10000)) {
            continue;
        }
        $this->script(['insert 21|Cup|5|1', '+added 21', 'stock 21|1', '+save 21']);
        $this->assertSame(['taken', 'ready'], $this->states());
        $this->assertCount(1, $this->received(), 'the other process asked nobody');
        $this->apiAnswers([]);
        pclose($first);
        $this->assertSame(['delivered', 'delivered'], $this->states(), 'who is at it comes by what others leave');
    }

    public function testAnOutageKillsNothing()
    {
        $this->apiAnswers(['*' => ['status' => 503]]);
        $this->make(2);
        $this->assertSame(['ready', 'ready'], $this->states());
        for ($i = 0; $i < 12; ++$i) {
            $this->later(400);
            Cron::run(5.0);
        }
        $this->assertSame(['ready', 'ready'], $this->states());
        $row = $this->row(20);
        $this->assertSame(503, (int) $row['last_status']);
        $this->assertGreaterThanOrEqual(5, (int) $row['attempts']);
        $this->assertSame(0, (int) $row['failures']);
        $this->assertStringStartsWith('HTTP 503', $row['last_error']);
        $keys = array_unique(array_column($this->received(), 'key'));
        $this->assertCount(2, $keys, 'a retry keeps its key');
        $this->apiAnswers([]);
        for ($i = 0; $i < 2; ++$i) {
            $this->later(400);
            Cron::run(5.0);
        }
        $this->assertSame(['delivered', 'delivered'], $this->states());
        $this->assertCount(2, array_unique(array_column($this->received(), 'body')));
    }

    public function testOneThatFailsWhileOthersSucceedIsGivenUp()
    {
        $this->set('PRODUCT_SYNC_PAUSE', '1');
        $this->make(1);
        $this->set('PRODUCT_SYNC_PAUSE', '0');
        $this->set('PRODUCT_SYNC_RETRY_ATTEMPTS', '3');
        $this->apiAnswers([$this->row(20)['message_key'] => ['status' => 500, 'body' => 'boom']]);
        for ($i = 1; $i <= 6 && $this->row(20)['state'] !== 'dead'; ++$i) {
            $id = 100 + $i;
            $this->request(self::PAGE, 'POST', '/admin/x', ["insert $id|Jug|5|1", "+added $id", "stock $id|1", "+save $id"]);
            $this->later(30);
            Cron::run(5.0);
        }
        $row = $this->row(20);
        $this->assertSame(['dead', 3, 'HTTP 500: boom'], [$row['state'], (int) $row['failures'], $row['last_error']]);
        $this->assertSame(1, count(array_keys($this->states(), 'dead', true)));
    }

    /** "It is there already": the attempt of which nobody heard was the one. */
    public function testAConflictThatLastsAfterAnAttemptWithoutAnAnswerIsADelivery()
    {
        $this->set('PRODUCT_SYNC_TIMEOUT', '1');
        $this->apiAnswers(['*' => ['status' => 201, 'sleep' => 1.5]]);
        $this->make();
        $this->assertNull($this->row(20)['last_status']);
        $this->apiAnswers(['*' => ['status' => 409]]);
        $this->later(5);
        Cron::run(5.0);
        $row = $this->row(20);
        $this->assertSame(['ready', 0], [$row['state'], (int) $row['failures']]);
        $this->assertStringContainsString('409 after an attempt without an answer', $row['last_error']);
        $this->assertEqualsWithDelta(2, $row['ready_in'], 1);
        $this->later(3);
        Cron::run(5.0);
        $this->assertSame(['delivered', 3, null], [$this->row(20)['state'], (int) $this->row(20)['attempts'], $this->row(20)['last_error']]);
    }

    /** Likewise where PHP was killed over the attempt; but not where every attempt was answered. */
    public function testAConflictIsADeliveryOnlyAfterDoubt()
    {
        $this->apiAnswers(['*' => ['status' => 409]]);
        $this->make(2);
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'taken', owner = 'php:gone' WHERE id_product = 21");
        for ($i = 0; $i < 3; ++$i) {
            $this->later(121);
            Cron::run(5.0);
        }
        $this->assertSame(['ready', 'delivered'], $this->states());
    }

    public function testBackoffDoubles()
    {
        $this->set('PRODUCT_SYNC_RETRY_BACKOFF', '10');
        $this->apiAnswers(['*' => ['status' => 409]]);
        $this->make();
        foreach ([10, 20, 40] as $seconds) {
            $this->assertEqualsWithDelta($seconds, $this->row(20)['ready_in'], 2);
            $this->assertEqualsWithDelta($seconds, $this->row(20)['next_in'], 2);
            $this->later($seconds + 3);
            Cron::run(5.0);
        }
    }

    public function testRefusedPayloadIsDeadAtOnce()
    {
        $this->apiAnswers(['*' => ['status' => 422, 'body' => '{"detail":"no such product, secret-token"}']]);
        $this->make();
        $row = $this->row(20);
        $this->assertSame(['dead', 422, 'HTTP 422: {"detail":"no such product, ***"}'], [$row['state'], (int) $row['last_status'], $row['last_error']]);
    }

    public function testRetryAfterHoldsTheWholeApi()
    {
        $this->apiAnswers(['*' => ['status' => 429, 'headers' => ['Retry-After: 120']]]);
        $this->make();
        $this->assertEqualsWithDelta(120, $this->row(20)['ready_in'], 3);
        $this->apiAnswers([]);
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 30|Jug|5|1', '+added 30', 'stock 30|1', '+save 30']);
        $this->assertCount(1, $this->received());
        $this->later(130);
        Cron::run(5.0);
        $this->assertSame(['delivered', 'delivered'], $this->states());
    }

    public function testARefusedTokenSuspendsUntilItIsAnother()
    {
        $this->apiAnswers(['*' => ['status' => 401]]);
        $this->make(3);
        $this->assertSame(['ready', 'ready', 'ready'], $this->states());
        $suspension = Direct::destination(Settings::ofShop(1))->suspension();
        $this->assertStringContainsString('token', $suspension);
        $this->later(3600);
        Cron::run(5.0);
        $this->assertCount(3, $this->received());
        $this->apiAnswers([]);
        $this->set('MY_API_TOKEN', 'another');
        Cron::run(5.0);
        $this->assertSame(['delivered', 'delivered', 'delivered'], $this->states());
    }

    public function testAPersonEndsASuspension()
    {
        $this->apiAnswers(['*' => ['status' => 410]]);
        $this->make(1);
        $this->apiAnswers([]);
        $this->later(3600);
        Cron::run(5.0);
        $this->assertSame(['ready'], $this->states());
        Direct::resume(1);
        Cron::run(5.0);
        $this->assertSame(['delivered'], $this->states());
    }

    public function testBreakerLetsOneTrialThrough()
    {
        $this->apiAnswers(['*' => ['status' => 500]]);
        $this->make(6);
        $this->assertCount(5, $this->received(), 'five failures in a row open it');
        $this->later(10);
        Cron::run(5.0);
        $this->assertCount(6, $this->received(), 'one trial');
        $this->apiAnswers([]);
        $this->later(400);
        $this->assertSame(6, Cron::run(5.0)->delivered);
    }

    public function testNoAnswerAndAWrongName()
    {
        $this->set('MY_API_URL', 'http://127.0.0.1:1/');
        $this->make();
        $row = $this->row(20);
        $this->assertSame(['ready', null], [$row['state'], $row['last_status']]);
        $this->assertNotSame('', $row['last_error']);
        $this->set('MY_API_URL', 'https://nowhere.invalid/');
        $this->later(400);
        Cron::run(5.0);
        $this->assertSame(2, (int) $this->row(20)['attempts']);
    }

    public function testRedirectsAreNotFollowed()
    {
        $this->apiAnswers(['*' => ['status' => 302, 'headers' => ['Location: /elsewhere']]]);
        $this->make();
        $this->assertSame('ready', $this->row(20)['state']);
        $this->assertSame(['/products'], array_column($this->received(), 'uri'));
    }

    public function testATakeOfAProcessThatDied()
    {
        $this->set('PRODUCT_SYNC_PAUSE', '1');
        $this->make();
        $this->set('PRODUCT_SYNC_PAUSE', '0');
        $key = $this->row(20)['message_key'];
        list($row) = Claims::take(1, 5);
        $this->assertSame([], Claims::take(1, 5));
        Cron::run(5.0);
        $this->assertSame(['taken'], $this->states());
        $this->later(121);
        Cron::run(5.0);
        $this->assertSame(['delivered'], $this->states());
        $this->assertSame([$key], array_column($this->received(), 'key'));
        $this->assertFalse(Claims::delivered($row, 200, 'x'), 'what the dead one says later is not believed');
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'taken', owner = 'php:somebody else'");
        $this->assertFalse(Claims::dead($row, 400, 'x', true), 'nor when another one has it by then');
    }

    public function testNothingIsTakenInQueueModeOrPausedOrOnACopy()
    {
        $this->set('PRODUCT_SYNC_PAUSE', '1');
        $this->make();
        $obstacles = [['PRODUCT_SYNC_PAUSE', '1'], ['PRODUCT_SYNC_MODE', 'queue'], ['PRODUCT_SYNC_PLACE', 'elsewhere.example/'], ['MY_API_TOKEN', 'def50200ff']];
        foreach ($obstacles as list($name, $value)) {
            $was = Configuration::getGlobalValue($name);
            $this->set('PRODUCT_SYNC_PAUSE', '0');
            $this->set($name, $value);
            Cron::run(5.0);
            $this->assertSame(['ready'], $this->states(), $name);
            $this->set($name, $was);
        }
        $this->set('PRODUCT_SYNC_PAUSE', '0');
        Cron::run(5.0);
        $this->assertSame(['delivered'], $this->states());
    }

    public function testWithoutAnAddressThereAreNoRows()
    {
        $this->set('MY_API_URL', '');
        $this->make();
        $this->assertSame([], $this->rows());
    }

    public function testSimpleSendsOnceAndWaits()
    {
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->make(2);
        $this->assertSame(['delivered', 'delivered'], $this->states());
        list($one, $two) = array_column($this->received(), 'at');
        $this->assertGreaterThan(0, $two - $one);
    }

    public function testSimpleFailsAtOnce()
    {
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->apiAnswers(['*' => ['status' => 503]]);
        $this->make();
        $row = $this->row(20);
        $this->assertSame(['dead', 503, 1], [$row['state'], (int) $row['last_status'], (int) $row['attempts']]);
    }

    public function testSimpleStopsAfterThreeSeconds()
    {
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->apiAnswers(['*' => ['status' => 200, 'sleep' => 5]]);
        $begun = microtime(true);
        $this->make(3);
        $this->assertLessThan(4.5, microtime(true) - $begun);
        $this->assertSame(['dead', 'ready', 'ready'], $this->states());
        $this->apiAnswers([]);
        Cron::run(5.0);
        $this->assertSame(['dead', 'delivered', 'delivered'], $this->states());
    }

    public function testSimpleStopsAfterNoAnswer()
    {
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->set('MY_API_URL', 'http://127.0.0.1:1/');
        $this->make(3);
        $this->assertSame(['dead', 'ready', 'ready'], $this->states());
    }

    /** The limit is the request's, however many shops it sends for. */
    public function testSimpleStopsAfterThreeSecondsInAllShops()
    {
        $this->secondShop();
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->set('PRODUCT_SYNC_SHOPS', 'each');
        $this->apiAnswers(['*' => ['status' => 200, 'sleep' => 5]]);
        $begun = microtime(true);
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Cup|5|1', 'associate 20|2|Cup|5|1', '+added 20', 'stock 20|1', 'stock 20|1|2', '+save 20']);
        $this->assertLessThan(4.5, microtime(true) - $begun);
        $this->assertSame(['dead', 'ready'], $this->states());
    }

    /** Time that is left but may not do is not begun with: what is cut short would be dead, and perhaps taken. */
    public function testSimpleBeginsNothingThatItMayNotEnd()
    {
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->apiAnswers(['*' => ['status' => 200, 'sleep' => 1.1]]);
        $this->set('PRODUCT_SYNC_PAUSE', '1');
        $this->make(5);
        $this->set('PRODUCT_SYNC_PAUSE', '0');
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 90|Jug|5|1', '+added 90', 'stock 90|1', '+save 90']);
        $this->assertSame([], array_values(array_diff($this->states(), ['delivered', 'ready'])));
        $this->assertContains('delivered', $this->states());
    }

    public function testSimpleSendsTheRequestsOwnProductBeforeABacklog()
    {
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->set('PRODUCT_SYNC_PAUSE', '1');
        $this->make(5);
        $this->later(60);
        $this->set('PRODUCT_SYNC_PAUSE', '0');
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 90|Jug|5|1', '+added 90', 'stock 90|1', '+save 90']);
        $this->assertSame('{"id":90,"name":"Jug","price":6.00,"stock":1}', $this->received()[0]['body']);
        $this->assertCount(6, $this->received());
    }

    /** Nobody answered for the first shop: the second one's rows wait as well. */
    public function testSimpleStopsInAllShopsAfterNoAnswer()
    {
        $this->secondShop();
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->set('PRODUCT_SYNC_SHOPS', 'each');
        $this->set('MY_API_URL', 'http://127.0.0.1:1/', 1);
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Cup|5|1', 'associate 20|2|Cup|5|1', '+added 20', 'stock 20|1', 'stock 20|1|2', '+save 20']);
        $this->assertSame(['dead', 'ready'], $this->states());
    }

    public function testSimpleLeavesAloneAnApiThatIsSuspended()
    {
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->apiAnswers(['*' => ['status' => 401]]);
        foreach ([20, 30, 40, 50] as $id) {
            $this->request(self::PAGE, 'POST', '/admin/x', ["insert $id|Jug|5|1", "+added $id", "stock $id|1", "+save $id"]);
        }
        $this->assertSame(['dead', 'dead', 'dead', 'ready'], $this->states());
    }

    /** What a script recorded on its way counts as well. */
    public function testSimpleLeavesTheRowsOfAScriptThatMakesMany()
    {
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->set('PRODUCT_SYNC_SETTLE', '0');
        $steps = [];
        for ($id = 20; $id < 121; ++$id) {
            array_push($steps, "insert $id|Cup|5|1", "+added $id", "stock $id|1", "+save $id");
        }
        $this->script($steps);
        $this->assertSame(array_fill(0, 101, 'ready'), $this->states());
    }

    public function testAProductThatIsDeletedWhileItIsTriedInVain()
    {
        $this->set('PRODUCT_SYNC_PAUSE', '1');
        $this->make(2);
        $rows = Claims::take(1, 5);
        foreach ([20, 21] as $id) {
            $this->request(self::PAGE, 'POST', '/admin/x', ["delete $id", "+deleteAfter $id"]);
        }
        Claims::retry($rows[0], 503, 'HTTP 503', false, 0);
        $this->later(121);
        Claims::recover();
        $this->assertSame(['discarded', 'discarded'], $this->states());
        $this->assertNull($this->row(20)['next_try']);
    }

    public function testSimpleLeavesRowsWhenThereAreMany()
    {
        $this->set('PRODUCT_SYNC_MODE', 'simple');
        $this->make(6);
        $this->assertSame([], $this->received());
        $this->request(self::PAGE, 'POST', '/admin/import', ['import', 'insert 30|Jug|5|1', '+added 30', 'stock 30|1', '+save 30']);
        $this->assertSame([], $this->received());
        Cron::run(5.0);
        $this->assertCount(7, $this->received());
    }

    public function testOneLineInTheLogForARoundThatDelivered()
    {
        $this->set('PRODUCT_SYNC_PAUSE', '1');
        $this->make(3);
        Cron::run(5.0);
        $this->assertSame([], PrestaShopLogger::$lines);
        $this->set('PRODUCT_SYNC_PAUSE', '0');
        Cron::run(5.0);
        $this->assertSame(['product_sync: 3 delivered, 0 to be tried again, 0 failed'], PrestaShopLogger::$lines);
    }

    public function testOneLineInTheLogForARoundThatFailed()
    {
        $this->set('PRODUCT_SYNC_PAUSE', '1');
        $this->make(3);
        $this->set('PRODUCT_SYNC_PAUSE', '0');
        $this->apiAnswers(['*' => ['status' => 400, 'body' => 'secret-token']]);
        Cron::run(5.0);
        $this->assertSame(['product_sync: 0 delivered, 0 to be tried again, 3 failed; the last: HTTP 400: ***'], PrestaShopLogger::$lines);
    }

    public function testConnectionTestTakesTheRoadOfDeliveries()
    {
        $this->assertSame('reached', TestConnection::run(1)['verdict']);
        list($got) = $this->received();
        $this->assertSame(['GET', '/products', 'Bearer secret-token', '', ''], [$got['method'], $got['uri'], $got['authorization'], $got['key'], $got['body']]);
        $this->apiAnswers(['*' => ['status' => 401]]);
        $this->assertSame('credentials', TestConnection::run(1)['verdict']);
        $this->set('PRODUCT_SYNC_TEST_METHOD', 'HEAD');
        $this->apiAnswers(['*' => ['status' => 301, 'headers' => ['Location: /x']]]);
        $this->assertSame('failed', TestConnection::run(1)['verdict']);
        $this->set('MY_API_URL', 'http://127.0.0.1:1/');
        $this->assertSame('failed', TestConnection::run(1)['verdict']);
    }

    public function testNoConnectionTestLeavesAShopThatMayBeACopy()
    {
        $this->sql("UPDATE ps_shop_url SET physical_uri = '/copy/'");
        $this->assertSame([TestConnection::FAILED, 0, TestConnection::UNANSWERED], array_values(TestConnection::run(1)));
        $this->assertSame([], $this->received());
    }

    public function testConnectionTestThroughTheRelay()
    {
        $id = TestConnection::ask(1);
        $this->assertNull(TestConnection::answer(1, $id));
        ProductSync\Outbox\State::setJson('test_result:1', ['id' => $id, 'verdict' => 'reached', 'status' => 200, 'text' => 'ok']);
        $this->assertSame(['verdict' => 'reached', 'status' => 200, 'text' => 'ok'], TestConnection::answer(1, $id));
        $this->assertNull(TestConnection::answer(1, TestConnection::ask(1)));
    }

    public function testTheDatabasesClockIsTheOnlyOne()
    {
        $this->sql("SET GLOBAL time_zone = '+05:00'");
        Db::getInstance()->connect();
        try {
            $this->make();
            $this->assertSame(['delivered'], $this->states());
            $this->assertEqualsWithDelta(time(), Database::now(), 2);
        } finally {
            $this->sql("SET GLOBAL time_zone = 'SYSTEM'");
        }
    }
}
