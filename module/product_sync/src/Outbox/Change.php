<?php
/**
 * What is to become of a row, decided from how it was read. Applied only if the row still is so.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Outbox;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Change
{
    /** @var Row|null as it was read; null: there was none */
    public $was;
    /** @var int */
    public $idProduct;
    /** @var int */
    public $idShop;
    /** @var string */
    public $state;
    /** @var string */
    public $type = Row::CREATED;
    /** @var int */
    public $revision = 0;
    /** @var string|null */
    public $payload;
    /** @var string|null */
    public $key;
    /** @var string|null of a draft: what it lacks */
    public $note;
    /** @var int|null seconds until it may be taken; null: not at all, or as before */
    public $readyIn;
    /** @var int */
    public $settles = 0;
    /** @var bool a revision of its own: attempts and times begin anew */
    public $isNew = false;
    /** @var bool about another product than before, of which nothing was delivered yet */
    public $isAnother = false;
    /** @var bool sent again as it is: it may fail as often as at first */
    public $isRevival = false;
    /** @var bool the product is gone from this shop */
    public $isDeleted = false;
    /** @var bool now, and from all others: who has its number later is another */
    public $isGone = false;
    /** @var bool the row goes altogether */
    public $isRemoval = false;

    /** Begins as the row is; without one, as a creation. */
    public static function of(?Row $was, int $idProduct, int $idShop): self
    {
        $change = new self();
        $change->was = $was;
        $change->idProduct = $idProduct;
        $change->idShop = $idShop;
        if ($was === null) {
            $change->isNew = true;
            $change->state = Row::DRAFT;

            return $change;
        }
        $change->state = $was->state;
        $change->type = $was->type;
        $change->revision = $was->revision;
        $change->payload = $was->payload;
        $change->key = $was->key;
        $change->note = $was->error;
        $change->settles = $was->settles;
        $change->isDeleted = $was->isDeleted;

        return $change;
    }
}
