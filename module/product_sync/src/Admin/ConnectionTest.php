<?php
/**
 * "Test connection": in the direct modes PHP asks the API itself, in queue mode the relay does, over the state table.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

use ProductSync\Outbox\State;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class ConnectionTest
{
    const REACHED = 'reached';

    // verdict => style of the message
    const STYLES = [self::REACHED => 'success', 'credentials' => 'danger', 'failed' => 'danger'];

    /** Leaves the question for the relay; returns its id. */
    public static function ask(int $idShop): string
    {
        $id = bin2hex(random_bytes(8));
        State::setJson('test:' . $idShop, ['id' => $id]);

        return $id;
    }

    /** @return array|null verdict, status, text; null: not answered yet */
    public static function answer(int $idShop, string $id): ?array
    {
        $answer = State::json('test_result:' . $idShop);
        if (!isset($answer['id'], $answer['verdict'], self::STYLES[$answer['verdict']]) || $answer['id'] !== $id) {
            return null;
        }

        return $answer + ['status' => 0, 'text' => ''];
    }
}
