// Dead letters: by cause, looked at, retried, discarded, edited; one, some, a thousand.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {click, Place, product, products, sees, visit} from './harness.mjs';

let place;
const expect = /status of 4\d\d/; // the browser's own line for an answer that refuses
before(async () => {
  place = await Place.open({settings: '[breaker]\nrefusals = 0\n'});
});
after(() => place?.close());

const refuse = (title) => place.rules({status: 422, title, type: 'https://example.com/problem'});
async function kill(text, title, n) {
  const {dead} = await place.total();
  await refuse(title);
  await place.put(text);
  await place.until('dead', dead + n);
}
const openCause = async (page, cause) => {
  await page.goto(`${place.url}/#/dead`);
  await click(page, cause, 'link');
  await page.getByRole('heading', {level: 1, name: cause}).waitFor();
};
const confirm = (page, name) => page.getByRole('dialog').getByRole('button', {name, exact: true}).click();

test('from the overview: the cause, and retried in three clicks', async () => {
  await kill(products(1, 3), 'closed for today', 3);
  await place.rules();
  await visit(
    place,
    '',
    async (page) => {
      await page.getByText(/3 dead letters at default: 422: closed for today\. The latest at \d\d:\d\d\./).waitFor();
      await click(page, 'Retry');
      await sees(page, 'They are sent again, with the same payloads and keys.');
      await confirm(page, 'Retry 3');
      await sees(page, '3 dead letters are on their way again.');
      await sees(page, 'Everything has arrived. Nothing is waiting.');
    },
    {login: true},
  );
  assert.equal((await place.total()).dead, 0);
});

test('payload and answer stand beside each other', async () => {
  await kill(product(10, 'A chair', '5.00'), 'no category', 1);
  await visit(place, '', async (page) => {
    await openCause(page, '422: no category');
    const [payload, answer] = [page.locator('.payload'), page.locator('.answer')];
    await payload.waitFor();
    const [left, right] = [await payload.boundingBox(), await answer.boundingBox()];
    assert.ok(left.x + left.width <= right.x && Math.abs(left.y - right.y) < 5);
    assert.match(await payload.innerText(), /"price": 5\.00/);
    assert.match(await answer.innerText(), /422[\s\S]*no category/);
  });
});

test('edited and sent: a new message with a new key; what is wrong is said beside it', async () => {
  await place.rules();
  await visit(
    place,
    '',
    async (page) => {
      await openCause(page, '422: no category');
      await click(page, 'Edit and retry');
      const text = page.getByRole('dialog').getByLabel('Payload');
      const before = await text.inputValue();
      await text.fill(before.replace('5.00', '"free"'));
      await confirm(page, 'Send corrected');
      await page.getByRole('dialog').getByRole('alert').filter({hasText: 'price'}).waitFor();
      await text.fill(before.replace('"id": 10', '"id": 11'));
      await confirm(page, 'Send corrected');
      await page.getByRole('dialog').getByRole('alert').filter({hasText: 'product 10'}).waitFor();
      await text.fill(before.replace('A chair', 'A better chair'));
      await confirm(page, 'Send corrected');
      await page.getByText(/Sent as a new message, with the key product:10:/).waitFor();
      await sees(page, 'No dead letter has this cause (any more).');
      await page.goto(`${place.url}/#/messages?product=10`);
      await sees(page, '2 messages.');
      await page.locator('.badge', {hasText: 'Replaced'}).waitFor();
    },
    {login: true, expect},
  );
  const ledger = JSON.stringify(await place.ledger(10));
  assert.ok(ledger.includes('A better chair'), ledger);
});

test('one after the other: the view stays, and the focus goes to the next', async () => {
  await kill(products(500, 539), 'one by one', 40);
  const focused = (page) => page.evaluate(() => document.activeElement.innerText.split(' ·')[0]);
  await visit(
    place,
    '',
    async (page) => {
      await openCause(page, '422: one by one');
      await page.getByText('Product 500').click();
      await page.locator('.letter').getByRole('button', {name: 'Discard', exact: true}).click();
      await confirm(page, 'Discard it');
      await page.getByText('Product 500', {exact: true}).waitFor({state: 'detached'});
      assert.equal(await page.evaluate(() => scrollY), 0);
      assert.equal(await focused(page), 'Product 501');
      await page.locator('summary', {hasText: 'Product 539'}).focus();
      await place.api('POST', '/v1/dead/discard', {ids: [(await place.api('GET', '/v1/dead?limit=1')).messages[0].id]});
      await page.getByText('Product 501', {exact: true}).waitFor({state: 'detached'});
      assert.equal(await focused(page), 'Product 539');
      await click(page, 'Discard all 38');
      await confirm(page, 'Discard 38');
      await sees(page, 'No dead letter has this cause (any more).');
    },
    {login: true, phone: true},
  );
});

test('some are selected and discarded, with a question before', async () => {
  await kill(products(20, 24), 'unwanted', 5);
  await visit(
    place,
    '',
    async (page) => {
      await openCause(page, '422: unwanted');
      await page.getByLabel('Select product 20').check();
      await page.getByLabel('Select product 21').check();
      await click(page, 'Discard 2 selected');
      await sees(page, 'This cannot be undone.');
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Cancel');
      await page.keyboard.press('Escape');
      assert.equal((await place.total()).dead, 5);
      await click(page, 'Discard 2 selected');
      await confirm(page, 'Discard 2');
      await sees(page, '2 dead letters discarded.');
      await page.getByText('3 dead letters at default').waitFor();
      await click(page, 'Discard all 3');
      await confirm(page, 'Discard 3');
      await sees(page, 'No dead letter has this cause (any more).');
    },
    {login: true},
  );
  assert.equal((await place.total()).dead, 0);
});

test('thousands are retried at one click, with progress; and stay usable', async () => {
  await kill(products(1001, 6000), 'much', 5000);
  await place.rules({latency: '1ms'});
  await visit(
    place,
    '#/dead',
    async (page) => {
      await sees(page, '5,000 dead letters, of 1 cause.');
      await click(page, 'Retry all');
      await confirm(page, 'Retry 5,000');
      await page
        .getByRole('dialog')
        .getByText(/^[\d,]+ of 5,000$/)
        .waitFor();
      await page.getByText('5,000 dead letters are on their way again.').waitFor();
      await sees(page, 'There are no dead letters.');
    },
    {login: true},
  );
  await place.drained();
});

test('a new key when that is asked for', async () => {
  await kill(product(30), 'once', 1);
  await place.rules();
  await visit(
    place,
    '',
    async (page) => {
      await openCause(page, '422: once');
      await click(page, 'Retry it');
      await page.getByText('Options').click();
      await page.getByLabel('with new keys, as new messages').check();
      await confirm(page, 'Retry it');
      await sees(page, '1 dead letter is on its way again.');
      await page.goto(`${place.url}/#/messages?product=30`);
      await sees(page, '2 messages.');
    },
    {login: true},
  );
});

test('what is delivered can be announced anew', () =>
  visit(
    place,
    '#/messages?product=1',
    async (page) => {
      await click(page, '1', 'link');
      await click(page, 'Send again');
      await page.getByText(/Announced anew, with the key product:1:/).waitFor();
      await click(page, 'All messages of this product', 'link');
      await sees(page, '2 messages.');
    },
    {login: true},
  ));
