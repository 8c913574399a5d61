"""Bad files, full disks, no network, a clock that jumps: one clear line, and nothing accepted is lost."""
import contextlib
import hashlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import pytest

from harness import PROGRAM, Ear, Home, Mock, free_port, product, products, wait_for

DAY = 86400 * 1000
NOBODY = 65534


@contextlib.contextmanager
def disk(folder, megabytes):
    """A small file system of its own; skips where we may not mount."""
    os.makedirs(folder, exist_ok=True)
    options = f"size={megabytes}m,mode=0700"
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder],
                                           stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("may not mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder):
    """Takes all the space there is; returns the file that took it."""
    path = os.path.join(folder, "filler")
    with open(path, "wb", buffering=0) as f:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    f.write(b"\0" * size)
    return path


def digest(folder):
    """All that lies in a folder, byte for byte, but for what only says who has it."""
    found = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and not name.endswith((".lock", ".log")):
            with open(path, "rb") as f:
                found[name] = hashlib.sha256(f.read()).hexdigest()
    return found


def check_refused(home, *said):
    """Every command that needs the queue says one clear line with the path, exits with 3, and touches nothing."""
    before = digest(home.state)
    for args in (["work"], ["work", "--drain"], ["produce"], ["status"], ["queue", "check"], ["dead", "list"]):
        done = home.run(*args, input=product(1), code=3, timeout=20)
        lines = done.stderr.strip().split("\n")
        assert len(lines) == 1 and home.queue in lines[0], (args, lines)
        for text in said:
            assert text in lines[0], (args, lines)
    assert digest(home.state) == before


# ---- a queue file that is none ----

@pytest.mark.parametrize("content", [b"this is no database", b"SQLite format 3\0" + b"\0" * 84, b"\xff" * 8192])
def test_a_file_that_is_no_queue(content):
    with Home("http://127.0.0.1:9/products") as home:
        os.makedirs(home.state)
        with open(home.queue, "wb") as f:
            f.write(content)
        check_refused(home, "is not a queue of productsync", "queue.path")


def test_a_database_of_somebody_else():
    with Home("http://127.0.0.1:9/products") as home:
        os.makedirs(home.state)
        with contextlib.closing(sqlite3.connect(home.queue)) as db:
            db.execute("CREATE TABLE ours (a)")
        check_refused(home, "is not a queue of productsync")


def test_a_queue_of_a_newer_version():
    with Home("http://127.0.0.1:9/products") as home:
        home.run("produce", input=product(1))
        with contextlib.closing(sqlite3.connect(home.queue)) as db:
            db.execute("PRAGMA user_version = 99")
            db.commit()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        check_refused(home, "newer productsync", "99")


def test_a_folder_in_place_of_the_file():
    with Home("http://127.0.0.1:9/products") as home:
        os.makedirs(home.queue)
        check_refused(home, "is a folder", home.queue + "/queue.db")


def test_a_file_in_place_of_the_state_folder():
    with Home("http://127.0.0.1:9/products") as home:
        with open(home.state, "w") as f:
            f.write("a file")
        for args in (["produce"], ["status"]):
            done = home.run(*args, input=product(1), code=3)
            assert len(done.stderr.strip().split("\n")) == 1 and f"{home.state} is not a folder: move it" in done.stderr
        assert home.run("work", code=3).stderr.count(f"{home.state} is not a folder: move it") == 1
        with open(home.state) as f:
            assert f.read() == "a file"


def test_a_state_folder_that_cannot_be_made():
    with Home() as home:
        locked = os.path.join(home.folder, "locked")
        os.mkdir(locked, 0o500)
        home.configure("http://127.0.0.1:9/products", state__folder=os.path.join(locked, "state"))
        for args in (["produce"], ["status"], ["work"]):
            done = as_nobody(home, *args)
            assert done.returncode == 3, done
            said = [line for line in done.stderr.strip().split("\n") if "cannot write the log" not in line]
            assert len(said) == 1 and locked in said[0] and "Permission denied: make it" in said[0], done.stderr


def test_a_missing_folder_of_the_queue():
    with Home() as home:
        home.configure("http://127.0.0.1:9/products", queue__path="/nowhere/at/all/queue.db",
                       queue__socket=os.path.join(home.folder, "socket"))
        for args in (["work"], ["produce"], ["status"]):
            done = home.run(*args, input=product(1), code=3, timeout=20)
            lines = [line for line in done.stderr.strip().split("\n") if "queue.db" in line]
            assert len(lines) == 1 and "/nowhere/at/all" in lines[0], done.stderr
        assert not os.path.exists("/nowhere")
        home.configure("http://127.0.0.1:9/products", queue__path=os.path.join(home.folder, "typo", "queue.db"))
        done = home.run("status", code=3)
        assert "typo" in done.stderr and not os.path.exists(os.path.join(home.folder, "typo"))


def as_nobody(home, *args):
    """Runs as a user for whom permissions hold; root reads and writes what it likes."""
    command = [PROGRAM, *args, "--config", home.conf]
    if os.geteuid() == 0:
        shutil.copy(PROGRAM, home.folder)
        command[0] = os.path.join(home.folder, os.path.basename(PROGRAM))
        for folder, _, files in os.walk(home.folder):
            for name in [folder, *(os.path.join(folder, f) for f in files)]:
                os.chown(name, NOBODY, NOBODY)
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]
    return subprocess.run(command, env=home.environment(), cwd=home.folder, input=product(2), timeout=30, text=True,
                          capture_output=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="a service of another user is root's to start")
@pytest.mark.parametrize("running", [True, False])
def test_root_backs_up_a_services_queue_to_where_that_may_not_write(running):
    with Home("http://127.0.0.1:9/products") as home, tempfile.TemporaryDirectory() as vault:
        copy = os.path.join(vault, "copy.db")
        as_nobody(home, "produce")
        if running:
            worker = subprocess.Popen(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                                       os.path.join(home.folder, os.path.basename(PROGRAM)), "work", "--config", home.conf],
                                      env=home.environment(), cwd=home.folder)
            wait_for(lambda: home.json("status")["working"], what="a worker")
        assert home.json("queue", "backup", copy)["path"] == copy
        assert os.listdir(vault) == ["copy.db"] and not os.path.exists(home.queue + ".copy")
        assert (os.stat(copy).st_uid, os.stat(copy).st_mode & 0o777) == (0, 0o600)
        with contextlib.closing(sqlite3.connect(copy)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for path, why in ((copy, "File exists"), (vault + "/none/copy.db", "No such file")):
            said = home.run("queue", "backup", path, code=3).stderr
            assert said.count("\n") == 1 and f"backup to {path}: {why}" in said
        if running:
            worker.terminate()
            assert worker.wait(20) == 0


def test_a_read_only_file():
    with Home("http://127.0.0.1:9/products") as home:
        home.run("produce", input=product(1))
        os.chmod(home.queue, 0o400)
        before = digest(home.state)
        for args in (["produce"], ["status"], ["work"]):
            done = as_nobody(home, *args)
            assert done.returncode == 3, done
            lines = done.stderr.strip().split("\n")
            assert len(lines) == 1 and home.queue in lines[0] and "cannot be written" in lines[0]
        assert digest(home.state) == before


def test_a_read_only_folder():
    with Home("http://127.0.0.1:9/products", log__file="-") as home:
        home.run("produce", input=product(1))
        before = digest(home.state)
        os.chmod(home.state, 0o500)
        for args in (["produce"], ["status"], ["work"]):
            done = as_nobody(home, *args)
            assert done.returncode == 3, done
            lines = done.stderr.strip().split("\n")
            assert len(lines) == 1 and home.state in lines[0]
        os.chmod(home.state, 0o700)
        assert digest(home.state) == before


def test_a_read_only_disk():
    with Home("http://127.0.0.1:9/products", log__file="-", queue__reserve="1MB") as home, \
            disk(home.state, 8):
        home.run("produce", input=product(1))
        before = digest(home.state)
        subprocess.run(["mount", "-o", "remount,ro", home.state], check=True)
        for args in (["produce"], ["status"], ["work"]):
            done = home.run(*args, input=product(2), code=3)
            lines = done.stderr.strip().split("\n")
            assert len(lines) == 1 and home.state in lines[0], lines
        assert digest(home.state) == before


def test_damage_in_the_middle_of_the_file():
    """No crash, no silence: what reads the damage stops with 3, or works on what is sound."""
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=products(1, 5000))
        size = os.path.getsize(home.queue)
        with open(home.queue, "r+b") as f:
            for part in (3, 4, 5, 6):
                f.seek(size * part // 10 // 4096 * 4096)
                f.write(os.urandom(4096))
        assert home.run("queue", "check", code=3).stderr.count(home.queue) == 1
        done = home.run("work", "--drain", code=None, timeout=60)
        assert done.returncode in (1, 3)
        assert home.queue in done.stderr and "damaged" in done.stderr
        assert api.summary()["repeated"] == 0
        assert home.run("status", code=None).returncode in (0, 3)


# ---- disks ----

def test_a_disk_nearly_full_takes_nothing_more_and_delivers_on():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=products(1, 500))
        home.configure(api.url, queue__reserve="1024GB", queue__full_wait="0")
        done = home.run("produce", input=products(501, 510), code=1)
        assert "queue.reserve" in done.stderr and "stopped at standard input:1" in done.stderr
        worker = home.worker()
        wait_for(lambda: api.summary()["effects"] == 500, what="500 effects")
        done = home.run("produce", input=products(501, 510), code=1)
        assert "queue.reserve" in done.stderr
        assert "500 already known" in home.run("produce", input=products(1, 500)).stdout
        status, answer = home.call("POST", "/v1/products", product(501).encode())
        assert status == 503 and answer["products"][0]["outcome"] == "full" and "queue.reserve" in str(answer)
        assert worker.poll() is None


def test_a_full_disk_loses_nothing():
    """Without its reserve the queue cannot even settle: the process stops, and goes on when there is space again."""
    with Mock() as api, Home() as home, disk(home.state, 16):
        home.configure(api.url, queue__reserve="0", queue__full_wait="0")
        home.run("produce", input=products(1, 4000))
        filler = fill(home.state)
        refused = home.run("produce", input=products(4001, 9000), code=None)
        assert refused.returncode in (1, 3) and "4001" not in refused.stdout
        done = home.run("work", "--drain", code=None, timeout=60)
        assert done.returncode in (0, 1, 3), done.stderr
        os.unlink(filler)
        home.run("queue", "check")
        queued = home.counts()
        home.run("work", "--drain")
        assert home.counts()["done"] == queued["done"] + queued["ready"] + queued["delayed"]
        entries = {p["id"]: p["effects"] for p in api.ledger()["products"]}
        assert all(entries.get(n) == 1 for n in range(1, 4001)) and set(entries.values()) == {1}


def test_on_a_full_disk_nothing_is_sent_and_all_can_be_seen():
    """What cannot be written down afterwards is not sent, however often it is tried; looking needs no space."""
    with Mock() as api, Home() as home, disk(home.state, 16):
        home.configure(api.url, queue__reserve="0", queue__full_wait="0")
        home.run("produce", input=products(1, 4000))
        api.rules({"products": [1], "status": 422})
        worker = home.worker()
        wait_for(lambda: api.summary()["effects"] > 200, what="200 effects")
        worker.kill()
        worker.wait()
        before = api.summary()["requests"]
        filler = fill(home.state)
        for free_kb in (0, 20, 40, 100):  # some is enough for a commit, and too little for a volley's verdicts
            os.truncate(filler, os.path.getsize(filler) - free_kb * 1024)
            lines = home.run("work", "--drain", code=3, timeout=60).stderr.strip().split("\n")
            assert len(lines) == 1 and home.queue in lines[0] and "full" in lines[0] and "free" in lines[0], lines
        assert api.summary()["requests"] == before
        fill(home.state)
        assert home.counts()["ready"] > 3000
        for args in (["status"], ["dead", "list"], ["show", "1"], ["destination", "list"], ["queue", "check"]):
            home.run(*args)
        for args in (["produce"], ["dead", "retry", "--all"], ["destination", "pause", "default"]):
            lines = home.run(*args, input=product(4001), code=None).stderr.strip().split("\n")
            assert "the disk is full" in lines[0], (args, lines)
        os.unlink(filler)
        home.run("work", "--drain")
        assert home.counts()["done"] == 3999 and home.counts()["ready"] == 0


def test_status_says_which_room_is_used_up():
    """Of the destination, or of the disk: where queue.reserve alone would be free, but not what the messages need besides."""
    with Home("http://127.0.0.1:9/products", queue__max_depth=10, queue__full_wait=0) as home:
        home.run("produce", input=products(1, 9))
        assert "full" not in home.run("status").stdout
        home.run("produce", input=products(10, 11), code=1)
        assert "  full: it has queue.max_depth messages, 10; nothing more is taken for it" in home.run("status").stdout
    with Home("http://127.0.0.1:9/products", queue__reserve="20MB", queue__full_wait=0) as home, disk(home.state, 60):
        assert "room" not in home.run("status").stdout
        worker = home.worker()
        assert "less space is free" in home.run("produce", input=products(1, 100000), code=1).stderr
        queue = home.json("status")["queue"]
        assert queue["reserve_bytes"] + 10000 * 512 < queue["needed_bytes"] < queue["free_bytes"] + (1 << 20)
        assert "  little room on the disk: " in home.run("status").stdout
        worker.terminate()
        worker.wait(20)


def test_a_backup_onto_a_full_disk():
    with Home("http://127.0.0.1:9/products") as home, disk(os.path.join(home.folder, "small"), 1):
        home.run("produce", input=products(1, 5000))
        copy = os.path.join(home.folder, "small", "copy.db")
        lines = home.run("queue", "backup", copy, code=3).stderr.strip().split("\n")
        assert len(lines) == 1 and copy in lines[0] and "the disk is full" in lines[0], lines
        assert os.listdir(os.path.dirname(copy)) == []


def test_a_disk_that_fills_while_it_works():
    with Mock() as api, Home() as home, disk(home.state, 16):
        home.configure(api.url, queue__reserve="0")
        home.run("produce", input=products(1, 6000))
        api.rules({"latency": "2ms"})
        worker = home.worker()
        ear = Ear(worker.stderr)
        wait_for(lambda: api.summary()["effects"] > 200, what="200 effects")
        filler = fill(home.state)
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(5)
        if worker.poll() is None:
            worker.terminate()
            worker.wait(20)
        assert worker.returncode in (0, 3), ear.lines
        os.unlink(filler)
        home.run("work", "--drain")
        summary = api.summary()
        assert summary["effects"] == 6000 and summary["repeated"] == 0
        assert home.counts()["done"] == 6000


def test_the_reserve_lets_deliveries_go_on_when_others_fill_the_disk():
    with Mock() as api, Home() as home, disk(home.state, 32):
        home.configure(api.url, queue__reserve="12MB", queue__full_wait="0")
        done = home.run("produce", input=products(1, 200000), code=1)
        assert "queue.reserve" in done.stderr
        queued = home.counts()["ready"]
        assert 1000 < queued < 200000
        free = os.statvfs(home.state)
        assert free.f_bavail * free.f_frsize > 6 << 20, "most of the reserve is left"
        home.run("work", "--drain")
        assert api.summary()["effects"] == queued


def test_a_small_reserve_is_left_as_well():
    def free():
        room = os.statvfs(home.state)
        return room.f_bavail * room.f_frsize
    with Mock() as api, Home() as home, disk(home.state, 16):
        home.configure(api.url, queue__reserve="2MB", queue__full_wait="0", log__file="-")
        home.run("status")
        with open(os.path.join(home.state, "filler"), "wb") as filler:
            filler.write(b"x" * (free() - (3584 << 10)))
        done = home.run("produce", input="".join(product(n, "\U0001F600" * 255) + "\n" for n in range(1, 15000)), code=1)
        assert "queue.reserve" in done.stderr
        queued = home.counts()["ready"]
        assert 100 < queued < 20000 and free() > 3 << 19, (queued, free())
        home.run("work", "--drain")
        assert api.summary()["effects"] == queued


def test_a_log_that_cannot_be_written_is_said_once():
    with Mock() as api, Home(api.url, log__file="/dev/full") as home:
        home.run("produce", input=products(1, 3000))
        done = home.run("work", "--drain")
        assert done.stderr.count("cannot write the log /dev/full") == 1
        assert api.summary()["effects"] == 3000
        home.configure(api.url, log__file=os.path.join(home.folder, "none", "x.log"))
        home.run("produce", input=product(3001))
        done = home.run("work", "--drain")
        assert done.stderr.count("cannot write the log") == 1 and api.summary()["effects"] == 3001


# ---- the other end ----

def test_the_wrong_token_is_said_where_one_looks():
    with Mock() as api, Home(api.url, token="not-the-token", retry__backoff="20ms") as home:
        home.run("produce", input=products(1, 5))
        home.worker()
        shown = wait_for(lambda: (d := home.destination())["state"] == "suspended" and d, what="the suspension")
        assert "401" in shown["words"] and shown["dead"] == shown["done"] == 0
        assert shown["ready"] + shown["in_flight"] + shown["delayed"] == 5
        assert "401" in home.run("test", code=1).stdout
        assert "401" in home.run("simple", input=product(9), code=1).stdout
        assert api.summary()["effects"] == 0


def test_no_such_name_kills_nothing():
    with Home("https://no-such-host.invalid/products", retry__backoff="20ms", breaker__cool_off="50ms",
              work__drain_wait="0") as home:
        home.run("produce", input=products(1, 5))
        home.worker()
        wait_for(lambda: home.message(1)["tries"] + home.message(2)["tries"] > 3, what="some tries")
        shown = home.destination()
        assert shown["dead"] == 0 and shown["state"] in ("open", "probing")
        assert home.message(1)["history"][0]["error"] == "name not found"
        assert "name not found" in home.run("test", code=1).stdout


def test_nobody_listens_and_then_somebody_does():
    port = free_port()
    with Home(f"http://127.0.0.1:{port}/products", retry__backoff="50ms", breaker__cool_off="100ms",
              breaker__cool_off_max="200ms") as home:
        home.run("produce", input=products(1, 50))
        home.worker()
        wait_for(lambda: home.destination()["state"] == "open", what="an open breaker")
        with Mock("--listen", f"127.0.0.1:{port}") as api:
            wait_for(lambda: api.summary()["effects"] == 50, what="50 effects")
            wait_for(lambda: home.destination()["state"] == "ok", what="a closed breaker")
            assert home.counts()["dead"] == 0


# ---- clocks ----

def shift(home, by_ms):
    """As if all so far had happened under a clock that was ahead of ours by so much."""
    with contextlib.closing(sqlite3.connect(home.queue)) as db:
        db.execute("UPDATE store SET clock = clock + ?", (by_ms,))
        db.execute("UPDATE message SET not_before = not_before + ?1, created_at = created_at + ?1,"
                   " last_try = last_try + ?1", (by_ms,))
        db.execute("UPDATE destination SET active_at = active_at + ?1, throttled_until = iif(throttled_until > 0,"
                   " throttled_until + ?1, 0), last_success_at = last_success_at + ?1", (by_ms,))
        db.commit()


def drain_seconds(home, **kw):
    begun = time.monotonic()
    home.run("work", "--drain", timeout=60, **kw)
    return time.monotonic() - begun


def delayed_home(api, home):
    """Three messages, one of which is to be tried again in two seconds."""
    api.rules({"products": [2], "status": 500})
    home.run("produce", input=products(1, 3))
    home.run("work", "--drain", "--set", "work.drain_wait=0", code=1)
    assert home.counts()["delayed"] == 1
    api.rules()


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_a_clock_that_was_set_back_or_forward_while_nobody_ran(days):
    with Mock() as api, Home(api.url, retry__backoff="2s") as home:
        delayed_home(api, home)
        shift(home, days * DAY)
        assert drain_seconds(home) < 8, "nothing sleeps for hours"
        assert api.summary()["effects"] == 3 and api.summary()["repeated"] == 0


def test_a_throttle_does_not_grow_with_a_clock_set_back():
    with Mock() as api, Home(api.url, work__drain_wait="1s") as home:
        api.rules({"status": 429, "retry_after": 3600})
        home.run("produce", input=products(1, 3))
        home.run("work", "--drain", code=1)
        api.rules()
        shift(home, 30 * DAY)
        with contextlib.closing(sqlite3.connect(home.queue)) as db:  # an hour later, but for some seconds
            db.execute("UPDATE destination SET throttled_until = throttled_until - 3597000")
            db.execute("UPDATE message SET not_before = not_before - 3597000")
            db.commit()
        home.configure(api.url)
        assert 1 < drain_seconds(home) < 10
        assert api.summary()["effects"] == 3


def test_a_clock_set_forward_does_not_kill():
    """A year in which nobody ran is no year of trying: give_up_after counts the time in which it was tried."""
    with Mock() as api, Home(api.url, retry__backoff="50ms", retry__attempts=20) as home:
        delayed_home(api, home)
        shift(home, -365 * DAY)
        api.rules({"products": [2], "first": 1, "status": 500})
        drain_seconds(home)
        assert home.counts()["dead"] == 0 and home.counts()["done"] == 3


def test_the_history_is_kept_when_the_clock_was_ahead():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=products(1, 3))
        home.run("work", "--drain")
        shift(home, 10 * DAY)
        assert "0 put, 3 already known" in home.run("produce", input=products(1, 3)).stdout


# ---- stopping for other reasons ----

def test_a_closed_pipe_is_no_crash():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=products(1, 500))
        child = home.start("dead", "list", "--each")
        child.stdout.close()
        assert child.wait(20) >= 0
        child = home.start("simple")
        child.stdout.close()
        child.stdin.write(products(1, 5))
        child.stdin.close()
        assert child.wait(20) == 1
        assert child.returncode != -signal.SIGPIPE


def test_too_few_descriptors_are_nobodys_fault():
    """Some requests find no descriptor for a connection: they are sent when there is one, and nothing counts."""
    def scarce():
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))

    with Mock() as api, Home(api.url, work__concurrency="64", work__adaptive="no") as home:
        api.rules({"latency": "200ms"})
        home.run("produce", input=products(1, 200))
        worker = home.start("work", "--drain", preexec_fn=scarce)
        assert worker.wait(60) == 0
        assert api.summary()["delivered"] == 200 and home.counts()["done"] == 200
        assert "requests wait: too many open files" in home.log() and "breaker" not in home.log()
        assert home.events(event="retry") == []
