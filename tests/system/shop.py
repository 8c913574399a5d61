"""shop - a MariaDB server of its own, and in it what the relay sees of PrestaShops: a few core tables and the outbox.

The outbox's tables are made by the very statements of docs/outbox.md.
"""
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid

from harness import TOKEN, Home, product, wait_for

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def contract():
    """The SQL of docs/outbox.md."""
    with open(os.path.join(TESTS, "..", "docs", "outbox.md"), encoding="utf-8") as page:
        return re.search(r"```sql\n(.*?)```", page.read(), re.S).group(1)


CORE = """
CREATE TABLE PREFIXconfiguration (id_configuration INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, id_shop_group INT UNSIGNED NULL,
  id_shop INT UNSIGNED NULL, name VARCHAR(254) NOT NULL, value TEXT NULL, KEY name (name));
CREATE TABLE PREFIXshop (id_shop INT PRIMARY KEY, id_shop_group INT NOT NULL, active TINYINT NOT NULL DEFAULT 1,
  deleted TINYINT NOT NULL DEFAULT 0);
CREATE TABLE PREFIXshop_url (id_shop_url INT AUTO_INCREMENT PRIMARY KEY, id_shop INT NOT NULL, domain VARCHAR(150) NOT NULL,
  domain_ssl VARCHAR(150) NOT NULL, physical_uri VARCHAR(64) NOT NULL, virtual_uri VARCHAR(64) NOT NULL,
  main TINYINT NOT NULL, active TINYINT NOT NULL DEFAULT 1);
CREATE TABLE PREFIXmodule (id_module INT PRIMARY KEY, name VARCHAR(64) NOT NULL, active TINYINT NOT NULL DEFAULT 1);
CREATE TABLE PREFIXmodule_shop (id_module INT, id_shop INT, enable_device TINYINT NOT NULL DEFAULT 7,
  PRIMARY KEY (id_module, id_shop));
INSERT INTO PREFIXmodule (id_module, name) VALUES (7, 'product_sync');
"""


NO_AIO = "--innodb-use-native-aio=0"  # the kernel has few contexts for it, and a machine may run many servers


class Database:
    """mariadbd in a temporary folder, on a socket alone; use as a context manager."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="psync-db-")
        self.socket = os.path.join(self.folder, "s")
        done = subprocess.run(["mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal",
                               "--skip-test-db", f"--datadir={self.folder}/data", f"--tmpdir={self.folder}", NO_AIO,
                               *self._user()], check=False,
                              capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stdout + done.stderr
        self.process = None
        self.start()

    @staticmethod
    def _user():
        return ["--user=root"] if os.geteuid() == 0 else []

    def start(self):
        self.process = subprocess.Popen(
            ["mariadbd", "--no-defaults", f"--datadir={self.folder}/data", f"--socket={self.socket}", "--skip-networking",
             f"--tmpdir={self.folder}",  # servers that share one fail over each other's files
             f"--log-error={self.folder}/log", f"--pid-file={self.folder}/pid", "--innodb-buffer-pool-size=64M", NO_AIO,
             *self._user()],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while subprocess.run(["mariadb-admin", "--no-defaults", f"--socket={self.socket}", "-uroot", "ping"], check=False,
                             capture_output=True).returncode != 0:
            assert self.process.poll() is None and time.monotonic() < end, open(self.folder + "/log", encoding="utf-8").read()
            time.sleep(0.05)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait(60)

    def run(self, sql, database=None):
        """Rows as lists of texts; NULL is None."""
        done = subprocess.run(["mariadb", "--no-defaults", f"--socket={self.socket}", "-uroot", "--batch", "--raw",
                               "--skip-column-names", "--default-character-set=utf8mb4", *([database] if database else [])],
                              input=sql, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return [[None if cell == "NULL" else cell for cell in line.split("\t")] for line in done.stdout.splitlines()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def quoted(value):
    return "NULL" if value is None else "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


class Shop:
    """One installation in a database of its own, with the module in mode queue."""

    def __init__(self, server, prefix="ps_", shops=((1, 1),)):
        self.server, self.prefix = server, prefix
        self.name = "shop_" + uuid.uuid4().hex[:8]
        self.uuid = str(uuid.uuid4())
        server.run(f"CREATE DATABASE {self.name} CHARACTER SET utf8mb4")
        self.sql((CORE + contract()).replace("PREFIX", prefix))
        for id_shop, group in shops:
            self.add_shop(id_shop, group)
        self.set(PRODUCT_SYNC_UUID=self.uuid, PRODUCT_SYNC_MODE="queue", PRODUCT_SYNC_RETRY_BACKOFF="1")

    def sql(self, text):
        return self.server.run(text, self.name)

    def add_shop(self, id_shop, group=1):
        self.sql(f"INSERT INTO {self.prefix}shop (id_shop, id_shop_group) VALUES ({id_shop}, {group});"
                 f"INSERT INTO {self.prefix}shop_url (id_shop, domain, domain_ssl, physical_uri, virtual_uri, main) VALUES"
                 f" ({id_shop}, 'shop{id_shop}.test', 'shop{id_shop}.test', '/', '', 1);"
                 f"INSERT INTO {self.prefix}module_shop (id_module, id_shop) VALUES (7, {id_shop})")

    def set(self, shop=None, group=None, **values):
        """Settings as core stores them: for a shop, a group, or for all. None removes one."""
        text = ""
        for name, value in values.items():
            where = f"name='{name}' AND id_shop <=> {shop or 'NULL'} AND id_shop_group <=> {group or 'NULL'}"
            text += f"DELETE FROM {self.prefix}configuration WHERE {where};"
            if value is not None:
                text += (f"INSERT INTO {self.prefix}configuration (id_shop_group, id_shop, name, value) VALUES"
                         f" ({group or 'NULL'}, {shop or 'NULL'}, '{name}', {quoted(value)});")
        self.sql(text)

    def key(self, number, payload, id_shop=1, revision=0):
        text = f"{self.uuid}:{id_shop}\nproduct.created\n{revision}\n{payload}"
        return f"product:{number}:" + hashlib.sha256(text.encode()).hexdigest()[:32]

    def add(self, numbers, id_shop=1, state="ready", ready_in=0):
        """Rows of products, as the module writes them."""
        rows = []
        for number in numbers:
            payload = product(number)
            rows.append(f"({id_shop},{number},'{state}','product.created',{quoted(payload)},'{self.key(number, payload, id_shop)}',"
                        f"UTC_TIMESTAMP() + INTERVAL {ready_in} SECOND,UTC_TIMESTAMP(),UTC_TIMESTAMP())")
        self.sql(f"INSERT INTO {self.prefix}product_sync_outbox (id_shop,id_product,state,type,payload,message_key,ready_at,"
                 "created_at,updated_at) VALUES " + ",".join(rows))

    def delete(self, numbers):
        """The products are gone: the module notes it in rows that somebody took, and in dead ones."""
        self.sql(f"UPDATE {self.prefix}product_sync_outbox SET deleted_at=UTC_TIMESTAMP(), updated_at=UTC_TIMESTAMP(), changes=changes+1"
                 f" WHERE deleted_at IS NULL AND id_product IN ({','.join(map(str, numbers))})")

    def rows(self, what="id_product,state", where="1"):
        return self.sql(f"SELECT {what} FROM {self.prefix}product_sync_outbox WHERE {where} ORDER BY id_shop, id_product")

    def row(self, number, *columns, id_shop=1):
        return self.rows(",".join(columns), f"id_product={number} AND id_shop={id_shop}")[0]

    def states(self, id_shop=None):
        """How many rows are in each state."""
        return {state: int(n) for state, n in self.sql(
            f"SELECT state, COUNT(*) FROM {self.prefix}product_sync_outbox WHERE {f'id_shop={id_shop}' if id_shop else 1} GROUP BY state")}

    def state(self, name):
        rows = self.sql(f"SELECT value FROM {self.prefix}product_sync_state WHERE name LIKE '{name}'")
        return rows[0][0] if rows else None

    def word(self, id_shop=1):
        """What the relay says of the shop in its heartbeat."""
        beat = self.state("relay:%")
        return json.loads(beat)["shops"].get(str(id_shop)) if beat else None

    def section(self, name="main", **more):
        """[shop NAME] by host, user and database."""
        lines = {"host": self.server.socket, "user": "root", "database": self.name, "prefix": self.prefix,
                 "allow_private": "yes", **more}
        return f"[shop {name}]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())


@contextlib.contextmanager
def home_of(shop, config="", **more):
    """A Home whose only source is that shop."""
    with Home(text=shop.section(**more) + config) as home:
        yield home


def a_shop(server, mock, **more):
    """A Shop whose settings lead to that API."""
    shop = Shop(server, **more)
    shop.set(MY_API_URL=mock.url, MY_API_TOKEN=TOKEN)
    return shop


def delivered(shop, n, seconds=30):
    """Waits until so many rows are."""
    wait_for(lambda: shop.states().get("delivered", 0) == n, seconds, f"{n} delivered rows")
