<?php
/* Module and relay together, and a product that is deleted while the program has its message: PHP says so in the row, the program withdraws. */

use ProductSync\Admin\RowActions;
use ProductSync\Background\Cron;
use ProductSync\Outbox\Actions;

final class RelayDeletedTest extends RelayCase
{
    const GOES = ['delete 20', '+deleteAfter 20', '+productDelete 20'];
    const COMES = ['insert 20|Jug|5|1', '+added 20', 'stock 20|1', '+save 20'];
    const JUG = '{"id":20,"name":"Jug","price":6.00,"stock":1}';
    const DOWN = ['*' => ['status' => 503]];

    private function make($idProduct)
    {
        $this->page(["insert $idProduct|Cup|5|1", "+added $idProduct", "stock $idProduct|1", "+save $idProduct"]);
    }

    private function awaitQueued($idProduct)
    {
        $this->await(function () use ($idProduct) {
            return $this->row($idProduct)['queued_at'] !== null;
        }, 'the queue has it');
    }

    /** The API is down, and the queue has products 20 and 21, which it has tried. */
    private function startWithTwo()
    {
        $this->apiAnswers(self::DOWN);
        $this->start();
        foreach ([20, 21] as $id) {
            $this->make($id);
            $this->awaitQueued($id);
        }
        $this->await(function () {
            return count($this->bodies()) === 2;
        }, 'their first attempts');
    }

    /** @return string[] of the requests so far, each body once */
    private function bodies()
    {
        return array_values(array_unique(array_column($this->received(), 'body')));
    }

    /** The API is there again: what it gets from now on is this, in whatever order. */
    private function assertArrive(array $bodies)
    {
        $before = count($this->received());
        $this->apiAnswers([]);
        $this->await(function () {
            return !$this->select("SELECT 1 FROM ps_product_sync_outbox WHERE state IN ('ready', 'taken')");
        }, 'the end');
        $arrived = array_column(array_slice($this->received(), $before), 'body');
        sort($arrived);
        sort($bodies);
        $this->assertSame($bodies, $arrived);
    }

    private function assertWithdrawn($idProduct)
    {
        $this->awaitState('discarded', $idProduct);
        $row = $this->row($idProduct);
        $this->assertNull($row['owner']);
        $this->assertNotNull($row['deleted_at']);
    }

    private function body($idProduct)
    {
        return str_replace('20', (string) $idProduct, self::CUP);
    }

    public function testWhatWaitsInTheQueueIsWithdrawn()
    {
        $this->startWithTwo();
        $this->page(self::GOES);
        $this->assertWithdrawn(20);
        $this->assertSame('taken', $this->row(21)['state']);
        $this->assertArrive([$this->body(21)]);
    }

    /** Nothing leaves while the shop is paused, but what was deleted goes from the queue. */
    public function testWhateverTheShopsWord()
    {
        $this->startWithTwo();
        $this->set('PRODUCT_SYNC_PAUSE', '1');
        $this->await(function () {
            return $this->word() === 'paused';
        }, 'the pause');
        $this->page(self::GOES);
        $this->assertWithdrawn(20);
        $this->assertSame('taken', $this->row(21)['state']);
        $this->set('PRODUCT_SYNC_PAUSE', '0');
        $this->assertArrive([$this->body(21)]);
    }

    public function testADeadLetterIsWithdrawn()
    {
        $this->apiAnswers(['*' => ['status' => 422]]);
        $this->start();
        $this->make(20);
        $this->awaitState('dead');
        $this->assertNotNull($this->row(20)['owner']);
        $this->page(self::GOES);
        $this->assertWithdrawn(20);
        $this->assertSame(['gone' => 1, 'done' => 0, 'left' => 1], (new RowActions([1]))->sendAgain([(int) $this->row(20)['id_outbox']], true));
        $this->make(21);
        $this->awaitState('dead', 21);
        $this->assertArrive([]);
    }

    public static function answers()
    {
        return ['it arrives' => [201, 'delivered'], 'it does not' => [503, 'discarded'], 'it is refused' => [422, 'discarded']];
    }

    /** A request that is under way is not called back; what comes of it counts. @dataProvider answers */
    public function testDeletedWhileItIsUnderWay($status, $state)
    {
        $this->apiAnswers(['*' => ['status' => $status, 'held' => true]]);
        $this->start();
        $this->make(20);
        $this->await(function () {
            return count($this->received()) === 1;
        }, 'its request');
        $this->page(self::GOES);
        foreach ([21, 22] as $id) { // the relay has looked meanwhile, and again
            $this->make($id);
            $this->awaitQueued($id);
        }
        $this->assertSame('taken', $this->row(20)['state']);
        $this->apiAnswers(['*' => ['status' => $status]]);
        $this->awaitState($state);
        $this->assertNull($this->row(20)['owner']);
        $this->apiAnswers([]);
        $this->awaitState($status === 422 ? 'dead' : 'delivered', 22);
        $this->assertCount(1, preg_grep('/"id":20,/', array_column($this->received(), 'body')));
    }

    public static function waysToComeAgain()
    {
        return [
            'one request after the other' => [function (self $test) {
                $test->page(self::GOES);
                $test->page(self::COMES);
            }],
            'withdrawn before' => [function (self $test) {
                $test->page(self::GOES);
                $test->assertWithdrawn(20);
                $test->page(self::COMES);
            }],
            'in one request' => [function (self $test) {
                $test->page(array_merge(self::GOES, self::COMES));
            }],
            'an import that truncates' => [function (self $test) {
                $test->request(self::PAGE, 'POST', '/admin/import', array_merge(['import', 'truncate'], self::COMES));
            }],
        ];
    }

    /** @dataProvider waysToComeAgain */
    public function testAnotherUnderItsNumber(callable $comesAgain)
    {
        $this->startWithTwo();
        $this->sql('UPDATE ps_product_sync_outbox SET created_at = created_at - INTERVAL 60 SECOND'); // a row's age is in whole seconds
        $comesAgain($this);
        $this->await(function () {
            Cron::run(5.0);

            return (int) $this->row(20)['revision'] === 1;
        }, 'the new one');
        $isThere = $this->row(21)['deleted_at'] === null;
        if (!$isThere) {
            $this->assertWithdrawn(21);
        }
        $this->awaitQueued(20);
        $this->assertArrive($isThere ? [self::JUG, $this->body(21)] : [self::JUG]);
        $this->assertSame('20 delivered r1 ' . self::JUG, $this->rows()[0]);
    }

    /** A refused product that is imported anew: the dead letter goes, the new one is sent. */
    public function testAnotherUnderTheNumberOfADeadLetter()
    {
        $this->apiAnswers(['*' => ['status' => 422]]);
        $this->start();
        $this->make(20);
        $this->awaitState('dead');
        $this->later(60);
        $this->await(function () {
            return $this->word() !== null; // its heartbeat was made older as well
        }, 'its heartbeat');
        $this->request(self::PAGE, 'POST', '/admin/import', array_merge(['import', 'truncate'], self::COMES));
        $this->apiAnswers([]);
        $this->await(function () {
            Cron::run(5.0);

            return $this->rows() === ['20 delivered r1 ' . self::JUG];
        }, 'the new one');
        $this->assertSame([self::CUP, self::JUG], array_column($this->received(), 'body'));
    }

    /** It looks before it delivers: the API may be back sooner. */
    public function testDeletedWhileTheProgramIsDown()
    {
        $this->startWithTwo();
        $this->relay->end();
        $this->page(self::GOES);
        $this->assertSame('taken', $this->row(20)['state']);
        $before = count($this->received());
        $this->apiAnswers([]);
        $this->relay->run();
        $this->assertWithdrawn(20);
        $this->awaitState('delivered', 21);
        $this->assertSame([$this->body(21)], array_column(array_slice($this->received(), $before), 'body'));
    }

    /** What enabling the module finds is withdrawn before anything leaves again. */
    public function testDeletedWhileTheModuleIsOff()
    {
        $this->startWithTwo();
        $this->sql('DELETE FROM ps_module_shop');
        $this->await(function () {
            return $this->word() === 'paused';
        }, 'that it is off');
        Player::play(['delete 20']);
        sleep(4); // until their next attempts are due
        $before = count($this->received());
        $this->apiAnswers([]);
        $this->assertTrue(Hook::$module->enable());
        $this->assertWithdrawn(20);
        $this->awaitState('delivered', 21);
        $this->assertSame([$this->body(21)], array_column(array_slice($this->received(), $before), 'body'));
    }

    public function testDeletedWithoutAHookIsFoundByTheSweep()
    {
        $this->startWithTwo();
        Player::play(['delete 20']);
        $this->sql('UPDATE ps_product_sync_outbox SET taken_at = taken_at - INTERVAL 301 SECOND WHERE id_product = 20');
        Cron::run(5.0);
        $this->assertWithdrawn(20);
        $this->assertArrive([$this->body(21)]);
    }

    public static function whatAShopDoesWithoutIt()
    {
        $row = function (self $test) {
            return [(int) $test->row(20)['id_outbox']];
        };

        return [
            'makes another under its number' => [function (self $test) {
                $test->page(self::GOES);
                $test->page(self::COMES);
            }, [self::JUG], '20 delivered r1 ' . self::JUG],
            'discards it, and sends it again' => [function (self $test) use ($row) {
                $test->assertSame(1, Actions::discard($row($test)));
                $test->assertSame(1, Actions::resend($row($test), true));
            }, [self::CUP], '20 delivered r1 ' . self::CUP],
            'sends it itself' => [function (self $test) {
                $test->sendItself([]);
            }, [], '20 delivered ' . self::CUP],
            'sends it itself in vain, and deletes it' => [function (self $test) {
                $test->sendItself(['*' => ['status' => 422]]);
                $test->page(self::GOES);
            }, [], '20 discarded ' . self::CUP . ' (gone)'],
            'makes another, and has tried to send it' => [function (self $test) {
                $test->page(self::GOES);
                $test->page(self::COMES);
                $test->sendItself(self::DOWN, 'ready');
            }, [self::JUG], '20 delivered r1 ' . self::JUG],
            'makes another, which is refused' => [function (self $test) {
                $test->page(self::GOES);
                $test->page(self::COMES);
                $test->sendItself(['*' => ['status' => 422]]);
            }, [], '20 dead r1 ' . self::JUG],
            'begins another' => [function (self $test) {
                $test->page(self::GOES);
                $test->page(['insert 20||5|1', '+added 20', 'stock 20|1', '+save 20']);
            }, [], '20 draft r1 no name yet'],
            'sends it itself in vain, and makes another' => [function (self $test) {
                $test->sendItself(['*' => ['status' => 422]]);
                $test->page(self::GOES);
                $test->page(self::COMES);
            }, [self::JUG], '20 delivered r1 ' . self::JUG],
        ];
    }

    private function sendItself(array $answers, $state = 'dead')
    {
        $this->apiAnswers($answers);
        $this->set('PRODUCT_SYNC_MODE', 'async');
        Cron::run(5.0);
        $this->set('PRODUCT_SYNC_MODE', 'queue');
        $this->assertSame($answers ? $state : 'delivered', $this->row(20)['state']);
    }

    /**
     * The program is gone for longer than ten minutes, and the shop does without it; when it is back, its queue has the former message.
     *
     * @dataProvider whatAShopDoesWithoutIt
     */
    public function testWhatIsTakenBackFromIt(callable $does, array $arrives, $end)
    {
        $this->startWithTwo();
        $this->relay->end();
        $this->sql('UPDATE ps_product_sync_outbox SET created_at = created_at - INTERVAL 60 SECOND'); // a row's age is in whole seconds
        $this->sql("UPDATE ps_product_sync_state SET updated_at = updated_at - INTERVAL 700 SECOND WHERE name LIKE 'relay:%'");
        $this->assertSame(1, Actions::release([(int) $this->row(20)['id_outbox']]));
        $does($this);
        $before = count($this->received());
        $this->apiAnswers([]);
        $this->relay->run();
        $this->await(function () use ($end) {
            return $this->rows()[0] === $end && $this->row(20)['owner'] === null && $this->row(21)['state'] === 'delivered';
        }, $end);
        $arrived = array_column(array_slice($this->received(), $before), 'body');
        sort($arrived);
        $arrives[] = $this->body(21);
        sort($arrives);
        $this->assertSame($arrives, $arrived);
    }
}
