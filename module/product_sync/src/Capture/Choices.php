<?php
/**
 * A shop's settings about content and time, read once for many products, as plain values.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Settings\Installation;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;

final class Choices
{
    /** @var int */
    public $idShop;
    /** @var string[] ISO codes; several: texts are objects of languages */
    public $languages;
    /** @var string ISO code of the shop's default language */
    public $defaultLanguage;
    /** @var bool */
    public $withDescription;
    /** @var int|null */
    public $version;
    /** @var bool */
    public $withShop;
    /** @var bool the regular price, without discounts */
    public $regular;
    /** @var bool */
    public $withTax;
    /** @var string saved, active, priced */
    public $sendWhen;
    /** @var bool a message for each shop the product is in, not for its default shop alone */
    public $eachShop;
    /** @var int seconds */
    public $settle;
    /** @var bool */
    public $changes;
    /** @var string */
    public $identity;
    /** @var int */
    public $watermark;

    public static function ofShop(int $idShop): self
    {
        $settings = Settings::ofShop($idShop);
        $choices = new self();
        $choices->idShop = $idShop;
        $choices->languages = $settings->languages();
        $choices->defaultLanguage = (string) \Language::getIsoById(
            (int) \Configuration::get('PS_LANG_DEFAULT', null, null, $idShop)
        );
        $choices->withDescription = $settings->flag(Table::DESCRIPTION);
        $choices->version = $settings->version();
        $choices->withShop = $settings->flag(Table::SEND_SHOP);
        $choices->regular = $settings->text(Table::PRICE) === 'regular';
        $choices->withTax = $settings->flag(Table::TAX);
        $choices->sendWhen = $settings->text(Table::SEND_WHEN);
        $choices->eachShop = $settings->text(Table::SHOPS) === 'each';
        $choices->settle = $settings->number(Table::SETTLE);
        $choices->changes = $settings->flag(Table::CHANGES);
        $choices->identity = $settings->identity();
        $choices->watermark = Installation::watermark();

        return $choices;
    }

    public function rules(bool $isSettled, bool $isSweep): Rules
    {
        $rules = new Rules();
        $rules->settle = $isSettled ? 0 : $this->settle;
        $rules->changeSettle = $isSweep ? 0 : $this->settle;
        $rules->changes = $this->changes;
        $rules->identity = $this->identity;
        $rules->watermark = $this->watermark;
        $rules->isSweep = $isSweep;

        return $rules;
    }
}
