// letters - one message in full: payload and answer beside each other, its life as a timeline, and what can be done.

import {askBulk, askText, attempt, notify} from './dialog.js';
import {field, h} from './dom.js';
import {pretty} from './raw.js';
import {change} from './session.js';
import * as text from './text.js';
import {t} from './text.js';

export const time = (at, seconds = true) =>
  h('time', {datetime: at, title: text.fullTime(at)}, text.clock(at, seconds));
export const badge = (state) => h('span', {class: `badge state-${state}`}, t(`message.${state}`));

/** What the API answered last, or why it did not. */
function answerText(message) {
  const failure = message.history.findLast((one) => one.error || one.head);
  if (!failure) return t('answer.none');
  return failure.head.trim() || text.said(failure.error);
}

/** Payload and answer beside each other. */
export function besides(message) {
  const failed = message.state !== 'done' && message.history.some((one) => one.error);
  return h(
    'div',
    {class: 'besides'},
    h(
      'section',
      {},
      h('h3', {}, t('payload.title')),
      h(
        'pre',
        {tabindex: '0', class: 'payload'},
        message.payload === null ? t('payload.gone') : pretty(message.payload),
      ),
    ),
    failed &&
      h('section', {}, h('h3', {}, t('answer.title')), h('pre', {tabindex: '0', class: 'answer'}, answerText(message))),
  );
}

function tryItem(one, number) {
  const well = one.status >= 200 && one.status < 300;
  return h(
    'li',
    {class: well ? 'good' : 'bad'},
    time(one.at),
    h(
      'p',
      {},
      h('strong', {}, t('life.try', {n: number})),
      ' ',
      well ? t('life.accepted', {status: String(one.status)}) : text.bare(text.said(one.error)),
      h('span', {class: 'note'}, ` · ${text.latency(one.latency_ms)}${one.counted ? ` · ${t('life.counted')}` : ''}`),
    ),
    one.head && h('details', {}, h('summary', {}, t('life.answer')), h('pre', {tabindex: '0'}, one.head.trim())),
  );
}

/* What the message is now, as the last step of its life. */
function lastItem(message) {
  const {state} = message;
  if (state === 'delayed')
    return h('li', {class: 'wait'}, message.not_before && time(message.not_before), h('p', {}, t('life.delayed')));
  if (state === 'ready')
    return h('li', {class: 'wait'}, h('p', {}, t(message.waits_for_turn ? 'life.turn' : 'life.ready')));
  if (state === 'in_flight') return h('li', {class: 'wait'}, h('p', {}, t('life.in_flight')));
  const level = {done: 'good', dead: 'bad'}[state] ?? '';
  return h(
    'li',
    {class: level},
    message.settled_at && time(message.settled_at),
    h('p', {}, h('strong', {}, t(`life.${state}`))),
  );
}

export function timeline(message) {
  const earlier = message.tries - message.history.length;
  return h(
    'ol',
    {class: 'timeline'},
    h(
      'li',
      {},
      time(message.created_at),
      h('p', {}, h('strong', {}, t('life.put')), ` · ${t('life.for', {name: message.destination})}`),
    ),
    earlier > 0 && h('li', {}, h('p', {class: 'note'}, t('life.earlier', {n: earlier}))),
    message.history.map((one, i) => tryItem(one, Math.max(0, earlier) + i + 1)),
    lastItem(message),
  );
}

/* ---- what can be done ---- */

function askEdit(message, after) {
  const area = h('textarea', {name: 'payload', rows: '10', spellcheck: 'false', value: pretty(message.payload)});
  askText(
    t('edit.title', {product: String(message.product)}),
    [
      h('p', {}, t('edit.explain')),
      h(
        'div',
        {class: 'besides'},
        h('section', {}, field(t('payload.title'), area)),
        h(
          'section',
          {},
          h('h3', {}, t('answer.title')),
          h('pre', {class: 'answer', tabindex: '0'}, answerText(message)),
        ),
      ),
    ],
    area,
    t('edit.button'),
    async (payload) => {
      const {key} = await change('POST', `/v1/dead/${encodeURIComponent(message.id)}/replace`, payload);
      notify(t('edit.done', {key}));
      after();
    },
  ).classList.add('wide');
}

async function resend(message, after, force = false) {
  const body = {product: message.product, destination: message.destination, shop: message.shop || null, force};
  const {messages} = await change('POST', '/v1/resend', body);
  notify(t('resend.done', {key: messages[0]?.key ?? ''}));
  after();
}

/** The buttons for a message; `after` is called when something changed. */
export function actions(message, after) {
  const button = (words, run, kind = '') => h('button', {type: 'button', class: kind, onclick: run}, words);
  const ids = {ids: [message.id]};
  if (message.state === 'dead')
    return h(
      'div',
      {class: 'buttons'},
      button(t('dead.retry'), () => askBulk('retry', ids, 1, after), 'primary'),
      message.payload !== null && button(t('edit'), () => askEdit(message, after)),
      button(t('dead.discard'), () => askBulk('discard', ids, 1, after), 'danger'),
    );
  if (message.state === 'done')
    return h(
      'div',
      {class: 'buttons'},
      button(t('resend'), () => attempt(() => resend(message, after))),
    );
  return null;
}
