<?php
/* prepend - runs before every script of the measured shop: notes when a request began, when its shutdown functions began and when
   they had ended, and writes one line of JSON a request. */
$GLOBALS['shop_bench'] = ['began' => hrtime(true), 'hooks' => 0, 'calls' => 0];
register_shutdown_function(function () {
    $began = hrtime(true);
    // A function registered during shutdown runs after all the others.
    register_shutdown_function(function () use ($began) {
        $end = hrtime(true);
        $line = json_encode(['method' => $_SERVER['REQUEST_METHOD'] ?? 'CLI', 'path' => $_SERVER['REQUEST_URI'] ?? '',
            'hooks' => $GLOBALS['shop_bench']['hooks'], 'calls' => $GLOBALS['shop_bench']['calls'],
            'shutdown' => $end - $began, 'whole' => $end - $GLOBALS['shop_bench']['began']]);
        file_put_contents(getenv('SHOP_BENCH_FILE'), $line . "\n", FILE_APPEND | LOCK_EX);
    });
});
