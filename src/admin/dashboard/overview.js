// overview - is everything arriving; if not: what is stuck, since when, why, until when, and what helps.

import {get} from './api.js';
import {chart, draw} from './chart.js';
import {askBulk} from './dialog.js';
import {about, h, keep, say, show} from './dom.js';
import {destinationCard, resume, updateCard} from './destination.js';
import {Poll} from './poll.js';
import {findProblems, headline} from './problems.js';
import {shopCard, updateShop} from './shop.js';
import * as text from './text.js';
import {t} from './text.js';

const STATUS_MS = 2000,
  FIGURES_MS = 10000;
const waiting = (counts) => counts.ready + counts.in_flight + counts.delayed;

/** A figure with its name, a line below, and perhaps the last hour. */
function tile(key, kind) {
  const tile = {
    value: h('dd', {class: 'value'}, '–'),
    note: h('dd', {class: 'note'}),
    chart: kind && chart(kind),
  };
  tile.element = h(
    'div',
    {class: 'tile', id: `tile-${key}`},
    h('dt', {}, t(`tile.${key}`)),
    tile.value,
    tile.note,
    tile.chart && h('dd', {class: 'drawn'}, tile.chart),
  );
  return tile;
}

function set(tile, value, note = '') {
  say(tile.value, value ?? '–');
  say(tile.note, note);
}

const last = (values) => values?.findLast((value) => value !== null) ?? null;
const highest = (values) => Math.max(0, ...values.map((value) => value ?? 0));

function setDrawn(tile, values, name, format, value) {
  if (value !== undefined) say(tile.value, value);
  if (values)
    draw(tile.chart, values, t('chart.says', {name, now: format(last(values) ?? 0), top: format(highest(values))}));
}

function showFigures(tiles, f) {
  const inNow = last(f.in);
  setDrawn(tiles.in, f.in, t('tile.in'), text.rate, inNow === null ? '–' : text.rate(inNow));
  setDrawn(tiles.out, f.out, t('tile.out'), text.rate);
  setDrawn(tiles.backlog, f.backlog, t('tile.backlog'), text.whole);
  set(
    tiles.success,
    f.success_ratio === null ? null : text.percent(f.success_ratio),
    t('tile.success.note', {time: text.duration(f.window_s * 1000)}),
  );
  for (const [tile, p] of [
    [tiles.latency, f.latency_ms],
    [tiles.total, f.end_to_end_ms],
  ])
    set(
      tile,
      p.p50 === null ? null : text.latency(p.p50),
      p.p50 === null ? '' : t('tile.latency.note', {p95: text.latency(p.p95), p99: text.latency(p.p99)}),
    );
}

/** [when nothing waits any more, why that is not sooner]. */
function drainWords(status) {
  const left = status.destinations.filter((d) => waiting(d) > 0);
  const held = left.filter((d) => d.state !== 'ok');
  if (left.length === 0) return [t('drain.none'), ''];
  if (held.length > 0) {
    const latest = held.every((d) => d.until)
      ? held
          .map((d) => d.until)
          .sort()
          .at(-1)
      : null;
    const words = latest ? t('drain.after', {until: text.clock(latest)}) : t('drain.unknown');
    return [words, t('drain.held', {name: held.map((d) => d.name).join(', ')})];
  }
  if (left.some((d) => d.drain_s === null)) return [t('drain.unknown'), ''];
  return [text.duration(Math.max(...left.map((d) => d.drain_s)) * 1000), t('drain.note')];
}

function showStatus(tiles, status) {
  const oldest = status.destinations
    .map((d) => d.oldest)
    .filter(Boolean)
    .sort()[0];
  set(tiles.out, status.total.rate === null ? null : text.rate(status.total.rate));
  set(
    tiles.backlog,
    text.whole(waiting(status.total)),
    t('tile.backlog.note', {flight: status.total.in_flight, delayed: status.total.delayed}),
  );
  set(
    tiles.oldest,
    oldest ? text.since(oldest, status.now) : t('oldest.none'),
    oldest ? t('oldest.note', {at: text.clock(oldest)}) : '',
  );
  set(tiles.drain, ...drainWords(status));
}

/** What is wrong, each with what helps beside it. */
function problemItem(problem) {
  const words = h('p');
  const buttons = problem.actions.map((action) =>
    action.href
      ? h('a', {class: action.primary ? 'button primary' : 'button', href: action.href}, action.text)
      : h('button', {type: 'button', class: action.primary ? 'primary' : '', onclick: action.run}, action.text),
  );
  about(words, ...buttons);
  return h('li', {class: problem.level}, words, h('div', {class: 'buttons'}, buttons));
}

function showVerdict(place, status, groups, act) {
  const problems = findProblems(status, groups, act);
  const [level, words] = headline(status, problems);
  place.element.className = `verdict ${level}`;
  say(place.words, words);
  say(place.heard, level === 'good' && waiting(status.total) > 0 ? t('verdict.flowing') : words);
  say(place.detail, level === 'good' && status.total.done > 0 ? t('verdict.done', {n: status.total.done}) : '');
  keep(
    place.list,
    problems,
    (problem) => problem.key,
    problemItem,
    (item, problem) => say(item.firstElementChild, problem.words),
  );
  show(place.list, problems.length > 0);
  show(place.first, status.total.done + status.total.dead + waiting(status.total) === 0);
}

function verdictPlace() {
  const place = {
    words: h('p', {class: 'words'}, t('loading')),
    heard: h('p', {class: 'heard', role: 'status'}), // for those who listen: without figures, which change all the time
    detail: h('p', {class: 'note'}),
    list: h('ul', {class: 'problems'}),
    first: h(
      'div',
      {class: 'first', hidden: true},
      h('p', {}, t('verdict.first')),
      h('pre', {}, 'productsync produce products.csv'),
    ),
  };
  place.element = h(
    'section',
    {class: 'verdict', 'aria-label': t('verdict.label')},
    place.words,
    place.heard,
    place.detail,
    place.list,
    place.first,
  );
  return place;
}

function makeTiles() {
  return {
    in: tile('in', 'in'),
    out: tile('out', 'out'),
    backlog: tile('backlog', 'backlog'),
    oldest: tile('oldest'),
    drain: tile('drain'),
    success: tile('success'),
    latency: tile('latency'),
    total: tile('total'),
  };
}

/** Causes of dead letters, asked for when the number of letters changed, and now and then. */
function groupsAsker() {
  const had = {groups: [], dead: -1, at: 0};
  return async (dead) => {
    if (dead === had.dead && Date.now() - had.at < FIGURES_MS) return had.groups;
    const groups = dead ? (await get('/v1/dead/groups')).groups.sort((a, b) => b.count - a.count) : [];
    Object.assign(had, {groups, dead, at: Date.now()});
    return groups;
  };
}

export function openOverview(main, page) {
  const tiles = makeTiles();
  const verdict = verdictPlace();
  const cards = h('div', {class: 'cards'});
  const shops = h('div', {class: 'cards'});
  const shopSection = h(
    'section',
    {'aria-labelledby': 'shops-title', hidden: true},
    h('h2', {id: 'shops-title'}, t('shops.title')),
    shops,
  );
  const askGroups = groupsAsker();
  main.append(
    verdict.element,
    h(
      'section',
      {'aria-labelledby': 'figures-title'},
      h('h2', {id: 'figures-title'}, t('figures.title')),
      h(
        'dl',
        {class: 'tiles'},
        Object.values(tiles).map((tile) => tile.element),
      ),
    ),
    h(
      'section',
      {'aria-labelledby': 'destinations-title'},
      h('h2', {id: 'destinations-title'}, t('destinations.title')),
      cards,
    ),
    shopSection,
  );

  async function askStatus() {
    const status = await get('/v1/status');
    showVerdict(verdict, status, await askGroups(status.total.dead), act);
    showStatus(tiles, status);
    keep(
      cards,
      status.destinations,
      (d) => d.name,
      () => destinationCard(() => poll.now()),
      (card, d) => updateCard(card, d, status),
    );
    keep(
      shops,
      status.shops,
      (shop) => shop.name,
      shopCard,
      (card, shop) => updateShop(card, shop, status.now),
    );
    show(shopSection, status.shops.length > 0);
  }
  const act = {
    bulk: (action, selection, n) => askBulk(action, selection, n, () => poll.now()),
    resume: (d) => resume(d, () => poll.now()),
  };
  const poll = new Poll(STATUS_MS, askStatus, page.failed);
  const figures = new Poll(
    FIGURES_MS,
    async () => showFigures(tiles, await get('/v1/figures')),
    () => {},
  );
  return () => {
    poll.end();
    figures.end();
  };
}
