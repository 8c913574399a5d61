<?php
/**
 * Where the module's hooks arrive. A mark in memory is all that happens in a hook, but for scripts and imports, which run for long: there every
 * 100 products, or every minute, what is done is recorded, and an import's first product is looked at. Nothing leaves here: no exception, no
 * output.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Listener
{
    const SLICE = 100;
    const SECONDS = 60;

    /** @var Marks|null */
    private static $marks;
    /** @var bool */
    private static $isDeaf = false;

    public static function hear(string $hook, $params)
    {
        if (self::$isDeaf) {
            return;
        }
        try {
            EndOfRequest::arrange();
            $idProduct = Hooks::product($hook, is_array($params) ? $params : []);
            if ($idProduct > 0) {
                self::mark(Hooks::saying($hook), $idProduct);
            }
        } catch (\Throwable $e) {
            Log::failure($hook, $e);
        }
    }

    public static function marks(): Marks
    {
        if (self::$marks === null) {
            self::$marks = new Marks();
        }

        return self::$marks;
    }

    /** Products are read, which runs other modules' price and stock hooks: what those touch is no news. */
    public static function deaf(callable $work)
    {
        $was = self::$isDeaf;
        self::$isDeaf = true;
        try {
            return $work();
        } finally {
            self::$isDeaf = $was;
        }
    }

    private static function mark(string $saying, int $idProduct)
    {
        $origin = Origin::ofThisRequest();
        $marks = self::marks();
        $now = microtime(true);
        $isFirst = $saying === Hooks::ADDED && !$marks->hasAdded();
        $marks->note($saying, $idProduct, $origin->isWhole($saying), $now);
        if ($isFirst && $origin->kind() === Origin::IMPORT) {
            NewNumbers::look([Mark::ofAdded($idProduct, $now)]);
        }
        if ($origin->isBulk() && ($marks->count() > self::SLICE || $marks->age($now) > self::SECONDS)) {
            Recorder::ofRequest($origin)->record($marks->takeDone());
        }
    }
}
