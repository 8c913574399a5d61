// dialog - questions before what cannot be undone, and the progress of what takes a while.

import {h, say, show} from './dom.js';
import {change, GivenUp} from './session.js';
import {t} from './text.js';

const SLICE = 1000; // a request's share of a long work: short enough to stop soon, long enough to be fast
let titles = 0;

/** A dialog with title, body and buttons; it goes away when it is closed. */
export function openDialog(title, ...body) {
  const id = `dialog-${++titles}`;
  const dialog = h('dialog', {'aria-labelledby': id}, h('h2', {id}, title), ...body);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A short word at the lower edge, read out by screen readers. */
export function notify(text, isWrong = false) {
  const place = document.getElementById('notices');
  const notice = h(
    'div',
    {class: isWrong ? 'notice wrong' : 'notice'},
    h('span', {}, text),
    h('button', {type: 'button', class: 'plain', 'aria-label': t('close'), onclick: () => notice.remove()}, '×'),
  );
  place.append(notice);
  if (!isWrong) setTimeout(() => notice.remove(), 8000);
}

/** Runs `work`; what fails is said. True: it was done. */
export async function attempt(work) {
  try {
    await work();
    return true;
  } catch (problem) {
    if (!(problem instanceof GivenUp)) notify(problem.message, true);
    return false;
  }
}

const pause = (s) => new Promise((resolve) => setTimeout(resolve, s * 1000));

/** Goes on after an answer that says "not now". */
async function patiently(path, body) {
  for (let tries = 0; ; tries++) {
    try {
      return await change('POST', path, body);
    } catch (problem) {
      if (tries === 5 || ![429, 503].includes(problem.status)) throw problem;
      await pause(problem.retryAfter || 1);
    }
  }
}

/** `selection` in slices; `tell` gets the sums so far; ends early when `stopped()`. */
async function inSlices(path, selection, tell, stopped) {
  const sum = {changed: 0, missing: 0, newer: 0, total: 0};
  let cursor = null;
  do {
    const answer = await patiently(
      path,
      selection.ids ? selection : {...selection, limit: SLICE, ...(cursor && {cursor})},
    );
    for (const name of ['changed', 'missing', 'newer']) sum[name] += answer[name];
    sum.total ||= answer.total;
    cursor = answer.cursor;
    tell(sum);
  } while (cursor !== null && !stopped());
  return sum;
}

function outcome(action, sum) {
  const left = [sum.newer && t('bulk.newer', {n: sum.newer}), sum.missing && t('bulk.missing', {n: sum.missing})];
  return [t(`bulk.${action}.done`, {n: sum.changed}), ...left.filter(Boolean)].join(' ');
}

function option(name, text) {
  return h('label', {class: 'option'}, h('input', {type: 'checkbox', name}), h('span', {}, text));
}

/** What a dialog of askBulk is made of. */
function bulkParts(action, n) {
  const part = {
    progress: h('progress', {max: n, value: 0, hidden: true, 'aria-label': t('bulk.progress')}),
    words: h('p', {role: 'status'}),
    wrong: h('p', {class: 'wrong', role: 'alert', hidden: true}),
    options: h(
      'details',
      {class: 'options', hidden: action !== 'retry'},
      h('summary', {}, t('bulk.options')),
      option('new_key', t('bulk.newKey')),
      option('force', t('bulk.force')),
    ),
    stop: h('button', {type: 'button'}, t('cancel')),
    go: h(
      'button',
      {type: 'submit', class: action === 'discard' ? 'danger' : 'primary'},
      t(`bulk.${action}.button`, {n}),
    ),
  };
  const explain = h('p', {}, t(`bulk.${action}.explain`, {n}));
  const buttons = h('div', {class: 'buttons'}, part.stop, part.go);
  part.form = h('form', {}, explain, part.options, part.progress, part.words, part.wrong, buttons);
  return part;
}

/** Asks whether to retry or discard `selection` ({ids}, {group} or {all}), `n` of them; does it; then calls `after`. */
export function askBulk(action, selection, n, after) {
  const part = bulkParts(action, n);
  const dialog = openDialog(t(`bulk.${action}.title`, {n}), part.form);
  let closed = false;

  function tell(so) {
    part.progress.max = Math.max(1, so.total);
    part.progress.value = so.changed + so.missing + so.newer;
    say(part.words, t('bulk.sofar', {done: part.progress.value, total: so.total}));
  }
  async function run(event) {
    event.preventDefault();
    const chosen = Object.fromEntries([...new FormData(part.form).keys()].map((name) => [name, true]));
    show(part.go, false);
    show(part.options, false);
    show(part.progress, true);
    say(part.stop, t('stop'));
    try {
      const sum = await inSlices(`/v1/dead/${action}`, {...selection, ...chosen}, tell, () => closed);
      dialog.close();
      notify(outcome(action, sum));
    } catch (problem) {
      if (problem instanceof GivenUp) dialog.close();
      else if (closed) notify(problem.message, true);
      show(part.wrong, true);
      say(part.wrong, problem.message);
      say(part.stop, t('close'));
    }
    after();
  }

  part.form.addEventListener('submit', run);
  part.stop.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    closed = true;
  });
  (action === 'discard' ? part.stop : part.go).focus();
}

/** A question in a form; `send` is called by the button `go`, and its Problem is shown beside it: {dialog, cancel}. */
function question(title, body, go, send, more = []) {
  const wrong = h('p', {class: 'wrong', role: 'alert', hidden: true});
  const cancel = h('button', {type: 'button', onclick: () => dialog.close()}, t('cancel'));
  const dialog = openDialog(
    title,
    h('form', {onsubmit: submit}, body, wrong, h('div', {class: 'buttons'}, cancel, ...more, go)),
  );
  async function submit(event) {
    event.preventDefault();
    go.disabled = true;
    show(wrong, false);
    try {
      await send();
      dialog.close();
    } catch (problem) {
      if (!(problem instanceof GivenUp)) {
        show(wrong, true);
        say(wrong, problem.message);
      }
    }
    go.disabled = false;
  }
  return {dialog, cancel};
}

/** A question with something to write into `input`, which stands in `body`; `send` gets the text. */
export function askText(title, body, input, button, send, ...more) {
  const go = h('button', {type: 'submit', class: 'primary'}, button);
  const {dialog} = question(title, body, go, () => send(input.value), more);
  input.focus();
  return dialog;
}

/** A question before what is better left alone. */
export function askSure(title, body, button, send) {
  const go = h('button', {type: 'submit', class: 'danger'}, button);
  question(title, body, go, send).cancel.focus();
}
