<?php
/**
 * Rows of products that are no longer in the shop the row is about: deleted, or taken out of it.
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
use ProductSync\Outbox\Rows;

final class Gone
{
    /**
     * @param Row[] $rows
     * @param Facts[] $facts by product
     *
     * @return Change[] of those of which it was not known
     */
    public static function changes(array $rows, array $facts): array
    {
        $changes = array_values(array_filter(array_map([Decision::class, 'ofDeleted'], array_filter($rows, function (Row $row) use ($facts) {
            return !isset($facts[$row->idProduct]->shops[$row->idShop]);
        }))));
        foreach ($changes as $change) {
            $change->isGone = !isset($facts[$change->idProduct]);
        }

        return $changes;
    }

    /** Looks after rows before a person's word on them is followed: the shop may know what no hook has told. @param int[] $ids of rows */
    public static function look(array $ids)
    {
        $rows = Rows::byIds($ids);
        $products = array_map(function (Row $row) {
            return $row->idProduct;
        }, $rows);
        if ($products) {
            Rows::apply(self::changes($rows, Facts::ofProducts($products, false)));
        }
    }
}
