<?php
/**
 * Takes rows to deliver them, and writes what came of it: the direct modes' side of docs/outbox.md of the project. A claim has an owner of its own,
 * and every outcome is written only while the row still has that owner.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Claims
{
    /** After so long a claim has run out: whoever made it is gone, and nothing it sends any more is believed. In seconds. */
    const LASTS = 120;

    /** How a row ends whose product was deleted. */
    const ENDED = 'IF(delivered_at IS NULL, \'discarded\', \'delivered\')';
    /** What is given back waits for its next turn, and what failed for a person; not if its product was deleted meanwhile. */
    const WAITING = 'state = IF(deleted_at IS NULL, \'ready\', ' . self::ENDED . ')';
    /** A product is found to be gone from all shops: what somebody took, or a relay has as a dead letter, is left to that one. */
    const DELETED = 'o.deleted_at = UTC_TIMESTAMP(), o.updated_at = UTC_TIMESTAMP(), o.changes = o.changes + 1, o.sent_digest = NULL,
        o.state = IF(o.state IN (\'draft\', \'ready\') OR (o.state = \'dead\' AND o.owner IS NULL), ' . self::ENDED . ', o.state)';
    /** A relay that is gone may come back with a message in its queue: its name stays behind that of a claim, and is the owner's again afterwards. */
    const BEHIND = 'IF(owner LIKE \'relay:%\', CONCAT(\'<\', owner), \'\')';
    const RELEASED = 'IF(owner LIKE \'php:%\', NULLIF(SUBSTRING(owner, LOCATE(\'<\', CONCAT(owner, \'<\')) + 1), \'\'), owner)';
    const FAILED = 'state = IF(deleted_at IS NULL, \'dead\', ' . self::ENDED . ')';

    /**
     * @param int[] $idProducts only of these; none: of any
     *
     * @return Row[]
     */
    public static function take(int $idShop, int $limit, array $idProducts = []): array
    {
        $owner = 'php:' . bin2hex(random_bytes(16));
        $only = $idProducts ? ' AND id_product IN (' . Database::ids($idProducts) . ')' : '';
        $taken = Database::run(
            'UPDATE ' . self::table() . ' SET state = \'taken\', owner = CONCAT(' . Database::quote($owner) . ', ' . self::BEHIND . '),
            taken_at = UTC_TIMESTAMP(), queued_at = NULL, updated_at = UTC_TIMESTAMP()
            WHERE id_shop = ' . $idShop . ' AND state = \'ready\' AND ready_at <= UTC_TIMESTAMP()' . $only
            . ' ORDER BY ready_at LIMIT ' . $limit
        );

        return $taken ? Rows::select('owner LIKE ' . Database::quote($owner . '%') . ' AND queued_at IS NULL AND state = \'taken\'') : [];
    }

    public static function hasDue(int $idShop): bool
    {
        return Database::value(
            'SELECT 1 FROM ' . self::table() . ' WHERE id_shop = ' . $idShop
            . ' AND state = \'ready\' AND ready_at <= UTC_TIMESTAMP() LIMIT 1'
        ) !== null;
    }

    public static function delivered(Row $row, int $status, string $digest): bool
    {
        return self::settle($row, $status, null, 'state = \'delivered\', delivered_at = UTC_TIMESTAMP(), next_try = NULL, sent_digest = '
            . Database::quote($digest));
    }

    public static function dead(Row $row, ?int $status, string $error, bool $isCounted): bool
    {
        return self::settle($row, $status, $error, self::FAILED . ', next_try = NULL, failures = failures + ' . (int) $isCounted);
    }

    public static function retry(Row $row, ?int $status, string $error, bool $isCounted, int $seconds): bool
    {
        $at = 'UTC_TIMESTAMP() + INTERVAL ' . $seconds . ' SECOND';

        return self::settle($row, $status, $error, self::WAITING . ', ready_at = ' . $at . ', next_try = IF(deleted_at IS NULL, ' . $at . ', NULL)'
            . ', failures = failures + ' . (int) $isCounted);
    }

    /**
     * Rows whose taker is gone, killed in the middle perhaps: they go again under their key. That they were taken is
     * remembered, so their bytes stay as they are; and that nobody knows of an answer.
     */
    public static function recover(): int
    {
        return Database::run(
            'UPDATE ' . self::table() . ' SET ' . self::WAITING . ', owner = ' . self::RELEASED . ',
            ready_at = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(), attempts = attempts + 1, tried_at = taken_at, last_status = NULL
            WHERE state = \'taken\' AND updated_at < UTC_TIMESTAMP() - INTERVAL ' . self::LASTS . ' SECOND
            AND owner LIKE \'php:%\' AND taken_at < UTC_TIMESTAMP() - INTERVAL ' . self::LASTS . ' SECOND LIMIT 1000'
        );
    }

    private static function settle(Row $row, ?int $status, ?string $error, string $set): bool
    {
        return Database::run(
            'UPDATE ' . self::table() . ' SET ' . $set . ', attempts = attempts + 1, tried_at = UTC_TIMESTAMP(), owner = ' . self::RELEASED . ',
            last_status = ' . ($status === null ? 'NULL' : (int) $status) . ', last_error = ' . Database::quote($error) . ',
            updated_at = UTC_TIMESTAMP() WHERE ' . self::mine($row)
        ) === 1;
    }

    private static function mine(Row $row): string
    {
        return 'id_outbox = ' . $row->id . ' AND state = \'taken\' AND owner = ' . Database::quote($row->owner)
            . ' AND message_key = ' . Database::quote($row->key);
    }

    private static function table(): string
    {
        return Database::table(Schema::OUTBOX);
    }
}
