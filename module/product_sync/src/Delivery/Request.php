<?php
/**
 * A request, made in one place for the two direct modes and for the connection test.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\Row;
use ProductSync\Settings\Settings;

final class Request
{
    /** @var string */
    public $method;
    /** @var string */
    public $url;
    /** @var string[] */
    public $headers;
    /** @var string */
    public $body;
    /** @var int */
    public $timeoutMs;

    public static function ofRow(Row $row, Settings $settings, int $timeoutMs): self
    {
        $request = self::bare('POST', $settings, $timeoutMs);
        $request->headers[] = 'Content-Type: application/json';
        $request->headers[] = 'Idempotency-Key: ' . $row->key;
        $request->body = (string) $row->payload;

        return $request;
    }

    /** Without a product: as much of a delivery as can be had without consequences. */
    public static function ofTest(string $method, Settings $settings, int $timeoutMs): self
    {
        return self::bare($method, $settings, $timeoutMs);
    }

    private static function bare(string $method, Settings $settings, int $timeoutMs): self
    {
        $request = new self();
        $request->method = $method;
        $request->url = $settings->url();
        $request->headers = ['Authorization: Bearer ' . $settings->token()];
        $request->body = '';
        $request->timeoutMs = $timeoutMs;

        return $request;
    }
}
