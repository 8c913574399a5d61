<?php
/**
 * What becomes of a row after an attempt. Pure.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\Row;

final class Outcome
{
    const IN_CONFLICT = 'HTTP 409 after an attempt without an answer: it is asked once more';

    /** @var string Row::DELIVERED, DEAD or READY (tried again) */
    public $state;
    /** @var bool the failure counts towards giving up */
    public $isCounted = false;
    /** @var int seconds until it is tried again */
    public $retryIn = 0;
    /** @var string what the row says then; '': what the answer says */
    public $note = '';

    /** Mode async: tried again, until as many failures count as there may be attempts. */
    public static function ofAsync(Row $row, string $verdict, ?int $retryAfter, bool $isCounted, int $attempts, int $backoff): self
    {
        $outcome = self::ofSimple($verdict);
        if ($outcome->state === Row::DELIVERED || $verdict === Verdict::REFUSED) {
            return $outcome;
        }
        $outcome->isCounted = $isCounted;
        if ($isCounted && $row->failures + 1 >= $attempts) {
            return $outcome;
        }
        $outcome->state = Row::READY;
        $outcome->retryIn = max(Backoff::seconds($row->attempts + 1, $backoff), (int) $retryAfter);

        return $outcome;
    }

    /**
     * Mode async, a 409: the original is still running. If it stays so after an attempt without an answer, that one was the original, and
     * nobody will ever tell how it ended; but it is given the time that a request has. Null: the row is in no such doubt.
     *
     * @param int $timeout of a request, in seconds
     */
    public static function ofConflict(Row $row, int $timeout): ?self
    {
        $outcome = new self();
        if ($row->error === self::IN_CONFLICT) {
            $outcome->state = Row::DELIVERED;

            return $outcome;
        }
        if (!$row->isInDoubt()) {
            return null;
        }
        $outcome->state = Row::READY;
        $outcome->retryIn = $timeout + 1;
        $outcome->note = self::IN_CONFLICT;

        return $outcome;
    }

    /** Mode simple: one attempt, and what failed is dead with its reason. */
    public static function ofSimple(string $verdict): self
    {
        $outcome = new self();
        $outcome->state = $verdict === Verdict::DONE ? Row::DELIVERED : Row::DEAD;

        return $outcome;
    }
}
