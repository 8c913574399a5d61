// Every page shown and searched: in three languages, light and dark, on a telephone, by keyboard alone.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {click, go, Place, product, products, request, sees, visit} from './harness.mjs';

let place;
const name = '<script>alert(1)</script><img src=x onerror=alert(2)>';
before(async () => {
  place = await Place.open();
  await place.rules({
    products: [3],
    status: 422,
    title: 'unknown <b>category</b>',
    type: 'https://example.com/category',
  });
});
after(() => place?.close());

test('an empty queue says that nothing was put yet', () =>
  visit(place, '', async (page) => {
    await sees(page, 'Ready. Nothing has been put into the queue yet.');
    await sees(page, 'productsync produce products.csv');
    await page.goto(`${place.url}/#/messages`);
    await sees(page, 'There are no messages yet.');
    await page.goto(`${place.url}/#/dead`);
    await sees(page, 'There are no dead letters.');
  }));

test('the overview has the figures of what was delivered', async () => {
  await place.put(products(1, 2) + product(3, name) + products(4, 60));
  await place.until('done', 59);
  await visit(place, '', async (page) => {
    await sees(page, 'Not everything is arriving.');
    await page.locator('#tile-backlog').getByText('0', {exact: true}).waitFor();
    await page.locator('#tile-drain').getByText('nothing waits').waitFor();
    const card = page.locator('.card', {hasText: 'default'});
    assert.match(await card.innerText(), /OK[\s\S]*Nothing waits for it\.[\s\S]*Delivered\s+59/);
    for (const chart of ['in', 'out', 'backlog'])
      assert.equal(await page.locator(`#tile-${chart} svg[role=img]`).count(), 1);
    await page.locator('#tile-success').getByText('%').first().waitFor();
    await page.locator('#tile-latency').getByText('ms').first().waitFor();
  });
});

test('what changes is shown without a reload', () =>
  visit(place, '', async (page) => {
    await page.locator('.card', {hasText: 'default'}).getByText('59', {exact: true}).waitFor();
    await place.put(products(61, 70));
    await page.locator('.card', {hasText: 'default'}).getByText('69', {exact: true}).waitFor();
  }));

test('a product is found by its number, and its life is told', () =>
  visit(place, '#/messages', async (page) => {
    await page.getByLabel('Product', {exact: true}).fill('2');
    await click(page, 'Search');
    await sees(page, '1 message.');
    assert.match(page.url(), /#\/messages\?product=2$/);
    await click(page, '2', 'link');
    await page.getByRole('heading', {level: 1, name: 'Product 2', exact: true}).waitFor();
    assert.equal(await page.title(), 'Product 2 · productsync');
    const life = await page.locator('.timeline').innerText();
    assert.match(life, /Put into the queue[\s\S]*Request 1 answered 201[\s\S]*Delivered/);
    assert.match(await page.locator('.payload').innerText(), /"price": 49\.90,/);
  }));

test('messages are searched by shop, state and destination', async () => {
  const socket = {socketPath: `${place.folder}/state/queue.db.sock`};
  const shop = '6f2b1a30-0000-4000-8000-000000000001:7';
  await request(socket, 'POST', `/v1/messages?shop=${shop}`, '{"id":2,"name":"of a shop","price":1.00,"stock":1}\n');
  await visit(place, '#/messages', async (page) => {
    await page.getByLabel('Product', {exact: true}).fill('2');
    await page.getByLabel('Shop').fill('7');
    await click(page, 'Search');
    await sees(page, '1 message.');
    await sees(page, '(shop 7)');
    await page.goto(`${place.url}/#/messages?shop=7`);
    await sees(page, 'To search by shop, give a product too.');
    await page.goto(`${place.url}/#/messages?state=dead`);
    await sees(page, '1 message.');
    await sees(page, '422: unknown <b>category</b>');
    await page.goto(`${place.url}/#/messages?product=999999`);
    await sees(page, 'No message fits.');
  });
});

test('a product called <script> is a name, everywhere', () =>
  visit(place, '#/messages?product=3', async (page) => {
    await click(page, '3', 'link');
    const payload = page.locator('.payload');
    assert.ok((await payload.innerText()).includes(name));
    assert.equal(await page.locator('main script, main img, main b').count(), 0);
    await page.goto(`${place.url}/#/dead`);
    await click(page, '422: unknown <b>category</b>', 'link');
    await page.locator('.payload').waitFor();
    assert.ok((await page.locator('.payload').innerText()).includes(name));
    assert.match(await page.locator('.answer').innerText(), /HTTP\/1\.1 422[\s\S]*unknown <b>category<\/b>/);
    assert.equal(await page.locator('main script, main img, main b').count(), 0);
  }));

test('settings show value and origin, secrets masked', () =>
  visit(place, '#/settings', async (page) => {
    const row = (section, key) =>
      page
        .getByRole('table', {name: section, exact: true})
        .locator('tr', {has: page.locator('th code', {hasText: new RegExp(`^${key}$`)})});
    assert.match(await row('destination', 'token').innerText(), /\*{8}[\s\S]*file[\s\S]*productsync\.conf:3/);
    assert.match(await row('retry', 'attempts').innerText(), /5[\s\S]*default/);
    assert.ok(!(await page.locator('body').innerText()).includes('test-token-4711'));
    assert.equal(await row('destination', 'url').getByRole('button').count(), 0);
    await page.getByLabel('Find').fill('retry.att');
    await sees(page, 'A message is dead after that many failures');
    assert.ok((await page.getByRole('table').count()) <= 2);
    await page.getByLabel('Find').fill('');
    await page.getByLabel('only what is not the default').check();
    assert.ok((await page.locator('tbody tr').count()) < 10);
  }));

test('settings tell in each language what they do, and are found by it', async () => {
  for (const [language, find, words] of [
    ['fr-FR', 'échecs qui comptent', 'Après ce nombre d’échecs qui comptent, un message est en échec définitif'],
    ['es-ES', 'fallos que cuentan', 'Tras ese número de fallos que cuentan, un mensaje queda fallido'],
  ])
    await visit(
      place,
      '#/settings',
      async (page) => {
        await page.getByRole('searchbox').fill(find);
        await page.locator('.note[lang]', {hasText: words}).waitFor();
        assert.equal(await page.locator('tbody tr').count(), 1);
        assert.equal(await page.locator('.note[lang=en]').count(), 0);
      },
      {language},
    );
});

test('what a language needs is loaded for it alone, and when it is switched to', () =>
  visit(place, '#/settings?find=retry.attempts', async (page) => {
    const loaded = () =>
      page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map((file) => file.name.replace(/.*\//, ''))
          .filter((name) => /^(help|refused)-/.test(name))
          .sort(),
      );
    await sees(page, 'A message is dead after that many failures that count');
    assert.deepEqual(await loaded(), []);
    await page.getByLabel('Language').selectOption('es');
    await sees(page, 'Tras ese número de fallos que cuentan, un mensaje queda fallido');
    assert.deepEqual(await loaded(), ['help-es.js', 'refused-es.js']);
    await page.getByLabel('Idioma').selectOption('en');
    await sees(page, 'A message is dead after that many failures that count');
  }));

test("the language is the browser's, and can be switched", async () => {
  for (const [language, title] of [
    ['fr-CA', 'Synthèse'],
    ['es-MX', 'Resumen'],
    ['de-DE', 'Overview'],
  ])
    await visit(
      place,
      '',
      async (page) => {
        await page.getByRole('heading', {level: 1, name: title, exact: true}).waitFor();
        assert.equal(
          await page.locator('html').getAttribute('lang'),
          title === 'Overview' ? 'en' : language.slice(0, 2),
        );
      },
      {language},
    );
  await visit(place, '#/dead', async (page) => {
    await page.getByLabel('Language').selectOption('fr');
    await page.getByRole('heading', {level: 1, name: 'Messages en échec'}).waitFor();
    await sees(page, '1 message en échec, 1 cause.');
    await page.reload();
    await page.getByRole('heading', {level: 1, name: 'Messages en échec'}).waitFor();
    await page.getByLabel('Langue').selectOption('es');
    await sees(page, '1 mensaje fallido, 1 causa.');
  });
});

test('no page is wider than a telephone, in any language, light or dark', async () => {
  for (const language of ['en-GB', 'fr-FR', 'es-ES'])
    await visit(
      place,
      '',
      async (page) => {
        for (const hash of ['#/', '#/messages', '#/message/3', '#/dead', '#/settings']) {
          await go(page, place, hash);
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wider <= 0, `${language} ${hash}: ${wider} px too wide`);
        }
      },
      {language, phone: true, dark: language === 'fr-FR'},
    );
});

/* WCAG 2: 4.5 to 1 for text. */
function contrasts() {
  const channels = (css) => css.match(/[\d.]+/g).map(Number);
  const light = (rgb) =>
    rgb
      .slice(0, 3)
      .map((c) => c / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = channels(getComputedStyle(e).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!text || !element.checkVisibility() || element.matches('title')) continue;
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5)
      poor.push(`${element.className || element.tagName}: ${element.textContent.slice(0, 40)}`);
  }
  return poor;
}

test('text can be read, in light and dark', async () => {
  for (const dark of [false, true])
    await visit(
      place,
      '',
      async (page) => {
        for (const hash of ['#/', '#/messages', '#/message/3', '#/dead', '#/settings?find=retry']) {
          await go(page, place, hash);
          assert.deepEqual(await page.evaluate(contrasts), [], `${dark ? 'dark' : 'light'} ${hash}`);
        }
      },
      {dark},
    );
});

test('everything has a name and a place for those who do not see it', () =>
  visit(place, '', async (page) => {
    for (const hash of ['#/', '#/messages', '#/message/3', '#/dead', '#/settings']) {
      await go(page, place, hash);
      for (const role of ['banner', 'navigation', 'main'])
        assert.equal(await page.getByRole(role).count(), 1, `${hash}: ${role}`);
      assert.equal(await page.getByRole('heading', {level: 1}).count(), 1);
      assert.equal(await page.locator('nav a[aria-current=page]').count(), 1);
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('button, a, input, select, textarea')]
          .filter(
            (e) => e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length),
          )
          .map((e) => e.outerHTML),
      );
      assert.deepEqual(nameless, [], hash);
      const twice = await page.evaluate(() =>
        [...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i),
      );
      assert.deepEqual(twice, [], hash);
      const vague = await page.evaluate(() =>
        [...document.querySelectorAll('.cards .buttons > *, .problems .buttons > *')]
          .filter((e) => !document.getElementById(e.getAttribute('aria-describedby'))?.textContent.trim())
          .map((e) => e.outerHTML),
      );
      assert.deepEqual(vague, [], `${hash}: what are they about?`);
    }
  }));

test('what is asked for while an answer is under way is asked again, behind it', () =>
  visit(place, '', async (page) => {
    const asked = await page.evaluate(async () => {
      const {Poll} = await import('/ui/poll.js');
      let n = 0,
        answer = null;
      const twice = new Promise((resolve) => {
        const poll = new Poll(
          60000,
          () => {
            if (++n === 1)
              return new Promise((done) => {
                answer = done;
              });
            poll.end();
            return resolve();
          },
          () => {},
        );
        poll.now();
        answer();
      });
      await Promise.race([twice, new Promise((resolve) => setTimeout(resolve, 5000))]);
      return n;
    });
    assert.equal(asked, 2);
  }));

test('by keyboard alone: past the navigation, to a page, its heading in focus', () =>
  visit(place, '', async (page) => {
    await sees(page, 'Not everything is arriving.');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
    await page.getByRole('link', {name: 'Messages', exact: true}).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', {level: 1, name: 'Messages'}).waitFor();
    await page.waitForFunction(() => document.activeElement.tagName === 'H1');
  }));

test('the focus stays while figures change', () =>
  visit(place, '', async (page) => {
    await page.getByRole('link', {name: 'Its messages'}).focus();
    await place.put(products(71, 75));
    await page.locator('.card', {hasText: 'default'}).getByText('75', {exact: true}).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Its messages');
  }));

test('the pages come with a policy that allows nothing inline and nothing from elsewhere', async () => {
  for (const file of ['/', '/ui/app.js', '/ui/style.css', '/ui/icon.svg']) {
    const answer = await request(place.at, 'GET', file);
    assert.equal(answer.status, 200, file);
    const policy = answer.headers['content-security-policy'];
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', file);
    const again = await request(place.at, 'GET', file, undefined, {'If-None-Match': answer.headers.etag});
    assert.equal(again.status, 304, file);
  }
});

test('a hidden page asks for nothing, and one that is looked at asks at a bounded pace', () =>
  visit(place, '', async (page) => {
    let asked = 0;
    page.on('request', () => {
      asked++;
    });
    await sees(page, 'Not everything is arriving.');
    asked = 0;
    await page.waitForTimeout(4000);
    assert.ok(asked >= 1 && asked <= 4, `${asked} requests in 4 s`);
    await page.evaluate(() => Object.defineProperty(document, 'hidden', {get: () => true}));
    await page.waitForTimeout(500);
    asked = 0;
    await page.waitForTimeout(3000);
    assert.equal(asked, 0);
  }));
