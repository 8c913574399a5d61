<?php
/**
 * One line in PrestaShop's log for a request that delivered or tried to, with counts; the list in the back office is the record.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Background;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Capture\Log;
use ProductSync\Delivery\Report;

final class Told
{
    public static function about(Report $report)
    {
        if ($report->isEmpty()) {
            return;
        }
        $counts = sprintf('%d delivered, %d to be tried again, %d failed', $report->delivered, $report->retried, $report->dead);
        Log::write(
            $counts . ($report->reason === '' ? '' : '; the last: ' . $report->reason),
            $report->dead ? Log::WARNING : Log::NOTICE,
            true
        );
    }
}
