<?php
/**
 * Which addresses an API may have. The same rules as productsync's own (src/config/url.c), so that what the page
 * accepts the relay accepts as well.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Settings;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Address
{
    const MAX_BYTES = 2048;

    /** What is wrong with an address, or null. */
    public static function problem(string $url): ?Problem
    {
        if (strlen($url) > self::MAX_BYTES) {
            return new Problem('The address is too long: at most %max% characters.', ['%max%' => self::MAX_BYTES]);
        }
        if (preg_match('/[^\x21-\x7e]/', $url)) {
            return new Problem('The address has a space or a character that is not plain ASCII; write it as %XX, a host name as xn--....');
        }
        if (!preg_match('~^(https?)://([^/?#]*)([^#]*)(#?)~i', $url, $part)) {
            return new Problem('The address must begin with https://.');
        }
        if (strpos($part[2], '@') !== false) {
            return new Problem('The address must not have a user name or password in it; the token goes into its own field.');
        }
        if ($part[4] !== '') {
            return new Problem('The address must not have a fragment (#...): it would never be sent.');
        }

        return self::problemOfHost($part[2])
            ?: self::problemOfScheme(strtolower($part[1]), self::hostOf($part[2]))
            ?: self::problemOfPath($part[3]);
    }

    private static function problemOfHost(string $authority): ?Problem
    {
        $bad = new Problem('The address has no valid host name.');
        if (!preg_match('/^(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::([0-9]*))?$/i', $authority, $part)) {
            return $bad;
        }
        if (isset($part[2]) && ($part[2] === '' || strlen($part[2]) > 5 || (int) $part[2] < 1 || (int) $part[2] > 65535)) {
            return new Problem('The address has no valid port: it must be a number from 1 to 65535.');
        }
        $host = self::hostOf($authority);
        if ($authority[0] === '[') {
            return filter_var($host, FILTER_VALIDATE_IP, FILTER_FLAG_IPV6) ? null : $bad;
        }

        return strlen($host) <= 253 && preg_match('/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i', $host) ? null : $bad;
    }

    private static function problemOfScheme(string $scheme, string $host): ?Problem
    {
        return $scheme === 'https' || self::isLoopback($host)
            ? null
            : new Problem('The address must begin with https://: http:// protects neither token nor products.');
    }

    private static function problemOfPath(string $path): ?Problem
    {
        return preg_match('~^(?:[a-z0-9\-._\~!$&\'()*+,;=:@/?]|%[0-9a-f]{2})*$~i', $path)
            ? null
            : new Problem('The address has a character in its path that must be written as %XX.');
    }

    private static function hostOf(string $authority): string
    {
        return $authority !== '' && $authority[0] === '['
            ? substr($authority, 1, (int) strpos($authority, ']') - 1)
            : explode(':', $authority)[0];
    }

    private static function isLoopback(string $host): bool
    {
        if (filter_var($host, FILTER_VALIDATE_IP, FILTER_FLAG_IPV4)) {
            return strpos($host, '127.') === 0;
        }
        if (filter_var($host, FILTER_VALIDATE_IP, FILTER_FLAG_IPV6)) {
            return inet_pton($host) === inet_pton('::1');
        }

        return strcasecmp($host, 'localhost') === 0;
    }
}
