<?php
/**
 * The module's pages in the back office. Core registers them when it installs the module, but not when it upgrades it and
 * not at a bare Module::install(): hence install(), which may be called any number of times.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Tabs
{
    const PRODUCTS = 'AdminProductSync';
    const SETTINGS = 'AdminProductSyncSettings';

    const MODULE = 'product_sync';

    // It has pages of its own in every version, so core need not double it to take one more.
    const PARENT = 'AdminCatalog';

    /** As Module::$tabs wants them. */
    public static function definitions(): array
    {
        return [
            [
                'class_name' => self::PRODUCTS,
                'parent_class_name' => self::PARENT,
                'name' => ['en' => 'Product Sync', 'fr' => 'Synchronisation produits', 'es' => 'Sincronización de productos'],
                'visible' => true,
            ],
            [
                'class_name' => self::SETTINGS,
                'parent_class_name' => self::PARENT,
                'name' => [
                    'en' => 'Product Sync settings',
                    'fr' => 'Réglages de la synchronisation',
                    'es' => 'Ajustes de la sincronización',
                ],
                'visible' => false,
            ],
        ];
    }

    /** Adds what is missing. */
    public static function install(): bool
    {
        $done = true;
        foreach (self::definitions() as $definition) {
            $done = (\Tab::getIdFromClassName($definition['class_name']) || self::add($definition)) && $done;
        }

        return $done;
    }

    private static function add(array $definition): bool
    {
        $tab = new \Tab();
        $tab->class_name = $definition['class_name'];
        $tab->module = self::MODULE;
        $tab->active = $definition['visible'];
        $tab->id_parent = (int) \Tab::getIdFromClassName($definition['parent_class_name']);
        foreach (\Language::getLanguages(false) as $language) {
            $names = $definition['name'];
            $iso = $language['iso_code'];
            $tab->name[$language['id_lang']] = isset($names[$iso]) ? $names[$iso] : $names['en'];
        }

        return (bool) $tab->add();
    }
}
