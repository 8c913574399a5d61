<?php
/**
 * The outbox as the pages read it. Nothing here changes a row.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

use ProductSync\Outbox\Database;
use ProductSync\Outbox\Schema;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class RowList
{
    // Pages beyond that are found with a filter instead.
    const LIST_LIMIT = 10000;

    /** @var string */
    private $table;

    public function __construct()
    {
        $this->table = Database::table(Schema::OUTBOX);
    }

    /**
     * One page of the list, the newest first; those of one state, what changed last first - each as an index has them.
     *
     * @param int[] $shops
     * @param array $filter state, id_product, id_shop; what is not given is not filtered
     *
     * @return array[] rows, each with the product's name where it still has one
     */
    public function page(array $shops, array $filter, int $start, int $count, int $idLang): array
    {
        $rows = Database::rows(
            'SELECT id_outbox, id_shop, id_product, state, type, revision, attempts, last_status, last_error, ready_at,
                next_try, owner, taken_at, created_at, updated_at, delivered_at, deleted_at, ready_at > UTC_TIMESTAMP() AS later
            FROM ' . $this->table . ' WHERE ' . $this->where($shops, $filter) . '
            ORDER BY ' . (isset($filter['state']) ? 'updated_at DESC, ' : '') . 'id_outbox DESC
            LIMIT ' . $start . ', ' . $count
        );
        if (!$rows) {
            return [];
        }
        $names = $this->names(array_column($rows, 'id_product'), $idLang);
        foreach ($rows as &$row) {
            $key = $row['id_product'] . ':' . $row['id_shop'];
            $row['name'] = isset($names[$key]) ? $names[$key] : '';
        }

        return $rows;
    }

    /** How many rows a filter finds, counted to LIST_LIMIT. */
    public function count(array $shops, array $filter): int
    {
        return $this->countTo(self::LIST_LIMIT, $this->where($shops, $filter));
    }

    /** @return string[] id_outbox => state, of those of `ids` that belong to one of the shops */
    public function states(array $ids, array $shops): array
    {
        $rows = Database::rows(
            'SELECT id_outbox, state FROM ' . $this->table . '
            WHERE id_outbox IN (' . Database::ids($ids) . ') AND id_shop IN (' . Database::ids($shops) . ')'
        );

        return array_column($rows, 'state', 'id_outbox');
    }

    /** @return int[] those of `ids` that belong to one of the shops, and whose product was deleted */
    public function gone(array $ids, array $shops): array
    {
        $rows = Database::rows(
            'SELECT id_outbox FROM ' . $this->table . ' WHERE id_outbox IN (' . Database::ids($ids) . ')
            AND id_shop IN (' . Database::ids($shops) . ') AND deleted_at IS NOT NULL'
        );

        return array_map('intval', array_column($rows, 'id_outbox'));
    }

    /** Failed, and somebody can do something about it: the product is there still. */
    public function countDead(array $shops, int $limit): int
    {
        return $this->countTo($limit, 'state = \'dead\' AND deleted_at IS NULL AND id_shop IN (' . Database::ids($shops) . ')');
    }

    /** Has anybody taken, or finished with, a row of the shop lately? */
    public function isTaking(int $idShop, int $seconds): bool
    {
        return $this->countTo(1, 'state IN (\'taken\', \'delivered\', \'dead\')
            AND updated_at > UTC_TIMESTAMP() - INTERVAL ' . $seconds . ' SECOND AND id_shop = ' . $idShop) > 0;
    }

    private function where(array $shops, array $filter): string
    {
        $where = ['id_shop IN (' . Database::ids($shops) . ')'];
        if (isset($filter['state'])) {
            $where[] = 'state = ' . Database::quote($filter['state']);
        }
        foreach (['id_product', 'id_shop'] as $column) {
            if (isset($filter[$column])) {
                $where[] = $column . ' = ' . (int) $filter[$column];
            }
        }

        return implode(' AND ', $where);
    }

    private function countTo(int $limit, string $where): int
    {
        return (int) Database::value(
            'SELECT COUNT(*) FROM (SELECT 1 FROM ' . $this->table . ' WHERE ' . $where . ' LIMIT ' . $limit . ') found'
        );
    }

    /** @return string[] "product:shop" => name */
    private function names(array $products, int $idLang): array
    {
        $rows = Database::rows(
            'SELECT CONCAT(id_product, \':\', id_shop) AS which, name FROM ' . Database::table('product_lang') . '
            WHERE id_lang = ' . $idLang . ' AND id_product IN (' . Database::ids($products) . ')'
        );

        return array_column($rows, 'name', 'which');
    }
}
