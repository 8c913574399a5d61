<?php
/* Install, upgrade, reset, uninstall - repeatable, and careful with what is there -, and the address for cron. */

use ProductSync\Outbox\Row;
use ProductSync\Outbox\Rows;
use ProductSync\Outbox\Schema;
use ProductSync\Settings\Installation;

final class SetupTest extends ShopCase
{
    private function module()
    {
        return Hook::$module;
    }

    public function testInstallMakesWhatIsNeeded()
    {
        $this->assertTrue(Schema::hasOutbox());
        $this->assertSame(19, Installation::watermark());
        $this->assertMatchesRegularExpression('/^[0-9a-f]{64}$/', Installation::cronToken());
        $this->assertSame(ProductSync\Capture\Hooks::names(), array_values(Module::$hooks));
    }

    public function testResetKeepsEverything()
    {
        $this->cup();
        $before = [$this->rows(), $this->settings()];
        Module::$hooks = [];
        $this->assertTrue($this->module()->reset());
        $this->assertTrue($this->module()->reset());
        $this->assertSame($before, [$this->rows(), $this->settings()]);
        $this->assertNotEmpty(Module::$hooks);
    }

    public function testUpgradeIsRepeatable()
    {
        $this->cup();
        $before = $this->rows();
        foreach (glob(SourceTest::FOLDER . '/upgrade/upgrade-*.php') as $file) {
            include $file;
            $function = 'upgrade_module_' . str_replace('.', '_', substr(basename($file, '.php'), 8));
            $this->assertTrue($function($this->module()));
            $this->assertTrue($function($this->module()));
        }
        $this->assertSame($before, $this->rows());
    }

    public function testALostTableDoesNotSendTheCatalogueTwice()
    {
        $this->cup();
        $this->relayDelivers();
        $this->sql('RENAME TABLE ps_product_sync_outbox TO ps_away');
        try {
            $this->assertTrue($this->module()->reset());
            $this->later(301);
            ProductSync\Background\Cron::run(5.0);
            $this->assertSame([], $this->rows());
            $this->assertSame(20, Installation::watermark());
        } finally {
            $this->sql('DROP TABLE ps_product_sync_outbox; RENAME TABLE ps_away TO ps_product_sync_outbox');
        }
    }

    public function testUninstallForgetsUnlessTheHistoryIsKept()
    {
        $this->cup();
        $this->set('PRODUCT_SYNC_KEEP', '1');
        $this->assertTrue($this->module()->uninstall());
        $this->assertCount(1, $this->rows());
        $uuid = Installation::uuid();
        $this->assertTrue($this->module()->install());
        $this->assertSame([$uuid, 19], [Installation::uuid(), Installation::watermark()]);
        $this->set('PRODUCT_SYNC_KEEP', '0');
        $this->assertTrue($this->module()->uninstall());
        $this->assertFalse(Schema::hasOutbox());
        $left = array_diff(array_column($this->settings(), 'name'), ['MY_API_URL', 'MY_API_TOKEN']);
        $this->assertSame([], $left, 'and what the module did not write stays');
        $this->assertTrue($this->module()->install());
        $this->assertSame(20, Installation::watermark());
    }

    /** From 8.0 on "Reset" is uninstalling and installing, and says so before. */
    public function testResetOfNewerShopsKeepsEverything()
    {
        $this->cup();
        $uuid = Installation::uuid();
        $module = $this->module();
        $module->hookActionBeforeResetModule(['moduleName' => 'product_sync']);
        try {
            $this->assertTrue($module->uninstall());
            $this->assertTrue($this->module()->install());
            $this->assertCount(1, $this->rows());
            $this->assertSame([$uuid, 19], [Installation::uuid(), Installation::watermark()]);
        } finally {
            $module->hookActionBeforeResetModule(['moduleName' => 'another']);
        }
    }

    /** No hook told of it; and a relay would take the row at once. */
    public function testWhatWasDeletedWhileTheModuleWasOffIsNotSent()
    {
        $this->cup();
        $this->sql('DELETE FROM ps_module_shop; DELETE FROM ps_product WHERE id_product = 20; DELETE FROM ps_product_shop WHERE id_product = 20');
        $this->assertTrue($this->module()->enable());
        $this->assertSame([], $this->rows());
        $this->assertCount(1, $this->select('SELECT * FROM ps_module_shop'));
        $this->sql('RENAME TABLE ps_product_sync_outbox TO ps_away');
        try {
            $this->assertTrue($this->module()->enable(), 'core does so at the installation, before there are tables');
        } finally {
            $this->sql('RENAME TABLE ps_away TO ps_product_sync_outbox');
        }
    }

    public function testTheTablesAreThoseOfTheContract()
    {
        $contract = file_get_contents(dirname(__DIR__, 2) . '/docs/outbox.md');
        foreach ([Schema::OUTBOX, Schema::STATE] as $table) {
            preg_match('/CREATE TABLE PREFIX' . $table . ' \((.*?)\n\) ENGINE/s', $contract, $match);
            $wanted = [];
            foreach (preg_grep('/^  [a-z]/', explode("\n", $match[1])) as $line) {
                preg_match('/^  (\w+) +(\w+)/', $line, $column);
                $wanted[$column[1]] = strtolower($column[2]) === 'int' ? 'int' : strtolower($column[2]);
            }
            $have = array_column($this->select("SELECT column_name AS c, data_type AS t FROM information_schema.columns
                WHERE table_schema = DATABASE() AND table_name = 'ps_$table' ORDER BY ordinal_position"), 't', 'c');
            $this->assertSame($wanted, $have);
        }
    }

    /** Everything else in the contract that is a list: states. */
    public function testStates()
    {
        $this->assertSame(
            "enum('" . implode("','", [Row::DRAFT, Row::READY, Row::TAKEN, Row::DELIVERED, Row::DEAD, Row::DISCARDED]) . "')",
            $this->select("SELECT column_type AS t FROM information_schema.columns WHERE table_schema = DATABASE()
                AND table_name = 'ps_product_sync_outbox' AND column_name = 'state'")[0]['t']
        );
        $this->assertSame([], Rows::select('1 = 0'));
    }

    public function testCronAddress()
    {
        $token = Installation::cronToken();
        Player::play(['insert 20|Cup|5|1', 'stock 20|1']);
        $this->later(301);
        foreach (['', '?token=', '?token=' . strrev($token), '?token[]=' . $token] as $query) {
            list($status, $text) = $this->request(self::NOBODY, 'GET', '/cron' . $query, ['cron']);
            $this->assertSame([403, "product_sync: wrong token\n"], [$status, $text]);
        }
        $this->assertSame([], $this->rows());
        $this->assertNull(ProductSync\Outbox\State::age('cron'));
        list($status, $text) = $this->request(self::NOBODY, 'GET', '/cron?token=' . $token, ['cron']);
        $this->assertSame([200, "product_sync: 0 delivered, 0 to be tried again, 0 failed\n"], [$status, $text]);
        $this->assertCount(1, $this->rows());
        $this->assertLessThan(5, ProductSync\Outbox\State::age('cron'));
        ProductSync\Outbox\State::lock('cron', 60);
        list($status, $text) = $this->request(self::NOBODY, 'GET', '/cron?token=' . $token, ['cron']);
        $this->assertSame([200, "product_sync: another run is under way\n"], [$status, $text]);
        Installation::renewCronToken();
        $this->assertSame(403, $this->request(self::NOBODY, 'GET', '/cron?token=' . $token, ['cron'])[0]);
    }

    private function settings()
    {
        return $this->select('SELECT name, value FROM ps_configuration WHERE name LIKE \'PRODUCT\_SYNC\_%\' OR name LIKE \'MY\_API\_%\' ORDER BY name');
    }
}
