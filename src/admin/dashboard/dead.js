// dead - dead letters by cause; those of one cause, to be looked at, retried, discarded or edited.

import {get, getMessage, query} from './api.js';
import {askBulk} from './dialog.js';
import {about, h, keep, say, show} from './dom.js';
import {actions, besides, time} from './letters.js';
import {Poll} from './poll.js';
import * as text from './text.js';
import {t} from './text.js';
import {link} from './messages.js';

const REFRESH_MS = 5000,
  PAGE = 50,
  MOST = 1000,
  CAUSES_MAX = 200;

const sum = (groups) => groups.reduce((n, group) => n + group.count, 0);

/* ---- by cause ---- */

function groupItem(act) {
  const part = {count: h('span', {class: 'count'}), cause: h('a', {class: 'cause'}), note: h('p', {class: 'note'})};
  const title = h('h3', {}, part.count, ' ', part.cause);
  const button = (action, kind) =>
    h('button', {type: 'button', class: kind, onclick: () => act(action, item.group)}, t(`dead.${action}All`));
  const buttons = [button('retry', 'primary'), button('discard', 'danger')];
  const item = h(
    'li',
    {class: 'card group'},
    h('div', {}, title, part.note),
    h('div', {class: 'buttons'}, buttons),
  );
  about(title, ...buttons);
  return Object.assign(item, {parts: part});
}

function updateGroup(item, group) {
  item.group = group;
  say(item.parts.count, text.whole(group.count));
  say(item.parts.cause, text.cause(group));
  item.parts.cause.href = `#/dead/${encodeURIComponent(group.id)}`;
  say(
    item.parts.note,
    t('group.note', {name: group.destination, from: text.clock(group.oldest), to: text.clock(group.newest)}),
  );
}

export function openDead(main, page) {
  const found = h('p', {class: 'note', role: 'status'}, t('loading'));
  const list = h('ul', {class: 'cards'});
  const all = h(
    'div',
    {class: 'buttons', hidden: true},
    h(
      'button',
      {type: 'button', class: 'primary', onclick: () => askBulk('retry', {all: true}, total, () => poll.now())},
      t('dead.retryEvery'),
    ),
    h(
      'button',
      {type: 'button', class: 'danger', onclick: () => askBulk('discard', {all: true}, total, () => poll.now())},
      t('dead.discardEvery'),
    ),
  );
  let total = 0;
  main.append(found, all, list);
  const act = (action, group) => askBulk(action, {group: group.id}, group.count, () => poll.now());
  async function ask() {
    const {groups} = await get('/v1/dead/groups');
    groups.sort((a, b) => b.count - a.count);
    total = sum(groups);
    const shown = groups.slice(0, CAUSES_MAX);
    say(
      found,
      total === 0 ? t('dead.none') : t('dead.total', {n: total, causes: t('dead.causes', {n: groups.length})}),
    );
    show(all, groups.length > 1);
    keep(
      list,
      shown,
      (group) => group.id,
      () => groupItem(act),
      updateGroup,
    );
  }
  const poll = new Poll(REFRESH_MS, ask, page.failed);
  return () => poll.end();
}

/* ---- of one cause ---- */

/** A letter that opens: only then its payload and answer are asked for. */
function letterItem(message, changed) {
  const box = h('input', {
    type: 'checkbox',
    'aria-label': t('dead.select', {product: String(message.product)}),
    onchange: changed,
  });
  const inside = h('div', {class: 'inside'});
  const details = h(
    'details',
    {ontoggle: () => details.open && load()},
    h(
      'summary',
      {},
      h('strong', {}, t('letter.product', {product: String(message.product)})),
      message.shop ? ` · ${message.shop}` : '',
      h(
        'span',
        {class: 'note'},
        ' · ',
        time(message.settled_at ?? message.created_at),
        ` · ${t('letter.tries', {n: message.tries})}`,
      ),
    ),
    inside,
  );
  async function load() {
    try {
      const full = await getMessage(message.id);
      inside.replaceChildren(
        besides(full),
        actions(full, changed.refresh) ?? '',
        h('p', {}, h('a', {href: link(message)}, t('letter.life'))),
      );
    } catch (problem) {
      inside.replaceChildren(h('p', {class: 'wrong', role: 'alert'}, problem.message));
    }
  }
  return Object.assign(h('li', {class: 'letter'}, box, details), {box});
}

/** Selected ones, or all of the cause. */
function bulkBar(page, state, refresh) {
  const words = h('span', {class: 'note', role: 'status'});
  const run = (action) => {
    const ids = state.selected();
    askBulk(action, ids.length ? {ids} : {group: page.rest}, ids.length || state.count, refresh);
  };
  const retry = h('button', {type: 'button', class: 'primary', onclick: () => run('retry')});
  const discard = h('button', {type: 'button', class: 'danger', onclick: () => run('discard')});
  const every = h(
    'label',
    {class: 'option'},
    h('input', {type: 'checkbox', onchange: (event) => state.selectAll(event.target.checked)}),
    h('span', {}, t('dead.selectAll')),
  );
  return {
    element: h('div', {class: 'bulk buttons'}, every, retry, discard, words),
    update() {
      const n = state.selected().length;
      say(retry, n ? t('dead.retrySelected', {n}) : t('dead.retryThese', {n: state.count}));
      say(discard, n ? t('dead.discardSelected', {n}) : t('dead.discardThese', {n: state.count}));
      say(words, n ? t('dead.selected', {n}) : '');
    },
  };
}

/** A letter that is alone is opened, once. */
function openOnly(list) {
  if (list.children.length !== 1 || list.wasOpened) return;
  list.wasOpened = true;
  list.firstElementChild.lastElementChild.open = true;
}

export function openCause(main, page) {
  const found = h('p', {class: 'note', role: 'status'}, t('loading'));
  const list = h('ul', {class: 'letters', 'aria-label': t('dead.title')});
  const more = h('button', {type: 'button', hidden: true}, t('more'));
  let limit = PAGE;
  const state = {
    count: 0,
    selected: () => [...list.children].filter((item) => item.box.checked).map((item) => item.dataset.key),
    selectAll(on) {
      for (const item of list.children) item.box.checked = on;
      bar.update();
    },
  };
  const refresh = () => poll.now();
  const bar = bulkBar(page, state, refresh);
  const changed = Object.assign(() => bar.update(), {refresh});
  main.append(
    h('p', {}, h('a', {href: '#/dead'}, t('dead.all'))),
    found,
    bar.element,
    list,
    h('div', {class: 'buttons'}, more),
  );

  async function ask() {
    const {groups} = await get('/v1/dead/groups');
    const group = groups.find((one) => one.id === page.rest);
    const {messages} = group ? await get(query('/v1/dead', {group: page.rest, limit})) : {messages: []};
    state.count = group?.count ?? 0;
    if (group) page.title(text.cause(group));
    say(
      found,
      group
        ? t('group.says', {
            n: group.count,
            name: group.destination,
            from: text.clock(group.oldest),
            to: text.clock(group.newest),
          })
        : t('dead.gone'),
    );
    keep(
      list,
      messages,
      (message) => message.id,
      (message) => letterItem(message, changed),
    );
    show(bar.element, state.count > 0);
    show(more, messages.length === limit && limit < MOST);
    bar.update();
    openOnly(list);
  }
  more.addEventListener('click', () => {
    limit = Math.min(limit * 2, MOST);
    poll.now();
  });
  const poll = new Poll(REFRESH_MS, ask, page.failed);
  return () => poll.end();
}
