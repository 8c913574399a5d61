<?php
/**
 * What the hooks of this request said of one product.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Mark
{
    const NO_FORM = 0;
    const BEGUN = 1;
    const HALFWAY = 2;
    const FINISHED = 3;

    /** @var int */
    public $idProduct;
    /** @var float|null when it was added, by the process's own clock; null: it was there before */
    public $addedAt;
    /** @var bool */
    public $isDeleted = false;
    /** @var bool it was deleted and added again, under the same number */
    public $isRecreated = false;
    /** @var int how far a save of the product page, or a duplication, has come */
    public $form = self::NO_FORM;
    /** @var float when it was marked first */
    public $since;

    public function __construct(int $idProduct, float $now)
    {
        $this->idProduct = $idProduct;
        $this->since = $now;
    }

    public static function ofAdded(int $idProduct, float $now): self
    {
        $mark = new self($idProduct, $now);
        $mark->addedAt = $now;

        return $mark;
    }

    /** The save was cut short: its last hook never came. */
    public function isCut(): bool
    {
        return $this->form === self::BEGUN || $this->form === self::HALFWAY;
    }
}
