<?php
/**
 * "Test connection": the code that delivers, without a product. In queue mode the relay runs it, because it is the relay that must reach the
 * API; question and answer then pass through the state table.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\State;
use ProductSync\Settings\Place;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;

final class TestConnection
{
    const REACHED = 'reached';
    const CREDENTIALS = 'credentials';
    const FAILED = 'failed';

    const TIMEOUT_MS = 10000;

    /** Address and token may be the original's. The relay says the same. */
    const UNANSWERED = 'the shop may be a copy: say first which of the two it is';

    /** Runs it from here. @return array verdict, status, text (in English, for people) */
    public static function run(int $idShop): array
    {
        $settings = Settings::ofShop($idShop);
        if (Place::isCopy($idShop)) {
            return self::result(self::FAILED, 0, self::UNANSWERED);
        }
        if ($settings->url() === '') {
            return self::result(self::FAILED, 0, 'there is no address');
        }
        if (!Transport::isThere()) {
            return self::result(self::FAILED, 0, 'PHP has no curl extension');
        }
        $answer = Transport::send(Request::ofTest($settings->text(Table::TEST_METHOD), $settings, self::TIMEOUT_MS));

        return self::judge($answer, $settings->token());
    }

    /** What an answer to a request without a product proves. Pure. */
    public static function judge(Answer $answer, string $token): array
    {
        $status = $answer->status;
        if ($status === 401 || $status === 403) {
            return self::result(self::CREDENTIALS, $status, 'the token was refused (HTTP ' . $status . ')');
        }
        if (($status >= 200 && $status <= 299) || in_array($status, [400, 404, 405, 422], true)) {
            return self::result(self::REACHED, $status, 'the API answered (HTTP ' . $status . '); only a delivery proves that it takes products');
        }
        if ($status >= 300 && $status <= 399) {
            return self::result(self::FAILED, $status, 'HTTP ' . $status . ': the address redirects to another one, which is never followed');
        }

        return self::result(self::FAILED, $status, $answer->reason($token));
    }

    /** Asks the relay; an older question is replaced. @return string the question's id */
    public static function ask(int $idShop): string
    {
        $id = bin2hex(random_bytes(8));
        State::setJson('test:' . $idShop, ['id' => $id]);

        return $id;
    }

    /** The relay's answer to that question, null: none yet. */
    public static function answer(int $idShop, string $id): ?array
    {
        $told = State::json('test_result:' . $idShop);
        if (!isset($told['id'], $told['verdict']) || $told['id'] !== $id) {
            return null;
        }

        return self::result(
            (string) $told['verdict'],
            isset($told['status']) ? (int) $told['status'] : 0,
            isset($told['text']) ? (string) $told['text'] : ''
        );
    }

    private static function result(string $verdict, int $status, string $text): array
    {
        return ['verdict' => $verdict, 'status' => $status, 'text' => $text];
    }
}
