<?php
/**
 * Reads what products are now, in one shop after the other, as an anonymous visitor would find them.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\StorageError;

final class Reader
{
    /**
     * @param Facts[] $facts of the products to read
     *
     * @return Content[] by product
     */
    public static function read(array $facts, Choices $choices): array
    {
        return Listener::deaf(function () use ($facts, $choices) {
            return ShopContext::run($choices->idShop, function () use ($facts, $choices) {
                return self::readHere($facts, $choices);
            });
        });
    }

    /** @param Facts[] $facts @return Content[] */
    private static function readHere(array $facts, Choices $choices): array
    {
        Caches::drop();
        try {
            $contents = $failures = [];
            foreach ($facts as $one) {
                $contents[$one->idProduct] = self::attempt($one, $choices, $failures);
            }
            self::tell($failures);

            return $contents;
        } finally {
            Caches::drop();
        }
    }

    /** What another module throws at one product is no reason to leave out the others. @param \Throwable[] $failures by product */
    private static function attempt(Facts $facts, Choices $choices, array &$failures): Content
    {
        try {
            return self::one($facts, $choices);
        } catch (StorageError $e) {
            throw $e;
        } catch (\Throwable $e) {
            $failures[$facts->idProduct] = $e;

            return new Content(null, Lack::READING);
        }
    }

    /** One line for all of them: a module that fails at one product fails at each. @param \Throwable[] $failures by product */
    private static function tell(array $failures)
    {
        foreach ($failures as $idProduct => $e) {
            $more = count($failures) - 1;
            Log::failure('product ' . $idProduct . ($more > 0 ? ' and ' . $more . ' more' : ''), $e);

            return;
        }
    }

    private static function one(Facts $facts, Choices $choices): Content
    {
        $idShop = $choices->idShop;
        $names = isset($facts->names[$idShop]) ? $facts->names[$idShop] : [];
        if (!$names) {
            return new Content(null, Lack::NAME);
        }
        if (!isset($facts->stocked[$idShop])) {
            return new Content(null, Lack::STOCK);
        }
        $price = Price::read($facts->idProduct, $choices);
        if ($price === null) {
            return new Content(null, Lack::PRICE);
        }
        $payload = self::payload($facts, $choices, $names, $price, (int) \Product::getQuantity($facts->idProduct));
        if (strlen($payload) > Payload::MAX_BYTES) {
            return new Content(null, Lack::LENGTH);
        }

        return new Content($payload, self::lack($choices->sendWhen, $facts->shops[$idShop], $price));
    }

    /** @param string[] $names */
    private static function payload(Facts $facts, Choices $choices, array $names, string $price, int $stock): string
    {
        $more = [];
        if ($choices->version !== null) {
            $more['version'] = $choices->version;
        }
        if ($choices->withShop) {
            $more['shop'] = $choices->idShop;
        }
        if ($choices->withDescription) {
            $texts = isset($facts->descriptions[$choices->idShop]) ? $facts->descriptions[$choices->idShop] : [];
            $more['description'] = self::texts(array_filter($texts, 'strlen'), $choices);
        }

        return Payload::text($facts->idProduct, self::texts($names, $choices), $price, $stock, $more);
    }

    /**
     * A text, or with several languages wanted always an object: an API should not get now the one, now the other.
     *
     * @param string[] $texts
     *
     * @return string|object
     */
    private static function texts(array $texts, Choices $choices)
    {
        return count($choices->languages) > 1
            ? (object) Text::ofLanguages($texts, $choices->languages, $choices->defaultLanguage)
            : (string) Text::choose($texts, array_merge($choices->languages, [$choices->defaultLanguage]));
    }

    private static function lack(string $sendWhen, bool $isActive, string $price): ?string
    {
        if ($sendWhen === 'active' && !$isActive) {
            return Lack::ONLINE;
        }

        return $sendWhen === 'priced' && !Money::isAboveZero($price) ? Lack::PRICED : null;
    }
}
