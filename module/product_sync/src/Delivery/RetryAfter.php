<?php
/**
 * The field Retry-After: seconds, or a date that is compared with the answer's own Date, so that a wrong clock does no harm (RFC 9110, section
 * 10.2.3). Pure.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class RetryAfter
{
    const MAX_SECONDS = 86400;

    /** Null: absent, or not valid. */
    public static function seconds(string $field, string $date, int $now): ?int
    {
        $field = trim($field);
        if (preg_match('/^[0-9]{1,9}$/', $field)) {
            return min((int) $field, self::MAX_SECONDS);
        }
        $until = self::time($field);
        if ($until === null) {
            return null;
        }
        $from = self::time(trim($date));

        return (int) min(max(0, $until - ($from === null ? $now : $from)), self::MAX_SECONDS);
    }

    /** The three forms of section 5.6.7; nothing else that strtotime() would guess at. */
    private static function time(string $text): ?int
    {
        $forms = [
            '/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/',
            '/^[A-Z][a-z]+, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/',
            '/^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/',
        ];
        foreach ($forms as $form) {
            if (preg_match($form, $text)) {
                $time = strtotime(substr($text, -3) === 'GMT' ? $text : $text . ' GMT');

                return $time === false ? null : $time;
            }
        }

        return null;
    }
}
