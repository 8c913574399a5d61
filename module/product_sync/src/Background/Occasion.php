<?php
/**
 * A request that runs a hook of the module is an occasion to send what is due in the direct modes. How much of it, the policy here says;
 * somebody may wait for it.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Background;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Capture\Origin;
use ProductSync\Capture\Shops;
use ProductSync\Delivery\Budget;
use ProductSync\Delivery\Direct;
use ProductSync\Delivery\Report;
use ProductSync\Outbox\Claims;
use ProductSync\Outbox\State;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;

final class Occasion
{
    /** A request that touched more products only leaves rows in mode simple. */
    const MAX_SIMPLE = 5;
    /** A process that died holds the others up for so long: longer than any budget and its last request. */
    const TURN_SECONDS = 80;

    /** Is there something to do at the end of a request that touched no product? */
    public static function isThere(Origin $origin): bool
    {
        return $origin->kind() === Origin::OTHER && Slice::isDue();
    }

    /** @param int[] $touched the products that the request touched in all; none: a visit, or a person who wants sent what is due */
    public static function seize(Origin $origin, array $touched, bool $isAnswered)
    {
        if (!$touched && $origin->kind() === Origin::OTHER) {
            Slice::run($isAnswered);

            return;
        }
        $report = new Report();
        foreach (self::shopsByMode() as $mode => $shops) {
            // One budget for all shops together: it is one request that takes so long.
            $budget = self::budget($mode, $origin->kind(), count($touched), $isAnswered);
            if ($budget !== null && $mode === Table::MODE_SIMPLE) {
                self::sendSimply($shops, $touched, $budget, $report);
            } elseif ($budget !== null) {
                self::sendInTurn($shops, $budget, $report);
            }
        }
        Told::about($report);
    }

    /** Null: nothing is sent on this occasion. */
    public static function budget(string $mode, string $origin, int $touched, bool $isAnswered): ?Budget
    {
        if ($mode === Table::MODE_SIMPLE) {
            return $origin === Origin::IMPORT || $touched > self::MAX_SIMPLE ? null : new Budget(3, 3);
        }
        if ($mode === Table::MODE_ASYNC) {
            return $isAnswered ? new Budget(15, 60) : new Budget(1, 2);
        }

        return null;
    }

    /** @return int[][] */
    private static function shopsByMode(): array
    {
        $shops = [];
        foreach (Shops::wanted() as $idShop) {
            $shops[Settings::ofShop($idShop)->mode()][] = $idShop;
        }

        return $shops;
    }

    /** The products of this request first: a backlog must not keep them, and then as much of it as there is time for. */
    private static function sendSimply(array $shops, array $touched, Budget $budget, Report $report)
    {
        foreach ($shops as $idShop) {
            foreach ($touched ? [$touched, []] : [[]] as $only) {
                if (!$report->isUnanswered) {
                    $report->add(Direct::run($idShop, $budget, $only));
                }
            }
        }
    }

    /**
     * By one process at a time: those that wait for an API that does not answer would be all that PHP has, and the shop would stand still.
     * Whoever is at it comes by the rows that others leave meanwhile.
     */
    private static function sendInTurn(array $shops, Budget $budget, Report $report)
    {
        do {
            $due = array_filter($shops, [Claims::class, 'hasDue']);
            $lock = $due ? State::lock('deliver', self::TURN_SECONDS) : null;
            if ($lock === null) {
                return;
            }
            try {
                $round = new Report();
                foreach ($due as $idShop) {
                    $round->add(Direct::run($idShop, $budget));
                }
            } finally {
                State::unlock('deliver', $lock);
            }
            $report->add($round);
        } while (!$round->isEmpty() && !$budget->isOver());
    }
}
