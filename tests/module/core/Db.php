<?php
/* Db - core's database class, as far as the module uses it: false or an exception at an error, as its modes have it. */

class PrestaShopException extends Exception
{
}

class PrestaShopDatabaseException extends PrestaShopException
{
}

class Db
{
    /** @var Db|null */
    private static $instance;
    /** @var PDO */
    private $link;
    /** @var PDOStatement|null */
    private $result;
    /** @var bool core's debug mode: throw, where it says false otherwise */
    public $throws = false;
    /** @var string[] what was executed */
    public $log = [];
    /** @var callable|null called with each statement before it runs; tests put what happens meanwhile here */
    public $before;

    public static function getInstance($master = true)
    {
        if (self::$instance === null) {
            self::$instance = new self();
        }

        return self::$instance;
    }

    public function __construct()
    {
        $this->connect();
    }

    public function connect()
    {
        $this->link = new PDO('mysql:unix_socket=' . getenv('MODULE_TEST_SOCKET') . ';dbname=' . getenv('MODULE_TEST_DB') . ';charset=utf8mb4', 'root', '', [
            PDO::ATTR_ERRMODE => PDO::ERRMODE_SILENT,
            PDO::MYSQL_ATTR_INIT_COMMAND => 'SET NAMES utf8mb4',
        ]);
        $this->link->exec("SET SESSION sql_mode = ''");

        return $this->link;
    }

    public function execute($sql, $use_cache = true)
    {
        $this->query($sql);

        return (bool) $this->result;
    }

    public function executeS($sql, $array = true, $use_cache = true)
    {
        $this->query($sql);

        return $this->result ? $this->result->fetchAll(PDO::FETCH_ASSOC) : false;
    }

    public function getRow($sql, $use_cache = true)
    {
        $rows = $this->executeS($sql . ' LIMIT 1');

        return $rows ? $rows[0] : false;
    }

    public function getValue($sql, $use_cache = true)
    {
        $row = $this->getRow($sql);

        return $row ? reset($row) : false;
    }

    public function Affected_Rows()
    {
        return $this->result ? $this->result->rowCount() : 0;
    }

    public function Insert_ID()
    {
        return $this->link->lastInsertId();
    }

    public function getNumberError()
    {
        return (int) $this->link->errorInfo()[1];
    }

    public function escape($string, $html_ok = false, $bq_sql = false)
    {
        $string = substr($this->link->quote((string) $string), 1, -1);

        return $html_ok ? $string : strip_tags($string);
    }

    private function query($sql)
    {
        if ($this->before) {
            call_user_func($this->before, $sql);
        }
        $this->log[] = $sql;
        $this->result = $this->link->query($sql) ?: null;
        if (!$this->result && $this->throws) {
            throw new PrestaShopException('Db: ' . $sql);
        }
    }
}

function pSQL($string, $html_ok = false)
{
    return Db::getInstance()->escape($string, $html_ok);
}
