// settings - what holds, where it comes from, and what may be changed here.

import {get} from './api.js';
import {askText, notify} from './dialog.js';
import {field, h, say, show} from './dom.js';
import {Poll} from './poll.js';
import {change} from './session.js';
import {t} from './text.js';
import {helpOf} from './told.js';

const REFRESH_MS = 30000;
const sectionOf = (name) => name.replace(/\.[^.]*$/, '');

function helpText(element, setting, look = {}) {
  const {words, language} = helpOf(setting);
  return h(element, {...look, lang: language}, words);
}

async function store(name, value, after) {
  const {changed} = await change('PATCH', '/v1/config', {settings: {[name]: value}});
  notify(changed?.length ? t('settings.changed', {what: changed.join(', ')}) : t('settings.same'));
  after();
}

function askSetting(setting, after) {
  const input = h('input', {
    name: 'value',
    value: setting.value,
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-label': setting.name,
  });
  const back =
    setting.from === 'dashboard' &&
    h(
      'button',
      {
        type: 'button',
        onclick: async () => {
          try {
            await store(setting.name, null, after);
            dialog.close();
          } catch (problem) {
            if (problem.message) notify(problem.message, true);
          }
        },
      },
      t('settings.back'),
    );
  const dialog = askText(
    setting.name,
    [helpText('p', setting), input],
    input,
    t('settings.save'),
    (value) => store(setting.name, value.trim(), after),
    back || '',
  );
  input.select();
}

function settingRow(setting, after) {
  const value = setting.value === '' ? h('span', {class: 'note'}, t('settings.unset')) : h('code', {}, setting.value);
  return h(
    'tr',
    {},
    h(
      'th',
      {scope: 'row', 'data-label': t('column.setting')},
      h('code', {}, setting.name.slice(sectionOf(setting.name).length + 1)),
      helpText('span', setting, {class: 'note'}),
    ),
    h(
      'td',
      {'data-label': t('column.value')},
      value,
      setting.secret && setting.value ? h('span', {class: 'note'}, ` ${t('settings.secret')}`) : '',
    ),
    h(
      'td',
      {'data-label': t('column.from')},
      h('span', {class: `from ${setting.from.replace(' ', '-')}`}, t(`from.${setting.from}`)),
      setting.origin !== setting.from ? h('span', {class: 'note'}, ` ${setting.origin}`) : '',
    ),
    h(
      'td',
      {},
      setting.changeable &&
        h(
          'button',
          {
            type: 'button',
            'aria-label': t('settings.change', {name: setting.name}),
            onclick: () => askSetting(setting, after),
          },
          t('settings.button'),
        ),
    ),
  );
}

function sections(settings, after) {
  const names = [...new Set(settings.map((setting) => sectionOf(setting.name)))];
  return names.map((name) => {
    const rows = settings.filter((setting) => sectionOf(setting.name) === name);
    return h(
      'section',
      {'aria-label': name},
      h('h2', {}, h('code', {}, `[${name}]`)),
      h(
        'table',
        {class: 'settings', 'aria-label': name},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['setting', 'value', 'from'].map((key) => h('th', {scope: 'col'}, t(`column.${key}`))),
            h('td'),
          ),
        ),
        h(
          'tbody',
          {},
          rows.map((setting) => settingRow(setting, after)),
        ),
      ),
    );
  });
}

export function openSettings(main, page) {
  const find = h('input', {
    type: 'search',
    name: 'find',
    value: page.parameters.get('find') ?? '',
    placeholder: 'retry.attempts',
    oninput: () => draw(),
  });
  const only = h('input', {type: 'checkbox', onchange: () => draw()});
  const found = h('p', {class: 'note', role: 'status'});
  const body = h('div');
  let settings = [],
    shown = '';
  main.append(
    h('p', {class: 'note'}, t('settings.explain')),
    h(
      'form',
      {class: 'search', role: 'search', onsubmit: (event) => event.preventDefault()},
      h('div', {}, field(t('settings.find'), find)),
      h('label', {class: 'option'}, only, h('span', {}, t('settings.only'))),
    ),
    found,
    body,
  );

  function draw() {
    const words = find.value.trim().toLowerCase();
    const fitting = settings.filter(
      (setting) =>
        (!only.checked || setting.from !== 'default') &&
        `${setting.name} ${helpOf(setting).words}`.toLowerCase().includes(words),
    );
    const now = JSON.stringify(fitting);
    if (now === shown) return;
    shown = now;
    body.replaceChildren(...sections(fitting, () => poll.now()));
    say(found, t('settings.found', {n: fitting.length}));
    show(found, Boolean(words) || only.checked);
  }
  const poll = new Poll(
    REFRESH_MS,
    async () => {
      ({settings} = await get('/v1/config'));
      draw();
    },
    page.failed,
  );
  return () => poll.end();
}
