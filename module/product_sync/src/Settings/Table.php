<?php
/**
 * The one table of settings: reading, validation, form and uninstalling follow it.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Settings;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Table
{
    const URL = 'MY_API_URL';
    const TOKEN = 'MY_API_TOKEN';
    const MODE = 'PRODUCT_SYNC_MODE';
    const PAUSE = 'PRODUCT_SYNC_PAUSE';
    const RETRY_ATTEMPTS = 'PRODUCT_SYNC_RETRY_ATTEMPTS';
    const RETRY_BACKOFF = 'PRODUCT_SYNC_RETRY_BACKOFF';
    const TIMEOUT = 'PRODUCT_SYNC_TIMEOUT';
    const BATCH = 'PRODUCT_SYNC_BATCH';
    const BATCH_SIZE = 'PRODUCT_SYNC_BATCH_SIZE';
    const TEST_METHOD = 'PRODUCT_SYNC_TEST_METHOD';
    const LANGUAGES = 'PRODUCT_SYNC_LANGUAGES';
    const DESCRIPTION = 'PRODUCT_SYNC_DESCRIPTION';
    const VERSION = 'PRODUCT_SYNC_VERSION';
    const PRICE = 'PRODUCT_SYNC_PRICE';
    const TAX = 'PRODUCT_SYNC_TAX';
    const SEND_WHEN = 'PRODUCT_SYNC_SEND_WHEN';
    const SETTLE = 'PRODUCT_SYNC_SETTLE';
    const CHANGES = 'PRODUCT_SYNC_CHANGES';
    const SHOPS = 'PRODUCT_SYNC_SHOPS';
    const SEND_SHOP = 'PRODUCT_SYNC_SEND_SHOP';
    const HISTORY = 'PRODUCT_SYNC_HISTORY';
    const KEEP = 'PRODUCT_SYNC_KEEP';
    const SLICE = 'PRODUCT_SYNC_SLICE';
    const MAIL = 'PRODUCT_SYNC_MAIL';

    // What nobody types: made and kept by the module itself.
    const UUID = 'PRODUCT_SYNC_UUID';
    const UUID_BEFORE = 'PRODUCT_SYNC_UUID_BEFORE';
    const CRON_TOKEN = 'PRODUCT_SYNC_CRON_TOKEN';
    const PLACE = 'PRODUCT_SYNC_PLACE';
    const WATERMARK = 'PRODUCT_SYNC_WATERMARK';
    const OWNS = 'PRODUCT_SYNC_OWNS';

    const MODE_QUEUE = 'queue';
    const MODE_ASYNC = 'async';
    const MODE_SIMPLE = 'simple';

    /** @return Setting[] by name, in the order of the form */
    public static function all()
    {
        static $all = null;
        if ($all === null) {
            $all = [];
            foreach (self::rows() as $row) {
                $all[$row['name']] = new Setting($row);
            }
        }

        return $all;
    }

    public static function get(string $name): Setting
    {
        return self::all()[$name];
    }

    /** @return string[] what the module keeps in Configuration beside the settings */
    public static function internal()
    {
        return [self::UUID, self::UUID_BEFORE, self::CRON_TOKEN, self::PLACE, self::WATERMARK, self::OWNS];
    }

    /** @return string[][] group's English title => names of its settings */
    public static function groups()
    {
        return [
            'Connection' => [self::URL, self::TOKEN, self::MODE, self::PAUSE],
            'What is sent' => [
                self::SEND_WHEN, self::PRICE, self::TAX, self::LANGUAGES, self::DESCRIPTION, self::VERSION,
                self::CHANGES, self::SHOPS, self::SEND_SHOP,
            ],
            'Delivery' => [
                self::TIMEOUT, self::RETRY_ATTEMPTS, self::RETRY_BACKOFF, self::BATCH, self::BATCH_SIZE, self::SETTLE,
                self::TEST_METHOD, self::SLICE,
            ],
            'Housekeeping' => [self::HISTORY, self::MAIL, self::KEEP],
        ];
    }

    private static function rows()
    {
        return array_merge(self::connection(), self::content(), self::delivery(), self::housekeeping());
    }

    private static function connection()
    {
        return [
            [
                'name' => self::URL,
                'type' => Setting::ADDRESS,
                'label' => 'API address',
                'help' => 'Where products are sent to, beginning with https://. Without an address nothing is recorded for the shop.',
            ],
            [
                'name' => self::TOKEN,
                'type' => Setting::SECRET,
                'label' => 'API token',
                'help' => 'Kept encrypted with the key of this shop and never shown. Leave it empty to keep the token that is saved.',
            ],
            [
                'name' => self::MODE,
                'type' => Setting::CHOICE,
                'default' => self::MODE_ASYNC,
                'choices' => [
                    self::MODE_ASYNC => 'Async: after the page has been answered, several products side by side, with retries',
                    self::MODE_SIMPLE => 'Simple: at the end of the same request, one product after the other, without retries',
                    self::MODE_QUEUE => 'Queue: the productsync program takes the products from this shop and delivers them',
                ],
                'label' => 'Mode',
                'help' => 'Only the mode chosen here delivers: productsync takes nothing in the first two, PHP nothing in queue mode.',
            ],
            [
                'name' => self::PAUSE,
                'type' => Setting::FLAG,
                'default' => '0',
                'label' => 'Pause',
                'help' => 'New products are recorded and wait; nothing is sent until the pause ends.',
            ],
        ];
    }

    private static function content()
    {
        return [
            [
                'name' => self::SEND_WHEN,
                'type' => Setting::CHOICE,
                'default' => 'saved',
                'choices' => [
                    'saved' => 'It has been saved with a name',
                    'active' => 'It is online for the first time',
                    'priced' => 'Its price is above 0',
                ],
                'label' => 'Send a product when',
            ],
            [
                'name' => self::PRICE,
                'type' => Setting::CHOICE,
                'default' => 'final',
                'choices' => [
                    'final' => 'What a visitor pays now, discounts included',
                    'regular' => 'The regular price, without discounts',
                ],
                'label' => 'Price',
            ],
            [
                'name' => self::TAX,
                'type' => Setting::FLAG,
                'default' => '1',
                'label' => 'Price with tax',
            ],
            [
                'name' => self::LANGUAGES,
                'type' => Setting::LANGUAGES,
                'label' => 'Languages',
                'help' => 'ISO codes separated by commas, for example en,fr. Empty: the name in the shop\'s default language. With several languages the name is sent as an object, one member a language.',
            ],
            [
                'name' => self::DESCRIPTION,
                'type' => Setting::FLAG,
                'default' => '0',
                'label' => 'Send the description',
                'help' => 'Adds the field description.',
            ],
            [
                'name' => self::VERSION,
                'type' => Setting::OPTIONAL,
                'min' => 0,
                'max' => 2147483647,
                'label' => 'Version field',
                'help' => 'A number that the API expects as version in each message. Empty: no such field.',
            ],
            [
                'name' => self::CHANGES,
                'type' => Setting::FLAG,
                'default' => '0',
                'label' => 'Also send changes',
                'help' => 'Later changes of a product are sent as product.updated. Otherwise only new products are sent.',
            ],
            [
                'name' => self::SHOPS,
                'type' => Setting::CHOICE,
                'default' => 'default',
                'choices' => [
                    'default' => 'Once, for its default shop',
                    'each' => 'Once for each shop it is in',
                ],
                'label' => 'With several shops, send a product',
                'help' => 'Once for each shop asks for an API address of its own in every shop, or for the field shop below.',
            ],
            [
                'name' => self::SEND_SHOP,
                'type' => Setting::FLAG,
                'default' => '0',
                'label' => 'Send the shop',
                'help' => 'Adds the field shop with the number of the shop.',
            ],
        ];
    }

    private static function delivery()
    {
        return [
            [
                'name' => self::TIMEOUT,
                'type' => Setting::NUMBER,
                'default' => '10',
                'min' => 1,
                'max' => 60,
                'unit' => 'seconds',
                'label' => 'Time limit of a request',
                'help' => 'In simple mode never more than 3 seconds.',
            ],
            [
                'name' => self::RETRY_ATTEMPTS,
                'type' => Setting::NUMBER,
                'default' => '5',
                'min' => 1,
                'max' => 20,
                'unit' => 'attempts',
                'label' => 'Attempts',
                'help' => 'How often a product is tried before it counts as failed. Simple mode tries once.',
            ],
            [
                'name' => self::RETRY_BACKOFF,
                'type' => Setting::NUMBER,
                'default' => '1',
                'min' => 1,
                'max' => 3600,
                'unit' => 'seconds',
                'label' => 'Pause after the first failed attempt',
                'help' => 'It doubles with each further attempt.',
            ],
            [
                'name' => self::BATCH,
                'type' => Setting::FLAG,
                'default' => '0',
                'label' => 'Several products in one request',
                'help' => 'Queue mode only; the API must accept a list of products.',
            ],
            [
                'name' => self::BATCH_SIZE,
                'type' => Setting::NUMBER,
                'default' => '100',
                'min' => 2,
                'max' => 1000,
                'unit' => 'products',
                'label' => 'At most in one request',
            ],
            [
                'name' => self::SETTLE,
                'type' => Setting::NUMBER,
                'default' => '10',
                'min' => 0,
                'max' => 3600,
                'unit' => 'seconds',
                'label' => 'Settle time',
                'help' => 'How long a product made through the webservice, the Admin API or a script is left alone, because price and stock follow in further calls.',
            ],
            [
                'name' => self::TEST_METHOD,
                'type' => Setting::CHOICE,
                'default' => 'GET',
                'choices' => ['GET' => 'GET', 'HEAD' => 'HEAD', 'OPTIONS' => 'OPTIONS', 'POST' => 'POST'],
                'label' => 'Method of the connection test',
                'help' => 'The test sends no product.',
            ],
            [
                'name' => self::SLICE,
                'type' => Setting::FLAG,
                'default' => '1',
                'label' => 'Work without cron',
                'help' => 'Visits to the shop do a little of the waiting work after their answer, at most once a minute.',
            ],
        ];
    }

    private static function housekeeping()
    {
        return [
            [
                'name' => self::HISTORY,
                'type' => Setting::NUMBER,
                'default' => '30',
                'min' => 1,
                'max' => 3650,
                'unit' => 'days',
                'label' => 'Keep contents and errors for',
                'help' => 'What was sent and why it failed is emptied after that; that it was sent is remembered.',
            ],
            [
                'name' => self::MAIL,
                'type' => Setting::FLAG,
                'default' => '1',
                'label' => 'Tell me by e-mail',
                'help' => 'At most one e-mail a day, to the shop\'s address, when products could not be delivered.',
            ],
            [
                'name' => self::KEEP,
                'type' => Setting::FLAG,
                'default' => '0',
                'global' => true,
                'label' => 'Keep the history when uninstalling',
                'help' => 'Otherwise uninstalling removes the list, the products that wait in it, and these settings. One value for all shops.',
            ],
        ];
    }
}
