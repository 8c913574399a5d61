<?php
/**
 * Which hooks the module hears, and what each of them says of a product. Pure: a table.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Hooks
{
    /** What a hook says. */
    const ADDED = 'added';
    const TOUCHED = 'touched';
    const UPDATED = 'updated';   // touched, and on the old product page the end of a save that is halfway
    const DELETED = 'deleted';
    const BEGUN = 'begun';       // a save of the product page, which must end with FINISHED
    const HALFWAY = 'halfway';   // the old product page: the next UPDATED ends the save
    const FINISHED = 'finished';
    const NOTHING = 'nothing';   // a page of the shop front: an occasion to do waiting work

    /** hook => [what it says, where the product's number stands] */
    const TABLE = [
        'actionObjectProductAddAfter' => [self::ADDED, 'object'],
        'actionObjectProductUpdateBefore' => [self::TOUCHED, 'object'],
        'actionObjectProductDeleteAfter' => [self::DELETED, 'object'],
        'actionProductAdd' => [self::FINISHED, 'id_product'],
        'actionProductSave' => [self::TOUCHED, 'id_product'],
        'actionProductUpdate' => [self::UPDATED, 'id_product'],
        'actionProductDelete' => [self::DELETED, 'id_product'],
        'actionBeforeUpdateProductFormHandler' => [self::BEGUN, 'id'],
        'actionAfterUpdateProductFormHandler' => [self::FINISHED, 'id'],
        'actionAdminProductsControllerSaveAfter' => [self::HALFWAY, 'return'],
        'actionUpdateQuantity' => [self::TOUCHED, 'id_product'],
        'actionObjectStockAvailableAddAfter' => [self::TOUCHED, 'object.id_product'],
        'actionObjectStockAvailableUpdateAfter' => [self::TOUCHED, 'object.id_product'],
        'actionObjectSpecificPriceAddAfter' => [self::TOUCHED, 'object.id_product'],
        'actionObjectSpecificPriceUpdateAfter' => [self::TOUCHED, 'object.id_product'],
        'actionObjectSpecificPriceDeleteAfter' => [self::TOUCHED, 'object.id_product'],
        'actionObjectCombinationAddAfter' => [self::TOUCHED, 'object.id_product'],
        'actionObjectCombinationUpdateAfter' => [self::TOUCHED, 'object.id_product'],
        'actionObjectCombinationDeleteAfter' => [self::TOUCHED, 'object.id_product'],
        'actionFrontControllerSetMedia' => [self::NOTHING, ''],
        'actionBeforeResetModule' => [self::NOTHING, ''], // the module class keeps what a reset would take away
    ];

    /** @return string[] */
    public static function names(): array
    {
        return array_keys(self::TABLE);
    }

    public static function saying(string $hook): string
    {
        return isset(self::TABLE[$hook]) ? self::TABLE[$hook][0] : self::NOTHING;
    }

    /** The product a hook speaks of; 0: none, or all (a catalogue price rule). */
    public static function product(string $hook, array $params): int
    {
        if (!isset(self::TABLE[$hook])) {
            return 0;
        }
        $place = explode('.', self::TABLE[$hook][1]);
        $value = isset($params[$place[0]]) ? $params[$place[0]] : null;
        if (is_object($value)) {
            $field = isset($place[1]) ? $place[1] : 'id';
            $value = isset($value->{$field}) ? $value->{$field} : null;
        }

        return is_numeric($value) ? (int) $value : 0;
    }
}
