<?php
/**
 * The products that this request touched, in memory. Pure: no shop, no database, time is an argument.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Marks
{
    /** @var Mark[] by product, in the order in which they were touched last */
    private $marks = [];
    /** @var bool[] by product, all that the request touched, those taken away before its end as well */
    private $touched = [];
    /** @var bool */
    private $hasAdded = false;

    /**
     * @param string $saying of Hooks
     * @param bool $isWhole a save of a page that must come to its end: what is touched now counts only with its last hook
     */
    public function note(string $saying, int $idProduct, bool $isWhole, float $now)
    {
        if ($idProduct <= 0) {
            return;
        }
        $mark = $this->latest($idProduct, $now);
        switch ($saying) {
            case Hooks::ADDED:
                $this->hasAdded = true;
                $mark->addedAt = $now;
                $mark->isRecreated = $mark->isDeleted;
                $mark->isDeleted = false;
                $mark->form = $isWhole ? Mark::BEGUN : Mark::NO_FORM;
                break;
            case Hooks::DELETED:
                $mark->isDeleted = true;
                $mark->addedAt = null;
                $mark->form = Mark::NO_FORM;
                break;
            case Hooks::BEGUN:
                $mark->form = Mark::BEGUN;
                break;
            case Hooks::HALFWAY:
                $mark->form = Mark::HALFWAY;
                break;
            case Hooks::FINISHED:
                $mark->form = $mark->form === Mark::NO_FORM ? Mark::NO_FORM : Mark::FINISHED;
                break;
            case Hooks::UPDATED:
                if ($mark->form === Mark::HALFWAY) {
                    $mark->form = Mark::FINISHED;
                }
                break;
            case Hooks::TOUCHED:
                if ($isWhole && $mark->form === Mark::NO_FORM) {
                    $mark->form = Mark::BEGUN;
                }
                break;
        }
    }

    /** Has the request added a product? */
    public function hasAdded(): bool
    {
        return $this->hasAdded;
    }

    public function count(): int
    {
        return count($this->marks);
    }

    /** All products that the request touched. @return int[] */
    public function touched(): array
    {
        return array_keys($this->touched);
    }

    /** How long ago the product that was left alone for longest was marked first. */
    public function age(float $now): float
    {
        $first = reset($this->marks);

        return $first ? $now - $first->since : 0.0;
    }

    /** Takes all marks away. @return Mark[] */
    public function takeAll(): array
    {
        $marks = array_values($this->marks);
        $this->marks = $this->touched = [];
        $this->hasAdded = false;

        return $marks;
    }

    /** Takes all but the product touched last, which may be half done. @return Mark[] */
    public function takeDone(): array
    {
        $last = array_slice($this->marks, -1, 1, true);
        $done = array_values(array_slice($this->marks, 0, -1, true));
        $this->marks = $last;

        return $done;
    }

    private function latest(int $idProduct, float $now): Mark
    {
        $mark = isset($this->marks[$idProduct]) ? $this->marks[$idProduct] : new Mark($idProduct, $now);
        unset($this->marks[$idProduct]);
        $this->marks[$idProduct] = $mark;
        $this->touched[$idProduct] = true;

        return $mark;
    }
}
