// destination - one destination as a card: its state in words, its figures, pause and resume.

import {askSure, askText, attempt, notify} from './dialog.js';
import {about, h, say, show} from './dom.js';
import {change} from './session.js';
import * as text from './text.js';
import {t} from './text.js';

const levels = {ok: 'good', throttled: 'warn', probing: 'warn', paused: 'warn', open: 'bad', suspended: 'bad'};
const REASON_MAX = 199;
const figures = ['ready', 'in_flight', 'delayed', 'dead', 'done', 'rate', 'requests', 'last_success'];

async function steer(name, what, body, after) {
  await change('POST', `/v1/destinations/${encodeURIComponent(name)}/${what}`, body);
  notify(t(`destination.${what}.done`, {name}));
  after();
}

/** What a person can do about a state that holds deliveries back: end it, or try before its time. What the shop itself
 *  holds is ended there; here it takes force. */
export function resuming(d) {
  if (d.paused?.shop) return 'anyway';
  return ['paused', 'suspended'].includes(d.state) ? 'resume' : 'try';
}
export const resume = (d, after) => attempt(() => steer(d.name, 'resume', {}, after));

const isPausedByHand = (d) => d.state === 'paused' && !(d.paused?.shop && d.paused.hand === null);

function askAnyway({name, paused}, after) {
  askSure(
    t('destination.anyway.title', {name}),
    [
      h('p', {}, t('destination.anyway.why', {reason: text.said(paused.shop)})),
      h('p', {}, t('destination.anyway.explain')),
    ],
    t('destination.anyway'),
    () => steer(name, 'resume', {force: true}, after),
  );
}

function askPause(name, after) {
  const reason = h('input', {
    name: 'reason',
    maxlength: REASON_MAX,
    'aria-label': t('destination.pause.reason'),
    placeholder: t('destination.pause.reason'),
  });
  askText(
    t('destination.pause.title', {name}),
    [h('p', {}, t('destination.pause.explain')), reason],
    reason,
    t('destination.pause'),
    (words) => steer(name, 'pause', words ? {reason: words} : {}, after),
  );
}

export function destinationCard(after) {
  const part = {
    name: h('h3'),
    badge: h('span', {class: 'badge'}),
    words: h('p', {class: 'words'}),
    pause: h('button', {type: 'button'}, t('destination.pause')),
    resume: h('button', {type: 'button', class: 'primary'}, t('destination.resume')),
    messages: h('a', {class: 'button'}, t('destination.messages')),
    figure: Object.fromEntries(figures.map((name) => [name, h('dd')])),
  };
  const card = h(
    'article',
    {class: 'card'},
    h('header', {}, part.name, part.badge),
    part.words,
    h(
      'dl',
      {class: 'facts'},
      figures.map((name) => h('div', {}, h('dt', {}, t(`fact.${name}`)), part.figure[name])),
    ),
    h('div', {class: 'buttons'}, part.messages, part.pause, part.resume),
  );
  about(part.name, part.messages, part.pause, part.resume);
  part.pause.addEventListener('click', () => askPause(card.dataset.key, after));
  part.resume.addEventListener('click', () => (card.shown.paused?.shop ? askAnyway : resume)(card.shown, after));
  card.parts = part;
  return card;
}

export function updateCard(card, d, status) {
  const {parts: part} = card;
  const values = {
    ...d,
    rate: d.rate === null ? null : text.rate(d.rate),
    requests: d.requests === null ? null : t('fact.of', {n: d.requests, most: d.limit}),
    last_success: d.last_success && t('ago', {time: text.since(d.last_success, status.now)}),
  };
  card.shown = d;
  card.id = `destination-${d.name}`;
  card.className = `card ${levels[d.state]}`;
  say(part.name, d.name);
  say(part.badge, t(`badge.${d.state}`));
  part.badge.className = `badge ${levels[d.state]}`;
  say(part.words, text.standing(d));
  for (const name of figures) {
    const value = values[name];
    say(part.figure[name], typeof value === 'number' ? text.whole(value) : (value ?? '–'));
  }
  part.messages.href = `#/messages?destination=${encodeURIComponent(d.name)}`;
  show(part.pause, !isPausedByHand(d) && !d.orphaned);
  say(part.resume, t(`destination.${resuming(d)}`));
  part.resume.className = d.paused?.shop ? 'danger' : 'primary';
  show(part.resume, ['paused', 'suspended', 'open', 'throttled'].includes(d.state));
}
