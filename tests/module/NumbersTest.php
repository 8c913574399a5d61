<?php
/* Numbers that are used again: another product under the number of a former one is a creation, whoever told of it, or nobody. */

use ProductSync\Outbox\StorageError;

final class NumbersTest extends ShopCase
{
    public function testAnIdThatIsUsedAgainIsACreationAgain()
    {
        $this->cup();
        $key = $this->row(20)['message_key'];
        $this->relayDelivers();
        $this->request(self::PAGE, 'POST', '/admin/x', ['delete 20', '+deleteAfter 20']);
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->assertSame(['20 ready r1 ' . self::CUP], $this->rows());
        $this->assertNotSame($key, $this->row(20)['message_key']);
    }

    public function testAnImportThatTruncatesMakesCreations()
    {
        $this->cup();
        $this->relayDelivers();
        $this->later(60);
        $this->request(self::PAGE, 'POST', '/admin/import', ['import', 'truncate', 'insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->assertSame(['20 ready r1 ' . self::CUP], $this->rows());
    }

    /** After that what is below the watermark is new: what no hook told of is found there. */
    public function testAfterAnImportThatTruncatesTheSweepLooksBelowTheWatermark()
    {
        $this->request(self::PAGE, 'POST', '/admin/import', ['import', 'truncate', 'insert 5|Cup|5|1', '+added 5', 'stock 5|1', '+save 5']);
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 6|Jug|5|1', 'stock 6|1']);
        $this->later(301);
        ProductSync\Background\Cron::run(5.0);
        $this->assertCount(2, $this->rows());
    }

    /** Nor does the row of a product that was there before hide another under its number, which no hook told of. */
    public function testAfterAnImportThatTruncatesTheSweepFindsWhatHasAnothersNumber()
    {
        $this->cup();
        $this->relayDelivers();
        $this->request(self::PAGE, 'POST', '/admin/import', ['import', 'truncate', 'insert 5|Jug|5|1', '+added 5', 'stock 5|1', '+save 5']);
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Mug|5|1', 'stock 20|1']);
        $this->later(301);
        ProductSync\Background\Cron::run(5.0);
        $this->assertContains('20 ready r1 {"id":20,"name":"Mug","price":6.00,"stock":1}', $this->rows());
    }

    /** Every such import begins anew, also the second one, and the first in a shop that was empty when the module came. */
    public function testAnImportThatTruncatesAgain()
    {
        $this->sql('DELETE FROM ps_product; DELETE FROM ps_product_shop');
        $this->set('PRODUCT_SYNC_WATERMARK', '0');
        foreach ([1, 2] as $id) {
            $this->request(self::PAGE, 'POST', '/admin/x', ["insert $id|Cup|5|1", "+added $id", "stock $id|1", "+save $id"]);
        }
        $this->relayDelivers();
        $this->later(600);
        $this->request(self::PAGE, 'POST', '/admin/import', ['import', 'truncate', 'insert 1|Jug|5|1', '+added 1', 'stock 1|1', '+save 1']);
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 2|Mug|5|1', 'stock 2|1']);
        $this->later(301);
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame(['1 ready r1 {"id":1,"name":"Jug","price":6.00,"stock":1}', '2 ready r1 {"id":2,"name":"Mug","price":6.00,"stock":1}'], $this->rows());
    }

    /** Neither the first product, whose number had another one, nor those below the watermark stay hidden when PHP is killed over them. */
    public function testAnImportThatTruncatesAndIsKilledHidesNothing()
    {
        $this->cup();
        $this->relayDelivers();
        $this->later(60);
        $this->set('PRODUCT_SYNC_WATERMARK', '20');
        $this->script(['import', 'truncate', 'insert 20|Jug|5|1', '+added 20', 'stock 20|1', '+save 20', 'insert 5|Pot|5|1', '+added 5', 'stock 5|1', 'breaks sigterm']);
        $this->assertSame(['20 delivered ' . self::CUP . ' (gone)'], $this->rows());
        $this->later(301);
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame([
            '5 ready {"id":5,"name":"Pot","price":6.00,"stock":1}',
            '20 ready r1 {"id":20,"name":"Jug","price":6.00,"stock":1}',
        ], $this->rows());
    }

    public function testWhatAnImportTruncatesBeforeItWasSentIsNotSent()
    {
        $this->cup();
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 21|Pot|5|1', '+added 21', 'stock 21|1', '+save 21']);
        $this->sql("UPDATE ps_product_sync_outbox SET revision = 1, delivered_at = UTC_TIMESTAMP() WHERE id_product = 21");
        $this->request(self::PAGE, 'POST', '/admin/import', ['import', 'truncate', 'insert 1|Jug|5|1', '+added 1', 'stock 1|1', '+save 1']);
        $this->assertSame([
            '1 ready {"id":1,"name":"Jug","price":6.00,"stock":1}',
            '21 delivered r1 {"id":21,"name":"Pot","price":6.00,"stock":1} (gone)',
        ], $this->rows());
    }

    public function testAForcedIdBelowTheWatermarkIsNoNewBeginning()
    {
        $this->sql('DELETE FROM ps_product WHERE id_product = 7');
        $this->request(self::PAGE, 'POST', '/admin/import', ['import', 'insert 7|Cup|5|1', '+added 7', 'stock 7|1', '+save 7']);
        $this->assertSame(19, ProductSync\Settings\Installation::watermark());
        $this->assertCount(1, $this->rows());
    }

    /** Though every product that was there before has a row by now. */
    public function testAForcedIdAfterTheCatalogueWasSentIsNoNewBeginning()
    {
        ProductSync\Background\Catalogue::start(1);
        ProductSync\Background\Cron::run(5.0);
        $this->relayDelivers();
        $this->request(self::PAGE, 'POST', '/admin/import', ['import', 'insert 7|Cup|5|1', '+added 7', 'stock 7|1', '+save 7']);
        $this->assertSame(19, ProductSync\Settings\Installation::watermark());
        $this->assertCount(2, $this->rows());
    }

    public function testAnIdUsedAgainWhileItsMessageIsUnderWay()
    {
        $this->cup();
        $this->relayTakes();
        $this->later(60);
        $this->request(self::PAGE, 'POST', '/admin/import', ['import', 'truncate', 'insert 20|Jug|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->assertSame(['20 taken ' . self::CUP . ' (gone)'], $this->rows());
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'ready', ready_at = UTC_TIMESTAMP()");
        $this->relayDelivers();
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame(['20 ready r1 {"id":20,"name":"Jug","price":6.00,"stock":1}'], $this->rows());
    }

    /** Neither a look that fails, nor a change of the new product meanwhile, makes it be forgotten; nor is it told twice. */
    public function testAnIdUsedAgainIsRememberedUntilItIsTold()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->cup();
        $this->relayTakes();
        $this->later(60);
        $this->request(self::PAGE, 'POST', '/admin/import', ['import', 'truncate', 'insert 20|Jug|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->edit(['price 20|10']);
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'ready', ready_at = UTC_TIMESTAMP()");
        $this->relayDelivers();
        $this->sql("CREATE TRIGGER full BEFORE UPDATE ON ps_product_sync_outbox FOR EACH ROW
            SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'The table is full'");
        try {
            ProductSync\Background\Cron::run(5.0);
            $this->fail('it was written');
        } catch (StorageError $e) {
            $this->assertCount(1, ProductSync\Outbox\State::beginning('again:', 10));
        } finally {
            $this->sql('DROP TRIGGER full');
        }
        $note = ProductSync\Outbox\State::get('again:1:20');
        ProductSync\Background\Cron::run(5.0);
        $jug = '{"id":20,"name":"Jug","price":12.00,"stock":1}';
        $this->assertSame(['20 ready r1 ' . $jug], $this->rows());
        $this->relayDelivers();
        ProductSync\Outbox\State::set('again:1:20', $note);
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame(['20 delivered r1 ' . $jug], $this->rows());
    }

    public function testASweepThatCameFirstIsNoRecreation()
    {
        $this->script(['insert 20|Cup|5|1', '+added 20', 'stock 20|1', 'sleep 2.2', '+save 20']);
        $this->sql("DELETE FROM ps_product_sync_outbox");
        // A script that adds a product and goes on for long; meanwhile the sweep finds it, and it is delivered.
        $mark = new ProductSync\Capture\Mark(20, microtime(true) - 3600);
        $mark->addedAt = microtime(true) - 3600;
        $this->sql("INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, payload, created_at, updated_at)
            VALUES (1, 20, 'delivered', 'product.created', 'x', UTC_TIMESTAMP() - INTERVAL 1800 SECOND, UTC_TIMESTAMP())");
        ProductSync\Capture\Recorder::ofSweep()->record([$mark]);
        $this->assertSame(['20 delivered x'], $this->rows());
    }

    public static function whatWasMadeMeanwhile()
    {
        $jug = ['insert 20|Jug|5|1', 'stock 20|1'];
        $found = '20 ready r1 {"id":20,"name":"Jug","price":6.00,"stock":1}';
        $below = ['insert 5|Pot|5|1', 'stock 5|1'];

        return [
            'under a number' => [array_merge(['delete 20'], $jug), 19, [$found]],
            'under a number of the catalogue' => [array_merge(['delete 20'], $jug), 20, [$found]],
            'after all were deleted' => [array_merge(['truncate'], $jug, $below), 0, ['5 ready {"id":5,"name":"Pot","price":6.00,"stock":1}', $found]],
            'after all were deleted, below the watermark' => [array_merge(['truncate'], $jug, $below), 30, ['5 ready {"id":5,"name":"Pot","price":6.00,"stock":1}', $found]],
            'nothing' => [['name 20|Mug', 'price 20|9'], 19, ['20 KEPT']],
        ];
    }

    public static function rowsAndWhatWasMadeMeanwhile()
    {
        $cases = [];
        foreach (self::whatWasMadeMeanwhile() as $name => $case) {
            foreach (['ready', 'delivered'] as $state) {
                $cases["$name; the former was $state"] = array_merge([$state], $case);
            }
        }

        return $cases;
    }

    /** No hook tells of it; core dates what it makes. @dataProvider rowsAndWhatWasMadeMeanwhile */
    public function testWhileTheModuleIsOff($state, array $meanwhile, $watermark, array $expected)
    {
        $this->cup();
        if ($state === 'delivered') {
            $this->relayDelivers();
        }
        $this->set('PRODUCT_SYNC_WATERMARK', (string) $watermark);
        $this->later(60);
        $this->assertTrue(Hook::$module->disable());
        $this->later(60);
        Player::play($meanwhile);
        $this->assertTrue(Hook::$module->enable());
        $this->later(301);
        ProductSync\Background\Cron::run(5.0);
        $kept = "20 $state " . self::CUP;
        $rows = str_replace('20 KEPT', $kept, $expected);
        $this->assertSame($rows, $this->rows());
        $this->assertTrue(Hook::$module->disable());
        $this->assertTrue(Hook::$module->enable());
        $this->later(301);
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame($rows, $this->rows(), 'once');
    }

    private function sweep()
    {
        $this->later(301);
        ProductSync\Background\Cron::run(5.0);
    }

    const JUG = ['delete 20', 'insert 20|Jug|5|1', 'stock 20|1'];

    /** Of two shops one goes on: what its hooks told of is known. */
    public function testWhileTheModuleIsOffInOneOfTwoShops()
    {
        $this->secondShop();
        $this->set('PRODUCT_SYNC_WATERMARK', '19');
        $this->off(2);
        $this->later(60);
        $this->cup();
        $this->relayDelivers();
        $this->later(60);
        $this->assertTrue(Hook::$module->enable());
        $this->sweep();
        $this->assertSame(['20 delivered ' . self::CUP], $this->rows());
    }

    /** Each time off is one of its own, also in a shop among others. */
    public function testWhileTheModuleIsOffAgain()
    {
        $this->secondShop();
        $this->set('PRODUCT_SYNC_WATERMARK', '19');
        $this->assertTrue(Hook::$module->disable());
        $this->assertTrue(Hook::$module->enable());
        $this->later(60);
        $this->off(2);
        $this->later(60);
        $this->cup();
        $this->relayDelivers();
        $this->later(60);
        $this->off(1);
        $this->later(60);
        Player::play(self::JUG);
        $this->assertTrue(Hook::$module->enable());
        $this->assertSame([], ProductSync\Outbox\State::beginning('off:', 10));
        $this->sweep();
        $this->assertSame(['20 ready r1 {"id":20,"name":"Jug","price":6.00,"stock":1}'], $this->rows());
    }

    /** In this shop alone. */
    private function off($idShop)
    {
        Shop::setContext(Shop::CONTEXT_SHOP, $idShop);
        $this->assertTrue(Hook::$module->disable());
        Shop::setContext(Shop::CONTEXT_SHOP, 1);
    }

    /** Core could not: it stays off, and the next time is looked at from the same beginning. */
    public function testWhatIsFoundWhenEnablingFails()
    {
        $this->cup();
        $this->relayDelivers();
        $this->set('PRODUCT_SYNC_WATERMARK', '19');
        $this->later(60);
        $this->assertTrue(Hook::$module->disable());
        Module::$enables = false;
        $this->assertFalse(Hook::$module->enable());
        Module::$enables = true;
        $this->later(60);
        Player::play(self::JUG);
        $this->assertTrue(Hook::$module->enable());
        $this->sweep();
        $this->assertSame(['20 ready r1 {"id":20,"name":"Jug","price":6.00,"stock":1}'], $this->rows());
    }

    /** The database could not: the sweep makes up for it. */
    public function testWhatIsFoundWhenTheLookFails()
    {
        $this->cup();
        $this->relayDelivers();
        $this->set('PRODUCT_SYNC_WATERMARK', '19');
        $this->later(60);
        $this->assertTrue(Hook::$module->disable());
        $this->later(60);
        Player::play(self::JUG);
        $this->sql("CREATE TRIGGER full BEFORE UPDATE ON ps_product_sync_outbox FOR EACH ROW
            SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'The table is full'");
        try {
            $this->assertTrue(Hook::$module->enable());
        } finally {
            $this->sql('DROP TRIGGER full');
        }
        $this->sweep();
        $this->assertSame(['20 ready r1 {"id":20,"name":"Jug","price":6.00,"stock":1}'], $this->rows());
        $this->assertSame([], ProductSync\Outbox\State::beginning('off:', 10));
    }

    /** Rows of a shop that wants none any more are nothing to look at, again and again. */
    public function testFormerRowsOfAShopThatWantsNoneHoldNothingUp()
    {
        $this->secondShop();
        $this->sql("DELETE FROM ps_module_shop WHERE id_shop = 2;
            INSERT INTO ps_product SELECT 1000 + seq, 1, 1, '2020-01-01', '2020-01-01' FROM seq_1_to_150;
            INSERT INTO ps_product_shop SELECT 1000 + seq, s.id_shop, 5, 1 FROM seq_1_to_150 JOIN ps_shop s;
            INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, payload, created_at, updated_at, delivered_at, deleted_at)
            SELECT 2, 1000 + seq, 'delivered', 'product.created', 'x', '2020-01-01', '2020-01-01', '2020-01-01', '2020-01-02' FROM seq_1_to_150");
        ProductSync\Background\Cron::run(10.0);
        $this->assertSame('0', ProductSync\Outbox\State::get('waiting'), 'through in one run');
    }

    public static function ways()
    {
        $inShop2 = ['insert 20|Jug|5|1|1|2', 'stock 20|1|2'];

        return [
            'module off' => [function (self $test) use ($inShop2) {
                $test->assertTrue(Hook::$module->disable(true));
                $test->later(60);
                Player::play(array_merge(['delete 20'], $inShop2));
                $test->assertTrue(Hook::$module->enable(true));
            }],
            'module off in the shop where it is done' => [function (self $test) use ($inShop2) {
                $test->off(2);
                $test->later(60);
                Player::play(array_merge(['delete 20'], $inShop2));
                $test->assertTrue(Hook::$module->enable(true));
            }],
            'a hook tells of the first, none of the other' => [function (self $test) use ($inShop2) {
                $test->request(self::PAGE, 'POST', '/admin/x', ['delete 20', '+deleteAfter 20', '+productDelete 20']);
                Player::play($inShop2);
            }],
        ];
    }

    /** What another shop has told of a former product says nothing of this one. @dataProvider ways */
    public function testAnotherProductAtHomeInAnotherShop(callable $does)
    {
        $this->secondShop();
        $this->cup();
        $this->relayDelivers();
        $this->set('PRODUCT_SYNC_WATERMARK', '19');
        $this->later(60);
        $does($this);
        $this->sweep();
        $this->assertSame(['20 delivered ' . self::CUP . ' (gone)', '20/2 ready {"id":20,"name":"Jug","price":6.00,"stock":1}'], $this->rows());
        $this->sweep();
        $this->assertCount(2, $this->rows());
    }

    public static function clocks()
    {
        return ['summer time ends' => ['+50 minutes'], 'another zone' => ['+25 hours']];
    }

    /** A product that is there when the module goes off is that one afterwards, though by its date it looks younger. @dataProvider clocks */
    public function testClocksThatAreSetBackMakeNoCreation($ahead)
    {
        $this->cup();
        $this->relayDelivers();
        $this->set('PRODUCT_SYNC_WATERMARK', '19');
        $this->sql("UPDATE ps_product SET date_add = '" . date('Y-m-d H:i:s', strtotime($ahead)) . "' WHERE id_product = 20");
        $this->assertTrue(Hook::$module->disable());
        $this->later(200000);
        $this->assertTrue(Hook::$module->enable());
        $this->sweep();
        $this->assertSame(['20 delivered ' . self::CUP], $this->rows());
    }
}
