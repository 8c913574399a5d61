<?php
/**
 * One row of the outbox, as it was read.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Row
{
    const DRAFT = 'draft';
    const READY = 'ready';
    const TAKEN = 'taken';
    const DELIVERED = 'delivered';
    const DEAD = 'dead';
    const DISCARDED = 'discarded';

    const CREATED = 'product.created';
    const UPDATED = 'product.updated';

    /** @var int */
    public $id;
    /** @var int */
    public $idProduct;
    /** @var int */
    public $idShop;
    /** @var string */
    public $state;
    /** @var string */
    public $type;
    /** @var int */
    public $revision;
    /** @var string|null */
    public $payload;
    /** @var string|null */
    public $key;
    /** @var string|null of the payload last delivered */
    public $sentDigest;
    /** @var int */
    public $attempts;
    /** @var int those that count towards giving up */
    public $failures;
    /** @var int|null HTTP, of the last attempt; null: none, or it had no answer */
    public $status;
    /** @var string|null why it failed; of a draft: what it lacks */
    public $error;
    /** @var int */
    public $settles;
    /** @var int counts what the module changed: who read another number read another row */
    public $changes;
    /** @var string|null */
    public $owner;
    /** @var bool its owner is a relay that was heard of lately */
    public $isHeld;
    /** @var bool it was taken once, so its bytes may have been sent */
    public $wasTaken;
    /** @var string|null when it was taken last */
    public $takenAt;
    /** @var bool */
    public $wasDelivered;
    /** @var bool the product is gone from the shop */
    public $isDeleted;
    /** @var int seconds since this revision was made, by the database's clock */
    public $age;
    /** @var int|null when it was tried last, in seconds of the database's clock */
    public $triedAt;

    /** @param string[] $record of Rows::COLUMNS */
    public static function of(array $record): self
    {
        $row = new self();
        $row->id = (int) $record['id_outbox'];
        $row->idProduct = (int) $record['id_product'];
        $row->idShop = (int) $record['id_shop'];
        $row->state = $record['state'];
        $row->type = $record['type'];
        $row->revision = (int) $record['revision'];
        $row->payload = $record['payload'];
        $row->key = $record['message_key'];
        $row->sentDigest = $record['sent_digest'];
        $row->attempts = (int) $record['attempts'];
        $row->failures = (int) $record['failures'];
        $row->status = $record['last_status'] === null ? null : (int) $record['last_status'];
        $row->error = $record['last_error'];
        $row->settles = (int) $record['settles'];
        $row->changes = (int) $record['changes'];
        $row->owner = $record['owner'];
        $row->isHeld = (bool) $record['held'];
        $row->wasTaken = $record['taken_at'] !== null;
        $row->takenAt = $record['taken_at'];
        $row->wasDelivered = $record['delivered_at'] !== null;
        $row->isDeleted = $record['deleted_at'] !== null;
        $row->age = (int) $record['age'];
        $row->triedAt = $record['tried'] === null ? null : (int) $record['tried'];

        return $row;
    }

    /** Nobody has had its bytes yet, so they may still change. */
    public function isOpen(): bool
    {
        return $this->state === self::DRAFT || ($this->state === self::READY && !$this->wasTaken);
    }

    /** The last attempt had no answer: it may have taken effect. */
    public function isInDoubt(): bool
    {
        return $this->attempts > 0 && $this->status === null;
    }

    /** An attempt is under way, or waits for its turn with the bytes and the key it had; or a relay is about to withdraw its dead letter. */
    public function isFrozen(): bool
    {
        return $this->state === self::TAKEN || ($this->state === self::READY && $this->wasTaken)
            || ($this->state === self::DEAD && $this->isDeleted && $this->isHeld);
    }

    /** It may be sent yet, by itself or because somebody says so. */
    public function isUnfinished(): bool
    {
        return $this->state !== self::DELIVERED && $this->state !== self::DISCARDED;
    }

    /** It tells nothing of the product that has the number now: that one went from this shop before the API had it, or it was another. */
    public function tellsNothing(): bool
    {
        $isFinished = in_array($this->state, [self::DELIVERED, self::DISCARDED, self::DEAD], true);

        return $this->isDeleted && $isFinished && (!$this->wasDelivered || $this->sentDigest === null);
    }
}
