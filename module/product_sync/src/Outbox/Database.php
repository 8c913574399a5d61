<?php
/**
 * The shop's own connection, thinly: every failure is an exception, nothing is cached, values are quoted in one place.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Database
{
    /** MySQL's numbers for a deadlock, and a lock waited for too long: the statement was taken back and may be given again. */
    const CROSSED = [1205, 1213];
    /** The server closed the connection while it was idle, or was restarted: nothing of the statement was done. */
    const GONE = 2006;

    /** Runs a statement; returns how many rows it changed. */
    public static function run(string $sql): int
    {
        self::again(function (\Db $db) use ($sql) {
            return $db->execute($sql, false);
        });

        return (int) \Db::getInstance()->Affected_Rows();
    }

    /** @return array[] */
    public static function rows(string $sql): array
    {
        return self::again(function (\Db $db) use ($sql) {
            return $db->executeS($sql, true, false);
        });
    }

    /** The first column of the first row, null when there is none. */
    public static function value(string $sql): ?string
    {
        $rows = self::rows($sql);
        $value = $rows ? reset($rows[0]) : null;

        return $value === null ? null : (string) $value;
    }

    /** A literal; null is NULL. HTML stays as it is: pSQL would strip tags without its second argument. */
    public static function quote(?string $value): string
    {
        return $value === null ? 'NULL' : '\'' . pSQL($value, true) . '\'';
    }

    /** @param int[] $ids */
    public static function ids(array $ids): string
    {
        return $ids ? implode(',', array_map('intval', $ids)) : '0';
    }

    public static function table(string $name): string
    {
        return _DB_PREFIX_ . $name;
    }

    /** The database's clock, in seconds: no other is ever compared with a row's times. */
    public static function now(): int
    {
        return (int) self::value('SELECT UNIX_TIMESTAMP()');
    }

    /** Once more where that can help. Core's own text of an error quotes the statement, so the number has to do. */
    private static function again(callable $statement)
    {
        $number = self::attempt($statement, $result);
        if ($number === self::GONE) {
            \Db::getInstance()->connect();
        }
        if ($number === self::GONE || in_array($number, self::CROSSED, true)) {
            $number = self::attempt($statement, $result);
        }
        if ($result === false) {
            throw new StorageError(sprintf('the database refused a statement (error %d)', $number), $number);
        }

        return $result;
    }

    /** Returns MySQL's number of the error. Core says false or throws, by its version and mode. */
    private static function attempt(callable $statement, &$ret_result): int
    {
        $db = \Db::getInstance();
        try {
            $ret_result = $statement($db);
        } catch (\PrestaShopException $e) {
            $ret_result = false;
        } catch (\PDOException $e) {
            $ret_result = false;
        }

        return $ret_result === false ? (int) $db->getNumberError() : 0;
    }
}
