<?php
/**
 * What the pages warn of, decided from facts alone: no database, no shop.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;
use ProductSync\Settings\Token;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Health
{
    const COPY = 'copy';
    const NO_KEY = 'no_key';
    const UNREADABLE = 'unreadable';
    const NO_URL = 'no_url';
    const NO_TOKEN = 'no_token';
    const NO_CURL = 'no_curl';
    const NO_RELAY = 'no_relay';
    const RELAY_WAITS = 'relay_waits';
    const SUSPENDED = 'suspended';
    const RESTING = 'resting';
    const STUCK = 'stuck';
    const DEAD = 'dead';
    const PAUSED = 'paused';

    // What may be meant so, and what a setting puts right.
    const MILD = [self::NO_URL, self::NO_TOKEN, self::PAUSED, self::RESTING, self::RELAY_WAITS];
    const BY_SETTINGS = [self::NO_URL, self::NO_TOKEN, self::UNREADABLE, self::PAUSED];

    // Rows may wait that long before the page says that nobody takes them; a relay's heartbeat comes every 10 s.
    const PATIENCE_SECONDS = 300;
    const HEARTBEAT_SECONDS = 60;

    /**
     * @param Facts $facts of one shop
     *
     * @return string[] of the constants above, the gravest first
     */
    public static function of(Facts $facts): array
    {
        return array_merge(self::ofSettings($facts), self::ofDelivery($facts), $facts->dead > 0 ? [self::DEAD] : []);
    }

    /**
     * @param array[] $relays word on the shop and age in seconds of each
     *
     * @return string|null what a relay heard of lately says, `delivering` before any other; null: none was
     */
    public static function relayWord(array $relays): ?string
    {
        $found = null;
        foreach ($relays as $relay) {
            if ($relay['age'] <= self::HEARTBEAT_SECONDS && $relay['word'] !== '' && $found !== 'delivering') {
                $found = $relay['word'];
            }
        }

        return $found;
    }

    private static function ofSettings(Facts $facts): array
    {
        $found = [];
        if ($facts->obstacle === Settings::COPY) {
            $found[] = self::COPY;
        }
        if (!$facts->hasKey) {
            $found[] = self::NO_KEY;
        }
        if ($facts->tokenState === Token::UNREADABLE) {
            $found[] = self::UNREADABLE;
        }
        if ($facts->obstacle === Settings::NO_URL) {
            $found[] = self::NO_URL;
        }
        if ($facts->obstacle === Settings::NO_TOKEN && $facts->tokenState === Token::NONE) {
            $found[] = self::NO_TOKEN;
        }
        if ($facts->obstacle === Settings::PAUSED) {
            $found[] = self::PAUSED;
        }

        return $found;
    }

    private static function ofDelivery(Facts $facts): array
    {
        if ($facts->obstacle !== Settings::OPEN) {
            return [];
        }
        if ($facts->mode === Table::MODE_QUEUE) {
            return self::ofRelay($facts);
        }
        if (!$facts->hasCurl) {
            return [self::NO_CURL];
        }
        if ($facts->suspension !== '') {
            return [self::SUSPENDED];
        }
        if (!self::isStuck($facts)) {
            return [];
        }

        return [$facts->restSeconds > 0 ? self::RESTING : self::STUCK];
    }

    private static function ofRelay(Facts $facts): array
    {
        if ($facts->relayWord === null) {
            return [self::NO_RELAY];
        }
        if ($facts->relayWord !== 'delivering') {
            return [self::RELAY_WAITS];
        }

        return self::isStuck($facts) ? [self::STUCK] : [];
    }

    /** A long backlog of which rows are taken all the time is not stuck. */
    private static function isStuck(Facts $facts): bool
    {
        return (int) $facts->overdueSeconds > self::PATIENCE_SECONDS && !$facts->taking;
    }
}
