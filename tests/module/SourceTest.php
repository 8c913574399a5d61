<?php
/* What must hold of every file of the module: PHP 7.1's syntax and functions, and the rules of the marketplace's validator. */

use PHPUnit\Framework\TestCase;

final class SourceTest extends TestCase
{
    const FOLDER = __DIR__ . '/../../module/product_sync';

    /** Functions that PHP got after 7.1. */
    const NEWER = [
        'str_contains', 'str_starts_with', 'str_ends_with', 'array_key_first', 'array_key_last', 'array_is_list', 'is_countable', 'hrtime',
        'get_debug_type', 'get_resource_id', 'fdiv', 'mb_str_split', 'mb_str_pad', 'mb_trim', 'mb_chr', 'mb_ord', 'mb_scrub', 'password_algos', 'net_get_interfaces',
        'array_find', 'array_any', 'array_all', 'json_validate', 'ctype_alnum_ascii', 'spl_object_id', 'stream_isatty', 'sapi_windows_vt100_support',
        'iterator_apply_keys', 'array_walk_keys', 'openssl_pkey_derive', 'curl_upkeep', 'preg_last_error_msg', 'str_word_break', 'ini_parse_quantity',
    ];

    /** Functions that a newer PHP calls deprecated, or has dropped. */
    const OLDER = [
        'curl_close', 'curl_share_close', 'utf8_encode', 'utf8_decode', 'strftime', 'gmstrftime', 'each', 'create_function', 'money_format', 'get_magic_quotes_gpc',
        'is_real', 'mhash', 'date_sunrise', 'odbc_result_all', 'lcg_value', 'uniqid', 'md5', 'sha1', 'mt_srand', 'rand', 'mt_rand', 'unserialize', 'serialize', 'eval', 'var_dump', 'print_r',
    ];

    /** @return string[][] */
    public static function files()
    {
        $files = [];
        foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator(self::FOLDER, FilesystemIterator::SKIP_DOTS)) as $file) {
            $files[substr($file->getPathname(), strlen(self::FOLDER) + 1)] = [$file->getPathname()];
        }
        ksort($files);

        return $files;
    }

    public static function phpFiles()
    {
        return array_filter(self::files(), function (array $file) {
            return substr($file[0], -4) === '.php';
        });
    }

    /** @dataProvider phpFiles */
    public function testEveryFileHasLicenceAndGuard($path)
    {
        $text = file_get_contents($path);
        $this->assertMatchesRegularExpression('~^<\?php\n/\*\*\n( \*[^\n]*\n)+ \*/\n~', $text, 'begins with its docblock');
        $this->assertStringContainsString('@license   https://opensource.org/licenses/MIT MIT License', $text);
        $this->assertStringNotContainsString('?>', $text);
        $this->assertStringNotContainsString("\t", $text);
        if (basename($path) !== 'index.php') {
            $this->assertMatchesRegularExpression("~\nif \(!defined\('_PS_VERSION_'\)\) \{\n    exit;\n\}\n~", $text);
        }
    }

    /** @dataProvider phpFiles */
    public function testEveryFileIsPhp71($path)
    {
        $this->assertSame([], NewerSyntax::in(file_get_contents($path)));
    }

    /** @dataProvider phpFiles */
    public function testNoFileCallsWhatOtherVersionsLack($path)
    {
        $this->assertSame([], array_values(array_intersect(NewerSyntax::calls(file_get_contents($path)), array_merge(self::NEWER, self::OLDER))));
    }

    public function testEveryFileCompiles()
    {
        $paths = implode(' ', array_map('escapeshellarg', array_column(self::phpFiles(), 0)));
        exec('printf "%s\n" ' . $paths . ' | xargs -P 2 -n 1 php -d error_reporting=-1 -d display_errors=1 -l 2>&1 | grep -v "^No syntax errors"', $lines);
        $this->assertSame([], array_values(array_filter($lines)));
    }

    public function testEveryFolderHasAnIndex()
    {
        $folders = array_unique(array_map('dirname', array_column(self::files(), 0)));
        foreach ($folders as $folder) {
            $this->assertFileExists($folder . '/index.php');
        }
    }

    public function testTheModuleHasWhatTheValidatorAsksFor()
    {
        foreach (['.htaccess', 'logo.png', 'config.xml', 'index.php'] as $name) {
            $this->assertFileExists(self::FOLDER . '/' . $name);
        }
        $this->assertSame([57, 57], array_slice(getimagesize(self::FOLDER . '/logo.png'), 0, 2));
        $config = simplexml_load_file(self::FOLDER . '/config.xml');
        $module = new Product_Sync();
        $this->assertSame([$module->name, $module->version], [(string) $config->name, (string) $config->version]);
        $this->assertNotEmpty($module->ps_versions_compliancy['min']);
        $this->assertSame($module->version, trim(substr(basename(max(glob(self::FOLDER . '/upgrade/upgrade-*.php')), '.php'), 8)));
    }

    /** No table of core's is changed, no asset comes from elsewhere, no HTML stands in PHP. */
    public function testNothingReachesBeyondTheModule()
    {
        foreach (self::files() as $name => list($path)) {
            if (substr($name, -4) === '.png') {
                continue;
            }
            $text = file_get_contents($path);
            $this->assertDoesNotMatchRegularExpression('~ALTER\s+TABLE~i', $text, $name);
            $this->assertDoesNotMatchRegularExpression('~(src|href)\s*=\s*["\'](https?:)?//~i', $text, $name);
            $this->assertDoesNotMatchRegularExpression('~@import|url\(\s*["\']?(https?:)?//~i', $text, $name);
            if (substr($name, -4) === '.php') {
                $this->assertDoesNotMatchRegularExpression('~["\']\s*</?(div|span|p|a|table|form|input|script|style|ul|li)[\s>]~i', $text, $name);
            }
        }
    }

    /** Where failures are exceptions, nothing comes from core's cache of queries, and values are quoted. */
    public function testEveryStatementGoesOneWay()
    {
        $others = array_filter(self::phpFiles(), function (array $file) {
            return preg_match('~\bDb::getInstance|_DB_PREFIX_|\bDbQuery\b~', file_get_contents($file[0]));
        });
        $this->assertSame(['src/Outbox/Database.php'], array_keys($others));
    }

    /** Every hook that is registered has its method, and no method waits in vain. */
    public function testHooksHaveTheirMethods()
    {
        $methods = preg_grep('/^hook/', get_class_methods('Product_Sync'));
        $wanted = array_map(function ($name) {
            return 'hook' . ucfirst($name);
        }, ProductSync\Capture\Hooks::names());
        sort($methods);
        sort($wanted);
        $this->assertSame($wanted, array_values($methods));
    }

    /** The zip: one root folder, no tests, nothing hidden; the same bytes each time. */
    public function testPackage()
    {
        $script = dirname(__DIR__, 2) . '/script/package-module';
        $folder = World::get()->folder . '/package';
        foreach (['one', 'two'] as $name) {
            exec($script . ' ' . $folder . '/' . $name . ' 2>&1', $lines, $code);
            $this->assertSame(0, $code, implode("\n", $lines));
        }
        $this->assertFileEquals($folder . '/one/product_sync.zip', $folder . '/two/product_sync.zip');
        exec('python3 -m zipfile -l ' . $folder . '/one/product_sync.zip', $listed);
        $names = array_map(function ($line) {
            return explode(' ', $line)[0];
        }, array_slice($listed, 1));
        $this->assertSame([], preg_grep('~^product_sync/~', $names, PREG_GREP_INVERT));
        $this->assertSame(['product_sync/.htaccess'], array_values(preg_grep('~/\.~', $names)));
        $this->assertSame([], preg_grep('~/tests?/|phpunit|composer~', $names));
        $this->assertContains('product_sync/product_sync.php', $names);
    }
}
