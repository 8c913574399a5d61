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

test('held by its shop: it says where that is settled, and no click ends it by accident', async () => {
  const place = await open();
  await place.holdByShop("paused: the shop's address is not the one that its settings were saved on");
  await place.put(products(1, 3));
  const says = {
    'en-GB': [
      /Held by its shop since \d\d:\d\d: the shop’s address is not the one that its settings were saved on\. It goes on when that is settled in the shop, on the module’s page\./,
      'Resume',
      'Resume anyway',
      'Deliver to default although its shop holds it?',
    ],
    'fr-FR': [
      /Retenue par sa boutique depuis \d\d:\d\d\u00a0: l’adresse de la boutique n’est pas celle où ses réglages ont été enregistrés\. L’envoi reprend quand c’est réglé dans la boutique, sur la page du module\./,
      'Reprendre',
      'Reprendre quand même',
      'Envoyer à default alors que sa boutique la retient\u00a0?',
    ],
    'es-ES': [
      /Retenido por su tienda desde \d\d:\d\d: la dirección de la tienda no es la de cuando se guardaron sus ajustes\. Continúa cuando se resuelva en la tienda, en la página del módulo\./,
      'Reanudar',
      'Reanudar de todos modos',
      '¿Enviar a default aunque su tienda lo retiene?',
    ],
  };
  for (const [language, [words, resume, anyway, title]] of Object.entries(says))
    await visit(
      place,
      '',
      async (page) => {
        await page.getByText(words).first().waitFor();
        assert.equal(await page.getByRole('button', {name: resume, exact: true}).count(), 0);
        assert.equal(await page.getByRole('button', {name: anyway, exact: true}).count(), 1); // on its card, not as a fix
        await click(page, anyway);
        await page.getByRole('dialog').getByRole('heading', {name: title}).waitFor();
        await page.keyboard.press('Enter'); // the button that leaves it alone has the focus
        await page.getByRole('dialog').waitFor({state: 'detached'});
        assert.ok(await state(place, 'paused'));
      },
      {language, login: true},
    );
  assert.equal((await place.total()).done, 0);
  await visit(
    place,
    '',
    async (page) => {
      await click(page, 'Resume anyway');
      await page.getByRole('dialog').getByRole('button', {name: 'Resume anyway'}).click();
      await sees(page, 'default goes on.');
      await sees(page, 'Everything has arrived. Nothing is waiting.');
    },
    {login: true},
  );
});

test('held by its shop and paused by hand over it: both are said', async () => {
  const place = await open();
  await place.api('POST', '/v1/destinations/default/pause', {});
  await visit(
    place,
    '',
    async (page) => {
      const resume = page.getByRole('button', {name: 'Resume', exact: true});
      await sees(page, /Paused by hand since/);
      assert.equal(await resume.count(), 2); // the problem's fix, and on its card
      await place.holdByShop("paused in the shop's settings");
      await sees(page, /Held by its shop since/);
      assert.equal(await resume.count(), 0);
    },
    {expect: /ERR_CONNECTION|Failed to load resource/}, // it was started anew meanwhile
  );
  await visit(
    place,
    '',
    async (page) => {
      await click(page, 'Pause');
      await page.getByRole('dialog').getByRole('textbox').fill('stocktaking');
      await page.getByRole('dialog').getByRole('button', {name: 'Pause'}).click();
      await page
        .getByText(/Held by its shop since .*: paused in the shop’s settings\. .* It is paused by hand as well: stocktaking\./)
        .first()
        .waitFor();
      await page.getByRole('button', {name: 'Pause', exact: true}).waitFor({state: 'hidden'});
    },
    {login: true},
  );
  await place.api('POST', '/v1/destinations/default/pause', {});
  const says = {
    'en-GB': 'It is paused by hand as well.',
    'fr-FR': 'Elle est aussi en pause à la main.',
    'es-ES': 'También está en pausa a mano.',
  };
  for (const [language, words] of Object.entries(says))
    await visit(place, '', async (page) => sees(page, words), {language});
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
