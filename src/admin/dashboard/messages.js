// messages - search; and the life of one message.

import {get, getMessage, query} from './api.js';
import {field, h, keep, say, show} from './dom.js';
import {actions, badge, besides, time, timeline} from './letters.js';
import {Poll} from './poll.js';
import * as text from './text.js';
import {t} from './text.js';

const PAGE = 50,
  REFRESH_MS = 5000;
const states = ['ready', 'in_flight', 'delayed', 'dead', 'done', 'discarded', 'replaced'];

export const link = (message) => `#/message/${encodeURIComponent(message.id)}`;

function row() {
  const cell = (key) => h('td', {'data-label': t(`column.${key}`)});
  const columns = {
    product: cell('product'),
    state: cell('state'),
    destination: cell('destination'),
    created: cell('created'),
    tries: cell('tries'),
    cause: cell('cause'),
  };
  return Object.assign(h('tr', {}, Object.values(columns)), {columns});
}

function updateRow(tr, message) {
  const shown = JSON.stringify(message);
  if (tr.shown === shown) return;
  tr.shown = shown;
  tr.columns.product.replaceChildren(
    h('a', {href: link(message)}, String(message.product)),
    message.shop ? h('span', {class: 'note'}, ` ${t('shop.short', {shop: message.shop.split(':').pop()})}`) : '',
  );
  tr.columns.state.replaceChildren(badge(message.state));
  say(tr.columns.destination, message.destination);
  tr.columns.created.replaceChildren(time(message.created_at));
  say(tr.columns.tries, text.whole(message.tries));
  say(tr.columns.cause, message.cause ? text.cause(message.cause) : '');
}

export function messageTable(label) {
  const body = h('tbody');
  const head = ['product', 'state', 'destination', 'created', 'tries', 'cause'].map((key) =>
    h('th', {scope: 'col'}, t(`column.${key}`)),
  );
  return {
    element: h('table', {class: 'list', 'aria-label': label}, h('thead', {}, h('tr', {}, head)), body),
    update: (messages) => keep(body, messages, (message) => message.id, row, updateRow),
  };
}

/** The form's fields become the address: a search can be linked to. */
function follow(event) {
  event.preventDefault();
  const given = [...new FormData(event.target)]
    .map(([name, value]) => [name, value.trim()])
    .filter(([, value]) => value);
  location.hash = given.length ? `#/messages?${new URLSearchParams(given)}` : '#/messages';
}

function searchForm(asked, names) {
  const input = (name, more) => h('input', {name, value: asked.get(name) ?? '', ...more});
  const choice = (name, all, list) =>
    h(
      'select',
      {name},
      h('option', {value: ''}, all),
      list.map(([value, words]) => h('option', {value, selected: asked.get(name) === value}, words)),
    );
  return h(
    'form',
    {class: 'search', role: 'search', onsubmit: follow},
    h(
      'div',
      {},
      field(
        t('search.product'),
        input('product', {
          inputmode: 'numeric',
          pattern: '\\s*[1-9][0-9]{0,18}\\s*',
          title: t('search.product.form'),
          placeholder: '123',
          size: '12',
        }),
      ),
    ),
    h('div', {}, field(t('search.shop'), input('shop', {placeholder: t('search.shop.form'), size: '14'}))),
    h(
      'div',
      {},
      field(
        t('column.destination'),
        choice(
          'destination',
          t('search.any'),
          names.map((name) => [name, name]),
        ),
      ),
    ),
    h(
      'div',
      {},
      field(
        t('column.state'),
        choice(
          'state',
          t('search.any'),
          states.map((state) => [state, t(`message.${state}`)]),
        ),
      ),
    ),
    h('button', {type: 'submit', class: 'primary'}, t('search.button')),
  );
}

export async function openMessages(main, page) {
  const asked = page.parameters;
  const table = messageTable(t('messages.title'));
  const found = h('p', {class: 'note', role: 'status'});
  const more = h('button', {type: 'button', hidden: true}, t('more'));
  let pages = 1;
  const {destinations} = await get('/v1/destinations').catch(() => ({destinations: []}));
  const names = [...new Set([...destinations.map((d) => d.name), asked.get('destination')].filter(Boolean))];
  main.append(searchForm(asked, names), found, table.element, h('div', {class: 'buttons'}, more));
  if (asked.get('shop') && !asked.get('product')) {
    say(found, t('search.needsProduct'));
    show(table.element, false);
    return null;
  }

  async function ask() {
    const filter = {
      product: asked.get('product'),
      shop: asked.get('shop'),
      destination: asked.get('destination'),
      state: asked.get('state'),
    };
    const answer = await get(query('/v1/messages', {...filter, limit: PAGE * pages}));
    table.update(answer.messages);
    show(table.element, answer.messages.length > 0);
    show(more, answer.cursor !== null && PAGE * pages < 1000);
    say(
      found,
      answer.messages.length
        ? t(answer.cursor ? 'messages.first' : 'messages.found', {n: answer.messages.length})
        : t(asked.size ? 'messages.none' : 'messages.empty'),
    );
  }
  more.addEventListener('click', () => {
    pages = Math.min(pages * 2, 20);
    poll.now();
  });
  const poll = new Poll(REFRESH_MS, ask, page.failed);
  return () => poll.end();
}

/* ---- one ---- */

function facts(message) {
  const rows = [
    ['column.state', badge(message.state)],
    ['column.destination', message.destination],
    message.shop && ['search.shop', message.shop],
    ['fact.key', h('code', {}, message.key)],
    message.batch && ['fact.batch', h('code', {}, message.batch)],
    message.trace && ['fact.trace', h('code', {}, message.trace)],
    message.cause && ['column.cause', text.cause(message.cause)],
    message.replaced_by && ['fact.replaced_by', h('code', {}, message.replaced_by)],
  ].filter(Boolean);
  return h(
    'dl',
    {class: 'facts wide'},
    rows.map(([key, value]) => h('div', {}, h('dt', {}, t(key)), h('dd', {}, value))),
  );
}

export function openMessage(main, page) {
  const body = h('div', {}, h('p', {}, t('loading')));
  const heard = h('p', {class: 'heard', role: 'status'});
  let shown = '';
  main.append(heard, body);
  async function ask() {
    const message = await getMessage(page.rest);
    const now = JSON.stringify(message);
    if (now === shown) return;
    shown = now;
    say(heard, t(`message.${message.state}`));
    page.title(t('message.title', {product: String(message.product)}));
    body.replaceChildren(
      facts(message),
      actions(message, () => poll.now()) ?? '',
      besides(message),
      h('section', {'aria-labelledby': 'life'}, h('h2', {id: 'life'}, t('life.title')), timeline(message)),
      h('p', {}, h('a', {href: `#/messages?product=${message.product}`}, t('message.others'))),
    );
  }
  const poll = new Poll(REFRESH_MS, ask, page.failed);
  return () => poll.end();
}
