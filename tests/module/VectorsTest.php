<?php
/* The one vector file of payload and key, which productsync's own tests read too. What a shop cannot have - a price of more digits than a float
 * holds, input that is no number - is productsync's alone. */

use PHPUnit\Framework\TestCase;
use ProductSync\Capture\Key;
use ProductSync\Capture\Money;
use ProductSync\Capture\Payload;
use ProductSync\Capture\Text;

final class VectorsTest extends TestCase
{
    private static function vectors($part)
    {
        $text = file_get_contents(dirname(__DIR__) . '/vectors/payload.json');

        return json_decode($text, true, 64, JSON_BIGINT_AS_STRING)[$part];
    }

    public function testKeys()
    {
        foreach (self::vectors('keys') as $v) {
            $key = Key::of((int) $v['product'], $v['shop'], $v['type'], $v['revision'], $v['payload']);
            $this->assertSame($v['key'], $key, $v['case']);
        }
    }

    public static function payloads()
    {
        foreach (self::vectors('payloads') as $i => $v) {
            $settings = isset($v['settings']) ? $v['settings'] : [];
            $isShops = isset($v['payload']) && !isset($settings['pass']) && (float) $v['in']['price'] < 1e12;
            if ($isShops) {
                yield $i . ' ' . substr($v['payload'], 0, 60) => [$v['in'], $settings, $v['payload']];
            }
        }
    }

    /** @dataProvider payloads */
    public function testPayloads(array $in, array $settings, $payload)
    {
        $digits = isset($settings['digits']) ? $settings['digits'] : 2;
        $price = Money::text((float) Tools::ps_round((float) $in['price'], $digits), $digits);
        $more = isset($settings['version']) ? ['version' => $settings['version']] : [];
        $name = is_array($in['name']) ? self::chosen($in['name'], $settings) : Text::name($in['name']);
        $this->assertSame($payload, Payload::text((int) $in['id'], $name, $price, (int) $in['stock'], $more));
    }

    public function testEnoughOfThemAreShops()
    {
        $this->assertGreaterThan(35, count(iterator_to_array(self::payloads())));
    }

    public function testOptionalMembers()
    {
        $text = Payload::text(7, ['en' => 'Cup', 'fr' => 'Tasse'], '5.50', 1, ['version' => 2, 'shop' => 1, 'description' => "a\n\"b\"/é"]);
        $this->assertSame('{"id":7,"name":{"en":"Cup","fr":"Tasse"},"price":5.50,"stock":1,"version":2,"shop":1,"description":"a\n\"b\"/é"}', str_replace("\n", '\n', $text));
    }

    public function testRefusedNames()
    {
        foreach (['', " \u{a0}\n", "\t"] as $name) {
            $this->assertSame('', Text::name($name));
        }
        $this->assertSame(255, mb_strlen(Text::name(str_repeat('é', 300)), 'UTF-8'));
        $this->assertSame('a?b', Text::name("a\xffb"));
        $this->assertSame(str_repeat('🍵', 128), Text::name(str_repeat('🍵', 128)));
    }

    /** PrestaShop's own languages have no regions: of the fallbacks this leaves the chosen one, English, any. */
    private static function chosen(array $names, array $settings)
    {
        $names = array_filter(array_map([Text::class, 'name'], $names), 'strlen');
        $wanted = isset($settings['language']) ? [explode('-', $settings['language'])[0]] : [];

        return Text::choose($names, $wanted);
    }
}
