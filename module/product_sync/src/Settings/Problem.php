<?php
/**
 * What is wrong with a value: an English text and what stands in its place holders, for the page to translate.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Settings;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Problem
{
    /** @var string */
    public $text;

    /** @var array place holder => value */
    public $values;

    public function __construct(string $text, array $values = [])
    {
        $this->text = $text;
        $this->values = $values;
    }
}
