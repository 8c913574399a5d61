// app - which page is shown; the frame around it: navigation, language, login, and what is said when nothing answers.

import {openCause, openDead} from './dead.js';
import {attempt} from './dialog.js';
import {h, say, show} from './dom.js';
import {openMessage, openMessages} from './messages.js';
import {openOverview} from './overview.js';
import {loginForm, logOut, onSession, refresh, session, askLogin} from './session.js';
import {openSettings} from './settings.js';
import * as text from './text.js';
import {t} from './text.js';
import {learn} from './told.js';

/** By the address's first word; `rest` says that another follows. */
const pages = [
  {name: '', title: 'overview.title', open: openOverview},
  {name: 'messages', title: 'messages.title', open: openMessages},
  {name: 'message', rest: true, title: 'messages.one', open: openMessage, under: 'messages'},
  {name: 'dead', title: 'dead.title', open: openDead},
  {name: 'dead', rest: true, title: 'dead.title', open: openCause},
  {name: 'settings', title: 'settings.title', open: openSettings},
];
const frame = {};
let close = null,
  turn = 0;

function address() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, rest] = path.split('/');
  let word = '';
  try {
    word = decodeURIComponent(rest ?? '');
  } catch {
    /* not an address of ours: the page without it */
  }
  const page = pages.find((one) => one.name === name && Boolean(one.rest) === (word !== '')) ?? pages[0];
  return {page, rest: word, parameters: new URLSearchParams(query ?? '')};
}

function setTitle(words) {
  say(frame.title, words);
  document.title = `${words} · productsync`;
}

/** Nothing answers, or not us: said above the page, which keeps what it showed last. */
function failed(problem, wait) {
  if (problem?.status === 401)
    refresh().then(
      () => session.login_needed && openPage(),
      () => {},
    );
  show(frame.trouble, problem !== null);
  if (!problem) {
    frame.body.setAttribute('aria-busy', 'false');
    if (!session.known) refresh().catch(() => {}); // nobody answered when the page was opened
    return;
  }
  const words = problem.status === 0 ? t('trouble.silent') : t('trouble.answer', {words: problem.message});
  say(frame.trouble, `${words} ${t('trouble.again', {time: text.duration(wait)})}`);
}

async function openPage() {
  const mine = ++turn,
    {page, rest, parameters} = address();
  close?.();
  close = null;
  show(frame.trouble, false);
  for (const link of frame.nav.querySelectorAll('a'))
    link.toggleAttribute('aria-current', link.dataset.page === (page.under ?? page.name));
  for (const link of frame.nav.querySelectorAll('a[aria-current]')) link.setAttribute('aria-current', 'page');
  if (session.login_needed && session.user === null) {
    setTitle(t('login.title'));
    frame.body.replaceChildren(h('p', {}, t('login.needed')), loginForm(openPage));
    return;
  }
  setTitle(t(page.title));
  const body = h('div'); // its own: a page that is left before it is there fills nothing any more
  frame.body.replaceChildren(body);
  frame.body.setAttribute('aria-busy', 'true');
  const end = await page.open(body, {rest, parameters, failed, title: setTitle});
  if (mine === turn) close = end;
  else end?.();
}

async function turnTo() {
  await openPage();
  scrollTo(0, 0);
  frame.title.focus({preventScroll: true});
}

/* ---- the frame ---- */

function languageSwitch() {
  const names = Object.entries(text.languageNames);
  return h(
    'select',
    {
      id: 'language',
      'aria-label': t('language'),
      onchange: async (event) => {
        text.setLanguage(event.target.value);
        await learn();
        build();
        openPage();
        document.getElementById('language').focus();
      },
    },
    names.map(([code, name]) => h('option', {value: code, lang: code, selected: code === text.language}, name)),
  );
}

function who() {
  if (session.user === null)
    return h('button', {type: 'button', hidden: session.login_needed, onclick: askLogin}, t('login.button'));
  return [
    h('span', {class: 'user'}, session.user),
    h(
      'button',
      {
        type: 'button',
        onclick: () =>
          attempt(async () => {
            await logOut();
            openPage();
          }),
      },
      t('logout'),
    ),
  ];
}

function updateWho() {
  frame.who?.replaceChildren(...[who()].flat());
}

function build() {
  const link = (name, words) => h('li', {}, h('a', {href: `#/${name}`, 'data-page': name}, words));
  frame.nav = h(
    'nav',
    {'aria-label': t('navigation')},
    h(
      'ul',
      {},
      ['', 'messages', 'dead', 'settings'].map((name) => link(name, t(`navigation.${name || 'overview'}`))),
    ),
  );
  frame.who = h('div', {class: 'who'});
  frame.title = h('h1', {tabindex: '-1'});
  frame.trouble = h('p', {class: 'trouble', role: 'alert', hidden: true});
  frame.body = h('div', {id: 'page'});
  updateWho();
  document.documentElement.lang = text.language;
  document.body.replaceChildren(
    h(
      'a',
      {
        class: 'skip',
        href: '#main',
        onclick: (event) => {
          event.preventDefault();
          frame.title.focus();
        },
      },
      t('skip'),
    ),
    h(
      'header',
      {class: 'top'},
      h(
        'a',
        {class: 'brand', href: '#/', 'aria-label': 'productsync'},
        h('img', {src: '/ui/icon.svg', alt: '', width: '24', height: '24'}),
        h('span', {}, 'productsync'),
      ),
      frame.nav,
      h('div', {class: 'tools'}, languageSwitch(), frame.who),
    ),
    h('main', {id: 'main'}, frame.title, frame.trouble, frame.body),
    h('div', {id: 'notices', role: 'status', 'aria-live': 'polite'}),
  );
}

await learn();
onSession(updateWho);
addEventListener('hashchange', turnTo);
build();
await refresh().catch((problem) => failed(problem, 0));
openPage();
