<?php
/**
 * Sends requests with ext-curl, the one HTTP client that every PrestaShop has; several side by side. TLS is always verified, redirects are never
 * followed.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Transport
{
    const CONNECT_TIMEOUT_MS = 5000;
    const USER_AGENT = 'productsync-module/1.0';

    public static function isThere(): bool
    {
        return function_exists('curl_multi_init');
    }

    public static function send(Request $request): Answer
    {
        $answer = Answer::none('not sent');
        self::sendAll([$request], function ($index, Answer $got) use (&$answer) {
            $answer = $got;
        });

        return $answer;
    }

    /**
     * All at once; each answer is handed on as it comes.
     *
     * @param Request[] $requests
     * @param callable $hand takes the request's index and its Answer
     */
    public static function sendAll(array $requests, callable $hand)
    {
        $multi = curl_multi_init();
        $handles = $answers = [];
        foreach ($requests as $index => $request) {
            $answers[$index] = new Answer();
            $handles[$index] = self::handle($request, $answers[$index]);
            curl_multi_add_handle($multi, $handles[$index]);
        }
        while ($handles) {
            curl_multi_exec($multi, $running);
            while ($done = curl_multi_info_read($multi)) {
                $index = array_search($done['handle'], $handles, true);
                self::finish($answers[$index], $handles[$index], $done['result']);
                curl_multi_remove_handle($multi, $handles[$index]);
                unset($handles[$index]);
                $hand($index, $answers[$index]);
            }
            if ($handles && curl_multi_select($multi, 0.5) === -1) {
                usleep(10000); // nothing to wait on yet: a name is being looked up
            }
        }
        curl_multi_close($multi);
    }

    private static function handle(Request $request, Answer $answer)
    {
        $handle = curl_init();
        curl_setopt_array($handle, [
            CURLOPT_URL => $request->url,
            CURLOPT_CUSTOMREQUEST => $request->method,
            CURLOPT_HTTPHEADER => array_merge($request->headers, ['Expect:']),
            CURLOPT_USERAGENT => self::USER_AGENT,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_SSL_VERIFYPEER => true,
            CURLOPT_SSL_VERIFYHOST => 2,
            CURLOPT_SSLVERSION => CURL_SSLVERSION_TLSv1_2,
            CURLOPT_CONNECTTIMEOUT_MS => min(self::CONNECT_TIMEOUT_MS, $request->timeoutMs),
            CURLOPT_TIMEOUT_MS => $request->timeoutMs,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_HEADERFUNCTION => function ($handle, $line) use ($answer) {
                return self::readHeader($answer, $line);
            },
            CURLOPT_WRITEFUNCTION => function ($handle, $chunk) use ($answer) {
                $answer->body .= substr($chunk, 0, max(0, Answer::MAX_BODY - strlen($answer->body)));

                return strlen($chunk);
            },
        ]);
        if ($request->method === 'HEAD') {
            curl_setopt($handle, CURLOPT_NOBODY, true);
        }
        if ($request->method === 'POST') {
            curl_setopt($handle, CURLOPT_POSTFIELDS, $request->body);
        }

        return $handle;
    }

    /** A new status line (of a 100, say) begins the fields anew. */
    private static function readHeader(Answer $answer, string $line): int
    {
        if (strncmp($line, 'HTTP/', 5) === 0) {
            $answer->headers = [];
        } elseif (strpos($line, ':') !== false && count($answer->headers) < 100) {
            list($name, $value) = explode(':', $line, 2);
            $answer->headers[strtolower(trim($name))] = trim($value);
        }

        return strlen($line);
    }

    private static function finish(Answer $answer, $handle, int $code)
    {
        if ($code === CURLE_OK) {
            $answer->status = (int) curl_getinfo($handle, CURLINFO_RESPONSE_CODE);

            return;
        }
        $text = curl_error($handle);
        $answer->status = 0;
        $answer->error = $text === '' ? (string) curl_strerror($code) : $text;
    }
}
