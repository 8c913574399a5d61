<?php
/* The shop run's bench measures all that the module does after the answer. */

use PHPUnit\Framework\TestCase;

final class BenchTest extends TestCase
{
    /** The module's work begins in a function that goes to the end of the line: what is measured must end after it. */
    public function testTheEndOfARequestIsMeasuredToItsEnd()
    {
        $file = World::get()->folder . '/bench.jsonl';
        $script = 'register_shutdown_function(function () { register_shutdown_function(function () { usleep(50000); }); });';
        $prepend = dirname(__DIR__) . '/shop/php/prepend.php';
        exec('SHOP_BENCH_FILE=' . $file . ' php -d auto_prepend_file=' . $prepend . ' ' . $this->script($script), $lines, $code);
        $this->assertSame([[], 0], [$lines, $code]);
        $this->assertGreaterThan(50000000, json_decode(file_get_contents($file), true)['shutdown']);
    }

    private function script($code)
    {
        $path = World::get()->folder . '/measured.php';
        file_put_contents($path, '<?php ' . $code);

        return $path;
    }
}
