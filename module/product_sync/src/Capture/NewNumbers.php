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

use ProductSync\Outbox\Claims;
use ProductSync\Outbox\Database;
use ProductSync\Outbox\Rows;
use ProductSync\Outbox\Schema;
use ProductSync\Settings\Installation;

final class NewNumbers
{
    /** There is no such product. */
    const GONE = 'p.id_product IS NULL';

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
        $isUnheard = (bool) array_filter($reused, function (int $idProduct) use ($added) {
            return !$added[$idProduct]->isRecreated;
        });
        $which = $isAnew || $isUnheard ? self::GONE . ' OR ' . self::among($reused) : self::among($reused);
        if ($isAnew || $reused) {
            self::removeUnsent($which);
            self::markGone($which);
        }
    }

    /**
     * No hook told of what was deleted meanwhile, nor of what was made under its number: what waits of such is not sent, and the sweep
     * finds that the number has another product.
     *
     * @param string[] $notes as TimeOff has them, by their names
     */
    public static function lookAfter(array $notes)
    {
        self::removeUnsent(self::GONE);
        self::markGone(self::GONE);
        foreach ($notes as $name => $since) {
            self::markGone(
                self::isDated($since) . ' AND EXISTS (SELECT 1 FROM ' . Database::table('product_shop') . ' ps WHERE ps.id_product = o.id_product
                AND ps.id_shop = ' . (int) substr($name, strlen(TimeOff::SINCE)) . ') AND o.created_at <= (SELECT s.updated_at FROM ' . Database::table(Schema::STATE) . ' s WHERE s.name = ' . Database::quote($name) . ')'
            );
        }
        if ($notes && self::areAllDated(min($notes))) {
            Installation::beginNumbersAnew();
        }
    }

    private static function isDated(string $since): string
    {
        return 'p.date_add > ' . Database::quote($since) . ' AND p.date_add <= ' . Database::quote(date('Y-m-d H:i:s'));
    }

    /** As areAllNew, of what no hook told. */
    private static function areAllDated(string $since): bool
    {
        $all = Database::value(
            'SELECT MIN(' . self::isDated($since) . ') FROM ' . Database::table('product') . ' p WHERE p.id_product <= ' . Installation::watermark()
        );

        return (int) $all === 1;
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
     * Products with the number of one that was there before, whose row does not know that it went.
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

    /** @param int[] $ids of products */
    private static function among(array $ids): string
    {
        return 'o.id_product IN (' . Database::ids($ids) . ')';
    }

    /** Rows of former products of which nobody has heard, as Decision::ofDeleted has it. */
    private static function removeUnsent(string $which)
    {
        Database::run(
            'DELETE o FROM ' . self::rows() . ' WHERE (' . $which . ') AND o.revision = 0
            AND (o.state = \'draft\' OR (o.state = \'ready\' AND o.taken_at IS NULL))'
        );
    }

    /** Other rows of former products: what comes under their numbers is another one, and under some of them has come already. */
    private static function markGone(string $which)
    {
        Database::run('UPDATE ' . self::rows() . ' SET ' . Claims::DELETED . ' WHERE (' . $which . ') AND o.deleted_at IS NULL');
    }

    private static function rows(): string
    {
        return Database::table(Schema::OUTBOX) . ' o LEFT JOIN ' . Database::table('product') . ' p ON p.id_product = o.id_product';
    }
}
