<?php
/* shopbreaker - a module that misbehaves once, on request, in the middle of another's work. The file named by the environment
   says how: JSON {"hook": "actionProductUpdate", "do": "exception|error|die|memory|time|kill", "skip": 0}:
   at which of the hook's calls, and how. */
if (!defined('_PS_VERSION_')) {
    exit;
}

class Shopbreaker extends Module
{
    const HOOKS = ['actionObjectProductAddAfter', 'actionProductUpdate', 'actionProductSave', 'actionUpdateQuantity'];

    public function __construct()
    {
        $this->name = 'shopbreaker';
        $this->version = '1.0.0';
        $this->author = 'tests';
        $this->tab = 'others';
        parent::__construct();
        $this->displayName = 'Shop breaker';
        $this->description = 'Misbehaves on request.';
    }

    public function install()
    {
        return parent::install() && $this->registerHook(self::HOOKS);
    }

    public function hookActionObjectProductAddAfter($params)
    {
        $this->misbehave('actionObjectProductAddAfter');
    }

    public function hookActionProductUpdate($params)
    {
        $this->misbehave('actionProductUpdate');
    }

    public function hookActionProductSave($params)
    {
        $this->misbehave('actionProductSave');
    }

    public function hookActionUpdateQuantity($params)
    {
        $this->misbehave('actionUpdateQuantity');
    }

    private function misbehave($hook)
    {
        $file = dirname(_PS_ROOT_DIR_) . '/break.json';
        if (!is_file($file)) {
            return;
        }
        $order = json_decode(file_get_contents($file), true);
        if ($order['hook'] !== $hook) {
            return;
        }
        if ($order['skip'] > 0) {
            --$order['skip'];
            file_put_contents($file, json_encode($order));

            return;
        }
        if (!@unlink($file)) {
            return;
        }
        switch ($order['do']) {
            case 'exception':
                throw new Exception('broken on purpose');
            case 'error':
                throw new Error('broken on purpose');
            case 'die':
                die('broken on purpose');
            case 'memory':
                $all = [];
                while (true) {
                    $all[] = str_repeat('x', 1 << 24);
                }
                // no break
            case 'time':
                set_time_limit(1);
                while (true) {
                }
                // no break
            case 'kill':
                posix_kill(getmypid(), 9);
                sleep(5);
                break;
        }
    }
}
