<?php
/**
 * What a person does to rows, kept to the shops the person is looking at.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

use ProductSync\Outbox\Actions;
use ProductSync\Outbox\Row;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class RowActions
{
    // Announced anew, under another key: the API may take it for a new product.
    const TO_CONFIRM = [Row::DELIVERED, Row::DISCARDED];

    /** @var int[] */
    private $shops;

    /** @param int[] $shops */
    public function __construct(array $shops)
    {
        $this->shops = $shops;
    }

    /** @param bool $isGone its product was deleted: there is nothing to send */
    public static function canSendAgain(string $state, bool $isGone): bool
    {
        return !$isGone && ($state === Row::DEAD || in_array($state, self::TO_CONFIRM, true));
    }

    public static function canDiscard(string $state): bool
    {
        return in_array($state, [Row::DEAD, Row::DRAFT, Row::READY], true);
    }

    public static function canRelease(string $state): bool
    {
        return $state === Row::TAKEN;
    }

    /** @return int[] those of the rows that are sent again only after a confirmation */
    public function toConfirm(array $ids): array
    {
        return array_values(array_diff(array_keys(array_intersect($this->states($ids), self::TO_CONFIRM)), $this->gone($ids)));
    }

    /** @return int[] done, left, and of those gone (deleted from the shop): numbers of rows */
    public function sendAgain(array $ids, bool $isConfirmed): array
    {
        $done = Actions::resend(array_keys($this->states($ids)), $isConfirmed);

        return ['gone' => count($this->gone($ids))] + $this->result($ids, $done);
    }

    public function discard(array $ids): array
    {
        return $this->result($ids, Actions::discard(array_keys($this->states($ids))));
    }

    public function release(array $ids): array
    {
        return $this->result($ids, Actions::release(array_keys($this->states($ids))));
    }

    /** @return string[] id => state, of those that are there and in one of the shops */
    private function states(array $ids): array
    {
        return (new RowList())->states($ids, $this->shops);
    }

    /** @return int[] those whose product was deleted from the shop */
    private function gone(array $ids): array
    {
        return (new RowList())->gone($ids, $this->shops);
    }

    private function result(array $ids, int $done): array
    {
        return ['done' => $done, 'left' => count($ids) - $done, 'gone' => 0];
    }
}
