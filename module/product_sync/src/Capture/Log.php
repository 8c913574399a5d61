<?php
/**
 * One line in PrestaShop's log, when something went wrong: never a token, never a body. addLog() makes an object and so runs hooks; a line
 * that stands there already is not written again.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Log
{
    const NOTICE = 1;
    const WARNING = 2;
    const ERROR = 3;
    /** Failures that one request tells of: each line may be a mail to the merchant, and an import fails at every slice. */
    const FAILURES = 5;

    /** @var bool a line is being written: what its hooks do is not heard */
    private static $isWriting = false;
    /** @var int */
    private static $failures = 0;

    public static function failure(string $where, \Throwable $e)
    {
        if (++self::$failures > self::FAILURES) {
            return;
        }
        self::write(sprintf('%s: %s: %s', $where, get_class($e), $e->getMessage()), self::ERROR);
    }

    /** A process may serve more than one request. */
    public static function endRequest()
    {
        self::$failures = 0;
    }

    /** @param bool $isRepeated a line of the same words is news each time */
    public static function write(string $text, int $severity, bool $isRepeated = false)
    {
        if (self::$isWriting) {
            return;
        }
        self::$isWriting = true;
        try {
            \PrestaShopLogger::addLog('product_sync: ' . mb_substr($text, 0, 400, 'UTF-8'), $severity, null, null, null, $isRepeated);
        } catch (\Throwable $e) {
            error_log('product_sync: ' . $text);
        } finally {
            self::$isWriting = false;
        }
    }
}
