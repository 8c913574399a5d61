<?php
/* Price, stock and names as an anonymous visitor of the shop finds them; and that reading leaves nothing behind. */

use ProductSync\Capture\Choices;
use ProductSync\Capture\Facts;
use ProductSync\Capture\Lack;
use ProductSync\Capture\Reader;
use ProductSync\Capture\ShopContext;

final class ReaderTest extends ShopCase
{
    private function read($id = 19, $idShop = 1)
    {
        return Reader::read(Facts::ofProducts([$id], true), Choices::ofShop($idShop))[$id];
    }

    private function payload($id = 19, $idShop = 1)
    {
        return json_decode($this->read($id, $idShop)->payload, true);
    }

    public function testDiscountsCountUnlessTheRegularPriceIsWanted()
    {
        Player::play(['discount 19|0.25']);
        $this->assertSame(9.0, (float) $this->payload()['price']);
        $this->set('PRODUCT_SYNC_PRICE', 'regular');
        $this->assertSame(12.0, (float) $this->payload()['price']);
        $this->set('PRODUCT_SYNC_TAX', '0');
        $this->assertStringContainsString('"price":10.00', $this->read()->payload);
    }

    public function testAFixedSpecificPriceIsNoRegularPrice()
    {
        $this->sql('INSERT INTO ps_specific_price VALUES (19, 4, 0)');
        $this->assertStringContainsString('"price":4.80', $this->read()->payload);
        $this->set('PRODUCT_SYNC_PRICE', 'regular');
        $this->assertStringContainsString('"price":12.00', $this->read()->payload);
        $this->assertSame('1', Configuration::get('PS_SPECIFIC_PRICE_FEATURE_ACTIVE'));
    }

    public function testDefaultCombination()
    {
        $this->sql('INSERT INTO ps_product_attribute_shop VALUES (7, 19, 1, 2.5, 1), (8, 19, 1, 90, 0)');
        $this->assertStringContainsString('"price":15.00', $this->read()->payload);
    }

    public function testGroupOfACustomerDoesNotCount()
    {
        Context::getContext()->customer = new Customer(5);
        $this->assertStringContainsString('"price":12.00', $this->read()->payload);
        $this->assertSame(5, Context::getContext()->customer->id);
    }

    public function testCurrencyOfTheShopAndItsDigits()
    {
        $this->set('PS_CURRENCY_DEFAULT', '2');
        $this->assertStringContainsString('"price":1920,', $this->read()->payload);
        $this->assertSame(1, Context::getContext()->currency->id);
    }

    public function testNegativeStockIsNone()
    {
        Player::play(['stock 19|-4']);
        $this->assertSame(0, $this->payload()['stock']);
    }

    public function testNothingThatTheModuleReadStaysInACache()
    {
        // In a hook, at an odd moment: the price is not final, the stock is old.
        Player::play(['price 19|1', 'stock 19|0', 'asked 19']);
        $this->read();
        $this->sql('INSERT INTO ps_product_attribute_shop VALUES (7, 19, 1, 2, 1)');
        Player::play(['price 19|20', 'stock 19|33', 'discount 19|0.5']);
        Context::getContext()->employee = new Employee(1);
        $this->assertSame(13.2, Product::getPriceStatic(19));
        $this->assertSame(33, Product::getQuantity(19));
    }

    public function testCachesThatCoreFilledTooEarlyDoNotDeceive()
    {
        Player::play(['stock 19|1', 'asked 19', 'stock 19|8']);
        Context::getContext()->employee = new Employee(1);
        Product::getPriceStatic(19);
        Context::getContext()->cart = null;
        Player::play(['price 19|30']);
        $this->assertSame([36.0, 8], [(float) $this->payload()['price'], $this->payload()['stock']]);
    }

    /** Without cart and employee core ends the process in a price. */
    public function testTheContextIsAsItWas()
    {
        $context = Context::getContext();
        $before = clone $context;
        $this->read();
        $this->assertEquals($before, $context);
        $this->assertNull($context->cart);
        Shop::setContext(Shop::CONTEXT_ALL);
        $this->read();
        $this->assertSame(Shop::CONTEXT_ALL, Shop::getContext());
        Shop::setContext(Shop::CONTEXT_GROUP, 1);
        try {
            ShopContext::run(1, function () {
                throw new DomainException('a module on a price hook');
            });
        } catch (DomainException $e) {
            // It was put back all the same.
        }
        $this->assertEquals($before, $context);
        $this->assertSame(Shop::CONTEXT_GROUP, Shop::getContext());
    }

    public function testAModuleThatFailsOnOnePriceDoesNotKeepTheOthersOut()
    {
        Db::getInstance()->before = function ($sql) {
            if (strpos($sql, 'WHERE ps.id_product = 20') !== false) {
                Hook::exec('actionProductUpdate', ['id_product' => 21]);
                throw new TypeError('a module on the price hook');
            }
        };
        Player::play(['insert 20|Cup|5|1', '+added 20', 'stock 20|1', 'insert 21|Jug|5|1', '+added 21', 'stock 21|1']);
        $this->endRequest();
        $this->assertSame(['20 draft ' . Lack::READING, '21 ready {"id":21,"name":"Jug","price":6.00,"stock":1}'], $this->rows());
        $this->assertSame(['product_sync: product 20: TypeError: a module on the price hook'], PrestaShopLogger::$lines);
        $this->assertSame(0, ProductSync\Capture\Listener::marks()->count(), 'what the other module touched meanwhile is no news');
    }

    public function testLanguages()
    {
        $this->assertSame('Old mug', $this->payload()['name']);
        $this->set('PRODUCT_SYNC_LANGUAGES', 'fr');
        $this->assertSame('Vieille tasse', $this->payload()['name']);
        $this->set('PRODUCT_SYNC_LANGUAGES', 'fr,en,de');
        $this->assertStringContainsString('"name":{"en":"Old mug","fr":"Vieille tasse"}', $this->read()->payload);
        $this->sql("UPDATE ps_product_lang SET name = '' WHERE id_lang = 1");
        $this->set('PRODUCT_SYNC_LANGUAGES', '');
        $this->assertSame('Vieille tasse', $this->payload()['name'], 'the default language has none: another one');
        $this->set('PRODUCT_SYNC_LANGUAGES', 'de,en');
        $this->set('PRODUCT_SYNC_DESCRIPTION', '1');
        $payload = $this->read()->payload;
        $this->assertStringContainsString('"name":{"fr":"Vieille tasse"},', $payload, 'an object, also where it has none of them');
        $this->assertStringContainsString('"description":{}', $payload);
    }

    public function testOptionalMembers()
    {
        $this->sql("UPDATE ps_product_lang SET description = '<p>Good \"mug\"</p>' WHERE id_lang = 1");
        $this->set('PRODUCT_SYNC_VERSION', '3');
        $this->set('PRODUCT_SYNC_SEND_SHOP', '1');
        $this->set('PRODUCT_SYNC_DESCRIPTION', '1');
        $this->assertSame(
            '{"id":19,"name":"Old mug","price":12.00,"stock":100,"version":3,"shop":1,"description":"<p>Good \"mug\"</p>"}',
            $this->read()->payload
        );
    }

    public function testWhatIsLacking()
    {
        $this->set('PRODUCT_SYNC_SEND_WHEN', 'active');
        Player::play(['active 19|0']);
        $this->assertSame(Lack::ONLINE, $this->read()->lack);
        $this->set('PRODUCT_SYNC_SEND_WHEN', 'priced');
        $this->assertNull($this->read()->lack);
        Player::play(['price 19|0.001']);
        $this->assertSame(Lack::PRICED, $this->read()->lack);
        $this->set('PRODUCT_SYNC_SEND_WHEN', 'saved');
        $this->assertNull($this->read()->lack);
        $this->sql('DELETE FROM ps_stock_available');
        $this->assertSame(Lack::STOCK, $this->read()->lack);
        $this->sql("UPDATE ps_product_lang SET name = ' \t '");
        $this->assertSame(Lack::NAME, $this->read()->lack);
        $this->assertSame([], Facts::ofProducts([12345], true));
    }

    public function testSendWhenOnlineOrPriced()
    {
        $this->set('PRODUCT_SYNC_SEND_WHEN', 'active');
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Cup|5|0', '+added 20', 'stock 20|1', '+save 20']);
        $this->assertSame(['20 draft ' . Lack::ONLINE], $this->rows());
        $this->request(self::PAGE, 'POST', '/admin/x', ['active 20|1', 'round 20']);
        $this->assertSame(['20 ready {"id":20,"name":"Cup","price":6.00,"stock":1}'], $this->rows());
        $this->request(self::PAGE, 'POST', '/admin/x', ['active 20|0', 'round 20']);
        $this->assertSame('ready', $this->row(20)['state'], 'it was online once');
    }

    public function testStockSharedInAGroup()
    {
        $this->secondShop(true);
        $this->sql('INSERT INTO ps_stock_available VALUES (19, 0, 0, 1, 55); DELETE FROM ps_stock_available WHERE id_shop = 1');
        $this->assertSame(55, $this->payload()['stock']);
    }

    public function testTheDefaultShopAloneUnlessEachShopIsWanted()
    {
        $this->secondShop();
        $steps = ['insert 20|Cup|5|1', 'associate 20|2|Cup two|7|1', '+added 20', 'stock 20|1', 'stock 20|2|2', '+save 20'];
        $this->request(self::PAGE, 'POST', '/admin/x', $steps);
        $one = '20 ready {"id":20,"name":"Cup","price":6.00,"stock":1}';
        $this->assertSame([$one], $this->rows());
        $this->set('PRODUCT_SYNC_SHOPS', 'each');
        $this->request(self::PAGE, 'POST', '/admin/x', ['round 20']);
        $two = '20/2 ready {"id":20,"name":"Cup two","price":8.40,"stock":2}';
        $this->assertSame([$one, $two], $this->rows());
        $this->assertNotSame($this->row(20, 1)['message_key'], $this->row(20, 2)['message_key']);
    }

    /** One message a product: that its home is another shop later is an edit, which the sweep leaves as well. */
    public function testAnotherDefaultShopIsNoCreation()
    {
        $this->secondShop();
        $steps = ['insert 20|Cup|5|1', 'associate 20|2|Cup|5|1', '+added 20', 'stock 20|1', 'stock 20|1|2', '+save 20'];
        $this->request(self::PAGE, 'POST', '/admin/x', $steps);
        $this->relayDelivers();
        $this->sql('UPDATE ps_product SET id_shop_default = 2 WHERE id_product = 20');
        $this->request(self::PAGE, 'POST', '/admin/x', ['round 20']);
        $this->later(400);
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame(['20 delivered {"id":20,"name":"Cup","price":6.00,"stock":1}'], $this->rows());
        $this->set('PRODUCT_SYNC_CHANGES', '1');
        $this->request(self::PAGE, 'POST', '/admin/x', ['round 20']);
        $this->assertStringStartsWith('20/2 ready product.updated ', $this->rows()[1]);
    }

    /** What was only a draft in the shop that was its home is told of where it lives now. */
    public function testAnotherDefaultShopOfADraft()
    {
        $this->secondShop();
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20', 'associate 20|2||5|1', '+added 20', 'stock 20|1', 'stock 20|1|2', '+save 20']);
        $this->sql("UPDATE ps_product SET id_shop_default = 2; UPDATE ps_product_lang SET name = 'Cup' WHERE id_product = 20");
        $this->later(400);
        ProductSync\Background\Cron::run(5.0);
        $this->assertSame(['20 draft no name yet', '20/2 ready {"id":20,"name":"Cup","price":6.00,"stock":1}'], $this->rows());
    }

    public function testAnAssociationAddedLaterIsACreationThere()
    {
        $this->secondShop();
        $this->set('PRODUCT_SYNC_SHOPS', 'each');
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Cup|5|1', '+added 20', 'stock 20|1', '+save 20']);
        $this->relayDelivers();
        $this->request(self::PAGE, 'POST', '/admin/x', ['associate 20|2|Cup|7|1', 'stock 20|2|2', 'round 20']);
        $this->assertSame(['20 delivered {"id":20,"name":"Cup","price":6.00,"stock":1}', '20/2 ready {"id":20,"name":"Cup","price":8.40,"stock":2}'], $this->rows());
        $this->sql('DELETE FROM ps_product_shop WHERE id_shop = 2');
        $this->request(self::PAGE, 'POST', '/admin/x', ['+deleteAfter 20']);
        $this->assertCount(1, $this->rows());
    }

    public function testShopsWithoutAddressOrModuleGetNoRows()
    {
        $this->secondShop();
        $this->set('PRODUCT_SYNC_SHOPS', 'each');
        $this->set('MY_API_URL', '', 2);
        $this->request(self::PAGE, 'POST', '/admin/x', ['insert 20|Cup|5|1', 'associate 20|2|Cup|7|1', '+added 20', 'stock 20|1', 'stock 20|2|2', '+save 20']);
        $this->assertCount(1, $this->rows());
        $this->set('MY_API_URL', 'https://two.example/', 2);
        $this->sql('DELETE FROM ps_module_shop WHERE id_shop = 2');
        $this->request(self::PAGE, 'POST', '/admin/x', ['round 20']);
        $this->assertCount(1, $this->rows());
    }

    public function testCurrencyOfAnotherShop()
    {
        $this->secondShop();
        $this->set('PRODUCT_SYNC_SHOPS', 'each');
        $this->set('PS_CURRENCY_DEFAULT', '2', 2);
        Player::play(['associate 19|2|Mug|10|1', 'stock 19|1|2']);
        $this->assertStringContainsString('"price":1920,', $this->read(19, 2)->payload);
        $this->assertStringContainsString('"price":12.00,', $this->read(19, 1)->payload);
    }
}
