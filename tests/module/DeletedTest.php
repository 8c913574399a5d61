<?php
/* Deleted before it was sent: however a product goes from the shop, and whoever has its row then; and another under its number meanwhile. */

use ProductSync\Admin\DeadMail;
use ProductSync\Admin\RowActions;
use ProductSync\Admin\RowList;
use ProductSync\Background\Cron;
use ProductSync\Outbox\Actions;
use ProductSync\Outbox\Claims;
use ProductSync\Outbox\Database;
use ProductSync\Outbox\Figures;
use ProductSync\Outbox\State;

final class DeletedTest extends ShopCase
{
    const GOES = ['delete 20', '+deleteAfter 20', '+productDelete 20'];
    const COMES = ['insert 20|Jug|5|1', '+added 20', 'stock 20|1', '+save 20'];
    const JUG = '{"id":20,"name":"Jug","price":6.00,"stock":1}';

    private function page(array $steps)
    {
        $this->request(self::PAGE, 'POST', '/admin/x', $steps);
    }

    /** The row of one product as somebody has left it. */
    private function cupThatIs($set)
    {
        $this->cup();
        $this->sql("UPDATE ps_product_sync_outbox SET taken_at = UTC_TIMESTAMP(), $set");
        $this->later(60);
    }

    /** As the relay does it: what it has of products that were deleted, and was not delivered, ends. */
    private function relayWithdraws()
    {
        $this->sql("UPDATE ps_product_sync_outbox SET state = IF(delivered_at IS NULL, 'discarded', 'delivered'), owner = NULL, updated_at = UTC_TIMESTAMP()
            WHERE owner = 'relay:1' AND deleted_at IS NOT NULL AND state IN ('taken', 'dead')");
    }

    private function relayIsHeardOf()
    {
        State::set('relay:1', '{"shops":{"1":"delivering"}}');
    }

    /** @return string[] state and revision of the row, and whether its product is known to be gone */
    private function fate()
    {
        $row = $this->row(20);

        return $row === null ? [] : [$row['state'], 'r' . $row['revision'], $row['deleted_at'] === null ? 'there' : 'gone'];
    }

    public static function waysAndRows()
    {
        $ways = [
            'by a person' => function (self $test) {
                $test->page(self::GOES);
            },
            'by a person, and no row is wanted any more' => function (self $test) {
                $test->set('MY_API_URL', '');
                $test->page(self::GOES);
            },
            'by an import that truncates' => function (self $test) {
                $test->request(self::PAGE, 'POST', '/admin/import', ['import', 'truncate', 'insert 1|Pot|5|1', '+added 1', 'stock 1|1', '+save 1']);
            },
            'while the module was off' => function (self $test) {
                Player::play(['delete 20']);
                Hook::$module->enable();
            },
            'by a statement, and the sweep comes' => function (self $test) {
                Player::play(['delete 20']);
                $test->later(301);
                $test->sql("UPDATE ps_product_sync_outbox SET updated_at = UTC_TIMESTAMP()"); // a relay that tries again and again
                Cron::run(5.0);
            },
            'by a statement, and a person wants it sent again' => function (self $test) {
                Player::play(['delete 20']);
                Actions::resend([(int) $test->row(20)['id_outbox']], true);
            },
            'from this shop alone' => function (self $test) {
                $test->secondShop();
                $test->set('PRODUCT_SYNC_SHOPS', 'each');
                Player::play(['associate 20|2|Cup|5|1']);
                $test->sql('DELETE FROM ps_product_shop WHERE id_product = 20 AND id_shop = 1');
                $test->page(['round 20']);
            },
        ];
        $rows = [
            'taken by a relay' => ["state = 'taken', owner = 'relay:1'", 'taken'],
            'taken by a relay, delivered before' => ["state = 'taken', owner = 'relay:1', revision = 1, delivered_at = UTC_TIMESTAMP()", 'taken'],
            'taken by PHP' => ["state = 'taken', owner = 'php:1'", 'taken'],
            'a dead letter of a relay' => ["state = 'dead', owner = 'relay:1'", 'dead'],
            'dead' => ["state = 'dead'", 'discarded'],
            'dead, delivered before' => ["state = 'dead', revision = 1, delivered_at = UTC_TIMESTAMP()", 'delivered'],
            'waiting for its next attempt' => ["state = 'ready', ready_at = UTC_TIMESTAMP() + INTERVAL 1 HOUR", 'discarded'],
        ];
        $cases = [];
        foreach ($ways as $way => $go) {
            foreach ($rows as $name => list($set, $state)) {
                $cases["$way; $name"] = [$set, $go, $state];
            }
        }

        return $cases;
    }

    /** What somebody took is left to him, once; the rest ends at once. @dataProvider waysAndRows */
    public function testAProductGoes($set, callable $go, $state)
    {
        $this->cupThatIs($set);
        $this->set('PRODUCT_SYNC_PAUSE', '1'); // whatever the shop's word
        $go($this);
        $this->assertSame([$state, 'gone'], [$this->fate()[0], $this->fate()[2]]);
        $this->assertSame('1', (string) Database::value('SELECT updated_at > UTC_TIMESTAMP() - INTERVAL 30 SECOND FROM ps_product_sync_outbox WHERE id_product = 20'));
        $this->later(1000);
        $known = $this->row(20)['deleted_at'];
        $this->page(self::GOES);
        Hook::$module->enable();
        $this->assertSame($known, $this->row(20)['deleted_at'], 'once');
    }

    public function testPurgeNotesWhatVanished()
    {
        $this->cupThatIs("state = 'dead', owner = NULL");
        $this->sql("INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, owner, type, created_at, updated_at)
            VALUES (1, 21, 'dead', 'relay:1', 'product.created', UTC_TIMESTAMP(), UTC_TIMESTAMP())");
        Player::play(['delete 20']);
        $this->later(100 * 86400);
        $ids = array_map('intval', array_column($this->select('SELECT id_outbox FROM ps_product_sync_outbox'), 'id_outbox'));
        ProductSync\Background\Purge::removeGone($ids);
        $this->assertSame(['20 discarded ' . self::CUP . ' (gone)', '21 dead  (gone)'], $this->rows());
    }

    public function testAnAttemptThatFailsForAProductThatIsDeletedMeanwhile()
    {
        foreach ([[422, 'discarded'], [422, 'delivered'], [201, 'delivered']] as list($status, $state)) {
            $this->sql('DELETE FROM ps_product_sync_outbox; DELETE FROM ps_product WHERE id_product = 20; DELETE FROM ps_product_shop WHERE id_product = 20;
                DELETE FROM ps_product_lang WHERE id_product = 20');
            $this->cup();
            $this->sql('UPDATE ps_product_sync_outbox SET delivered_at = ' . ($state === 'delivered' ? 'UTC_TIMESTAMP()' : 'NULL'));
            list($row) = Claims::take(1, 1);
            $this->page(self::GOES);
            $this->assertSame(['taken', 'r0', 'gone'], $this->fate());
            $this->assertTrue($status === 201 ? Claims::delivered($row, 201, 'x') : Claims::dead($row, $status, 'HTTP 422', false));
            $this->assertSame([$state, 'r0', 'gone'], $this->fate());
            $this->assertNull($this->row(20)['owner']);
        }
    }

    /** What was deleted is withdrawn, what came under its number is sent: in whatever order. */
    public static function orders()
    {
        $withdraws = function (self $test) {
            $test->relayWithdraws();
        };
        $delivers = function (self $test) {
            $test->sql("UPDATE ps_product_sync_outbox SET state = 'delivered', delivered_at = UTC_TIMESTAMP(), owner = NULL");
        };
        $looks = function () {
            Cron::run(5.0);
        };
        $forgets = function (self $test) {
            $test->sql("DELETE FROM ps_product_sync_state WHERE name LIKE 'again:%'");
            $test->later(301);
            $test->relayIsHeardOf();
        };
        $both = array_merge(self::GOES, self::COMES);
        $taken = "state = 'taken', owner = 'relay:1', queued_at = UTC_TIMESTAMP()";
        $dead = "state = 'dead', owner = 'relay:1', queued_at = UTC_TIMESTAMP()";
        $import = function (self $test) {
            $test->request(self::PAGE, 'POST', '/admin/import', array_merge(['import', 'truncate'], self::COMES));
        };

        return [
            'withdrawn, then made again' => [$taken, [self::GOES, $withdraws, self::COMES]],
            'made again, then withdrawn' => [$taken, [self::GOES, self::COMES, ['taken', 'r0', 'gone'], $looks, ['taken', 'r0', 'gone'], $withdraws, $looks]],
            'in one request' => [$taken, [$both, ['taken', 'r0', 'gone'], $withdraws, $looks]],
            'in an import' => [$taken, [$import, ['taken', 'r0', 'gone'], $withdraws, $looks]],
            'was on its way, and arrived' => [$taken, [self::GOES, self::COMES, $delivers, $looks]],
            'the new one is edited before' => [$taken, [self::GOES, self::COMES, ['round 20'], $withdraws, ['round 20'], $looks]],
            'the note is lost: the sweep' => [$taken, [self::GOES, self::COMES, $withdraws, $forgets, $looks]],
            'the same, and it was not withdrawn yet' => [$taken, [self::GOES, self::COMES, $forgets, $looks, ['taken', 'r0', 'gone'], $withdraws, $looks]],
            'a dead letter, withdrawn, then made again' => [$dead, [self::GOES, $withdraws, self::COMES]],
            'a dead letter, made again, then withdrawn' => [$dead, [self::GOES, self::COMES, ['dead', 'r0', 'gone'], $looks, ['dead', 'r0', 'gone'], $withdraws, $looks]],
            'a dead letter, in one request' => [$dead, [$both, ['dead', 'r0', 'gone'], $withdraws, $looks]],
            'a dead letter, in an import' => [$dead, [$import, ['dead', 'r0', 'gone'], $withdraws, $looks]],
            'a dead letter of a relay that is gone' => [str_replace('relay:1', 'relay:2', $dead), [self::GOES, ['dead', 'r0', 'gone'], self::COMES]],
            'failed for good' => ["state = 'dead'", [self::GOES, ['discarded', 'r0', 'gone'], self::COMES]],
            'failed for good, in one request' => ["state = 'dead'", [$both]],
            'waiting for its next attempt, in one request' => ["state = 'ready', ready_at = UTC_TIMESTAMP() + INTERVAL 1 HOUR", [$both]],
        ];
    }

    /** @dataProvider orders */
    public function testAnotherUnderItsNumber($set, array $order)
    {
        $this->cupThatIs($set);
        $this->relayIsHeardOf();
        $key = $this->row(20)['message_key'];
        foreach ($order as $at => $step) {
            if (is_callable($step)) {
                $step($this);
            } elseif (isset($step[1]) && $step[1] === 'r0') {
                $this->assertSame($step, $this->fate(), (string) $at);
            } else {
                $this->page($step);
            }
        }
        $this->assertSame(['20 ready r1 ' . self::JUG], $this->rows());
        $this->assertNull($this->row(20)['queued_at']);
        $this->assertNotSame($key, $this->row(20)['message_key']);
        $this->relayDelivers();
        $this->later(301);
        Cron::run(5.0);
        $this->assertSame(['20 delivered r1 ' . self::JUG], $this->rows(), 'a creation, and one only');
        $this->assertSame([], State::beginning('again:', 10));
    }

    /** What the former product came to is not the new one's. */
    public function testAnotherUnderTheNumberOfADeliveredOneThatIsDeletedBeforeItIsSent()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->cup();
        $this->relayDelivers();
        $this->page(self::GOES);
        $this->page(self::COMES);
        $this->assertSame([null, null], [$this->row(20)['delivered_at'], $this->row(20)['sent_digest']]);
        $this->relayTakes();
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'dead', owner = NULL");
        $this->page(['price 20|6', 'round 20']);
        $this->assertSame(['20 ready r2 {"id":20,"name":"Jug","price":7.20,"stock":1}'], $this->rows(), 'a creation still');
        $this->page(self::GOES);
        $this->assertSame(['discarded', 'r2', 'gone'], $this->fate());
    }

    public function testMadeAgainAndDeletedAgain()
    {
        $this->cupThatIs("state = 'taken', owner = 'relay:1'");
        foreach ([self::GOES, self::COMES, self::GOES] as $steps) {
            $this->page($steps);
        }
        $this->relayWithdraws();
        Cron::run(5.0);
        $this->assertSame(['20 discarded ' . self::CUP . ' (gone)'], $this->rows());
        $this->assertSame([], State::beginning('again:', 10));
    }

    /** Withdrawn where it was at home, it is told of where it lives now; but not twice. */
    public function testAProductThatMovesToAnotherShop()
    {
        foreach (['taken' => true, 'dead' => true, 'delivered' => false] as $state => $isSent) {
            $this->setUp();
            $this->secondShop();
            $this->cupThatIs("state = '$state', owner = 'relay:1'" . ($isSent ? '' : ', owner = NULL, delivered_at = UTC_TIMESTAMP()'));
            Player::play(['associate 20|2|Cup|7|1', 'stock 20|2|2']);
            $this->sql('DELETE FROM ps_product_shop WHERE id_product = 20 AND id_shop = 1; UPDATE ps_product SET id_shop_default = 2 WHERE id_product = 20');
            $this->page(['round 20']);
            $this->relayWithdraws();
            $this->later(301);
            Cron::run(5.0);
            $this->assertSame($isSent ? '20/2 ready {"id":20,"name":"Cup","price":8.40,"stock":2}' : null, isset($this->rows()[1]) ? $this->rows()[1] : null, $state);
        }
    }

    public function testNothingIsSentAgainOfADeletedProduct()
    {
        $this->cupThatIs("state = 'dead', owner = 'relay:1'");
        $this->page(self::GOES);
        $id = (int) $this->row(20)['id_outbox'];
        $actions = new RowActions([1]);
        foreach (['dead', 'discarded', 'delivered'] as $state) {
            $this->sql("UPDATE ps_product_sync_outbox SET state = '$state'");
            $this->assertSame([], $actions->toConfirm([$id]), 'there is nothing to ask');
            $this->assertSame(['gone' => 1, 'done' => 0, 'left' => 1], $actions->sendAgain([$id], true));
            $this->assertSame([$state, 'r0', 'gone'], $this->fate());
            $this->assertSame([true, false], [RowActions::canSendAgain($state, false), RowActions::canSendAgain($state, true)]);
        }
        $this->assertSame([], (new RowList())->gone([$id], [2]), 'another shop');
    }

    /** Though no hook has told of it: the message is not sent, and the next person sees why. */
    public function testNothingIsSentAgainOfAProductThatIsNotThere()
    {
        $this->cupThatIs("state = 'dead'");
        Player::play(['delete 20']);
        $this->assertSame(['gone' => 1, 'done' => 0, 'left' => 1], (new RowActions([1]))->sendAgain([(int) $this->row(20)['id_outbox']], false));
        $this->assertSame(['discarded', 'r0', 'gone'], $this->fate());
    }

    /** A person can do nothing about it: a relay withdraws it when it is back. */
    public function testNobodyIsToldOfADeadLetterOfADeletedProduct()
    {
        $this->set('PS_SHOP_EMAIL', 'merchant@shop.example');
        $this->cupThatIs("state = 'dead', owner = 'relay:1'");
        $this->assertSame(1, (new RowList())->countDead([1], 10));
        $this->page(self::GOES);
        $this->assertSame(0, (new RowList())->countDead([1], 10));
        $this->assertFalse(DeadMail::sendIfDue());
        $this->sql("UPDATE ps_product_sync_outbox SET state = 'taken'");
        $this->assertSame(0, Figures::waiting(), 'what uninstalling would forget');
    }

    public function testADeadLetterOfADeletedProductCanBeDiscarded()
    {
        $this->cupThatIs("state = 'dead', owner = 'relay:1'");
        $this->page(self::GOES);
        $this->assertSame(1, Actions::discard([(int) $this->row(20)['id_outbox']]));
        $this->assertSame(['discarded', 'r0', 'gone'], $this->fate());
    }
}
