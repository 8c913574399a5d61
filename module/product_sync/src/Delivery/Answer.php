<?php
/**
 * What came back to a request, or that nothing did.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Capture\Text;

final class Answer
{
    /** So much of a response is read, and so much of that is kept as its reason, in bytes. */
    const MAX_BODY = 65536;
    const MAX_REASON = 160;

    /** @var int HTTP status; 0: no answer */
    public $status = 0;
    /** @var string why there was none */
    public $error = '';
    /** @var string the beginning of the body */
    public $body = '';
    /** @var string[] by name in lower case */
    public $headers = [];

    public static function none(string $error): self
    {
        $answer = new self();
        $answer->error = $error;

        return $answer;
    }

    public function header(string $name): string
    {
        return isset($this->headers[$name]) ? $this->headers[$name] : '';
    }

    /** One line for people; a secret that was sent back does not come into it. */
    public function reason(string $secret): string
    {
        if ($this->status === 0) {
            return $this->error;
        }
        $text = trim((string) preg_replace('/[\p{Cc}\p{Z}]+/u', ' ', Text::utf8($this->body)));
        $text = mb_substr(Mask::hide($text, $secret), 0, self::MAX_REASON, 'UTF-8');

        return 'HTTP ' . $this->status . ($text === '' ? '' : ': ' . $text);
    }
}
