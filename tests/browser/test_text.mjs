// The words and the pure parts, without a browser: no language lacks a word, prices keep their digits, no markup is made.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {test} from 'node:test';

const folder = new URL('../../src/admin/dashboard/', import.meta.url);
const files = fs.readdirSync(folder).filter((name) => name.endsWith('.js'));
const source = (name) => fs.readFileSync(new URL(name, folder), 'utf8');
const load = async (name) => import(new URL(name, folder));
const languages = ['en', 'fr', 'es'];
const words = Object.fromEntries(
  await Promise.all(languages.map(async (name) => [name, (await load(`lang-${name}.js`)).default])),
);
const named = (text) =>
  [
    ...new Set(
      [text]
        .flat()
        .join(' ')
        .match(/\{\w+\}/g) ?? [],
    ),
  ].sort();

test('every language has every word, with the same parts', () => {
  for (const language of ['fr', 'es']) {
    assert.deepEqual(Object.keys(words[language]).sort(), Object.keys(words.en).sort(), language);
    for (const [key, text] of Object.entries(words.en)) {
      assert.deepEqual(named(words[language][key]), named(text), `${language}: ${key}`);
      assert.equal(Array.isArray(words[language][key]), Array.isArray(text), `${language}: ${key}`);
    }
  }
});

test('what each setting does is told in every language', async () => {
  const program = process.env.PSYNC_PROGRAM ?? new URL('../../build/productsync', import.meta.url).pathname;
  const reference = JSON.parse(execFileSync(program, ['config', 'reference', '--json'], {encoding: 'utf8'}));
  const rows = reference.settings ?? reference;
  const names = rows.map(({section, key}) => `${section}.${key}`).sort();
  assert.ok(names.length > 90);
  for (const language of ['fr', 'es']) {
    const {default: help} = await load(`help-${language}.js`);
    assert.deepEqual(Object.keys(help).sort(), names, language);
    for (const row of rows) {
      // What is typed stands in both: names of settings, of variables and of files.
      for (const [name] of row.help.matchAll(/\b[a-z]+[_.][a-z_]+\b|MY_API_\w+|`\w+`/g))
        assert.ok(help[`${row.section}.${row.key}`].includes(name), `${language}: ${row.section}.${row.key}: ${name}`);
    }
  }
});

test('every word that is asked for exists', () => {
  for (const name of files)
    for (const [, key] of source(name).matchAll(/\bt\('([\w. ]+)'/g)) assert.ok(key in words.en, `${name}: ${key}`);
});

test('what the program says of a failure is known in every language', () => {
  const table = fs.readFileSync(new URL('../../src/delivery/response.c', import.meta.url), 'utf8');
  const texts = [...table.matchAll(/\[PSYNC_NET_\w+\] = "([^"]+)"/g)]
    .map((match) => match[1])
    .filter((text) => text !== 'answered');
  assert.ok(texts.length > 10);
  for (const text of texts) assert.ok(`said.${text}` in words.en, text);
});

test('nothing becomes markup, and nothing is inline', () => {
  for (const name of files)
    assert.doesNotMatch(
      source(name),
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|'style'/,
      name,
    );
  const page = source('index.html');
  assert.doesNotMatch(page, /<style|style=|\son\w+=|<script(?![^>]*src=)/);
  assert.doesNotMatch(page + source('style.css'), /https?:\/\/|@import|url\(/);
});

test('no expression looks behind: a browser of 2022 would refuse the whole script', () => {
  for (const name of files) assert.doesNotMatch(source(name), /\(\?<[=!]/, name);
});

test('raw JSON keeps its digits', async () => {
  const {member, pretty} = await load('raw.js');
  const payload =
    '{"id":3,"name":"a \\"x\\", {[","price":5.00,"none":[],"big":12345678901234567890,"of":{"b":[1.10,2]}}';
  const text = `{"id":"2","cause":{"payload":"no"},"payload":${payload},"history":[]}`;
  assert.equal(member(text, 'payload'), payload);
  assert.equal(member(text, 'id'), '"2"');
  assert.equal(member(text, 'history'), '[]');
  assert.equal(member(text, 'problem'), null);
  assert.equal(pretty('{"id":3,"price":5.00,"none":[]}'), '{\n  "id": 3,\n  "price": 5.00,\n  "none": []\n}');
  assert.deepEqual(JSON.parse(pretty(payload)), JSON.parse(payload));
  for (const digits of ['5.00', '1.10', '12345678901234567890']) assert.ok(pretty(payload).includes(digits));
});

test('a destination that awaits its shop is no orphan, and a problem only where something waits', async () => {
  globalThis.navigator ??= {languages: []}; // what the scripts look for in a browser
  globalThis.document ??= {documentElement: {}};
  const {findProblems} = await load('problems.js');
  const {standing} = await load('text.js');
  const counts = {ready: 2, in_flight: 0, delayed: 0};
  const awaiting = {name: 'main/1', orphaned: false, awaits_shop: true, state: 'ok', rate: null, ...counts};
  const orphan = {...awaiting, awaits_shop: false, orphaned: true};
  const found = (working, ...destinations) =>
    findProblems({working, destinations, shops: [], queue: {max_depth: 100}}, [], {}).map(({key}) => key);
  assert.equal(standing(awaiting), words.en['state.awaits']);
  assert.equal(standing(orphan), words.en['state.orphaned']);
  assert.deepEqual(found(true, awaiting), ['awaits main/1']);
  assert.deepEqual(found(true, {...awaiting, ready: 0}), []);
  assert.deepEqual(found(false, awaiting), ['worker']);
  assert.deepEqual(found(true, orphan), ['orphan main/1']);
});
