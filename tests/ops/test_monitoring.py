"""Metrics, alerts, dashboard: under promtool, and against a Prometheus that has scraped a real run."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.parse
import urllib.request

import pytest

from harness import Home, Mock, free_port, product, products, wait_for

if not (shutil.which("prometheus") and shutil.which("promtool")):
    pytest.skip("prometheus is not installed", allow_module_level=True)
SOURCE = os.environ["PSYNC_SOURCE"]
RULES = os.path.join(SOURCE, "ops", "prometheus", "productsync.rules.yml")
CONFIGURATION = os.path.join(SOURCE, "ops", "prometheus", "prometheus.yml")
NAME = re.compile(r"\bproductsync_[a-z_]+")
# What a run without a shop does not have.
WITHOUT_A_SHOP = {"productsync_relay_last_success_timestamp_seconds"}
FAST = {"retry__backoff": "100ms", "retry__jitter_max": "0ms", "retry__budget_percent": "100", "http__timeout": "5s",
        "breaker__cool_off": "100ms", "work__lease": "30s"}


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as f:
        return f.read()


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def promtool(*args, **kw):
    done = subprocess.run(["promtool", *args], capture_output=True, text=True, timeout=60, **kw)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr or "SUCCESS" in done.stderr + done.stdout, done.stderr
    return done.stdout


class Prometheus:
    """One of our own: a folder, a port, a scrape every second. Use as a context manager."""

    def __init__(self, target):
        self.folder = tempfile.mkdtemp(prefix="psync-prometheus-")
        self.base = f"http://127.0.0.1:{free_port()}"
        shutil.copy(RULES, self.folder)
        with open(os.path.join(self.folder, "prometheus.yml"), "w", encoding="utf-8") as f:
            f.write(read("ops", "prometheus", "prometheus.yml").replace("127.0.0.1:9470", target).replace("15s", "1s"))
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", "--config.file=" + os.path.join(self.folder, "prometheus.yml"),
                 "--storage.tsdb.path=" + os.path.join(self.folder, "data"),
                 "--web.listen-address=" + self.base.removeprefix("http://")], stdout=log, stderr=log)

    def ask(self, path, **parameters):
        """What the API says; None while it does not answer."""
        try:
            said = json.loads(get(f"{self.base}/api/v1/{path}?" + urllib.parse.urlencode(parameters)))
        except urllib.error.HTTPError as refused:
            if refused.code == 503:  # it is starting
                return None
            raise AssertionError(refused.read().decode()) from None
        except OSError:
            return None
        assert said["status"] == "success", said
        return said["data"]

    def query(self, expression):
        data = self.ask("query", query=expression)
        return data and data["result"]

    def value(self, expression):
        found = self.query(expression)
        return float(found[0]["value"][1]) if found else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


class Run:
    """serve with two destinations, one of which is paused, and what they met: retries, refusals, duplicates."""

    def __init__(self, api, home, listen):
        self.api, self.home, self.url = api, home, f"http://{listen}"
        home.configure(api.url, text=f"[destination other]\nurl = {api.url}\ntoken = test-token-4711\n", serve__listen=listen, serve__rate="0", **FAST)
        self.process = home.start("serve")
        wait_for(lambda: home.call("GET", "/v1/status")[1].get("working"), what="serve")
        assert home.call("POST", "/v1/destinations/other/pause", {"reason": "a test"})[0] == 200
        api.rules({"products": [7], "status": 422, "title": "unknown category"},
                  {"products": [8, 9], "first": 1, "status": 503}, {"latency": "1ms-20ms"})
        self.put(1, 50)
        self.put(1, 10)

    def put(self, first, last):
        assert self.home.call("POST", "/v1/products", products(first, last).encode())[0] == 200

    def metrics(self):
        return get(self.url + "/metrics")

    def sample(self, series):
        found = re.search("^" + re.escape(series) + r" (\S+)$", self.metrics(), re.M)
        return float(found[1]) if found else None


@pytest.fixture(scope="module", name="run")
def fixture_run():
    with Mock() as api, Home(api.url) as home:
        run = Run(api, home, f"127.0.0.1:{free_port()}")
        wait_for(lambda: run.sample('productsync_messages_delivered_total{destination="default"}') == 49, what="the deliveries")
        yield run


def test_what_is_counted(run):
    def of(name, **labels):
        inside = ",".join(f'{k}="{v}"' for k, v in {"destination": "default", **labels}.items())
        return run.sample(f"productsync_{name}{{{inside}}}")
    assert of("messages_put_total") == 50 and of("messages_duplicate_total") == 10 and of("messages_full_total") == 0
    assert of("messages_dead_total") == 1 == of("messages", state="dead")
    assert of("failed_attempts_total", **{"class": "unavailable"}) == 2
    assert of("failed_attempts_total", **{"class": "refused"}) == 1
    assert of("http_request_duration_seconds_count") == 52 and of("delivery_duration_seconds_count") == 49
    assert of("messages", destination="other", state="ready") == 50
    assert of("destination_state", destination="other", state="paused") == 1
    assert of("destination_held_timestamp_seconds", destination="other", state="paused") > 1e9
    assert of("oldest_message_timestamp_seconds", destination="other") > 1e9
    assert of("oldest_message_timestamp_seconds") is None
    assert run.sample("productsync_connections") >= 1


def test_promtool_accepts_the_metrics(run):
    promtool("check", "metrics", input=run.metrics())


def test_each_metric_is_documented_and_no_other(run):
    there = set(re.findall(r"^# TYPE (\S+)", run.metrics(), re.M)) | WITHOUT_A_SHOP
    assert set(re.findall(r"^\| `(productsync_[a-z_]+)", read("docs", "metrics.md"), re.M)) == there


def base_names(expression):
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in NAME.findall(expression)}


def test_rules_and_dashboard_name_what_exists(run):
    there = set(re.findall(r"^# TYPE (\S+)", run.metrics(), re.M)) | WITHOUT_A_SHOP
    dashboard = json.loads(read("ops", "grafana", "productsync.json"))
    used = [t["expr"] for p in dashboard["panels"] for t in p["targets"]]
    used += [a["expr"] for a in dashboard["annotations"]["list"]]
    used += [v["definition"] for v in dashboard["templating"]["list"] if v["type"] == "query"]
    used += re.findall(r"expr: \|?([^|]*?)\n +(?:for|labels):", read("ops", "prometheus", "productsync.rules.yml"), re.S)
    assert len(used) > 40
    assert base_names(" ".join(used)) <= there


def test_every_query_of_the_dashboard_is_answered(run):
    dashboard = json.loads(read("ops", "grafana", "productsync.json"))
    with Prometheus(run.url.removeprefix("http://")) as prometheus:
        wait_for(lambda: prometheus.value("count_over_time(productsync_build_info[1m])"), 30, "a scrape")
        run.api.rules({"products": [66], "status": 422}, {"products": [67], "first": 1, "status": 503})
        run.put(51, 80)
        wait_for(lambda: prometheus.value('sum(productsync_messages_delivered_total{destination="default"})') == 78, 30,
                 "the deliveries in Prometheus")
        wait_for(lambda: prometheus.value("count_over_time(productsync_build_info[1m])") >= 5, 30, "some scrapes")
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                expression = re.sub(r"\$(instance|destination)\b", ".*", target["expr"]).replace("$__rate_interval", "1m")
                assert "$" not in expression
                found = prometheus.query(expression)
                assert found or base_names(expression) <= WITHOUT_A_SHOP, f"{panel['title']}: nothing for {expression}"
        for annotation in dashboard["annotations"]["list"]:
            prometheus.query(annotation["expr"].replace("$instance", ".*"))
        rules = prometheus.ask("rules")["groups"][0]["rules"]
        assert len(rules) == 14
        wait_for(lambda: all(r["health"] == "ok" for r in prometheus.ask("rules")["groups"][0]["rules"]), 30, "the rules")
        dead = wait_for(lambda: prometheus.query('ALERTS{alertname="ProductsyncDeadLettersGrowing",alertstate="firing"}'), 30,
                        "the alert of the new dead letter")
        assert dead[0]["metric"]["destination"] == "default"


def test_the_last_hour(run):
    figures = wait_for(lambda: (f := json.loads(get(run.url + "/v1/figures")))["in"] and f, 30, "a slot")
    n = len(figures["in"])
    for name in ("in", "out", "failed", "backlog"):
        assert len(figures[name]) == n
    for name in ("latency_ms", "end_to_end_ms"):
        assert {len(slots) for slots in figures[name]["slots"].values()} == {n}
        assert figures[name]["p50"] <= figures[name]["p95"] <= figures[name]["p99"]
    assert sum(figures["in"]) > 0 and sum(figures["out"]) > 0 and 0 < figures["success_ratio"] < 1
    assert figures["failed_by_class"]["refused"] >= 1
    assert figures["backlog"][-1] >= 50


def test_alerts_fire_as_they_should():
    promtool("test", "rules", os.path.join(SOURCE, "tests", "ops", "alerts.test.yml"))


def test_no_alert_is_left_out():
    alerts = set(re.findall(r"- alert: (\w+)", read("ops", "prometheus", "productsync.rules.yml")))
    tested = read("tests", "ops", "alerts.test.yml")
    fires = set(re.findall(r"alertname: (\w+)\n        exp_alerts:\n          - exp_labels", tested))
    sections = set(re.findall(r"^## (Productsync\w+)$", read("docs", "runbook.md"), re.M))
    assert len(alerts) == 14 and fires == alerts == sections
    for alert in alerts:
        assert f"runbook: docs/runbook.md#{alert.lower()}\n" in read("ops", "prometheus", "productsync.rules.yml")
    linked = set(re.findall(r"\}\}/#/(\w+)", read("ops", "prometheus", "productsync.rules.yml")))
    assert linked == {"dead", "messages"} and linked <= set(re.findall(r"name: '(\w+)'", read("src", "admin", "dashboard", "app.js")))


def test_the_scrape_configuration():
    promtool("check", "config", CONFIGURATION)
    promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)


def test_counters_begin_anew_and_gauges_do_not():
    """Prometheus takes a counter that falls for a restart; what the queue holds is told from the queue."""
    with Mock() as api, Home(api.url) as home:
        listen = f"127.0.0.1:{free_port()}"
        home.configure(api.url, serve__listen=listen, serve__rate="0", **FAST)
        api.rules({"products": [2], "status": 422})
        for turn in range(2):
            child = home.start("serve")
            wait_for(lambda: home.call("GET", "/v1/status")[1].get("working"), what="serve")
            if turn == 0:
                home.call("POST", "/v1/products", (product(1) + "\n" + product(2)).encode())
            wait_for(lambda: home.counts()["done"] == 1 == home.counts()["dead"], what="the deliveries")
            text = get(f"http://{listen}/metrics")
            child.terminate()
            assert child.wait(20) == 0
            assert f'productsync_messages_delivered_total{{destination="default"}} {1 - turn}\n' in text
            assert f'productsync_messages_dead_total{{destination="default"}} {1 - turn}\n' in text
            assert 'productsync_messages{destination="default",state="dead"} 1\n' in text
            assert 'productsync_last_success_timestamp_seconds{destination="default"} 1' in text
