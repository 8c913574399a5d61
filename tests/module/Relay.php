<?php
/* Relay - `productsync work` for the shop of the tests: it takes rows from the same tables that PHP writes. */

final class Relay
{
    /** @var string */
    private $folder;
    /** @var resource|null */
    private $process;

    /** The built program, null when there is none. */
    public static function program()
    {
        $path = getenv('PSYNC_PROGRAM') ?: dirname(__DIR__, 2) . '/build/src/cmd/productsync';

        return is_executable($path) ? $path : null;
    }

    public function __construct()
    {
        $this->folder = World::get()->folder . '/relay-' . bin2hex(random_bytes(4));
        mkdir($this->folder, 0700);
        file_put_contents($this->folder . '/conf', '[state]
folder = ' . $this->folder . '/state
[shop main]
host = ' . getenv('MODULE_TEST_SOCKET') . '
user = root
database = shop
prefix = ps_
allow_private = yes
');
        chmod($this->folder . '/conf', 0600);
        $this->run();
    }

    /** Also anew, with the queue that it had. */
    public function run()
    {
        $log = ['file', $this->folder . '/log', 'a'];
        $this->process = proc_open('exec ' . self::program() . ' work --config ' . $this->folder . '/conf', [0 => ['file', '/dev/null', 'r'], 1 => $log, 2 => $log], $pipes);
    }

    /** What it wrote, for a test that waits in vain. */
    public function log()
    {
        return (string) file_get_contents($this->folder . '/log');
    }

    public function end()
    {
        proc_terminate($this->process, SIGTERM);
        for ($i = 0; $i < 200 && proc_get_status($this->process)['running']; ++$i) {
            usleep(50000);
        }
        proc_terminate($this->process, SIGKILL);
        proc_close($this->process);
    }
}
