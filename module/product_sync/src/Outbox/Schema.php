<?php
/**
 * The module's two tables, as docs/outbox.md of the project describes them. Repeatable in both directions.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Schema
{
    const OUTBOX = 'product_sync_outbox';
    const STATE = 'product_sync_state';

    public static function install(): bool
    {
        Database::run(self::outbox());
        Database::run(self::state());

        return true;
    }

    public static function drop(): bool
    {
        Database::run('DROP TABLE IF EXISTS ' . Database::table(self::OUTBOX) . ', ' . Database::table(self::STATE));

        return true;
    }

    public static function hasOutbox(): bool
    {
        return Database::value(
            'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '
            . Database::quote(Database::table(self::OUTBOX))
        ) !== null;
    }

    private static function outbox(): string
    {
        return 'CREATE TABLE IF NOT EXISTS ' . Database::table(self::OUTBOX) . ' (
            id_outbox    BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
            id_shop      INT UNSIGNED NOT NULL,
            id_product   INT UNSIGNED NOT NULL,
            state        ENUM(\'draft\',\'ready\',\'taken\',\'delivered\',\'dead\',\'discarded\') NOT NULL,
            type         VARCHAR(32) CHARACTER SET ascii NOT NULL,
            revision     INT UNSIGNED NOT NULL DEFAULT 0,
            payload      MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
            message_key  VARCHAR(64) CHARACTER SET ascii NULL,
            sent_digest  CHAR(32) CHARACTER SET ascii NULL,
            attempts     INT UNSIGNED NOT NULL DEFAULT 0,
            failures     INT UNSIGNED NOT NULL DEFAULT 0,
            last_status  SMALLINT UNSIGNED NULL,
            last_error   VARCHAR(255) CHARACTER SET utf8mb4 NULL,
            ready_at     DATETIME NULL,
            next_try     DATETIME NULL,
            tried_at     DATETIME NULL,
            settles      TINYINT UNSIGNED NOT NULL DEFAULT 0,
            changes      INT UNSIGNED NOT NULL DEFAULT 0,
            owner        VARCHAR(80) CHARACTER SET ascii NULL,
            taken_at     DATETIME NULL,
            queued_at    DATETIME NULL,
            created_at   DATETIME NOT NULL,
            updated_at   DATETIME NOT NULL,
            delivered_at DATETIME NULL,
            deleted_at   DATETIME NULL,
            PRIMARY KEY (id_outbox),
            UNIQUE KEY product (id_product, id_shop),
            KEY take (id_shop, state, ready_at),
            KEY owned (owner, state, deleted_at, queued_at),
            KEY changed (state, updated_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';
    }

    private static function state(): string
    {
        return 'CREATE TABLE IF NOT EXISTS ' . Database::table(self::STATE) . ' (
            name       VARCHAR(128) CHARACTER SET ascii NOT NULL,
            value      TEXT CHARACTER SET utf8mb4 NOT NULL,
            updated_at DATETIME NOT NULL,
            PRIMARY KEY (name)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';
    }
}
