"""flows_bad - crashes in the middle, an API or a database that is away, two at once."""
import os
import threading
import time

import disk
import services
from flow import Left, flow
from office import Catalogue
from servers import wait_for


def broken_save(w, how):
    """A product whose first save is broken off in the first update hook; nothing may be sent of it."""
    product = w.office.create()
    w.breaks("actionProductUpdate", how)
    try:
        w.office.save(product, name=f"Cut by {how}", price="10", stock=4, active=1)
    except Exception:  # what the employee saw
        pass
    assert w.broke(), "the save was not broken off"
    w.silent(product, 2)
    return product


def cut_then_saved(how):
    def run(w):
        product = broken_save(w, how)
        form = w.office.form(product)
        have = w.db.value("SELECT quantity FROM ps_stock_available WHERE id_product=%s AND id_product_attribute=0",
                          product) or 0
        w.office.save(product, form, name=f"Cut by {how}", price="10", stock=4 - have, active=1)
        w.arrived(product, stock=4)
    return run


def cut_then_swept(how):
    def run(w):
        product = broken_save(w, how)
        w.swept(product)
        w.arrived(product)
        return f"stock {w.mock.ledger(product)['payload'].rpartition(':')[2].rstrip('}')}, as the shop shows"
    return run


for kind in ("error", "die", "memory", "time", "kill"):
    flow(f"save cut by {kind}, saved again", "a half-done product is not sent; the next whole save is")(cut_then_saved(kind))
for kind in ("error", "kill"):
    flow(f"save cut by {kind}, swept", "a half-done product that nobody saves again is found after five minutes, as it is")(
        cut_then_swept(kind))


@flow("creation cut by error", "cut before core made the stock row: not sent until it is whole")
def cut_creation(w):
    before = w.db.value("SELECT MAX(id_product) FROM ps_product")
    w.breaks("actionObjectProductAddAfter", "error")
    try:
        w.office.create()
    except AssertionError:
        pass
    after = w.db.value("SELECT MAX(id_product) FROM ps_product")
    assert w.broke() and after > before
    w.swept(after)
    w.silent(after, 1)


@flow("exception in another module", "another module's exception: the save is whole, and sent")
def other_exception(w):
    product = w.office.create()
    w.breaks("actionProductUpdate", "exception")
    w.office.save(product, name="Despite it", price="10", stock=4, active=1)
    assert w.broke()
    w.arrived(product)


@flow("two saves at once", "two employees save one product together: once, and whole")
def at_once(w):
    product = w.office.create()
    other = Catalogue(w.shop)
    forms = [w.office.form(product), other.form(product)]
    problems = []

    def save(office, form, price):
        try:
            office.save(product, form, name="Contested", price=price, stock=3, active=1)
        except Exception as e:
            problems.append(e)
    threads = [threading.Thread(target=save, args=a) for a in ((w.office, forms[0], "10"), (other, forms[1], "20"))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    w.wait_state(product, "taken", "delivered")
    payload = w.row(product)["payload"]
    price, stock = payload.split('"price":')[1].split(",")[0], int(payload.split('"stock":')[1].rstrip("}"))
    assert price in ("12.00", "24.00") and stock in (3, 6), payload
    w.arrived(product, look=False, name="Contested", price=price, stock=stock)
    return f"{len(problems)} of two saves refused; sent {price}, {stock}"


@flow("API down", "503 for a while: nothing is lost, nothing twice, no row is dead")
def api_down(w):
    w.mock.rules({"status": 503})
    try:
        products = [w.office.make(name=f"Outage {n}", price="2", stock=1, active=1) for n in range(5)]
        time.sleep(4)
        assert all(w.state(p) in ("ready", "taken") for p in products), [w.row(p) for p in products]
    finally:
        w.mock.rules()
    for product in products:
        w.arrived(product, seconds=90)
        w.wait_state(product, "delivered")


@flow("API refuses a product", "422: dead, with the reason in the list; nothing else is held up")
def refused(w):
    product = w.office.create()
    w.mock.rules({"products": [product], "status": 422, "title": "unknown category"})
    try:
        w.office.save(product, name="Refused", price="2", stock=1, active=1)
        w.wait_state(product, "dead")
        assert w.row(product)["last_status"] == 422 and w.row(product)["last_error"], w.row(product)
        w.arrived(w.office.make(name="Next one", price="2", stock=1, active=1))
    finally:
        w.mock.rules()
    return w.row(product)["last_error"][:70]


@flow("token wrong", "401: rows wait, no row is dead; the right token lets them go")
def wrong_token(w):
    with w.settings(MY_API_TOKEN="wrong"):
        time.sleep(6)  # the worker hears of it
        product = w.office.make(name="Locked out", price="2", stock=1, active=1)
        time.sleep(4)
        assert w.state(product) in ("ready", "taken") and w.unsent(product), w.row(product)
    w.arrived(product, seconds=60)


@flow("URL empty", "no URL: rows wait")
def no_url(w):
    with w.settings(MY_API_URL=""):
        w.relay_says("no_url")
        product = w.office.make(name="Nowhere", price="2", stock=1, active=1)
        time.sleep(3)
        assert w.unsent(product), w.row(product)
        waits = w.state(product) == "ready"
    if not waits:
        w.swept(product)
    w.arrived(product, seconds=60)
    return "its row waited" if waits else "no row meanwhile, the sweep found it"


@flow("worker killed", "the worker is killed while rows go through: nothing lost, nothing twice")
def worker_killed(w):
    if w.mode != "queue":
        raise Left(f"no worker delivers in mode {w.mode}")
    w.mock.rules({"latency": "50ms"})
    try:
        made = services.script(w.shop, count=200, product={"name": "Through a kill", "price": 10, "stock": 1})["ids"]
        wait_for(lambda: w.mock.summary()["requests"] and w.effects(made[0]), 30, "the first of them")
        w.stop_worker(kill=True)
    finally:
        w.mock.rules()
    w.start_worker()
    for product in made:
        w.arrived(product, look=False, name="Through a kill", price="12.00", stock=1, seconds=90)


@flow("database restarts", "MariaDB is stopped and started under the worker and the shop")
def restart(w):
    product = w.office.make(name="Before", price="2", stock=1, active=1)
    w.arrived(product)
    w.db.stop()
    time.sleep(3)
    w.db.start()
    after = w.office.make(name="After", price="2", stock=1, active=1)
    w.arrived(after, seconds=60)


@flow("database killed", "MariaDB is killed while rows wait")
def killed(w):
    with w.settings(PAUSE=1):
        product = w.office.make(name="Survives", price="2", stock=1, active=1)
        w.db.stop(kill=True)
        w.db.start()
    w.arrived(product, seconds=60)


@flow("outbox table missing", "a shop restored without the tables: saves go on; once they are back the sweep finds it")
def table_missing(w):
    w.db.run("RENAME TABLE ps_product_sync_outbox TO ps_product_sync_outbox_away")
    try:
        product = w.office.make(name="No table", price="2", stock=1, active=1)
        assert w.db.value("SELECT name FROM ps_product_lang WHERE id_product=%s AND id_lang=1", product) == "No table"
    finally:
        if w.db.row("SHOW TABLES LIKE 'ps_product_sync_outbox'"):
            w.db.run("DROP TABLE ps_product_sync_outbox")
        w.db.run("RENAME TABLE ps_product_sync_outbox_away TO ps_product_sync_outbox")
    w.swept(product)
    w.arrived(product, seconds=60)


@flow("disk full", "no room for the row: the save goes on, the shop's log says so, the sweep finds it once there is room")
def disk_full(w):
    worked = w.worker_process is not None
    w.db.run("DELETE FROM ps_log WHERE message LIKE 'product_sync:%%'")
    w.stop_worker()
    try:
        with disk.small_disk(w.db, os.path.join(w.shop.folder, "small-disk"), "ps_product_sync_outbox") as small:
            product = save_without_room(w, small)
            w.swept(product)
            assert w.row(product), "the sweep did not find it"
        note = "a file system of 4 MB, filled"
    except disk.NoDisk as e:
        product = refused_by_trigger(w)
        w.swept(product)
        note = f"played by a trigger: {e}"
    finally:
        if worked:
            w.start_worker()
    w.arrived(product, seconds=60)
    logged = w.db.value("SELECT message FROM ps_log WHERE message LIKE 'product_sync:%%error 1114%%'")
    assert logged, w.db.rows("SELECT message FROM ps_log WHERE message LIKE 'product_sync:%%'")
    return note


def save_without_room(w, small):
    """The product; rows of products that are none take all room meanwhile."""
    first = 4000000000
    small.fill(lambda n: {"id_shop": 1, "id_product": first + n, "state": "discarded", "type": "product.created",
                          "created_at": "2020-01-01", "updated_at": "2020-01-01"}, "payload")
    product = w.office.make(name="No room", price="2", stock=1, active=1)
    assert w.row(product) is None, f"there was room for the row; {small.free()} bytes are free"
    small.grow()
    w.db.run("DELETE FROM ps_product_sync_outbox WHERE id_product>%s", first)
    return product


def refused_by_trigger(w):
    w.db.run("CREATE TRIGGER full BEFORE INSERT ON ps_product_sync_outbox FOR EACH ROW "
             "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO=1114, MESSAGE_TEXT='The table is full'")
    try:
        return w.office.make(name="No room", price="2", stock=1, active=1)
    finally:
        w.db.run("DROP TRIGGER full")
