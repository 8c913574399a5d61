<?php
/**
 * What a shop is called in front of people; its number where there is none of that number any more.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class ShopName
{
    public static function of(int $idShop): string
    {
        $shop = \Shop::getShop($idShop);

        return $shop ? (string) $shop['name'] : '#' . $idShop;
    }
}
