// Who may what: pages without a login, changes with one; wrong passwords, sessions that end, settings.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {click, PASSWORD, Place, request, sees, USER, visit} from './harness.mjs';

let place;
const expect = /status of 4\d\d/; // the browser's own line for an answer that refuses
before(async () => {
  place = await Place.open();
});
after(() => place?.close());

const fill = async (page, password, user = USER) => {
  await page.getByLabel('User').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.locator('form.login').getByRole('button', {name: 'Log in'}).click();
};
const paused = () => place.api('GET', '/v1/destinations').then(({destinations: [d]}) => d.state === 'paused');

test('a change asks for a login, and goes on after it', () =>
  visit(
    place,
    '',
    async (page, context) => {
      await click(page, 'Pause');
      await page.getByRole('dialog').getByRole('button', {name: 'Pause'}).click();
      await sees(page, 'Changes need a login.');
      await fill(page, 'wrong');
      await sees(page, 'User or password is wrong.');
      assert.equal(await paused(), false);
      await fill(page, PASSWORD);
      await sees(page, 'default is paused.');
      await page.locator('.user', {hasText: USER}).waitFor();
      assert.equal(await paused(), true);
      const [cookie] = await context.cookies();
      assert.ok(cookie.httpOnly && cookie.sameSite === 'Strict', JSON.stringify(cookie));
      assert.equal(await page.evaluate(() => document.cookie), '');
      assert.ok(!JSON.stringify(await page.evaluate(() => ({...localStorage}))).includes(cookie.value));
      await click(page, 'Resume');
      await sees(page, 'default goes on.');
    },
    {expect},
  ));

test('given up, nothing happens', () =>
  visit(place, '', async (page) => {
    await click(page, 'Pause');
    await page.getByRole('dialog').getByRole('button', {name: 'Pause'}).click();
    await sees(page, 'Changes need a login.');
    await page.keyboard.press('Escape');
    await page.getByText('Changes need a login.').waitFor({state: 'hidden'});
    assert.equal(await paused(), false);
  }));

test('logged out, a session that ended is noticed, and the work goes on', () =>
  visit(
    place,
    '',
    async (page, context) => {
      await page.locator('.user', {hasText: USER}).waitFor();
      await context.clearCookies();
      await click(page, 'Pause');
      await page.getByRole('dialog').getByRole('button', {name: 'Pause'}).click();
      await sees(page, 'Changes need a login.');
      await fill(page, PASSWORD);
      await sees(page, 'default is paused.');
      await click(page, 'Resume');
      await sees(page, 'default goes on.');
      await click(page, 'Log out');
      await page.locator('header').getByRole('button', {name: 'Log in'}).waitFor();
    },
    {login: true, expect},
  ));

test('logged in anew in another tab, the first one goes on', () =>
  visit(
    place,
    '',
    async (page, context) => {
      await page.locator('.user', {hasText: USER}).waitFor();
      const answer = await context.request.post(`${place.url}/v1/login`, {data: {user: USER, password: PASSWORD}});
      assert.equal(answer.status(), 200);
      await click(page, 'Pause');
      await page.getByRole('dialog').getByRole('button', {name: 'Pause'}).click();
      await sees(page, 'default is paused.');
      await click(page, 'Resume');
      await sees(page, 'default goes on.');
      assert.equal(await page.getByText('Changes need a login.').count(), 0);
    },
    {login: true, expect},
  ));

test('who only looks is told so, once', async () => {
  place.run(['user', 'add', 'eve', '--scope', 'read'], `${PASSWORD}\n`);
  await visit(
    place,
    '',
    async (page) => {
      await click(page, 'Log in');
      await fill(page, PASSWORD, 'eve');
      await page.locator('.user', {hasText: 'eve'}).waitFor();
      await click(page, 'Pause');
      await page.getByRole('dialog').getByRole('button', {name: 'Pause'}).click();
      await page.getByRole('dialog').getByRole('alert').filter({hasText: 'has not the scope'}).waitFor();
      assert.equal(await paused(), false);
    },
    {expect},
  );
});

test("another site's page cannot change anything", async () => {
  const answer = await request(
    place.at,
    'POST',
    '/v1/login',
    {user: USER, password: PASSWORD},
    {'Content-Type': 'application/json'},
  );
  const cookie = answer.headers['set-cookie'][0].split(';')[0];
  const post = (headers) =>
    request(
      place.at,
      'POST',
      '/v1/destinations/default/pause',
      {},
      {Cookie: cookie, 'Content-Type': 'application/json', ...headers},
    );
  assert.equal((await post({})).status, 403);
  assert.equal((await post({'X-CSRF-Token': 'wrong'})).status, 403);
  assert.equal(await paused(), false);
  assert.equal((await post({'X-CSRF-Token': answer.json.csrf})).status, 200);
  await place.api('POST', '/v1/destinations/default/resume', {});
});

test('a setting is changed, kept, and given up again; a wrong value is refused', () =>
  visit(
    place,
    '#/settings?find=retry.attempts',
    async (page) => {
      const change = async (value) => {
        await click(page, 'Change retry.attempts');
        await page.getByRole('dialog').getByRole('textbox').fill(value);
        await page.getByRole('dialog').getByRole('button', {name: 'Save'}).click();
      };
      await change('many');
      await page.getByRole('dialog').getByRole('alert').filter({hasText: 'integer'}).waitFor();
      await page.keyboard.press('Escape');
      await change('7');
      await page.getByText(/Changed: .*retry\.attempts/).waitFor();
      await sees(page, 'changed here');
      const value = async () =>
        (await place.api('GET', '/v1/config')).settings.find((s) => s.name === 'retry.attempts');
      assert.equal((await value()).value, '7');
      await click(page, 'Change retry.attempts');
      await click(page, 'Undo the change made here');
      await page.locator('.from.dashboard').waitFor({state: 'detached'});
      assert.equal((await value()).value, '5');
    },
    {login: true, expect},
  ));

test('why a value is refused is said in the reader’s language', async () => {
  for (const [language, change, save, words] of [
    [
      'fr-FR',
      'Modifier retry.backoff',
      'Enregistrer',
      /^retry\.backoff\s: valeur trop grande\s; il faut une durée avec son unité/,
    ],
    [
      'es-ES',
      'Cambiar retry.backoff',
      'Guardar',
      /^retry\.backoff: valor demasiado grande; se espera una duración con su unidad/,
    ],
  ])
    await visit(
      place,
      '#/settings?find=retry.backoff',
      async (page) => {
        await click(page, change);
        await page.getByRole('dialog').getByRole('textbox').fill('2h');
        await click(page, save);
        await page.getByRole('dialog').getByRole('alert').filter({hasText: words}).waitFor();
      },
      {language, login: true, expect},
    );
});

test('where reading needs a login too, there is the form and nothing else', async () => {
  const closed = await Place.open({settings: 'login = always\n'});
  try {
    await visit(
      closed,
      '#/dead',
      async (page) => {
        await sees(page, 'These pages need a login.');
        assert.equal(await page.locator('.cards').count(), 0);
        await fill(page, PASSWORD);
        await sees(page, 'There are no dead letters.');
        await click(page, 'Log out');
        await sees(page, 'These pages need a login.');
      },
      {expect},
    );
  } finally {
    await closed.close();
  }
});

test('many wrong passwords are not listened to any more', async () => {
  await visit(
    place,
    '',
    async (page) => {
      await click(page, 'Log in');
      for (let i = 0; i < 20 && !(await page.getByText(/Too many attempts/).isVisible()); i++) {
        await fill(page, `wrong ${i}`);
        await page.locator('form.login button[type=submit]:enabled').waitFor();
      }
      await page.getByText(/Too many attempts\. Try again in \d+ seconds?\./).waitFor();
    },
    {expect},
  );
});
