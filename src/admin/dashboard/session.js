// session - who looks: what he may do, logging in and out.

import {call, get, Problem, setToken} from './api.js';
import {field, h, say, show} from './dom.js';
import {t} from './text.js';

export let session = {user: null, scopes: [], csrf: null, login_needed: false, known: false};
const listeners = new Set();
export const onSession = (listener) => listeners.add(listener);

function take(answer) {
  session = {...answer, known: true};
  setToken(answer.csrf);
  for (const listener of listeners) listener();
}

export const refresh = async () => take(await get('/v1/session'));
export const may = (scope) => session.scopes.includes(scope);

export async function logOut() {
  await call('POST', '/v1/logout', {});
  await refresh();
}

function refusal(problem) {
  if (problem.status === 401) return t('login.wrong');
  if (problem.status === 429) return t('login.limited', {n: problem.retryAfter || 60});
  return problem.message;
}

/** The form; `done` is called when its reader is logged in. */
export function loginForm(done, cancel) {
  const user = h('input', {
    name: 'user',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
  });
  const password = h('input', {name: 'password', type: 'password', autocomplete: 'current-password', required: true});
  const wrong = h('p', {class: 'wrong', role: 'alert', hidden: true});
  const button = h('button', {type: 'submit', class: 'primary'}, t('login.button'));
  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    show(wrong, false);
    try {
      take(await call('POST', '/v1/login', {user: user.value, password: password.value}));
      done();
    } catch (problem) {
      show(wrong, true);
      say(wrong, refusal(problem));
      password.select();
    }
    button.disabled = false;
  }
  return h(
    'form',
    {class: 'login', onsubmit: submit},
    field(t('login.user'), user),
    field(t('login.password'), password),
    wrong,
    h('div', {class: 'buttons'}, cancel && h('button', {type: 'button', onclick: cancel}, t('cancel')), button),
  );
}

/** Asks for a login above the page; false: given up. */
export function askLogin() {
  return new Promise((resolve) => {
    const dialog = h(
      'dialog',
      {
        'aria-labelledby': 'login-title',
        onclose: () => {
          dialog.remove();
          resolve(session.user !== null);
        },
      },
      h('h2', {id: 'login-title'}, t('login.title')),
      h('p', {}, t('login.why')),
      loginForm(
        () => dialog.close(),
        () => dialog.close(),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

export class GivenUp extends Error {}

async function needUser() {
  if (session.user === null && !(await askLogin())) throw new GivenUp();
}

/** A change: as call(); who is not logged in is asked to, and it goes on. */
export async function change(method, path, body, type) {
  if (!may('admin')) await needUser();
  const before = session.csrf;
  try {
    return await call(method, path, body, type);
  } catch (problem) {
    if (!(problem instanceof Problem) || ![401, 403].includes(problem.status)) throw problem;
    await refresh(); // the session has ended meanwhile, or another tab has begun one
    if (problem.status === 403 && session.csrf === before) throw problem; // he may not
    await needUser();
    return call(method, path, body, type);
  }
}
