<?php
/**
 * Hides a secret that an API sends back: as it is, and as JSON, a URL or HTML write it - PHP's own JSON writes / as \/. Pure.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Mask
{
    const HIDDEN = '***';

    /** What has a short notation. */
    const NAMED = [
        '/' => ['\\/'],
        '\\' => ['\\\\'],
        '"' => ['\\"', '&quot;'],
        '\'' => ['&apos;'],
        '&' => ['&amp;'],
        '<' => ['&lt;'],
        '>' => ['&gt;'],
    ];

    /** @param string $secret of visible ASCII; '': there is none */
    public static function hide(string $text, string $secret): string
    {
        if ($secret === '') {
            return $text;
        }
        $patterns = array_map([self::class, 'pattern'], str_split($secret));
        $hidden = '';
        $at = 0;
        while (preg_match('~' . $patterns[0] . '~', $text, $match, PREG_OFFSET_CAPTURE, $at)) {
            $begin = $match[0][1];
            $isPlain = substr_compare($text, $secret, $begin, strlen($secret)) === 0;
            $end = $isPlain ? $begin + strlen($secret) : self::end($text, $begin, $patterns);
            $hidden .= substr($text, $at, $begin - $at) . ($end === null ? $text[$begin] : self::HIDDEN);
            $at = $end === null ? $begin + 1 : $end;
        }

        return $hidden . substr($text, $at);
    }

    /** Behind the secret that begins there; null: none does. A whole one would be too long an expression. @param string[] $patterns */
    private static function end(string $text, int $at, array $patterns): ?int
    {
        foreach ($patterns as $pattern) {
            if (!preg_match('~\\G' . $pattern . '~', $text, $match, 0, $at)) {
                return null;
            }
            $at += strlen($match[0]);
        }

        return $at;
    }

    /** A character in every notation, as it is last: the first half of \\ is none. */
    private static function pattern(string $character): string
    {
        $ways = array_merge(isset(self::NAMED[$character]) ? self::NAMED[$character] : [], [$character]);
        $ways = array_map(function (string $way) {
            return preg_quote($way, '~');
        }, $ways);
        $number = ord($character);
        $hex = sprintf('(?i:%02x)', $number);

        return '(?:\\\\u00' . $hex . '|%' . $hex . '|&#(?:0*' . $number . '|[xX]0*' . $hex . ');|' . implode('|', $ways) . ')';
    }
}
