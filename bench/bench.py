"""bench - the performance table: every figure of one run, beside its yardstick, on the same machine.

usage: bench.py BUILD_FOLDER [--long] [--quick] [--only PART]

  --long   also ten million queued messages (some minutes, 4 GB of disk)
  --quick  a tenth of the messages: whether it works, not what it can do
  --only   one part of the table: delivery, puts, latency, relay, depth or serve

Ratios are what counts: absolute figures move with the machine. nginx (one worker process) answers 200 to everything.
"""
import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import relay
import serve

BODY = '{"id":123,"name":"Product name 123456","price":49.90,"stock":15}'
CONNECTIONS = 32


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"bench: {what} did not happen in {seconds} s")
        time.sleep(0.01)


class Bench:
    def __init__(self, build, folder, scale):
        self.program = os.path.join(build, "src", "cmd", "productsync")
        self.tool = lambda name: os.path.join(build, "bench", name)
        self.folder, self.scale = folder, scale
        self.state = os.path.join(folder, "state")
        self.http, self.https = free_port(), free_port()

    # ---- what is measured against ----

    @contextlib.contextmanager
    def nginx(self):
        cert, key = os.path.join(self.folder, "cert.pem"), os.path.join(self.folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", key, "-out", cert], check=True, capture_output=True)
        conf = os.path.join(self.folder, "nginx.conf")
        with open(conf, "w") as f:
            f.write(f"""worker_processes 1; daemon off; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {self.folder}/body;
client_max_body_size 10m; client_body_buffer_size 64k;
proxy_temp_path {self.folder}/p; fastcgi_temp_path {self.folder}/f; uwsgi_temp_path {self.folder}/u;
scgi_temp_path {self.folder}/s;
server {{ listen 127.0.0.1:{self.http}; location / {{ return 200; }} location /refuse {{ return 422; }} }}
server {{ listen 127.0.0.1:{self.https} ssl; ssl_certificate {cert}; ssl_certificate_key {key};
location / {{ return 200; }} }} }}
""")
        server = subprocess.Popen(["nginx", "-c", conf, "-e", os.path.join(self.folder, "error.log")],
                                  stderr=subprocess.DEVNULL)
        try:
            def up():
                with socket.socket() as s:
                    return s.connect_ex(("127.0.0.1", self.https)) == 0
            wait_until(up, "nginx")
            yield cert
        finally:
            server.terminate()
            server.wait()

    def url(self, tls):
        return f"https://localhost:{self.https}/products" if tls else f"http://127.0.0.1:{self.http}/products"

    def wrk(self, tls):
        script = os.path.join(self.folder, "post.lua")
        with open(script, "w") as f:
            f.write(f"""wrk.method = "POST"
wrk.body = '{BODY}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer bench"
wrk.headers["Idempotency-Key"] = "product:123:00000000000000000000000000000000"
""")
        seconds = max(2, int(5 * self.scale))
        out = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script, self.url(tls)],
                             capture_output=True, text=True, check=True).stdout
        return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))

    def bare_sender(self, tls, cert, count, body=BODY):
        args = [self.tool("bare_sender"), "--url", self.url(tls), "--count", str(count), "--connections",
                str(CONNECTIONS), "--body", body] + (["--ca-file", cert] if tls else [])
        wall, cpu, _, _ = self.timed(args)
        return count / wall, cpu * 1e6 / count

    # ---- productsync ----

    def run(self, *args, **kw):
        return subprocess.run([self.program, *args, *self.flags], check=True, capture_output=True, text=True, **kw)

    def configure(self, tls=False, cert="", batch=1, **settings):
        conf = os.path.join(self.folder, "bench.conf")
        with open(conf, "w") as f:
            f.write(f"[state]\nfolder = {self.state}\n[destination]\nurl = {self.url(tls)}\ntoken = bench\n"
                    f"[http]\nversion = 1.1\n" + (f"ca_file = {cert}\n" if tls else "") +
                    f"[batch]\nsize = {batch}\n[work]\nconcurrency = {CONNECTIONS}\n[queue]\nmax_depth = 20000000\n")
        os.chmod(conf, 0o600)
        self.flags = ["--config", conf]

    def fresh(self):
        shutil.rmtree(self.state, ignore_errors=True)

    @staticmethod
    def timed(args, stdin=None):
        """Wall and CPU seconds, peak memory in MB, and output of a command that must succeed."""
        begun = time.monotonic()
        process = subprocess.Popen(args, stdin=stdin, stdout=subprocess.PIPE, text=True)
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"bench: {args[0]} ended with {process.returncode}")
        return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out

    def catalogue(self, count, first=1):
        path = os.path.join(self.folder, f"catalogue-{first}-{count}.ndjson")
        if not os.path.exists(path):
            with open(path, "w") as f:
                for i in range(first, first + count):
                    f.write('{"id":%d,"name":"Product name %d","price":49.90,"stock":15}\n' % (i, i))
        return path

    def produce(self, count, first=1):
        wall, _, _, _ = self.timed([self.program, "produce", "--quiet", self.catalogue(count, first), *self.flags])
        return count / wall

    def drain(self, count):
        """Messages a second, CPU microseconds a message, peak MB."""
        wall, cpu, rss, _ = self.timed([self.program, "work", "--drain", "--quiet", *self.flags])
        return count / wall, cpu * 1e6 / count, rss

    @contextlib.contextmanager
    def worker(self):
        process = subprocess.Popen([self.program, "work", "--quiet", *self.flags])
        try:
            def working():
                done = subprocess.run([self.program, "status", "--json", *self.flags], capture_output=True, text=True)
                return done.returncode == 0 and json.loads(done.stdout)["working"]
            wait_until(working, "a worker")
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()

    def socket_path(self):
        return os.path.join(self.state, "queue.db.sock")

    def put_load(self, path, producers, count, first):
        out = self.timed([self.tool("put_load"), path, str(producers), str(count), str(first)])[3]
        return json.loads(out)

    # ---- the table ----

    def row(self, what, figure, beside=""):
        print(f"{what:<52} {figure:>22}   {beside}", flush=True)

    def delivery(self, cert):
        count = int(200000 * self.scale)
        for tls in (False, True):
            name = "HTTPS" if tls else "HTTP"
            n = count // 2 if tls else count
            self.configure(tls, cert)
            self.fresh()
            self.produce(n)
            wrk = self.wrk(tls)
            bare, bare_cpu = self.bare_sender(tls, cert, n)
            ours, our_cpu, rss = self.drain(n)
            self.row(f"{name}: wrk", f"{wrk:,.0f}/s")
            self.row(f"{name}: bare libcurl sender", f"{bare:,.0f}/s", f"{bare / wrk:.0%} of wrk; {bare_cpu:.1f} us CPU each")
            self.row(f"{name}: work, durable", f"{ours:,.0f}/s",
                     f"{ours / bare:.0%} of bare (aim 90 %), {ours / wrk:.0%} of wrk (aim {'30' if tls else '36-40'} %); "
                     f"{our_cpu:.1f} us CPU each, {our_cpu / bare_cpu:.2f} x bare (aim 1.3); {rss:.0f} MB")
        self.configure(batch=100)
        self.fresh()
        n = count * 4
        self.produce(n)
        ours, our_cpu, _ = self.drain(n)
        self.row("HTTP: work, batches of 100", f"{ours:,.0f} products/s", f"aim 120,000; {our_cpu:.1f} us CPU each")

    def puts(self):
        self.configure()
        self.fresh()
        log = os.path.join(self.folder, "bare.sock")
        bare = subprocess.Popen([self.tool("bare_log"), log, os.path.join(self.folder, "bare.log")])
        with self.worker():
            self.run("destination", "pause", "default")
            wait_until(lambda: os.path.exists(log), "the bare log")
            first = 1
            for producers, count in ((1, 5000), (8, 30000), (64, 100000)):
                count = max(int(count * self.scale), 1000)
                theirs = self.put_load(log, producers, count, first)
                ours = self.put_load(self.socket_path(), producers, count, first)
                first += count
                self.row(f"put, {producers} producers: bare group-committing log", f"{theirs['puts_per_s']:,.0f}/s",
                         f"p50 {theirs['p50_us']} us, p99 {theirs['p99_us']} us")
                self.row(f"put, {producers} producers: through the socket", f"{ours['puts_per_s']:,.0f}/s",
                         f"{ours['puts_per_s'] / theirs['puts_per_s']:.0%} of it (aim 80 %); "
                         f"p50 {ours['p50_us']} us, p99 {ours['p99_us']} us")
            count = int(300000 * self.scale)
            self.row("produce, bulk, through the socket", f"{self.produce(count, 10000001):,.0f}/s", "aim 120,000")
        bare.terminate()
        bare.wait()
        self.fresh()
        count = int(1000000 * self.scale)
        self.row("produce, bulk, owner of the file", f"{self.produce(count):,.0f}/s", "aim 120,000")

    def latency(self):
        self.configure()
        self.fresh()
        count = max(int(2000 * self.scale), 200)
        with self.worker():
            self.put_load(self.socket_path(), 1, count, 1)
            spans, cursor = [], None
            wait_until(lambda: json.loads(self.run("status", "--json").stdout)["total"]["done"] == count, "delivery")
            while True:
                target = "/v1/messages?state=done&limit=1000" + (f"&cursor={cursor}" if cursor else "")
                answer = json.loads(subprocess.run(["curl", "-s", "--unix-socket", self.socket_path(),
                                                    "http://queue" + target], capture_output=True, check=True).stdout)
                stamp = lambda text: time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) * 1000 + int(text[20:23])
                spans += [stamp(m["settled_at"]) - stamp(m["created_at"]) for m in answer["messages"]]
                cursor = answer["cursor"]
                if not cursor:
                    break
        spans.sort()
        self.row("from put to delivered, one producer", f"p50 {spans[len(spans) // 2]:.0f} ms",
                 f"p99 {spans[len(spans) * 99 // 100]:.0f} ms, {len(spans)} messages")

    def depth(self, long):
        rates = {}
        depths = [10000, int(1000000 * self.scale)] + ([10000000] if long else [])
        for depth in depths:
            self.configure()
            self.fresh()
            self.produce(depth)
            process = subprocess.Popen([self.program, "work", "--json", *self.flags], stdout=subprocess.PIPE, text=True)
            begun = time.monotonic()
            if depth > 100000:
                time.sleep(6)
            else:
                wait_until(lambda: json.loads(self.run("status", "--json").stdout)["total"]["done"] == depth, "delivery")
            process.send_signal(signal.SIGTERM)
            out = process.stdout.read()
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
            rates[depth] = json.loads(out.strip().split("\n")[-1])["delivered"] / (time.monotonic() - begun)
            beside = f"{rates[depth] / rates[10000]:.2f} of that with 10 thousand (aim 0.9)" if depth > 10000 else ""
            self.row(f"{depth:,} queued: drain; resident memory", f"{rates[depth]:,.0f}/s; {usage.ru_maxrss / 1024:.0f} MB",
                     beside + (" (aim 20 MB)" if depth >= 100000 else ""))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["delivery", "puts", "latency", "relay", "depth", "serve"])
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="psync-bench-", dir=os.environ.get("BENCH_FOLDER"))
    try:
        bench = Bench(os.path.abspath(args.build), folder, 0.1 if args.quick else 1.0)
        with bench.nginx() as cert:
            parts = {"delivery": lambda: bench.delivery(cert), "puts": bench.puts, "latency": bench.latency,
                     "relay": lambda: relay.measure(bench, os.path.abspath(args.build)),
                     "depth": lambda: bench.depth(args.long), "serve": lambda: serve.measure(bench, free_port())}
            for part in [args.only] if args.only else parts:
                parts[part]()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
