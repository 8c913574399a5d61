"""harness - the real program, a mock API, a folder of its own: what the system tests share.

A Home is a temporary state folder with a configuration; its run() is what a user types. A Mock is `productsync mock` in a
process of its own. Nothing sleeps where an event can be waited for: wait_for() polls a condition with a deadline.
"""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

PROGRAM = os.environ["PSYNC_PROGRAM"]
TOKEN = "test-token-4711"
with open(PROGRAM, "rb") as program_file:
    SANITIZED = b"__asan_init" in program_file.read()  # then memory says nothing


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


class Request:
    """What a Server was sent."""

    def __init__(self, method, target, fields, body):
        self.method, self.target, self.fields, self.body = method, target, fields, body


def answer(status, body=b"", **fields):
    """The bytes of a whole answer that closes its connection; a field's name has _ for -."""
    head = f"HTTP/1.1 {status} Words\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return head.encode() + b"\r\n" + body


class Server:
    """Answers with the very bytes it is told to, which need not be HTTP; use as a context manager.

    `respond` is those bytes, or a function that gets the Request and the connection and returns them; it may return
    b"" and write to the connection as it likes. The connection is closed then. `tls`: an ssl.SSLContext.
    """

    def __init__(self, respond, tls=None):
        self.respond, self.tls, self.requests, self.stopping = respond, tls, [], False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.url = self.base + "/products"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while not self.stopping:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, ValueError), contextlib.closing(connection):
            connection.settimeout(60)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with contextlib.closing(connection):
                request = self.read(connection)
                if request is None:
                    return
                self.requests.append(request)
                connection.sendall(self.respond(request, connection) if callable(self.respond) else self.respond)

    @staticmethod
    def read(connection):
        """A Request; None: the peer has closed."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(fields.get("content-length", 0)):
            body += connection.recv(65536)
        method, target, _ = first.split(" ")
        return Request(method, target, fields, body)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping = True
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def reset(connection):
    """Ends the connection with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def certificate(folder, name, *more, days=2):
    """A self-signed certificate for 127.0.0.1 and its key: (certificate, key), two PEM files."""
    made, key = os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-days", str(days),
                    "-keyout", key, "-out", made, *more], check=True, capture_output=True, timeout=60)
    return made, key


def tls_server(made, key):
    """An ssl.SSLContext that serves this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return context


def log_fields(line):
    """A line of the log, logfmt or JSON, as a dictionary; numbers as numbers."""
    if line.startswith("{"):
        return json.loads(line)
    found = {}
    for name, value in re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)', line):
        quoted, number = value.startswith('"'), re.fullmatch(r"-?\d+", value)
        found[name] = json.loads(value) if quoted or number else value
    return found


class Ear:
    """What a child says on a pipe, line by line, as it comes."""

    def __init__(self, pipe):
        self.lines, self.heard = [], threading.Condition()
        threading.Thread(target=self._listen, args=(pipe,), daemon=True).start()

    def _listen(self, pipe):
        with contextlib.suppress(ValueError, OSError):
            for line in pipe:
                with self.heard:
                    self.lines.append(line.rstrip("\n"))
                    self.heard.notify_all()

    def forget(self):
        with self.heard:
            self.lines.clear()

    def wait_for(self, text, seconds=20):
        """The first line with this text."""
        def found():
            return next((line for line in self.lines if text in line), None)
        with self.heard:
            assert self.heard.wait_for(found, seconds), f"\"{text}\" was not said, but {self.lines}"
            return found()


def most_memory_mb(process):
    """The most that a running process has had resident."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) / 1024


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
            sections["destination"] = {"url": url} | ({} if token is None else {"token": token})
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

    def events(self, name="queue.log", **wanted):
        """The log's lines that have these fields with these values, as dictionaries."""
        lines = [log_fields(line) for line in self.log(name).splitlines()]
        return [e for e in lines if all(e.get(k) == v for k, v in wanted.items())]

    def destination(self, name="default"):
        """What `destination list` says of one."""
        return next(d for d in self.json("destination", "list")["destinations"] if d["name"] == name)

    def message(self, number):
        """The newest message of a product, with its history."""
        return max(self.json("show", str(number))["messages"], key=lambda m: int(m["id"]))

    def dead(self):
        """The dead letters, one after the other."""
        done = self.run("dead", "list", "--each", "--limit", "100000", "--json")
        return [json.loads(line) for line in done.stdout.splitlines()]

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


def dead_home(api, home):
    """Three of one cause, one of another."""
    api.rules({"products": [1, 2, 3], "status": 422, "title": "no such category",
               "type": "https://api.example/category"},
              {"products": [4], "status": 400, "title": "bad name"})
    home.run("produce", input=products(1, 6))
    home.run("work", "--drain")
    api.rules()
