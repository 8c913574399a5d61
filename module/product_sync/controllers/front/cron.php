<?php
/**
 * The address that a cron service calls: the background work of all shops, at most 20 seconds, never twice at once. It
 * works in maintenance mode and from every country, and makes no cart, guest or cookie.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class Product_SyncCronModuleFrontController extends ModuleFrontController
{
    /** Instead of the shop front's: no customer, no cart, no page, and nothing that keeps visitors of a closed shop out. */
    public function run()
    {
        ignore_user_abort(true);
        @set_time_limit(120);
        $this->answer();
    }

    private function answer()
    {
        $token = Tools::getValue('token');
        $wanted = ProductSync\Settings\Installation::cronToken();
        if (!is_string($token) || $wanted === '' || !hash_equals($wanted, $token)) {
            $this->say(403, 'wrong token');

            return;
        }
        try {
            ProductSync\Background\Cron::noteRun();
            $report = ProductSync\Background\Cron::run(ProductSync\Background\Cron::SECONDS);
        } catch (Throwable $e) {
            ProductSync\Capture\Log::failure('cron', $e);
            $this->say(500, 'failed; PrestaShop\'s log says why');

            return;
        }
        $this->say(200, $report === null ? 'another run is under way' : sprintf(
            '%d delivered, %d to be tried again, %d failed',
            $report->delivered,
            $report->retried,
            $report->dead
        ));
    }

    private function say($status, $text)
    {
        http_response_code($status);
        header('Content-Type: text/plain; charset=utf-8');
        header('Cache-Control: no-store');
        echo 'product_sync: ' . $text . "\n";
    }
}
