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
use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;

final class Occasion
{
    /** A request that touched more products only leaves rows in mode simple. */
    const MAX_SIMPLE = 5;

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
        $budgets = []; // by mode, for all shops together: it is one request that takes so long
        foreach (Shops::wanted() as $idShop) {
            $mode = Settings::ofShop($idShop)->mode();
            if (!array_key_exists($mode, $budgets)) {
                $budgets[$mode] = self::budget($mode, $origin->kind(), count($touched), $isAnswered);
            }
            if ($budgets[$mode] === null) {
                continue;
            }
            // The products of this request first: a backlog must not keep them, and then as much of it as there is time for.
            foreach ($mode === Table::MODE_SIMPLE && $touched ? [$touched, []] : [[]] as $only) {
                if ($mode !== Table::MODE_SIMPLE || !$report->isUnanswered) {
                    $report->add(Direct::run($idShop, $budgets[$mode], $only));
                }
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
}
