<?php
/**
 * What becomes of a product's row, from its mark, its row and its content. Pure: the state machine of docs/outbox.md of the project, the
 * module's side.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\Change;
use ProductSync\Outbox\Row;

final class Decision
{
    /** What other shops have of a product: nothing; rows beside which this shop wants its own; its one message. */
    const ALONE = 0;
    const ASSOCIATED = 1;
    const TOLD = 2;

    /** Does the product's content matter here at all? Reading it is what costs. */
    public static function needsContent(Mark $mark, ?Row $row, int $elsewhere, Rules $rules, float $now): bool
    {
        if ($row === null) {
            return $rules->changes || self::isCreation($mark, $elsewhere, $rules);
        }

        return $row->isOpen() || (!$row->isFrozen() && ($rules->changes || self::isRecreated($mark, $row, $now)));
    }

    /** Is a frozen row to be looked at again when it is done with? */
    public static function isOwedLater(Mark $mark, ?Row $row, Rules $rules, float $now): bool
    {
        return $row !== null && $row->isFrozen() && ($rules->changes || self::isRecreated($mark, $row, $now));
    }

    /** The product is no longer in the shop. Null: nothing to do. */
    public static function ofDeleted(?Row $row): ?Change
    {
        if ($row === null || $row->isDeleted) {
            return null;
        }
        $change = Change::of($row, $row->idProduct, $row->idShop);
        $change->isDeleted = true;
        if ($row->isOpen() && $row->revision === 0) {
            $change->isRemoval = true;
        } elseif ($row->isUnfinished() && !self::isTakersToEnd($row)) {
            $change->state = $row->wasDelivered ? Row::DELIVERED : Row::DISCARDED;
        }

        return $change;
    }

    /** Who took it withdraws it, having seen that it was deleted: also a dead letter, which keeps its owner for that. */
    private static function isTakersToEnd(Row $row): bool
    {
        return $row->state === Row::TAKEN || ($row->state === Row::DEAD && $row->owner !== null);
    }

    /** The product is in the shop, and this is its content. Null: the row stays as it is. */
    public static function ofContent(Mark $mark, ?Row $row, int $idShop, int $elsewhere, Content $content, Rules $rules, float $now): ?Change
    {
        $content = self::judged($mark, $row, $content, $rules);
        if ($row === null) {
            $type = self::isCreation($mark, $elsewhere, $rules) ? Row::CREATED : Row::UPDATED;

            return self::filled(Change::of(null, $mark->idProduct, $idShop), $type, $content, $rules);
        }
        if ($row->isOpen()) {
            return self::ofOpen($row, $content, $rules);
        }
        if (self::isRecreated($mark, $row, $now)) {
            $change = self::raised($row, Row::CREATED, $content, $rules);
            $change->isAnother = true;

            return $change;
        }

        return $rules->changes ? self::ofChanged($row, $content, $rules) : null;
    }

    /** Sent again on purpose: a revision of its own, whatever was sent. */
    public static function ofResend(Row $row, Content $content, Rules $rules): Change
    {
        return self::raised($row, $row->type, $content, $rules);
    }

    /** A product without a row here: is it new? Not if another shop, where it had its home before, has told of it. */
    private static function isCreation(Mark $mark, int $elsewhere, Rules $rules): bool
    {
        return $mark->addedAt !== null
            || $elsewhere === self::ASSOCIATED
            || ($elsewhere === self::ALONE && $mark->idProduct > $rules->watermark);
    }

    /** A product was added under the number of one that went, which the row does not know yet. */
    public static function hasVanished(Mark $mark, Row $row, float $now): bool
    {
        return !$row->isDeleted && self::isOlder($mark, $row, $now);
    }

    /** The row is about a product that was there before this one under the same number. */
    private static function isRecreated(Mark $mark, Row $row, float $now): bool
    {
        return $row->isDeleted || $mark->isRecreated || self::isOlder($mark, $row, $now);
    }

    private static function isOlder(Mark $mark, Row $row, float $now): bool
    {
        // A second more, because the row's age is in whole ones.
        return $mark->addedAt !== null && $row->age > $now - $mark->addedAt + 1;
    }

    /** A save that was cut short leaves true but half-done content: not before a whole save, or the sweep. */
    private static function judged(Mark $mark, ?Row $row, Content $content, Rules $rules): Content
    {
        if ($rules->isSweep || $content->lack !== null) {
            return $content;
        }
        $wasCut = $row !== null && $row->state === Row::DRAFT && $row->error === Lack::SAVE && $mark->form !== Mark::FINISHED;

        return $mark->isCut() || $wasCut ? new Content($content->payload, Lack::SAVE) : $content;
    }

    private static function ofOpen(Row $row, Content $content, Rules $rules): ?Change
    {
        $change = Change::of($row, $row->idProduct, $row->idShop);
        $change->isDeleted = false;
        if ($row->state === Row::DRAFT) {
            return self::filled($change, $row->type, $content, $rules);
        }
        if (Lack::isEssential($content->lack)) {
            return null;
        }
        if ($row->type === Row::UPDATED && $content->digest() === $row->sentDigest) {
            $change->state = Row::DELIVERED; // it came back to what was sent last
            $change->payload = $content->payload;

            return $change;
        }
        self::put($change, $content, $rules);
        self::settle($change, $row, $rules);

        return $change;
    }

    private static function ofChanged(Row $row, Content $content, Rules $rules): ?Change
    {
        // What a person discarded before it ever went out stays so; what went out as it is now is no change.
        $isSilent = $row->state === Row::DISCARDED && $row->sentDigest === null;
        if ($isSilent || Lack::isEssential($content->lack) || $content->digest() === $row->sentDigest) {
            return null;
        }
        $isFailedCreation = $row->sentDigest === null;
        if ($isFailedCreation && $content->payload === $row->payload) {
            return null;
        }

        return self::raised($row, $isFailedCreation ? Row::CREATED : Row::UPDATED, $content, $rules);
    }

    private static function raised(Row $row, string $type, Content $content, Rules $rules): Change
    {
        $change = Change::of($row, $row->idProduct, $row->idShop);
        $change->revision = $row->revision + 1;
        $change->isNew = true;
        $change->isDeleted = false;
        $change->settles = 0;

        return self::filled($change, $type, $content, $rules);
    }

    /** Draft or ready, by what it lacks. */
    private static function filled(Change $change, string $type, Content $content, Rules $rules): Change
    {
        $change->type = $type;
        $isTold = $type === Row::UPDATED && !Lack::isEssential($content->lack); // "send when" is about the first time
        if ($content->lack !== null && !$isTold) {
            $change->state = Row::DRAFT;
            $change->note = $content->lack;
            $change->payload = $change->key = null;

            return $change;
        }
        $change->state = Row::READY;
        $change->readyIn = $type === Row::UPDATED ? $rules->changeSettle : $rules->settle;
        $change->settles = 0;
        self::put($change, $content, $rules);

        return $change;
    }

    private static function put(Change $change, Content $content, Rules $rules)
    {
        $change->note = null;
        $change->payload = $content->payload;
        $change->key = Key::of($change->idProduct, $rules->identity, $change->type, $change->revision, (string) $content->payload);
    }

    /** The settle time begins again, a bounded number of times; a person's save ends it, unless it is but a change. */
    private static function settle(Change $change, Row $row, Rules $rules)
    {
        $seconds = $row->type === Row::UPDATED ? $rules->changeSettle : $rules->settle;
        if ($seconds === 0) {
            $change->readyIn = 0;
        } elseif ($row->settles < Rules::MAX_SETTLES) {
            $change->readyIn = $seconds;
            $change->settles = $row->settles + 1;
        }
    }
}
