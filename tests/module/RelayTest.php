<?php
/* Module and relay together: PHP writes, the program delivers, and what came of it comes back into the rows that PHP reads. */

use ProductSync\Capture\Key;
use ProductSync\Delivery\TestConnection;
use ProductSync\Outbox\Actions;

final class RelayTest extends RelayCase
{
    const TEA = ['insert 20|x|5|1', 'name 20|<b>Thé</b> "vert" 🍵 \\|  Tee', 'discount 20|0.1', '+added 20', 'stock 20|-3', '+save 20'];

    public static function modes()
    {
        return [['simple'], ['async'], ['queue']];
    }

    /** Not a byte that the API gets tells in which mode it was sent, but for the program's name. @dataProvider modes */
    public function testEveryModeSendsTheSame($mode)
    {
        foreach (['MODE' => $mode, 'LANGUAGES' => 'en,fr', 'VERSION' => '2', 'SEND_SHOP' => '1', 'DESCRIPTION' => '1'] as $name => $value) {
            $this->set('PRODUCT_SYNC_' . $name, $value);
        }
        if ($mode === 'queue') {
            $this->start();
        }
        $this->page(self::TEA);
        $this->awaitState('delivered');
        $name = '{"en":"<b>Thé</b> \"vert\" 🍵 \\\\","fr":"Tee"}';
        $body = '{"id":20,"name":' . $name . ',"price":5.40,"stock":0,"version":2,"shop":1,"description":{}}';
        $this->assertCount(1, $this->received());
        $got = $this->received()[0];
        unset($got['at']);
        $this->assertSame([
            'method' => 'POST',
            'uri' => '/products',
            'authorization' => 'Bearer secret-token',
            'type' => 'application/json',
            'accept' => '*/*',
            'key' => Key::of(20, '0b5e6c1e-1111-4222-8333-944445555666:1', 'product.created', 0, $body),
            'body' => $body,
        ], $got);
        $row = $this->row(20);
        $this->assertSame(
            [$got['key'], $body, Key::digest($body), 1, 201, null, null],
            [$row['message_key'], $row['payload'], $row['sent_digest'], (int) $row['attempts'], (int) $row['last_status'], $row['last_error'], $row['owner']]
        );
        $this->assertNotNull($row['delivered_at']);
    }

    public function testOutcomesComeBackAndAreActedOn()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->set('PRODUCT_SYNC_SETTLE', '0');
        $this->apiAnswers(['*' => ['status' => 422, 'body' => '{"title":"no such price"}', 'headers' => ['Content-Type: application/problem+json']]]);
        $this->start();
        $this->assertSame('delivering', $this->word());
        $this->page(['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->awaitState('dead');
        $row = $this->row(20);
        $this->assertSame([1, 422], [(int) $row['attempts'], (int) $row['last_status']]);
        $this->assertStringContainsString('no such price', $row['last_error']);
        $this->apiAnswers([]);
        $this->assertSame(1, Actions::resend([(int) $row['id_outbox']], false));
        $this->awaitState('delivered');
        $this->page(['price 20|10', 'round 20']);
        $this->await(function () {
            return $this->rows() === ['20 delivered product.updated r1 {"id":20,"name":"Cup","price":12.00,"stock":1}'];
        }, 'the change');
        $this->assertSame(1, Actions::resend([(int) $row['id_outbox']], true));
        $this->await(function () {
            return $this->rows() === ['20 delivered product.updated r2 {"id":20,"name":"Cup","price":12.00,"stock":1}'];
        }, 'what is sent again');
        $keys = array_column($this->received(), 'key');
        $this->assertCount(4, $keys);
        $this->assertSame([$keys[0], $keys[0]], array_slice($keys, 0, 2), 'a failed message keeps its key');
        $this->assertCount(3, array_unique($keys));
    }

    /** What changes while the message waits in the queue is told after it. */
    public function testAnEditWhileTheApiIsDown()
    {
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->set('PRODUCT_SYNC_SETTLE', '0');
        $this->apiAnswers(['*' => ['status' => 503]]);
        $this->start();
        $this->page(['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->awaitState('taken');
        $this->page(['price 20|10', 'round 20']);
        $this->assertSame(['20 taken ' . self::CUP], $this->rows());
        $this->apiAnswers([]);
        $this->awaitState('delivered');
        ProductSync\Background\Cron::run(5.0);
        $this->await(function () {
            return $this->rows() === ['20 delivered product.updated r1 {"id":20,"name":"Cup","price":12.00,"stock":1}'];
        }, 'the change');
    }

    public function testThePageSpeaksWithTheRelay()
    {
        $this->start();
        foreach (['secret-token' => 201, 'other' => 401] as $token => $status) {
            $this->apiAnswers(['*' => ['status' => $status]]);
            $this->set('MY_API_TOKEN', $token);
            $ask = TestConnection::ask(1);
            $this->await(function () use ($ask) {
                return TestConnection::answer(1, $ask) !== null;
            }, 'the answer');
            $this->assertSame([$status === 201 ? 'reached' : 'credentials', $status], array_slice(array_values(TestConnection::answer(1, $ask)), 0, 2));
        }
        foreach (['PRODUCT_SYNC_PAUSE' => ['1', 'paused'], 'PRODUCT_SYNC_PLACE' => ['elsewhere/', 'copy'], 'PRODUCT_SYNC_MODE' => ['async', 'mode'], 'MY_API_URL' => ['', 'no_url']] as $name => list($value, $word)) {
            $was = Configuration::get($name);
            $this->set($name, $value);
            $this->await(function () use ($word) {
                return $this->word() === $word;
            }, $word);
            $this->set($name, $was);
            $this->await(function () {
                return $this->word() === 'delivering';
            }, 'the end of ' . $word);
        }
    }
}
