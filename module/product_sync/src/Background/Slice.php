<?php
/**
 * The shop without cron: after a page of the shop front has gone out, a bounded bit of the waiting work, at most once a minute.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Background;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\State;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;

final class Slice
{
    const EVERY = 60;
    const STATE = 'slice';

    public static function isDue(): bool
    {
        $idShop = (int) \Context::getContext()->shop->id;
        if (!Settings::ofShop($idShop)->flag(Table::SLICE)) {
            return false;
        }
        $age = State::age(self::STATE);

        return $age === null || $age >= self::EVERY;
    }

    public static function run(bool $isAnswered)
    {
        State::set(self::STATE, '');
        Cron::run($isAnswered ? 10.0 : 2.0);
    }
}
