// told - what the API says in English (a setting's help, a problem) in the reader's language, from help-*.js and
// refused-*.js. What they do not know stays as the API says it.

import {language, t, spaced} from './text.js';

let help = {},
  problems = [],
  kinds = [];

/** Parts of a text that are not just anything: a number, one word, words with commas between them. What a text begins
 *  with is one word too, so that what says where stays before it. */
const WORD = '[^\\s:,]+';
const SHAPES = {n: '-?\\d+', word: WORD, limit: WORD, header: WORD, list: `${WORD}(?:, ${WORD})*`};
const literally = (text) => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

/** "is above {limit}": an expression with a group for each part in braces. */
function form(english) {
  const parts = english.split(/\{(\w+)\}/);
  const written = parts.map((part, i) => (i % 2 ? `(?<${part}>${SHAPES[part] ?? '.+?'})` : literally(part)));
  return new RegExp(`^${written.join('')}$`, 's');
}

const forms = (table) => Object.entries(table).map(([english, words]) => ({form: form(english), words}));

/** What stands in help-*.js and refused-*.js, for told() and helpOf(). */
export function teach(texts, refused) {
  help = texts;
  problems = forms(refused.problems);
  kinds = forms(refused.kinds);
}

/** Loads what the language needs; without it, things are said in English. */
export async function learn() {
  const wanted = language;
  const load = (name) => import(`./${name}-${wanted}.js`);
  const [texts, refused] = wanted === 'en' ? [] : await Promise.all(['help', 'refused'].map(load)).catch(() => []);
  if (wanted === language) teach(texts?.default ?? {}, refused ?? {problems: {}, kinds: {}});
}

/** The words for `text`, or null; a {kind} of value must be known too. */
function find(table, text) {
  for (const {form: looks, words} of table) {
    const found = looks.exec(text);
    if (!found) continue;
    const parts = {...found.groups};
    if ('kind' in parts && (parts.kind = find(kinds, parts.kind)) === null) continue;
    return spaced(words).replace(/\{(\w+)\}/g, (all, name) => parts[name] ?? all);
  }
  return null;
}

/** A problem's text: known as a whole, or behind what says where: "retry.attempts: expected ...". */
export function told(text) {
  const whole = find(problems, text);
  if (whole !== null) return whole;
  for (let at = text.indexOf(': '); at > 0; at = text.indexOf(': ', at + 1)) {
    const words = find(problems, text.slice(at + 2));
    const name = text.slice(0, at);
    if (words !== null) return t('problem.where', {name: find(kinds, name) ?? name, words});
  }
  return text;
}

/** What a setting is for: {words, language}. "destination eu.rate" is one of the destinations' `rate`. */
export function helpOf(setting) {
  const words = help[setting.name.replace(/ .*(?=\.)/, '')];
  return words ? {words: spaced(words), language} : {words: setting.help, language: 'en'};
}
