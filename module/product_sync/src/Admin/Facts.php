<?php
/**
 * What the pages show of one shop: read once, from indexes only.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

use ProductSync\Delivery\Direct;
use ProductSync\Outbox\Database;
use ProductSync\Outbox\Figures;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Token;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Facts
{
    // Counting further would read a large table for a number that tells nobody more.
    const COUNT_LIMIT = 1000;

    /** @var string why nothing may be delivered, or Settings::OPEN */
    public $obstacle = Settings::OPEN;

    /** @var string one of Token::NONE, READABLE, UNREADABLE */
    public $tokenState = Token::NONE;

    /** @var string one of Table::MODE_* */
    public $mode = '';

    /** @var bool the shop has a key that outlasts the request */
    public $hasKey = true;

    /** @var bool ext-curl is there */
    public $hasCurl = true;

    /** @var int|null for how long the row that is due longest has waited to be taken; null: none is due */
    public $overdueSeconds;

    /** @var bool a row was taken, or had an outcome, within Health::PATIENCE_SECONDS */
    public $taking = false;

    /** @var int dead rows of products that are there still, counted to COUNT_LIMIT */
    public $dead = 0;

    /** @var string why the API is left alone until somebody acts, in the direct modes; empty: it is not */
    public $suspension = '';

    /** @var int for how many more seconds the API is left alone, in the direct modes */
    public $restSeconds = 0;

    /** @var string|null what a relay that was heard of lately says about the shop; null: none was */
    public $relayWord;

    public static function ofShop(int $idShop): self
    {
        $settings = Settings::ofShop($idShop);
        $facts = new self();
        $facts->obstacle = $settings->obstacle();
        $facts->tokenState = $settings->tokenState();
        $facts->mode = $settings->mode();
        $facts->hasKey = Token::hasLastingKey();
        $facts->hasCurl = function_exists('curl_init');
        $rows = new RowList();
        $facts->overdueSeconds = Figures::oldestDue($idShop);
        $facts->taking = $rows->isTaking($idShop, Health::PATIENCE_SECONDS);
        $facts->dead = $rows->countDead([$idShop], self::COUNT_LIMIT);
        $destination = Direct::destination($settings);
        $facts->suspension = $destination->suspension();
        $facts->restSeconds = max(0, $destination->waitsUntil() - Database::now());
        $facts->relayWord = Health::relayWord(Figures::relays($idShop));

        return $facts;
    }
}
