<?php
/* The flows in which a product comes to be, changes and goes, as they were recorded on real shops (8.1.5 and 9.1.4): which hooks run, in which
 * order, and what the tables hold at each of them. flows.php has the steps; this test plays them, each request a process
 * of its own, and compares the outbox after each. */

final class FlowsTest extends ShopCase
{
    public static function flows()
    {
        return require __DIR__ . '/flows.php';
    }

    /** @dataProvider flows */
    public function testFlow(array $requests)
    {
        World::get()->errors();
        $isWhole = true;
        foreach ($requests as $number => $request) {
            list($as, $call, $steps, $rows) = $request;
            $isGone = isset($request[4]) ? $request[4] : null;
            if ($call === 'script') {
                list($code, $text) = $this->script($steps);
                $this->assertSame($isGone ?: [0, 'end'], [$code, $isGone ? $isGone[1] : $text]);
            } else {
                list($method, $uri) = explode(' ', $call);
                list($status, $body) = $this->request($as, $method, $uri, $steps);
                $this->assertSame($isGone ?: [200, 'page'], [$status, $isGone ? $isGone[1] : $body], 'request ' . ($number + 1));
            }
            $this->assertSame($rows, $this->rows(), 'after request ' . ($number + 1));
            $isWhole = $isWhole && !$isGone;
        }
        if ($isWhole) {
            $this->assertSame('', World::get()->errors());
        }
    }
}
