"""world - all that takes part in a flow: the shop, its people, the module's settings, the worker, the API; what must arrive."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from decimal import Decimal

import front
import servers
import services
from browser import Browser
from office import Catalogue
from servers import wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
TOKEN = "shop-test-token"
SETTLE = 2  # seconds, instead of ten


def program():
    """The built productsync."""
    path = os.environ.get("PSYNC_PROGRAM") or os.path.join(PROJECT, "build/src/cmd/productsync")
    if not os.path.exists(path):
        raise servers.SetupError(f"{path} is missing: build first (script/build)")
    os.environ["PSYNC_PROGRAM"] = path
    return path


def full_name(setting):
    """As it stands in the shop's configuration."""
    return setting if setting.startswith(("MY_", "PS_")) else "PRODUCT_SYNC_" + setting


class World:
    """Made once a run."""

    def __init__(self, shop):
        self.shop, self.db, self.program = shop, shop.db, program()
        sys.path.insert(0, os.path.join(PROJECT, "tests/system"))
        import harness
        self.mock = harness.Mock("--latency", "1ms", token=TOKEN)
        self.home = harness.Home()
        self.expected, self.worker_process, self.seed, self.office = {}, None, {}, None
        self.may_come_late = set()  # given up by the shop while the API was still at it
        self.module, self.mode = False, os.environ.get("SHOP_MODE", "queue")

    def close(self):
        self.stop_worker()
        self.home.close()
        self.mock.stop()

    # The shop's own state.
    def prepare(self):
        """What flows need; as the shop's own classes make it."""
        kept = os.path.join(self.shop.folder, "seed.json")
        if not os.path.exists(kept):
            done = self.shop.php(os.path.join(HERE, "php/seed.php"))
            if not done.stdout.strip().endswith("}"):
                raise servers.SetupError(f"seeding the shop failed: {done.stdout[-800:]} {done.stderr[-800:]}")
            with open(kept, "w", encoding="utf-8") as f:
                f.write(done.stdout.strip().splitlines()[-1])
        with open(kept, encoding="utf-8") as f:
            self.seed = json.load(f)
        shutil.copytree(os.path.join(HERE, "php/shopbreaker"), os.path.join(self.shop.root, "modules/shopbreaker"),
                        dirs_exist_ok=True)
        self.office = Catalogue(self.shop)
        self.webservice = services.Webservice(self.shop)

    def install_module(self):
        """Unpacks the zip where modules lie, and lets the shop's command install it."""
        package = self.package()
        if self.db.row("SELECT 1 FROM ps_module WHERE name='product_sync'"):
            self.manage("uninstall")  # of a former run in this folder
        shutil.rmtree(os.path.join(self.shop.root, "modules/product_sync"), ignore_errors=True)
        with zipfile.ZipFile(package) as z:
            z.extractall(os.path.join(self.shop.root, "modules"))
        self.manage("install", "product_sync")
        if self.db.row("SELECT 1 FROM ps_module WHERE name='shopbreaker'"):
            self.manage("uninstall", "shopbreaker")
        self.manage("install", "shopbreaker")  # after ours, so that on a shared hook it comes after ours
        self.module = True
        self.defaults()

    def package(self):
        """The zip, made by the project's script."""
        done = subprocess.run([os.path.join(PROJECT, "script/package-module"), self.shop.folder],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"script/package-module: {done.stdout}{done.stderr}"
        return os.path.join(self.shop.folder, "product_sync.zip")

    def manage(self, action, module="product_sync"):
        """bin/console prestashop:module."""
        done = self.shop.console("prestashop:module", action, module)
        assert done.returncode == 0 and "succeeded" in done.stdout, \
            f"{action} {module}: {(done.stdout + done.stderr).strip()[-1500:]}"

    def defaults(self):
        """The settings that flows begin with."""
        self.configure(MY_API_URL=self.mock.url, MY_API_TOKEN=TOKEN, MODE=self.mode, SETTLE=SETTLE, PLACE=self.place(),
                       PAUSE=0, PRICE="final", TAX=1, SEND_WHEN="saved", CHANGES=0, LANGUAGES="", VERSION="", SHOPS="default",
                       SEND_SHOP=0, SLICE=0, TIMEOUT=10, RETRY_ATTEMPTS=5, RETRY_BACKOFF=1, BATCH=0)

    def place(self):
        row = self.db.row("SELECT domain_ssl, physical_uri, virtual_uri FROM ps_shop_url WHERE id_shop=1 AND main=1")
        return "".join(row.values())

    def configure(self, **settings):
        """Writes global settings; names without their prefix."""
        for name, value in settings.items():
            full = full_name(name)
            self.db.run("DELETE FROM ps_configuration WHERE name=%s", full)
            self.db.run("INSERT INTO ps_configuration (id_shop_group, id_shop, name, value, date_add, date_upd) "
                        "VALUES (NULL, NULL, %s, %s, NOW(), NOW())", full, str(value))

    @contextlib.contextmanager
    def settings(self, **settings):
        """Other settings for a while."""
        before = {name: self.db.value("SELECT value FROM ps_configuration WHERE name=%s", full_name(name)) for name in settings}
        self.configure(**settings)
        if str(settings.get("PAUSE")) == "1":
            self.relay_says("paused")
        if settings.get("MODE") in ("async", "simple"):
            self.relay_says("mode")  # else it may still take what is made at once
        try:
            yield
        finally:
            self.configure(**{name: "" if value is None else value for name, value in before.items()})

    def relay_says(self, word, seconds=30):
        """Waits until the worker has heard of what the shop's settings say now."""
        if self.worker_process:
            wait_for(lambda: any(f'"1":"{word}"' in r["value"] for r in self.db.rows(
                "SELECT value FROM ps_product_sync_state WHERE name LIKE 'relay:%%'")), seconds, f"the relay says {word!r}")

    def setting(self, name):
        return self.db.value("SELECT value FROM ps_configuration WHERE name=%s", "PRODUCT_SYNC_" + name)

    # The worker.
    def start_worker(self):
        with open(self.home.conf, "w", encoding="utf-8") as f:
            f.write(f"[state]\nfolder = {self.home.state}\n[shop main]\npath = {self.shop.root}\nallow_private = yes\n")
        os.chmod(self.home.conf, 0o600)
        self.worker_process = self.home.start("work")
        wait_for(lambda: self.db.row("SELECT 1 FROM ps_product_sync_state WHERE name LIKE 'relay:%%' AND "
                                     "updated_at > UTC_TIMESTAMP() - INTERVAL 15 SECOND"), 60, "the relay reports")

    def stop_worker(self, kill=False):
        if self.worker_process and self.worker_process.poll() is None:
            if kill:
                self.worker_process.kill()
            servers.ask_to_end(self.worker_process, 60)
        self.worker_process = None

    # The outbox.
    def row(self, product, shop=1):
        return self.db.row("SELECT * FROM ps_product_sync_outbox WHERE id_product=%s AND id_shop=%s", product, shop)

    def state(self, product):
        row = self.row(product)
        return row["state"] if row else None

    def found(self, product):
        """By whom a product is known: the hooks, or else the sweep, which is then run."""
        row = self.row(product)
        if row and row["deleted_at"] is None:  # not that of a product which was there before under the number
            return "the hooks"
        self.swept(product)
        return "the sweep"

    def wait_state(self, product, *states, seconds=30):
        wait_for(lambda: self.state(product) in states, seconds,
                 lambda: f"row of product {product} is {' or '.join(states)} (it is {self._brief(product)})")

    def age(self, *products, minutes=10):
        """As if nobody had touched these for a while."""
        for table, columns in (("ps_product", ("date_add", "date_upd")), ("ps_product_shop", ("date_add", "date_upd")),
                               ("ps_product_sync_outbox", ("created_at", "updated_at"))):
            for column in columns:
                self.db.run(f"UPDATE {table} SET {column} = {column} - INTERVAL {minutes} MINUTE WHERE id_product IN %s",
                            products)

    def cron(self, expect=200, token=None):
        """What the merchant's cron calls."""
        token = self.setting("CRON_TOKEN") if token is None else token
        page = Browser(self.shop.url).get(f"/index.php?fc=module&module=product_sync&controller=cron&token={token}")
        assert page.status == expect, f"cron: {page}"
        return page

    def swept(self, *products):
        """What the sweep must find: aged, and cron run."""
        self.age(*products)
        for _ in range(3):
            self.cron()

    def breaks(self, hook, how, skip=0):
        """The next run of this hook, or one after so many, is broken off like this."""
        path = os.path.join(self.shop.folder, "break.json")
        with open(path + ".new", "w", encoding="ascii") as f:
            json.dump({"hook": hook, "do": how, "skip": skip}, f)
        os.rename(path + ".new", path)

    def broke(self):
        """Whether it has happened."""
        return not os.path.exists(os.path.join(self.shop.folder, "break.json"))

    def mended(self):
        """No order to break anything is left."""
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(self.shop.folder, "break.json"))

    # What must arrive.
    def unsent(self, product):
        """Nothing arrived of it beyond what was expected."""
        return self.effects(product) == self.expected.get(product, 0)

    def effects(self, product):
        with contextlib.suppress(Exception):
            return self.mock.ledger(product).get("effects", 0)
        return 0

    def arrived(self, product, more=1, seconds=30, name=None, price=None, stock=None, look=True):
        """Exactly `more` messages of the product beyond those expected before, with what the front shows now."""
        if not self.module:
            return self._bare(product, name, price, stock, look)
        wanted = self.comes(product, more, seconds)
        sent = self.mock.ledger(product)
        assert sent["effects"] == wanted, f"product {product} arrived {sent['effects']} times, not {wanted}: {sent}"
        assert not sent["violations"], sent["violation"]
        self.compare(product, sent["payload"], name, price, stock, look)
        return sent

    def comes(self, product, more=1, seconds=30):
        """Waits for so many messages of the product beyond those expected before; how many that makes in all."""
        wanted = self.expected.get(product, 0) + more
        self.expected[product] = wanted
        wait_for(lambda: self.effects(product) >= wanted or self.nudge(), seconds,
                 lambda: f"product {product} arrives (row: {self._brief(product)})")
        return wanted

    def nudge(self):
        """Without a worker somebody must call cron."""
        if self.mode != "queue":
            self.cron()
            time.sleep(0.3)

    def _brief(self, product):
        row = self.row(product)
        return {k: str(row[k]) for k in ("state", "type", "attempts", "last_error", "ready_at")} if row else "none"

    def _bare(self, product, name, price, stock, look):
        """Without the module: does the shop front show what the driver thinks it made?"""
        if look:
            seen = front.look(self.shop, product)
            assert name in (None, seen.name) and (price is None or Decimal(price) == seen.price) \
                and stock in (None, max(0, seen.stock)), f"product {product}: {seen}, not {(name, price, stock)}"

    def compare(self, product, payload, name=None, price=None, stock=None, look=True):
        sent = json.loads(payload, parse_float=str)
        assert sent["id"] == product, payload
        assert re.search(r'"price":\d+\.\d\d,', payload), f"a price is two digits' text: {payload}"
        got = (sent["name"], Decimal(sent["price"]), sent["stock"])
        given = (None if name is None else front.normal(name), None if price is None else Decimal(price), stock)
        wrong = [(mine, its) for mine, its in zip(given, got) if mine not in (None, its)]
        assert not wrong, f"product {product}: sent {got}, not {given}"
        if look:
            seen = front.look(self.shop, product)
            shown = (front.normal(seen.name), seen.price, max(0, seen.stock))
            assert got == shown, f"product {product}: sent {got}, the shop front shows {shown}"

    def silent(self, product, seconds=0.0):
        """No message of the product beyond those expected, and none on its way."""
        if not self.module:
            return
        time.sleep(seconds)
        row = self.row(product)
        assert row is None or row["state"] not in ("ready", "taken"), f"product {product} is about to be sent: {row}"
        assert self.effects(product) == self.expected.get(product, 0), \
            f"product {product} was sent uninvited: {self.mock.ledger(product)}"

    def nothing_uninvited(self):
        """What the API has of products that no flow expected, or more often than expected."""
        wrong = []
        for entry in self.mock.ledger()["products"]:
            wanted = self.expected.get(entry["id"], 0)
            if entry["effects"] - wanted not in ((0, 1) if entry["id"] in self.may_come_late else (0,)):
                wrong.append(f"product {entry['id']}: {entry['effects']} messages, {wanted} expected")
        assert not wrong, "; ".join(wrong[:5])
