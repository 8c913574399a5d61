"""The demo: its story to the end, the question whether `serve` stays, live data, and nothing left behind."""
import glob
import http.client
import json
import os
import pty
import re
import signal
import subprocess
import threading

import pytest

from harness import PROGRAM, Ear, wait_for

STORY = "Every product of the catalogue arrived, exactly once in effect."


def ask(port, method, target, body=None, fields=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, target, body, fields or {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or "{}")
    finally:
        connection.close()


class Terminal:
    """A demo on a pseudo-terminal of its own."""

    def __init__(self, folder, *args):
        self.master, slave = pty.openpty()
        self.child = subprocess.Popen([PROGRAM, "demo", *args], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                      env={**os.environ, "TMPDIR": str(folder)})
        os.close(slave)
        self.said, self.heard = "", threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                text = os.read(self.master, 65536).decode()
            except OSError:  # nobody has the other side any more
                return
            with self.heard:
                self.said += text
                self.heard.notify_all()

    def wait_for(self, pattern, seconds=90):
        with self.heard:
            assert self.heard.wait_for(lambda: re.search(pattern, self.said), seconds), self.said
            return re.search(pattern, self.said)[1]

    def type(self, text):
        os.write(self.master, text.encode())


def test_serve_stays_with_live_data_and_a_login(tmp_path):
    demo = Terminal(tmp_path)
    demo.wait_for(f"({STORY})")
    demo.wait_for(r"(with live data to look at in a browser\? \[y/N\])")
    demo.type("y\n")
    port = int(demo.wait_for(r"serving at http://127\.0\.0\.1:(\d+)"))
    login = {"user": demo.wait_for(r"user +(\S+)"), "password": demo.wait_for(r"password +(\S+)")}
    wait_for(lambda: ask(port, "GET", "/v1/messages?product=1001")[1].get("messages"), what="a product that came later")
    wait_for(lambda: ask(port, "GET", "/v1/status")[1]["total"]["done"] > 420, seconds=60, what="live deliveries")
    status, _ = ask(port, "POST", "/v1/login", json.dumps(login), {"Content-Type": "application/json",
                                                                    "Origin": f"http://127.0.0.1:{port}"})
    assert status == 200
    demo.child.send_signal(signal.SIGINT)
    assert demo.child.wait(30) == 0
    assert os.listdir(tmp_path) == []


def test_the_question_can_be_left_and_nobody_is_asked_without_a_terminal(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    demo = Terminal(tmp_path / "a")
    done = subprocess.run([PROGRAM, "demo"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90,
                          env={**os.environ, "TMPDIR": str(tmp_path / "b")})
    assert done.returncode == 0 and done.stderr.count("\n") < 30, done.stderr
    assert STORY in done.stdout and "productsync demo --serve" in done.stdout.split(STORY)[1]
    demo.wait_for(r"(\[y/N\])")
    demo.child.terminate()
    assert demo.child.wait(10) == 0
    assert os.listdir(tmp_path / "a") == os.listdir(tmp_path / "b") == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_cleans_up_when_it_is_ended(number, tmp_path):
    child = subprocess.Popen([PROGRAM, "demo"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             env={**os.environ, "TMPDIR": str(tmp_path)}, start_new_session=True)
    ear = Ear(child.stdout)
    ear.wait_for("productsync work")
    folder, = glob.glob(str(tmp_path / "productsync-demo-*"))
    wait_for(lambda: os.path.exists(os.path.join(folder, "queue.db.sock")), what="the demo's worker")
    child.send_signal(number)
    assert child.wait(20) == 1
    assert os.listdir(tmp_path) == []
    ear.wait_for("interrupted")
    with pytest.raises(ProcessLookupError):  # nobody of its session is left
        os.killpg(child.pid, 0)
