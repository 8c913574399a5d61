<?php
/**
 * An import that deletes all products first does so without a hook, and begins their numbers anew. It shows by the products that are
 * added then, and only then all rows are looked at: once in such an import.
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
        if ($isAnew || self::haveVanished($added)) {
            self::bury();
        }
    }

    /**
     * A product was added below the watermark, and none is left that was there before: from now on what is below is new as well,
     * and a product that no hook tells of must be found there.
     *
     * @param int[] $ids
     */
    private static function areAllNew(array $ids): bool
    {
        $watermark = Installation::watermark();

        return min($ids) <= $watermark && Database::value(
            'SELECT p.id_product FROM ' . Database::table('product') . ' p LEFT JOIN ' . Database::table(Schema::OUTBOX)
            . ' o ON o.id_product = p.id_product WHERE p.id_product <= ' . $watermark . ' AND p.id_product NOT IN ('
            . Database::ids($ids) . ') AND o.id_outbox IS NULL LIMIT 1'
        ) === null;
    }

    /** A product has the number of one that was there before it, and of which no hook said that it went. @param Mark[] $added */
    private static function haveVanished(array $added): bool
    {
        $now = microtime(true);
        foreach (Rows::ofProducts(array_keys($added)) as $idProduct => $rows) {
            foreach ($rows as $row) {
                if (Decision::hasVanished($added[$idProduct], $row, $now)) {
                    return true;
                }
            }
        }

        return false;
    }

    /** The rows of products that are no longer there, as Decision::ofDeleted has it: what comes under their numbers is another product. */
    private static function bury()
    {
        $rows = Database::table(Schema::OUTBOX) . ' o LEFT JOIN ' . Database::table('product') . ' p ON p.id_product = o.id_product';
        Database::run(
            'DELETE o FROM ' . $rows . ' WHERE p.id_product IS NULL AND o.revision = 0
            AND (o.state = \'draft\' OR (o.state = \'ready\' AND o.taken_at IS NULL))'
        );
        Database::run(
            'UPDATE ' . $rows . ' SET o.deleted_at = UTC_TIMESTAMP(), o.updated_at = UTC_TIMESTAMP(), o.changes = o.changes + 1,
            o.state = IF(o.state IN (\'draft\', \'ready\'), IF(o.delivered_at IS NULL, \'discarded\', \'delivered\'), o.state)
            WHERE p.id_product IS NULL AND o.deleted_at IS NULL'
        );
    }
}
