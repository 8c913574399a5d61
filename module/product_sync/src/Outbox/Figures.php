<?php
/**
 * Counts and signs of life, for the pages and the warnings.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Figures
{
    /** Rows that wait: what uninstalling would forget. */
    public static function waiting(): int
    {
        return (int) Database::value(
            'SELECT COUNT(*) FROM ' . self::table() . ' WHERE state IN (\'ready\', \'taken\', \'draft\') AND deleted_at IS NULL'
        );
    }

    /** For how many seconds the oldest row that is due has waited to be taken; null: none is due. */
    public static function oldestDue(int $idShop): ?int
    {
        $age = Database::value(
            'SELECT TIMESTAMPDIFF(SECOND, ready_at, UTC_TIMESTAMP()) FROM ' . self::table() . ' WHERE id_shop = ' . $idShop
            . ' AND state = \'ready\' AND ready_at <= UTC_TIMESTAMP() ORDER BY ready_at LIMIT 1'
        );

        return $age === null ? null : (int) $age;
    }

    /** @return array[] owner, version, host, word (of that shop), age in seconds: the relays heard of */
    public static function relays(int $idShop): array
    {
        $relays = [];
        foreach (State::beginning('relay:', 100) as $entry) {
            $told = json_decode($entry['value'], true);
            $relays[] = [
                'owner' => $entry['name'],
                'version' => isset($told['version']) ? (string) $told['version'] : '',
                'host' => isset($told['host']) ? (string) $told['host'] : '',
                'word' => isset($told['shops'][$idShop]) ? (string) $told['shops'][$idShop] : '',
                'age' => (int) $entry['age'],
            ];
        }

        return $relays;
    }

    /** For how many seconds the queues of the relays remember keys, the longest; 0: none tells. */
    public static function queueKeeps(): int
    {
        $keeps = [0];
        foreach (State::beginning('relay:', 100) as $entry) {
            $told = json_decode($entry['value'], true);
            $keeps[] = isset($told['keep']) ? (int) $told['keep'] : 0;
        }

        return max($keeps);
    }

    private static function table(): string
    {
        return Database::table(Schema::OUTBOX);
    }
}
