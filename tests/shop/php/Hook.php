<?php
/* An override of the shop's Hook class, for measuring only: how long the module's hooks take, by hrtime. The times of a request are
   written at its very end, in the line that prepend.php writes. */
class Hook extends HookCore
{
    public static function coreCallHook($module, $method, $params)
    {
        if ($module->name !== 'product_sync') {
            return parent::coreCallHook($module, $method, $params);
        }
        $began = hrtime(true);
        try {
            return parent::coreCallHook($module, $method, $params);
        } finally {
            $GLOBALS['shop_bench']['hooks'] += hrtime(true) - $began;
            ++$GLOBALS['shop_bench']['calls'];
        }
    }
}
