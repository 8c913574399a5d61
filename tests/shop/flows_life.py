"""flows_life - the module's own life: disabled, reset, upgraded, uninstalled; the shop moved, copied, its key lost."""
import os
import re
import time

import modules
import services
from flow import flow
from flows_modes import console_knows
from flows_pages import tested


@flow("module disabled meanwhile", "products made while it is off are found after it is on again; rows wait meanwhile")
def disabled(w):
    with w.settings(PAUSE=1):
        waiting = w.office.make(name="Waiting", price="2", stock=1, active=1)
        w.manage("disable")
    time.sleep(2)
    meanwhile = w.office.make(name="Meanwhile", price="2", stock=1, active=1)
    known = w.row(meanwhile)
    assert known is None or known["deleted_at"], known  # at most that of a product which was there before under the number
    assert w.state(waiting) == "ready", w.row(waiting)
    w.manage("enable")
    w.arrived(waiting)
    w.swept(meanwhile)
    w.arrived(meanwhile)


@flow("module off for a group", "hooks that a customer group keeps from running: found by the sweep")
def group(w):
    module = w.db.value("SELECT id_module FROM ps_module WHERE name='product_sync'")
    rows = w.db.rows("SELECT id_module, id_shop, id_group FROM ps_module_group WHERE id_module=%s", module)
    w.db.run("DELETE FROM ps_module_group WHERE id_module=%s", module)
    try:
        product = services.script(w.shop, {"name": "Grouped out", "price": 10, "stock": 1})["ids"][0]
    finally:
        for row in rows:
            w.db.run("INSERT IGNORE INTO ps_module_group (id_module, id_shop, id_group) VALUES (%s, %s, %s)", *row.values())
    by = w.found(product)
    w.arrived(product)
    return f"found by {by}"


@flow("reset", "\"Reset\" keeps rows and settings")
def reset(w):
    with w.settings(PAUSE=1):
        product = w.office.make(name="Kept", price="2", stock=1, active=1)
        before = w.row(product)
        w.manage("reset")
        after = w.row(product)
        assert after and after["message_key"] == before["message_key"], (before, after)
        assert w.setting("SETTLE") == "2"
    w.arrived(product)


@flow("upgrade", "an upgrade of the previous version keeps rows and settings")
def upgrade(w):
    path = os.path.join(w.shop.root, "modules/product_sync/product_sync.php")
    with open(path, encoding="utf-8") as f:
        version = re.search(r"->version = '([0-9.]+)'", f.read()).group(1)
    with w.settings(PAUSE=1):
        product = w.office.make(name="Upgraded", price="2", stock=1, active=1)
        before = w.row(product)
        w.db.run("UPDATE ps_module SET version='0.9.0' WHERE name='product_sync'")
        w.manage("upgrade")
        assert w.db.value("SELECT version FROM ps_module WHERE name='product_sync'") == version
        assert w.row(product)["message_key"] == before["message_key"]
    w.arrived(product)
    return f"0.9.0 to {version}"


@flow("shop moved", "the shop's domain is another than the settings were saved on: nothing is sent until answered")
def moved(w):
    with w.settings(PLACE="shop.example/"):
        w.relay_says("copy")
        product = w.office.make(name="A copy?", price="2", stock=1, active=1)
        time.sleep(3)
        assert w.unsent(product) and w.state(product) in ("ready", "draft"), w.row(product)
        with w.settings(MODE="async"):
            w.cron()
            time.sleep(1)
            assert w.unsent(product), "the module sent from a copy"
    w.arrived(product, seconds=60)


@flow("key lost", "the shop's key no longer decrypts the token: rows wait, and the worker says so")
def key_lost(w):
    done = w.shop.php("-r", "$_SERVER['HTTP_HOST']='localhost'; require 'config/config.inc.php'; "
                            "echo (new PhpEncryption(_NEW_COOKIE_KEY_))->encrypt('shop-test-token');")
    token = done.stdout.strip()
    assert token.startswith("def5"), done
    with w.settings(MY_API_TOKEN=token):
        time.sleep(6)
        w.arrived(w.office.make(name="Encrypted token", price="2", stock=1, active=1), seconds=60)
        broken = token[:-8] + ("00000000" if token[-8:] != "00000000" else "11111111")
        with w.settings(MY_API_TOKEN=broken):
            w.relay_says("no_token")
            product = w.office.make(name="Locked", price="2", stock=1, active=1)
            time.sleep(3)
            assert w.unsent(product) and w.state(product) == "ready", w.row(product)
    w.arrived(product, seconds=60)


@flow("nothing uninvited", "in all of the run no product came that no flow expected, none twice")
def all_told(w):
    w.nothing_uninvited()
    told = w.mock.summary()
    assert told["violations"] == 0 and told["conflicts"] == 0, told
    return f"{told['effects']} messages, {told['replays']} repeated under their key"


@flow("uninstall with rows waiting", "tables and settings go, what others set stays; installing again starts afresh")
def uninstall(w):
    with w.settings(PAUSE=1):
        product = w.office.make(name="Left behind", price="2", stock=1, active=1)
        assert w.state(product) == "ready"
        w.stop_worker()
        w.manage("uninstall")
    assert not w.db.row("SHOW TABLES LIKE 'ps_product_sync%%'"), "tables are left"
    left = [r["name"] for r in w.db.rows("SELECT name FROM ps_configuration WHERE name LIKE 'PRODUCT\\_SYNC\\_%%'")]
    written = ["PRODUCT_SYNC_" + n for n in ("PAUSE",)]  # the test's own settings() put it back
    assert set(left) <= set(written), left
    assert not w.db.row("SELECT 1 FROM ps_tab WHERE module='product_sync'"), "a tab is left"
    w.manage("install")
    w.defaults()
    w.start_worker()
    w.arrived(w.office.make(name="Anew", price="2", stock=1, active=1))
    w.swept(product)
    w.silent(product)


@flow("module uploaded", "as a merchant: product_sync.zip in the module manager, Configure, Test connection; a product arrives")
def uploaded(w):
    package = w.package()
    w.stop_worker()
    modules.uninstall(w.office, "product_sync")
    assert not os.path.exists(os.path.join(w.shop.root, "modules/product_sync")), "its files are left"
    w.db.run("DELETE FROM ps_configuration WHERE name LIKE 'MY\\_API%%' OR name LIKE 'PRODUCT\\_SYNC%%'")
    told = modules.upload(w.office, package)
    assert told["module_name"] == "product_sync" and told["is_configurable"], told
    try:
        w.start_worker()
        form = next(f for f in modules.configure(w.office, "product_sync").forms() if "MY_API_URL" in f.names())
        said = tested(w, form, MY_API_URL=w.mock.url, MY_API_TOKEN="shop-test-token", PRODUCT_SYNC_MODE=w.mode)
        assert re.search("reach", said, re.I), said[-600:]
        w.arrived(w.office.make(name="From zip to API", price="41.58", stock=15, active=1), name="From zip to API", stock=15)
        assert console_knows(w), "the console does not know the module's command"
    finally:
        w.defaults()
