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
    /** MySQL's numbers for a deadlock and a lock waited for too long: the statement may be given once more. */
    const RETRYABLE = [1205, 1213];

    /** Runs a statement; returns how many rows it changed. */
    public static function run(string $sql): int
    {
        for ($again = true; ; $again = false) {
            $db = \Db::getInstance();
            $number = self::attempt(function () use ($db, $sql) {
                return $db->execute($sql, false);
            }, $done);
            if ($done) {
                return (int) $db->Affected_Rows();
            }
            if (!$again || !in_array($number, self::RETRYABLE, true)) {
                throw self::error($db, $number);
            }
        }
    }

    /** @return array[] */
    public static function rows(string $sql): array
    {
        $db = \Db::getInstance();
        $number = self::attempt(function () use ($db, $sql) {
            return $db->executeS($sql, true, false);
        }, $rows);
        if (!is_array($rows)) {
            throw self::error($db, $number);
        }

        return $rows;
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

    /** In debug mode core throws where it returns false otherwise. Returns the error's number. */
    private static function attempt(callable $statement, &$ret_result): int
    {
        try {
            $ret_result = $statement();

            return $ret_result === false ? (int) \Db::getInstance()->getNumberError() : 0;
        } catch (\PrestaShopException $e) {
            $ret_result = false;

            return (int) \Db::getInstance()->getNumberError();
        } catch (\PDOException $e) {
            $ret_result = false;

            return isset($e->errorInfo[1]) ? (int) $e->errorInfo[1] : 0;
        }
    }

    /** Core's text names values in places; the number says what is needed. */
    private static function error(\Db $db, int $number): StorageError
    {
        return new StorageError(sprintf('The database refused a statement of the outbox (error %d).', $number), $number);
    }
}
