"""serve - ingest over HTTP, deliveries beside a dashboard and Prometheus, a full queue: every answer, memory, idling."""
import contextlib
import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import threading
import time

PAIRS = 5          # of a run with and one without company, in turns: what else the machine does meets both
SECONDS = 4
BESIDE = 4000000   # more than is delivered in PAIRS * 2 * SECONDS at 100,000 a second
COMPANY = ("/v1/status", "/v1/figures", "/v1/dead/groups")  # what the dashboard's overview asks for
ANSWERS = ("/v1/status", "/v1/figures", "/v1/destinations", "/v1/dead/groups", "/v1/dead?limit=100", "/v1/messages?limit=100",
           "/v1/messages?state=ready&limit=100", "/v1/messages?state=dead&limit=100", "/v1/messages?product=77", "/v1/config",
           "/metrics", "/")


class Serve:
    """A running serve, and what it said at its end. Use as a context manager."""

    def __init__(self, bench, port):
        self.address = f"127.0.0.1:{port}"
        self.port, self.said, self.usage, self.seconds = port, {}, None, 0
        self.process = subprocess.Popen([bench.program, "serve", "--json", *bench.flags], stdout=subprocess.PIPE, text=True)
        self.begun = time.monotonic()
        while True:
            with contextlib.suppress(OSError):
                if self.get("/readyz")[0] == 200:
                    return
            assert self.process.poll() is None, "serve ended"
            time.sleep(0.02)

    def get(self, target, connection=None):
        """Status, body, milliseconds."""
        with contextlib.ExitStack() as stack:
            if not connection:
                connection = stack.enter_context(contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)))
            begun = time.monotonic()
            connection.request("GET", target)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), (time.monotonic() - begun) * 1000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.begun
        self.process.send_signal(signal.SIGTERM)
        out = self.process.stdout.read()
        _, _, self.usage = os.wait4(self.process.pid, 0)
        self.process.returncode = 0
        lines = [line for line in out.split("\n") if line.startswith("{")]
        self.said = json.loads(lines[-1]) if lines else {}


class Company:
    """The dashboard and Prometheus, both asking every second. Use as a context manager."""

    def __init__(self, serve):
        self.serve, self.ended, self.asked = serve, threading.Event(), 0
        self.threads = [threading.Thread(target=self.ask, args=(targets,)) for targets in (COMPANY, ("/metrics",))]

    def ask(self, targets):
        connection = http.client.HTTPConnection("127.0.0.1", self.serve.port, timeout=60)
        while not self.ended.is_set():
            for target in targets:
                assert self.serve.get(target, connection)[0] == 200
                self.asked += 1
            self.ended.wait(1)
        connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()


def configure(bench, port, url="", more=""):
    bench.configure()
    path = bench.flags[1]
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if url:
        text = re.sub(r"url = .*", "url = " + url, text)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text + f"[serve]\nlisten = 127.0.0.1:{port}\nrate = 0\n" + more)


def ingest(bench, port):
    configure(bench, port)
    bench.fresh()
    token = bench.run("token", "add", "bench", "--scope", "ingest").stdout.strip()
    with Serve(bench, port) as serve:
        bench.run("destination", "pause", "default")
        first = 1
        for each, count, aim in ((1, int(100000 * bench.scale), 20000), (100, int(600000 * bench.scale), 100000)):
            args = [bench.tool("put_load"), serve.address, "64", str(count), str(first), str(each), token]
            said = json.loads(bench.timed(args)[3])
            first += count
            name = "one a request" if each == 1 else f"arrays of {each}"
            bench.row(f"ingest over HTTP, 64 connections, {name}", f"{said['puts_per_s']:,.0f} products/s",
                      f"aim {aim:,}; p50 {said['p50_us']} us, p99 {said['p99_us']} us")


def delivered(bench, port, company):
    """Messages a second, and microseconds of processor each."""
    with Serve(bench, port) as serve, Company(serve) if company else contextlib.nullcontext():
        time.sleep(SECONDS)
    assert serve.said["left"], "the queue ran empty: what was measured is idling"
    cpu = serve.usage.ru_utime + serve.usage.ru_stime
    return serve.said["delivered"] / serve.seconds, cpu * 1e6 / serve.said["delivered"]


def beside(bench, port):
    configure(bench, port)
    bench.fresh()
    bench.produce(BESIDE)
    alone, watched = [], []
    for _ in range(PAIRS):
        alone.append(delivered(bench, port, False))
        watched.append(delivered(bench, port, True))
    share = statistics.median(w[0] / a[0] for a, w in zip(alone, watched))
    rate, cpu = (statistics.median(w[i] for w in watched) for i in (0, 1))
    bench.row("serve, dashboard and Prometheus watching", f"{rate:,.0f}/s",
              f"{share:.1%} of that without them (aim 97 %), the median of {PAIRS} pairs; "
              f"{cpu:.1f} us CPU each, without {statistics.median(c for _, c in alone):.1f}")


def full(bench, port):
    """A tenth of the queue is dead letters: the API refused them."""
    dead, queued = int(100000 * bench.scale), int(1000000 * bench.scale)
    configure(bench, port, url=f"http://127.0.0.1:{bench.http}/refuse", more="[breaker]\nrefusals = 0\n")
    bench.fresh()
    bench.produce(dead)
    subprocess.run([bench.program, "work", "--drain", "--quiet", *bench.flags], check=False, capture_output=True)
    configure(bench, port)
    bench.run("destination", "pause", "default")
    bench.produce(queued, dead + 1)
    with Serve(bench, port) as serve:
        total = json.loads(serve.get("/v1/status")[1])["total"]
        assert (total["ready"], total["dead"]) == (queued, dead), total
        slowest = (0, "")
        for target in ANSWERS:
            times = []
            for _ in range(20):
                status, _, ms = serve.get(target)
                assert status == 200, (target, status)
                times.append(ms)
            times.sort()
            slowest = max(slowest, (times[len(times) // 2], target))
        bench.row(f"{queued:,} queued, {dead:,} dead: the slowest answer", f"{slowest[0]:.1f} ms",
                  f"median of 20, aim 50 ms: {slowest[1]}")
        used = lambda: float(re.search(r"^productsync_cpu_seconds_total (\S+)$", serve.get("/metrics")[1], re.M)[1])
        time.sleep(1)
        before, begun = used(), time.monotonic()
        time.sleep(10)
        idle = (used() - before) / (time.monotonic() - begun)
    bench.row("the same: resident memory, at most", f"{serve.usage.ru_maxrss / 1024:.0f} MB", "aim 30 MB")
    bench.row("the same: idle", f"{idle:.2%} of a core", "aim 0.5 %")


def measure(bench, port):
    """`bench`: the Bench of bench.py, whose nginx answers, and refuses at /refuse."""
    ingest(bench, port)
    beside(bench, port)
    full(bench, port)
