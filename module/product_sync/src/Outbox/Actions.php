<?php
/**
 * What people do to rows in the back office: send again, discard, release. Each is one guarded statement a row, so pressing twice does
 * it once.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Capture\Announcement;
use ProductSync\Capture\Gone;

final class Actions
{
    /**
     * Sends rows again. A failed one revives as it was, under its key. One that was delivered, or discarded, is announced
     * anew under another key: that takes a confirmation, because the API may apply it a second time. Nothing is sent of a product
     * that is gone.
     *
     * @param int[] $ids of rows
     *
     * @return int how many will be sent
     */
    public static function resend(array $ids, bool $isConfirmed): int
    {
        $failed = $done = [];
        Gone::look($ids);
        foreach (Rows::byIds($ids) as $row) {
            if ($row->isDeleted) {
                continue;
            }
            if ($row->state === Row::DEAD) {
                $failed[] = self::revived($row);
            } elseif ($row->state === Row::DELIVERED || $row->state === Row::DISCARDED) {
                $done[] = $row;
            }
        }

        return self::each($failed) + ($isConfirmed ? self::each(Announcement::of($done)) : 0);
    }

    /**
     * @param int[] $ids of rows
     *
     * @return int how many were discarded
     */
    public static function discard(array $ids): int
    {
        $changes = [];
        foreach (Rows::byIds($ids) as $row) {
            if (in_array($row->state, [Row::DEAD, Row::DRAFT, Row::READY], true)) {
                $change = Change::of($row, $row->idProduct, $row->idShop);
                $change->state = Row::DISCARDED;
                $changes[] = $change;
            }
        }

        return self::each($changes);
    }

    /**
     * Gives taken rows back whose taker is gone.
     *
     * @param int[] $ids of rows
     *
     * @return int how many were given back
     */
    public static function release(array $ids): int
    {
        if (!$ids) {
            return 0;
        }
        $state = Database::table(Schema::STATE);

        return Database::run(
            'UPDATE ' . Database::table(Schema::OUTBOX) . ' o
            LEFT JOIN ' . $state . ' s ON s.name = o.owner AND s.updated_at > UTC_TIMESTAMP() - INTERVAL ' . Rows::RELAY_SILENCE . ' SECOND
            SET o.' . Claims::WAITING . ', o.owner = ' . Claims::RELEASED . ', o.ready_at = UTC_TIMESTAMP(), o.updated_at = UTC_TIMESTAMP(),
                o.changes = o.changes + 1
            WHERE o.id_outbox IN (' . Database::ids($ids) . ') AND o.state = \'taken\'
            AND IF(o.owner LIKE \'php:%\', o.taken_at < UTC_TIMESTAMP() - INTERVAL ' . Claims::LASTS . ' SECOND, s.name IS NULL)'
        );
    }

    private static function revived(Row $row): Change
    {
        $change = Change::of($row, $row->idProduct, $row->idShop);
        $change->state = Row::READY;
        $change->readyIn = 0;
        $change->isRevival = true;

        return $change;
    }

    /** @param Change[] $changes */
    private static function each(array $changes): int
    {
        $done = 0;
        foreach ($changes as $change) {
            $done += (int) Rows::apply([$change]);
        }

        return $done;
    }
}
