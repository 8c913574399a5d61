<?php
/**
 * The bytes that are sent: members in a fixed order, no spaces, UTF-8 as it is; design and tests/vectors/payload.json of the project. Pure.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Payload
{
    /** productsync takes no longer one. */
    const MAX_BYTES = 1048576;

    /**
     * @param string|string[]|object $name text, or texts by language code in byte order
     * @param string $price a decimal, as it is to stand there
     * @param array $more further members: integers, texts, or texts by language code
     */
    public static function text(int $id, $name, string $price, int $stock, array $more): string
    {
        $json = '{"id":' . $id . ',"name":' . self::json($name) . ',"price":' . $price . ',"stock":' . max(0, $stock);
        foreach ($more as $member => $value) {
            $json .= ',' . self::json($member) . ':' . self::json($value);
        }

        return $json . '}';
    }

    private static function json($value): string
    {
        return (string) json_encode(
            $value,
            JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_LINE_TERMINATORS
        );
    }
}
