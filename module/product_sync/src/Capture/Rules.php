<?php
/**
 * What decides about a mark beside the product itself: settings and circumstances, as plain values.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Rules
{
    /** A settle time is restarted by further calls so many times. */
    const MAX_SETTLES = 10;

    /** @var int seconds until a row may be taken; 0: at once */
    public $settle = 0;
    /** @var int the same of a change: the saves of that time become one message, a person's as well */
    public $changeSettle = 0;
    /** @var bool later changes are sent */
    public $changes = false;
    /** @var string of the shop, for keys */
    public $identity = '';
    /** @var int products up to this number were there before the module */
    public $watermark = 0;
    /** @var bool a look back by the background work: what was cut short counts as it is now */
    public $isSweep = false;
}
