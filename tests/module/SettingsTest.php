<?php
/* What may be a setting, how it is saved, read and removed. */

use ProductSync\Settings\Address;
use ProductSync\Settings\Installation;
use ProductSync\Settings\Ownership;
use ProductSync\Settings\Place;
use ProductSync\Settings\Saver;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Store;
use ProductSync\Settings\Table;
use ProductSync\Settings\Token;
use ProductSync\Settings\Validator;

final class SettingsTest extends ShopCase
{
    protected function setUp(): void
    {
        parent::setUp();
        $this->keyIn("'new_cookie_key' => 'key-of-the-shop'");
    }

    public static function addresses()
    {
        return [
            ['https://api.example.com/products', null],
            ['HTTPS://api.example.com', null],
            ['https://api.example.com:8443/v1/products?shop=1&x=%20', null],
            ['https://[2001:db8::1]:443/', null],
            ['https://under_score.example.', null],
            ['http://localhost:3000/products', null],
            ['http://127.9.8.7/', null],
            ['http://[::1]/', null],
            ['http://[0:0:0:0:0:0:0:1]:80/', null],
            ['http://api.example.com/', 'neither token nor products'],
            ['http://localhost.example.com/', 'neither token nor products'],
            ['http://128.0.0.1/', 'neither token nor products'],
            ['http://[::2]/', 'neither token nor products'],
            ['https://user:password@api.example.com/', 'user name or password'],
            ['https://token@api.example.com/', 'user name or password'],
            ['https://api.example.com/a@b', null],
            ['ftp://api.example.com/', 'begin with https://'],
            ['api.example.com', 'begin with https://'],
            ['javascript:alert(1)', 'begin with https://'],
            ['https://', 'no valid host'],
            ['https:///products', 'no valid host'],
            ['https://a..b/', 'no valid host'],
            ['https://a!b/', 'no valid host'],
            ['https://[::1/', 'no valid host'],
            ['https://[zz]/', 'no valid host'],
            ['https://' . str_repeat('a', 64) . '.example/', 'no valid host'],
            ['https://api.example.com:0/', 'no valid port'],
            ['https://api.example.com:65536/', 'no valid port'],
            ['https://api.example.com:/', 'no valid port'],
            ['https://api.example.com/#top', 'fragment'],
            ['https://api.example.com/a b', 'a space or a character'],
            ["https://api.example.com/\n", 'a space or a character'],
            ['https://bücher.example/', 'a space or a character'],
            ['https://api.example.com/"', 'written as %XX'],
            ['https://api.example.com/%zz', 'written as %XX'],
            ['https://api.example.com/' . str_repeat('a', 2048), 'too long'],
        ];
    }

    /** @dataProvider addresses */
    public function testAddresses($url, $problem)
    {
        $found = Address::problem($url);
        if ($problem === null) {
            $this->assertNull($found, $found === null ? '' : $found->text);
        } else {
            $this->assertStringContainsString($problem, $found === null ? '(none)' : $found->text);
        }
    }

    public static function values()
    {
        return [
            [Table::MODE, 'queue', true], [Table::MODE, 'Queue', false], [Table::MODE, '', false],
            [Table::PAUSE, '1', true], [Table::PAUSE, '2', false], [Table::PAUSE, '', false],
            [Table::TIMEOUT, '1', true], [Table::TIMEOUT, '60', true], [Table::TIMEOUT, '0', false], [Table::TIMEOUT, '61', false],
            [Table::TIMEOUT, '', false], [Table::TIMEOUT, '1.5', false], [Table::TIMEOUT, '-1', false], [Table::TIMEOUT, '1e1', false],
            [Table::TIMEOUT, '99999999999999999999', false],
            [Table::BATCH_SIZE, '2', true], [Table::BATCH_SIZE, '1', false], [Table::BATCH_SIZE, '1000', true], [Table::BATCH_SIZE, '1001', false],
            [Table::SETTLE, '0', true], [Table::HISTORY, '3650', true], [Table::HISTORY, '3651', false],
            [Table::VERSION, '', true], [Table::VERSION, '0', true], [Table::VERSION, '2147483647', true], [Table::VERSION, '2147483648', false],
            [Table::VERSION, 'two', false],
            [Table::LANGUAGES, '', true], [Table::LANGUAGES, 'en', true], [Table::LANGUAGES, 'en,fr', true], [Table::LANGUAGES, 'english', false],
            [Table::LANGUAGES, 'en,', false],
            [Table::TOKEN, 'abc.DEF-123_~', true], [Table::TOKEN, 'with space', false], [Table::TOKEN, "two\nlines", false], [Table::TOKEN, 'clé', false],
            [Table::TOKEN, str_repeat('x', 4096), true], [Table::TOKEN, str_repeat('x', 4097), false],
            [Table::TEST_METHOD, 'HEAD', true], [Table::TEST_METHOD, 'DELETE', false],
        ];
    }

    /** @dataProvider values */
    public function testValues($name, $value, $isValid)
    {
        $this->assertSame($isValid, Validator::isValid(Table::get($name), $value));
    }

    public function testWhatPeopleTypeAroundAValueIsTakenAway()
    {
        $this->assertSame('en,fr', Validator::normalise(Table::get(Table::LANGUAGES), ' EN ; fr, en '));
        $this->assertSame('7', Validator::normalise(Table::get(Table::TIMEOUT), ' 007 '));
        $this->assertSame('https://a.example', Validator::normalise(Table::get(Table::URL), " https://a.example\n"));
    }

    public function testEveryDefaultIsValidAndEverySettingStandsInOneGroup()
    {
        foreach (Table::all() as $name => $setting) {
            $this->assertTrue(Validator::isValid($setting, $setting->default), $name);
            $this->assertLessThanOrEqual(254, strlen($name));
        }
        $this->assertSame(array_keys(Table::all()), array_merge(...array_values(Table::groups())));
    }

    /** The contract with the relay names each setting and its default. */
    public function testTheContractSaysTheSame()
    {
        $contract = file_get_contents(dirname(__DIR__, 2) . '/docs/outbox.md');
        foreach (array_merge(array_keys(Table::all()), Table::internal()) as $name) {
            $this->assertStringContainsString('`' . $name . '`', $contract);
        }
        foreach (Table::all() as $name => $setting) {
            if ($setting->default !== '') {
                $this->assertMatchesRegularExpression('~`' . $name . '` \|[^\n]*\(`?' . preg_quote($setting->default, '~') . '[`;)]~', $contract);
            }
        }
    }

    public function testOneBadFieldSavesNothing()
    {
        $saver = new Saver([Table::TIMEOUT => '30', Table::HISTORY => 'long', Table::URL => 'http://api.example.com/']);
        $this->assertSame([Table::URL, Table::HISTORY], $this->sorted(array_keys($saver->problems())));
        $this->assertFalse($saver->save());
        $this->assertSame(10, Settings::ofShop(1)->number(Table::TIMEOUT));
        $this->assertSame('long', $saver->values()[Table::HISTORY]);
    }

    public function testSavesOnlyWhatChanged()
    {
        $this->assertTrue($this->save([Table::TIMEOUT => '30', Table::HISTORY => '30', Table::MODE => 'queue']));
        $this->assertSame(30, Settings::ofShop(1)->number(Table::TIMEOUT));
        $this->assertSame([], $this->select("SELECT 1 FROM ps_configuration WHERE name = '" . Table::HISTORY . "'"));
    }

    public function testTheTokenIsEncryptedAndKeptWhenLeftEmpty()
    {
        $this->assertTrue($this->save([Table::TOKEN => 'the-new-token', Table::URL => 'https://api.example.com/'] + $this->takingOver()));
        $stored = Configuration::get(Table::TOKEN);
        $this->assertStringStartsWith('def502', $stored);
        $this->assertStringNotContainsString('the-new-token', $stored);
        $this->assertTrue($this->save([Table::TOKEN => '']));
        $this->assertSame('the-new-token', Settings::ofShop(1)->token());
        $this->assertSame(Token::READABLE, Settings::ofShop(1)->tokenState());
    }

    public function testATokenOfAnotherKeyIsNotUsed()
    {
        $this->set(Table::TOKEN, 'def502' . bin2hex('another-key|secret'));
        $this->assertSame('', Settings::ofShop(1)->token());
        $this->assertSame(Token::UNREADABLE, Settings::ofShop(1)->tokenState());
        $this->assertSame(Settings::NO_TOKEN, Settings::ofShop(1)->obstacle());
    }

    public function testAValueThatIsNoCiphertextIsTheTokenAsItIs()
    {
        $this->set(Table::TOKEN, 'plain-token');
        $this->assertSame('plain-token', Settings::ofShop(1)->token());
    }

    public static function parameters()
    {
        return [[''], ["'new_cookie_key' => ''"], ["'cookie_key' => 'x'"]];
    }

    /** @dataProvider parameters */
    public function testWithoutALastingKeyNoTokenIsSaved($lines)
    {
        $before = Configuration::get(Table::TOKEN);
        $this->keyIn($lines);
        $saver = new Saver([Table::TOKEN => 'the-new-token'] + $this->takingOver());
        $this->assertStringContainsString('new_cookie_key', $saver->problems()[Table::TOKEN]->text);
        $this->assertFalse($saver->save());
        $this->assertSame($before, Configuration::get(Table::TOKEN));
        $this->assertNull(Token::conceal('x'));
        $this->assertSame([], (new Saver([Table::TOKEN => '']))->problems(), 'what is left empty needs no key');
    }

    public function testForeignValuesAreUsedButNotOverwrittenNorRemoved()
    {
        $this->set(Table::URL, 'https://of-another-module.example/');
        $this->assertSame('https://of-another-module.example/', Settings::ofShop(1)->url());
        $saver = new Saver([Table::URL => 'https://api.example.com/']);
        $this->assertStringContainsString('Something else', $saver->problems()[Table::URL]->text);
        $this->assertFalse($saver->save());
        $this->assertSame([], (new Saver([Table::URL => 'https://of-another-module.example/']))->problems(), 'unchanged is no change');
        $this->assertTrue(Installation::remove());
        $this->assertSame('https://of-another-module.example/', Configuration::get(Table::URL));
    }

    public function testWhatWasTakenOverIsRemoved()
    {
        $this->assertTrue($this->save([Table::URL => 'https://api.example.com/'] + $this->takingOver()));
        $this->assertSame([Table::URL], Ownership::owned());
        $this->assertFalse(Ownership::isForeign(Table::URL));
        $this->assertTrue(Ownership::isForeign(Table::TOKEN));
        $this->assertTrue(Installation::remove());
        $this->assertFalse(Configuration::get(Table::URL));
        $this->assertSame([[Table::TOKEN]], array_map('array_values', $this->select(
            "SELECT name FROM ps_configuration WHERE name LIKE 'MY\\_API%' OR name LIKE 'PRODUCT\\_SYNC%'"
        )));
    }

    public function testAStoredValueThatIsNoneCountsAsTheDefault()
    {
        $this->set(Table::TIMEOUT, '1000');
        $this->set(Table::MODE, 'sometimes');
        $this->set(Table::URL, 'http://user:pass@api.example.com/');
        $settings = Settings::ofShop(1);
        $this->assertSame([10, 'async', ''], [$settings->number(Table::TIMEOUT), $settings->mode(), $settings->url()]);
    }

    public function testAShopsValueHoldsAndAnEmptyOneTooBeforeTheGlobalOne()
    {
        $this->secondShop();
        $this->set(Table::URL, 'https://all.example/');
        $this->set(Table::URL, '', 2);
        $this->assertSame('https://all.example/', Settings::ofShop(1)->url());
        $this->assertSame('', Settings::ofShop(2)->url());
        $this->assertFalse(Settings::ofShop(2)->isWanted());
    }

    public function testLanguagesMustBeTheShops()
    {
        $this->assertStringContainsString('no language', (new Saver([Table::LANGUAGES => 'en,de']))->problems()[Table::LANGUAGES]->text);
        $this->assertSame([], (new Saver([Table::LANGUAGES => 'en,fr']))->problems());
    }

    public function testOneMessageForEachShopNeedsToTellThemApart()
    {
        $this->secondShop();
        Shop::setContext(Shop::CONTEXT_ALL);
        $this->set(Table::URL, 'https://all.example/');
        $this->assertArrayHasKey(Table::SHOPS, (new Saver([Table::SHOPS => 'each']))->problems());
        $this->assertSame([], (new Saver([Table::SHOPS => 'each', Table::SEND_SHOP => '1']))->problems());
        $this->set(Table::URL, 'https://two.example/', 2);
        $this->assertSame([], (new Saver([Table::SHOPS => 'each']))->problems());
        $this->assertArrayHasKey(Table::SHOPS, (new Saver([Table::SHOPS => 'each', Table::URL => 'https://two.example/']))->problems());
    }

    public function testACopyIsNoticedAndPausedUntilAnswered()
    {
        $this->assertFalse(Place::isCopy(1));
        $this->sql("UPDATE ps_shop_url SET domain_ssl = 'staging.example'");
        $this->assertTrue(Place::isCopy(1));
        $this->assertSame(Settings::COPY, Settings::ofShop(1)->obstacle());
        $this->assertTrue($this->save([Table::TIMEOUT => '20']));
        $this->assertTrue(Place::isCopy(1), 'saving is no answer');
        $this->assertTrue(Place::note(1));
        $this->assertSame(Settings::OPEN, Settings::ofShop(1)->obstacle());
    }

    public function testACopyForgetsWhereTheOriginalSends()
    {
        $this->sql("UPDATE ps_shop_url SET physical_uri = '/copy/'");
        $uuid = Installation::uuid();
        $this->assertTrue(Place::becomeCopy(1));
        $settings = Settings::ofShop(1);
        $this->assertSame(['', '', true], [$settings->url(), $settings->token(), $settings->flag(Table::PAUSE)]);
        $this->assertNotSame($uuid, Installation::uuid());
        $this->assertFalse(Place::isCopy(1));
    }

    public function testAShopAddedLaterIsNoCopy()
    {
        $this->sql("INSERT INTO ps_shop_group VALUES (2, 0); INSERT INTO ps_shop VALUES (2, 2, 1, 0);
            INSERT INTO ps_shop_url VALUES (2, 2, 'two.example', 'two.example', '/', '', 1, 1)");
        $this->assertTrue(Place::isCopy(2));
        $this->assertTrue(Place::adopt([1, 2]));
        $this->assertFalse(Place::isCopy(2));
        $this->sql("UPDATE ps_shop_url SET domain_ssl = 'staging.example';
            DELETE FROM ps_configuration WHERE name = 'PRODUCT_SYNC_PLACE' AND id_shop = 2");
        $this->assertTrue(Place::adopt([1, 2]));
        $this->assertTrue(Place::isCopy(1) && Place::isCopy(2), 'in a copy nothing is adopted');
    }

    public function testPreparingTwiceChangesNothing()
    {
        $all = $this->select('SELECT name, value FROM ps_configuration ORDER BY name');
        $this->assertTrue(Installation::prepare());
        $this->assertSame($all, $this->select('SELECT name, value FROM ps_configuration ORDER BY name'));
        $this->assertMatchesRegularExpression('/^[0-9a-f]{64}$/', Installation::cronToken());
    }

    public function testUuidAndCronTokenAreNewWhenAskedFor()
    {
        $uuids = [Installation::uuid()];
        for ($i = 0; $i < 6; ++$i) {
            $this->assertTrue(Installation::renewUuid());
            array_unshift($uuids, Installation::uuid());
        }
        $this->assertCount(7, array_unique($uuids));
        $this->assertSame(implode(',', array_slice($uuids, 1, 5)), Configuration::getGlobalValue('PRODUCT_SYNC_UUID_BEFORE'));
        $this->assertMatchesRegularExpression('/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/', Installation::uuid());
        $old = Installation::cronToken();
        Installation::renewCronToken();
        $this->assertNotSame($old, Installation::cronToken());
    }

    public static function obstacles()
    {
        return [
            [[], Settings::OPEN],
            [[Table::PAUSE => '1', Table::URL => ''], Settings::PAUSED],
            [[Table::PLACE => 'elsewhere.example/', Table::URL => ''], Settings::COPY],
            [[Table::URL => '', Table::TOKEN => ''], Settings::NO_URL],
            [[Table::TOKEN => ''], Settings::NO_TOKEN],
        ];
    }

    /** @dataProvider obstacles */
    public function testWhatHoldsDeliveryUp(array $values, $obstacle)
    {
        foreach ($values as $name => $value) {
            $this->set($name, $value);
        }
        $this->assertSame($obstacle, Settings::ofShop(1)->obstacle());
    }

    private function save(array $input)
    {
        $saver = new Saver($input);
        $this->assertSame([], $saver->problems());

        return $saver->save();
    }

    private function takingOver()
    {
        return [Saver::TAKE_OVER . Table::URL => '1', Saver::TAKE_OVER . Table::TOKEN => '1'];
    }

    private function keyIn($lines)
    {
        @mkdir(_PS_ROOT_DIR_ . '/app/config', 0700, true);
        file_put_contents(_PS_ROOT_DIR_ . '/app/config/parameters.php', "<?php return ['parameters' => [$lines]];");
    }

    private function sorted(array $values)
    {
        sort($values);

        return $values;
    }

    /** What is saved for all shops does not hold where a shop, or its group, has a value of its own: the page names those shops. */
    public function testWhichShopsHaveValuesOfTheirOwn()
    {
        $this->secondShop(); // in a group of its own, with its place, which is no setting
        $names = array_keys(Table::all());
        $this->assertSame([], Store::shopsWithOwn($names, [1, 2], true));
        $insert = 'INSERT INTO ps_configuration (id_shop_group, id_shop, name, value) VALUES ';
        $this->sql($insert . "(2, NULL, 'MY_API_URL', NULL)");
        $this->assertSame([2], Store::shopsWithOwn($names, [1, 2], true));
        $this->assertSame([], Store::shopsWithOwn($names, [1, 2], false), 'in the group it is the value that is edited');
        $this->sql($insert . "(1, 1, 'PRODUCT_SYNC_MODE', 'queue')");
        $this->assertSame([1, 2], Store::shopsWithOwn($names, [1, 2], true));
        $this->assertSame([1], Store::shopsWithOwn($names, [1], true));
    }
}
