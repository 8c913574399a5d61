"""Ctrl-C and SIGTERM end whatever runs, wherever it is."""
import os
import pty
import signal
import subprocess
import time

import pytest

from harness import PROGRAM, Ear, Home, Mock, product, products, wait_for

STOPS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def at_a_terminal(home, *args):
    """A command on a pseudo-terminal of its own: the process, and the terminal's other side."""
    master, slave = pty.openpty()
    child = subprocess.Popen([PROGRAM, *args, "--config", home.conf], stdin=slave, stdout=slave, stderr=slave,
                             env=home.environment(), cwd=home.folder, start_new_session=True,
                             preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))  # nohup leaves it ignored
    os.close(slave)
    home.children.append(child)
    child.stdin = child.stdout = child.stderr = open(os.devnull)
    return child, master


@pytest.mark.parametrize("number", STOPS)
def test_a_question_can_be_left(number):
    with Home("http://127.0.0.1:9/products") as home:
        home.run("produce", input=product(1))
        child, terminal = at_a_terminal(home, "dead", "discard", "--all")
        said = b""
        while b"[y/N]" not in said:
            said += os.read(terminal, 1000)
        child.send_signal(number)
        assert child.wait(10) == -number
        os.close(terminal)


def test_a_command_that_waits_for_an_answer_can_be_ended():
    """The owner is stopped, and does not answer."""
    with Home("http://127.0.0.1:9/products") as home:
        worker = home.worker()
        worker.send_signal(signal.SIGSTOP)
        try:
            status = home.start("status")
            time.sleep(0.3)  # it waits 2 s and more for the owner
            status.terminate()
            assert status.wait(5) == -signal.SIGTERM
        finally:
            worker.send_signal(signal.SIGCONT)


def test_work_can_be_stopped_while_it_waits_for_the_file():
    """A temporary owner that does not hand over, because it is stopped."""
    with Home("http://127.0.0.1:9/products") as home:
        produce = home.start("produce")
        wait_for(lambda: home.call("GET", "/v1/owner")[1].get("pid") == produce.pid, what="produce as the owner")
        produce.send_signal(signal.SIGSTOP)
        try:
            worker = home.start("work")
            ear = Ear(worker.stderr)
            wait_for(lambda: os.path.exists(os.path.join(home.state, "queue.log")), what="work")
            worker.terminate()
            ear.wait_for("stopping")
            assert worker.wait(10) == 0
        finally:
            produce.send_signal(signal.SIGCONT)


def test_who_does_not_read_stops_nothing():
    """Standard error is a pipe that is full, as a terminal is after Ctrl-S: deliveries go on, and signals are taken."""
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=products(1, 3000))
        worker = home.start("work", "--verbose")  # a line a delivery, more than a pipe holds
        wait_for(lambda: api.summary()["effects"] == 3000, seconds=30, what="3000 effects")
        wait_for(lambda: home.counts()["done"] == 3000, what="3000 verdicts")
        worker.terminate()
        assert worker.wait(20) == 0


def test_a_notice_clears_the_line_it_stands_on():
    """A progress bar, or the ^C of a terminal."""
    with Mock() as api, Home(api.url) as home:
        master, slave = pty.openpty()
        worker = subprocess.Popen([PROGRAM, "work", "--config", home.conf], env=home.environment(), cwd=home.folder,
                                  stdout=subprocess.PIPE, stderr=slave, text=True)
        os.close(slave)
        Ear(worker.stdout).wait_for("delivering")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
        assert b"\r\x1b[Kproductsync: stopping" in os.read(master, 65536)
        os.close(master)


def test_reading_from_a_terminal_is_said():
    with Mock() as api, Home(api.url) as home:
        master, slave = pty.openpty()
        child = subprocess.Popen([PROGRAM, "simple", "--config", home.conf], env=home.environment(), cwd=home.folder,
                                 stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        os.close(slave)
        Ear(child.stderr).wait_for("reading products from the terminal; Ctrl-D ends them")
        os.write(master, product(1).encode() + b"\n\x04")
        assert child.wait(20) == 0 and api.summary()["effects"] == 1
        os.close(master)
