<?php
/**
 * Reads rows and applies changes: new ones by one INSERT, others by one UPDATE, whatever their number. A change is applied only
 * to a row that still is as it was read (compare and set), so that of two requests with one product neither writes over
 * what the other one found later.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Rows
{
    /** Rows in one statement, and bytes of their payloads: MySQL 5.6 takes no longer one than 4 MB, and quoting may double them. */
    const SLICE = 100;
    const SLICE_BYTES = 1048576;

    const COLUMNS = 'id_outbox, id_product, id_shop, state, type, revision, payload, message_key, sent_digest, attempts,
        failures, last_status, last_error, settles, changes, owner, taken_at, delivered_at, deleted_at,
        TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP()) AS age,
        TIMESTAMPDIFF(SECOND, \'1970-01-01\', tried_at) AS tried';

    /** A relay that was not heard of for so long is taken for gone, in seconds. */
    const RELAY_SILENCE = 600;

    /**
     * @param int[] $idProducts
     *
     * @return Row[][] by product, then by shop
     */
    public static function ofProducts(array $idProducts): array
    {
        $rows = [];
        foreach (array_chunk($idProducts, self::SLICE) as $slice) {
            $where = 'id_product IN (' . Database::ids($slice) . ')';
            foreach (self::select($where) as $row) {
                $rows[$row->idProduct][$row->idShop] = $row;
            }
        }

        return $rows;
    }

    /** @param int[] $ids @return Row[] */
    public static function byIds(array $ids): array
    {
        $rows = [];
        foreach (array_chunk($ids, self::SLICE) as $slice) {
            $rows = array_merge($rows, self::select('id_outbox IN (' . Database::ids($slice) . ')'));
        }

        return $rows;
    }

    /** @param string $where made by this module, with its values quoted @return Row[] */
    public static function select(string $where): array
    {
        $held = 'EXISTS (SELECT 1 FROM ' . Database::table(Schema::STATE) . ' relay WHERE relay.name = owner
            AND relay.updated_at > UTC_TIMESTAMP() - INTERVAL ' . self::RELAY_SILENCE . ' SECOND)';
        $sql = 'SELECT ' . self::COLUMNS . ', ' . $held . ' AS held FROM ' . Database::table(Schema::OUTBOX) . ' WHERE ' . $where;

        return array_map([Row::class, 'of'], Database::rows($sql));
    }

    /**
     * Applies changes. False: some were not, because their row is no longer as it was; read again and decide again.
     *
     * @param Change[] $changes
     */
    public static function apply(array $changes): bool
    {
        // One order for all requests, so that two of them do not wait for each other.
        usort($changes, function (Change $a, Change $b) {
            return [$a->idProduct, $a->idShop] <=> [$b->idProduct, $b->idShop];
        });
        $all = true;
        foreach (self::slices($changes) as $slice) {
            $all = self::applySlice($slice) && $all;
        }

        return $all;
    }

    /** @param Change[] $changes @return Change[][] */
    private static function slices(array $changes): array
    {
        $slices = $slice = [];
        $bytes = 0;
        foreach ($changes as $change) {
            $more = strlen((string) $change->payload);
            if ($slice && (count($slice) === self::SLICE || $bytes + $more > self::SLICE_BYTES)) {
                $slices[] = $slice;
                $slice = [];
                $bytes = 0;
            }
            $slice[] = $change;
            $bytes += $more;
        }
        $slices[] = $slice;

        return $slices;
    }

    /** @param Change[] $changes */
    private static function applySlice(array $changes): bool
    {
        $new = $old = $gone = [];
        foreach ($changes as $change) {
            if ($change->was === null) {
                $new[] = $change;
            } elseif ($change->isRemoval) {
                $gone[] = $change;
            } else {
                $old[] = $change;
            }
        }

        return (!$new || self::insert($new) === count($new))
            && (!$old || self::update($old) === count($old))
            && (!$gone || self::remove($gone) === count($gone));
    }

    /** @param Change[] $changes */
    private static function insert(array $changes): int
    {
        $values = [];
        foreach ($changes as $change) {
            $values[] = '(' . $change->idShop . ', ' . $change->idProduct . ', ' . Database::quote($change->state) . ', '
                . Database::quote($change->type) . ', ' . $change->revision . ', ' . Database::quote($change->payload) . ', '
                . Database::quote($change->key) . ', ' . Database::quote($change->note) . ', '
                . self::in($change->readyIn) . ', UTC_TIMESTAMP(), UTC_TIMESTAMP())';
        }

        return Database::run(
            'INSERT IGNORE INTO ' . Database::table(Schema::OUTBOX) . ' (id_shop, id_product, state, type, revision, payload,
            message_key, last_error, ready_at, created_at, updated_at) VALUES ' . implode(', ', $values)
        );
    }

    /**
     * What the rows are to become stands in a derived table beside how they were read. The counter `changes` makes the
     * number of rows exact: MySQL does not count a row that comes out as it was.
     *
     * @param Change[] $changes
     */
    private static function update(array $changes): int
    {
        $table = Database::table(Schema::OUTBOX);

        return Database::run(
            'UPDATE ' . $table . ' o JOIN (' . implode(' UNION ALL ', array_map([self::class, 'wanted'], $changes)) . ') n
            ON o.id_outbox = n.id
            SET o.state = n.state, o.type = n.type, o.revision = n.revision, o.payload = n.payload,
                o.message_key = n.message_key, o.last_error = n.note, o.settles = n.settles,
                o.ready_at = IF(n.ready_in IS NULL, o.ready_at, UTC_TIMESTAMP() + INTERVAL n.ready_in SECOND),
                o.attempts = IF(n.is_new, 0, o.attempts), o.failures = IF(n.is_new OR n.is_revival, 0, o.failures),
                o.last_status = IF(n.is_new, NULL, o.last_status), o.next_try = NULL,
                o.tried_at = IF(n.is_new, NULL, o.tried_at),
                o.taken_at = IF(n.is_new, NULL, o.taken_at), o.queued_at = IF(n.is_new, NULL, o.queued_at),
                o.created_at = IF(n.is_new, UTC_TIMESTAMP(), o.created_at), o.updated_at = UTC_TIMESTAMP(),
                o.changes = o.changes + 1, o.delivered_at = IF(n.is_another, NULL, o.delivered_at),
                o.sent_digest = IF(n.is_another OR n.is_gone, NULL, o.sent_digest),
                o.deleted_at = IF(n.is_deleted, IFNULL(o.deleted_at, UTC_TIMESTAMP()), NULL)
            WHERE ' . self::guard()
        );
    }

    /** @param Change[] $changes */
    private static function remove(array $changes): int
    {
        return Database::run(
            'DELETE o FROM ' . Database::table(Schema::OUTBOX) . ' o
            JOIN (' . implode(' UNION ALL ', array_map([self::class, 'wanted'], $changes)) . ') n ON o.id_outbox = n.id
            WHERE ' . self::guard()
        );
    }

    /** Takers change no counter: a row that was taken, tried and given back meanwhile shows it by its time, or its key. */
    private static function guard(): string
    {
        return 'o.changes = n.was_changes AND o.state = n.was_state AND o.taken_at <=> n.was_taken_at AND o.message_key <=> n.was_key';
    }

    private static function wanted(Change $change): string
    {
        return 'SELECT ' . $change->was->id . ' AS id, ' . Database::quote($change->was->state) . ' AS was_state, '
            . $change->was->changes . ' AS was_changes, ' . Database::quote($change->was->takenAt) . ' AS was_taken_at, '
            . Database::quote($change->was->key) . ' AS was_key, '
            . Database::quote($change->state) . ' AS state, ' . Database::quote($change->type) . ' AS type, '
            . $change->revision . ' AS revision, ' . Database::quote($change->payload) . ' AS payload, '
            . Database::quote($change->key) . ' AS message_key, ' . Database::quote($change->note) . ' AS note, '
            . $change->settles . ' AS settles, ' . ($change->readyIn === null ? 'NULL' : $change->readyIn) . ' AS ready_in, '
            . (int) $change->isNew . ' AS is_new, ' . (int) $change->isAnother . ' AS is_another, ' . (int) $change->isRevival . ' AS is_revival, ' . (int) $change->isDeleted . ' AS is_deleted, '
            . (int) $change->isGone . ' AS is_gone';
    }

    private static function in(?int $seconds): string
    {
        return $seconds === null ? 'NULL' : 'UTC_TIMESTAMP() + INTERVAL ' . $seconds . ' SECOND';
    }
}
