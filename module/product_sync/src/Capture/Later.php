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

use ProductSync\Outbox\Database;
use ProductSync\Outbox\Row;
use ProductSync\Outbox\Schema;
use ProductSync\Outbox\State;

final class Later
{
    const PREFIX = 'again:';

    public static function note(Row $row, bool $isRecreated)
    {
        State::set(self::PREFIX . $row->idShop . ':' . $row->idProduct, $isRecreated ? 'recreated' : 'changed');
    }

    /**
     * Marks of the products whose message is done with, taken off the list.
     *
     * @return Mark[]
     */
    public static function take(int $limit): array
    {
        $marks = [];
        foreach (State::beginning(self::PREFIX, $limit) as $entry) {
            list(, $idShop, $idProduct) = array_pad(explode(':', $entry['name']), 3, '0');
            if (self::isFrozen((int) $idShop, (int) $idProduct)) {
                continue;
            }
            $mark = new Mark((int) $idProduct, microtime(true));
            $mark->isRecreated = $entry['value'] === 'recreated';
            $marks[] = $mark;
            State::remove($entry['name']);
        }

        return $marks;
    }

    private static function isFrozen(int $idShop, int $idProduct): bool
    {
        return Database::value(
            'SELECT 1 FROM ' . Database::table(Schema::OUTBOX) . ' WHERE id_product = ' . $idProduct . ' AND id_shop = ' . $idShop
            . ' AND (state = \'taken\' OR (state = \'ready\' AND taken_at IS NOT NULL))'
        ) !== null;
    }
}
