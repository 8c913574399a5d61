<?php
/**
 * What the tables say of products, read for many in a few statements: where they are, their texts, whether they have a stock row. Price and
 * stock themselves only core can tell.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

use ProductSync\Outbox\Database;

final class Facts
{
    /** @var int */
    public $idProduct;
    /** @var int */
    public $defaultShop;
    /** @var bool[] active, by shop it is in */
    public $shops = [];
    /** @var string[][] by shop, then by ISO code; none that is empty */
    public $names = [];
    /** @var string[][] */
    public $descriptions = [];
    /** @var bool[] has a stock row, by shop */
    public $stocked = [];

    /**
     * @param int[] $ids
     * @param bool $withDescriptions they may be long
     *
     * @return Facts[] by product; one that is gone is missing
     */
    public static function ofProducts(array $ids, bool $withDescriptions): array
    {
        $all = [];
        $in = '(' . Database::ids($ids) . ')';
        $rows = Database::rows(
            'SELECT p.id_product, p.id_shop_default, ps.id_shop, ps.active FROM ' . Database::table('product') . ' p
            JOIN ' . Database::table('product_shop') . ' ps ON ps.id_product = p.id_product WHERE p.id_product IN ' . $in
        );
        foreach ($rows as $row) {
            $id = (int) $row['id_product'];
            if (!isset($all[$id])) {
                $all[$id] = new self();
                $all[$id]->idProduct = $id;
                $all[$id]->defaultShop = (int) $row['id_shop_default'];
            }
            $all[$id]->shops[(int) $row['id_shop']] = (bool) $row['active'];
        }
        self::readTexts($all, $in, $withDescriptions);
        self::readStocks($all, $in);

        return $all;
    }

    /** The shops that want a message about it: its default shop, or those of its shops that want their own. @param bool[] $each by shop @return int[] */
    public function shopsWanting(array $each): array
    {
        $wanting = [];
        foreach ($each as $idShop => $isEach) {
            if (isset($this->shops[$idShop]) && ($isEach || $idShop === $this->home())) {
                $wanting[] = $idShop;
            }
        }

        return $wanting;
    }

    /** The default shop; where it names one that the product is not in, the first it is in. */
    private function home(): int
    {
        if (isset($this->shops[$this->defaultShop])) {
            return $this->defaultShop;
        }

        return $this->shops ? min(array_keys($this->shops)) : 0;
    }

    /** @param Facts[] $all */
    private static function readTexts(array $all, string $in, bool $withDescriptions)
    {
        $description = $withDescriptions ? 'pl.description' : 'NULL';
        $rows = Database::rows(
            'SELECT pl.id_product, pl.id_shop, l.iso_code, pl.name, ' . $description . ' AS description FROM ' . Database::table('product_lang') . ' pl
            JOIN ' . Database::table('lang') . ' l ON l.id_lang = pl.id_lang WHERE pl.id_product IN ' . $in
        );
        foreach ($rows as $row) {
            $id = (int) $row['id_product'];
            if (!isset($all[$id])) {
                continue;
            }
            $name = Text::name((string) $row['name']);
            if ($name !== '') {
                $all[$id]->names[(int) $row['id_shop']][$row['iso_code']] = $name;
            }
            $all[$id]->descriptions[(int) $row['id_shop']][$row['iso_code']] = Text::utf8((string) $row['description']);
        }
    }

    /** A row of the shop itself, or of its group where the group shares its stock. @param Facts[] $all */
    private static function readStocks(array $all, string $in)
    {
        $rows = Database::rows(
            'SELECT sa.id_product, s.id_shop FROM ' . Database::table('stock_available') . ' sa
            JOIN ' . Database::table('shop') . ' s
            JOIN ' . Database::table('shop_group') . ' g ON g.id_shop_group = s.id_shop_group
            WHERE sa.id_product IN ' . $in . ' AND sa.id_product_attribute = 0
            AND IF(g.share_stock, sa.id_shop = 0 AND sa.id_shop_group = s.id_shop_group, sa.id_shop = s.id_shop)'
        );
        foreach ($rows as $row) {
            if (isset($all[(int) $row['id_product']])) {
                $all[(int) $row['id_product']]->stocked[(int) $row['id_shop']] = true;
            }
        }
    }
}
