<?php
/**
 * How long a failed message waits: doubling from a base, up to five minutes. Pure.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Backoff
{
    const MAX_SECONDS = 300;

    /** After so many attempts, the last one included. */
    public static function seconds(int $attempts, int $base): int
    {
        $doublings = min(max(0, $attempts - 1), 30);

        return (int) max(1, min(self::MAX_SECONDS, $base * (1 << $doublings)));
    }
}
