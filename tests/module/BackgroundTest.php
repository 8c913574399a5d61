<?php
/* The background work: what was missed is found, the catalogue is sent, what is old is emptied; never twice at once, never in a scan. */

use ProductSync\Background\Catalogue;
use ProductSync\Background\Cron;
use ProductSync\Background\Slice;
use ProductSync\Delivery\Budget;
use ProductSync\Outbox\Database;
use ProductSync\Outbox\Figures;
use ProductSync\Outbox\State;

final class BackgroundTest extends ShopCase
{
    public function testTheSweepFindsWhatNoHookToldOf()
    {
        Player::play(['insert 20|Cup|5|1', 'stock 20|1']);
        Cron::run(5.0);
        $this->assertSame([], $this->rows(), 'not before five minutes');
        $this->later(301);
        Cron::run(5.0);
        $this->assertSame(['20 ready ' . self::CUP], $this->rows());
        $this->relayDelivers();
        $this->later(301);
        Cron::run(5.0);
        $this->assertSame(['20 delivered ' . self::CUP], $this->rows());
    }

    public function testTheSweepLeavesWhatWasThereBeforeTheModule()
    {
        $this->later(301);
        Cron::run(5.0);
        $this->assertSame([], $this->rows());
    }

    /** Then the first shop it is in has it, as when a hook tells of it. */
    public function testTheSweepFindsAProductThatIsNotInItsDefaultShop()
    {
        $this->secondShop();
        Player::play(['insert 20|Cup|5|1', 'stock 20|1', 'insert 21|Pot|5|1', 'stock 21|1']);
        $this->sql('UPDATE ps_product SET id_shop_default = 2 WHERE id_product = 20');
        $this->later(301);
        Cron::run(5.0);
        $this->assertSame(['20 ready ' . self::CUP, '21 ready {"id":21,"name":"Pot","price":6.00,"stock":1}'], $this->rows());
    }

    public function testTheSweepCompletesDrafts()
    {
        $this->request(self::PAGE, 'POST', '/admin/sell/catalog/products-v2/20/edit', [
            'insert 20', '+added 20', 'stock 20|1', '+formBefore 20', 'name 20|Cup', 'price 20|5', '+update 20', 'breaks die',
        ]);
        $this->assertSame(['20 draft its save was not finished'], $this->rows());
        Cron::run(5.0);
        $this->assertSame(['20 draft its save was not finished'], $this->rows());
        $this->later(301);
        Cron::run(5.0);
        $this->assertSame(['20 ready ' . self::CUP], $this->rows());
    }

    public function testAnAbandonedDraftStaysOneForEver()
    {
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20', '+added 20', 'stock 20|0', '+save 20']);
        for ($i = 0; $i < 3; ++$i) {
            $this->later(4000);
            Cron::run(5.0);
        }
        $this->assertSame(['20 draft no name yet'], $this->rows());
    }

    public function testTheSweepGoesOnFromWhereItStopped()
    {
        $this->sql('INSERT INTO ps_product SELECT 1000 + seq, 1, 1, \'2020-01-01\', \'2020-01-01\' FROM seq_1_to_150;
            INSERT INTO ps_product_shop SELECT 1000 + seq, 1, 5, 1 FROM seq_1_to_150;
            INSERT INTO ps_product_lang SELECT 1000 + seq, 1, 1, \'Cup\', \'\' FROM seq_1_to_150;
            INSERT INTO ps_stock_available SELECT 1000 + seq, 0, 1, 0, 1 FROM seq_1_to_150;
            INSERT INTO ps_product VALUES (30000, 1, 1, \'2020-01-01\', \'2020-01-01\')');
        for ($i = 0; $i < 6; ++$i) {
            Cron::run(10.0);
        }
        $this->assertCount(150, $this->rows());
    }

    /** A product that ends PHP - another module on the price hook, say - does not keep the others from being found. */
    public function testTheSweepGetsPastAProductThatEndsPhp()
    {
        Player::play(['insert 20|Cup|5|1', 'stock 20|1', 'insert 21|Jug|5|1', 'stock 21|1']);
        $this->later(301);
        for ($i = 0; $i < 2; ++$i) {
            $texts[] = $this->script(['diesAt 20', 'background'])[1];
            $this->sql("UPDATE ps_product_sync_state SET updated_at = UTC_TIMESTAMP() WHERE name LIKE 'lock:%'");
        }
        $this->assertSame(['broken module', 'end'], $texts);
        $this->assertSame(['21 ready {"id":21,"name":"Jug","price":6.00,"stock":1}'], $this->rows());
    }

    public function testALookAtAChangeGetsPastAProductThatEndsPhp()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        foreach ([20, 21] as $id) {
            $this->request(self::PAGE, 'POST', '/admin/x', ["insert $id|Cup|5|1", "+added $id", "stock $id|1", "+save $id"]);
        }
        $this->relayTakes();
        $this->request(self::PAGE, 'POST', '/admin/x', ['price 20|9', 'round 20', 'price 21|9', 'round 21']);
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'ready', ready_at = UTC_TIMESTAMP()");
        $this->relayDelivers();
        for ($i = 0; $i < 2; ++$i) {
            $texts[] = $this->script(['diesAt 20', 'background'])[1];
            $this->sql("UPDATE ps_product_sync_state SET updated_at = UTC_TIMESTAMP() WHERE name LIKE 'lock:%'");
        }
        $this->assertSame(['broken module', 'end'], $texts);
        $this->assertSame(['delivered', 'ready'], [$this->row(20)['state'], $this->row(21)['state']]);
    }

    /** By somebody for whom no hook of the module runs. */
    public function testTheSweepFindsThatAWaitingProductIsGone()
    {
        $this->cup();
        $this->sql('UPDATE ps_product_sync_outbox SET id_outbox = 2000000');
        $this->sql('DELETE FROM ps_product WHERE id_product = 20; DELETE FROM ps_product_shop WHERE id_product = 20');
        Cron::run(5.0);
        $this->assertSame(['20 ready ' . self::CUP], $this->rows(), 'not before five minutes');
        $this->later(301);
        Cron::run(5.0);
        $this->assertSame([], $this->rows());
        $this->assertSame('0', State::get('waiting'), 'it begins anew');
    }

    public function testDisabledMeanwhile()
    {
        $this->sql('DELETE FROM ps_module_shop');
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->assertSame([], $this->rows());
        $this->sql('INSERT INTO ps_module_shop VALUES (7, 1)');
        $this->later(301);
        Cron::run(5.0);
        $this->assertSame(['20 ready ' . self::CUP], $this->rows());
    }

    public function testNeverTwiceAtOnce()
    {
        $lock = State::lock('cron', 60);
        $this->assertNull(Cron::run(5.0));
        $this->assertNull(State::lock('cron', 60));
        State::unlock('cron', 'somebody else\'s');
        $this->assertNull(Cron::run(5.0));
        State::unlock('cron', $lock);
        $this->assertNotNull(Cron::run(5.0));
        State::lock('cron', 60);
        $this->later(61);
        $this->assertNotNull(Cron::run(5.0), 'a run that died holds the next one up for a while only');
    }

    public function testASliceOnceAMinute()
    {
        Player::play(['insert 20|Cup|5|1', 'stock 20|1']);
        $this->later(301);
        $this->request(self::NOBODY, 'GET', '/', ['+page']);
        $this->assertCount(1, $this->rows());
        $this->sql('DELETE FROM ps_product_sync_outbox');
        $this->request(self::NOBODY, 'GET', '/', ['+page']);
        $this->assertCount(0, $this->rows());
        $this->later(60);
        $this->set('PRODUCT_SYNC_SLICE', '0');
        $this->request(self::NOBODY, 'GET', '/', ['+page']);
        $this->assertCount(0, $this->rows());
        $this->set('PRODUCT_SYNC_SLICE', '1');
        $this->request(self::NOBODY, 'GET', '/', ['+page']);
        $this->assertCount(1, $this->rows());
        $this->assertSame(60, Slice::EVERY);
    }

    public function testCatalogue()
    {
        $this->sql('INSERT INTO ps_product SELECT 1000 + seq, 1, 1, \'2020-01-01\', \'2020-01-01\' FROM seq_1_to_250;
            INSERT INTO ps_product_shop SELECT 1000 + seq, 1, 5, 1 FROM seq_1_to_250;
            INSERT INTO ps_product_lang SELECT 1000 + seq, 1, 1, \'Cup\', \'\' FROM seq_1_to_250;
            INSERT INTO ps_stock_available SELECT 1000 + seq, 0, 1, 0, 1 FROM seq_1_to_250');
        $this->assertNull(Catalogue::progress(1));
        Catalogue::start(1);
        $this->assertSame(['done' => 0, 'total' => 251, 'finished' => false], Catalogue::progress(1));
        Catalogue::step(1, new Budget(0.0001, 1));
        $this->assertLessThan(251, Catalogue::progress(1)['done']);
        Cron::run(20.0);
        $this->assertSame(['done' => 251, 'total' => 251, 'finished' => true], Catalogue::progress(1));
        $this->assertSame(251, count(preg_grep('/ ready \{/', $this->rows())));
        $this->relayDelivers();
        Player::play(['price 1007|6']);
        Catalogue::start(1);
        Cron::run(20.0);
        $this->assertSame(['1007 ready product.updated r1 {"id":1007,"name":"Cup","price":7.20,"stock":1}'], array_values(preg_grep('/ ready /', $this->rows())));
    }

    public function testTheCatalogueGetsPastAProductThatEndsPhp()
    {
        Player::play(['insert 20|Cup|5|1', 'stock 20|1', 'insert 21|Jug|5|1', 'stock 21|1']);
        Catalogue::start(1);
        for ($i = 0; $i < 3; ++$i) {
            $texts[] = $this->script(['diesAt 20', 'background'])[1];
            $this->sql("UPDATE ps_product_sync_state SET updated_at = UTC_TIMESTAMP() WHERE name LIKE 'lock:%'");
        }
        $this->assertSame(['broken module', 'broken module', 'end'], $texts);
        $this->assertSame(['done' => 3, 'total' => 3, 'finished' => true], Catalogue::progress(1));
        $this->assertSame(['19 ready', '21 ready'], array_map(function ($line) {
            return substr($line, 0, 8);
        }, $this->rows()));
    }

    public function testPurgeEmptiesButRemembers()
    {
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $key = $this->row(20)['message_key'];
        $this->relayDelivers();
        $this->later(29 * 86400);
        Cron::run(5.0);
        $this->assertSame(self::CUP, $this->row(20)['payload']);
        $this->later(2 * 86400);
        Cron::run(5.0);
        $row = $this->row(20);
        $this->assertSame(['delivered', null, $key], [$row['state'], $row['payload'], $row['message_key']]);
        $this->later(200 * 86400);
        Cron::run(5.0);
        $this->assertCount(1, $this->rows(), 'the product is there still');
        $this->request(self::PAGE, 'POST', '/admin/x', ['delete 20', '+deleteAfter 20']);
        $this->later(89 * 86400);
        Cron::run(5.0);
        $this->assertCount(1, $this->rows());
        $this->later(10 * 86400);
        Cron::run(5.0);
        $this->later(8 * 86400);
        Cron::run(5.0);
        $this->assertCount(0, $this->rows());
    }

    public function testADeletedProductIsRememberedAsLongAsTheQueueRemembersKeys()
    {
        State::setJson('relay:a', ['version' => '1', 'keep' => 200 * 86400]);
        $this->sql("INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, payload, created_at, updated_at, deleted_at) VALUES
            (1, 20, 'delivered', 'product.created', 'x', UTC_TIMESTAMP() - INTERVAL 150 DAY, UTC_TIMESTAMP() - INTERVAL 150 DAY, UTC_TIMESTAMP() - INTERVAL 150 DAY)");
        Cron::run(5.0);
        $this->assertCount(1, $this->rows());
        State::remove('relay:a');
        Cron::run(5.0);
        $this->assertCount(0, $this->rows());
    }

    /** An import that truncates leaves rows of products that no hook told of as gone. */
    public function testPurgeFindsWhatVanished()
    {
        $this->sql("INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, payload, created_at, updated_at) VALUES
            (1, 20, 'delivered', 'product.created', 'x', UTC_TIMESTAMP() - INTERVAL 150 DAY, UTC_TIMESTAMP() - INTERVAL 150 DAY)");
        Cron::run(5.0);
        $this->assertSame(['20 delivered  (gone)'], $this->rows());
    }

    public function testPurgeGoesAlongManyOfOneSecond()
    {
        $this->sql("INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, payload, created_at, updated_at)
            SELECT 1, 1000 + seq, 'delivered', 'product.created', 'x', '2020-01-01', '2020-01-01' FROM seq_1_to_1700");
        Cron::run(10.0);
        $this->assertSame('0', (string) Database::value('SELECT COUNT(*) FROM ps_product_sync_outbox WHERE payload IS NOT NULL'));
        $this->assertSame(['at', 'id'], array_keys(State::json('purge:1:delivered')));
    }

    public function testNoStatementScans()
    {
        $this->sql("INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, payload, message_key, created_at, updated_at, ready_at)
            SELECT 1, 1000 + seq, IF(seq % 100, 'delivered', 'ready'), 'product.created', 'x', 'k', '2020-01-01', UTC_TIMESTAMP(), UTC_TIMESTAMP() - INTERVAL seq SECOND
            FROM seq_1_to_20000; ANALYZE TABLE ps_product_sync_outbox");
        Db::getInstance()->log = [];
        ProductSync\Outbox\Claims::take(1, 5);
        ProductSync\Outbox\Claims::hasDue(1);
        Figures::oldestDue(1);
        Figures::waiting();
        Cron::run(5.0);
        Cron::run(5.0);
        $looked = 0;
        foreach (preg_grep('/^(SELECT|UPDATE|DELETE).*product_sync_outbox/s', Db::getInstance()->log) as $sql) {
            foreach (Database::rows('EXPLAIN ' . $sql) as $step) {
                if (in_array($step['table'], ['o', 'ps_product_sync_outbox'], true)) {
                    $this->assertNotContains($step['type'], ['ALL', 'index'], $sql);
                    $this->assertNotNull($step['key'], $sql);
                    ++$looked;
                }
            }
        }
        $this->assertGreaterThan(20, $looked);
    }

    public function testFigures()
    {
        $this->sql("INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, created_at, updated_at, ready_at) VALUES
            (1, 20, 'ready', 'product.created', UTC_TIMESTAMP(), UTC_TIMESTAMP(), UTC_TIMESTAMP() - INTERVAL 400 SECOND),
            (1, 21, 'ready', 'product.created', UTC_TIMESTAMP(), UTC_TIMESTAMP(), UTC_TIMESTAMP() + INTERVAL 400 SECOND),
            (1, 22, 'dead', 'product.created', UTC_TIMESTAMP(), UTC_TIMESTAMP(), NULL)");
        $this->assertSame(2, Figures::waiting());
        $this->assertEqualsWithDelta(400, Figures::oldestDue(1), 2);
        State::setJson('relay:ab', ['version' => '1.0.0', 'host' => 'h', 'shops' => ['1' => 'delivering']]);
        $this->assertSame([['owner' => 'relay:ab', 'version' => '1.0.0', 'host' => 'h', 'word' => 'delivering', 'age' => 0]], Figures::relays(1));
    }
}
