<?php
/**
 * What the module's two pages have in common: texts, the guard before every action, the warnings above.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

use ProductSync\Capture\EndOfRequest;
use ProductSync\Outbox\StorageError;
use ProductSync\Settings\Place;
use ProductSync\Settings\Table;

if (!defined('_PS_VERSION_')) {
    exit;
}

trait Page
{
    /** @return string[] name of a posted button or an ajax action => method that acts */
    abstract protected function actions(): array;

    public function postProcess()
    {
        foreach ($this->actions() as $name => $method) {
            if (\Tools::isSubmit($name) || ($this->ajax && \Tools::getValue('action') === $name)) {
                return $this->mayAct() ? $this->act($method) : false;
            }
        }

        return parent::postProcess();
    }

    private function act(string $method)
    {
        EndOfRequest::deliver();
        try {
            return $this->$method();
        } catch (StorageError $e) {
            if ($this->ajax) {
                $this->answer(['error' => $this->say('The tables of this module cannot be read.')], 500);
            }
            $this->sayBroken($e);

            return false;
        }
    }

    /** Core has checked the token of the address already; an action asks for one in the body, so that no link can act. */
    protected function mayAct(): bool
    {
        $posted = isset($_POST[Words::TOKEN_FIELD]) && is_string($_POST[Words::TOKEN_FIELD]) ? $_POST[Words::TOKEN_FIELD] : '';
        if ($_SERVER['REQUEST_METHOD'] !== 'POST' || !hash_equals($this->actionToken(), $posted)) {
            return $this->refuse($this->say('This action was not carried out: its security token is missing or out of date. Please try again.'));
        }
        if (!$this->access('edit')) {
            return $this->refuse($this->say('You may look at this page, but not change anything on it.'));
        }

        return true;
    }

    /** Of this employee and this password, under the shop's secret. Core's own differs from version to version. */
    protected function actionToken(): string
    {
        $employee = $this->context->employee;

        return \Tools::hash(Tabs::MODULE . ':' . (int) $employee->id . ':' . $employee->passwd);
    }

    /** Plain text, for templates to escape: the controller's own trans() escapes a part of it. */
    protected function say(string $text, array $values = []): string
    {
        return $this->context->getTranslator()->trans($text, $values, Words::DOMAIN);
    }

    /** A JSON answer to a script of the page. */
    protected function answer(array $answer, int $status = 200)
    {
        http_response_code($status);
        header('Content-Type: application/json');
        header('Cache-Control: no-store');
        echo json_encode($answer);
        exit;
    }

    /** Back to the page, so that reloading it does not act again. */
    protected function backTo(string $controller, array $parameters = [])
    {
        \Tools::redirectAdmin($this->linkTo($controller, $parameters));
    }

    protected function linkTo(string $controller, array $parameters = []): string
    {
        return $this->context->link->getAdminLink($controller, true, [], $parameters);
    }

    /** @return int[] the shops that the back office's shop selector covers */
    protected function shops(): array
    {
        return array_map('intval', \Shop::getContextListShopID());
    }

    protected function hasSeveralShops(): bool
    {
        return \Shop::isFeatureActive() && count(\Shop::getShops(false, null, true)) > 1;
    }

    /** The module's tables are missing or broken: the page says so instead of failing. */
    protected function sayBroken(StorageError $error): string
    {
        $this->errors[] = $this->say('The tables of this module cannot be read. Reset the module in the module manager: that repairs them and keeps what is there.')
            . ' (' . $error->getCode() . ')';

        return '';
    }

    protected function renderWarnings(): string
    {
        try {
            $warnings = $this->warnings();
        } catch (StorageError $e) {
            return $this->sayBroken($e);
        }

        return $this->fetch('warnings.tpl', [
            'warnings' => $warnings,
            'name_shops' => $this->hasSeveralShops(),
            'on_list' => $this->controller_name === Tabs::PRODUCTS,
            'settings_link' => $this->linkTo(Tabs::SETTINGS),
            'dead_link' => $this->linkTo(Tabs::PRODUCTS, ['product_sync_outboxFilter_state' => 'dead', 'submitFilterproduct_sync_outbox' => 1]),
        ]);
    }

    private function warnings(): array
    {
        $warnings = [];
        Place::adopt($this->shops());
        foreach ($this->shops() as $idShop) {
            $facts = Facts::ofShop($idShop);
            foreach (Health::of($facts) as $code) {
                $warnings[] = $this->warning($code, $facts, $idShop);
            }
        }

        return $warnings;
    }

    protected function fetch(string $template, array $values): string
    {
        $tpl = $this->context->smarty->createTemplate(
            _PS_MODULE_DIR_ . Tabs::MODULE . '/views/templates/admin/' . $template
        );
        $tpl->assign($values + ['token' => $this->actionToken(), 'token_field' => Words::TOKEN_FIELD, 'editable' => (bool) $this->access('edit')]);

        return $tpl->fetch();
    }

    private function warning(string $code, Facts $facts, int $idShop): array
    {
        $text = $code === Health::STUCK && $facts->mode === Table::MODE_QUEUE
            ? Words::STUCK_IN_QUEUE
            : Words::WARNINGS[$code];

        return [
            'code' => $code,
            'grave' => !in_array($code, Health::MILD, true),
            'by_settings' => in_array($code, Health::BY_SETTINGS, true),
            'text' => $this->say($text, [
                '%reason%' => $this->reason($code, $facts),
                '%count%' => $facts->dead >= Facts::COUNT_LIMIT ? Facts::COUNT_LIMIT . '+' : (string) $facts->dead,
                '%seconds%' => (string) $facts->restSeconds,
            ]),
            'id_shop' => $idShop,
            'shop' => ShopName::of($idShop),
            'saved' => Place::saved($idShop),
            'current' => Place::current($idShop),
        ];
    }

    private function reason(string $code, Facts $facts): string
    {
        if ($code === Health::SUSPENDED) {
            return $this->say($facts->suspension);
        }
        $reasons = Words::RELAY_REASONS;

        return isset($reasons[$facts->relayWord]) ? $this->say($reasons[$facts->relayWord]) : (string) $facts->relayWord;
    }

    private function refuse(string $why): bool
    {
        if ($this->ajax) {
            $this->answer(['error' => $why], 403);
        }
        $this->errors[] = $why;

        return false;
    }
}
