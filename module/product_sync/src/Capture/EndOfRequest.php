<?php
/**
 * The one function that runs when the request is over: after the response where PHP can do that, after a fatal error too. It records what was
 * marked, and does what is due in the direct modes.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Background\Occasion;

final class EndOfRequest
{
    /** Seconds that recording may take once the response is out. */
    const TIME_LIMIT = 60;

    /** @var bool */
    private static $isArranged = false;
    /** @var bool */
    private static $isAsked = false;

    public static function arrange()
    {
        if (!self::$isArranged) {
            self::$isArranged = true;
            register_shutdown_function([self::class, 'run'], false);
        }
    }

    /** A person said that something be sent: what is due goes when the page has gone out, although no product was touched. */
    public static function deliver()
    {
        self::$isAsked = true;
        self::arrange();
    }

    /** Runs last of all such functions: the first time it only goes to the end of the line. */
    public static function run(bool $isLast)
    {
        if (!$isLast) {
            register_shutdown_function([self::class, 'run'], true);

            return;
        }
        $level = ob_get_level();
        ob_start();
        try {
            self::work($level);
        } catch (\Throwable $e) {
            Log::failure('end of request', $e);
        } finally {
            self::$isArranged = self::$isAsked = false;
            Log::endRequest();
            while (ob_get_level() > $level) {
                ob_end_clean();
            }
        }
    }

    private static function work(int $level)
    {
        $origin = Origin::ofThisRequest();
        $touched = Listener::marks()->touched();
        $marks = Listener::marks()->takeAll();
        if (!$marks && !self::$isAsked && !Occasion::isThere($origin)) {
            return; // a page of the shop front, like most: it is left alone
        }
        while (ob_get_level() > $level) {
            ob_end_clean(); // finishing sends what is in buffers
        }
        $isAnswered = self::finishResponse();
        ob_start();
        if ($marks) {
            Recorder::ofRequest($origin)->record($marks);
        }
        Occasion::seize($origin, $touched, $isAnswered);
    }

    /** True: the client has its answer, or is none (a script). Then time matters less. */
    private static function finishResponse(): bool
    {
        @ignore_user_abort(true);
        @set_time_limit(self::TIME_LIMIT);
        if (session_status() === PHP_SESSION_ACTIVE) {
            session_write_close();
        }
        foreach (['fastcgi_finish_request', 'litespeed_finish_request'] as $finish) {
            if (function_exists($finish)) {
                $finish(); // false: somebody did it before

                return true;
            }
        }

        return PHP_SAPI === 'cli';
    }
}
