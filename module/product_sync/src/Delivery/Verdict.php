<?php
/**
 * What an answer says, and about whom: the same classes as in productsync (docs/delivery.md of the project). Pure.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Verdict
{
    const DONE = 'done';
    const UNANSWERED = 'unanswered';   // it may have taken effect
    const UNAVAILABLE = 'unavailable'; // 408, 502, 503 without Retry-After, 504
    const FAULT = 'fault';             // other 5xx
    const THROTTLED = 'throttled';     // 429; 503 with Retry-After
    const WRONG_PLACE = 'wrong place'; // 3xx, never followed; 404, 405
    const DENIED = 'denied';           // 401, 403
    const GONE = 'gone';               // 410
    const CONFLICT = 'conflict';       // 409: the original is still running
    const REFUSED = 'refused';         // 400, 422, other 4xx: the payload's fault

    /** When a failure counts towards giving up. */
    const NEVER = 0;
    const IF_OTHERS_SUCCEED = 1;
    const IF_CLOSED = 2;

    const SINGLE = [
        401 => self::DENIED,
        403 => self::DENIED,
        404 => self::WRONG_PLACE,
        405 => self::WRONG_PLACE,
        408 => self::UNAVAILABLE,
        409 => self::CONFLICT,
        410 => self::GONE,
        429 => self::THROTTLED,
        502 => self::UNAVAILABLE,
        503 => self::UNAVAILABLE,
        504 => self::UNAVAILABLE,
    ];

    public static function of(int $status, bool $hasRetryAfter): string
    {
        if ($status === 503 && $hasRetryAfter) {
            return self::THROTTLED;
        }
        if (isset(self::SINGLE[$status])) {
            return self::SINGLE[$status];
        }
        $hundreds = [2 => self::DONE, 3 => self::WRONG_PLACE, 4 => self::REFUSED, 5 => self::FAULT];
        if ($status === 0) {
            return self::UNANSWERED;
        }

        return isset($hundreds[intdiv($status, 100)]) ? $hundreds[intdiv($status, 100)] : self::UNAVAILABLE;
    }

    public static function counting(string $verdict): int
    {
        if ($verdict === self::THROTTLED) {
            return self::NEVER;
        }

        return $verdict === self::FAULT ? self::IF_CLOSED : self::IF_OTHERS_SUCCEED;
    }

    /** Does it tell the breaker that the destination is not well? */
    public static function isBad(string $verdict): bool
    {
        return in_array($verdict, [self::UNANSWERED, self::UNAVAILABLE, self::FAULT, self::WRONG_PLACE], true);
    }
}
