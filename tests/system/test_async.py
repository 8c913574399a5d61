"""`async`: requests side by side, outcomes as they come, a few retries in memory."""
import json
import re
import signal
import time

from harness import Ear, Home, Mock, Server, answer, product, products, wait_for

FAST = {"retry__backoff": "50ms", "retry__jitter_max": "0ms"}


def test_requests_run_side_by_side():
    with Mock("--latency", "200ms") as api, Home(api.url) as home:
        began = time.monotonic()
        lines = home.run("async", input=products(1, 60)).stdout.splitlines()
        assert time.monotonic() - began < 6  # one after the other they take 12 s
        assert sorted(int(line.split()[0]) for line in lines[:-1]) == list(range(1, 61))
        assert all(re.fullmatch(r"\d+  201  \d+ ms  delivered", line) for line in lines[:-1])
        assert lines[-1] == "60 delivered, 0 not delivered, 0 refused as input"
        assert api.summary()["effects"] == 60


def test_it_begins_with_all_it_may_have_in_flight():
    with Mock("--latency", "9s") as api, Home(api.url) as home:
        child = home.start("async")
        child.stdin.write(products(1, 60))
        child.stdin.flush()
        wait_for(lambda: api.summary()["requests"] == 32, 5, "work.concurrency requests before the first answer")


def turns(child):
    """How often a process has waited so far."""
    with open(f"/proc/{child.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("voluntary_ctxt_switches"))


def test_it_sends_while_its_input_is_open():
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"products": [2], "first": 1, "status": 503})
        child = home.start("async")
        said = Ear(child.stdout)
        for number in (1, 2):
            child.stdin.write(product(number) + "\n")
            child.stdin.flush()
            said.wait_for(f"{number}  201", 5)  # with its retry
        wait_for(lambda: home.events("async.log", product=2, outcome="delivered"), 5, "the log's line")
        before = turns(child)
        time.sleep(0.5)
        assert turns(child) - before < 5  # with nothing to do it does nothing
        child.stdin.write(product(3))
        child.stdin.close()
        assert child.wait(10) == 0
        said.wait_for("3 delivered, 0 not delivered, 0 refused as input")


def test_an_outcome_is_reported_as_it_comes():
    with Mock() as api, Home(api.url, work__adaptive="no") as home:
        api.rules({"products": [1], "latency": "400ms"})
        lines = home.run("async", input=products(1, 20)).stdout.splitlines()
        assert lines[0].split()[0] != "1" and lines[-2].split()[0] == "1"


def test_two_more_tries():
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"products": [1], "first": 2, "status": 503}, {"products": [2], "status": 500})
        done = home.run("async", input=products(1, 3), code=1)
        lines = {line.split()[0]: line for line in done.stdout.splitlines()[:-1]}
        assert "201" in lines["1"] and "delivered after a retry" in lines["1"]
        assert "500" in lines["2"] and "failed" in lines["2"]
        assert "2 delivered, 1 not delivered" in done.stdout
        assert [api.ledger(n)["requests"] for n in (1, 2, 3)] == [3, 3, 1]


def test_no_more_tries_than_told():
    with Mock("--fail", "500") as api, Home(api.url, async__retries="0", **FAST) as home:
        home.run("async", input=product(1), code=1)
        assert api.summary()["requests"] == 1


def test_the_same_key_at_every_try():
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"first": 1, "reset": "after"})
        home.run("async", input=products(1, 20))
        summary = api.summary()
        assert summary["effects"] == 20 and summary["repeated"] == 0 and summary["replays"] == 20


def test_a_refusal_is_not_tried_again():
    with Mock("--poison", "2") as api, Home(api.url, **FAST) as home:
        home.run("async", input=products(1, 3), code=1)
        assert api.ledger(2)["requests"] == 1


def test_the_log_has_every_attempt():
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"first": 2, "status": 503})
        home.run("async", input=product(9))
        events = home.events("async.log", product=9)
        assert [(e["attempt"], e["status"], e["event"]) for e in events] == \
            [(1, 503, "retry"), (2, 503, "retry"), (3, 201, "delivered")]
        assert len({e["key"] for e in events}) == 1 and all("latency_ms" in e for e in events)
        assert [e["outcome"] for e in events] == ["retry", "retry", "delivered"]
        assert 30 <= events[0]["retry_in_ms"] <= 50


def test_the_log_tells_a_retry_from_the_end_of_them():
    with Mock("--fail", "503") as api, Home(api.url, **FAST) as home:
        home.run("async", input=product(9), code=1)
        events = home.events("async.log", product=9)
        assert [e["outcome"] for e in events] == ["retry", "retry", "failed"]
        assert ["retry_in_ms" in e for e in events] == [True, True, False]


def test_the_log_as_json():
    with Mock() as api, Home(api.url, log__format="json") as home:
        home.run("async", input=product(9))
        event = json.loads(home.log("async.log"))
        assert event["event"] == "delivered" and event["product"] == 9


def test_retry_after_holds_the_whole_destination():
    times = []

    def respond(*_):
        times.append(time.monotonic())
        return answer(429, Retry_After=1) if len(times) == 1 else answer(201)

    with Server(respond) as api, Home(api.url, work__concurrency="1", **FAST) as home:
        home.run("async", input=products(1, 3))
        assert len(times) == 4
        assert times[1] - times[0] >= 1.0


def test_a_long_retry_after_is_not_waited_for():
    with Mock("--throttle", "3600") as api, Home(api.url, work__concurrency="2") as home:
        began = time.monotonic()
        done = home.run("async", input=products(1, 50), code=1)
        assert time.monotonic() - began < 5
        assert "0 delivered, 50 not delivered" in done.stdout and "asks to wait 3600 s" in done.stdout
        assert api.summary()["requests"] <= 2


def test_an_interrupt_finishes_what_is_in_flight():
    with Mock("--latency", "500ms") as api, Home(api.url, work__concurrency="4", work__adaptive="no") as home:
        child = home.start("async", "--json")
        child.stdin.write(products(1, 200))
        child.stdin.close()
        wait_for(lambda: api.summary()["requests"] >= 4, what="four requests")
        child.send_signal(signal.SIGINT)
        assert child.wait(10) == 1
        lines = [json.loads(line) for line in child.stdout.read().splitlines()]
        summary = lines.pop()["summary"]
        assert summary["stopped"] is True and summary["delivered"] == api.summary()["effects"] >= 4
        assert all(line["outcome"] == "not sent" and line["tries"] == 0 for line in lines if not line["delivered"])


def test_an_interrupt_ends_the_waiting_for_retries():
    with Mock("--fail", "503") as api, Home(api.url, retry__backoff="30s") as home:
        child = home.start("async")
        child.stdin.write(products(1, 3))
        child.stdin.close()
        wait_for(lambda: api.summary()["requests"] >= 3, what="three requests")
        child.send_signal(signal.SIGINT)
        assert child.wait(10) == 1
        assert "0 delivered, 3 not delivered" in child.stdout.read()


def test_two_versions_of_a_product_arrive_in_order():
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"products": [1], "first": 1, "status": 503})
        home.run("async", input=product(1, "old") + "\n" + product(1, "new") + "\n" + product(2))
        assert "new" in json.dumps(api.ledger(1)) and api.ledger(1)["effects"] == 2
        assert [e["event"] for e in home.events("async.log", product=1)] == ["retry", "delivered", "delivered"]


def test_several_destinations_do_not_wait_for_each_other():
    with Mock() as good, Mock("--fail", "503") as bad, Home() as home:
        home.configure(text=f"[destination good]\nurl = {good.url}\ntoken = test-token-4711\n"
                            f"[destination bad]\nurl = {bad.url}\ntoken = test-token-4711\n", **FAST)
        done = home.run("async", "--json", input=products(1, 20), code=1)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert lines[-1]["summary"]["delivered"] == 20 and lines[-1]["summary"]["failed"] == 20
        assert all(line["delivered"] == (line["destination"] == "good") for line in lines[:-1])
        assert good.summary()["effects"] == 20 and bad.summary()["requests"] == 60


def test_refused_lines_and_quiet():
    with Mock() as api, Home(api.url) as home:
        done = home.run("async", "--quiet", input=product(1) + '\n{"id":2,"name":"","price":1,"stock":1}\n', code=1)
        assert done.stdout == "" and "standard input:2: name" in done.stderr
        assert api.summary()["effects"] == 1
