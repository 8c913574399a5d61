/**
 * admin - the page without a reload: the answer of a connection test, the progress of the catalogue. Everything it does is a
 * POST with the page's token; without scripts the buttons work too.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */
(function () {
  'use strict';

  var ASK_EVERY_MS = 1000;
  var ASK_FOR_MS = 30000;

  function post(url, fields) {
    var body = new FormData();
    Object.keys(fields).forEach(function (name) {
      body.append(name, fields[name]);
    });
    body.append('ajax', '1');
    return fetch(url, {method: 'POST', body: body, credentials: 'same-origin'}).then(function (response) {
      return response.json();
    });
  }

  function show(box, style, result, detail) {
    box.className = 'alert alert-' + style;
    box.querySelector('.product-sync-result').textContent = result;
    box.querySelector('.product-sync-detail small').textContent = detail;
  }

  // Asks for the relay's answer until it is there.
  function awaitTest(box) {
    var until = Date.now() + ASK_FOR_MS;

    function ask() {
      post(box.dataset.url, {
        action: 'testResult', product_sync_token: box.dataset.token, ask: box.dataset.ask, shop: box.dataset.shop
      }).then(function (answer) {
        if (answer.style) {
          show(box, answer.style, answer.text, answer.detail);
        } else if (answer.error || Date.now() > until) {
          show(box, 'warning', answer.error || box.dataset.silence, '');
        } else {
          window.setTimeout(ask, ASK_EVERY_MS);
        }
      }).catch(function () {
        show(box, 'warning', box.dataset.silence, '');
      });
    }
    ask();
  }

  // Sends the catalogue slice by slice while the page is open; the position is kept in the shop.
  function runCatalogue(box, panel) {
    var bar = box.querySelector('.progress-bar');
    var text = box.querySelector('.product-sync-progress');

    post(panel.dataset.url, {
      action: 'stepCatalogue', product_sync_token: panel.dataset.token, catalogue_shop: box.dataset.shop
    }).then(function (answer) {
      if (answer.error) {
        text.textContent = answer.error;
        return;
      }
      bar.parentNode.hidden = false;
      bar.style.width = answer.percent + '%';
      bar.textContent = answer.percent + '%';
      bar.setAttribute('aria-valuenow', answer.percent);
      text.textContent = answer.text;
      if (answer.running) {
        runCatalogue(box, panel);
      } else {
        box.querySelector('[name="stopCatalogue"]').hidden = true;
        box.querySelector('[name="startCatalogue"]').hidden = false;
      }
    }).catch(function () {
      text.textContent = panel.dataset.failed;
    });
  }

  document.addEventListener('DOMContentLoaded', function () {
    var test = document.querySelector('#product-sync-test[data-ask]');
    var catalogue = document.getElementById('product-sync-catalogue');
    var wrong = document.querySelector('[aria-invalid="true"]');

    if (wrong) {
      (wrong.querySelector('input') || wrong).focus();
    }
    if (test) {
      awaitTest(test);
    }
    if (catalogue) {
      catalogue.querySelectorAll('.product-sync-catalogue').forEach(function (box) {
        if (box.dataset.running && box.querySelector('form')) {
          runCatalogue(box, catalogue);
        }
      });
    }
    document.querySelectorAll('form[data-confirm]').forEach(function (form) {
      form.addEventListener('submit', function (event) {
        if (!window.confirm(form.dataset.confirm)) {
          event.preventDefault();
        }
      });
    });
  });
}());
