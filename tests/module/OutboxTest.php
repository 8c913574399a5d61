<?php
/* What becomes of rows: revisions, frozen bytes, deletions, later edits, settle time, and two requests at once. */

use ProductSync\Capture\Key;
use ProductSync\Outbox\Actions;
use ProductSync\Outbox\Database;
use ProductSync\Outbox\Rows;
use ProductSync\Outbox\StorageError;

final class OutboxTest extends ShopCase
{
    private function webservice(array $steps)
    {
        $this->request(self::WEBSERVICE, 'PATCH', '/api/x', $steps);
    }

    public function testARowHasItsKeyAndItsTimes()
    {
        $this->cup();
        $row = $this->row(20);
        $this->assertSame(Key::of(20, '0b5e6c1e-1111-4222-8333-944445555666:1', 'product.created', 0, self::CUP), $row['message_key']);
        $this->assertSame([0, 0], [(int) $row['ready_in'], (int) $row['attempts']]);
        $this->assertNull($row['taken_at']);
        $this->assertNull($row['last_error']);
    }

    public function testSettleTimeIsRestartedTenTimesAtMost()
    {
        $this->webservice(['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->assertEqualsWithDelta(10, $this->row(20)['ready_in'], 1);
        for ($i = 1; $i <= 12; ++$i) {
            $this->later(5);
            $this->webservice(["stock 20|$i", '+stockUpdate 20']);
        }
        $row = $this->row(20);
        $this->assertSame(10, (int) $row['settles']);
        $this->assertLessThanOrEqual(1, $row['ready_in']);
        $this->assertStringContainsString('"stock":12', $row['payload']);
    }

    public function testAPersonsSaveEndsTheSettleTime()
    {
        $this->webservice(['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->edit([]);
        $this->assertLessThanOrEqual(0, $this->row(20)['ready_in']);
    }

    public function testWhatIsTakenIsFrozen()
    {
        $this->cup();
        $this->relayTakes();
        $this->edit(['price 20|99', 'name 20|Other']);
        $this->assertSame(['20 taken ' . self::CUP], $this->rows());
    }

    public function testARetryKeepsItsBytes()
    {
        $this->cup();
        $this->sql("UPDATE ps_product_sync_outbox SET taken_at = UTC_TIMESTAMP(), attempts = 1");
        $this->edit(['price 20|99']);
        $this->assertSame(['20 ready ' . self::CUP], $this->rows());
    }

    public function testLaterEditsSendNothing()
    {
        $this->cup();
        $this->relayDelivers();
        $this->edit(['price 20|99']);
        $this->assertSame(['20 delivered ' . self::CUP], $this->rows());
    }

    public function testChangesAreSentWhenAskedForAndOnlyIfThereAreAny()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->cup();
        $key = $this->row(20)['message_key'];
        $this->relayDelivers();
        $this->edit([]);
        $this->assertSame(['20 delivered ' . self::CUP], $this->rows());
        $this->edit(['price 20|10']);
        $this->edit(['stock 20|2']);
        $this->assertSame(['20 ready product.updated r1 {"id":20,"name":"Cup","price":12.00,"stock":2}'], $this->rows());
        $this->assertNotSame($key, $this->row(20)['message_key']);
        $this->edit(['price 20|5', 'stock 20|1']);
        $this->assertSame(['20 delivered product.updated r1 ' . self::CUP], $this->rows(), 'back to what was sent: nothing to tell');
    }

    /** Also in the back office: the saves of a settle time become one message. A creation goes at once. */
    public function testChangesSettle()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $waits = "SELECT ready_at > UTC_TIMESTAMP() + INTERVAL 5 SECOND FROM ps_product_sync_outbox";
        $this->cup();
        $this->assertSame('0', (string) Database::value($waits));
        $this->relayDelivers();
        $this->edit(['price 20|10']);
        $this->assertSame('1', (string) Database::value($waits));
        $this->edit(['price 20|11']);
        $this->assertSame(['1', '1'], [(string) Database::value($waits), (string) $this->row(20)['settles']]);
    }

    public function testAChangeOfAProductThatWasThereBefore()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->request(self::PAGE, 'POST', '/admin/x', ['price 19|20', 'round 19']);
        $this->assertSame(['19 ready product.updated {"id":19,"name":"Old mug","price":24.00,"stock":100}'], $this->rows());
    }

    public function testAChangeWhileTheMessageIsUnderWayIsNotLost()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->cup();
        $this->relayTakes();
        $this->edit(['price 20|10']);
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame(['20 taken ' . self::CUP], $this->rows());
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'ready', ready_at = UTC_TIMESTAMP()");
        $this->relayDelivers();
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame(['20 ready product.updated r1 {"id":20,"name":"Cup","price":12.00,"stock":1}'], $this->rows());
        $this->assertSame([], ProductSync\Outbox\State::beginning('again:', 10));
    }

    /** However many messages of another shop's wait for an API that is down. */
    public function testWhatIsUnderWayKeepsNoOtherProductFromItsTurn()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->cup();
        $this->relayTakes();
        $this->edit(['price 20|10']);
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'ready', ready_at = UTC_TIMESTAMP();
            INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, payload, taken_at, created_at, updated_at)
            SELECT 1, 1000000 + seq, 'taken', 'product.created', 'x', UTC_TIMESTAMP(), UTC_TIMESTAMP(), UTC_TIMESTAMP() FROM seq_1_to_2100;
            INSERT INTO ps_product_sync_state SELECT CONCAT('again:1:', 1000000 + seq), 'changed', UTC_TIMESTAMP() FROM seq_1_to_2100");
        $this->relayDelivers();
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame('delivered', $this->row(20)['state'], 'so many are passed over at once');
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame(['ready', 'product.updated'], [$this->row(20)['state'], $this->row(20)['type']]);
        $this->assertNull(ProductSync\Outbox\State::get('again:1:20'));
        $this->assertSame('', ProductSync\Outbox\State::get('later'));
    }

    /** Nor does one that cannot be written keep others from theirs, or the rest of the work from being done. */
    public function testALookThatFailsKeepsNothingElseFromBeingDone()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->cup();
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 21|Pot|5|1', '+added 21', 'stock 21|1', '+save 21']);
        $this->relayTakes();
        $this->edit(['price 20|10', 'price 21|10', 'round 21']);
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'ready', ready_at = UTC_TIMESTAMP()");
        $this->relayDelivers();
        Player::play(['insert 22|Jug|5|1', 'stock 22|1']);
        $this->later(301);
        $this->sql("CREATE TRIGGER full BEFORE UPDATE ON ps_product_sync_outbox FOR EACH ROW
            IF OLD.id_product = 20 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'The table is full'; END IF");
        try {
            ProductSync\Background\Cron::run(5.0);
            $this->fail('it was written');
        } catch (StorageError $e) {
            $this->assertSame(['again:1:20'], array_column(ProductSync\Outbox\State::beginning('again:', 10), 'name'));
        } finally {
            $this->sql('DROP TRIGGER full');
        }
        $this->assertSame([
            '20 delivered ' . self::CUP,
            '21 ready product.updated r1 {"id":21,"name":"Pot","price":12.00,"stock":1}',
            '22 ready {"id":22,"name":"Jug","price":6.00,"stock":1}',
        ], $this->rows());
    }

    public function testDeletedBeforeItWasSent()
    {
        $this->cup();
        $this->request(self::PAGE, 'POST', '/admin/x', ['delete 20', '+deleteAfter 20', '+productDelete 20']);
        $this->assertSame([], $this->rows());
    }

    public function testDeletedAfterwards()
    {
        $this->cup();
        $this->relayDelivers();
        $this->request(self::PAGE, 'POST', '/admin/x', ['delete 20', '+deleteAfter 20', '+productDelete 20']);
        $this->assertSame(['20 delivered ' . self::CUP . ' (gone)'], $this->rows());
    }

    public function testDeletedWhileItIsUnderWay()
    {
        $this->cup();
        $this->relayTakes();
        $this->request(self::PAGE, 'POST', '/admin/x', ['delete 20', '+deleteAfter 20']);
        $this->assertSame(['20 taken ' . self::CUP . ' (gone)'], $this->rows());
    }

    public function testAChangeIsNotSentOfAProductThatIsDeletedBefore()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->cup();
        $this->relayDelivers();
        $this->edit(['price 20|10']);
        $this->request(self::PAGE, 'POST', '/admin/x', ['delete 20', '+deleteAfter 20']);
        $this->assertSame(['20 delivered product.updated r1 {"id":20,"name":"Cup","price":12.00,"stock":1} (gone)'], $this->rows());
    }

    public function testSendAgain()
    {
        $this->cup();
        $key = $this->row(20)['message_key'];
        $id = (int) $this->row(20)['id_outbox'];
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'dead', attempts = 5, failures = 5, taken_at = UTC_TIMESTAMP(), last_error = 'HTTP 500'");
        $this->assertSame(1, Actions::resend([$id], false));
        $row = $this->row(20);
        $this->assertSame(['ready', $key, 0, 0], [$row['state'], $row['message_key'], (int) $row['revision'], (int) $row['failures']]);
        $this->relayDelivers();
        $this->assertSame(0, Actions::resend([$id], false), 'what was delivered takes a confirmation');
        $this->sql('UPDATE ps_product_shop SET price = 10 WHERE id_product = 20');
        $this->assertSame(1, Actions::resend([$id], true));
        $this->assertSame(['20 ready r1 {"id":20,"name":"Cup","price":12.00,"stock":1}'], $this->rows());
        $this->assertSame(0, (int) $this->row(20)['attempts']);
        $this->assertNull($this->row(20)['taken_at']);
    }

    public function testDiscardIsForGood()
    {
        $this->cup();
        $id = (int) $this->row(20)['id_outbox'];
        $this->assertSame(1, Actions::discard([$id]));
        $this->assertSame(0, Actions::discard([$id]));
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->edit(['price 20|9']);
        $this->later(3600);
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame(['20 discarded ' . self::CUP], $this->rows());
    }

    public function testReleaseOnlyWhatNobodyWorksOn()
    {
        $this->cup();
        $id = (int) $this->row(20)['id_outbox'];
        $this->relayTakes();
        ProductSync\Outbox\State::set('relay:1', '{}');
        $this->assertSame(0, Actions::release([$id]));
        $this->sql("UPDATE ps_product_sync_state SET updated_at = updated_at - INTERVAL 601 SECOND WHERE name = 'relay:1'");
        $this->assertSame(1, Actions::release([$id]));
        $this->assertSame(['ready', 'relay:1'], [$this->row(20)['state'], $this->row(20)['owner']], 'it may come back with the message');
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'taken', owner = 'php:1', taken_at = UTC_TIMESTAMP() - INTERVAL 100 SECOND");
        $this->assertSame(0, Actions::release([$id]));
        $this->sql('UPDATE ps_product_sync_outbox SET taken_at = taken_at - INTERVAL 60 SECOND');
        $this->assertSame(1, Actions::release([$id]));
        $this->assertSame(['ready', null], [$this->row(20)['state'], $this->row(20)['owner']]);
    }

    /** A relay finds by its name what it has to withdraw: also behind what people did, or a later edit, or a deletion. */
    public function testARelaysRowStaysUnderItsNameUntilAnotherTakesIt()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->cup();
        $id = (int) $this->row(20)['id_outbox'];
        $dead = "UPDATE ps_product_sync_outbox SET state = 'dead', owner = 'relay:1', taken_at = UTC_TIMESTAMP(), queued_at = UTC_TIMESTAMP()";
        $fate = function () {
            return [$this->row(20)['state'], $this->row(20)['owner']];
        };
        $this->sql($dead);
        $this->assertSame(1, Actions::resend([$id], false));
        $this->assertSame(['ready', 'relay:1'], $fate());
        $this->assertSame(1, Actions::discard([$id]));
        $this->assertSame(['discarded', 'relay:1'], $fate());
        $this->sql($dead);
        $this->edit(['price 20|10']);
        $this->assertSame(['ready', 'relay:1'], $fate());
        $this->request(self::PAGE, 'POST', '/admin/x', ['delete 20', '+deleteAfter 20']);
        $this->assertSame(['discarded', 'relay:1'], $fate());
    }

    public function testWhatWasDeletedIsNotSentWhenItIsReleased()
    {
        $this->cup();
        $this->relayTakes();
        $this->request(self::PAGE, 'POST', '/admin/x', ['delete 20', '+deleteAfter 20']);
        $this->assertSame(1, Actions::release([(int) $this->row(20)['id_outbox']]));
        $this->assertSame(['20 discarded ' . self::CUP . ' (gone)'], $this->rows());
    }

    public function testTwoSavesAtOnceEndWithWhatTheShopShows()
    {
        $this->cup();
        // This request has read its row and its product; before it writes, another one saves a later price.
        $isDone = false;
        Db::getInstance()->before = function ($sql) use (&$isDone) {
            if (!$isDone && strpos($sql, 'UPDATE ps_product_sync_outbox o JOIN') === 0) {
                $isDone = true;
                $this->edit(['price 20|50']);
            }
        };
        $this->sql('UPDATE ps_product_shop SET price = 40 WHERE id_product = 20');
        Hook::exec('actionProductUpdate', ['id_product' => 20]);
        $this->endRequest();
        $this->assertTrue($isDone);
        $this->assertSame(['20 ready {"id":20,"name":"Cup","price":60.00,"stock":1}'], $this->rows());
        $this->assertSame([], PrestaShopLogger::$lines);
    }

    public function testTakenBetweenReadingAndWriting()
    {
        $this->cup();
        Db::getInstance()->before = function ($sql) {
            if (strpos($sql, 'UPDATE ps_product_sync_outbox o JOIN') === 0) {
                Db::getInstance()->before = null;
                $this->relayTakes();
            }
        };
        $this->sql('UPDATE ps_product_shop SET price = 40 WHERE id_product = 20');
        Hook::exec('actionProductUpdate', ['id_product' => 20]);
        $this->endRequest();
        $this->assertSame(['20 taken ' . self::CUP], $this->rows());
    }

    /** Its bytes may have gone out, though its state and the module's counter are as they were. */
    public function testTakenAndGivenBackBetweenReadingAndWriting()
    {
        $this->cup();
        Db::getInstance()->before = function ($sql) {
            if (strpos($sql, 'UPDATE ps_product_sync_outbox o JOIN') === 0) {
                Db::getInstance()->before = null;
                $this->relayTakes();
                $this->sql("UPDATE ps_product_sync_outbox SET state = 'ready', owner = NULL, attempts = 1");
            }
        };
        $this->sql('UPDATE ps_product_shop SET price = 40 WHERE id_product = 20');
        Hook::exec('actionProductUpdate', ['id_product' => 20]);
        $this->endRequest();
        $this->assertSame(['20 ready ' . self::CUP], $this->rows());
    }

    public function testAHundredProductsAreOneStatement()
    {
        $steps = ['import'];
        for ($id = 20; $id < 270; ++$id) {
            array_push($steps, "insert $id|Cup $id|5|1", "+added $id", "stock $id|1", "+save $id", "+stockUpdate $id");
        }
        Db::getInstance()->log = [];
        Player::play(array_slice($steps, 1));
        $this->endRequest();
        $this->assertCount(250, $this->rows());
        $inserts = array_values(preg_grep('/^INSERT IGNORE INTO ps_product_sync_outbox/', Db::getInstance()->log));
        $this->assertSame([100, 100, 50], array_map(function ($sql) {
            return substr_count($sql, "'ready'");
        }, $inserts));
    }

    /** With long descriptions, fewer: MySQL 5.6 takes no statement above 4 MB. */
    public function testAStatementIsNoLongerThanAServerTakes()
    {
        $this->set('PRODUCT_SYNC_DESCRIPTION', '1');
        for ($id = 20; $id < 100; ++$id) {
            Player::play(["insert $id|Cup|5|1", "stock $id|1"]);
        }
        $this->sql("UPDATE ps_product_lang SET description = REPEAT('\"', 30000) WHERE id_product >= 20");
        Db::getInstance()->log = [];
        foreach (range(20, 99) as $id) {
            Player::play(["+added $id"]);
        }
        $this->endRequest();
        $this->assertCount(80, $this->rows());
        $this->assertLessThan(4 << 20, max(array_map('strlen', Db::getInstance()->log)));
    }

    public function testHooksDoNothingButRemember()
    {
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Cup|5|1', 'stock 20|1']);
        Db::getInstance()->log = [];
        $method = 'hear';
        foreach (['actionObjectProductAddAfter', 'actionProductSave', 'actionUpdateQuantity'] as $hook) {
            ProductSync\Capture\Listener::$method($hook, ['object' => new Product(20), 'id_product' => 20]);
        }
        $this->assertSame([], Db::getInstance()->log);
        $this->endRequest();
    }

    public function testAMissingTableIsOneLineInTheLogAndNothingElse()
    {
        $this->sql('RENAME TABLE ps_product_sync_outbox TO ps_away');
        try {
            foreach ([false, true] as $isDebug) {
                Db::getInstance()->throws = $isDebug;
                Hook::exec('actionProductUpdate', ['id_product' => 19]);
                $this->endRequest();
            }
        } finally {
            Db::getInstance()->throws = false;
            $this->sql('RENAME TABLE ps_away TO ps_product_sync_outbox');
        }
        $this->assertSame(array_fill(0, 2, 'product_sync: end of request: ProductSync\Outbox\StorageError: the database refused a statement (error 1146)'), PrestaShopLogger::$lines);
    }

    /** A line each would be a flood, and a mail each where the shop has its log mailed. */
    public function testAModuleThatFailsAtEveryProductIsOneLineInTheLog()
    {
        for ($id = 20; $id < 70; ++$id) {
            Player::play(["insert $id|Cup|5|1", "stock $id|1", "+added $id"]);
        }
        Db::getInstance()->before = function ($sql) {
            if (strpos($sql, 'WHERE ps.id_product = ') !== false) {
                throw new Error('broken module');
            }
        };
        $this->endRequest();
        Db::getInstance()->before = null;
        $this->assertSame(['product_sync: product 20 and 49 more: Error: broken module'], PrestaShopLogger::$lines);
        $this->assertCount(50, $this->rows());
    }

    public function testARequestThatFailsAndFailsSaysSoAFewTimes()
    {
        for ($i = 0; $i < 50; ++$i) {
            ProductSync\Capture\Log::failure('slice ' . $i, new Exception('no'));
        }
        $this->assertCount(5, PrestaShopLogger::$lines);
        Hook::exec('actionProductUpdate', ['id_product' => 19]);
        $this->endRequest();
        ProductSync\Capture\Log::failure('the next request', new Exception('no'));
        $this->assertCount(6, PrestaShopLogger::$lines);
        $this->endRequest();
    }

    public function testAFullDiskIsOneLineInTheLogAndTheSweepMakesUpForIt()
    {
        $this->sql("CREATE TRIGGER full BEFORE INSERT ON ps_product_sync_outbox FOR EACH ROW
            SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'The table is full'");
        try {
            Player::play(['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
            $this->endRequest();
        } finally {
            $this->sql('DROP TRIGGER full');
        }
        $this->assertSame(['product_sync: end of request: ProductSync\Outbox\StorageError: the database refused a statement (error 1114)'], PrestaShopLogger::$lines);
        $this->assertSame([], $this->rows());
        $this->later(301);
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame(['20 ready ' . self::CUP], $this->rows());
    }

    public function testADatabaseThatRestartsBetweenRequests()
    {
        $this->cup();
        World::get()->restartDatabase();
        $this->assertSame('1', Database::value('SELECT 1'), 'a connection that was closed is opened again');
        $this->edit(['price 20|10']);
        $this->assertSame(['20 ready {"id":20,"name":"Cup","price":12.00,"stock":1}'], $this->rows());
    }

    /** A newer server's own collation is not that of tables which an older one made. */
    public function testAShopThatMovedToAServerWithAnotherCollation()
    {
        $this->cup();
        Database::run('SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci');
        $this->sql('UPDATE ps_product_shop SET price = 40 WHERE id_product = 20');
        Hook::exec('actionProductUpdate', ['id_product' => 20]);
        $this->endRequest();
        $this->assertSame([], PrestaShopLogger::$lines);
        $this->assertSame(['20 ready {"id":20,"name":"Cup","price":48.00,"stock":1}'], $this->rows());
        $this->assertSame(1, Actions::discard([(int) $this->row(20)['id_outbox']]));
        ProductSync\Outbox\State::set('relay:1', '{}');
        $this->assertSame(0, Actions::release([(int) $this->row(20)['id_outbox']]));
        ProductSync\Background\Cron::run(5.0);
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 21|Pot|5|1', '+added 21', 'stock 21|1', '+save 21']);
        Player::play(['delete 21', '+deleteAfter 21']);
        $this->endRequest();
        $this->assertCount(1, $this->rows());
    }

    public function testAStatementThatFailsTwiceIsAnError()
    {
        $this->expectException(StorageError::class);
        Rows::select('nonsense');
    }

    public function testPayloadsThatHtmlAndQuotesCouldBreak()
    {
        $name = '<b>6" "cup"</b> \\ \'x\' ' . str_repeat('🍵', 60);
        Player::play(['insert 20|x|5|1', '+added 20', 'stock 20|1']);
        $this->sql("UPDATE ps_product_lang SET name = '" . addslashes($name) . "' WHERE id_product = 20");
        Hook::exec('actionObjectProductAddAfter', ['object' => new Product(20)]);
        $this->endRequest();
        $this->assertSame($name, json_decode($this->row(20)['payload'], true)['name']);
    }
}
