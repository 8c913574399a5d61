<?php
/**
 * The list of products: what was sent, what waits, what failed and why; to send again or discard.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

require_once dirname(__DIR__, 2) . '/src/autoload.php';

use ProductSync\Admin\Page;
use ProductSync\Admin\RowActions;
use ProductSync\Admin\RowList;
use ProductSync\Admin\RowView;
use ProductSync\Admin\ShopName;
use ProductSync\Admin\Tabs;
use ProductSync\Admin\Words;
use ProductSync\Outbox\StorageError;

class AdminProductSyncController extends ModuleAdminController
{
    use Page;

    const LIST_ID = 'product_sync_outbox';

    // A person can look at so many at once; more is done with the catalogue.
    const MAX_ROWS = 1000;

    /** @var int[] rows of which some are sent again only after a confirmation */
    private $toConfirm = [];

    public function __construct()
    {
        $this->bootstrap = true;
        $this->table = self::LIST_ID;
        $this->list_id = self::LIST_ID;
        $this->identifier = 'id_outbox';
        $this->list_no_link = true;
        $this->_defaultOrderBy = 'id_outbox';
        $this->_defaultOrderWay = 'DESC';
        $this->allow_export = false;
        parent::__construct();
        $this->meta_title = $this->say('Product Sync');
        $this->fields_list = $this->columns();
        $this->addRowAction('act');
        $this->tpl_list_vars = ['action_token' => $this->actionToken(), 'action_token_field' => Words::TOKEN_FIELD];
        if ($this->access('edit')) {
            $this->bulk_actions = [
                'sendAgain' => ['text' => $this->say('Send again'), 'icon' => 'icon-repeat'],
                'discard' => ['text' => $this->say('Discard'), 'icon' => 'icon-remove'],
            ];
        }
    }

    public function initPageHeaderToolbar()
    {
        $this->page_header_toolbar_btn['settings'] = [
            'href' => $this->linkTo(Tabs::SETTINGS),
            'desc' => $this->say('Settings'),
            'icon' => 'process-icon-configure',
        ];
        parent::initPageHeaderToolbar();
    }

    public function initToolbar()
    {
        parent::initToolbar();
        unset($this->toolbar_btn['new']);
    }

    public function initContent()
    {
        if ($this->viewAccess()) {
            $this->content .= $this->renderWarnings() . $this->renderConfirmation();
        }
        parent::initContent();
    }

    public function setMedia($isNewTheme = false)
    {
        parent::setMedia($isNewTheme);
        $this->addCSS($this->module->getPathUri() . 'views/css/admin.css');
        $this->addJS($this->module->getPathUri() . 'views/js/admin.js');
    }

    /** Reads by the outbox's indexes only; core's own query would join, sort and count everything. */
    public function getList($id_lang, $order_by = null, $order_way = null, $start = 0, $limit = null, $id_lang_shop = false)
    {
        $rows = new RowList();
        $view = new RowView([$this, 'translated'], $this->context->language);
        $count = $this->checkSqlLimit($limit);
        $page = max(1, (int) Tools::getValue('submitFilter' . $this->list_id));
        $filter = $this->filters();
        $this->_orderBy = $this->_defaultOrderBy;
        $this->_orderWay = $this->_defaultOrderWay;
        try {
            $this->_listTotal = $rows->count($this->shops(), $filter);
            $start = min(($page - 1) * $count, max(0, $this->_listTotal - 1));
            $found = $rows->page($this->shops(), $filter, $start - $start % $count, $count, (int) $id_lang);
        } catch (StorageError $e) {
            $this->_listTotal = 0;
            $found = [];
        }
        $this->_list = array_map([$view, 'present'], $found);
    }

    /** HelperList calls this for the buttons of a row. */
    public function displayActLink($token, $id, $name = null)
    {
        $row = array_column($this->_list, null, 'id_outbox')[$id];

        return $this->fetch('row_actions.tpl', [
            'id' => (int) $id,
            'name' => $row['name'],
            'can_send' => RowActions::canSendAgain($row['state'], $row['deleted_at'] !== null),
            'can_discard' => RowActions::canDiscard($row['state']),
            'can_release' => RowActions::canRelease($row['state']),
        ]);
    }

    /** For the classes that prepare what this page shows. */
    public function translated(string $text, array $values = []): string
    {
        return $this->say($text, $values);
    }

    protected function actions(): array
    {
        return [
            'submitBulksendAgain' . self::LIST_ID => 'sendSelectedAgain',
            'submitBulkdiscard' . self::LIST_ID => 'discardSelected',
            'sendAgain' => 'sendOneAgain',
            'discard' => 'discardOne',
            'release' => 'releaseOne',
            'sendConfirmed' => 'sendConfirmed',
        ];
    }

    protected function sendSelectedAgain()
    {
        return $this->sendAgain($this->selected());
    }

    protected function discardSelected()
    {
        return $this->discard($this->selected());
    }

    protected function sendOneAgain()
    {
        return $this->sendAgain([(int) Tools::getValue('sendAgain')]);
    }

    protected function discardOne()
    {
        return $this->discard([(int) Tools::getValue('discard')]);
    }

    protected function releaseOne()
    {
        return $this->finish((new RowActions($this->shops()))->release([(int) Tools::getValue('release')]));
    }

    protected function sendConfirmed()
    {
        $ids = explode(',', (string) Tools::getValue('rows'), self::MAX_ROWS + 1);

        return $this->finish((new RowActions($this->shops()))->sendAgain(array_map('intval', $ids), true));
    }

    private function sendAgain(array $ids)
    {
        $actions = new RowActions($this->shops());
        if ($actions->toConfirm($ids)) {
            $this->toConfirm = $ids;

            return false;
        }

        return $this->finish($actions->sendAgain($ids, false));
    }

    private function discard(array $ids)
    {
        return $this->finish((new RowActions($this->shops()))->discard($ids));
    }

    /** @param array $result done, left, gone: numbers of rows */
    private function finish(array $result)
    {
        if ($result['done'] > 0) {
            $this->backTo(Tabs::PRODUCTS, ['changed' => $result['done'], 'left' => $result['left'], 'gone' => $result['gone']]);
        }
        $this->errors[] = $result['gone'] > 0
            ? $this->whyNotSent($result['gone'])
            : $this->say('Nothing was changed: no row was chosen, or none was in a state that allows this.');

        return false;
    }

    private function whyNotSent(int $gone): string
    {
        return $this->say('Not sent, because the product was deleted from the shop: %gone%.', ['%gone%' => $gone]);
    }

    /** @return int[] */
    private function selected(): array
    {
        $ids = Tools::getValue(self::LIST_ID . 'Box');

        return is_array($ids) ? array_slice(array_map('intval', $ids), 0, self::MAX_ROWS) : [];
    }

    private function renderConfirmation(): string
    {
        if (Tools::getIsset('changed')) {
            $this->confirmations[] = $this->say('Rows changed: %done%. Left as they were: %left%.', [
                '%done%' => (int) Tools::getValue('changed'),
                '%left%' => (int) Tools::getValue('left'),
            ]);
            if ((int) Tools::getValue('gone') > 0) {
                $this->warnings[] = $this->whyNotSent((int) Tools::getValue('gone'));
            }
        }
        if (!$this->toConfirm) {
            return '';
        }

        return $this->fetch('confirm_again.tpl', [
            'text' => $this->say('Products chosen: %all%; of them delivered or discarded before: %count%. Sending those again makes new messages with new keys: the API takes them for new ones.', [
                '%count%' => count((new RowActions($this->shops()))->toConfirm($this->toConfirm)),
                '%all%' => count($this->toConfirm),
            ]),
            'rows' => implode(',', $this->toConfirm),
            'action' => $this->linkTo(Tabs::PRODUCTS),
        ]);
    }

    private function columns(): array
    {
        $columns = [
            'id_product' => ['title' => $this->say('Product'), 'type' => 'int', 'align' => 'center', 'class' => 'fixed-width-sm', 'filter_key' => 'id_product', 'orderby' => false],
            'name' => ['title' => $this->say('Name'), 'search' => false, 'orderby' => false],
            'id_shop' => ['title' => $this->say('Shop'), 'type' => 'select', 'list' => $this->shopNames(), 'filter_key' => 'id_shop', 'orderby' => false],
            'state' => ['title' => $this->say('State'), 'type' => 'select', 'list' => array_map([$this, 'translated'], Words::STATES), 'filter_key' => 'state', 'orderby' => false],
            'attempts' => ['title' => $this->say('Attempts'), 'align' => 'center', 'class' => 'fixed-width-sm', 'search' => false, 'orderby' => false],
            'time' => ['title' => $this->say('Time'), 'search' => false, 'orderby' => false],
            'reason' => ['title' => $this->say('Reason'), 'search' => false, 'orderby' => false],
        ];
        if (!$this->hasSeveralShops()) {
            unset($columns['id_shop']);
        }

        return $columns;
    }

    /** @return string[] id_shop => name */
    private function shopNames(): array
    {
        $names = [];
        foreach ($this->shops() as $idShop) {
            $names[$idShop] = ShopName::of($idShop);
        }

        return $names;
    }

    /** What core's processFilter() has put into the employee's cookie. */
    private function filters(): array
    {
        $filters = [];
        foreach (['state', 'id_product', 'id_shop'] as $key) {
            $name = $this->list_id . 'Filter_' . $key;
            $value = Tools::getValue($name, $this->context->cookie->{$this->getCookieFilterPrefix() . $name});
            if (is_string($value) && $value !== '') {
                $filters[$key] = $value;
            }
        }
        if (isset($filters['state'], Words::STATES[$filters['state']]) === false) {
            unset($filters['state']);
        }

        return $filters;
    }
}
