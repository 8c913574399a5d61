<?php
/**
 * All of the background work, in the order of its urgency, within a time: what waits is given back and sent, what was missed is found, what is old
 * is emptied. Never twice at once.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Background;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Admin\DeadMail;
use ProductSync\Capture\Later;
use ProductSync\Capture\Shops;
use ProductSync\Delivery\Budget;
use ProductSync\Delivery\Direct;
use ProductSync\Delivery\Report;
use ProductSync\Outbox\Claims;
use ProductSync\Outbox\State;
use ProductSync\Settings\Place;

final class Cron
{
    const SECONDS = 20.0;
    const STATE = 'cron';
    /** A run that died holds the next one up for so long beyond its time, in seconds. */
    const GRACE = 70;
    const LATER = 100;

    /** Null: another run is under way. */
    public static function run(float $seconds): ?Report
    {
        $lock = State::lock('cron', (int) ceil($seconds) + self::GRACE);
        if ($lock === null) {
            return null;
        }
        $report = new Report();
        try {
            $failure = self::work(new Budget($seconds, $seconds), $report);
            Told::about($report);
            DeadMail::sendIfDue(); // under the lock as well, or two runs could mail at once
        } finally {
            State::unlock('cron', $lock);
        }
        if ($failure !== null) {
            throw $failure;
        }

        return $report;
    }

    /** To be called by those that a cron daemon calls, so that the page can say when that was. */
    public static function noteRun()
    {
        State::set(self::STATE, '');
    }

    /** What fails keeps nothing else from being done. Returns the first failure. */
    private static function work(Budget $budget, Report $report): ?\Throwable
    {
        $deliver = function () use ($budget, $report) {
            foreach (Shops::wanted() as $idShop) {
                $report->add(Direct::run($idShop, $budget->ofDeliveries()));
            }
        };
        $failure = null;
        foreach ([
            function () {
                Place::adopt(array_map('intval', \Shop::getShops(true, null, true)));
            },
            [Claims::class, 'recover'],
            $deliver,
            function () {
                Later::record(self::LATER);
            },
            [Sweep::class, 'run'],
            [Catalogue::class, 'run'],
            [Purge::class, 'run'],
            $deliver, // what was found meanwhile need not wait for the next time
        ] as $step) {
            try {
                $step($budget);
            } catch (\Throwable $e) {
                $failure = $failure === null ? $e : $failure;
            }
        }

        return $failure;
    }
}
