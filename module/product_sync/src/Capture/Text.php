<?php
/**
 * Names and descriptions as they are sent: valid UTF-8, and names in one line. Pure; the rules are those of docs/input.md of the project.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Text
{
    const MAX_NAME = 255;

    /** Each run of control characters and white space becomes one space; HTML is left alone. */
    public static function name(string $raw): string
    {
        $line = trim((string) preg_replace('/[\p{Cc}\p{Z}]+/u', ' ', self::utf8($raw)), ' ');

        return rtrim(mb_substr($line, 0, self::MAX_NAME, 'UTF-8'), ' ');
    }

    /** What is not UTF-8 is replaced, never sent. */
    public static function utf8(string $raw): string
    {
        return preg_match('//u', $raw) ? $raw : mb_convert_encoding($raw, 'UTF-8', 'UTF-8');
    }

    /**
     * One text of several languages: of the first language wanted that has one, else in English, else in any.
     *
     * @param string[] $texts by ISO code, without empty ones
     * @param string[] $wanted codes, best first
     */
    public static function choose(array $texts, array $wanted): ?string
    {
        $code = self::language($texts, $wanted);

        return $code === null ? null : $texts[$code];
    }

    /** The language of that text. */
    private static function language(array $texts, array $wanted): ?string
    {
        ksort($texts, SORT_STRING);
        foreach (array_merge($wanted, ['en']) as $code) {
            if (isset($texts[$code])) {
                return $code;
            }
        }

        return $texts ? (string) array_keys($texts)[0] : null;
    }

    /**
     * The texts of these languages, in byte order of their codes; where there is none, the one that choose() finds.
     *
     * @param string[] $texts by ISO code, without empty ones
     * @param string[] $languages
     *
     * @return string[]
     */
    public static function ofLanguages(array $texts, array $languages, string $default): array
    {
        $found = array_intersect($languages, array_keys($texts)) ?: (array) self::language($texts, [$default]);
        $chosen = array_intersect_key($texts, array_flip($found));
        ksort($chosen, SORT_STRING);

        return $chosen;
    }
}
