<?php
/**
 * Is a value one that a setting may hold? Pure: no database, no shop.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Settings;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Validator
{
    public static function isValid(Setting $setting, string $value): bool
    {
        return self::problem($setting, $value) === null;
    }

    /** The value as it is stored: what people type around it taken away. */
    public static function normalise(Setting $setting, string $value): string
    {
        $value = trim($value);
        if ($setting->type === Setting::LANGUAGES) {
            return implode(',', array_unique(preg_split('/[\s,;]+/', strtolower($value), -1, PREG_SPLIT_NO_EMPTY)));
        }
        if (in_array($setting->type, [Setting::NUMBER, Setting::OPTIONAL], true) && preg_match('/^[0-9]{1,15}$/', $value)) {
            return (string) (int) $value;
        }

        return $value;
    }

    /** What is wrong with a normalised value, or null. */
    public static function problem(Setting $setting, string $value): ?Problem
    {
        switch ($setting->type) {
            case Setting::ADDRESS:
                return $value === '' ? null : Address::problem($value);
            case Setting::SECRET:
                return self::problemOfSecret($value);
            case Setting::CHOICE:
                return isset($setting->choices[$value]) ? null : new Problem('Choose one of the values offered.');
            case Setting::FLAG:
                return in_array($value, ['0', '1'], true) ? null : new Problem('Choose yes or no.');
            case Setting::LANGUAGES:
                return self::problemOfLanguages($value);
            default:
                return self::problemOfNumber($setting, $value);
        }
    }

    private static function problemOfSecret(string $value): ?Problem
    {
        if (strlen($value) > Token::MAX_BYTES) {
            return new Problem('The token is too long: at most %max% characters.', ['%max%' => Token::MAX_BYTES]);
        }
        // It goes into a header as it is (RFC 9110 section 5.5).
        return preg_match('/[^\x21-\x7e]/', $value)
            ? new Problem('The token has a space, a line break or a character that is not plain ASCII. Was something else copied with it?')
            : null;
    }

    private static function problemOfLanguages(string $value): ?Problem
    {
        return $value === '' || preg_match('/^[a-z]{2}(-[a-z]{2})?(,[a-z]{2}(-[a-z]{2})?)*$/', $value)
            ? null
            : new Problem('Write ISO codes of two letters separated by commas, for example en,fr.');
    }

    private static function problemOfNumber(Setting $setting, string $value): ?Problem
    {
        if ($value === '' && $setting->type === Setting::OPTIONAL) {
            return null;
        }
        $inRange = preg_match('/^[0-9]{1,15}$/', $value) && (int) $value >= $setting->min && (int) $value <= $setting->max;

        return $inRange
            ? null
            : new Problem('Write a whole number from %min% to %max%.', ['%min%' => $setting->min, '%max%' => $setting->max]);
    }
}
