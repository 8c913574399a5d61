<?php
/**
 * How an API fares: may it be called now, and does a failure count? Breaker, throttling and suspension in one small state, kept as JSON in the
 * state table between requests. Pure: time is an argument, in seconds of the database's clock.
 *
 *   closed --5 failures in a row--> open --cool-off--> one trial --success--> closed
 *                                    ^------ failure: twice the cool-off ------'
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Destination
{
    const FAILURES = 5;
    const COOL_OFF = 5;
    const COOL_OFF_MAX = 300;
    const DENIALS = 3;
    const REFUSALS = 20;
    /** A trial that was begun keeps others from beginning one for so long. */
    const TRIAL = 65;

    /** How many messages may be sent now. */
    const NONE = 0;
    const TRIAL_ONLY = 1;
    const FREE = 2;

    const FIELDS = [
        'failures' => 0,       // in a row
        'cool_off' => 0,       // seconds; 0: closed
        'wait_until' => 0,     // breaker or throttling
        'throttles' => 0,      // in a row
        'denials' => 0,        // in a row
        'refusals' => 0,       // in a row
        'delivered_at' => 0,
        'closed_at' => 0,
        'suspended' => '',     // why, for people
        'on_trial' => 0,       // after a suspension
        'print' => '',         // of address and token: other ones end a suspension
    ];

    /** @var array */
    private $state;

    public function __construct(array $state, string $print)
    {
        $this->state = array_intersect_key($state, self::FIELDS) + self::FIELDS;
        if ($this->state['print'] !== $print) {
            if ($this->state['print'] !== '') {
                $this->resume();
            }
            $this->state['print'] = $print;
        }
    }

    public function state(): array
    {
        return $this->state;
    }

    public function allowance(int $now): int
    {
        if ($this->state['suspended'] !== '' || $now < $this->state['wait_until']) {
            return self::NONE;
        }

        return $this->isClosed() ? self::FREE : self::TRIAL_ONLY;
    }

    /** To be called before a trial is sent: others wait for how it ends. */
    public function beginTrial(int $now)
    {
        $this->state['wait_until'] = $now + self::TRIAL;
    }

    public function isClosed(): bool
    {
        return $this->state['cool_off'] === 0 && !$this->state['on_trial'];
    }

    /** Why nothing is sent until somebody acts; '': it is not so. */
    public function suspension(): string
    {
        return (string) $this->state['suspended'];
    }

    /** Until when nothing is sent; 0: it may be. */
    public function waitsUntil(): int
    {
        return (int) $this->state['wait_until'];
    }

    /** By a person, or because address or token are others: one delivery is the trial. */
    public function resume()
    {
        foreach (['failures', 'cool_off', 'wait_until', 'throttles', 'denials', 'refusals'] as $field) {
            $this->state[$field] = 0;
        }
        $this->state['on_trial'] = $this->state['suspended'] === '' ? 0 : 1;
        $this->state['suspended'] = '';
    }

    /** Does a failure count towards giving its message up? $triedAt: of its previous attempt, null: it was the first. */
    public function counts(string $verdict, ?int $triedAt, bool $wasClosed): bool
    {
        switch (Verdict::counting($verdict)) {
            case Verdict::NEVER:
                return false;
            case Verdict::IF_CLOSED:
                return $wasClosed;
            default:
                $since = $triedAt === null ? $this->state['closed_at'] : $triedAt;

                return $wasClosed && $this->state['delivered_at'] > 0 && $this->state['delivered_at'] >= $since;
        }
    }

    public function note(string $verdict, ?int $retryAfter, int $now)
    {
        if ($verdict === Verdict::DONE) {
            $this->delivered($now);

            return;
        }
        $this->state['denials'] = $verdict === Verdict::DENIED ? $this->state['denials'] + 1 : 0;
        $this->state['refusals'] = $verdict === Verdict::REFUSED ? $this->state['refusals'] + 1 : 0;
        if ($verdict === Verdict::THROTTLED) {
            $this->throttled($retryAfter, $now);
        } elseif ($verdict === Verdict::GONE) {
            $this->suspend('the API answered 410: this address is gone for good');
        } elseif ($this->state['denials'] >= ($this->state['on_trial'] ? 1 : self::DENIALS)) {
            $this->suspend('the API refused the token (401 or 403) several times in a row');
        } elseif ($this->state['refusals'] >= ($this->state['on_trial'] ? 1 : self::REFUSALS)) {
            $this->suspend('the API refused ' . self::REFUSALS . ' different products in a row');
        } elseif (Verdict::isBad($verdict)) {
            $this->failed($now);
        } elseif (!$this->isClosed()) {
            $this->state['wait_until'] = $now + max(self::COOL_OFF, $this->state['cool_off']);
        }
    }

    private function delivered(int $now)
    {
        if (!$this->isClosed()) {
            $this->state['closed_at'] = $now;
        }
        foreach (['failures', 'cool_off', 'wait_until', 'throttles', 'denials', 'refusals', 'on_trial'] as $field) {
            $this->state[$field] = 0;
        }
        $this->state['delivered_at'] = $now;
    }

    private function throttled(?int $retryAfter, int $now)
    {
        ++$this->state['throttles'];
        $wait = $retryAfter === null ? Backoff::seconds($this->state['throttles'], 1) : $retryAfter;
        $this->state['wait_until'] = max($this->state['wait_until'], $now + max(1, $wait));
    }

    private function failed(int $now)
    {
        ++$this->state['failures'];
        if (!$this->isClosed() || $this->state['failures'] >= self::FAILURES) {
            $this->state['cool_off'] = min(self::COOL_OFF_MAX, max(self::COOL_OFF, 2 * $this->state['cool_off']));
            $this->state['wait_until'] = $now + $this->state['cool_off'];
        }
    }

    private function suspend(string $reason)
    {
        $this->state['suspended'] = $reason;
        $this->state['on_trial'] = 0;
    }
}
