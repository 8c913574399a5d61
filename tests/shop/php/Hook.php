<?php
/* An override of the shop's Hook class, for measuring only: how long the module's hooks take, by hrtime, and how much of that the
   process had a processor. The times of a request are written at its very end, in the line that prepend.php writes. */
class Hook extends HookCore
{
    public static function coreCallHook($module, $method, $params)
    {
        if ($module->name !== 'product_sync') {
            return parent::coreCallHook($module, $method, $params);
        }
        $cpu = self::benchCpuTime();
        $began = hrtime(true);
        try {
            return parent::coreCallHook($module, $method, $params);
        } finally {
            $GLOBALS['shop_bench']['hooks'] += hrtime(true) - $began;
            $GLOBALS['shop_bench']['cpu'] += self::benchCpuTime() - $cpu;
            ++$GLOBALS['shop_bench']['calls'];
        }
    }

    /** Nanoseconds, of this process. */
    private static function benchCpuTime(): int
    {
        $used = getrusage();

        return ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) * 1000000000
            + ($used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec']) * 1000;
    }
}
