<?php
/* Office - what core has for the back office: pages in its menu, a controller with its rights, mail. */

class Tab
{
    /** @var Tab[] by class name */
    public static $all = [];

    public $id;
    public $class_name;
    public $module;
    public $active;
    public $id_parent;
    public $name = [];

    public function __construct($id = null)
    {
        foreach (self::$all as $tab) {
            if ($id && $tab->id === $id) {
                $this->id = $id;
                $this->class_name = $tab->class_name;
            }
        }
    }

    public static function getIdFromClassName($name)
    {
        return isset(self::$all[$name]) ? self::$all[$name]->id : false;
    }

    public function add()
    {
        $this->id = count(self::$all) + 100;
        self::$all[$this->class_name] = $this;

        return true;
    }

    public function delete()
    {
        unset(self::$all[$this->class_name]);

        return true;
    }
}

class Mail
{
    /** @var array[] */
    public static $sent = [];

    public static function Send($idLang, $template, $subject, $vars, $to, $toName = null, $from = null, $fromName = null, $files = null, $smtp = null, $path = null)
    {
        self::$sent[] = ['template' => $template, 'subject' => $subject, 'vars' => $vars, 'to' => $to, 'path' => $path];

        return true;
    }
}

/* A controller of core's, as far as the module's pages notice it. */
class OfficeController
{
    public $ajax = false;
    public $errors = [];
    public $context;
    public $controller_name = 'AdminProductSync';
    /** @var string[] */
    public $rights = ['view', 'edit'];

    public function __construct()
    {
        $this->context = Context::getContext();
        $this->context->employee = new Employee(1);
        $this->context->employee->passwd = 'hash-of-the-password';
    }

    public function access($right)
    {
        return in_array($right, $this->rights, true);
    }

    public function postProcess()
    {
        return 'core';
    }
}
