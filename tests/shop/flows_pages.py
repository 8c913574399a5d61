"""flows_pages - the module's own pages: settings, the connection test, the list and its actions."""
import re
import time

from flow import flow
from servers import wait_for


# The runs write address and token themselves, as something else in the shop might have.
TAKE_OVER = {"take_over_MY_API_URL": 1, "take_over_MY_API_TOKEN": 1}


def page(w, controller):
    """A page of the module, by the menu of the dashboard."""
    w.office.home = w.office.browser.get(w.office.home.url)
    found = w.office.browser.get(w.office.link(r"controller=AdminProductSync&"))
    if controller != "AdminProductSync":  # by the list's own button
        found = w.office.browser.get(w.office.link(rf"controller={controller}&", found))
    return found


def settings_form(w):
    return next(f for f in page(w, "AdminProductSyncSettings").forms() if "MY_API_URL" in f.names())


def press(w, form, button, **fields):
    for name, value in fields.items():
        form.set(name, value)
    form.set(button, 1)
    return w.office.browser.submit(form)


def words(answer):
    """A page's text."""
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.text, flags=re.S)
    return " ".join(re.sub("<[^>]*>", " ", text).split())


def stored(w, name):
    return w.db.value("SELECT value FROM ps_configuration WHERE name=%s", name)


@flow("settings saved", "typed and saved; the token is encrypted, shown as a mask, kept when left empty")
def saved(w):
    try:
        form = settings_form(w)
        answer = press(w, form, "submitSettings", MY_API_URL=w.mock.url, MY_API_TOKEN="shop-test-token",
                       PRODUCT_SYNC_MODE=w.mode, **TAKE_OVER)
        token = stored(w, "MY_API_TOKEN")
        assert token != "shop-test-token" and token.startswith("def5"), (token, words(answer)[:500])
        shown = page(w, "AdminProductSyncSettings")
        assert "shop-test-token" not in shown.text and token not in shown.text
        press(w, settings_form(w), "submitSettings", MY_API_TOKEN="")
        assert stored(w, "MY_API_TOKEN") == token
        w.arrived(w.office.make(name="By the settings page", price="2", stock=1, active=1), seconds=60)
    finally:
        w.db.run("DELETE FROM ps_configuration WHERE name LIKE 'MY\\_API%%' OR "
                 "(name LIKE 'PRODUCT\\_SYNC%%' AND id_shop IS NOT NULL)")
        w.defaults()


@flow("settings refused", "HTTP, credentials in the address, a senseless value: a message beside the field, nothing saved")
def refused(w):
    notes = []
    for field, value in (("MY_API_URL", "http://shop.example/products"),
                         ("MY_API_URL", "https://me:secret@api.example/products"),
                         ("MY_API_URL", "nonsense"), ("PRODUCT_SYNC_TIMEOUT", "0"), ("PRODUCT_SYNC_RETRY_ATTEMPTS", "many"),
                         ("PRODUCT_SYNC_LANGUAGES", "xx")):
        before = stored(w, field)
        answer = press(w, settings_form(w), "submitSettings", **{field: value})
        assert stored(w, field) == before, f"{field}={value} was saved"
        assert "has-error" in answer.text or "alert-danger" in answer.text, f"{field}={value}: {words(answer)[:300]}"
        notes.append(field)
    return f"{len(notes)} values"


@flow("connection test", "reached; token refused; network: each said plainly, without a product")
def connection(w):
    def verdict(**settings):
        with w.settings(**settings):
            if w.mode == "queue" and w.worker_process:
                time.sleep(6)  # the worker hears of the settings
            return tested(w, settings_form(w))

    requests = w.mock.summary()["requests"]
    said = verdict()
    assert re.search("reach", said, re.I), said[-600:]
    w.db.run("DELETE FROM ps_product_sync_state WHERE name LIKE 'test%%'")
    said = verdict(MY_API_TOKEN="wrong")
    assert re.search("token|credentials", said, re.I) and re.search("refus|401|credentials", said, re.I), said[-600:]
    assert w.mock.summary()["requests"] == requests, "a product was sent"


def tested(w, form, **fields):
    """What "Test connection" says: the page, or the worker after it."""
    answer = press(w, form, "submitSettingsAndTest", **fields)
    found = re.search(r'id="[^"]*test[^"]*".*?</div>', answer.text, flags=re.S)
    if re.search(r'data-ask="([^"]+)"', answer.text):
        wait_for(lambda: stored_result(w), 30, "the worker tests")
    return words(answer) + " " + (stored_result(w) or "") + (found.group(0) if found else "")


def stored_result(w):
    return w.db.value("SELECT value FROM ps_product_sync_state WHERE name='test_result:1'")


@flow("list and its actions", "a dead row with its reason; send again revives it; a delivered one asks first; discard")
def listed(w):
    product = w.office.create()
    w.mock.rules({"products": [product], "status": 422, "title": "unknown category"})
    try:
        w.office.save(product, name="To be listed", price="2", stock=1, active=1)
        wait_for(lambda: w.nudge() or w.state(product) == "dead", 30, "the row is dead")
    finally:
        w.mock.rules()
    row = w.row(product)
    shown = page(w, "AdminProductSync")
    assert "To be listed" in shown.text and "unknown category" in shown.text, words(shown)[-800:]
    act(w, shown, "sendAgain", row["id_outbox"])
    sent = w.arrived(product, seconds=60)
    assert row["message_key"] in sent["keys"] and len(set(sent["keys"])) == 1, sent
    wait_for(lambda: w.state(product) == "delivered", 30, "the outcome comes back")
    answer = act(w, page(w, "AdminProductSync"), "sendAgain", row["id_outbox"])
    assert w.state(product) == "delivered", "sent again without a confirmation"
    form = next(f for f in answer.forms() if "rows" in f.names())
    press(w, form, "sendConfirmed")
    again = w.arrived(product, seconds=60)
    assert len(set(again["keys"])) == 2, again
    with w.settings(PAUSE=1):
        other = w.office.make(name="Thrown away", price="2", stock=1, active=1)
        act(w, page(w, "AdminProductSync"), "discard", w.row(other)["id_outbox"])
        assert w.state(other) == "discarded", w.row(other)
    w.swept(other)
    w.silent(other, 2)


def act(w, shown, action, number):
    """The button of a row, or what it posts."""
    form = next((f for f in shown.forms() if (action, str(number)) in f.buttons), None)
    assert form, f"no button {action} for row {number}"
    form.set(action, number)
    return w.office.browser.submit(form)


@flow("action without its token", "is not carried out")
def view_only(w):
    shown = page(w, "AdminProductSync")
    form = next((f for f in shown.forms() if any(n.endswith("oken") or "token" in n for n in f.names())), None)
    assert form, "the list has no form"
    row = w.db.row("SELECT id_outbox, state FROM ps_product_sync_outbox WHERE state='delivered' LIMIT 1")
    without = [(n, "0" * 32) if n != "token" and "token" in n.lower() else (n, v) for n, v in form.fields]
    w.office.browser.post(form.action, without + [("sendConfirmed", 1), ("rows", row["id_outbox"])])
    after = w.db.row("SELECT id_outbox, state FROM ps_product_sync_outbox WHERE id_outbox=%s", row["id_outbox"])
    assert after == row, "an action without its token was carried out"


@flow("send the catalogue", "everything that the API does not have as it is now, once each; in portions, to its end")
def catalogue(w):
    products = [r["id_product"] for r in w.db.rows(
        "SELECT id_product FROM ps_product p JOIN ps_product_shop USING (id_product) WHERE id_product NOT IN "
        "(SELECT id_product FROM ps_product_sync_outbox) LIMIT 5")]
    before = {e["id"]: e["effects"] for e in w.mock.ledger()["products"]}
    shown = page(w, "AdminProductSyncSettings")
    form = next(f for f in shown.forms() if ("startCatalogue", "1") in f.buttons)
    press(w, form, "startCatalogue")
    for _ in range(60):
        w.cron()
        if not w.db.row("SELECT 1 FROM ps_product_sync_outbox WHERE state IN ('ready','taken')") and _ > 3:
            break
        time.sleep(0.5)
    after = {e["id"]: e["effects"] for e in w.mock.ledger()["products"]}
    more = {p: n - before.get(p, 0) for p, n in after.items() if n > before.get(p, 0)}
    assert all(n == 1 for n in more.values()), more
    for product, number in more.items():  # what it sent is now expected
        w.expected[product] = w.expected.get(product, 0) + number
    return f"{len(more)} messages, {len(products)} products had no row"
