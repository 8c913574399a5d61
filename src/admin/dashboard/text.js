// text - words, numbers and times in the reader's language.

import en from './lang-en.js';
import es from './lang-es.js';
import fr from './lang-fr.js';

const languages = {en, fr, es};
export const languageNames = {en: 'English', fr: 'Français', es: 'Español'};

function stored() {
  try {
    return localStorage.getItem('language');
  } catch {
    return null; // storage may be forbidden; the browser's languages serve
  }
}

/** The one chosen by hand, else the first of the browser's (those of its Accept-Language) that we speak. */
function preferred() {
  const wanted = [stored(), ...navigator.languages].map((name) => String(name).slice(0, 2).toLowerCase());
  return wanted.find((name) => name in languages) ?? 'en';
}

export let language = preferred();
let words = languages[language];
let tools = makeTools();

function makeTools() {
  const bytes = (name) => new Intl.NumberFormat(language, {style: 'unit', unit: name, unitDisplay: 'short'});
  return {
    plural: new Intl.PluralRules(language),
    whole: new Intl.NumberFormat(language, {maximumFractionDigits: 0}),
    real: new Intl.NumberFormat(language, {maximumFractionDigits: 1}),
    percent: new Intl.NumberFormat(language, {style: 'percent', maximumFractionDigits: 1}),
    time: new Intl.DateTimeFormat(language, {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'}),
    second: new Intl.DateTimeFormat(language, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
    day: new Intl.DateTimeFormat(language, {
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
    full: new Intl.DateTimeFormat(language, {dateStyle: 'full', timeStyle: 'long'}),
    bytes: ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'].map(bytes),
  };
}

export function setLanguage(name) {
  language = name in languages ? name : 'en';
  words = languages[language];
  tools = makeTools();
  document.documentElement.lang = language;
  try {
    localStorage.setItem('language', language);
  } catch {
    /* it holds until the page is left */
  }
}

/** No line of French begins with these: a no-break space before them. */
export const spaced = (text) =>
  language === 'fr' ? text.replace(/ (?=[:;?!»%])/g, '\u00a0').replaceAll('« ', '«\u00a0') : text;

/** The words of `key`, with {name} replaced; a pair [one, other] is chosen by `values.n`. */
export function t(key, values = {}) {
  let text = words[key] ?? en[key] ?? key;
  if (Array.isArray(text)) text = text[tools.plural.select(values.n) === 'one' ? 0 : 1];
  return spaced(text).replace(/\{(\w+)\}/g, (all, name) => {
    const value = values[name] ?? all;
    return typeof value === 'number' ? tools.whole.format(value) : value;
  });
}

export const whole = (n) => tools.whole.format(n);
/** A ratio from 0 to 1; never rounded up to all. */
export const percent = (ratio) => tools.percent.format(ratio < 1 ? Math.floor(ratio * 1000) / 1000 : 1);
export const rate = (n) => t('perSecond', {rate: (n < 10 ? tools.real : tools.whole).format(n)});

export function size(bytes) {
  const step = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return tools.bytes[step].format(Math.round(bytes / 1000 ** step));
}

const measure = (n, unit) => `${tools.real.format(n)}\u00a0${t(`unit.${unit}`)}`;

/** "3 min 20 s": two units at most. */
export function duration(ms) {
  if (ms < 1000) return measure(Math.max(0, Math.round(ms)), 'ms');
  const s = Math.floor(ms / 1000);
  const parts = [
    ['d', Math.floor(s / 86400)],
    ['h', Math.floor(s / 3600) % 24],
    ['min', Math.floor(s / 60) % 60],
    ['s', s % 60],
  ];
  const first = parts.findIndex(([, n]) => n > 0);
  return parts
    .slice(first, first + 2)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => measure(n, name))
    .join(' ');
}

export const latency = (ms) => (ms < 1000 ? duration(ms) : measure(ms / 1000, 's'));

/** The time of day; with its date if that is not today. */
export function clock(text, seconds = false) {
  const at = new Date(text);
  if (at.toDateString() !== new Date().toDateString()) return tools.day.format(at);
  return (seconds ? tools.second : tools.time).format(at);
}

export const fullTime = (text) => tools.full.format(new Date(text));

/** How long ago, or in how long, by the server's clock. */
export const since = (text, now) => duration(Math.max(0, new Date(now) - new Date(text)));

/** "HTTP 429, Retry-After 120" as the API answered: "429, Retry-After 120". */
export const bare = (reason) => (reason ?? '').replace(/^HTTP (?=\d)/, '');

/** The program's own words for a failure in the reader's language; those of an API stay as they are. */
export function said(text) {
  const key = `said.${text}`;
  if (key in en) return t(key);
  const refused = /^(\d+) different messages refused in a row, the last with (.*)$/s.exec(text);
  if (refused) return t('said.refused', {n: Number(refused[1]), last: bare(said(refused[2]))});
  const trial = /^the trial was refused too, with (.*)$/s.exec(text);
  return trial ? t('said.trial', {last: bare(said(trial[1]))}) : text;
}

/** Why messages are dead, from a group or a message's cause. */
export function cause({status, error, problem}) {
  const words = bare(said(error)) || (status ? String(status) : t('cause.unknown'));
  return problem && words === String(status) ? `${words} (${problem})` : words; // its type says what its title does not
}

/** Paused by what its merchant set in the shop, and perhaps by `hand` as well: null, or the reason given. */
function byShop(hand, known) {
  if (hand === null) return known('paused.shop');
  return `${known('paused.shop')} ${t(hand ? 'state.paused.too.why' : 'state.paused.too', {reason: hand})}`;
}

/** The state of a destination in words: what, until or since when, and why. */
export function standing(d) {
  const values = {
    until: d.until ? clock(d.until) : '',
    since: d.since ? clock(d.since) : '',
    reason: bare(said(d.reason ?? '')),
  };
  const known = (key) => t(`state.${key}`, values);
  if (d.orphaned) return known('orphaned');
  switch (d.state) {
    case 'paused':
      if (d.paused?.shop) return byShop(d.paused.hand, known);
      return known(d.reason ? 'paused.why' : 'paused');
    case 'suspended':
      return known('suspended');
    case 'throttled':
      return known('throttled');
    case 'open':
    case 'probing':
      return known(d.reason ? `${d.state}.why` : d.state);
    default:
      if (d.awaits_shop) return known('awaits');
      if (d.rate === null) return known('idle');
      return known(d.ready + d.in_flight + d.delayed > 0 ? 'ok' : 'well');
  }
}
