"""Batches: fixed before they are sent, the same again until an answer comes, and one bad product harms no other."""
import hashlib
import json
import threading
import time

import pytest

from harness import Home, Mock, Server, answer, product, products, wait_for

FAST = {"retry__backoff": "20ms", "retry__backoff_max": "200ms", "retry__jitter_max": "0ms",
        "retry__budget_percent": "100", "http__timeout": "5s", "work__drain_wait": "10s",
        "breaker__cool_off": "20ms", "breaker__cool_off_max": "50ms", "batch__size": "10", "batch__linger": "20ms"}
ONE = {"work__concurrency": "1"}


def deliver(home, input, code=0):
    home.run("produce", input=input)
    home.run("work", "--drain", code=code)


def members(request):
    """The product ids of a request, which is an object or an array."""
    body = json.loads(request.body)
    return [item["id"] for item in body] if isinstance(body, list) else [body["id"]]


def key(request):
    return request.fields["idempotency-key"]


def finished(home, done, dead=0):
    counts = home.counts()
    assert (counts["done"], counts["dead"]) == (done, dead)


# ---- form ----

def test_what_a_batch_looks_like():
    with Server(answer(200)) as api, Home(api.url, **FAST, **ONE) as home:
        deliver(home, products(1, 25))
        assert [len(members(r)) for r in api.requests] == [10, 10, 5]
        assert sorted(n for r in api.requests for n in members(r)) == list(range(1, 26))
        finished(home, 25)
        first = api.requests[0]
        messages = [home.message(n) for n in members(first)]
        assert first.body.decode() == "[" + ",".join(product(n) for n in members(first)) + "]"
        keys = "\n".join(m["key"] for m in messages)
        assert key(first) == "batch:" + hashlib.sha256(keys.encode()).hexdigest()[:32]
        assert len({m["key"] for m in messages}) == 10


def test_one_message_goes_as_it_would_without_batches():
    with Server(answer(201)) as api, Home(api.url, **FAST) as home:
        deliver(home, product(7))
        assert api.requests[0].body.decode() == product(7) and key(api.requests[0]).startswith("product:7:")


def test_off_by_default():
    with Mock() as api, Home(api.url) as home:
        deliver(home, products(1, 30))
        assert api.summary()["requests"] == 30


def test_a_batch_waits_to_fill_and_not_longer():
    with Server(answer(200)) as api, Home(api.url, **{**FAST, "batch__linger": "400ms"}, **ONE) as home:
        worker = home.worker()
        began = time.monotonic()
        home.run("produce", input=product(1))
        home.run("produce", input=product(2))
        wait_for(lambda: home.counts()["done"] == 2, what="both")
        assert time.monotonic() - began >= 0.4
        assert [members(r) for r in api.requests] == [[1, 2]]
        worker.terminate()
        assert worker.wait(20) == 0


def test_a_batch_has_a_largest_size_in_bytes():
    settings = {**FAST, "batch__size": "1000", "batch__max_bytes": "1KB"}
    with Server(answer(200)) as api, Home(api.url, **settings) as home:
        deliver(home, products(1, 100))
        assert max(len(r.body) for r in api.requests) <= 1024
        assert len(api.requests) < 20
        finished(home, 100)


def test_a_batch_holds_one_message_a_product():
    with Server(answer(200)) as api, Home(api.url, **FAST) as home:
        deliver(home, "".join(product(n, f"version {v}") + "\n" for v in range(3) for n in (1, 2, 3)))
        assert all(len(set(members(r))) == len(members(r)) for r in api.requests)
        names = [item["name"] for r in api.requests for item in
                 (lambda b: b if isinstance(b, list) else [b])(json.loads(r.body)) if item["id"] == 2]
        assert names == ["version 0", "version 1", "version 2"]


# ---- answers item by item ----

@pytest.mark.parametrize("form", ["207", "200"])
def test_items_are_settled_one_by_one(form):
    with Mock("--batch", form, "--poison", "3,17") as api, Home(api.url, **FAST) as home:
        deliver(home, products(1, 40))
        summary = api.summary()
        assert summary["requests"] == 4 and summary["effects"] == 38 and summary["repeated"] == 0
        finished(home, 38, 2)
        group, = home.json("dead", "list")["groups"]
        assert group["status"] == 422 and group["count"] == 2
        assert home.message(3)["state"] == home.message(17)["state"] == "dead"
        assert len(home.message(3)["history"]) == 1


def test_an_item_that_failed_is_tried_again_alone():
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"products": [4], "first": 2, "status": 503})
        deliver(home, products(1, 10))
        assert [a["status"] for a in home.message(4)["history"]] == [503, 503, 201]
        assert all(api.ledger(n)["requests"] == (3 if n == 4 else 1) for n in range(1, 11))
        summary = api.summary()
        assert summary["effects"] == 10 and summary["repeated"] == 0


def test_an_item_that_always_fails_is_dead_after_five():
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"products": [4], "status": 500})
        deliver(home, products(1, 100))
        finished(home, 99, 1)
        assert [(a["status"], a["counted"]) for a in home.message(4)["history"]] == [(500, True)] * 5
        assert api.summary()["repeated"] == 0


# ---- answers to the whole ----

@pytest.mark.parametrize("bad", [[1], [13, 17], [5, 6, 7, 8, 40]])
def test_a_refused_batch_is_split_until_the_bad_product_is_found(bad):
    with Mock("--batch", "whole", "--poison", ",".join(map(str, bad))) as api, Home(api.url, **FAST) as home:
        deliver(home, products(1, 40))
        finished(home, 40 - len(bad), len(bad))
        assert {m["product"] for m in home.dead()} == set(bad)
        summary = api.summary()
        assert summary["effects"] == 40 - len(bad) and summary["repeated"] == 0
        assert summary["requests"] <= 4 + 8 * len(bad)  # halves, not one by one


def test_a_product_that_makes_the_server_fail_takes_no_other_down():
    with Mock("--batch", "whole") as api, Home(api.url, **FAST) as home:
        api.rules({"products": [7], "status": 500})
        deliver(home, products(1, 40))
        finished(home, 39, 1)
        assert home.message(7)["state"] == "dead"
        assert sum(a["counted"] for a in home.message(7)["history"]) == 5
        summary = api.summary()
        assert summary["effects"] == 39 and summary["repeated"] == 0


def test_a_batch_too_many_is_the_same_batch_again():
    asked = []

    def respond(request, _):
        asked.append(time.monotonic())
        return answer(429, Retry_After=1) if len(asked) == 1 else answer(200)

    with Server(respond) as api, Home(api.url, **FAST, **ONE) as home:
        deliver(home, products(1, 10))
        first, second = api.requests
        assert key(first) == key(second) and first.body == second.body
        assert asked[1] - asked[0] >= 1.0
        finished(home, 10)


# ---- no answer ----

def test_without_an_answer_the_same_batch_goes_again():
    def respond(request, _):
        return b"" if sum(key(r) == key(request) for r in api.requests) < 3 else answer(200)

    with Server(respond) as api, Home(api.url, **FAST) as home:
        deliver(home, products(1, 40))
        batches = {}
        for r in api.requests:
            batches.setdefault(key(r), []).append(r.body)
        assert len(batches) == 4
        assert all(len(bodies) == 3 and len(set(bodies)) == 1 for bodies in batches.values())
        finished(home, 40)


def test_the_same_batch_after_kill_9():
    asked, end = threading.Event(), threading.Event()

    def respond(*_):
        if asked.is_set():
            return answer(200)
        asked.set()
        end.wait(30)
        return b""

    with Server(respond) as api, Home(api.url, **{**FAST, "batch__linger": "300ms"}, **ONE) as home:
        home.run("produce", input=products(1, 7))
        worker = home.worker()
        assert asked.wait(20)
        worker.kill()
        worker.wait()
        end.set()
        home.run("produce", input=products(101, 103))  # would fit in
        home.run("work", "--drain")
        first, second, *rest = sorted(api.requests, key=lambda r: members(r)[0])
        assert members(first) == list(range(1, 8)) and sorted(members(first)) == members(first)
        assert key(first) == key(second) and first.body == second.body
        assert [members(r) for r in rest] == [[101, 102, 103]]
        finished(home, 10)


def test_kill_9_in_the_middle_of_many_batches():
    with Mock("--latency", "20ms-60ms", "--batch", "207") as api, Home(api.url, **FAST) as home:
        home.run("produce", input=products(1, 1000))
        for target in (100, 300, 500):
            worker = home.worker()
            wait_for(lambda: api.summary()["effects"] >= target, what=f"{target} effects")
            worker.kill()
            worker.wait()
        home.run("work", "--drain")
        summary = api.summary()
        assert (summary["delivered"], summary["effects"], summary["repeated"]) == (1000, 1000, 0)
        finished(home, 1000)


def test_larger_batches_are_delivered_after_the_size_was_lowered():
    asked, end = threading.Event(), threading.Event()

    def respond(*_):
        if asked.is_set():
            return answer(200)
        asked.set()
        end.wait(30)
        return b""

    with Server(respond) as api, Home(api.url, **{**FAST, "batch__size": "50"}, **ONE) as home:
        home.run("produce", input=products(1, 50))
        worker = home.worker()
        assert asked.wait(20)
        worker.kill()
        worker.wait()
        end.set()
        home.run("produce", input=products(101, 400))
        home.configure(api.url, **{**FAST, "batch__size": "1"}, **ONE)
        home.run("work", "--drain")
        first, second, *rest = api.requests
        assert len(members(first)) == 50 and key(first) == key(second) and first.body == second.body
        assert sorted(members(r) for r in rest) == [[n] for n in range(101, 401)]
        finished(home, 350)


# ---- everything at once ----

BAD_NETWORK = [{"probability": 0.15, "reset": "after"}, {"probability": 0.1, "half": True},
               {"probability": 0.1, "status": 408}]
BAD_SERVER = [{"probability": 0.3, "status": 503}, {"probability": 0.1, "reset": "before"}]
BAD_BOTH = [{"probability": 0.15, "reset": "after"}, {"probability": 0.1, "half": True},
            {"probability": 0.1, "status": 503}, {"probability": 0.05, "status": 500}]


@pytest.mark.parametrize("form", ["207", "whole"])
@pytest.mark.parametrize("trouble", [BAD_NETWORK, BAD_SERVER, BAD_BOTH], ids=["network", "server", "both"])
def test_each_product_once_whatever_happens(form, trouble):
    """With so many attempts that none of the good ones is given up."""
    with Mock("--batch", form) as api, Home(api.url, retry__attempts="100", **FAST) as home:
        api.rules({"latency": "0ms-5ms"}, {"products": [50, 51, 777], "status": 422}, *trouble, seed=11)
        deliver(home, products(1, 1000))
        finished(home, 997, 3)
        summary = api.summary()
        assert (summary["effects"], summary["delivered"], summary["repeated"]) == (997, 997, 0)
        assert {m["product"] for m in home.dead()} == {50, 51, 777}
