<?php
/* RelayCase - a test with a shop and the program that relays from it. */

use ProductSync\Admin\Health;
use ProductSync\Outbox\Figures;

abstract class RelayCase extends ShopCase
{
    /** @var Relay|null */
    protected $relay;

    protected function setUp(): void
    {
        parent::setUp();
        if (Relay::program() === null) {
            $this->markTestSkipped('productsync is not built');
        }
    }

    protected function tearDown(): void
    {
        if ($this->relay) {
            $this->relay->end();
            $this->relay = null;
        }
    }

    protected function start()
    {
        $this->relay = new Relay();
        $this->await(function () {
            return $this->word() !== null;
        }, 'its heartbeat');
    }

    protected function word()
    {
        return Health::relayWord(Figures::relays(1));
    }

    protected function await(callable $isThere, $what)
    {
        for ($i = 0; $i < 400; ++$i) {
            if ($isThere()) {
                return;
            }
            usleep(50000);
        }
        $this->fail('waited in vain for ' . $what . ': ' . implode("\n", $this->rows()) . "\n" . ($this->relay ? $this->relay->log() : ''));
    }

    protected function awaitState($state, $idProduct = 20)
    {
        $this->await(function () use ($state, $idProduct) {
            return $this->row($idProduct)['state'] === $state;
        }, $state);
    }

    protected function page(array $steps)
    {
        $this->request(self::PAGE, 'POST', '/admin/x', $steps);
    }
}
