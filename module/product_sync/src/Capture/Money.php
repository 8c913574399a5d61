<?php
/**
 * PrestaShop's price, a float that it has rounded itself, as the text that is sent. Pure.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Money
{
    /** Null: not a price. PHP's number_format writes the nearest decimal, so a rounded float comes out as people read it. */
    public static function text(?float $price, int $digits): ?string
    {
        if ($price === null || !is_finite($price)) {
            return null;
        }

        return number_format(max(0.0, $price), max(0, $digits), '.', '');
    }

    public static function isAboveZero(string $text): bool
    {
        return trim($text, '0.') !== '';
    }
}
