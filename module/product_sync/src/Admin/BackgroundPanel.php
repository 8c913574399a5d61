<?php
/**
 * What the settings page shows of the work in the background: cron's address, when it ran, how far the catalogue is.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

use ProductSync\Background\Catalogue;
use ProductSync\Background\Cron;
use ProductSync\Background\Slice;
use ProductSync\Outbox\State;
use ProductSync\Outbox\StorageError;
use ProductSync\Settings\Installation;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class BackgroundPanel
{
    /** @var callable English text, values of its place holders => text */
    private $say;

    /** @var \Language */
    private $language;

    public function __construct(callable $say, $language)
    {
        $this->say = $say;
        $this->language = $language;
    }

    /**
     * @param int[] $shops
     *
     * @return array values of background.tpl
     */
    public function values(array $shops): array
    {
        return [
            'cron_url' => self::cronUrl(),
            'cron_ran' => $this->ran(Cron::STATE),
            'slice_ran' => $this->ran(Slice::STATE),
            'catalogues' => array_map([$this, 'catalogue'], $shops),
        ];
    }

    /** @return array running, percent, text and whether there is anything to show, of one shop */
    public function catalogue(int $idShop): array
    {
        try {
            $progress = Catalogue::progress($idShop);
        } catch (StorageError $e) {
            $progress = null;
        }
        $isRunning = $progress !== null && !$progress['finished'];
        $text = $isRunning ? Words::CATALOGUE_RUNS : Words::CATALOGUE_IS_DONE;

        return [
            'id_shop' => $idShop,
            'shop' => ShopName::of($idShop),
            'running' => $isRunning,
            'shown' => $progress !== null,
            'percent' => $progress === null ? 0 : self::percent($progress),
            'text' => $progress === null ? '' : $this->say($text, ['%done%' => $progress['done'], '%all%' => $progress['total']]),
        ];
    }

    /** One address for all shops and whoever looks at the page: it works on any of them. */
    public static function cronUrl(): string
    {
        $shop = (int) \Configuration::get('PS_SHOP_DEFAULT');

        return \Context::getContext()->link->getModuleLink(
            Tabs::MODULE,
            'cron',
            ['token' => Installation::cronToken()],
            null,
            (int) \Configuration::get('PS_LANG_DEFAULT'),
            $shop
        );
    }

    /** 100 only when it is finished: products may be added and removed on the way. */
    private static function percent(array $progress): int
    {
        if ($progress['finished']) {
            return 100;
        }

        return $progress['total'] > 0 ? (int) min(99, floor(100 * $progress['done'] / $progress['total'])) : 0;
    }

    private function ran(string $name): string
    {
        try {
            $age = State::age($name);
        } catch (StorageError $e) {
            $age = null;
        }

        return $age === null
            ? $this->say('never')
            : date($this->language->date_format_full, time() - $age);
    }

    private function say(string $text, array $values = []): string
    {
        return call_user_func($this->say, $text, $values);
    }
}
