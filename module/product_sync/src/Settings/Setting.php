<?php
/**
 * One setting: its name in PrestaShop's Configuration, what it may hold and what people are told about it.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Settings;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Setting
{
    const ADDRESS = 'address';     // HTTPS, or HTTP to this machine; may be empty
    const SECRET = 'secret';       // encrypted at rest, never shown
    const CHOICE = 'choice';       // one of `choices`
    const FLAG = 'flag';           // 1 or 0
    const NUMBER = 'number';       // an integer from `min` to `max`
    const OPTIONAL = 'optional';   // the same, or empty
    const LANGUAGES = 'languages'; // ISO codes, comma-separated; empty: the shop's default language

    /** @var string */
    public $name;

    /** @var string one of the constants above */
    public $type;

    /** @var string as Configuration holds it */
    public $default;

    /** @var int */
    public $min;

    /** @var int */
    public $max;

    /** @var string[] value => English text, of a CHOICE */
    public $choices;

    /** @var string English text; the page translates it */
    public $label;

    /** @var string English text; the page translates it */
    public $help;

    /** @var string English text of the unit behind the field, or '' */
    public $unit;

    /** @var bool one value for all shops */
    public $global;

    public function __construct(array $row)
    {
        $row += ['default' => '', 'min' => 0, 'max' => 0, 'choices' => [], 'help' => '', 'unit' => '', 'global' => false];
        foreach ($row as $member => $value) {
            $this->$member = $value;
        }
    }
}
