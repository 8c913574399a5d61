<?php
/**
 * What a product is in one shop at this moment: its payload, and what it lacks.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Content
{
    /** @var string|null null when there is nothing to send */
    public $payload;
    /** @var string|null of Lack; null: complete */
    public $lack;

    public function __construct(?string $payload, ?string $lack)
    {
        $this->payload = $payload;
        $this->lack = $lack;
    }

    public function digest(): string
    {
        return Key::digest((string) $this->payload);
    }
}
