<?php
/* The back-office pages: what they warn of, who may act, what their lists read, and that every text has its translations. */

use ProductSync\Admin\DeadMail;
use ProductSync\Admin\Facts;
use ProductSync\Admin\Health;
use ProductSync\Admin\Page;
use ProductSync\Admin\RowActions;
use ProductSync\Admin\RowList;
use ProductSync\Admin\RowView;
use ProductSync\Admin\SettingsForm;
use ProductSync\Admin\Tabs;
use ProductSync\Admin\Words;
use ProductSync\Delivery\Destination;
use ProductSync\Delivery\Verdict;
use ProductSync\Outbox\Actions;
use ProductSync\Settings\Problem;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;
use ProductSync\Settings\Token;

/* A page with one action, that shows what the guard lets through. */
final class GuardedPage extends OfficeController
{
    use Page;

    protected function actions(): array
    {
        return ['doIt' => 'act1'];
    }

    protected function act1()
    {
        return 'done';
    }

    public function token()
    {
        return $this->actionToken();
    }
}

final class AdminTest extends ShopCase
{
    const MODULE = __DIR__ . '/../../module/product_sync';

    protected function tearDown(): void
    {
        $_POST = $_GET = [];
        unset($_SERVER['REQUEST_METHOD']);
        Tab::$all = [];
        Mail::$sent = [];
    }

    public static function health()
    {
        $word = function ($word) {
            return ['mode' => 'queue', 'relayWord' => $word];
        };
        $late = ['overdueSeconds' => 301];

        return [
            'all well' => [[], []],
            'a copy' => [['obstacle' => Settings::COPY] + $late, [Health::COPY]],
            'no lasting key' => [['hasKey' => false], [Health::NO_KEY]],
            'the token does not decrypt' => [['obstacle' => Settings::NO_TOKEN, 'tokenState' => Token::UNREADABLE], [Health::UNREADABLE]],
            'no token' => [['obstacle' => Settings::NO_TOKEN, 'tokenState' => Token::NONE], [Health::NO_TOKEN]],
            'no address' => [['obstacle' => Settings::NO_URL], [Health::NO_URL]],
            'paused' => [['obstacle' => Settings::PAUSED] + $late, [Health::PAUSED]],
            'no curl' => [['hasCurl' => false], [Health::NO_CURL]],
            'the relay needs no curl here' => [['hasCurl' => false] + $word('delivering'), []],
            'waiting for long' => [$late, [Health::STUCK]],
            'waiting for not so long' => [['overdueSeconds' => 300], []],
            'a long backlog that moves' => [$late + ['taking' => true], []],
            'suspended, whether or not something waits' => [['suspension' => 'why'], [Health::SUSPENDED]],
            'suspended, but the relay delivers now' => [['suspension' => 'why'] + $word('delivering'), []],
            'the API is left alone for a while' => [$late + ['restSeconds' => 9], [Health::RESTING]],
            'the same, and nothing waits for long' => [['restSeconds' => 9], []],
            'no relay' => [$word(null) + $late, [Health::NO_RELAY]],
            'a relay that takes nothing' => [$word('suspended') + $late, [Health::RELAY_WAITS]],
            'a relay that should take' => [$word('delivering') + $late, [Health::STUCK]],
            'dead rows, whatever else' => [['dead' => 3, 'obstacle' => Settings::PAUSED], [Health::PAUSED, Health::DEAD]],
        ];
    }

    /** @dataProvider health */
    public function testWhatThePagesWarnOf(array $facts, array $expected)
    {
        $all = new Facts();
        $all->tokenState = Token::READABLE;
        $all->mode = Table::MODE_ASYNC;
        foreach ($facts as $name => $value) {
            $all->$name = $value;
        }
        $this->assertSame($expected, Health::of($all));
        foreach ($expected as $code) {
            $this->assertArrayHasKey($code, Words::WARNINGS);
        }
    }

    public function testOfSeveralRelaysTheOneThatDeliversCounts()
    {
        $relay = function ($word, $age) {
            return ['word' => $word, 'age' => $age];
        };
        $this->assertNull(Health::relayWord([]));
        $this->assertNull(Health::relayWord([$relay('delivering', 61), $relay('', 1)]));
        $this->assertSame('paused', Health::relayWord([$relay('paused', 60)]));
        $this->assertSame('delivering', Health::relayWord([$relay('delivering', 1), $relay('paused', 1)]));
        $this->assertSame('delivering', Health::relayWord([$relay('paused', 1), $relay('delivering', 1)]));
    }

    public function testFactsAreReadFromTheOutbox()
    {
        $this->fill([1 => 'ready', 2 => 'dead', 3 => 'dead', 4 => 'draft']);
        $this->later(400);
        $facts = Facts::ofShop(1);
        $this->assertSame([2, false, true], [$facts->dead, $facts->taking, $facts->overdueSeconds >= 400]);
        $this->sql("UPDATE ps_product_sync_outbox SET updated_at = UTC_TIMESTAMP() WHERE id_product = 2");
        $this->assertTrue(Facts::ofShop(1)->taking);
        $this->sql("INSERT INTO ps_product_sync_state VALUES ('relay:a', '{\"shops\":{\"1\":\"no_url\"}}', UTC_TIMESTAMP())");
        $this->assertSame('no_url', Facts::ofShop(1)->relayWord);
    }

    public function testEverySuspensionIsAKnownText()
    {
        foreach ([Verdict::GONE => 1, Verdict::DENIED => Destination::DENIALS, Verdict::REFUSED => Destination::REFUSALS] as $verdict => $times) {
            $destination = new Destination([], 'x');
            for ($i = 0; $i < $times; ++$i) {
                $destination->note($verdict, null, 1);
            }
            $this->assertContains($destination->suspension(), Words::SUSPENSIONS);
        }
    }

    public static function posts()
    {
        return [
            'as the page posts it' => ['POST', 'right', ['view', 'edit'], 'done', ''],
            'a link' => ['GET', 'right', ['view', 'edit'], false, 'security token'],
            'without a token' => ['POST', null, ['view', 'edit'], false, 'security token'],
            'with a wrong one' => ['POST', 'wrong', ['view', 'edit'], false, 'security token'],
            'with something else' => ['POST', ['right'], ['view', 'edit'], false, 'security token'],
            'by somebody who may only look' => ['POST', 'right', ['view'], false, 'not change anything'],
        ];
    }

    /** @dataProvider posts */
    public function testWhoMayAct($method, $token, array $rights, $expected, $error)
    {
        $page = new GuardedPage();
        $page->rights = $rights;
        $_SERVER['REQUEST_METHOD'] = $method;
        $_POST = ['doIt' => '1', Words::TOKEN_FIELD => $token === 'right' ? $page->token() : $token];
        $this->assertSame($expected, $page->postProcess());
        $this->assertStringContainsString($error, implode(' ', $page->errors));
        $this->assertCount($error === '' ? 0 : 1, $page->errors);
        $this->endRequest();
    }

    /** In the direct modes nobody else may come by for long. */
    public function testWhatAPersonSendsAgainGoesAtTheEndOfThatRequest()
    {
        foreach (['async', 'simple'] as $number => $mode) {
            $id = 20 + $number;
            $this->set('PRODUCT_SYNC_MODE', $mode);
            $this->apiAnswers(['*' => ['status' => 422]]);
            $this->request(self::PAGE, 'POST', '/admin/x', ["insert $id|Cup|5|1", "+added $id", "stock $id|1", "+save $id"]);
            $this->assertSame('dead', $this->row($id)['state']);
            $this->apiAnswers([]);
            $this->assertSame(1, Actions::resend([(int) $this->row($id)['id_outbox']], false));
            $page = new GuardedPage();
            $page->ajax = $mode === 'simple'; // as the page is while it sends the catalogue
            $_SERVER['REQUEST_METHOD'] = 'POST';
            $_POST = ['doIt' => '1', Words::TOKEN_FIELD => $page->token()];
            $this->endRequest();
            $this->assertSame('ready', $this->row($id)['state'], 'nobody acted on a page');
            $page->postProcess();
            $this->assertSame('ready', $this->row($id)['state']);
            $this->endRequest();
            $this->assertSame('delivered', $this->row($id)['state']);
        }
    }

    public function testTheTokenIsTheEmployees()
    {
        $page = new GuardedPage();
        $token = $page->token();
        $page->context->employee->passwd = 'another';
        $this->assertNotSame($token, $page->token());
    }

    public function testWithoutAnActionCoreGoesOn()
    {
        $this->assertSame('core', (new GuardedPage())->postProcess());
    }

    /** Each form of the templates posts the token that the guard wants. */
    public function testEveryFormCarriesTheToken()
    {
        foreach (glob(self::MODULE . '/views/templates/admin/*.tpl') as $path) {
            $text = file_get_contents($path);
            preg_match_all('~<form.*?</form>~s', $text, $forms);
            $this->assertSame(substr_count($text, '<form'), count($forms[0]), $path);
            foreach ($forms[0] as $form) {
                $this->assertStringContainsString('method="post"', $form, $path);
                $this->assertStringContainsString('name="{$token_field|', $form, $path);
            }
        }
    }

    /** Smarty leaves a variable as it is: each one is escaped or made a number where it is shown. */
    public function testEveryValueIsEscaped()
    {
        $folder = new RecursiveIteratorIterator(new RecursiveDirectoryIterator(self::MODULE . '/views/templates'));
        foreach (new RegexIterator($folder, '/\.tpl$/') as $path) {
            preg_match_all('~\{\$[^}=]*\}~', file_get_contents($path), $shown);
            foreach (preg_grep('~\|(escape:\'html\':\'UTF-8\'|intval)\}|^\{\$smarty\.block\.parent\}$~', $shown[0], PREG_GREP_INVERT) as $bare) {
                $this->fail("$path: $bare");
            }
        }
        $this->addToAssertionCount(1);
    }

    public function testTheListReadsFilteredPages()
    {
        $this->secondShop();
        $this->fill([1 => 'delivered', 2 => 'dead', 3 => 'ready', 19 => 'dead']);
        $this->fill([2 => 'dead'], 2);
        $list = new RowList();
        $products = function (array $shops, array $filter, $start = 0, $count = 50) use ($list) {
            return array_map('intval', array_column($list->page($shops, $filter, $start, $count, 1), 'id_product'));
        };
        $this->assertSame([2, 19, 3, 2, 1], $products([1, 2], []));
        $this->assertSame([19, 3, 2, 1], $products([1], []));
        $this->assertSame([3, 2], $products([1], [], 1, 2));
        $this->assertSame([2], $products([1], ['id_product' => '2']));
        $this->assertSame([2, 19], $this->sorted($products([1], ['state' => 'dead'])));
        $this->assertSame([2], $products([1, 2], ['id_shop' => '2']));
        $this->assertSame([], $products([1], ['id_shop' => '2']), 'a filter opens no other shop');
        $this->assertSame([], $products([], []));
        $this->assertSame([], $products([1], ['state' => "dead' OR '1'='1"]));
        $this->assertSame([4, 2], [$list->count([1], []), $list->count([1], ['state' => 'dead'])]);
        $this->assertSame('Old mug', $list->page([1], ['id_product' => '19'], 0, 1, 1)[0]['name']);
        $this->assertSame('', $list->page([1], ['id_product' => '3'], 0, 1, 1)[0]['name']);
    }

    /** With many rows each page comes by an index; the count stops at its limit. */
    public function testNoPageOfTheListScansTheTable()
    {
        $this->sql("INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, created_at, updated_at)
            SELECT 1, seq, IF(seq % 1000, 'delivered', 'dead'), 'product.created', UTC_TIMESTAMP(), UTC_TIMESTAMP() FROM seq_1_to_20000");
        foreach ([[], ['state' => 'dead'], ['id_product' => '77']] as $filter) {
            $this->sql('ANALYZE TABLE ps_product_sync_outbox');
            $before = $this->rowsRead();
            $this->assertNotEmpty((new RowList())->page([1], $filter, 0, 20, 1));
            $this->assertLessThan(200, $this->rowsRead() - $before, json_encode($filter));
        }
        $this->assertSame(RowList::LIST_LIMIT, (new RowList())->count([1], []));
    }

    public function testRowsAreActedOnInTheEmployeesShopsOnly()
    {
        $this->secondShop();
        Player::play(['insert 2|Cup', 'associate 2|2|Cup|5|1', 'insert 3|Jug', 'insert 4|Pot']);
        $this->fill([2 => 'dead', 3 => 'ready', 4 => 'taken']);
        $this->fill([2 => 'dead'], 2);
        $ids = array_map('intval', array_column($this->select('SELECT id_outbox FROM ps_product_sync_outbox ORDER BY id_outbox'), 'id_outbox'));
        $this->assertSame(['done' => 1, 'left' => 3, 'gone' => 0], (new RowActions([2]))->discard($ids));
        $this->assertSame(['dead', 'ready', 'taken', 'discarded'], array_column($this->select('SELECT state FROM ps_product_sync_outbox ORDER BY id_outbox'), 'state'));
        $this->assertSame([$ids[3]], (new RowActions([1, 2]))->toConfirm($ids));
        $this->assertSame(['gone' => 0, 'done' => 1, 'left' => 3], (new RowActions([1]))->sendAgain($ids, false));
        $this->assertSame('ready', $this->row(2)['state']);
    }

    public function testARowSaysWhatHappened()
    {
        $view = new RowView(function ($text, array $values = []) {
            return strtr($text, $values);
        }, (object) ['date_format_full' => 'Y-m-d H:i']);
        $row = ['id_shop' => '1', 'state' => 'ready', 'type' => 'product.created', 'attempts' => '2', 'last_status' => '503', 'last_error' => '',
            'ready_at' => null, 'next_try' => '2026-01-02 03:04:05', 'later' => '1', 'updated_at' => '2026-01-02 03:00:00', 'delivered_at' => null, 'deleted_at' => null];
        $zone = date_default_timezone_get();
        date_default_timezone_set('Europe/Paris');
        $shown = $view->present($row);
        date_default_timezone_set($zone);
        $this->assertSame(
            ['Waiting for the next attempt', 'warning', '2026-01-02 04:00', 'Next attempt: 2026-01-02 04:04', 'HTTP 503', ''],
            [$shown['state_text'], $shown['badge'], $shown['time'], $shown['next'], $shown['reason'], $shown['gone']]
        );
        $dead = ['state' => 'dead', 'last_status' => '422', 'last_error' => 'HTTP 422: no', 'next_try' => null] + $row;
        $this->assertSame('HTTP 422: no', $view->present($dead)['reason']);
        $this->assertSame('', $view->present(['state' => 'delivered'] + $dead)['reason']);
        $this->assertSame('HTTP 400 not good', $view->present(['last_status' => '400', 'last_error' => 'not good'] + $dead)['reason']);
    }

    public function testTheFormHoldsEverySettingAndNoSecret()
    {
        $form = $this->form(['MY_API_TOKEN' => 'typed-token', 'PRODUCT_SYNC_TIMEOUT' => '99'], ['PRODUCT_SYNC_TIMEOUT' => new Problem('No: %n%', ['%n%' => 99])]);
        $inputs = array_merge(...array_map(function (array $panel) {
            return $panel['form']['input'];
        }, $form->fields()));
        $inputs = array_column($inputs, null, 'name');
        $this->assertSame([], array_diff(array_keys(Table::all()), array_keys($inputs), [Table::SHOPS]));
        $this->assertSame('No: 99', $inputs['PRODUCT_SYNC_TIMEOUT']['problem']);
        $this->assertSame('', $form->values()['MY_API_TOKEN']);
        $this->assertSame('99', $form->values()['PRODUCT_SYNC_TIMEOUT']);
        $all = json_encode([$form->fields(), $form->values()]);
        $this->assertStringNotContainsString('secret-token', $all);
        $this->assertStringNotContainsString('typed-token', $all);
    }

    public function testWhoMayOnlyLookHasNoButtons()
    {
        $form = new SettingsForm(function ($text) {
            return $text;
        }, false, false, [], []);
        foreach ($form->fields() as $panel) {
            $this->assertArrayNotHasKey('submit', $panel['form']);
            $this->assertArrayNotHasKey('buttons', $panel['form']);
        }
    }

    public function testPagesAreAddedOnce()
    {
        $this->assertTrue(Tabs::install() && Tabs::install());
        $this->assertSame([Tabs::PRODUCTS, Tabs::SETTINGS], array_keys(Tab::$all));
        $this->assertSame('Synchronisation produits', Tab::$all[Tabs::PRODUCTS]->name[2]);
        $this->assertSame([true, false], array_column(Tab::$all, 'active'));
        foreach (array_keys(Tab::$all) as $name) {
            $this->assertFileExists(self::MODULE . '/controllers/admin/' . $name . 'Controller.php');
        }
    }

    public function testOneMailADayForWhatIsNewlyDead()
    {
        $this->set('PS_SHOP_EMAIL', 'merchant@shop.example');
        $this->assertFalse(DeadMail::sendIfDue(), 'nothing is dead');
        $this->fill([1 => 'dead', 2 => 'dead', 3 => 'ready']);
        $this->later(5);
        $this->assertTrue(DeadMail::sendIfDue());
        $this->assertSame('2', Mail::$sent[0]['vars']['{failed}']);
        $this->assertSame('Shop &lt;1&gt;: 2', Mail::$sent[0]['vars']['{shops}']);
        $this->fill([4 => 'dead']);
        $this->assertFalse(DeadMail::sendIfDue(), 'one a day');
        $this->later(86401);
        $this->assertTrue(DeadMail::sendIfDue());
        $this->assertSame('1', Mail::$sent[1]['vars']['{failed}'], 'of the others the first mail told');
        $this->later(86401);
        $this->assertFalse(DeadMail::sendIfDue(), 'nothing new');
        $this->assertCount(2, Mail::$sent);
    }

    public function testNoMailWhereTheSettingSaysSo()
    {
        $this->set('PS_SHOP_EMAIL', 'merchant@shop.example');
        $this->set(Table::MAIL, '0');
        $this->fill([1 => 'dead']);
        $this->assertFalse(DeadMail::sendIfDue());
        $this->assertSame([], Mail::$sent);
    }

    public function testMailsAreThereInEachLanguage()
    {
        foreach (array_keys(DeadMail::SUBJECTS) as $iso) {
            foreach (['txt', 'html'] as $kind) {
                $text = file_get_contents(self::MODULE . "/mails/$iso/" . DeadMail::TEMPLATE . '.' . $kind);
                $this->assertStringContainsString('{failed}', $text);
                $this->assertStringContainsString('{shops}', $text);
            }
        }
    }

    public static function locales()
    {
        return [['fr-FR'], ['es-ES']];
    }

    /** @dataProvider locales */
    public function testEveryTextIsTranslatedWithItsPlaceHolders($locale)
    {
        $path = self::MODULE . "/translations/$locale/ModulesProductsyncAdmin.$locale.xlf";
        $units = simplexml_load_file($path)->file->body->{'trans-unit'};
        $translated = [];
        foreach ($units as $unit) {
            $this->assertSame(md5((string) $unit->source), (string) $unit['id']);
            $translated[(string) $unit->source] = (string) $unit->target;
        }
        $texts = $this->texts();
        $this->assertSame([], array_values(array_diff($texts, array_keys($translated))), 'not translated');
        $this->assertSame([], array_values(array_diff(array_keys($translated), $texts)), 'translated but not used');
        foreach ($translated as $source => $target) {
            preg_match_all('/%[a-z_]+%/', $source, $wanted);
            preg_match_all('/%[a-z_]+%/', $target, $found);
            $this->assertSame($this->sorted($wanted[0]), $this->sorted($found[0]), $source);
            $this->assertNotSame('', trim($target), $source);
        }
    }

    /** Every English text that the pages can show. @return string[] */
    private function texts()
    {
        $texts = Words::all();
        $patterns = [
            '~(?:->say\(|->trans\(|new Problem\()\s*(?:\$\w+ \? )?' . self::LITERAL . '~',
            '~\{l s=' . self::LITERAL . '~',
        ];
        $files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator(self::MODULE));
        foreach (new RegexIterator($files, '/\.(php|tpl)$/') as $path) {
            foreach ($patterns as $pattern) {
                preg_match_all($pattern, file_get_contents($path), $found);
                $texts = array_merge($texts, array_map('stripslashes', $found[1]));
            }
        }
        $texts = array_values(array_unique($texts));
        sort($texts);

        return $texts;
    }

    const LITERAL = '\'((?:[^\'\\\\]|\\\\.)*)\'';

    private function form(array $typed, array $problems)
    {
        return new SettingsForm(function ($text, array $values = []) {
            return strtr($text, $values);
        }, true, false, $typed, $problems);
    }

    private function fill(array $states, $idShop = 1)
    {
        foreach ($states as $idProduct => $state) {
            $this->sql("INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, payload, message_key, ready_at, created_at, updated_at)
                VALUES ($idShop, $idProduct, '$state', 'product.created', '{}', 'k$idProduct', UTC_TIMESTAMP(), UTC_TIMESTAMP(), UTC_TIMESTAMP())");
        }
    }

    /** Rows that this connection has read, by the server's own count. */
    private function rowsRead()
    {
        $sum = 0;
        foreach ($this->select("SHOW SESSION STATUS LIKE 'Handler\\_read\\_%'") as $row) {
            $sum += (int) $row['Value'];
        }

        return $sum;
    }

    private function sorted(array $values)
    {
        sort($values);

        return $values;
    }
}
