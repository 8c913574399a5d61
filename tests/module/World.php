<?php
/* World - what the tests stand on: a MariaDB of their own, the shop behind PHP's built-in server, and an API; all in one temporary folder,
 * all ended by their process id. */

final class World
{
    /** @var World|null */
    private static $world;
    /** @var string */
    public $folder;
    /** @var resource[] */
    private $processes = [];
    /** @var string[] */
    public $urls = [];
    /** @var int how much of the shop's error log was looked at */
    private $seen = 0;

    public static function get()
    {
        if (self::$world === null) {
            self::$world = new self();
            register_shutdown_function([self::$world, 'end']);
        }

        return self::$world;
    }

    private function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/product_sync-' . bin2hex(random_bytes(4));
        mkdir($this->folder);
        chmod($this->folder, 0755);
        $socket = $this->folder . '/db.sock';
        putenv('MODULE_TEST_SOCKET=' . $socket);
        putenv('MODULE_TEST_DB=shop');
        putenv('MODULE_TEST_FOLDER=' . $this->folder);
        $this->startDatabase($socket);
        $this->urls['shop'] = $this->startServer('shop', 'php -d opcache.enable=0 -d log_errors=1 -d error_log=' . $this->folder . '/shop.errors -S %s '
            . __DIR__ . '/front.php');
        $this->urls['api'] = $this->startServer('api', 'python3 ' . __DIR__ . '/api.py %d');
    }

    public function end()
    {
        foreach ($this->processes as $process) {
            proc_terminate($process, SIGTERM);
        }
        foreach ($this->processes as $process) {
            for ($i = 0; $i < 200 && proc_get_status($process)['running']; ++$i) {
                usleep(50000);
            }
            if (proc_get_status($process)['running']) {
                proc_terminate($process, SIGKILL);
            }
        }
        exec('rm -rf ' . escapeshellarg($this->folder));
    }

    /** An empty shop with its demo product 19, the module not installed. */
    public function reset()
    {
        $db = $this->server();
        $db->exec('CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4; USE shop');
        $tables = $db->query('SHOW TABLES')->fetchAll(PDO::FETCH_COLUMN);
        if (!in_array('ps_shop', $tables, true)) {
            $db->exec(file_get_contents(__DIR__ . '/core/tables.sql'));
        }
        foreach ($tables as $table) { // emptying is much faster than making anew
            $db->exec("DELETE FROM $table");
        }
        $db->exec(file_get_contents(__DIR__ . '/core/demo.sql'));
        @unlink($this->folder . '/received');
        @unlink($this->folder . '/answers');
    }

    /** What PHP wrote into the shop's error log since the last call. */
    public function errors()
    {
        $file = $this->folder . '/shop.errors';
        clearstatcache();
        $text = is_file($file) ? (string) file_get_contents($file, false, null, $this->seen) : '';
        $this->seen += strlen($text);

        return $text;
    }

    /** Stops the database and starts it again, as an administrator would. */
    public function restartDatabase()
    {
        proc_terminate($this->processes['db'], SIGTERM);
        while (proc_get_status($this->processes['db'])['running']) {
            usleep(20000);
        }
        $this->startDatabase(getenv('MODULE_TEST_SOCKET'));
    }

    /** A connection of the tests' own. */
    public function server()
    {
        return new PDO('mysql:unix_socket=' . getenv('MODULE_TEST_SOCKET') . ';charset=utf8mb4', 'root', '', [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::MYSQL_ATTR_MULTI_STATEMENTS => true]);
    }

    private function startDatabase($socket)
    {
        $data = $this->folder . '/db';
        $user = function_exists('posix_getuid') && posix_getuid() === 0 ? ' --user=root' : '';
        if (!is_dir($data)) {
            exec('mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db --datadir=' . $data . $user . ' --tmpdir=' . $this->folder . ' >' . $this->folder . '/install.log 2>&1', $out, $code);
            if ($code !== 0) {
                throw new Exception('mariadb-install-db: ' . file_get_contents($this->folder . '/install.log'));
            }
        }
        $this->processes['db'] = $this->start('exec ' . self::daemon() . ' --no-defaults --datadir=' . $data . ' --socket=' . $socket . ' --skip-networking --tmpdir=' . $this->folder
            . ' --innodb-flush-log-at-trx-commit=2 --innodb-buffer-pool-size=32M --pid-file=' . $this->folder . '/db.pid' . $user, 'db');
        self::await(function () {
            return (bool) @$this->server();
        }, 'the database: see ' . $this->folder);
    }

    private static function daemon()
    {
        foreach (['/usr/sbin/mariadbd', '/usr/libexec/mariadbd'] as $path) {
            if (is_file($path)) {
                return $path;
            }
        }

        return 'mariadbd';
    }

    /** @param string $command with %s where its address, and %d where its port is to stand */
    private function startServer($name, $command)
    {
        $probe = stream_socket_server('tcp://127.0.0.1:0');
        $address = stream_socket_get_name($probe, false);
        fclose($probe);
        $port = (int) substr(strrchr($address, ':'), 1);
        $this->processes[$name] = $this->start('exec ' . strtr($command, ['%s' => $address, '%d' => $port]), $name);
        self::await(function () use ($address) {
            return @file_get_contents('http://' . $address . '/alive') !== false;
        }, $name);

        return 'http://' . $address;
    }

    private function start($command, $name)
    {
        $log = ['file', $this->folder . '/' . $name . '.log', 'a'];
        $process = proc_open($command, [0 => ['file', '/dev/null', 'r'], 1 => $log, 2 => $log], $pipes);
        if (!is_resource($process)) {
            throw new Exception('cannot start ' . $name);
        }

        return $process;
    }

    private static function await(callable $ready, $what)
    {
        for ($i = 0; $i < 600; ++$i) {
            try {
                if ($ready()) {
                    return;
                }
            } catch (PDOException $e) {
                // not yet
            }
            usleep(50000);
        }
        throw new Exception('did not start: ' . $what);
    }
}
