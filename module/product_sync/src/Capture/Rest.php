<?php
/**
 * The time during which the module is off: no hook tells of what happens then. Afterwards what was deleted shows by being gone, and what
 * came under its number by its date.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\Schema;
use ProductSync\Outbox\State;

final class Rest
{
    /** Since when, by the shop's clock, as core dates products; when that was written, by the database's, as rows are dated. */
    const SINCE = 'off';

    public static function begin()
    {
        if (Schema::hasOutbox() && State::get(self::SINCE) === null) {
            self::note();
        }
    }

    /** Installing ends one too, before there are tables. Of several shops others may still be off: theirs goes on from here. */
    public static function end()
    {
        if (!Schema::hasOutbox()) {
            return;
        }
        NewNumbers::lookAfterRest(State::get(self::SINCE));
        if (\Shop::isFeatureActive()) {
            self::note();
        } else {
            State::remove(self::SINCE);
        }
    }

    private static function note()
    {
        State::set(self::SINCE, date('Y-m-d H:i:s'));
    }
}
