<?php
/**
 * The small table beside the outbox: heartbeats of relays, positions of the background work, locks, what holds a destination.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class State
{
    public static function get(string $name): ?string
    {
        return Database::value('SELECT value FROM ' . self::table() . ' WHERE name = ' . Database::quote($name));
    }

    /** Seconds since the entry was written, by the database's clock; null: there is none. */
    public static function age(string $name): ?int
    {
        $age = Database::value(
            'SELECT TIMESTAMPDIFF(SECOND, updated_at, UTC_TIMESTAMP()) FROM ' . self::table()
            . ' WHERE name = ' . Database::quote($name)
        );

        return $age === null ? null : (int) $age;
    }

    public static function set(string $name, string $value)
    {
        Database::run(
            'INSERT INTO ' . self::table() . ' (name, value, updated_at) VALUES (' . Database::quote($name) . ', '
            . Database::quote($value) . ', UTC_TIMESTAMP())
            ON DUPLICATE KEY UPDATE value = VALUES(value), updated_at = VALUES(updated_at)'
        );
    }

    public static function remove(string $name)
    {
        Database::run('DELETE FROM ' . self::table() . ' WHERE name = ' . Database::quote($name));
    }

    /** @return array the JSON object of an entry, [] when there is none or it is none */
    public static function json(string $name): array
    {
        $value = json_decode((string) self::get($name), true);

        return is_array($value) ? $value : [];
    }

    public static function setJson(string $name, array $value)
    {
        self::set($name, (string) json_encode($value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE));
    }

    /** @return array[] name, value, age in seconds, of the entries that begin so, behind one of them ('': from the first) */
    public static function beginning(string $prefix, int $limit, string $after = ''): array
    {
        return Database::rows(
            'SELECT name, value, TIMESTAMPDIFF(SECOND, updated_at, UTC_TIMESTAMP()) AS age FROM ' . self::table()
            . ' WHERE name > ' . Database::quote(max($prefix, $after)) . ' AND name < ' . Database::quote($prefix . '~')
            . ' ORDER BY name LIMIT ' . $limit
        );
    }

    /**
     * Takes a lock for a time; null: somebody else has it. It runs out by itself, so a process that died holds
     * nobody up for longer than that. What it returns is for unlock().
     */
    public static function lock(string $name, int $seconds): ?string
    {
        $owner = bin2hex(random_bytes(8));
        $name = Database::quote('lock:' . $name);
        Database::run(
            'INSERT IGNORE INTO ' . self::table() . ' (name, value, updated_at) VALUES (' . $name . ', \'\', \'2000-01-01\')'
        );
        $got = Database::run(
            'UPDATE ' . self::table() . ' SET value = ' . Database::quote($owner) . ', updated_at = UTC_TIMESTAMP() + INTERVAL '
            . $seconds . ' SECOND WHERE name = ' . $name . ' AND updated_at <= UTC_TIMESTAMP()'
        );

        return $got === 1 ? $owner : null;
    }

    public static function unlock(string $name, string $owner)
    {
        Database::run(
            'UPDATE ' . self::table() . ' SET updated_at = \'2000-01-01\' WHERE name = ' . Database::quote('lock:' . $name)
            . ' AND value = ' . Database::quote($owner)
        );
    }

    private static function table(): string
    {
        return Database::table(Schema::STATE);
    }
}
