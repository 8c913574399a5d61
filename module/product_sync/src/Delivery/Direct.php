<?php
/**
 * The two direct modes: takes the rows of a shop that are due, sends them, writes what came of each.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Capture\Key;
use ProductSync\Outbox\Claims;
use ProductSync\Outbox\Database;
use ProductSync\Outbox\Row;
use ProductSync\Outbox\State;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;

final class Direct
{
    const STATE = 'destination:';
    /** Requests side by side in mode async. */
    const CONCURRENCY = 5;
    /** Seconds of a request in mode simple, which somebody may wait for. */
    const SIMPLE_SECONDS = 3;

    /** @var Settings */
    private $settings;
    /** @var Budget */
    private $budget;
    /** @var Report */
    private $report;
    /** @var Destination */
    private $destination;

    private function __construct(int $idShop, Budget $budget)
    {
        $this->settings = Settings::ofShop($idShop);
        $this->budget = $budget;
        $this->report = new Report();
    }

    /**
     * Delivers what is due, as far as the budget lets it.
     *
     * @param int[] $idProducts only these products; none: any
     */
    public static function run(int $idShop, Budget $budget, array $idProducts = []): Report
    {
        $direct = new self($idShop, $budget);
        if ($direct->mayDeliver()) {
            $direct->deliver($idProducts);
        }

        return $direct->report;
    }

    /** How the API of a shop fares. */
    public static function destination(Settings $settings): Destination
    {
        $print = Key::digest($settings->url() . "\n" . $settings->token());

        return new Destination(State::json(self::STATE . $settings->idShop()), $print);
    }

    /** By a person: ends a suspension or a wait. */
    public static function resume(int $idShop)
    {
        $destination = self::destination(Settings::ofShop($idShop));
        $destination->resume();
        State::setJson(self::STATE . $idShop, $destination->state());
    }

    private function mayDeliver(): bool
    {
        return $this->settings->mode() !== Table::MODE_QUEUE
            && $this->settings->obstacle() === Settings::OPEN
            && Transport::isThere()
            && Claims::hasDue($this->settings->idShop());
    }

    private function isSimple(): bool
    {
        return $this->settings->mode() === Table::MODE_SIMPLE;
    }

    /** @param int[] $idProducts */
    private function deliver(array $idProducts)
    {
        while ($this->hasTime() && !$this->report->isUnanswered) {
            $this->destination = self::destination($this->settings);
            $width = $this->width();
            $rows = $width > 0 ? Claims::take($this->settings->idShop(), $width, $idProducts) : [];
            if (!$rows) {
                return;
            }
            if ($this->destination->allowance(Database::now()) === Destination::TRIAL_ONLY) {
                $this->destination->beginTrial(Database::now());
                $this->keep();
            }
            $this->send($rows);
            $this->keep();
        }
    }

    /** In mode simple a request that is cut short fails for good: none is begun that may not come to its end. */
    private function hasTime(): bool
    {
        return !$this->budget->isOver() && (!$this->isSimple() || $this->budget->isEnoughForOneMore());
    }

    /** How many rows to take next; 0: the API is to be left alone. */
    private function width(): int
    {
        $allowance = $this->destination->allowance(Database::now());
        if ($allowance === Destination::NONE) {
            return 0;
        }

        return $allowance === Destination::TRIAL_ONLY || $this->isSimple() ? 1 : self::CONCURRENCY;
    }

    /** @param Row[] $rows */
    private function send(array $rows)
    {
        $seconds = $this->settings->number(Table::TIMEOUT);
        $isSimple = $this->isSimple();
        $ms = $this->budget->requestMs($isSimple ? min($seconds, self::SIMPLE_SECONDS) : $seconds, $isSimple);
        $wasClosed = $this->destination->isClosed();
        $requests = array_map(function (Row $row) use ($ms) {
            return Request::ofRow($row, $this->settings, $ms);
        }, $rows);
        $began = microtime(true);
        Transport::sendAll($requests, function ($index, Answer $answer) use ($rows, $wasClosed) {
            $this->settle($rows[$index], $answer, $wasClosed);
        });
        $this->budget->note(microtime(true) - $began);
    }

    private function settle(Row $row, Answer $answer, bool $wasClosed)
    {
        $now = Database::now();
        $retryAfter = RetryAfter::seconds($answer->header('retry-after'), $answer->header('date'), $now);
        $verdict = Verdict::of($answer->status, $retryAfter !== null);
        $isCounted = $verdict !== Verdict::DONE && $this->destination->counts($verdict, $row->triedAt, $wasClosed);
        $this->destination->note($verdict, $retryAfter, $now);
        $this->report->isUnanswered = $this->isSimple() && $verdict === Verdict::UNANSWERED;
        $wait = $verdict === Verdict::THROTTLED ? $retryAfter : null;
        $this->write($row, $answer, $this->isSimple() ? Outcome::ofSimple($verdict) : $this->ofAsync($row, $verdict, $wait, $isCounted));
    }

    private function ofAsync(Row $row, string $verdict, ?int $wait, bool $isCounted): Outcome
    {
        $conflict = $verdict === Verdict::CONFLICT ? Outcome::ofConflict($row, $this->settings->number(Table::TIMEOUT)) : null;

        return $conflict ?: Outcome::ofAsync(
            $row,
            $verdict,
            $wait,
            $isCounted,
            $this->settings->number(Table::RETRY_ATTEMPTS),
            $this->settings->number(Table::RETRY_BACKOFF)
        );
    }

    private function write(Row $row, Answer $answer, Outcome $outcome)
    {
        $status = $answer->status === 0 ? null : $answer->status;
        $reason = $outcome->note !== '' ? $outcome->note : $answer->reason($this->settings->token());
        if ($outcome->state === Row::DELIVERED) {
            Claims::delivered($row, $answer->status, Key::digest((string) $row->payload));
            ++$this->report->delivered;

            return;
        }
        $this->report->reason = $reason;
        if ($outcome->state === Row::DEAD) {
            Claims::dead($row, $status, $reason, $outcome->isCounted);
            ++$this->report->dead;
        } else {
            Claims::retry($row, $status, $reason, $outcome->isCounted, $outcome->retryIn);
            ++$this->report->retried;
        }
    }

    private function keep()
    {
        State::setJson(self::STATE . $this->settings->idShop(), $this->destination->state());
    }
}
