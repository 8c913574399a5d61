<?php
/**
 * Tells the merchant that products could not be delivered: at most one e-mail a day, and none for what one told of already.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

use ProductSync\Outbox\Database;
use ProductSync\Outbox\Schema;
use ProductSync\Outbox\State;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class DeadMail
{
    const STATE = 'mail';
    const EVERY_SECONDS = 86400;

    const TEMPLATE = 'product_sync_failed';

    // Mails are written in the shop's default language where there is a template in it, else in English.
    const SUBJECTS = [
        'en' => 'Products could not be delivered to the API',
        'fr' => 'Des produits n\'ont pas pu être livrés à l\'API',
        'es' => 'No se han podido entregar productos a la API',
    ];

    /** Called by the work in the background. True: one was sent. */
    public static function sendIfDue(): bool
    {
        $age = State::age(self::STATE);
        if ($age !== null && $age < self::EVERY_SECONDS) {
            return false;
        }
        $counts = self::failedSince($age);
        if (!$counts) {
            return false;
        }
        // Noted first: a mail server that hangs or fails is not asked again all day.
        State::set(self::STATE, (string) array_sum($counts));

        return self::send($counts);
    }

    /** @return int[] shop => rows that failed since the last mail, of the shops that want one */
    private static function failedSince(?int $seconds): array
    {
        $since = $seconds === null ? '' : ' AND updated_at >= UTC_TIMESTAMP() - INTERVAL ' . $seconds . ' SECOND';
        $rows = Database::rows(
            'SELECT id_shop, COUNT(*) AS failed FROM ' . Database::table(Schema::OUTBOX) . '
            WHERE state = \'dead\' AND deleted_at IS NULL' . $since . ' GROUP BY id_shop'
        );
        $counts = [];
        foreach ($rows as $row) {
            if (Settings::ofShop((int) $row['id_shop'])->flag(Table::MAIL)) {
                $counts[(int) $row['id_shop']] = (int) $row['failed'];
            }
        }

        return $counts;
    }

    /** @param int[] $counts by shop */
    private static function send(array $counts): bool
    {
        $idShop = (int) \Configuration::get('PS_SHOP_DEFAULT');
        $idLang = (int) \Configuration::get('PS_LANG_DEFAULT');
        $iso = (string) \Language::getIsoById($idLang);
        $to = (string) \Configuration::get('PS_SHOP_EMAIL');

        return $to !== '' && (bool) \Mail::Send(
            $idLang,
            self::TEMPLATE,
            isset(self::SUBJECTS[$iso]) ? self::SUBJECTS[$iso] : self::SUBJECTS['en'],
            ['{failed}' => (string) array_sum($counts), '{shops}' => implode(', ', array_map([self::class, 'named'], array_keys($counts), $counts))],
            $to,
            null,
            null,
            null,
            null,
            null,
            _PS_MODULE_DIR_ . Tabs::MODULE . '/mails/',
            false,
            $idShop
        );
    }

    private static function named(int $idShop, int $failed): string
    {
        return htmlspecialchars(ShopName::of($idShop)) . ': ' . $failed;
    }
}
