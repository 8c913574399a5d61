<?php
/**
 * Where a request comes from, told from a few facts of it. It decides when a product counts as settled, and which saves must come to
 * their end. Pure.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Capture;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class Origin
{
    const BACK_OFFICE = 'back office';
    const IMPORT = 'import';
    const WEBSERVICE = 'webservice';
    const CONSOLE = 'console';
    const OTHER = 'other'; // the shop front, the Admin API, a module's own pages

    /** @var string */
    private $kind;
    /** @var bool */
    private $isOldProductPage;
    /** @var bool */
    private $isDuplication;

    /**
     * @param array $facts cli, import, webservice, admin, employee (booleans); controller, method, uri (texts)
     */
    public function __construct(array $facts)
    {
        $this->kind = self::kindOf($facts);
        $isPage = $this->kind === self::BACK_OFFICE && $facts['method'] === 'POST';
        $this->isOldProductPage = $isPage && strcasecmp($facts['controller'], 'AdminProductsController') === 0;
        $this->isDuplication = $isPage && stripos(self::path($facts['uri']), 'duplicate') !== false;
    }

    /** The request that runs now. */
    public static function ofThisRequest(): self
    {
        $context = \Context::getContext();

        return new self([
            'cli' => PHP_SAPI === 'cli',
            'import' => defined('PS_MASS_PRODUCT_CREATION'),
            'webservice' => defined('_PS_API_IN_USE_') && _PS_API_IN_USE_,
            'admin' => defined('_PS_ADMIN_DIR_'),
            'employee' => isset($context->employee->id) && $context->employee->id > 0,
            'controller' => is_object($context->controller) ? get_class($context->controller) : '',
            'method' => isset($_SERVER['REQUEST_METHOD']) ? (string) $_SERVER['REQUEST_METHOD'] : '',
            'uri' => isset($_SERVER['REQUEST_URI']) ? (string) $_SERVER['REQUEST_URI'] : '',
        ]);
    }

    public function kind(): string
    {
        return $this->kind;
    }

    /** A person saved, or a file was imported: nothing more will follow in calls of its own. */
    public function isSettled(): bool
    {
        return $this->kind === self::BACK_OFFICE || $this->kind === self::IMPORT;
    }

    /** Many products may follow each other in one process, which is not to end with all of them. */
    public function isBulk(): bool
    {
        return $this->kind === self::CONSOLE || $this->kind === self::IMPORT;
    }

    /** Must what this hook begins come to its end in this request before it counts? */
    public function isWhole(string $saying): bool
    {
        return $saying === Hooks::ADDED ? $this->isDuplication : $saying === Hooks::TOUCHED && $this->isOldProductPage;
    }

    private static function kindOf(array $facts): string
    {
        if ($facts['import']) {
            return self::IMPORT;
        }
        if ($facts['cli']) {
            return self::CONSOLE;
        }
        if ($facts['webservice']) {
            return self::WEBSERVICE;
        }

        return $facts['admin'] && $facts['employee'] ? self::BACK_OFFICE : self::OTHER;
    }

    private static function path(string $uri): string
    {
        return explode('?', $uri)[0];
    }
}
