<?php
/**
 * How long delivering may take here. Pure but for the clock it is made with.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Budget
{
    /** Seconds for a request at most where others wait for the end of the work. */
    const REQUEST = 10.0;

    /** @var float */
    private $end;
    /** @var int */
    private $requestMs;
    /** @var float seconds that a request took at most */
    private $slowest = 0.0;

    /**
     * @param float $seconds in all
     * @param float $requestSeconds for one request at most
     */
    public function __construct(float $seconds, float $requestSeconds)
    {
        $this->end = microtime(true) + $seconds;
        $this->requestMs = (int) ($requestSeconds * 1000);
    }

    /** For delivering within this one: the last request begins early enough to end in time. */
    public function ofDeliveries(): self
    {
        $left = max(0.0, $this->left());
        $request = min(self::REQUEST, $left / 2);

        return new self($left - $request, $request);
    }

    public function isOver(): bool
    {
        return $this->left() <= 0.0;
    }

    public function left(): float
    {
        return $this->end - microtime(true);
    }

    public function note(float $seconds)
    {
        $this->slowest = max($this->slowest, $seconds);
    }

    /** Would another request come to its end, were it twice as slow as the slowest so far? */
    public function isEnoughForOneMore(): bool
    {
        return $this->left() > 2 * $this->slowest;
    }

    /** The time limit of a request that begins now, in milliseconds. */
    public function requestMs(int $settingSeconds, bool $isBounded): int
    {
        $ms = min($settingSeconds * 1000, $this->requestMs);

        return (int) max(1, $isBounded ? min($ms, $this->left() * 1000) : $ms);
    }
}
