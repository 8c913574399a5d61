<?php
/**
 * "Send the catalogue": every product of a shop that the API does not have as it is now, on request. Each step does a bounded part and notes
 * how far it came, so that a page with a progress bar, cron, or both carry it on.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Background;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Capture\Mark;
use ProductSync\Capture\Recorder;
use ProductSync\Capture\Shops;
use ProductSync\Delivery\Budget;
use ProductSync\Outbox\Database;
use ProductSync\Outbox\State;

final class Catalogue
{
    const SLICE = 100;
    const PREFIX = 'catalogue:';

    public static function start(int $idShop)
    {
        $row = Database::rows(
            'SELECT COUNT(*) AS total, IFNULL(MAX(id_product), 0) AS last FROM ' . Database::table('product_shop')
            . ' WHERE id_shop = ' . $idShop
        )[0];
        State::setJson(self::PREFIX . $idShop, [
            'position' => 0,
            'last' => (int) $row['last'],
            'total' => (int) $row['total'],
            'done' => 0,
            'until' => 0, // up to here one product at a time, because a slice did not come to its end
            'finished' => (int) $row['total'] === 0,
        ]);
    }

    /** Null: it was never started. Otherwise done, total, finished. */
    public static function progress(int $idShop): ?array
    {
        $state = State::json(self::PREFIX . $idShop);
        if (!isset($state['total'], $state['done'], $state['finished'])) {
            return null;
        }

        return ['done' => (int) $state['done'], 'total' => (int) $state['total'], 'finished' => (bool) $state['finished']];
    }

    public static function stop(int $idShop)
    {
        State::remove(self::PREFIX . $idShop);
    }

    /** Carries on, for all shops in which it is under way. */
    public static function run(Budget $budget)
    {
        foreach (Shops::wanted() as $idShop) {
            self::step($idShop, $budget);
        }
    }

    /** Carries on in one shop until the budget is used up. */
    public static function step(int $idShop, Budget $budget)
    {
        $lock = State::lock(self::PREFIX . $idShop, 120);
        if ($lock === null) {
            return;
        }
        try {
            while (!$budget->isOver() && self::slice($idShop)) {
                continue;
            }
        } finally {
            State::unlock(self::PREFIX . $idShop, $lock);
        }
    }

    /** False: nothing is left to do. */
    private static function slice(int $idShop): bool
    {
        $state = State::json(self::PREFIX . $idShop);
        if (!isset($state['position']) || $state['finished']) {
            return false;
        }
        $isCareful = $state['position'] < $state['until'];
        $ids = self::next($idShop, $state, $isCareful ? 1 : self::SLICE);
        if (!$ids) {
            $state['finished'] = true;
            State::setJson(self::PREFIX . $idShop, $state);

            return false;
        }
        $after = ['position' => end($ids), 'done' => $state['done'] + count($ids)] + $state;
        // Noted before: if PHP dies over this slice, the next step takes it product by product, and passes over the one.
        State::setJson(self::PREFIX . $idShop, $isCareful ? $after : ['until' => end($ids)] + $state);
        Recorder::ofCatalogue($idShop)->record(self::marks($ids));
        State::setJson(self::PREFIX . $idShop, $after);

        return true;
    }

    /** @return int[] */
    private static function next(int $idShop, array $state, int $limit): array
    {
        $rows = Database::rows(
            'SELECT id_product FROM ' . Database::table('product_shop') . ' WHERE id_shop = ' . $idShop . ' AND id_product > '
            . (int) $state['position'] . ' AND id_product <= ' . (int) $state['last'] . ' ORDER BY id_product LIMIT ' . $limit
        );

        return array_map('intval', array_column($rows, 'id_product'));
    }

    /** @param int[] $ids @return Mark[] */
    private static function marks(array $ids): array
    {
        return array_map(function (int $id) {
            return new Mark($id, microtime(true));
        }, $ids);
    }
}
