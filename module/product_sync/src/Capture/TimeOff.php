<?php
/**
 * The time during which the module is off in a shop: no hook tells of what happens then. Afterwards what was deleted shows by being gone,
 * and what came under its number by its date.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\Database;
use ProductSync\Outbox\Schema;
use ProductSync\Outbox\State;

final class TimeOff
{
    /**
     * Since when, for each shop: by the shop's clock, as core dates products; when that was written, by the database's, as rows are dated.
     */
    const SINCE = 'off:';
    /** Clocks are set back by an hour, and moved to another zone by up to 26: no product that is there looks as if it came afterwards. */
    const SHIFT = 93600;
    /** Seconds that switching off may take. */
    const FRESH = 60;

    /** @param int[] $shops in which it is about to be switched off */
    public static function begin(array $shops)
    {
        if (!Schema::hasOutbox()) {
            return;
        }
        foreach (array_intersect($shops, Shops::on()) as $idShop) {
            State::set(self::SINCE . $idShop, self::since());
        }
    }

    /** Before it is on again, so that no relay is faster. Installing asks for this too, before there are tables. */
    public static function look()
    {
        if (Schema::hasOutbox()) {
            NewNumbers::lookAfter(array_column(State::beginning(self::SINCE, PHP_INT_MAX), 'value', 'name'));
        }
    }

    /** It is on again somewhere. */
    public static function end()
    {
        foreach (Schema::hasOutbox() ? Shops::on() : [] as $idShop) {
            State::remove(self::SINCE . $idShop);
        }
    }

    /** The sweep comes to it where the look at enabling failed. A note that is fresh may be of a shop that is about to be switched off. */
    public static function catchUp()
    {
        $left = [];
        foreach (State::beginning(self::SINCE, PHP_INT_MAX) as $note) {
            if ((int) $note['age'] >= self::FRESH) {
                $left[] = (int) substr($note['name'], strlen(self::SINCE));
            }
        }
        if (!array_intersect($left, Shops::on())) {
            return;
        }
        try {
            self::look();
            self::end();
        } catch (\Throwable $e) {
            Log::failure('sweep', $e);
        }
    }

    private static function since(): string
    {
        $now = time();
        $latest = Database::value(
            'SELECT MAX(date_add) FROM ' . Database::table('product') . '
            WHERE date_add < ' . Database::quote(date('Y-m-d H:i:s', $now + self::SHIFT))
        );

        return max(date('Y-m-d H:i:s', $now), (string) $latest);
    }
}
