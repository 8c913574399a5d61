<?php
/**
 * Product Sync: every product created in the shop reaches an external API, once.
 *
 * The class only connects: hooks mark products (src/Capture), the end of the request records them in the outbox
 * (src/Outbox), and the modes deliver (src/Delivery, src/Background, or the program productsync).
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

require_once __DIR__ . '/src/autoload.php';

class Product_Sync extends Module
{
    /** @var bool whether the uninstalling that comes next is a part of "Reset" */
    private static $isReset = false;

    public function __construct()
    {
        $this->name = 'product_sync';
        $this->tab = 'export';
        $this->version = '1.0.0';
        $this->author = 'the productsync authors';
        $this->need_instance = 0;
        $this->bootstrap = true;
        $this->ps_versions_compliancy = ['min' => '1.7.8.0', 'max' => '9.99.99'];
        $this->tabs = ProductSync\Admin\Tabs::definitions();
        parent::__construct();

        $this->displayName = $this->trans('Product Sync', [], 'Modules.Productsync.Admin');
        $this->description = $this->trans(
            'Sends every new product to an external API, once, with the price and the stock that the shop shows.',
            [],
            'Modules.Productsync.Admin'
        );
        $this->confirmUninstall = $this->warning();
    }

    public function isUsingNewTranslationSystem()
    {
        return true;
    }

    /** Repeatable: what is there already is kept. */
    public function install()
    {
        return parent::install() && $this->prepare(false);
    }

    public function uninstall()
    {
        $keep = self::$isReset || ProductSync\Settings\Settings::ofShop(0)->flag(ProductSync\Settings\Table::KEEP);

        return parent::uninstall()
            && ($keep || (ProductSync\Settings\Installation::remove() && ProductSync\Outbox\Schema::drop()));
    }

    /** What happened while it was off is found first: then no relay is faster. */
    public function enable($force_all = false)
    {
        $hasLooked = $this->guard('enable', [ProductSync\Capture\TimeOff::class, 'look']);
        $done = parent::enable($force_all);
        if ($done && $hasLooked) {
            $this->guard('enable', [ProductSync\Capture\TimeOff::class, 'end']);
        }

        return $done;
    }

    public function disable($force_all = false)
    {
        $this->guard('disable', function () use ($force_all) {
            ProductSync\Capture\TimeOff::begin(array_map('intval', $force_all ? Shop::getShops(false, null, true) : Shop::getContextListShopID()));
        });

        return parent::disable($force_all);
    }

    /** "Reset" in the module manager of 1.7: repairs, and keeps everything. */
    public function reset()
    {
        return $this->prepare();
    }

    /** From 8.0 on the module manager never calls reset(): it uninstalls and installs, and says so here first. */
    public function hookActionBeforeResetModule($params)
    {
        self::$isReset = isset($params['moduleName']) && $params['moduleName'] === $this->name;
    }

    /** Whatever the module needs that is missing: also what an upgrade calls. Core adds the pages at install itself. */
    public function prepare($withPages = true)
    {
        return ProductSync\Outbox\Setup::run() && $this->registerHooks() && (!$withPages || ProductSync\Admin\Tabs::install());
    }

    public function getContent()
    {
        Tools::redirectAdmin($this->context->link->getAdminLink(ProductSync\Admin\Tabs::SETTINGS));
    }

    public function hookActionObjectProductAddAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectProductAddAfter', $params);
    }

    public function hookActionObjectProductUpdateBefore($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectProductUpdateBefore', $params);
    }

    public function hookActionObjectProductDeleteAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectProductDeleteAfter', $params);
    }

    public function hookActionProductAdd($params)
    {
        ProductSync\Capture\Listener::hear('actionProductAdd', $params);
    }

    public function hookActionProductSave($params)
    {
        ProductSync\Capture\Listener::hear('actionProductSave', $params);
    }

    public function hookActionProductUpdate($params)
    {
        ProductSync\Capture\Listener::hear('actionProductUpdate', $params);
    }

    public function hookActionProductDelete($params)
    {
        ProductSync\Capture\Listener::hear('actionProductDelete', $params);
    }

    public function hookActionBeforeUpdateProductFormHandler($params)
    {
        ProductSync\Capture\Listener::hear('actionBeforeUpdateProductFormHandler', $params);
    }

    public function hookActionAfterUpdateProductFormHandler($params)
    {
        ProductSync\Capture\Listener::hear('actionAfterUpdateProductFormHandler', $params);
    }

    public function hookActionAdminProductsControllerSaveAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionAdminProductsControllerSaveAfter', $params);
    }

    public function hookActionUpdateQuantity($params)
    {
        ProductSync\Capture\Listener::hear('actionUpdateQuantity', $params);
    }

    public function hookActionObjectStockAvailableAddAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectStockAvailableAddAfter', $params);
    }

    public function hookActionObjectStockAvailableUpdateAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectStockAvailableUpdateAfter', $params);
    }

    public function hookActionObjectSpecificPriceAddAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectSpecificPriceAddAfter', $params);
    }

    public function hookActionObjectSpecificPriceUpdateAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectSpecificPriceUpdateAfter', $params);
    }

    public function hookActionObjectSpecificPriceDeleteAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectSpecificPriceDeleteAfter', $params);
    }

    public function hookActionObjectCombinationAddAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectCombinationAddAfter', $params);
    }

    public function hookActionObjectCombinationUpdateAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectCombinationUpdateAfter', $params);
    }

    public function hookActionObjectCombinationDeleteAfter($params)
    {
        ProductSync\Capture\Listener::hear('actionObjectCombinationDeleteAfter', $params);
    }

    public function hookActionFrontControllerSetMedia($params)
    {
        ProductSync\Capture\Listener::hear('actionFrontControllerSetMedia', $params);
    }

    /** Asked before uninstalling. Rows are counted only where it can be asked: every page makes an object of this class. */
    private function warning()
    {
        $uri = isset($_SERVER['REQUEST_URI']) ? $_SERVER['REQUEST_URI'] : '';
        if (!defined('_PS_ADMIN_DIR_') || stripos($uri, 'modules') === false) {
            return '';
        }
        try {
            $waiting = ProductSync\Outbox\Figures::waiting();
        } catch (Throwable $e) {
            $waiting = 0;
        }

        return $this->trans(
            '%count% products wait to be sent. Uninstalling forgets them, unless the settings say to keep the history.',
            ['%count%' => $waiting],
            'Modules.Productsync.Admin'
        );
    }

    /** Core goes on, whatever became of ours. */
    private function guard($what, callable $work)
    {
        try {
            $work();

            return true;
        } catch (Throwable $e) {
            ProductSync\Capture\Log::failure($what, $e);

            return false;
        }
    }

    private function registerHooks()
    {
        $done = true;
        foreach (ProductSync\Capture\Hooks::names() as $name) {
            $done = $this->registerHook($name) && $done;
        }

        return $done;
    }
}
