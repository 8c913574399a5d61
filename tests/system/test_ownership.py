"""One owner of a queue, whatever is done to the files beside it; and who may speak to it."""
import grp
import os
import shutil
import signal
import stat
import subprocess
import time

import pytest

from harness import PROGRAM, Ear, Home, Mock, product, products, wait_for

OTHER = 65534  # nobody, nogroup: a user beside ours


def one_line(done, *said):
    """A single line of complaint that has these texts."""
    lines = done.stderr.strip().split("\n")
    assert len(lines) == 1, lines
    for text in said:
        assert text in lines[0], (text, lines)


# ---- other names of the file ----

def test_a_link_leads_to_the_same_owner():
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        link = os.path.join(home.folder, "link.db")
        os.symlink(home.queue, link)
        through = ("--set", f"queue.path={link}")
        one_line(home.run("work", *through, code=3), f"pid {worker.pid}")
        home.run("produce", *through, input=product(1))
        wait_for(lambda: home.counts()["done"] == 1, what="the delivery")
        assert home.json("status", *through)["owner"]["pid"] == worker.pid
        assert not os.path.exists(link + ".lock") and not os.path.exists(link + ".sock")


@pytest.mark.parametrize("make", [os.link, lambda _, link: os.symlink("nowhere.db", link)])
def test_a_hard_link_or_a_link_to_nothing_is_refused(make):
    with Home("http://127.0.0.1:9/products") as home:
        home.run("produce", input=product(1))
        link = os.path.join(home.state, "link.db")
        make(home.queue, link)
        before = os.stat(home.queue)
        for args in (["work"], ["produce"], ["status"]):
            one_line(home.run(*args, "--set", f"queue.path={link}", input=product(2), code=3), link, "link")
        after = os.stat(home.queue)
        assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
        os.unlink(link)
        assert home.counts()["ready"] == 1


# ---- files that disappear under a worker ----

def lost(worker, *said):
    """The worker ends with 3 and one line that says this."""
    _, err = worker.communicate(timeout=20)
    found = [line for line in err.split("\n") if "removed or replaced" in line]
    assert worker.returncode == 3 and len(found) == 1, err
    for text in said:
        assert text in found[0], (text, found)


@pytest.mark.parametrize("tail", ["", "-wal", ".lock"])
def test_a_removed_file_ends_an_idle_worker(tail):
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        os.unlink(home.queue + tail)
        lost(worker, home.queue + tail, "start again")


def test_nothing_is_acknowledged_into_a_replaced_file():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=products(1, 10))
        home.run("queue", "backup", "copy.db")
        home.run("destination", "pause", "default")
        worker = home.worker()
        os.replace(os.path.join(home.folder, "copy.db"), home.queue)
        status, answer = home.call("POST", "/v1/products", product(11).encode())
        assert status == 500 and home.queue in str(answer), (status, answer)
        lost(worker, home.queue)
        for name in ("-wal", "-shm"):
            os.unlink(home.queue + name)
        assert home.counts()["ready"] == 10


def test_a_removed_lock_lets_no_second_worker_in():
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        worker.send_signal(signal.SIGSTOP)
        os.unlink(home.queue + ".lock")
        second = home.start("work")
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(4)
        worker.send_signal(signal.SIGCONT)
        lost(worker, ".lock")
        assert second.poll() is None or second.returncode == 3
        second.kill()


# ---- the socket ----

def test_a_removed_socket_comes_back():
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        for n in range(1, 4):
            os.unlink(home.socket)
            home.run("produce", input=product(n))
            assert stat.S_IMODE(os.stat(home.socket).st_mode) == 0o600
        wait_for(lambda: home.counts()["done"] == 3, what="3 deliveries")
        assert worker.poll() is None and home.json("status")["owner"]["pid"] == worker.pid
        wait_for(lambda: home.log().count("is made again") == 3, what="3 lines in the log")
        worker.terminate()
        assert worker.wait(20) == 0 and not os.path.exists(home.socket)


def test_an_owner_that_does_not_answer_is_named():
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        worker.send_signal(signal.SIGSTOP)
        one_line(home.run("status", code=3), f"process {worker.pid} (productsync work)", f"kill {worker.pid}",
                 "continue it")
        os.unlink(home.socket)
        one_line(home.run("status", code=3), f"kill {worker.pid}")
        worker.send_signal(signal.SIGCONT)
        assert home.counts()["ready"] == 0


def test_an_idle_worker_uses_next_to_nothing():
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()

        def used():
            with open(f"/proc/{worker.pid}/stat", encoding="ascii") as f:
                return sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")
        time.sleep(0.5)
        before = used()
        time.sleep(4)
        assert used() - before <= 0.03


# ---- a group that may use the socket ----

def as_other(home, *args, group=OTHER):
    """Runs as another user who is in the group."""
    program = os.path.join(home.folder, "productsync")
    if not os.path.exists(program):
        shutil.copy(PROGRAM, program)
    command = [program, *args, "--config", home.conf]
    if os.geteuid() == 0:
        command = ["setpriv", f"--reuid={OTHER}", f"--regid={group}", "--clear-groups", *command]
    return subprocess.run(command, env=home.environment(), cwd=home.folder, input=product(1), timeout=60, text=True,
                          capture_output=True)


def test_the_group_gets_through_to_the_socket():
    with Mock() as api, Home() as home:
        group = OTHER if os.geteuid() == 0 else os.getegid()
        home.configure(api.url, queue__socket_group=grp.getgrgid(group).gr_name)
        os.chmod(home.folder, 0o711)
        os.chmod(home.conf, 0o644)
        home.run("user", "add", "anna", input="correct horse battery\n")
        worker = home.worker()
        folder = os.stat(home.state)
        assert stat.S_IMODE(folder.st_mode) == 0o710 and folder.st_gid == group
        assert stat.S_IMODE(os.stat(home.socket).st_mode) == 0o660
        done = as_other(home, "produce")
        assert done.returncode == 0 and "1 put" in done.stdout, done
        with open(os.path.join(home.state, "overrides.conf"), "w", opener=lambda p, f: os.open(p, f, 0o600), encoding="ascii") as f:
            f.write("[retry]\nattempts = 7\n")
        assert as_other(home, "status").returncode == 0, "what the dashboard changed is not theirs to read, nor needed"
        for command in (["simple"], ["work", "--drain"], ["config", "check"]):  # but by who delivers
            done = as_other(home, *command)
            assert done.returncode == 2 and "overrides.conf: cannot be opened" in done.stderr, done
        if os.geteuid() == 0:
            assert "Permission denied" in as_other(home, "status", group=OTHER - 1).stderr
        assert worker.poll() is None and "socket_group" not in home.log()


def test_a_folder_that_is_not_ours_alone_is_left_as_it_is():
    with Mock() as api, Home() as home:
        group = OTHER if os.geteuid() == 0 else os.getegid()
        name = grp.getgrgid(group).gr_name
        home.configure(api.url, queue__socket_group=name)
        os.makedirs(home.state, mode=0o700)
        with open(os.path.join(home.state, "letters.txt"), "w", encoding="ascii") as f:
            f.write("private")
        ear = Ear(home.worker().stderr)
        said = ear.wait_for("socket_group")
        assert f"chgrp {name} {home.state} && chmod g+x {home.state}" in said
        wait_for(lambda: home.log().count("chgrp") == 1, what="the line in the log")
        assert stat.S_IMODE(os.stat(home.state).st_mode) == 0o700
