<?php
/**
 * The settings as HelperForm wants them: a panel for each group of the table, each field with its help and its error.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

use ProductSync\Settings\Ownership;
use ProductSync\Settings\Problem;
use ProductSync\Settings\Saver;
use ProductSync\Settings\Setting;
use ProductSync\Settings\Settings;
use ProductSync\Settings\Table;
use ProductSync\Settings\Token;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class SettingsForm
{
    /** @var callable English text, values of its place holders => text */
    private $say;

    /** @var bool may the employee save it? */
    private $editable;

    /** @var bool a question that arises with several shops only is not asked otherwise */
    private $severalShops;

    /** @var string[] what was typed and not saved */
    private $typed;

    /** @var Problem[] */
    private $problems;

    public function __construct(callable $say, bool $editable, bool $severalShops, array $typed, array $problems)
    {
        $this->severalShops = $severalShops;
        $this->say = $say;
        $this->editable = $editable;
        $this->typed = $typed;
        $this->problems = $problems;
    }

    /** @return array[] AdminController::$fields_form */
    public function fields(): array
    {
        $icons = ['icon-link', 'icon-file-text', 'icon-exchange', 'icon-wrench'];
        $panels = [];
        $hidden = [['type' => 'hidden', 'name' => Words::TOKEN_FIELD]];
        foreach (Table::groups() as $title => $names) {
            if (!$this->severalShops) {
                $names = array_values(array_diff($names, [Table::SHOPS]));
            }
            $panels[] = [
                'form' => [
                    'legend' => ['title' => $this->say($title), 'icon' => array_shift($icons)],
                    'input' => array_merge($panels ? [] : $hidden, array_map([$this, 'input'], $names)),
                ] + $this->buttons(!$panels),
            ];
        }

        return $panels;
    }

    /** @return string[] AdminController::$fields_value */
    public function values(): array
    {
        $settings = Settings::ofContext();
        $values = [];
        foreach (Table::all() as $name => $setting) {
            $shown = isset($this->typed[$name]) ? $this->typed[$name] : null;
            $values[$name] = $setting->type === Setting::SECRET ? '' : ($shown === null ? $settings->text($name) : $shown);
        }

        return $values;
    }

    private function input(string $name): array
    {
        $setting = Table::get($name);
        $problem = isset($this->problems[$name]) ? $this->problems[$name] : null;
        $widget = $this->widget($setting);

        return [
            'type' => 'product_sync',
            'widget' => $widget,
            'name' => $name,
            'label' => $this->say($setting->label),
            'help' => $setting->help === '' ? '' : $this->say($setting->help),
            'problem' => $problem === null ? '' : $this->say($problem->text, $problem->values),
            'unit' => $setting->unit === '' ? '' : $this->say($setting->unit),
            'min' => $setting->min,
            'max' => $setting->max,
            'choices' => $this->choices($setting),
            'mask' => $setting->type === Setting::SECRET ? $this->mask() : '',
            'take_over' => Ownership::isForeign($name) ? Saver::TAKE_OVER . $name : '',
            'take_over_label' => $this->say('Something else in this shop wrote this value: let this module replace it, and remove it when it is uninstalled'),
            'disabled' => !$this->editable,
        ];
    }

    private function widget(Setting $setting): string
    {
        $widgets = [
            Setting::ADDRESS => 'url',
            Setting::SECRET => 'secret',
            Setting::CHOICE => 'choice',
            Setting::FLAG => 'choice',
            Setting::NUMBER => 'number',
            Setting::OPTIONAL => 'number',
            Setting::LANGUAGES => 'text',
        ];
        $short = $setting->type === Setting::FLAG || $setting->name === Table::TEST_METHOD;

        return $short ? 'inline' : $widgets[$setting->type];
    }

    /** @return string[] value => text */
    private function choices(Setting $setting): array
    {
        if ($setting->type === Setting::FLAG) {
            return ['1' => $this->say('Yes'), '0' => $this->say('No')];
        }

        return array_map($this->say, $setting->choices);
    }

    /** Says whether there is a token; of the token itself it shows nothing. */
    private function mask(): string
    {
        $masks = [
            Token::NONE => '',
            Token::READABLE => '••••••••••••',
            Token::UNREADABLE => $this->say('cannot be decrypted'),
        ];

        return $masks[Settings::ofContext()->tokenState()];
    }

    private function buttons(bool $first): array
    {
        if (!$this->editable) {
            return [];
        }
        $buttons = ['submit' => ['title' => $this->say('Save'), 'name' => 'submitSettings', 'class' => 'btn btn-default pull-right']];
        if ($first) {
            $buttons['buttons'] = [[
                'title' => $this->say('Save and test connection'),
                'name' => 'submitSettingsAndTest',
                'type' => 'submit',
                'class' => 'pull-right',
                'icon' => 'process-icon-refresh',
            ]];
        }

        return $buttons;
    }

    private function say(string $text, array $values = []): string
    {
        return call_user_func($this->say, $text, $values);
    }
}
