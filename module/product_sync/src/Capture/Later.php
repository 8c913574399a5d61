<?php
/**
 * Products that changed while their last message was under way: they are looked at again when it is done with. Kept in the state table,
 * because that may be another process.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\Row;
use ProductSync\Outbox\Rows;
use ProductSync\Outbox\State;

final class Later
{
    const PREFIX = 'again:';

    const CHANGED = 'changed';
    const RECREATED = 'recreated';

    /** With its revision, so that a recreation is told of once, and not forgotten over a change of the new product. */
    public static function note(Row $row, bool $isRecreated)
    {
        $name = self::PREFIX . $row->idShop . ':' . $row->idProduct;
        $recreated = self::RECREATED . ' ' . $row->revision;
        if ($isRecreated || State::get($name) !== $recreated) {
            State::set($name, $isRecreated ? $recreated : self::CHANGED);
        }
    }

    /** Looks at the products whose message is done with. They leave the list afterwards: a look that fails is not the last one. */
    public static function record(int $limit)
    {
        $marks = [];
        foreach (State::beginning(self::PREFIX, $limit) as $entry) {
            $row = self::row($entry['name']);
            if ($row === null || !$row->isFrozen()) {
                $marks[$entry['name']] = self::mark($entry, $row);
            }
        }
        if (!$marks) {
            return;
        }
        Recorder::ofSweep()->record(array_values($marks));
        foreach (array_keys($marks) as $name) {
            $row = self::row($name);
            if ($row === null || !$row->isFrozen()) { // else it may have been noted anew
                State::remove($name);
            }
        }
    }

    private static function mark(array $entry, ?Row $row): Mark
    {
        $mark = new Mark(self::ids($entry['name'])[1], microtime(true));
        $mark->isRecreated = $row !== null && $entry['value'] === self::RECREATED . ' ' . $row->revision;

        return $mark;
    }

    private static function row(string $name): ?Row
    {
        list($idShop, $idProduct) = self::ids($name);
        $rows = Rows::ofProducts([$idProduct]);

        return isset($rows[$idProduct][$idShop]) ? $rows[$idProduct][$idShop] : null;
    }

    /** @return int[] shop and product */
    private static function ids(string $name): array
    {
        return array_map('intval', array_slice(array_pad(explode(':', $name), 3, '0'), 1));
    }
}
