// harness - the real program with its dashboard, a mock API, and Chromium: what the tests share.
//
// A Place is a state folder with a configuration, a mock API, and `serve` on a free port. Nothing sleeps where an event
// can be waited for.
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {once} from 'node:events';
import {after} from 'node:test';

import {chromium} from 'playwright-core';

const PROGRAM = process.env.PSYNC_PROGRAM ?? path.resolve(import.meta.dirname ?? '.', '../../build/productsync');
export const USER = 'anna',
  PASSWORD = 'correct horse battery staple';
const TOKEN = 'test-token-4711',
  PATIENCE_MS = 15000;

export async function waitFor(condition, what, ms = PATIENCE_MS) {
  for (const end = Date.now() + ms; ;) {
    const value = await condition();
    if (value) return value;
    assert.ok(Date.now() < end, `${what} did not come true in ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One HTTP request, to a port or a unix socket: {status, headers, text, json}. */
export function request(where, method, target, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const rq = http.request({...where, method, path: target, headers, agent: false}, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => {
        text += part;
      });
      answer.on('end', () => {
        let json = null;
        try {
          json = JSON.parse(text);
        } catch {
          /* not every answer is JSON */
        }
        resolve({status: answer.statusCode, headers: answer.headers, text, json});
      });
    });
    rq.on('error', reject);
    rq.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

export const product = (id, name = `Product ${id}`, price = '49.90', stock = 1) =>
  `{"id":${id},"name":${JSON.stringify(name)},"price":${price},"stock":${stock}}\n`;
export const products = (first, last) => Array.from({length: last - first + 1}, (_, i) => product(first + i)).join('');

export class Place {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'psync-browser-'));
    this.children = [];
    this.file = path.join(this.folder, 'productsync.conf');
  }

  /** `settings` is more of the configuration file; `token` what it sends. */
  static async open({settings = '', token = TOKEN, user = true} = {}) {
    const place = new Place();
    const [mock, port] = [await freePort(), await freePort()];
    place.mockAt = {host: '127.0.0.1', port: mock};
    place.at = {host: '127.0.0.1', port};
    place.url = `http://127.0.0.1:${port}`;
    fs.writeFileSync(
      place.file,
      `[destination]\nurl = http://127.0.0.1:${mock}/products\ntoken = ${token}\n` +
        `[state]\nfolder = ${place.folder}/state\n[serve]\nlisten = 127.0.0.1:${port}\nrate = 1000\n${settings}`,
      {mode: 0o600},
    );
    place.spawn('mock', '--listen', `127.0.0.1:${mock}`, '--token', TOKEN);
    if (user) place.run(['user', 'add', USER], `${PASSWORD}\n`);
    place.serve();
    await place.ready();
    return place;
  }

  spawn(...args) {
    const child = spawn(PROGRAM, args, {stdio: ['ignore', 'pipe', 'pipe']});
    child.said = '';
    for (const pipe of [child.stdout, child.stderr])
      pipe.on('data', (text) => {
        child.said += text;
      });
    this.children.push(child);
    return child;
  }

  run(args, input = '') {
    const [command, ...rest] = args;
    return execFileSync(PROGRAM, [command, ...rest, '--config', this.file], {input, encoding: 'utf8', timeout: 60000});
  }

  serve() {
    this.server = this.spawn('serve', '--config', this.file);
  }

  ready() {
    return waitFor(async () => {
      assert.equal(this.server.exitCode, null, this.server.said);
      const answers = await Promise.all(
        [this.mockAt, this.at].map((at) => request(at, 'GET', '/readyz').catch(() => null)),
      );
      return answers[0] && answers[1]?.status === 200;
    }, 'an answer of serve and mock');
  }

  async stop(child = this.server) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  /** The API through the socket, which needs no login. */
  async api(method, target, body) {
    const answer = await request({socketPath: `${this.folder}/state/queue.db.sock`}, method, target, body);
    return answer.json;
  }

  put(text) {
    return this.api('POST', '/v1/products', text);
  }

  /** How the API misbehaves from now on. */
  async rules(...rules) {
    await request(this.mockAt, 'PUT', '/control', {seed: 1, rules});
  }

  /** What a relay leaves in the queue while the shop holds its destination. */
  async holdByShop(why) {
    await this.api('POST', '/v1/destinations/default/pause', {});
    await this.stop();
    const change = 'UPDATE destination SET paused_reason = ?';
    const script = 'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as db: db.execute(sys.argv[2], sys.argv[3:])';
    execFileSync('python3', ['-c', script, `${this.folder}/state/queue.db`, change, `the shop: ${why}`]);
    this.serve();
    await this.ready();
  }

  async ledger(id) {
    return (await request(this.mockAt, 'GET', `/ledger?product=${id}`)).json;
  }

  total() {
    return this.api('GET', '/v1/status').then((status) => status.total);
  }

  until(name, n) {
    return waitFor(async () => (await this.total())[name] === n, `${n} ${name}`, 60000);
  }

  drained() {
    const waits = async () => {
      const {ready, in_flight: sent, delayed} = await this.total();
      return ready + sent + delayed === 0;
    };
    return waitFor(waits, 'an empty queue', 60000);
  }

  async close() {
    await Promise.all(this.children.map((child) => this.stop(child)));
    fs.rmSync(this.folder, {recursive: true, force: true});
  }
}

let browser = null;
async function launched() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const args = ['--disable-gpu', '--disable-dev-shm-usage', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])];
  browser ??= await chromium.launch({executablePath, args});
  return browser;
}
after(async () => browser?.close());

/** Runs `look(page)` on a page of `place`; whatever the page complains of, also of its policy, fails the test. */
export async function visit(
  place,
  hash,
  look,
  {language = 'en-GB', dark = false, phone = false, login = false, expect = /^$/} = {},
) {
  const context = await (
    await launched()
  ).newContext({
    locale: language,
    timezoneId: 'UTC',
    colorScheme: dark ? 'dark' : 'light',
    viewport: phone ? {width: 360, height: 740} : {width: 1280, height: 850},
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
  page.on('request', (rq) => rq.url().startsWith(place.url) || complaints.push(`asked elsewhere: ${rq.url()}`));
  try {
    if (login) await logIn(context, place);
    await page.goto(`${place.url}/${hash}`);
    await look(page, context);
    assert.deepEqual(
      complaints.filter((text) => !expect.test(text)),
      [],
    );
  } catch (error) {
    const shot = process.env.PSYNC_SHOTS;
    if (shot) await page.screenshot({path: path.join(shot, 'failed.png'), fullPage: true}).catch(() => {});
    throw error;
  } finally {
    await context.close();
  }
}

/** A session, without the form. */
async function logIn(context, place) {
  const answer = await context.request.post(`${place.url}/v1/login`, {data: {user: USER, password: PASSWORD}});
  assert.equal(answer.status(), 200, await answer.text());
}

/** What page.getByText finds at least once comes into sight. */
export async function sees(page, text) {
  await page.getByText(text).first().waitFor({state: 'visible'});
}
/** Another page, as its address is followed; its first answer is shown. */
export async function go(page, place, hash) {
  await page.goto(`${place.url}/${hash}`);
  await page.locator('#page[aria-busy=false]').waitFor();
}
export const click = (page, name, role = 'button') => page.getByRole(role, {name, exact: true}).first().click();
