<?php
/**
 * The settings of one shop, read as core resolves them: the shop's value, else its group's, else the global one.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Settings;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Settings
{
    // Why nothing may be delivered for a shop now; OPEN: it may.
    const OPEN = '';
    const PAUSED = 'paused';
    const COPY = 'copy';
    const NO_URL = 'no_url';
    const NO_TOKEN = 'no_token';

    /** @var int|null null: where the back office's shop selector points */
    private $idShop;

    private function __construct(?int $idShop)
    {
        $this->idShop = $idShop;
    }

    public static function ofShop(int $idShop): self
    {
        return new self($idShop);
    }

    /** What the form edits: a shop's settings, a group's, or those for all shops. */
    public static function ofContext(): self
    {
        return new self(null);
    }

    public function idShop(): int
    {
        return (int) $this->idShop;
    }

    /** The value as a text; the table's default where nothing, or nothing valid, is stored. */
    public function text(string $name): string
    {
        $setting = Table::get($name);
        $value = $this->stored($name);
        if ($value === null) {
            return $setting->default;
        }

        return Validator::isValid($setting, $value) ? $value : $setting->default;
    }

    public function number(string $name): int
    {
        return (int) $this->text($name);
    }

    public function flag(string $name): bool
    {
        return $this->text($name) === '1';
    }

    /** The API's address, '' when there is none or it is not one that may be used. */
    public function url(): string
    {
        return $this->text(Table::URL);
    }

    /** The token in clear, '' when there is none or it no longer decrypts. Never log or show it. */
    public function token(): string
    {
        return (string) Token::reveal((string) $this->stored(Table::TOKEN));
    }

    /** One of Token::NONE, READABLE, UNREADABLE. */
    public function tokenState(): string
    {
        return Token::state((string) $this->stored(Table::TOKEN));
    }

    /** One of Table::MODE_*. */
    public function mode(): string
    {
        return $this->text(Table::MODE);
    }

    /** @return string[] ISO codes in lower case; none: the shop's default language */
    public function languages(): array
    {
        $text = $this->text(Table::LANGUAGES);

        return $text === '' ? [] : explode(',', $text);
    }

    /** The number for the payload's `version`, or null: no such field. */
    public function version(): ?int
    {
        $text = $this->text(Table::VERSION);

        return $text === '' ? null : (int) $text;
    }

    /** Part of every key: the installation's UUID and the shop. */
    public function identity(): string
    {
        return Installation::uuid() . ':' . $this->idShop;
    }

    /** Rows are recorded only for shops that have somewhere to send them. */
    public function isWanted(): bool
    {
        return $this->url() !== '';
    }

    /** Why nothing may be delivered now, or OPEN. */
    public function obstacle(): string
    {
        if ($this->flag(Table::PAUSE)) {
            return self::PAUSED;
        }
        if ($this->idShop !== null && Place::isCopy($this->idShop)) {
            return self::COPY;
        }
        if ($this->url() === '') {
            return self::NO_URL;
        }

        return $this->tokenState() === Token::READABLE ? self::OPEN : self::NO_TOKEN;
    }

    private function stored(string $name): ?string
    {
        return $this->idShop === null ? Store::readInContext($name) : Store::read($name, $this->idShop);
    }
}
