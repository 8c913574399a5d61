// What the API says in English is told in French and Spanish: problems by the program's own source, allowed values by
// its table of settings. Without a browser.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {test} from 'node:test';

const PROGRAM = process.env.PSYNC_PROGRAM ?? new URL('../../build/productsync', import.meta.url).pathname;
const folder = new URL('../../src/admin/dashboard/', import.meta.url);
const load = async (name) => import(new URL(name, folder));

globalThis.navigator ??= {languages: []}; // what the scripts look for in a browser
globalThis.document ??= {documentElement: {}};
const {setLanguage} = await load('text.js');
const {helpOf, learn, told} = await load('told.js');

/** Where the refusals stand that the dashboard provokes by what it asks, changes, retries, corrects and logs in with. */
const asked = [
  ...['answer', 'api', 'route_bulk', 'route_destination', 'route_messages', 'route_replace', 'route_resend'],
  ...['site', 'site_login', 'site_settings'],
].map((name) => `admin/${name}.c`);
const sources = [
  ...asked,
  ...['check', 'overrides', 'rules'].map((name) => `config/${name}.c`),
  ...['fields', 'jsonproduct', 'jsonwalk', 'language', 'product'].map((name) => `source/${name}.c`),
  ...['queue/replace.c', 'web/request.c'],
];
/** Of these, the texts that somebody may meet; the others tell of files and disks, in English. */
const further = [
  'admin/route_process.c',
  'config/load.c',
  'queue/thread.c',
  'queue/sqlite/put.c',
  'queue/sqlite/read.c',
  'queue/sqlite/run.c',
  'source/table_header.c',
];
/** Log lines, headers, parts of a text, and what only a start or a webservice's answer says. */
const others =
  /^(Bearer realm|; Settings|change asked for|logged in$|login refused|%s %s$|no memory for|fewer connections|input\.|price %s| \(in line)|^has too many digits$|^is not a number$|^(a text|a list|an object|a whole number|true or false)$|webservice|price with tax/;

/** The texts of a C file that have a space in them, as printf would make them of "x1", 7 and the like. */
function texts(name) {
  const source = fs
    .readFileSync(new URL(`../../src/${name}`, import.meta.url), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/" PRI[du]64\s*"/g, 'd')
    .replace(/" PRI[du]64/g, 'd"')
    .replace(/"\s*\n\s*"/g, '');
  return [...source.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)]
    .map(([, text]) => text.replace(/\\(.)/g, '$1'))
    .filter((text) => /[a-z] [a-z%"`[(]/i.test(text));
}
const sample = (text) =>
  text
    .replace('not finished yet (%s)', 'not finished yet (delayed)')
    .replace('must be %s', 'must be a text')
    .replace('by its shop (%s)', "by its shop (paused in the shop's settings)")
    .replace('full: %s', 'full: the disk is full')
    .replace(/%s%s$/, 'x1 (in line 7)')
    .replace(/value%s$/, 'value (in line 7)')
    .replace(/\\x%02x/, '\\x0f')
    .replace(/%(\.(\*|\d+))?s/g, 'x1')
    .replace(/%z?[du]/g, '7')
    .replaceAll('%%', '%');
const samples = (names) =>
  names
    .flatMap(texts)
    .filter((text) => !others.test(text))
    .map(sample);

const {settings} = JSON.parse(execFileSync(PROGRAM, ['config', 'reference', '--json'], {encoding: 'utf8'}));

async function inEach(look) {
  for (const language of ['fr', 'es']) {
    setLanguage(language);
    await learn();
    await look(language);
  }
}

/** `text` has words of its own in the language, and what stood for a value stands there still. */
function isTold(text, where) {
  const words = told(text);
  assert.notEqual(words, text, `${where} is not told: ${text}`);
  assert.doesNotMatch(words, /\b(the|there|is|are|has|must|with|not|which|expected|undefined)\b/, `${where}: ${text}`);
  for (const value of ['x1', '7']) assert.equal(words.includes(value), text.includes(value), `${where}: ${words}`);
}

test('every refusal that the dashboard can provoke is told', () =>
  inEach((language) => {
    const all = samples(sources);
    assert.ok(all.length > 120);
    for (const text of all) isTold(text, language);
  }));

test('nothing is told that the program does not say', async () => {
  const said = [
    ...samples([...sources, ...further]),
    'this is no JSON: the line ends inside a value',
    'price has too many digits: x1',
  ];
  const kinds = [...said, 'a whole number', 'true or false', 'a list', 'an object', 'a text', 'body:1', 'the queue is full'];
  kinds.push('ready', 'in_flight', 'delayed', ...settings.map((setting) => setting.allowed));
  kinds.push(...said.map((text) => text.replace(/^expected /, '')), ...texts('source/relay_hold.c'), ...texts('cmd/shop_holds.c').filter((text) => text.startsWith('paused')));
  const isSaid = (all) => (english) => {
    const parts = english.split(/\{\w+\}/).map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
    return all.some((text) => new RegExp(`(^|: |; )${parts.join('.+')}$`).test(text));
  };
  for (const language of ['fr', 'es']) {
    const refused = await load(`refused-${language}.js`);
    const known = Object.keys(refused.problems).filter((text) => !/expected \{kind\}/.test(text));
    assert.deepEqual(
      known.filter((text) => !isSaid(said)(text)),
      [],
      language,
    );
    assert.deepEqual(
      Object.keys(refused.kinds).filter((text) => !isSaid(kinds)(text)),
      [],
      language,
    );
  }
});

test('both languages know the same, with the same parts', async () => {
  const [fr, es] = await Promise.all(['fr', 'es'].map((language) => load(`refused-${language}.js`)));
  const parts = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const table of ['problems', 'kinds']) {
    assert.deepEqual(Object.keys(fr[table]), Object.keys(es[table]), table);
    for (const [english, words] of [...Object.entries(fr[table]), ...Object.entries(es[table])])
      assert.deepEqual(parts(words), parts(english), words);
  }
});

test('what each setting takes is told', () =>
  inEach((language) => {
    for (const {section, key, allowed} of settings) {
      const english = `${section}.${key}: expected ${allowed}`;
      const words = told(english);
      assert.notEqual(words, english, language);
      assert.doesNotMatch(words, /\b(an?|from|expected|with|or) [a-z]/, `${language}: ${english}`);
      for (const [value] of allowed.matchAll(/\d+\w*|\b(bearer|json|zero|yes|no)\b/g))
        assert.ok(words.includes(value), words);
    }
  }));

test('a text is told behind what says where; one that nobody knows stays', async () => {
  const cases = [
    ['fr', 'retry.attempts: expected an integer from 1 to 100', 'retry.attempts\u00a0: il faut un entier de 1 à 100'],
    [
      'es',
      'retry.attempts: is too large; expected an integer from 1 to 100',
      'retry.attempts: valor demasiado grande; se espera un entero de 1 a 100',
    ],
    [
      'fr',
      '/a: b/c.conf:3: retry.backoff = 9m: is above retry.backoff_max, which is 5m',
      '/a: b/c.conf:3: retry.backoff = 9m\u00a0: dépasse retry.backoff_max, qui vaut 5m',
    ],
    ['fr', 'input.pass: id is sent anyway', 'input.pass\u00a0: id est envoyé de toute façon'],
    [
      'fr',
      'http.timeout = 9m: work.lease must be at least 1082s with http.timeout = 9m',
      'http.timeout = 9m\u00a0: work.lease doit valoir au moins 1082s avec http.timeout = 9m',
    ],
    ['es', 'body:1: price is missing', 'línea 1: falta price'],
    ['fr', 'the queue is full: the disk is full', 'la file est pleine\u00a0: le disque est plein'],
    ['fr', 'something new: of which nobody knows', 'something new: of which nobody knows'],
    ['es', 'expected something new', 'expected something new'],
    ['en', 'body:1: price is missing', 'body:1: price is missing'],
  ];
  for (const [language, english, words] of cases) {
    setLanguage(language);
    await learn();
    assert.equal(told(english), words);
  }
});

test("a destination's own setting has the help of its kind; one that nobody knows has the API's", async () => {
  setLanguage('fr');
  await learn();
  const rate = helpOf({name: 'destination.rate', help: 'Requests'});
  assert.equal(rate.language, 'fr');
  assert.deepEqual(helpOf({name: 'destination shop main.v2/1.rate', help: 'Requests'}), rate);
  assert.deepEqual(helpOf({name: 'retry.new', help: 'New'}), {words: 'New', language: 'en'});
});
