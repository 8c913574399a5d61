"""harness - the real program, a mock API, a folder of its own: what the system tests share.

A Home is a temporary state folder with a configuration; its run() is what a user types. A Mock is `productsync mock` in a
process of its own. Nothing sleeps where an event can be waited for: wait_for() polls a condition with a deadline.
"""
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PROGRAM = os.environ["PSYNC_PROGRAM"]
TOKEN = "test-token-4711"


def wait_for(condition, seconds=20, what="the condition"):
    """The first true value of condition(), asked every 10 ms."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"{what} did not come true in {seconds} s"
        time.sleep(0.01)


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def product(number, name=None, price="9.90", stock=1):
    """A line of NDJSON."""
    return '{"id":%d,"name":%s,"price":%s,"stock":%d}' % (
        number, json.dumps(name or f"Product {number}", ensure_ascii=False), price, stock)


def products(first, last):
    """NDJSON of the products first..last."""
    return "".join(product(n) + "\n" for n in range(first, last + 1))


class Mock:
    """`productsync mock` on a free port; use as a context manager."""

    def __init__(self, *flags, token=TOKEN):
        args = [PROGRAM, "mock", "--json", *flags] + (["--token", token] if token else [])
        self.process = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.url = json.loads(line)["url"]
        self.base = self.url.rsplit("/", 1)[0]

    def _request(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method,
                                         data=json.dumps(body).encode() if body is not None else None)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def rules(self, *rules, seed=1):
        """Misbehave like this from now on; no rules: behave."""
        self._request("PUT", "/control", {"seed": seed, "rules": list(rules)})

    def summary(self):
        return self._request("GET", "/ledger/summary")

    def ledger(self, number=None):
        return self._request("GET", "/ledger" + (f"?product={number}" if number else ""))

    def forget(self):
        self._request("DELETE", "/ledger")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.process.stdout.close()
        self.process.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Home:
    """A state folder and a configuration; use as a context manager."""

    def __init__(self, url="", **settings):
        self.folder = tempfile.mkdtemp(prefix="psync-")
        self.conf = os.path.join(self.folder, "productsync.conf")
        self.state = os.path.join(self.folder, "state")
        self.queue = os.path.join(self.state, "queue.db")
        self.socket = self.queue + ".sock"
        self.children = []
        self.configure(url, **settings)

    def configure(self, url="", text="", token=TOKEN, **settings):
        """Writes the configuration. Settings are section__key=value; `text` is appended as it is."""
        sections = {"state": {"folder": self.state}, "destination": {}}
        if url:
            sections["destination"] = {"url": url, "token": token}
        for name, value in settings.items():
            section, key = name.split("__")
            sections.setdefault(section, {})[key] = value
        with open(self.conf, "w", encoding="utf-8") as f:
            for section, values in sections.items():
                f.write(f"[{section}]\n" + "".join(f"{k} = {v}\n" for k, v in values.items()))
            f.write(text)
        os.chmod(self.conf, 0o600)

    def environment(self, env=None):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("MY_API_", "XDG_", "PRODUCTSYNC_"))}
        clean["HOME"] = self.folder
        clean.update(env or {})
        return clean

    def run(self, *args, input="", env=None, timeout=120, code=0, config=True):
        """Runs to the end; fails unless it exits with `code` (None: whatever). Returns the CompletedProcess."""
        full = [PROGRAM, *args] + (["--config", self.conf] if config else [])
        done = subprocess.run(full, input=input, env=self.environment(env), cwd=self.folder, timeout=timeout,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
                              errors="backslashreplace")
        assert code is None or done.returncode == code, \
            f"{args} ended with {done.returncode}, not {code}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done

    def json(self, *args, **kw):
        """The last line of a command's --json output."""
        lines = self.run(*args, "--json", **kw).stdout.strip().split("\n")
        return json.loads(lines[-1])

    def start(self, *args, env=None, **kw):
        """Starts in the background; ended with the Home."""
        child = subprocess.Popen([PROGRAM, *args, "--config", self.conf], env=self.environment(env), cwd=self.folder,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kw)
        self.children.append(child)
        return child

    def worker(self, *args, **kw):
        """A running `work`, ready to be spoken to."""
        child = self.start("work", *args, **kw)

        def ready():
            assert child.poll() is None, f"work ended with {child.returncode}: {child.stderr.read()}"
            return os.path.exists(self.socket) and self.call("GET", "/v1/status")[1].get("working")
        wait_for(ready, what="a worker")
        return child

    def call(self, method, target, body=None, headers=None):
        """One request to the owner's socket: (status, JSON)."""
        data = (body if isinstance(body, bytes) else json.dumps(body).encode()) if body is not None else b""
        lines = [f"{method} {target} HTTP/1.1", "Host: queue", "Connection: close", f"Content-Length: {len(data)}"]
        lines += [f"{k}: {v}" for k, v in ({"Content-Type": "application/json", **(headers or {})}).items()]
        try:
            with contextlib.closing(socket.socket(socket.AF_UNIX)) as s:
                s.settimeout(60)
                s.connect(self.socket)
                s.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
                answer = b""
                while chunk := s.recv(65536):
                    answer += chunk
        except (FileNotFoundError, ConnectionRefusedError, ConnectionResetError):
            return 0, {}
        head, _, rest = answer.partition(b"\r\n\r\n")
        if not head:
            return 0, {}
        if b"chunked" in head.lower():
            body_bytes = b""
            while rest:
                size, _, rest = rest.partition(b"\r\n")
                n = int(size, 16)
                body_bytes, rest = body_bytes + rest[:n], rest[n + 2:]
                if n == 0:
                    break
            rest = body_bytes
        return int(head.split()[1]), json.loads(rest) if rest else {}

    def counts(self):
        return self.json("status")["total"]

    def log(self, name="queue.log"):
        with open(os.path.join(self.state, name), encoding="utf-8", errors="replace") as f:
            return f.read()

    def close(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout, child.stderr):
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
