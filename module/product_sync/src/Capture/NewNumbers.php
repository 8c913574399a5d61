<?php
/**
 * An import that deletes all products first does so without a hook, and begins their numbers anew. It shows by the products that are
 * added then, and only then all rows are looked at: once in such an import, and with its first product, so that what PHP is killed over
 * later on is found by the sweep.
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
use ProductSync\Outbox\Rows;
use ProductSync\Outbox\Schema;
use ProductSync\Settings\Installation;

final class NewNumbers
{
    /** @param Mark[] $marks of one request, or a part of them */
    public static function look(array $marks)
    {
        $added = [];
        foreach ($marks as $mark) {
            if ($mark->addedAt !== null) {
                $added[$mark->idProduct] = $mark;
            }
        }
        if (!$added) {
            return;
        }
        $isAnew = self::areAllNew(array_keys($added));
        if ($isAnew) {
            Installation::beginNumbersAnew();
        }
        $reused = self::reused($added);
        if ($isAnew || $reused) {
            self::bury($reused);
        }
    }

    /** While the module was off no hook told of a product that was deleted: what waits of such is not sent. */
    public static function lookAfterRest()
    {
        self::bury([]);
    }

    /**
     * Products were added below the watermark, and there are none but them: from now on what is below is new as well, and a product
     * that no hook tells of must be found there.
     *
     * @param int[] $ids
     */
    private static function areAllNew(array $ids): bool
    {
        $watermark = Installation::watermark();

        return min($ids) <= $watermark && Database::value(
            'SELECT id_product FROM ' . Database::table('product') . ' WHERE id_product <= ' . $watermark . ' AND id_product NOT IN ('
            . Database::ids($ids) . ') LIMIT 1'
        ) === null;
    }

    /**
     * Products with the number of one that was there before, and of which no hook said that it went.
     *
     * @param Mark[] $added by product
     *
     * @return int[]
     */
    private static function reused(array $added): array
    {
        $now = microtime(true);
        $reused = [];
        foreach (Rows::ofProducts(array_keys($added)) as $idProduct => $rows) {
            foreach ($rows as $row) {
                if (Decision::hasVanished($added[$idProduct], $row, $now)) {
                    $reused[$idProduct] = $idProduct;
                }
            }
        }

        return $reused;
    }

    /**
     * The rows of products that are no longer there, as Decision::ofDeleted has it: what comes under their numbers is another product,
     * and under some of them has come already.
     *
     * @param int[] $reused
     */
    private static function bury(array $reused)
    {
        $rows = Database::table(Schema::OUTBOX) . ' o LEFT JOIN ' . Database::table('product') . ' p ON p.id_product = o.id_product';
        $gone = ' WHERE (p.id_product IS NULL OR o.id_product IN (' . Database::ids($reused) . '))';
        Database::run(
            'DELETE o FROM ' . $rows . $gone . ' AND o.revision = 0
            AND (o.state = \'draft\' OR (o.state = \'ready\' AND o.taken_at IS NULL))'
        );
        Database::run(
            'UPDATE ' . $rows . ' SET o.deleted_at = UTC_TIMESTAMP(), o.updated_at = UTC_TIMESTAMP(), o.changes = o.changes + 1,
            o.state = IF(o.state IN (\'draft\', \'ready\'), IF(o.delivered_at IS NULL, \'discarded\', \'delivered\'), o.state)'
            . $gone . ' AND o.deleted_at IS NULL'
        );
    }
}
