// problems - what needs a person, from the status alone: pure, so that the words can be tested.

import {resuming} from './destination.js';
import {hindrance} from './shop.js';
import * as text from './text.js';
import {t} from './text.js';

const NEARLY = 0.9,
  OLD_MS = 15 * 60 * 1000,
  CAUSES_SHOWN = 3;
const held = {suspended: 'bad', open: 'bad', paused: 'warn', throttled: 'warn', probing: 'warn'};
const waiting = (d) => d.ready + d.in_flight + d.delayed;

function ofDestination(d, act) {
  const words = t('problem.destination', {name: d.name, words: text.standing(d)});
  const waits = d.oldest ? ` ${t('problem.waits', {n: waiting(d), since: text.clock(d.oldest)})}` : '';
  return {
    key: `${d.paused?.shop ? 'held' : d.state} ${d.name}`, // what can be done about it differs
    level: held[d.state],
    words: words + waits,
    actions: [
      d.state === 'suspended' && {text: t('problem.settings'), href: '#/settings?find=destination', primary: true},
      // what its shop holds is ended there: the words say where
      d.state !== 'probing' &&
        !d.paused?.shop && {
          text: t(`destination.${resuming(d)}`),
          run: () => act.resume(d),
          primary: d.state === 'paused',
        },
      waiting(d) > 0 && {text: t('destination.messages'), href: `#/messages?destination=${encodeURIComponent(d.name)}`},
    ].filter(Boolean),
  };
}

const ofShops = (shops) =>
  shops.filter(hindrance).map((shop) => ({
    key: `shop ${shop.state} ${shop.name}`,
    level: 'bad',
    words: hindrance(shop),
    actions: [{text: t('problem.settings'), href: '#/settings?find=shop', primary: true}],
  }));

function ofCause(group, act) {
  const select = {group: group.id};
  return {
    key: `dead ${group.id}`,
    level: 'bad',
    words: t('problem.dead', {
      n: group.count,
      name: group.destination,
      cause: text.cause(group),
      at: text.clock(group.newest),
    }),
    actions: [
      {text: t('problem.look'), href: `#/dead/${encodeURIComponent(group.id)}`, primary: true},
      {text: t('dead.retry'), run: () => act.bulk('retry', select, group.count)},
    ],
  };
}

function ofQueue(status) {
  const found = [];
  const most = status.queue.max_depth;
  for (const d of status.destinations) {
    if (waiting(d) < NEARLY * most) continue;
    const full = waiting(d) >= most;
    found.push({
      key: `full ${d.name} ${full}`,
      level: full ? 'bad' : 'warn',
      actions: [{text: t('problem.limit'), href: '#/settings?find=queue.max_depth'}],
      words: t(full ? 'problem.full' : 'problem.nearlyFull', {name: d.name, n: waiting(d), most}),
    });
  }
  const {free_bytes: free, needed_bytes: needed} = status.queue;
  if (free !== undefined && free !== null && free < 2 * needed)
    found.push({
      key: `disk ${free < needed}`,
      level: free < needed ? 'bad' : 'warn',
      actions: [],
      words: t(free < needed ? 'problem.disk' : 'problem.diskSoon', {free: text.size(free), path: status.queue.path}),
    });
  return found;
}

function ofAge(status) {
  const old = status.destinations.filter(
    (d) => d.state === 'ok' && d.oldest && new Date(status.now) - new Date(d.oldest) > OLD_MS,
  );
  return old.map((d) => ({
    key: `old ${d.name}`,
    level: 'warn',
    words: t('problem.old', {name: d.name, age: text.since(d.oldest, status.now)}),
    actions: [{text: t('problem.which'), href: `#/messages?destination=${encodeURIComponent(d.name)}`}],
  }));
}

/* While no worker runs, it is that which all of them wait for. */
function ofUnsettled(status) {
  const kind = (d) => (d.orphaned ? 'orphan' : d.awaits_shop && d.state === 'ok' && status.working ? 'awaits' : '');
  return status.destinations
    .filter((d) => kind(d) && waiting(d) > 0)
    .map((d) => ({
      key: `${kind(d)} ${d.name}`,
      level: 'warn',
      words: t(`problem.${kind(d)}`, {name: d.name, n: waiting(d)}),
      actions: [],
    }));
}

/** [{key, level: 'bad' | 'warn', words, actions}], the worst first; an action has an address or something to run:
 *  `act.bulk(action, selection, n)` for dead letters, `act.resume(destination)`. */
export function findProblems(status, groups, act) {
  const found = [];
  if (!status.working) found.push({key: 'worker', level: 'bad', words: t('problem.worker'), actions: []});
  found.push(...status.destinations.filter((d) => d.state in held && !d.orphaned).map((d) => ofDestination(d, act)));
  found.push(...ofShops(status.shops), ...ofQueue(status), ...ofAge(status), ...ofUnsettled(status));
  found.push(...groups.slice(0, CAUSES_SHOWN).map((group) => ofCause(group, act)));
  const more = groups.slice(CAUSES_SHOWN);
  if (more.length)
    found.push({
      key: 'more',
      level: 'warn',
      words: t('problem.more', {n: more.length}),
      actions: [{text: t('problem.look'), href: '#/dead'}],
    });
  return found.sort((a, b) => (a.level === b.level ? 0 : a.level === 'bad' ? -1 : 1));
}

/** [level, words] for the top of the page. */
export function headline(status, problems) {
  const stuck = status.destinations.filter((d) => d.state in held && !d.orphaned);
  if (!status.working || (stuck.length > 0 && stuck.length === status.destinations.filter((d) => !d.orphaned).length))
    return ['bad', t('verdict.nothing')];
  if (problems.some((problem) => problem.level === 'bad')) return ['bad', t('verdict.bad')];
  if (problems.length) return ['warn', t('verdict.warn')];
  const {total} = status;
  if (waiting(total) > 0) return ['good', t('verdict.busy', {n: waiting(total)})];
  return total.done > 0 ? ['good', t('verdict.good')] : ['good', t('verdict.empty')];
}
