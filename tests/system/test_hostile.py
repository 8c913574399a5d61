"""Clients that mean ill, or do not know better: slow ones, many idle ones, huge bodies, nonsense. Deliveries go on meanwhile."""
import contextlib
import resource
import socket
import threading
import time

import pytest
from harness import SANITIZED, Mock, most_memory_mb, product, products, wait_for
from site_client import Site


@pytest.fixture(scope="module")
def site():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20000), hard))
    with Mock() as api, Site(api.url, serve__rate=0) as s:
        s.api, s.ingest, s.admin = api, s.token("ingest"), s.token("admin")
        yield s
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def deliveries_go_on(site, first, n=200, seconds=10):
    """Puts products over the socket, and waits until they took effect."""
    before = site.api.summary()["effects"]
    begun = time.monotonic()
    site.home.run("produce", input=products(first, first + n - 1))
    wait_for(lambda: site.api.summary()["effects"] == before + n, seconds, "the deliveries")
    return time.monotonic() - begun


def test_ten_thousand_idle_connections(site):
    """They hold no more than serve.max_connections; who asks for something is served, and deliveries are not held up."""
    idle = []
    with contextlib.ExitStack() as stack:
        for _ in range(10000):
            s = socket.socket()
            s.setblocking(False)
            stack.enter_context(s)
            s.connect_ex(("127.0.0.1", site.port))
            idle.append(s)
        deliveries_go_on(site, 1)
        for _ in range(20):
            begun = time.monotonic()
            assert site.ask("GET", "/v1/status").status == 200
            assert time.monotonic() - begun < 5
    assert site.process.poll() is None
    if not SANITIZED:
        assert most_memory_mb(site.process) < 60


def test_few_descriptors_are_shared():
    """However many connections are wanted: half of what the process may open is for deliveries."""
    with Mock() as api, Site(api.url, start=False, serve__rate=0, serve__max_connections=1000) as s:
        s.api = api
        s.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)))
        with contextlib.ExitStack() as stack:
            for _ in range(400):
                idle = stack.enter_context(socket.socket())
                idle.setblocking(False)
                idle.connect_ex(("127.0.0.1", s.port))
            deliveries_go_on(s, 1)
            assert s.ask("GET", "/v1/status").status == 200
        wait_for(lambda: s.home.events(event="fewer connections than serve.max_connections", connections=100), 5, "the warning")


def test_slow_clients(site):
    """Hundreds that send a byte now and then (slow loris, at the header and in the body) keep nobody else from being served."""
    heads = (b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\nX-A: ",
             b"POST /v1/products HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + site.ingest.encode() +
             b"\r\nContent-Length: 100000\r\n\r\n")
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(site.connect()) for _ in range(600)]
        for i, s in enumerate(slow):
            with contextlib.suppress(OSError):
                s.sendall(heads[i % 2])
        for turn in range(5):
            for s in slow:
                with contextlib.suppress(OSError):
                    s.sendall(b"x")
            assert site.ask("GET", "/v1/status").status == 200
        deliveries_go_on(site, 1001)


@pytest.mark.parametrize("token", [True, False])
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_of_a_gigabyte(site, announced, token):
    """Whoever sends it, it is never kept: refused by its announcement, or as soon as it is too long."""
    before = most_memory_mb(site.process)
    with site.connect() as s:
        head = "POST /v1/products HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Authorization: Bearer {site.ingest}\r\n" if token else ""
        head += "Content-Length: 1073741824\r\n\r\n" if announced else "Transfer-Encoding: chunked\r\n\r\n"
        block = b"x" * 65536 if announced else b"10000\r\n" + b"x" * 65536 + b"\r\n"
        s.sendall(head.encode())
        sent = 0
        with contextlib.suppress(OSError):
            for _ in range(16384):
                s.sendall(block)
                sent += 65536
        assert sent < 64 << 20, "it was cut off long before"
        answer = b""
        with contextlib.suppress(OSError):
            answer = s.recv(4096)
        assert answer[:12] in (b"", b"HTTP/1.1 413" if token else b"HTTP/1.1 401"), answer[:80]
    assert site.ask("GET", "/v1/status").status == 200
    if not SANITIZED:
        assert most_memory_mb(site.process) - before < 20


def test_many_large_bodies_at_once(site):
    """Together they are bounded: 64 MiB, whatever comes."""
    body = b"[" + b" " * (4 * 1024 * 1024 - 10) + b"]"
    statuses = []

    def put():
        with contextlib.suppress(OSError):
            with site.connect() as s:
                s.sendall(b"POST /v1/products HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " +
                          site.ingest.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(body))
                s.sendall(body[:-1])
                gate.wait(60)
                s.sendall(body[-1:])
                statuses.append(s.recv(12))

    gate = threading.Event()
    threads = [threading.Thread(target=put) for _ in range(30)]
    for t in threads:
        t.start()
    time.sleep(1)
    assert site.ask("GET", "/v1/status").status == 200
    gate.set()
    for t in threads:
        t.join(60)
    assert b"HTTP/1.1 503" in statuses, "some had to come again"
    if not SANITIZED:
        assert most_memory_mb(site.process) < 200
    deliveries_go_on(site, 2001)


def test_strangers_hold_nothing(site):
    """Who needs not say who he is sends a few KB: else some that do not end their requests would keep out all who put."""
    size = 4 << 20
    with contextlib.ExitStack() as stack:
        for n in range(20):
            s = stack.enter_context(site.connect())
            s.sendall((b"POST /v1/login", b"GET /healthz", b"GET /v1/status", b"POST /v1/logout")[n % 4] +
                      b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % size)
            with contextlib.suppress(OSError):
                s.sendall(b"x" * (size - 1))
        put = site.ask("POST", "/v1/products", product(4001).encode(), token=site.ingest)
        assert put.status == 200, put.body
    assert site.ask("POST", "/v1/login", {"user": "anna", "password": "x" * 9000}).status == 413
    assert site.ask("POST", "/v1/login", {"user": "anna", "password": "\u00e9" * 512}).status == 401


def test_nonsense(site):
    """Whatever is no HTTP ends its connection, and nothing else."""
    for text in (b"\x00" * 100, b"\xff" * 10000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                 b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
                 b"POST /v1/products HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                 b"POST /v1/products HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
                 b"POST /v1/products HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                 b"POST /v1/resend HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"productsync=" * 500 + b"\r\n\r\n",
                 b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + b"A" * 4000 + b"\r\n\r\n",
                 b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                 b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                 b"GET http://evil.example/v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                 b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /ui/..%2f..%2fetc HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        with site.connect() as s:
            with contextlib.suppress(OSError):
                s.sendall(text)
                s.shutdown(socket.SHUT_WR)
                answer = s.recv(65536)
                assert not answer or answer[9:10] == b"4" or answer[9:12] in (b"505", b"501"), (text[:60], answer[:100])
                assert b"root:" not in answer
    assert site.ask("GET", "/v1/status").status == 200 and site.process.poll() is None


def test_names_that_are_code_are_names(site):
    """What comes from outside goes out as JSON, with a type that no browser takes for a page."""
    name = "<script>alert(1)</script>"
    site.api.rules({"status": 422})
    put = site.ask("POST", "/v1/products", product(9001, name).encode(), token=site.ingest)
    assert put.json["new"] == 1
    answer = wait_for(lambda: (a := site.ask("GET", "/v1/dead")).json["messages"] and a, what="a dead letter")
    shown = site.ask("GET", "/v1/messages/" + answer.json["messages"][0]["id"])
    assert name in shown.json["payload"]["name"] if isinstance(shown.json["payload"], dict) else name in str(shown.json["payload"])
    assert shown.field("Content-Type") == "application/json" and shown.field("X-Content-Type-Options") == "nosniff"
    odd = site.ask("GET", "/v1/messages?state=<script>")
    assert odd.status == 400 and odd.field("Content-Type") == "application/problem+json"
    site.api.rules()
    site.ask("POST", "/v1/dead/discard", {"all": True}, token=site.admin)


def test_logging_in_does_not_hold_up_deliveries(site):
    """Hashing takes 19 MiB and its time; it is done one at a time, beside the loop that delivers and the one that serves."""
    stop = threading.Event()
    counted = {200: 0}

    def guess(n):
        while not stop.is_set():
            status = site.login(f"nobody{n}", "wrong password")[0].status
            counted[status] = counted.get(status, 0) + 1

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(20)]
    for t in threads:
        t.start()
    deliveries_go_on(site, 3001, seconds=20)
    begun = time.monotonic()
    assert site.ask("GET", "/v1/status").status == 200
    assert time.monotonic() - begun < 2
    stop.set()
    for t in threads:
        t.join(30)
    assert counted[200] == 0 and (counted.get(503, 0) or counted.get(429, 0)), counted
    if not SANITIZED:
        assert most_memory_mb(site.process) < 250
