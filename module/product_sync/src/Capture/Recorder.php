<?php
/**
 * Brings the outbox up to date with what was marked: reads rows and products, decides, writes. For 100 products at a time.
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
use ProductSync\Outbox\Rows;

final class Recorder
{
    /** Somebody else may write to the same rows meanwhile; then they are read anew, so many times. */
    const TRIES = 4;

    /** @var bool nothing more will follow in a call of its own */
    private $isSettled;
    /** @var bool a look back: what was cut short counts as it is now */
    private $isSweep = false;
    /** @var bool everything is wanted, what was there before the module and what changed since */
    private $isCatalogue = false;
    /** @var int of this shop alone; 0: of all */
    private $onlyShop = 0;
    /** @var Choices[]|null by shop, those that want rows */
    private $choices;

    private function __construct(bool $isSettled)
    {
        $this->isSettled = $isSettled;
    }

    public static function ofRequest(Origin $origin): self
    {
        return new self($origin->isSettled());
    }

    public static function ofSweep(): self
    {
        $recorder = new self(true);
        $recorder->isSweep = true;

        return $recorder;
    }

    public static function ofCatalogue(int $idShop): self
    {
        $recorder = self::ofSweep();
        $recorder->isCatalogue = true;
        $recorder->onlyShop = $idShop;

        return $recorder;
    }

    /**
     * @param Mark[] $marks
     *
     * @return int how many rows were made or changed
     */
    public function record(array $marks): int
    {
        $done = 0;
        NewNumbers::look($marks);
        foreach (array_chunk($marks, Rows::SLICE) as $slice) {
            $done += $this->recordSlice($slice);
        }

        return $done;
    }

    /** @param Mark[] $marks */
    private function recordSlice(array $marks): int
    {
        for ($try = 1; ; ++$try) {
            $changes = $this->decide($marks);
            if (!$changes || Rows::apply($changes)) {
                return count($changes);
            }
            if ($try === self::TRIES) {
                throw new \RuntimeException('Rows of the outbox changed again and again while they were written.');
            }
        }
    }

    /** @param Mark[] $marks @return Change[] */
    private function decide(array $marks): array
    {
        $ids = array_map(function (Mark $mark) {
            return $mark->idProduct;
        }, $marks);
        $now = microtime(true);
        $rows = Rows::ofProducts($ids);
        if (!$this->concerns($marks, $rows, $now)) {
            return [];
        }
        $facts = Facts::ofProducts($ids, $this->wantsDescriptions());
        $changes = $rows ? Gone::changes(array_merge(...array_values($rows)), $facts) : [];
        foreach ($this->choices() as $idShop => $choices) {
            $changes = array_merge($changes, $this->ofShop($choices, $marks, $rows, $facts, $now));
        }

        return $changes;
    }

    /** A cheap look first: most requests touch products that were sent long ago. */
    private function concerns(array $marks, array $rows, float $now): bool
    {
        foreach ($marks as $mark) {
            foreach (isset($rows[$mark->idProduct]) ? $rows[$mark->idProduct] : [] as $row) {
                if ($mark->isDeleted || (!$row->isDeleted && $row->isUnfinished())) {
                    return true; // also where nothing is wanted any more, and of a product that left one of its shops
                }
            }
        }
        foreach ($this->choices() as $choices) {
            $rules = $this->rules($choices);
            foreach ($marks as $mark) {
                $row = self::rowOf($rows, $mark, $choices);
                $elsewhere = $this->elsewhere($rows, $mark, $choices);
                if (Decision::isOwedLater($mark, $row, $rules, $now)
                    || Decision::needsContent($mark, $row, $elsewhere, $rules, $now)) {
                    return true;
                }
            }
        }

        return false;
    }

    private static function rowOf(array $rows, Mark $mark, Choices $choices): ?Row
    {
        return isset($rows[$mark->idProduct][$choices->idShop]) ? $rows[$mark->idProduct][$choices->idShop] : null;
    }

    /** What other shops have of a product: ALONE, ASSOCIATED or TOLD of Decision. */
    private function elsewhere(array $rows, Mark $mark, Choices $choices): int
    {
        $others = isset($rows[$mark->idProduct]) ? array_diff_key($rows[$mark->idProduct], [$choices->idShop => true]) : [];
        if (!$others || $this->isCatalogue) {
            return Decision::ALONE;
        }
        if ($choices->eachShop) {
            return Decision::ASSOCIATED;
        }
        $told = array_filter($others, function (Row $row) {
            return ($row->state !== Row::DRAFT || $row->revision > 0) && !$row->tellsNothing();
        });

        return $told ? Decision::TOLD : Decision::ASSOCIATED;
    }

    /** @return Change[] */
    private function ofShop(Choices $choices, array $marks, array $rows, array $facts, float $now): array
    {
        $rules = $this->rules($choices);
        $each = [$choices->idShop => $choices->eachShop];
        $needed = $wanted = [];
        foreach ($marks as $mark) {
            $id = $mark->idProduct;
            if (!isset($facts[$id]) || !$facts[$id]->shopsWanting($each)) {
                continue;
            }
            $row = self::rowOf($rows, $mark, $choices);
            if (Decision::isOwedLater($mark, $row, $rules, $now)) {
                Later::note($row, $mark->addedAt !== null);
            } elseif (Decision::needsContent($mark, $row, $this->elsewhere($rows, $mark, $choices), $rules, $now)) {
                $needed[] = $mark;
                $wanted[$id] = $facts[$id];
            }
        }
        $contents = $wanted ? Reader::read($wanted, $choices) : [];
        $changes = [];
        foreach ($needed as $mark) {
            $id = $mark->idProduct;
            $row = self::rowOf($rows, $mark, $choices);
            $elsewhere = $this->elsewhere($rows, $mark, $choices);
            $changes[] = Decision::ofContent($mark, $row, $choices->idShop, $elsewhere, $contents[$id], $rules, $now);
        }

        return array_filter($changes);
    }

    private function wantsDescriptions(): bool
    {
        return (bool) array_filter(array_column($this->choices(), 'withDescription'));
    }

    private function rules(Choices $choices): Rules
    {
        $rules = $choices->rules($this->isSettled, $this->isSweep);
        if ($this->isCatalogue) {
            $rules->changes = true;
            $rules->watermark = 0;
        }

        return $rules;
    }

    /** @return Choices[] by shop */
    private function choices(): array
    {
        if ($this->choices === null) {
            $this->choices = [];
            foreach (Shops::wanted() as $idShop) {
                if ($this->onlyShop === 0 || $this->onlyShop === $idShop) {
                    $this->choices[$idShop] = Choices::ofShop($idShop);
                }
            }
        }

        return $this->choices;
    }
}
