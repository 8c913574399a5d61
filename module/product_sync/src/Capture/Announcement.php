<?php
/**
 * Announces products anew because a person says so: a revision of its own, with what the product is now.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\Change;
use ProductSync\Outbox\Row;

final class Announcement
{
    /**
     * @param Row[] $rows
     *
     * @return Change[] none for a product that is gone, or whose shop wants no rows
     */
    public static function of(array $rows): array
    {
        $changes = [];
        foreach (self::byShop($rows) as $idShop => $ofShop) {
            $choices = Choices::ofShop($idShop);
            $facts = Facts::ofProducts(array_keys($ofShop), $choices->withDescription);
            $facts = array_filter($facts, function (Facts $one) use ($idShop) {
                return isset($one->shops[$idShop]);
            });
            foreach (Reader::read($facts, $choices) as $idProduct => $content) {
                $changes[] = Decision::ofResend($ofShop[$idProduct], $content, $choices->rules(true, true));
            }
        }

        return $changes;
    }

    /** @param Row[] $rows @return Row[][] by shop, then by product */
    private static function byShop(array $rows): array
    {
        $wanted = array_flip(Shops::wanted());
        $byShop = [];
        foreach ($rows as $row) {
            if (isset($wanted[$row->idShop])) {
                $byShop[$row->idShop][$row->idProduct] = $row;
            }
        }

        return $byShop;
    }
}
