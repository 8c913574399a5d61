<?php
/**
 * What one round of delivering came to.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Delivery;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Report
{
    /** @var int */
    public $delivered = 0;
    /** @var int */
    public $retried = 0;
    /** @var int */
    public $dead = 0;
    /** @var string of the last failure */
    public $reason = '';
    /** @var bool a request in mode simple had no answer: no more of them now */
    public $isUnanswered = false;

    public function isEmpty(): bool
    {
        return $this->delivered + $this->retried + $this->dead === 0;
    }

    public function add(Report $other)
    {
        $this->delivered += $other->delivered;
        $this->retried += $other->retried;
        $this->dead += $other->dead;
        $this->isUnanswered = $this->isUnanswered || $other->isUnanswered;
        $this->reason = $other->reason === '' ? $this->reason : $other->reason;
    }
}
