<?php
/**
 * What the pages say, in English; the controllers translate it (translations/, domain Modules.Productsync.Admin).
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

use ProductSync\Settings\Setting;
use ProductSync\Settings\Table;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Words
{
    const DOMAIN = 'Modules.Productsync.Admin';

    // Carries the token of an action in a form's body.
    const TOKEN_FIELD = 'product_sync_token';

    // state => what people call it
    const STATES = [
        'draft' => 'Not complete yet',
        'ready' => 'Waiting',
        'taken' => 'Being sent',
        'delivered' => 'Delivered',
        'dead' => 'Failed',
        'discarded' => 'Discarded',
    ];

    // type of a message => what happened to the product
    const TYPES = [
        'product.created' => 'New product',
        'product.updated' => 'Change',
    ];

    // Health::* => what is wrong and what to do about it
    const WARNINGS = [
        Health::COPY => 'This shop is not where these settings were saved. Nothing is sent until you have said which it is.',
        Health::NO_KEY => 'The shop has no lasting key: app/config/parameters.php has no new_cookie_key. A token cannot be saved until it has one.',
        Health::UNREADABLE => 'The API token can no longer be decrypted, because the key of this shop has changed. Enter the token again.',
        Health::NO_URL => 'No API address is set: new products are not recorded.',
        Health::NO_TOKEN => 'No API token is set: products are recorded and wait.',
        Health::NO_CURL => 'The PHP extension curl is missing: nothing can be sent.',
        Health::NO_RELAY => 'In queue mode the program productsync takes the products, and none has been heard of in the last minute. Start productsync work, or choose another mode.',
        Health::RELAY_WAITS => 'The program productsync is running but sends nothing of this shop: %reason%.',
        Health::SUSPENDED => 'Sending has stopped: %reason%. Correct the settings, or resume when the API is in order again.',
        Health::RESTING => 'Products are waiting because the API is out of order or asked for a pause. It is tried again in %seconds% seconds.',
        Health::STUCK => 'Products have been waiting for more than five minutes and nobody takes them. Is cron set up, or "Work without cron" switched on?',
        Health::DEAD => 'Products could not be delivered: %count%. The list says why, and lets you send them again.',
        Health::PAUSED => 'Sending is paused: products are recorded and wait.',
    ];

    // In queue mode cron is not who takes them.
    const STUCK_IN_QUEUE = 'Products have been waiting for more than five minutes and nobody takes them, although the program productsync is running. Its log says why.';

    // What a relay may say of a shop (docs/outbox.md) => why it takes nothing
    const RELAY_REASONS = [
        'paused' => 'it is paused',
        'copy' => 'the address of the shop is not the one the settings were saved on',
        'no_token' => 'it has no token, or cannot decrypt it',
        'no_url' => 'it has no API address',
        'suspended' => 'the API refuses the token, or is out of order',
        'mode' => 'it has not noticed yet that queue mode was chosen',
    ];

    // Why the direct modes suspend an API (ProductSync\Delivery\Destination)
    const SUSPENSIONS = [
        'the API answered 410: this address is gone for good',
        'the API refused the token (401 or 403) several times in a row',
        'the API refused 20 different products in a row',
    ];

    // Verdicts of a connection test => what they mean, and the style of the message
    const VERDICTS = [
        'reached' => 'The API was reached. Only a delivery proves that it accepts products.',
        'credentials' => 'The API refused the token.',
        'failed' => 'The API could not be reached.',
    ];
    const VERDICT_STYLES = ['reached' => 'success', 'credentials' => 'danger', 'failed' => 'danger'];

    // What the settings page says once after an action, by the name in its address
    const DONE = [
        'saved' => 'The settings have been saved.',
        'renewed' => 'Cron has a new address; the old one no longer works.',
        'same' => 'Sending goes on: this is the same shop.',
        'resumed' => 'Sending goes on: the next delivery is a trial.',
        'copy' => 'This shop is a copy: it is paused, and has neither address nor token of the API any more.',
        'started' => 'The catalogue is being sent.',
        'stopped' => 'Sending the catalogue was stopped.',
    ];

    const CATALOGUE_RUNS = '%done% of %all% products looked at.';
    const CATALOGUE_IS_DONE = 'Done: all %all% products have been looked at.';

    /** @return string[] every English text above and in the table of settings, for whoever checks the translations */
    public static function all(): array
    {
        $texts = array_merge(
            array_values(self::STATES),
            array_values(self::TYPES),
            array_values(self::WARNINGS),
            array_values(self::RELAY_REASONS),
            self::SUSPENSIONS,
            array_values(self::VERDICTS),
            array_values(self::DONE),
            array_keys(Table::groups()),
            [self::STUCK_IN_QUEUE, self::CATALOGUE_RUNS, self::CATALOGUE_IS_DONE]
        );
        foreach (Table::all() as $setting) {
            $texts = array_merge($texts, [$setting->label, $setting->help, $setting->unit], self::choices($setting));
        }

        return array_values(array_unique(array_filter($texts)));
    }

    private static function choices(Setting $setting): array
    {
        return $setting->name === Table::TEST_METHOD ? [] : array_values($setting->choices);
    }
}
