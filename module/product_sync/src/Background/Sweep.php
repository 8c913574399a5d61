<?php
/**
 * Finds what the hooks did not tell of: products that are gone and yet wait to be sent, others that came under their numbers, products above
 * the install watermark without a row, and drafts that are complete by now, not touched for five minutes. One product at a time, and its turn
 * is over before it is read: one that makes PHP die cannot keep the others from being found.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Background;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Capture\Choices;
use ProductSync\Capture\Mark;
use ProductSync\Capture\Recorder;
use ProductSync\Capture\Shops;
use ProductSync\Capture\TimeOff;
use ProductSync\Delivery\Budget;
use ProductSync\Outbox\Database;
use ProductSync\Outbox\Schema;
use ProductSync\Outbox\State;

final class Sweep
{
    /** Untouched for so long, in seconds. */
    const REST = 300;
    const DRAFTS = 50;
    /** Products that one look goes over, and rows that it makes at most. */
    const WINDOW = 10000;
    const FOUND = 100;
    const LOOKED = 'looked:';
    const AGAIN = 3600;

    /** How far the rows were compared with the products. */
    const COMPARED = 'waiting';

    public static function run(Budget $budget)
    {
        TimeOff::catchUp();
        $shops = array_map([Choices::class, 'ofShop'], Shops::wanted());
        self::compare($shops, $budget);
        self::drafts($budget);
        foreach ($shops as $choices) {
            self::missing($choices, $budget);
        }
    }

    /**
     * Deleted by somebody whose rights keep the module's hooks from running, or by a statement: what waits is not to be sent. And made under the
     * number of a product that is known to be gone: a creation. A relay writes into the rows it has whenever it tries: those are at rest by the
     * time when they were taken.
     *
     * @param Choices[] $shops
     */
    private static function compare(array $shops, Budget $budget)
    {
        $table = Database::table(Schema::OUTBOX);
        // Numbers have gaps, and old ones may all be gone: the next row there is.
        $first = (int) Database::value('SELECT MIN(id_outbox) FROM ' . $table . ' WHERE id_outbox > ' . (int) State::get(self::COMPARED));
        $last = $first + self::WINDOW;
        $isGone = 'ps.id_product IS NULL AND o.deleted_at IS NULL AND o.state IN (\'draft\', \'ready\', \'taken\', \'dead\')
            AND IFNULL(o.taken_at, o.updated_at) < UTC_TIMESTAMP() - INTERVAL ' . self::REST . ' SECOND';
        $isAnother = 'p.date_upd < ' . self::rested() . ' AND o.deleted_at IS NOT NULL AND o.state IN (\'delivered\', \'dead\', \'discarded\')
            AND (' . implode(' OR ', array_merge(['FALSE'], array_map([self::class, 'wants'], $shops))) . ')';
        $rows = Database::rows(
            'SELECT o.id_outbox, o.id_product, o.id_shop FROM ' . $table . ' o
            LEFT JOIN ' . Database::table('product_shop') . ' ps ON ps.id_product = o.id_product AND ps.id_shop = o.id_shop
            LEFT JOIN ' . Database::table('product') . ' p ON p.id_product = ps.id_product
            WHERE o.id_outbox BETWEEN ' . $first . ' AND ' . $last . ' AND ((' . $isGone . ') OR (' . $isAnother . '))
            ORDER BY o.id_outbox LIMIT ' . self::FOUND
        );
        $to = count($rows) === self::FOUND ? (int) end($rows)['id_outbox'] : $last;
        State::set(self::COMPARED, (string) ($to >= (int) Database::value('SELECT MAX(id_outbox) FROM ' . $table) ? 0 : $to));
        foreach ($rows as $row) {
            if ($budget->isOver()) {
                return;
            }
            self::turn((int) $row['id_shop'], (int) $row['id_product']);
        }
    }

    private static function drafts(Budget $budget)
    {
        $table = Database::table(Schema::OUTBOX);
        $rows = Database::rows(
            'SELECT id_outbox, id_product FROM ' . $table . ' WHERE state = \'draft\'
            AND updated_at < UTC_TIMESTAMP() - INTERVAL ' . self::REST . ' SECOND ORDER BY updated_at LIMIT ' . self::DRAFTS
        );
        foreach ($rows as $row) {
            if ($budget->isOver()) {
                return;
            }
            Database::run(
                'UPDATE ' . $table . ' SET updated_at = UTC_TIMESTAMP() WHERE id_outbox = ' . (int) $row['id_outbox'] . ' AND state = \'draft\''
            );
            self::look((int) $row['id_product']);
        }
    }

    /** The newest products at every turn, because most of what is missed is new; and the others in turn. */
    private static function missing(Choices $choices, Budget $budget)
    {
        $newest = (int) Database::value('SELECT MAX(id_product) FROM ' . Database::table('product'));
        $tail = max($choices->watermark, $newest - self::WINDOW);
        self::window($choices, $tail, $budget);
        $name = 'sweep:' . $choices->idShop;
        $from = max($choices->watermark, (int) State::get($name));
        if ($from < $tail) {
            $to = self::window($choices, $from, $budget);
            State::set($name, (string) ($to >= $tail ? 0 : $to));
        }
    }

    /** Looks at the products after that one. Returns how far it came. */
    private static function window(Choices $choices, int $from, Budget $budget): int
    {
        $ids = self::without($choices, $from, $from + self::WINDOW);
        foreach ($ids as $idProduct) {
            if ($budget->isOver()) {
                return $idProduct - 1;
            }
            self::turn($choices->idShop, $idProduct);
        }

        return count($ids) === self::FOUND ? end($ids) : $from + self::WINDOW;
    }

    /** Products of a shop without a row there. @return int[] */
    private static function without(Choices $choices, int $from, int $to): array
    {
        $home = $choices->eachShop ? '' : self::atHome($choices->idShop);
        $rows = Database::rows(
            'SELECT p.id_product FROM ' . Database::table('product') . ' p
            JOIN ' . Database::table('product_shop') . ' ps ON ps.id_product = p.id_product AND ps.id_shop = ' . $choices->idShop . '
            LEFT JOIN ' . Database::table(Schema::OUTBOX) . ' o ON o.id_product = p.id_product AND o.id_shop = ' . $choices->idShop . '
            WHERE p.id_product > ' . $from . ' AND p.id_product <= ' . $to . $home . '
            AND o.id_outbox IS NULL
            AND p.date_upd < ' . self::rested() . '
            ORDER BY p.id_product LIMIT ' . self::FOUND
        );

        return array_map('intval', array_column($rows, 'id_product'));
    }

    private static function wants(Choices $choices): string
    {
        return '(o.id_shop = ' . $choices->idShop . ($choices->eachShop ? '' : self::atHome($choices->idShop)) . ')';
    }

    /** One message a product: in its home, as Facts has it, and not if another shop, which was that before, has a row. */
    private static function atHome(int $idShop): string
    {
        $places = Database::table('product_shop');

        return ' AND (p.id_shop_default = ' . $idShop . ' OR (' . $idShop . ' = (SELECT MIN(m.id_shop) FROM ' . $places . ' m WHERE m.id_product = p.id_product)
            AND NOT EXISTS (SELECT 1 FROM ' . $places . ' d WHERE d.id_product = p.id_product AND d.id_shop = p.id_shop_default)))
            AND NOT EXISTS (SELECT 1 FROM ' . Database::table(Schema::OUTBOX) . ' x WHERE x.id_product = p.id_product AND x.id_shop <> ' . $idShop . '
            AND (x.state <> \'draft\' OR x.revision > 0)
            AND NOT (x.deleted_at IS NOT NULL AND (x.delivered_at IS NULL OR x.sent_digest IS NULL)
            AND x.state IN (\'delivered\', \'discarded\', \'dead\')))';
    }

    /** That it is looked at is noted before. One over which PHP died has its next turn in an hour. */
    private static function turn(int $idShop, int $idProduct)
    {
        $name = self::LOOKED . $idShop . ':' . $idProduct;
        $age = State::age($name);
        if ($age === null || $age >= self::AGAIN) {
            State::set($name, '');
            self::look($idProduct);
            State::remove($name);
        }
    }

    /** By the shop's clock, as core dates products. */
    private static function rested(): string
    {
        return Database::quote(date('Y-m-d H:i:s', time() - self::REST));
    }

    private static function look(int $idProduct)
    {
        Recorder::ofSweep()->record([new Mark($idProduct, microtime(true))]);
    }
}
