// The overview in every state a destination and a queue can be in, and what helps, one click away.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';

import {click, Place, products, sees, visit} from './harness.mjs';

const places = [];
async function open(options) {
  const place = await Place.open(options);
  places.push(place);
  return place;
}
after(() => Promise.all(places.map((place) => place.close())));
const state = (place, wanted) => place.api('GET', '/v1/destinations').then(({destinations: [d]}) => d.state === wanted);
const reach = async (place, wanted) => {
  for (let i = 0; i < 400 && !(await state(place, wanted)); i++)
    await new Promise((resolve) => setTimeout(resolve, 25));
  assert.ok(await state(place, wanted), wanted);
};

test('busy: what is on its way, and how long it takes', async () => {
  const place = await open();
  await place.rules({latency: '200ms'});
  await place.put(products(1, 3000));
  await visit(place, '', async (page) => {
    await page.getByText(/Everything is arriving\. [\d,]+ messages are on their way\./).waitFor();
    await page.locator('#tile-drain').getByText('at the present rate').waitFor();
    await page
      .locator('#tile-oldest')
      .getByText(/since \d\d:\d\d/)
      .waitFor();
    await sees(page, 'Delivering.');
    const heard = page.getByRole('main').getByRole('status').filter({hasText: 'Everything is arriving.'});
    assert.equal(await heard.innerText(), 'Everything is arriving.'); // no figure: it would be read out every 2 s
  });
});

test('throttled: until when, and what the API answered; in three languages', async () => {
  const place = await open();
  await place.rules({status: 429, retry_after: 120});
  await place.put(products(1, 20));
  await reach(place, 'throttled');
  const says = {
    'en-GB': /default: Paused until \d\d:\d\d because the API answered 429, Retry-After 120\. 20 messages wait, the oldest since \d\d:\d\d\./,
    'fr-FR': /default\u00a0: En pause jusqu’à \d\d:\d\d car l’API a répondu 429, Retry-After 120\. 20 messages attendent, le plus ancien depuis \d\d:\d\d\./,
    'es-ES': /default: En pausa hasta \d\d:\d\d porque la API respondió 429, Retry-After 120\. 20 mensajes esperan, el más antiguo desde \d\d:\d\d\./,
  };
  for (const [language, words] of Object.entries(says))
    await visit(place, '', async (page) => page.getByText(words).waitFor(), {language});
  await visit(
    place,
    '',
    async (page) => {
      await sees(page, 'Nothing is being delivered.');
      await page
        .locator('#tile-drain')
        .getByText(/after \d\d:\d\d/)
        .waitFor();
      await place.rules();
      await click(page, 'Try now');
      await sees(page, 'default goes on.');
      await sees(page, 'Everything has arrived. Nothing is waiting.');
    },
    {login: true},
  );
});

test("down: it says so, in the reader's language", async () => {
  const place = await open({settings: '[breaker]\ncool_off = 60s\n'});
  await place.rules({reset: 'before'});
  await place.put(products(1, 50));
  await reach(place, 'open');
  await visit(place, '', (page) =>
    page.getByText(/default: It seems to be down: connection lost\. One delivery is tried at \d\d:\d\d\./).waitFor(),
  );
  await visit(
    place,
    '',
    (page) =>
      page
        .getByText(/Elle semble hors service\u00a0: connexion perdue\./)
        .first()
        .waitFor(),
    {language: 'fr'},
  );
});

test('suspended: three clicks from the alert to the cause to the fix', async () => {
  const place = await open({token: 'wrong'});
  await place.put(products(1, 10));
  await reach(place, 'suspended');
  await visit(
    place,
    '',
    async (page) => {
      // the alert's link
      await page
        .getByText(/Suspended since \d\d:\d\d: it refuses the credentials, HTTP 401 or 403\./)
        .first()
        .waitFor();
      await click(page, 'Check its settings', 'link'); // the cause
      await page.getByRole('table', {name: 'destination', exact: true}).getByText('********').waitFor();
      await page.goBack();
      await click(page, 'Resume'); // the fix, once the token is right
      await sees(page, 'default goes on.');
    },
    {login: true},
  );
});

test('a shop that cannot be found is a problem, with the way to its settings', async () => {
  const place = await open({settings: '[shop main]\npath = /nowhere/shop\n'});
  await visit(
    place,
    '',
    async (page) => {
      await page.getByRole('heading', {name: 'Shops'}).waitFor();
      await page
        .getByText(/main: its outbox has been out of reach since \d\d:\d\d: .*\/nowhere\/shop/)
        .first()
        .waitFor();
      await page.locator('#shop-main .badge', {hasText: 'Out of reach'}).waitFor();
      await click(page, 'Check its settings', 'link');
      await page.getByText('/nowhere/shop').first().waitFor();
    },
    {login: true},
  );
});

test('paused by hand and resumed, with a reason for the others', async () => {
  const place = await open();
  await visit(
    place,
    '',
    async (page) => {
      await click(page, 'Pause');
      await page.getByRole('dialog').getByRole('textbox').fill('stocktaking <b>until</b> noon');
      await page.getByRole('dialog').getByRole('button', {name: 'Pause'}).click();
      await page
        .getByText(/Paused by hand since \d\d:\d\d: stocktaking <b>until<\/b> noon\./)
        .first()
        .waitFor();
      await click(page, 'Resume');
      await sees(page, 'default goes on.');
      await page.locator('.card .badge', {hasText: 'OK'}).waitFor();
    },
    {login: true},
  );
});

test('paused by what its merchant set in the shop: not by hand', async () => {
  const place = await open();
  await place.api('POST', '/v1/destinations/default/pause', {reason: "the shop: paused in the shop's settings"});
  const says = {
    'en-GB': /Held since \d\d:\d\d: paused in the shop’s settings\./,
    'fr-FR': /En attente depuis \d\d:\d\d\u00a0: mise en pause dans les réglages de la boutique\./,
    'es-ES': /Retenido desde \d\d:\d\d: en pausa en los ajustes de la tienda\./,
  };
  for (const [language, words] of Object.entries(says))
    await visit(place, '', async (page) => page.getByText(words).first().waitFor(), {language});
});

test('full: new products are refused, and it says so', async () => {
  const place = await open({settings: '[queue]\nmax_depth = 100\n'});
  await place.rules({status: 429, retry_after: 600});
  await place.put(products(1, 100));
  await reach(place, 'throttled');
  await visit(place, '', async (page) => {
    await sees(page, 'The queue of default is full: 100 of 100 messages.');
    await click(page, 'The limit', 'link');
    await sees(page, 'Unfinished messages per destination at most');
  });
});

test('nobody answers: what is seen may be old; it comes back by itself', async () => {
  const place = await open();
  await visit(
    place,
    '',
    async (page) => {
      await sees(page, 'Ready. Nothing has been put into the queue yet.');
      await place.stop();
      await sees(page, 'productsync does not answer. What you see may be out of date.');
      place.serve();
      await place.ready();
      await page.locator('.trouble').waitFor({state: 'hidden'});
    },
    {expect: /ERR_CONNECTION|Failed to load resource/},
  );
});
