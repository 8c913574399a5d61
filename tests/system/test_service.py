"""`serve` as a service: what systemd is told, the unit file, SIGTERM and kill -9 under load, SIGHUP, logs that are moved away."""
import contextlib
import ctypes
import fcntl
import http.client
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time

import harness
import pytest
from harness import PROGRAM, SANITIZED, Mock, certificate, product, products, wait_for
from site_client import Site

SOURCE = os.environ["PSYNC_SOURCE"]
analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


class Supervisor:
    """The socket on which systemd listens; use as a context manager."""

    def __init__(self, folder, abstract=False):
        self.name = ("\0" if abstract else "") + os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name)
        self.told = []

    def environment(self, **more):
        return {"NOTIFY_SOCKET": self.name.replace("\0", "@"), **more}

    def wait_for(self, text, seconds=20):
        end = time.monotonic() + seconds
        while not any(text in t for t in self.told):
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            with contextlib.suppress(TimeoutError):
                self.told.append(self.socket.recv(4096).decode())
            assert time.monotonic() < end, f"{text} was not told, but {self.told}"
        found = next(t for t in self.told if text in t)
        self.told.remove(found)
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def unit(tmp_path):
    """The unit as it is installed, but for the program, which need not be installed here."""
    with open(os.path.join(SOURCE, "ops/systemd/productsync.service.in"), encoding="utf-8") as f:
        text = f.read().replace("@bindir@/productsync", PROGRAM).replace("@docdir@", "/usr/share/doc/productsync")
    path = tmp_path / "productsync.service"
    path.write_text(text, encoding="utf-8")
    return str(path), text


@analyze
def test_the_unit_is_right(tmp_path):
    path, text = unit(tmp_path)
    done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "productsync.service" not in done.stderr, done.stderr
    for line in ("Type=notify", "WatchdogSec=60", "LoadCredential=token:/etc/productsync.token", "DynamicUser=yes",
                 "StateDirectory=productsync"):
        assert line in text.splitlines()


@analyze
def test_the_unit_is_locked_up(tmp_path):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit(tmp_path)[0]],
                          capture_output=True, text=True, timeout=60)
    exposure = float(re.search(r"exposure level for productsync.service: ([0-9.]+)", done.stdout).group(1))
    assert exposure <= 2.0, done.stdout


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told(tmp_path, abstract):
    with Supervisor(str(tmp_path), abstract) as told, Mock() as api, Site(api.url, start=False) as site:
        process = site.start(env=told.environment())
        assert "STATUS=serving at http://127.0.0.1:" in told.wait_for("STATUS=")
        told.wait_for("READY=1")
        process.send_signal(signal.SIGHUP)
        assert re.search(r"RELOADING=1\nMONOTONIC_USEC=[0-9]+$", told.wait_for("RELOADING=1"))
        told.wait_for("READY=1")
        process.terminate()
        told.wait_for("STOPPING=1")
        assert process.wait(30) == 0


def test_the_watchdog_is_fed_while_all_is_well(tmp_path):
    with Supervisor(str(tmp_path)) as told, Mock() as api, Site(api.url, start=False) as site:
        process = site.start(env=told.environment(WATCHDOG_USEC="600000"))
        for _ in range(5):
            told.wait_for("WATCHDOG=1", 2)
        process.terminate()
        told.wait_for("STOPPING=1")
        assert process.wait(30) == 0
    with Supervisor(str(tmp_path / ".."), True) as told, Mock() as api, Site(api.url, start=False) as site:
        site.start(env=told.environment(WATCHDOG_USEC="600000", WATCHDOG_PID="1"))
        told.wait_for("READY=1")
        with pytest.raises(AssertionError):
            told.wait_for("WATCHDOG=1", 1.5)


@contextlib.contextmanager
def held_threads(pid, name):
    """Those of its threads whose name begins so stand still, as if they had hung (ptrace(2)); the others go on."""
    attach, detach, wall = 16, 17, 0x40000000
    libc, held = ctypes.CDLL(None, use_errno=True), []
    for tid in map(int, os.listdir(f"/proc/{pid}/task")):
        with open(f"/proc/{pid}/task/{tid}/comm", encoding="utf-8") as f:
            if not f.read().startswith(name):
                continue
        if libc.ptrace(attach, tid, None, None) != 0:
            pytest.skip("ptrace is not allowed here")
        os.waitpid(tid, wall)
        held.append(tid)
    assert held, f"no thread is called {name}"
    try:
        yield
    finally:
        for tid in held:
            libc.ptrace(detach, tid, None, None)


def test_the_watchdog_hungers_while_the_server_hangs(tmp_path):
    """The loops of worker and queue go on; but nobody is served any more."""
    with Supervisor(str(tmp_path)) as told, Mock() as api, Site(api.url, start=False) as site:
        process = site.start(env=told.environment(WATCHDOG_USEC="600000"))
        told.wait_for("WATCHDOG=1", 5)
        with held_threads(process.pid, "MHD"):
            time.sleep(0.3)  # what was asked before may still be answered
            with contextlib.suppress(BlockingIOError):
                told.socket.setblocking(False)
                while told.socket.recv(4096):
                    pass
            with pytest.raises(AssertionError):
                told.wait_for("WATCHDOG=1", 2)
        told.wait_for("WATCHDOG=1", 20)


def test_an_address_in_use_may_be_free_at_the_next_start():
    """Exit code 3, which the unit's RestartPreventExitStatus=2 lets systemd try again."""
    with Site(start=False) as site, socket.create_server(("127.0.0.1", site.port)):
        done = site.home.run("serve", code=3)
        assert f"serve.listen = 127.0.0.1:{site.port}: cannot listen at" in done.stderr and "in use" in done.stderr


def test_a_refused_reload_stands_in_the_status(tmp_path):
    """`systemctl reload` itself always succeeds: it sends a signal."""
    with Mock() as api, Supervisor(str(tmp_path)) as told, Site(api.url, start=False) as site:
        site.start(env=told.environment())
        told.wait_for("READY=1")
        site.home.configure(api.url, serve__listen=f"127.0.0.1:{site.port}", retry__attempts="many")
        site.process.send_signal(signal.SIGHUP)
        line = told.wait_for("reload refused")
        assert line.startswith(f"STATUS=serving at http://127.0.0.1:{site.port}; reload refused, nothing changed: ")
        assert "retry.attempts" in line
        site.home.configure(api.url, serve__listen=f"127.0.0.1:{site.port}", retry__attempts=7)
        site.process.send_signal(signal.SIGHUP)
        assert told.wait_for("settings reloaded").endswith("; settings reloaded")


def test_a_reload_while_it_starts_is_made_afterwards(tmp_path):
    """It waits for the queue, which somebody else has, when SIGHUP comes: nobody is told yet that it has started."""
    with Supervisor(str(tmp_path)) as told, Mock() as api, Site(api.url, start=False) as site:
        with open(os.path.join(site.home.state, "queue.db.lock"), "ab") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            process = site.home.start("serve", env=told.environment())

            def takes_signals():
                with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
                    return int(re.search(r"^SigBlk:\s*([0-9a-f]+)", f.read(), re.M).group(1), 16) & 1
            wait_for(takes_signals, what="its signals")
            process.send_signal(signal.SIGHUP)
            assert "still starting" in process.stderr.readline()
            with pytest.raises(AssertionError):
                told.wait_for("READY=1", 0.5)
            site.home.configure(api.url, serve__listen=f"127.0.0.1:{site.port}", serve__rate=7)
        told.wait_for("READY=1")
        told.wait_for("RELOADING=1")
        told.wait_for("READY=1")
        wait_for(lambda: site.home.events(event="setting changed", setting="serve.rate: 100 -> 7"), 10)
        wait_for(lambda: 429 in {site.ask("GET", "/healthz").status for _ in range(30)}, 10, "the new limit")


def test_sigterm_under_load_loses_nothing():
    with Mock() as api, Site(api.url) as site:
        api.rules({"latency": "20ms"})
        token = site.token("ingest")
        put = site.ask("POST", "/v1/products", products(1, 2000).encode(), token=token)
        assert put.json["new"] == 2000
        wait_for(lambda: api.summary()["effects"] > 100, what="some deliveries")
        assert site.stop() == 0
        done = api.summary()["effects"]
        left = site.home.counts()
        assert left["in_flight"] == 0 and left["done"] == done and left["ready"] + left["delayed"] == 2000 - done
        api.rules()
        site.start()
        wait_for(lambda: api.summary()["effects"] == 2000, 60, "the rest")
        assert api.summary()["requests"] == 2000, "each once"


def test_kill_under_load_loses_nothing():
    """What was answered is there after kill -9, and each product takes effect once."""
    with Mock() as api, Site(api.url, work__lease="21s") as site:
        token, put = site.token("ingest"), 0
        for turn in range(3):
            for _ in range(5):
                answer = site.ask("POST", "/v1/products", products(put + 1, put + 100).encode(), token=token)
                put += answer.json["new"]
            site.process.kill()
            site.process.wait(20)
            site.start()
        wait_for(lambda: api.summary()["effects"] == put, 90, "every product")


def make_older(queue):
    """The file as the version before left it: of schema 1."""
    with contextlib.closing(sqlite3.connect(queue)) as db:
        db.executescript("ALTER TABLE destination DROP COLUMN suspended_settings; ALTER TABLE destination DROP COLUMN proving;"
                         "ALTER TABLE store DROP COLUMN doubtful_batch;"
                         "PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE);")


def test_an_upgrade_in_place_loses_nothing(tmp_path, monkeypatch):
    """docs/operate.md, "Upgrade": back up, put the new program in place of the running one, restart. Products keep coming."""
    program = str(tmp_path / "productsync")
    shutil.copy(PROGRAM, program)
    monkeypatch.setattr(harness, "PROGRAM", program)
    with Mock() as api, Site(api.url) as site:
        api.rules({"latency": "20ms"})
        token = site.token("ingest")
        assert site.ask("POST", "/v1/products", products(1, 1000).encode(), token=token).json["new"] == 1000
        wait_for(lambda: api.summary()["effects"] > 100, what="some deliveries")
        site.home.run("queue", "backup", str(tmp_path / "before.db"))
        shutil.copy(PROGRAM, program + ".new")
        os.replace(program + ".new", program)
        site.home.run("produce", input=products(1001, 1100))  # the new command line, the old daemon
        assert site.stop() == 0
        make_older(site.home.queue)
        done = api.summary()["effects"]
        site.home.run("produce", input=products(1101, 1200))  # nobody has the queue: it is brought up to date, and put
        assert site.home.counts()["done"] == done
        api.rules()
        site.start()
        assert site.ask("POST", "/v1/products", products(1101, 1300).encode(), token=token).json["new"] == 100
        wait_for(lambda: api.summary()["effects"] == 1300, 60, "every product")
        assert api.summary()["requests"] == 1300, "each once"


def test_a_log_that_is_moved_away_is_made_anew():
    with Mock() as api, Site(api.url) as site:
        log = os.path.join(site.home.state, "queue.log")
        site.login()
        wait_for(lambda: site.home.events(event="logged in"), 5)
        os.rename(log, log + ".1")
        site.process.send_signal(signal.SIGHUP)
        wait_for(lambda: os.path.exists(log), 10, "the new log")
        site.login()
        wait_for(lambda: site.home.events(event="logged in"), 5, "a line in the new log")


def test_a_reload_says_what_changed_and_is_all_or_nothing():
    with Mock() as api, Site(api.url, retry__attempts=4) as site:
        def reconfigure(**more):
            site.home.configure(api.url, serve__listen=f"127.0.0.1:{site.port}", **more)
            site.process.send_signal(signal.SIGHUP)
        reconfigure(retry__attempts=6, serve__rate=7, serve__max_connections=100)
        wait_for(lambda: site.home.events(event="setting changed", setting="retry.attempts: 4 -> 6"), 10)
        wait_for(lambda: site.home.events(event="setting changed", setting="serve.rate: 100 -> 7"), 10)
        wait_for(lambda: site.home.events(event="setting needs a restart"), 10)
        reconfigure(retry__attempts=9, serve__rate="many")
        wait_for(lambda: site.home.events(event="reload refused"), 10)
        values = {s["name"]: s["value"] for s in site.ask("GET", "/v1/config").json["settings"]}
        assert (values["retry.attempts"], values["serve.rate"]) == ("6", "7")
        assert 429 in {site.ask("GET", "/healthz").status for _ in range(40)}, "and they hold"


def test_a_changed_certificate_is_shown_after_a_reload(tmp_path):
    """Renewed in place, as certbot does it; one that cannot be used changes nothing, neither certificate nor settings."""
    made, key = certificate(str(tmp_path), "serve")
    trusts = [ssl.create_default_context(cafile=made)]
    with Mock() as api, Site(api.url, tls=trusts[0], retry__attempts=4, serve__tls_cert=made, serve__tls_key=key) as site:
        def reload(event, n, **more):
            site.home.configure(api.url, serve__listen=f"127.0.0.1:{site.port}", serve__tls_cert=made, serve__tls_key=key, **more)
            site.process.send_signal(signal.SIGHUP)
            return wait_for(lambda: len(found := site.home.events(event=event)) == n and found, 10, f"{event} {n}")[-1]

        def value(name):
            return next(s["value"] for s in site.ask("GET", "/v1/config").json["settings"] if s["name"] == name)
        with site.connect() as before:
            for text in ("renewed", "again"):
                other, other_key = certificate(str(tmp_path), text)
                trusts.append(ssl.create_default_context(cafile=other))
                shutil.copy(other, made)
                shutil.copy(other_key, key)
                assert reload("certificate changed", len(trusts) - 1, retry__attempts=4)["file"] == made
                site.tls = trusts[-1]
                assert site.ask("GET", "/healthz").status == 200
                site.tls = trusts[-2]
                with pytest.raises(ssl.SSLCertVerificationError):
                    site.ask("GET", "/healthz")
            before.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert before.recv(12) == b"HTTP/1.1 200", "who is connected goes on"
        site.tls = trusts[-1]
        _, foreign = certificate(str(tmp_path), "foreign")
        shutil.copy(foreign, key)
        assert "serve.tls_cert" in reload("reload refused", 1, retry__attempts=9)["error"]
        os.unlink(key)
        assert "serve.tls_key" in reload("reload refused", 2, retry__attempts=9)["error"]
        assert value("retry.attempts") == "4", "nothing else is taken either"
        change = site.ask("PATCH", "/v1/config", {"settings": {"work.concurrency": "9"}}, token=site.token("admin"))
        assert change.status == 200, "the files are nothing to a change in the dashboard"
        shutil.copy(os.path.join(tmp_path, "again.key"), key)
        reload("setting changed", 2, retry__attempts=9)
        assert value("retry.attempts") == "9" and len(site.home.events(event="certificate changed")) == 2
        os.unlink(made)
        made, key = (os.path.join(tmp_path, f"again.{end}") for end in ("pem", "key"))
        reload("setting needs a restart", 2, retry__attempts=8)
        assert value("retry.attempts") == "8", "nobody needs the files that are not named any more"


def test_settings_change_until_the_very_end():
    """A change that comes while it ends is made or refused; what is said at the end is not taken from under it."""
    with Mock() as api, Site(api.url, start=False) as site:
        token = site.token("admin")
        for turn in range(4):
            site.start()
            over, answers = threading.Event(), set()

            def change(first, over=over, answers=answers):
                value = first
                while not over.is_set():
                    with contextlib.suppress(OSError, http.client.HTTPException):
                        answers.add(site.ask("PATCH", "/v1/config", {"settings": {"retry.attempts": str(value)}}, token=token).status)
                    value = first + (value + 1) % 3
            threads = [threading.Thread(target=change, args=(first,)) for first in (3, 7)]
            for t in threads:
                t.start()
            wait_for(lambda: 200 in answers, what="a change")
            assert site.stop() == 0
            over.set()
            for t in threads:
                t.join(30)
            assert answers <= {200, 503}, turn


def test_the_cron_line_delivers():
    """ops/cron: work --drain says nothing when all is well, and a second one beside it changes nothing."""
    with open(os.path.join(SOURCE, "ops/cron/productsync"), encoding="utf-8") as f:
        lines = f.read().splitlines()
    line = next(l for l in lines if l.startswith("* "))
    assert "PATH=/usr/local/bin:/usr/bin:/bin" in lines, "cron's own has no /usr/local/bin"
    assert "work --drain --quiet" in line and "flock -n" in line
    with Mock() as api, Site(api.url, start=False) as site:
        site.home.run("produce", input=products(1, 20))
        done = site.home.run("work", "--drain", "--quiet")
        assert done.stdout == done.stderr == "" and api.summary()["effects"] == 20
