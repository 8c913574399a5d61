<?php
/**
 * The API's token at rest: encrypted by PrestaShop's own PhpEncryption with the shop's key, and only with that one - its
 * engine is static, so an instance with another key would break the cookies of the request.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Settings;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Token
{
    const NONE = 'none';
    const READABLE = 'readable';
    const UNREADABLE = 'unreadable'; // the shop's key is another one than when it was saved

    const MAX_BYTES = 4096;

    // The header of defuse/php-encryption's version 2, in hexadecimal.
    const HEADER = 'def502';

    public static function state(string $stored): string
    {
        if ($stored === '') {
            return self::NONE;
        }

        return self::reveal($stored) === null ? self::UNREADABLE : self::READABLE;
    }

    /** The token in clear, or null when it does not decrypt. A value the module did not write is the token as it is. */
    public static function reveal(string $stored): ?string
    {
        if (!self::isEncrypted($stored)) {
            return $stored;
        }
        try {
            $clear = (new \PhpEncryption(_NEW_COOKIE_KEY_))->decrypt($stored);
        } catch (\Throwable $e) {
            return null;
        }

        return is_string($clear) ? $clear : null;
    }

    /** Null when it cannot be encrypted, so must not be saved. */
    public static function conceal(string $clear): ?string
    {
        if (!self::hasLastingKey()) {
            return null;
        }
        try {
            $stored = (string) (new \PhpEncryption(_NEW_COOKIE_KEY_))->encrypt($clear);
        } catch (\Throwable $e) {
            return null;
        }

        return self::reveal($stored) === $clear && self::isEncrypted($stored) ? $stored : null;
    }

    public static function isEncrypted(string $stored): bool
    {
        return strpos($stored, self::HEADER) === 0 && ctype_xdigit($stored);
    }

    /** Where parameters.php has no new_cookie_key, core makes another one at every request. */
    public static function hasLastingKey(): bool
    {
        $file = _PS_ROOT_DIR_ . '/app/config/parameters.php';
        $config = is_file($file) ? include $file : null;

        return is_array($config) && !empty($config['parameters']['new_cookie_key']);
    }
}
