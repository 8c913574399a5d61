<?php
/* prepend - runs before every script of the measured shop: notes when a request began, when its shutdown functions began and when
   they had ended, and writes one line of JSON a request. */
$GLOBALS['shop_bench'] = ['began' => hrtime(true), 'hooks' => 0, 'cpu' => 0, 'calls' => 0];

/** Runs last: each step goes to the end of the line, because the module does so, too, before it begins its work. */
function shop_bench_last($steps, callable $work)
{
    register_shutdown_function(function () use ($steps, $work) {
        $steps > 0 ? shop_bench_last($steps - 1, $work) : $work();
    });
}

register_shutdown_function(function () {
    $began = hrtime(true);
    shop_bench_last(3, function () use ($began) {
        $end = hrtime(true);
        $line = json_encode(['method' => $_SERVER['REQUEST_METHOD'] ?? 'CLI', 'path' => $_SERVER['REQUEST_URI'] ?? '',
            'hooks' => $GLOBALS['shop_bench']['hooks'], 'cpu' => $GLOBALS['shop_bench']['cpu'],
            'calls' => $GLOBALS['shop_bench']['calls'], 'shutdown' => $end - $began, 'whole' => $end - $GLOBALS['shop_bench']['began']]);
        file_put_contents(getenv('SHOP_BENCH_FILE'), $line . "\n", FILE_APPEND | LOCK_EX);
    });
});
