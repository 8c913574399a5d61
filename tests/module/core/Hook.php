<?php
/* Hook - runs the hooks of the module, where it is registered and on; a module that misbehaves can stand before it. */

class Hook
{
    /** @var Module|null */
    public static $module;
    /** @var string[] in the order in which they ran */
    public static $ran = [];

    public static function exec($name, array $params = [])
    {
        self::$ran[] = $name;
        $method = 'hook' . ucfirst($name);
        if (self::$module && self::isOn() && method_exists(self::$module, $method)) {
            self::$module->$method($params);
        }
    }

    private static function isOn()
    {
        return (bool) Db::getInstance()->getValue('SELECT 1 FROM ps_module m JOIN ps_module_shop s ON s.id_module = m.id_module
            WHERE m.active = 1 AND s.id_shop = ' . (int) Context::getContext()->shop->id);
    }
}
