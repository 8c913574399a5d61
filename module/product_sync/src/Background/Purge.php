<?php
/**
 * Empties what is old, in slices along an index, never by a scan: payload and reason of what was delivered or discarded after the history time;
 * rows of products that are gone, long after. That a product was sent stays known as long as it exists, or it would be sent
 * again.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Background;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Delivery\Budget;
use ProductSync\Outbox\Claims;
use ProductSync\Outbox\Database;
use ProductSync\Outbox\Figures;
use ProductSync\Outbox\Schema;
use ProductSync\Outbox\State;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;

final class Purge
{
    const SLICE = 500;
    /** Days that a row outlives its product at least. */
    const GONE_DAYS = 90;
    /** Days until the rows that were looked at are looked at again for products that are gone. */
    const ROUND_DAYS = 7;
    const DAY = 86400;

    public static function run(Budget $budget)
    {
        foreach (self::shops() as $idShop) {
            $days = Settings::ofShop($idShop)->number(Table::HISTORY);
            foreach (['delivered', 'discarded'] as $state) {
                self::along('purge:' . $idShop . ':' . $state, $state, $idShop, $days, $budget, [self::class, 'emptyRows']);
            }
        }
        foreach (['delivered', 'discarded', 'dead'] as $state) {
            $name = 'gone:' . $state;
            $isThrough = self::along($name, $state, 0, self::goneDays(), $budget, [self::class, 'removeGone']);
            if ($isThrough && (int) State::age($name) > self::ROUND_DAYS * self::DAY) {
                State::remove($name);
            }
        }
        self::removeSigns();
    }

    /** Payload and reason; what tells one message from another stays. @param int[] $ids */
    public static function emptyRows(array $ids)
    {
        Database::run(
            'UPDATE ' . Database::table(Schema::OUTBOX) . ' SET payload = NULL, last_error = NULL
            WHERE id_outbox IN (' . Database::ids($ids) . ') AND state IN (\'delivered\', \'discarded\')'
        );
    }

    /** A product that vanished without a hook (an import that truncates) is noted as gone, and goes the next time. @param int[] $ids */
    public static function removeGone(array $ids)
    {
        $outbox = Database::table(Schema::OUTBOX);
        $in = ' WHERE o.id_outbox IN (' . Database::ids($ids) . ') AND p.id_product IS NULL';
        $product = ' LEFT JOIN ' . Database::table('product') . ' p ON p.id_product = o.id_product';
        Database::run(
            'DELETE o FROM ' . $outbox . ' o' . $product . $in
            . ' AND o.deleted_at < UTC_TIMESTAMP() - INTERVAL ' . self::goneDays() . ' DAY'
        );
        Database::run(
            'UPDATE ' . $outbox . ' o' . $product . ' SET ' . Claims::DELETED . $in . ' AND o.deleted_at IS NULL'
        );
    }

    /**
     * Goes along the rows of a state in the order of their last change, from where it stopped, up to an age.
     *
     * @return bool it came to the end
     */
    private static function along(string $name, string $state, int $idShop, int $days, Budget $budget, callable $work): bool
    {
        $position = State::json($name) + ['at' => '2000-01-01 00:00:00', 'id' => 0];
        while (!$budget->isOver()) {
            $at = Database::quote((string) $position['at']);
            $rows = Database::rows(
                'SELECT id_outbox, id_shop, updated_at FROM ' . Database::table(Schema::OUTBOX) . ' WHERE state = \'' . $state . '\'
                AND updated_at >= ' . $at . ' AND (updated_at > ' . $at . ' OR id_outbox > ' . (int) $position['id'] . ')
                AND updated_at < UTC_TIMESTAMP() - INTERVAL ' . $days . ' DAY ORDER BY updated_at, id_outbox LIMIT ' . self::SLICE
            );
            if (!$rows) {
                return true;
            }
            $work(self::ofShop($rows, $idShop));
            $last = end($rows);
            $position = ['at' => $last['updated_at'], 'id' => (int) $last['id_outbox']];
            State::setJson($name, $position);
        }

        return false;
    }

    /** @return int[] */
    private static function ofShop(array $rows, int $idShop): array
    {
        $mine = array_filter($rows, function (array $row) use ($idShop) {
            return $idShop === 0 || (int) $row['id_shop'] === $idShop;
        });

        return array_map('intval', array_column($mine, 'id_outbox'));
    }

    /** Never less than the queue remembers keys, which a relay tells of. */
    private static function goneDays(): int
    {
        return max(self::GONE_DAYS, (int) ceil(Figures::queueKeeps() / self::DAY));
    }

    /** Shops that have rows, wanted or not: what is old there goes as well. @return int[] */
    private static function shops(): array
    {
        $rows = Database::rows('SELECT id_shop FROM ' . Database::table('shop'));

        return array_map('intval', array_column($rows, 'id_shop'));
    }

    /** Relays that were not heard of for a month; notes of products that were looked at. */
    private static function removeSigns()
    {
        $days = ['relay:' => 30, 'cursor:' => 400, 'test' => 1, Sweep::LOOKED => 2];
        foreach ($days as $prefix => $old) {
            Database::run(
                'DELETE FROM ' . Database::table(Schema::STATE) . ' WHERE name >= ' . Database::quote($prefix)
                . ' AND name < ' . Database::quote($prefix . '~') . ' AND updated_at < UTC_TIMESTAMP() - INTERVAL ' . $old . ' DAY'
            );
        }
    }
}
