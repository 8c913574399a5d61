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
    /** Where the last look stopped, if before the end. */
    const POSITION = 'later';
    /** Entries that are read at once, and how often in one look. */
    const PAGE = 100;
    const PAGES = 20;

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

    /**
     * Looks at the products whose message is done with, page after page: those of a shop whose API is down, which stay, do not keep others
     * from their turn. Nor does one whose look fails, or over which PHP dies: its turn is over before.
     */
    public static function record(int $limit)
    {
        $position = (string) State::get(self::POSITION);
        $failure = null;
        $done = 0;
        for ($page = 0; $page < self::PAGES && $done < $limit; ++$page) {
            $entries = State::beginning(self::PREFIX, self::PAGE, $position);
            foreach (self::due($entries) as $name => $mark) {
                State::set(self::POSITION, $name);
                ++$done;
                try {
                    self::look($name, $mark);
                } catch (\Throwable $e) {
                    $failure = $failure === null ? $e : $failure;
                }
            }
            $position = count($entries) < self::PAGE ? '' : end($entries)['name'];
            if ($position === '') {
                break;
            }
        }
        State::set(self::POSITION, $position);
        if ($failure !== null) {
            throw $failure;
        }
    }

    /** It leaves the list afterwards: a look that fails is not the last one. */
    private static function look(string $name, Mark $mark)
    {
        Recorder::ofSweep()->record([$mark]);
        $row = self::rows([['name' => $name]])[$name];
        if ($row === null || !$row->isFrozen()) { // else it may have been noted anew
            State::remove($name);
        }
    }

    /** @return Mark[] of the products whose message is done with, by the entry's name */
    private static function due(array $entries): array
    {
        $rows = self::rows($entries);
        $marks = [];
        foreach ($entries as $entry) {
            $row = $rows[$entry['name']];
            if ($row === null || !$row->isFrozen()) {
                $marks[$entry['name']] = self::mark($entry, $row);
            }
        }

        return $marks;
    }

    private static function mark(array $entry, ?Row $row): Mark
    {
        $mark = new Mark(self::ids($entry['name'])[1], microtime(true));
        $mark->isRecreated = $row !== null && $entry['value'] === self::RECREATED . ' ' . $row->revision;

        return $mark;
    }

    /** @return array Row or null, by the entry's name */
    private static function rows(array $entries): array
    {
        $ids = array_map([self::class, 'ids'], array_column($entries, 'name', 'name'));
        $found = Rows::ofProducts(array_unique(array_column($ids, 1)));

        return array_map(function (array $id) use ($found) {
            return isset($found[$id[1]][$id[0]]) ? $found[$id[1]][$id[0]] : null;
        }, $ids);
    }

    /** @return int[] shop and product */
    private static function ids(string $name): array
    {
        return array_map('intval', array_slice(array_pad(explode(':', $name), 3, '0'), 1));
    }
}
