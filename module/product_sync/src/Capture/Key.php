<?php
/**
 * The idempotency key of a message, and the digest of what was sent; docs/outbox.md and tests/vectors/payload.json of the project. Pure.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Key
{
    public static function of(int $idProduct, string $identity, string $type, int $revision, string $payload): string
    {
        $text = implode("\n", [$identity, $type, $revision, $payload]);

        return 'product:' . $idProduct . ':' . self::digest($text);
    }

    /** The first half of a SHA-256. */
    public static function digest(string $text): string
    {
        return substr(hash('sha256', $text), 0, 32);
    }
}
