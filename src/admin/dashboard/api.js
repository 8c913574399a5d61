// api - the HTTP API of docs/api.md, as the pages call it.

import {member} from './raw.js';
import {t} from './text.js';
import {told} from './told.js';

export class Problem extends Error {
  constructor(status, body, retryAfter) {
    const text = body?.detail || body?.title;
    super(text ? told(text) : status ? `HTTP ${status}` : t('problem.unreachable'));
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

const PATIENCE_MS = 30000;
let token = '';
/** Sent with every change: what another site's page cannot know. */
export function setToken(text) {
  token = text ?? '';
}

async function answerOf(method, path, body, type) {
  const headers = {Accept: 'application/json'};
  if (body !== undefined) headers['Content-Type'] = type;
  if (method !== 'GET' && token) headers['X-CSRF-Token'] = token;
  try {
    return await fetch(path, {
      method,
      headers,
      body,
      cache: 'no-store',
      credentials: 'same-origin',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new Problem(0, null, 0);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The answer's text and its JSON; a Problem for whatever is not 2xx. */
async function exchange(method, path, body, type = 'application/json') {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await answerOf(method, path, text, type);
  const got = await answer.text().catch(() => '');
  const json = parsed(got);
  if (!answer.ok) throw new Problem(answer.status, json, Number(answer.headers.get('Retry-After')) || 0);
  return {json, text: got};
}

export const call = async (method, path, body, type) => (await exchange(method, path, body, type)).json;

export const get = (path) => call('GET', path);

/** One message; its payload is text, byte for byte as it is sent. */
export async function getMessage(id) {
  const {json, text} = await exchange('GET', `/v1/messages/${encodeURIComponent(id)}`);
  return {...json, payload: json.payload === null ? null : member(text, 'payload')};
}

/** A path with its query; what is empty is left out. */
export function query(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}
