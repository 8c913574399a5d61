<?php
/**
 * The settings page: the form, the connection test, the work in the background and the catalogue.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

require_once dirname(__DIR__, 2) . '/src/autoload.php';

use ProductSync\Admin\BackgroundPanel;
use ProductSync\Admin\Page;
use ProductSync\Admin\SettingsForm;
use ProductSync\Admin\ShopName;
use ProductSync\Admin\Tabs;
use ProductSync\Admin\Words;
use ProductSync\Background\Catalogue;
use ProductSync\Delivery\Budget;
use ProductSync\Delivery\Direct;
use ProductSync\Delivery\TestConnection;
use ProductSync\Settings\Installation;
use ProductSync\Settings\Place;
use ProductSync\Settings\Saver;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Store;
use ProductSync\Settings\Table;

class AdminProductSyncSettingsController extends ModuleAdminController
{
    use Page;

    // How long a step of the catalogue may take: the bar should move.
    const STEP_SECONDS = 2.0;

    /** @var string[] what was typed and not saved */
    private $typed = [];

    /** @var \ProductSync\Settings\Problem[] */
    private $problems = [];

    /** @var string the connection test's part of the page */
    private $test = '';

    public function __construct()
    {
        $this->bootstrap = true;
        $this->table = 'product_sync_settings';
        parent::__construct();
        $this->meta_title = $this->say('Product Sync settings');
        $this->multiple_fieldsets = true;
    }

    public function initPageHeaderToolbar()
    {
        $this->page_header_toolbar_btn['products'] = [
            'href' => $this->linkTo(Tabs::PRODUCTS),
            'desc' => $this->say('Products'),
            'icon' => 'process-icon-preview',
        ];
        parent::initPageHeaderToolbar();
    }

    public function setMedia($isNewTheme = false)
    {
        parent::setMedia($isNewTheme);
        $this->addCSS($this->module->getPathUri() . 'views/css/admin.css');
        $this->addJS($this->module->getPathUri() . 'views/js/admin.js');
    }

    public function initContent()
    {
        $done = Tools::getValue('done');
        if (is_string($done) && isset(Words::DONE[$done])) {
            $this->confirmations[] = $this->say(Words::DONE[$done]);
        }
        if ($this->viewAccess()) {
            $panel = new BackgroundPanel([$this, 'translated'], $this->context->language);
            $this->content .= $this->renderWarnings() . $this->test . $this->renderScope() . $this->renderForm()
                . $this->fetch('background.tpl', $panel->values($this->shops()) + [
                    'action' => $this->linkTo(Tabs::SETTINGS),
                    'name_shops' => $this->hasSeveralShops(),
                ]);
        }
        parent::initContent();
    }

    public function renderForm()
    {
        $form = new SettingsForm(
            [$this, 'translated'],
            (bool) $this->access('edit'),
            $this->hasSeveralShops(),
            $this->typed,
            $this->problems
        );
        $this->fields_form = $form->fields();
        $this->fields_value = $form->values() + [Words::TOKEN_FIELD => $this->actionToken()];
        $this->show_form_cancel_button = false;

        return parent::renderForm();
    }

    /** The page has no list. */
    public function renderList()
    {
        return '';
    }

    /** For the classes that prepare what this page shows. */
    public function translated(string $text, array $values = []): string
    {
        return $this->say($text, $values);
    }

    protected function actions(): array
    {
        return [
            'submitSettings' => 'saveSettings',
            'submitSettingsAndTest' => 'saveSettingsAndTest',
            'renewCron' => 'renewCron',
            'placeIsSame' => 'placeIsSame',
            'placeIsCopy' => 'placeIsCopy',
            'resumeDelivery' => 'resumeDelivery',
            'startCatalogue' => 'startCatalogue',
            'stopCatalogue' => 'stopCatalogue',
            'stepCatalogue' => 'stepCatalogue',
            'testResult' => 'testResult',
        ];
    }

    protected function saveSettings()
    {
        if ($this->save()) {
            $this->backTo(Tabs::SETTINGS, ['done' => 'saved']);
        }

        return false;
    }

    protected function saveSettingsAndTest()
    {
        if ($this->save()) {
            $this->confirmations[] = $this->say(Words::DONE['saved']);
            $this->test = $this->runTest($this->testedShop());
        }

        return false;
    }

    protected function renewCron()
    {
        Installation::renewCronToken();
        $this->backTo(Tabs::SETTINGS, ['done' => 'renewed']);
    }

    protected function placeIsSame()
    {
        Place::note($this->chosenShop('warned_shop'));
        $this->backTo(Tabs::SETTINGS, ['done' => 'same']);
    }

    protected function placeIsCopy()
    {
        Place::becomeCopy($this->chosenShop('warned_shop'));
        $this->backTo(Tabs::SETTINGS, ['done' => 'copy']);
    }

    protected function resumeDelivery()
    {
        Direct::resume($this->chosenShop('warned_shop'));
        $this->backTo(Tabs::SETTINGS, ['done' => 'resumed']);
    }

    /** A script of the page asks whether the relay has answered. */
    protected function testResult()
    {
        $result = TestConnection::answer($this->chosenShop('shop'), (string) Tools::getValue('ask'));
        $this->answer($result === null ? [] : $this->verdict($result));
    }

    protected function startCatalogue()
    {
        Catalogue::start($this->chosenShop('catalogue_shop'));
        $this->backTo(Tabs::SETTINGS, ['done' => 'started']);
    }

    protected function stopCatalogue()
    {
        Catalogue::stop($this->chosenShop('catalogue_shop'));
        $this->backTo(Tabs::SETTINGS, ['done' => 'stopped']);
    }

    /** The page carries the catalogue on while it is open; cron does when it is not. */
    protected function stepCatalogue()
    {
        $idShop = $this->chosenShop('catalogue_shop');
        Catalogue::step($idShop, new Budget(self::STEP_SECONDS, PHP_INT_MAX));
        $this->answer((new BackgroundPanel([$this, 'translated'], $this->context->language))->catalogue($idShop));
    }

    private function save(): bool
    {
        $saver = new Saver($_POST);
        if ($saver->problems()) {
            $this->typed = $saver->values();
            $this->problems = $saver->problems();
            $this->errors[] = $this->say('Nothing was saved: please correct the fields marked below.');

            return false;
        }
        if (!$saver->save()) {
            $this->errors[] = $this->say('The settings could not be saved completely. Please try again.');

            return false;
        }

        return true;
    }

    private function runTest(int $idShop): string
    {
        $isRelays = Settings::ofShop($idShop)->mode() === Table::MODE_QUEUE;
        $shown = $isRelays ? [
            'style' => 'info',
            'text' => $this->say('Waiting for the program productsync, which tests the connection in queue mode ...'),
            'detail' => '',
        ] : $this->verdict(TestConnection::run($idShop));

        return $this->fetch('test.tpl', $shown + [
            'title' => $this->say('Connection test of %shop%', ['%shop%' => ShopName::of($idShop)]),
            'ask' => $isRelays ? TestConnection::ask($idShop) : '',
            'url' => $this->linkTo(Tabs::SETTINGS),
            'id_shop' => $idShop,
            'silence' => $this->say('The program productsync has not answered. Is productsync work running, with this shop in its configuration?'),
        ]);
    }

    /** What a test found, as the page shows it. */
    private function verdict(array $result): array
    {
        $verdict = isset(Words::VERDICTS[$result['verdict']]) ? $result['verdict'] : TestConnection::FAILED;

        return [
            'style' => Words::VERDICT_STYLES[$verdict],
            'text' => $this->say(Words::VERDICTS[$verdict]),
            'detail' => $verdict !== TestConnection::FAILED && $result['status'] ? 'HTTP ' . $result['status'] : $result['text'],
        ];
    }

    /** A test needs one shop: the one chosen, or the default shop where the selector covers several. */
    private function testedShop(): int
    {
        $shops = $this->shops();
        $default = (int) Configuration::get('PS_SHOP_DEFAULT');

        return in_array($default, $shops, true) ? $default : (int) reset($shops);
    }

    /** The shop named in a form, where the employee may act on it. */
    private function chosenShop(string $field): int
    {
        $idShop = (int) Tools::getValue($field);
        if (!in_array($idShop, $this->shops(), true)) {
            $this->answer(['error' => $this->say('You may look at this page, but not change anything on it.')], 403);
        }

        return $idShop;
    }

    private function renderScope(): string
    {
        if (!$this->hasSeveralShops()) {
            return '';
        }
        if (Shop::getContext() === Shop::CONTEXT_SHOP) {
            $text = $this->say('These settings hold for the shop %shop% alone. What you change here is saved for it and no longer follows the settings for all shops.', [
                '%shop%' => ShopName::of((int) Shop::getContextShopID()),
            ]);

            return $this->fetch('scope.tpl', ['text' => $text, 'own' => []]);
        }
        $text = $this->say('You are editing several shops at once. What you save here holds for all of them, but not for shops that have a value of their own.');

        $own = Store::shopsWithOwn(array_keys(Table::all()), $this->shops(), Shop::getContext() === Shop::CONTEXT_ALL);

        return $this->fetch('scope.tpl', ['text' => $text, 'own' => array_map([ShopName::class, 'of'], $own)]);
    }
}
