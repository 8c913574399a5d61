"""flows_modes - the direct modes, cron, the slice of front-office requests, maintenance."""
import time

import services
from browser import Browser
from flow import flow
from office import Import, set_fields
from servers import wait_for

VAT = {"product[pricing][retail_price][tax_rules_group_id]": 1}


CONSOLE_COMMAND = "product-sync:run"


@flow("simple mode", "sent at the end of the same request; once; the row says delivered")
def simple(w):
    with w.settings(MODE="simple"):
        product = w.office.make(name="Simple", price="2", stock=1, active=1, **VAT)
        w.arrived(product, seconds=5)
        w.wait_state(product, "delivered", seconds=5)


@flow("simple mode refused", "a failed row is dead with its reason; no retry")
def simple_refused(w):
    w.mock.rules({"status": 422, "title": "unknown category"})
    try:
        with w.settings(MODE="simple"):
            product = w.office.make(name="Refused", price="2", stock=1, active=1)
            w.wait_state(product, "dead", seconds=10)
            row = w.row(product)
            assert row["last_status"] == 422 and row["last_error"] and row["attempts"] == 1, row
            w.cron()
            assert w.row(product)["attempts"] == 1
    finally:
        w.mock.rules()
    return row["last_error"][:60]


@flow("simple mode hanging API", "an API that hangs keeps a request three seconds at most; the save answers before")
def simple_hanging(w):
    w.mock.rules({"latency": "20s"})
    try:
        with w.settings(MODE="simple"):
            product = w.office.create()
            form = set_fields(w.office.form(product), {"name": "Hanging", "price": "2", "stock": 1, "active": 1})
            began = time.monotonic()
            w.office.browser.post(form.action, form.fields, redirects=0)
            took = time.monotonic() - began
            wait_for(lambda: w.row(product) and w.row(product)["attempts"] == 1, 10, "the attempt ends")
            whole = time.monotonic() - began
        assert took < 2.5, f"the save took {took:.1f} s"
        assert whole < 8, f"the attempt took {whole:.1f} s"
    finally:
        w.mock.rules()
    w.may_come_late.add(product)
    return f"save {took:.1f} s, attempt over after {whole:.1f} s, row {w.state(product)}"


@flow("simple mode import", "an import only leaves rows; cron sends them")
def simple_import(w):
    with w.settings(MODE="simple"):
        Import(w.office, [("", 1, f"Si {n}", "Home", "10", 1, f"simp-{n}", 2) for n in range(12)]).run()
        made = [r["id_product"] for r in w.db.rows("SELECT id_product FROM ps_product WHERE reference LIKE 'simp-%%'")]
        assert len(made) == 12
        wait_for(lambda: all(w.state(p) == "ready" for p in made), 10, lambda: f"rows: {[w.state(p) for p in made]}")
        for _ in range(12):
            w.cron()
            if all(w.state(p) == "delivered" for p in made):
                break
    for product in made:
        w.arrived(product, stock=2, price="12.00", look=False, name=_name(w, product))


def _name(w, product):
    return w.db.value("SELECT name FROM ps_product_lang WHERE id_product=%s AND id_lang=1", product)


@flow("async mode", "after the response, several side by side")
def asynchronous(w):
    with w.settings(MODE="async"):
        product = w.office.make(name="Async", price="2", stock=1, active=1)
        w.arrived(product, seconds=5)
        made = services.script(w.shop, count=30, product={"name": "Async script", "price": 10, "stock": 1})["ids"]
        time.sleep(3)
        for _ in range(10):
            w.cron()
            if all(w.state(p) == "delivered" for p in made):
                break
        for one in made:
            w.arrived(one, name="Async script", price="12.00", stock=1, look=False)


@flow("async mode hanging API", "an API that hangs holds one of PHP's processes, not the shop; once it answers all goes")
def async_hanging(w):
    w.mock.rules({"latency": "9s"})
    made, slowest, at_it = [], 0.0, set()
    try:
        with w.settings(MODE="async"):
            for n in range(6):
                began = time.monotonic()
                made.append(w.office.make(name=f"Patient {n}", price="2", stock=1, active=1))
                slowest = max(slowest, time.monotonic() - began)
                owners = {r["owner"] for r in w.db.rows("SELECT owner FROM ps_product_sync_outbox WHERE state='taken'")}
                assert len(owners) <= 1, f"{len(owners)} processes of PHP wait for the API"
                at_it |= owners
            w.mock.rules()
            end = time.monotonic() + 60
            while any(w.state(p) != "delivered" for p in made) and time.monotonic() < end:
                w.cron()
                time.sleep(0.5)
    finally:
        w.mock.rules()
    assert at_it, "nobody waited for the API"
    for product in made:
        w.arrived(product)
    return f"slowest creation and save {slowest:.1f} s"


@flow("async mode retries", "a limited retry, by the next request or cron, with the same key")
def async_retries(w):
    w.mock.rules({"status": 503})
    try:
        with w.settings(MODE="async"):
            product = w.office.make(name="Retried", price="2", stock=1, active=1)
            wait_for(lambda: (w.row(product) or {}).get("attempts"), 10, "the first attempt")
            w.mock.rules()
            before = w.expected.get(product, 0)  # of others under its number
            end = time.monotonic() + 30
            while w.state(product) != "delivered" and time.monotonic() < end:
                w.cron()
                time.sleep(0.5)
            sent = w.arrived(product)
            assert len(set(sent["keys"])) == before + 1 and w.row(product)["attempts"] >= 2, sent
    finally:
        w.mock.rules()


@flow("settled rows in direct modes", "webservice in async mode: sent by the next request, or cron, once settled")
def settled(w):
    with w.settings(MODE="async"):
        product = w.webservice.create("Settling", "5")
        w.webservice.stock(product, 2)
        assert w.unsent(product)
        time.sleep(3)
        w.cron()
        w.arrived(product, stock=2, seconds=10)


@flow("cron refuses a wrong token", "403 without the token")
def cron_token(w):
    w.cron(expect=403, token="0" * 64)
    w.cron(expect=403, token="")


@flow("cron in maintenance mode", "works, and makes no guest and no cart")
def cron_maintenance(w):
    counts = "SELECT (SELECT COUNT(*) FROM ps_guest) + (SELECT COUNT(*) FROM ps_cart) + (SELECT COUNT(*) FROM ps_connections)"
    with w.settings(PS_SHOP_ENABLE=0, MODE="async"):
        before = w.db.value(counts)
        product = w.webservice.create("Behind the sign", "5")
        time.sleep(3)
        w.cron()
        w.wait_state(product, "delivered", seconds=10)
        assert w.db.value(counts) == before, "a guest, a cart or a connection was made"
        front = Browser(w.shop.url).get("/")
        assert front.status == 503, front.status
    w.arrived(product, seconds=10)


@flow("cron by console", "the console command does what the URL does")
def cron_console(w):
    with w.settings(MODE="async"):
        product = w.webservice.create("By console", "5")
        time.sleep(3)
        note = ""
        if not console_knows(w):
            # Core keeps the list that the installing command itself compiled, before the module was there.
            w.shop.console("cache:clear", "--env=prod")
            note = ", listed after the shop's cache was cleared"
            assert console_knows(w), "no console command"
        done = w.shop.console(CONSOLE_COMMAND, "--env=prod")
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        w.arrived(product, seconds=10)
    return CONSOLE_COMMAND + note


def console_knows(w):
    return CONSOLE_COMMAND in w.shop.console("list", "--raw", "--env=prod").stdout


@flow("slice of a front request", "without cron, visitors' requests do the work after their response")
def piece(w):
    with w.settings(MODE="async", SLICE=1):
        product = w.webservice.create("By visitors", "5")
        time.sleep(3)
        w.db.run("DELETE FROM ps_product_sync_state WHERE name='slice'")
        began = time.monotonic()
        assert Browser(w.shop.url).get("/index.php?controller=contact").status == 200
        took = time.monotonic() - began
        w.arrived(product, seconds=15)
    return f"the visitor waited {took:.2f} s"


@flow("pause", "paused: rows wait; then they go")
def pause(w):
    with w.settings(PAUSE=1):
        product = w.office.make(name="Waits", price="2", stock=1, active=1)
        time.sleep(2)
        assert w.state(product) == "ready" and w.unsent(product), w.row(product)
    w.arrived(product)


@flow("mode changed with rows waiting", "the new mode takes them")
def mode_change(w):
    with w.settings(PAUSE=1):
        product = w.office.make(name="Changes hands", price="2", stock=1, active=1)
    with w.settings(MODE="async"):
        w.cron()
        w.arrived(product)
