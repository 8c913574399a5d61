<?php
/**
 * One line in PrestaShop's log for a round of work that failed somewhere, with counts; the list in the back office is the record.
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
        if ($report->dead === 0) {
            return;
        }
        Log::write(sprintf(
            '%d delivered, %d to be tried again, %d failed; the last: %s',
            $report->delivered,
            $report->retried,
            $report->dead,
            $report->reason
        ), Log::WARNING);
    }
}
