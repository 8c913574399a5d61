<?php
/**
 * A row of the outbox as the list shows it.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Admin;

if (!defined('_PS_VERSION_')) {
    exit;
}

final class RowView
{
    // state => class of its badge
    const BADGES = [
        'draft' => 'default',
        'ready' => 'info',
        'taken' => 'info',
        'delivered' => 'success',
        'dead' => 'danger',
        'discarded' => 'default',
    ];

    /** @var callable English text, values of its place holders => text */
    private $say;

    /** @var \Language */
    private $language;

    public function __construct(callable $say, $language)
    {
        $this->say = $say;
        $this->language = $language;
    }

    public function present(array $row): array
    {
        $retried = $row['state'] === 'ready' && (int) $row['attempts'] > 0;
        $row['badge'] = $retried ? 'warning' : self::BADGES[$row['state']];
        $row['state_text'] = $this->say($retried ? 'Waiting for the next attempt' : Words::STATES[$row['state']]);
        $row['type_text'] = $row['type'] === 'product.updated' ? $this->say(Words::TYPES[$row['type']]) : '';
        $row['shop_name'] = ShopName::of((int) $row['id_shop']);
        $row['time'] = $this->localTime($row['delivered_at'] ?: $row['updated_at']);
        $row['next'] = $this->next($row);
        $row['reason'] = $this->reason($row);
        $row['gone'] = $row['deleted_at'] ? $this->say('deleted from the shop') : '';

        return $row;
    }

    private function reason(array $row): string
    {
        $status = $row['last_status'] ? 'HTTP ' . (int) $row['last_status'] : '';
        $error = (string) $row['last_error'];
        if ($row['state'] === 'delivered') {
            return '';
        }
        if ($row['state'] === 'draft' && $error === '') {
            return $this->say('It waits for the save that completes it.');
        }

        return $status !== '' && strpos($error, $status) === false ? trim($status . ' ' . $error) : $error;
    }

    /** When it is tried next, where that is in the future. */
    private function next(array $row): string
    {
        if ($row['next_try'] && in_array($row['state'], ['ready', 'taken'], true)) {
            return $this->say('Next attempt: %time%', ['%time%' => $this->localTime($row['next_try'])]);
        }

        return $row['state'] === 'ready' && $row['later']
            ? $this->say('Not before %time%', ['%time%' => $this->localTime($row['ready_at'])])
            : '';
    }

    /** The outbox's times are UTC; people read the shop's. */
    private function localTime(?string $utc): string
    {
        if (!$utc) {
            return '';
        }
        $time = new \DateTime($utc, new \DateTimeZone('UTC'));

        return $time->setTimezone(new \DateTimeZone(date_default_timezone_get()))->format($this->language->date_format_full);
    }

    private function say(string $text, array $values = []): string
    {
        return call_user_func($this->say, $text, $values);
    }
}
