<?php
/**
 * What a product lacks to be sent. The texts stand in the list beside a draft.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Lack
{
    const NAME = 'no name yet';
    const STOCK = 'no stock row yet';
    const PRICE = 'no price in this shop';
    const READING = 'its price or stock cannot be read; the log says why';
    const SAVE = 'its save was not finished';
    const ONLINE = 'not online yet';
    const PRICED = 'no price above 0 yet';
    const LENGTH = 'its texts are too long to be sent';

    /** Without these there is nothing to send; the others only say that it is not time yet. */
    public static function isEssential(?string $lack): bool
    {
        return in_array($lack, [self::NAME, self::STOCK, self::PRICE, self::READING, self::SAVE, self::LENGTH], true);
    }
}
