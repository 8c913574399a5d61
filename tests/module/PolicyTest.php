<?php
/* The small pure policies: where a request comes from, what hooks say, what an answer means, how long to wait. */

use PHPUnit\Framework\TestCase;
use ProductSync\Background\Occasion;
use ProductSync\Capture\Hooks;
use ProductSync\Capture\Mark;
use ProductSync\Capture\Marks;
use ProductSync\Capture\Money;
use ProductSync\Capture\Origin;
use ProductSync\Delivery\Answer;
use ProductSync\Delivery\Backoff;
use ProductSync\Delivery\Mask;
use ProductSync\Delivery\RetryAfter;
use ProductSync\Delivery\TestConnection;
use ProductSync\Delivery\Verdict;

final class PolicyTest extends TestCase
{
    const FACTS = ['cli' => false, 'import' => false, 'webservice' => false, 'admin' => false, 'employee' => false, 'controller' => '', 'method' => 'POST', 'uri' => '/'];

    public function testOrigins()
    {
        $page = ['admin' => true, 'employee' => true];
        $cases = [
            [$page, Origin::BACK_OFFICE, true, false],
            [$page + ['import' => true], Origin::IMPORT, true, true],
            [['cli' => true], Origin::CONSOLE, false, true],
            [['cli' => true, 'import' => true], Origin::IMPORT, true, true],
            [['webservice' => true], Origin::WEBSERVICE, false, false],
            [[], Origin::OTHER, false, false],
            [['admin' => true], Origin::OTHER, false, false],
        ];
        foreach ($cases as list($facts, $kind, $isSettled, $isBulk)) {
            $origin = new Origin($facts + self::FACTS);
            $this->assertSame([$kind, $isSettled, $isBulk], [$origin->kind(), $origin->isSettled(), $origin->isBulk()]);
        }
    }

    public function testWhichSavesMustComeToTheirEnd()
    {
        $page = ['admin' => true, 'employee' => true] + self::FACTS;
        $old = new Origin(['controller' => 'AdminProductsController'] + $page);
        $this->assertTrue($old->isWhole(Hooks::TOUCHED));
        $this->assertFalse($old->isWhole(Hooks::ADDED));
        $this->assertFalse((new Origin(['controller' => 'AdminProductsController', 'method' => 'GET'] + $page))->isWhole(Hooks::TOUCHED));
        $this->assertTrue((new Origin(['uri' => '/admin/sell/catalog/products-v2/20/duplicate-shop/1?_token=x'] + $page))->isWhole(Hooks::ADDED));
        $this->assertFalse((new Origin(['uri' => '/admin/products/create?from=duplicate'] + $page))->isWhole(Hooks::ADDED));
    }

    public function testWhatHooksSpeakOf()
    {
        $part = new StockAvailable(55);
        $part->id_product = '20';
        $this->assertSame(20, Hooks::product('actionObjectProductAddAfter', ['object' => new Product(20)]));
        $this->assertSame(20, Hooks::product('actionObjectStockAvailableUpdateAfter', ['object' => $part]));
        $this->assertSame(20, Hooks::product('actionProductUpdate', ['id_product' => '20']));
        $this->assertSame(0, Hooks::product('actionProductUpdate', []));
        $this->assertSame(0, Hooks::product('actionObjectProductAddAfter', ['object' => null]));
        $this->assertSame(0, Hooks::product('actionNobodyKnows', ['id_product' => 20]));
    }

    public function testMarksKeepTheOrderAndTheEndOfSaves()
    {
        $marks = new Marks();
        $marks->note(Hooks::BEGUN, 1, false, 10.0);
        $marks->note(Hooks::TOUCHED, 2, false, 11.0);
        $marks->note(Hooks::TOUCHED, 1, false, 12.0);
        $marks->note(Hooks::TOUCHED, 0, false, 12.0);
        $this->assertSame(2, $marks->count());
        $done = $marks->takeDone();
        $this->assertSame([2], array_column($done, 'idProduct'));
        list($mark) = $marks->takeAll();
        $this->assertSame([1, true, 10.0], [$mark->idProduct, $mark->isCut(), $mark->since]);
        $marks->note(Hooks::DELETED, 3, false, 1.0);
        $marks->note(Hooks::ADDED, 3, false, 2.0);
        list($mark) = $marks->takeAll();
        $this->assertSame([true, false, 2.0], [$mark->isRecreated, $mark->isDeleted, $mark->addedAt]);
    }

    public function testVerdicts()
    {
        $cases = [
            200 => Verdict::DONE, 204 => Verdict::DONE, 0 => Verdict::UNANSWERED, 301 => Verdict::WRONG_PLACE, 304 => Verdict::WRONG_PLACE,
            400 => Verdict::REFUSED, 401 => Verdict::DENIED, 403 => Verdict::DENIED, 404 => Verdict::WRONG_PLACE, 405 => Verdict::WRONG_PLACE,
            408 => Verdict::UNAVAILABLE, 409 => Verdict::CONFLICT, 410 => Verdict::GONE, 418 => Verdict::REFUSED, 422 => Verdict::REFUSED,
            429 => Verdict::THROTTLED, 500 => Verdict::FAULT, 501 => Verdict::FAULT, 502 => Verdict::UNAVAILABLE, 503 => Verdict::UNAVAILABLE,
            504 => Verdict::UNAVAILABLE, 599 => Verdict::FAULT, 700 => Verdict::UNAVAILABLE,
        ];
        foreach ($cases as $status => $verdict) {
            $this->assertSame($verdict, Verdict::of($status, false), (string) $status);
        }
        $this->assertSame(Verdict::THROTTLED, Verdict::of(503, true));
        $this->assertSame(Verdict::DONE, Verdict::of(200, true));
    }

    public function testBackoff()
    {
        $this->assertSame([1, 2, 4, 256, 300, 300], array_map(function ($n) {
            return Backoff::seconds($n, 1);
        }, [1, 2, 3, 9, 10, 99]));
        $this->assertSame(300, Backoff::seconds(1, 3600));
    }

    public function testRetryAfter()
    {
        $now = 1445412470;
        $cases = [
            ['120', '', 120], ['0', '', 0], ['999999', '', 86400], ['-1', '', null], ['1.5', '', null], ['', '', null], ['soon', '', null], ['tomorrow', '', null],
            ['Wed, 21 Oct 2015 07:28:30 GMT', 'Wed, 21 Oct 2015 07:28:00 GMT', 30],
            ['Wednesday, 21-Oct-15 07:28:30 GMT', 'Wed, 21 Oct 2015 07:28:00 GMT', 30],
            ['Wed Oct 21 07:28:30 2015', 'Wed, 21 Oct 2015 07:28:00 GMT', 30],
            ['Wed, 21 Oct 2015 07:28:30 GMT', 'Wed, 21 Oct 2015 07:29:00 GMT', 0],
            ['Wed, 21 Oct 2015 07:28:30 GMT', '', 40],
        ];
        foreach ($cases as list($field, $date, $seconds)) {
            $this->assertSame($seconds, RetryAfter::seconds($field, $date, $now), $field);
        }
    }

    public function testWhatATestOfTheConnectionProves()
    {
        $verdicts = [];
        foreach ([200, 204, 400, 401, 403, 404, 405, 422, 301, 429, 500, 0] as $status) {
            $answer = Answer::none('timed out');
            $answer->status = $status;
            $verdicts[$status] = TestConnection::judge($answer, 'secret')['verdict'];
        }
        $this->assertSame([
            200 => 'reached', 204 => 'reached', 400 => 'reached', 401 => 'credentials', 403 => 'credentials', 404 => 'reached', 405 => 'reached',
            422 => 'reached', 301 => 'failed', 429 => 'failed', 500 => 'failed', 0 => 'failed',
        ], $verdicts);
    }

    public function testReasonsAreShortAndKeepTheSecret()
    {
        $answer = new Answer();
        $answer->status = 400;
        $answer->body = "no:\n\tsecret/token secret\\/token \xff " . str_repeat('é', 500);
        $this->assertStringStartsWith('HTTP 400: no: *** *** ? éé', $answer->reason('secret/token'));
        $this->assertLessThanOrEqual(255, mb_strlen($answer->reason(''), 'UTF-8'));
    }

    /** An API in PHP, for one, writes / as \/ when it repeats what it did not like. */
    public function testASecretIsHiddenHoweverItIsWritten()
    {
        $cases = [
            ['a/b+c"d', '{"t":"a\\/b+c\\"d"}', '{"t":"***"}'],
            ['a\\b/c', 'a\\\\b\\u002fc.', '***.'],
            ['a/b+c=5', '?t=a%2Fb%2bc%3D5&x', '?t=***&x'],
            ['a&b<"c\'/d', '<b>a&amp;b&lt;&quot;c&#39;&#x2F;d</b>', '<b>***</b>'],
            ['a%25b%2', 'a%25b%2', '***'],
            ['a/b/', 'a%2Fb%2', 'a%2Fb%2'],
            ['ababc', 'abababc ababc', 'ab*** ***'],
            ['abcd', '', ''],
            ['', 'abcd', 'abcd'],
            [str_repeat('a/', 2048), 'x' . str_repeat('a\\/', 2048) . 'y', 'x***y'],
        ];
        foreach ($cases as list($secret, $text, $hidden)) {
            $this->assertSame($hidden, Mask::hide($text, $secret));
        }
    }

    public function testMoney()
    {
        $cases = [[49.9, 2, '49.90'], [0.0, 2, '0.00'], [-0.0, 2, '0.00'], [1234567.89, 2, '1234567.89'], [1235.0, 0, '1235'], [1.235, 3, '1.235'], [-5.0, 2, '0.00']];
        foreach ($cases as list($price, $digits, $text)) {
            $this->assertSame($text, Money::text($price, $digits));
        }
        $this->assertNull(Money::text(INF, 2));
        $this->assertNull(Money::text(null, 2));
        $this->assertSame([true, false, false], array_map([Money::class, 'isAboveZero'], ['0.01', '0.00', '0']));
    }

    public function testHowMuchIsSentOnAnOccasion()
    {
        $this->assertNull(Occasion::budget('queue', Origin::BACK_OFFICE, 1, true));
        $this->assertNull(Occasion::budget('simple', Origin::IMPORT, 1, true));
        $this->assertNull(Occasion::budget('simple', Origin::BACK_OFFICE, 6, true));
        $this->assertLessThanOrEqual(3.0, Occasion::budget('simple', Origin::BACK_OFFICE, 5, true)->left());
        $this->assertLessThanOrEqual(3.0, Occasion::budget('async', Origin::BACK_OFFICE, 1, false)->left());
        $this->assertGreaterThan(10.0, Occasion::budget('async', Origin::IMPORT, 1000, true)->left());
    }
}
