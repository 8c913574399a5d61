<?php
/**
 * Takes what the form brought: checks all of it, and writes all of it or nothing.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Settings;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Saver
{
    // Posted with a value that something else in the shop wrote, to say that this module may have it.
    const TAKE_OVER = 'take_over_';

    /** @var string[] name => value as it would be stored */
    private $values = [];

    /** @var bool[] names of foreign values that may be replaced */
    private $taken = [];

    /** @var Problem[] name => what is wrong */
    private $problems = [];

    /** @param array $input as posted: name => value */
    public function __construct(array $input)
    {
        foreach (Table::all() as $name => $setting) {
            if (isset($input[$name]) && is_string($input[$name])) {
                $this->values[$name] = Validator::normalise($setting, $input[$name]);
            }
            $this->taken[$name] = !empty($input[self::TAKE_OVER . $name]);
        }
        $this->check();
    }

    /** @return Problem[] name => what is wrong; none: it may be saved */
    public function problems(): array
    {
        return $this->problems;
    }

    /** @return string[] what was typed, for the form to show again */
    public function values(): array
    {
        return $this->values;
    }

    /** Writes what differs from what holds now, where the back office's shop selector points. */
    public function save(): bool
    {
        $done = !$this->problems;
        foreach ($done ? $this->changed() : [] as $name => $value) {
            $done = $this->write(Table::get($name), $value) && $done;
        }

        return $done && $this->notePlaces();
    }

    private function check()
    {
        foreach ($this->values as $name => $value) {
            $problem = Validator::problem(Table::get($name), $value);
            if ($problem !== null) {
                $this->problems[$name] = $problem;
            }
        }
        $this->problems += array_filter([
            Table::TOKEN => $this->problemOfToken(),
            Table::LANGUAGES => $this->problemOfLanguages(),
            Table::SHOPS => $this->problemOfShops(),
        ]);
        foreach (array_keys($this->changed()) as $name) {
            if (!isset($this->problems[$name]) && Ownership::isForeign($name) && !$this->taken[$name]) {
                $this->problems[$name] = new Problem(
                    'Something else in this shop wrote the value of %name%. Tick the box to let this module replace it.',
                    ['%name%' => $name]
                );
            }
        }
    }

    private function problemOfToken(): ?Problem
    {
        return empty($this->values[Table::TOKEN]) || Token::hasLastingKey() ? null : new Problem(
            'The token was not saved: app/config/parameters.php has no new_cookie_key, so this shop could not decrypt it again.'
        );
    }

    private function problemOfLanguages(): ?Problem
    {
        $codes = array_filter(explode(',', $this->value(Table::LANGUAGES)));
        $unknown = array_diff($codes, array_map('strtolower', array_column(\Language::getLanguages(false), 'iso_code')));

        return $unknown ? new Problem('This shop has no language %code%.', ['%code%' => implode(', ', $unknown)]) : null;
    }

    /** One message for each shop, all to one address and without the shop's number: nobody could tell them apart. */
    private function problemOfShops(): ?Problem
    {
        if ($this->value(Table::SHOPS) !== 'each' || $this->value(Table::SEND_SHOP) === '1' || !\Shop::isFeatureActive()) {
            return null;
        }
        $edited = \Shop::getContextListShopID();
        $before = Settings::ofContext()->url();
        $urls = [];
        foreach (\Shop::getShops(true, null, true) as $idShop) {
            $url = Settings::ofShop((int) $idShop)->url();
            // A shop with an address of its own keeps it when all shops are edited.
            $follows = in_array($idShop, $edited) && $url === $before;
            $urls[] = $follows ? $this->value(Table::URL) : $url;
        }
        $urls = array_filter($urls);

        return count($urls) === count(array_unique($urls)) ? null : new Problem(
            'Several shops have the same API address. Give each its own, or switch on "Send the shop".'
        );
    }

    private function value(string $name): string
    {
        return isset($this->values[$name]) ? $this->values[$name] : Settings::ofContext()->text($name);
    }

    /** @return string[] name => value, of those that are another one than holds now */
    private function changed(): array
    {
        $now = Settings::ofContext();
        $changed = [];
        foreach ($this->values as $name => $value) {
            $isSecret = Table::get($name)->type === Setting::SECRET;
            if ($isSecret ? $value !== '' : $value !== $now->text($name)) {
                $changed[$name] = $value;
            }
        }

        return $changed;
    }

    private function write(Setting $setting, string $value): bool
    {
        if ($setting->type === Setting::SECRET) {
            $value = Token::conceal($value);
            if ($value === null) {
                return false;
            }
        }
        if (in_array($setting->name, [Table::URL, Table::TOKEN], true) && !Ownership::claim($setting->name)) {
            return false;
        }

        return $setting->global
            ? Store::writeGlobal($setting->name, $value)
            : Store::writeInContext($setting->name, $value);
    }

    /** Where a place is noted already, only an answer to "same shop, or a copy?" changes it. */
    private function notePlaces(): bool
    {
        $shops = array_map('intval', \Shop::getContextListShopID());
        $done = Place::adopt($shops);
        foreach ($shops as $idShop) {
            $done = (Place::saved($idShop) !== '' || Place::note($idShop)) && $done;
        }

        return $done;
    }
}
