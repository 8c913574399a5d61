"""Messages of one product arrive in the order they were put; others wait for nobody."""
import collections
import json
import random
import threading
import time

from harness import Home, Mock, Server, answer, product, products, wait_for

FAST = {"retry__backoff": "20ms", "retry__jitter_max": "0ms", "retry__budget_percent": "100", "http__timeout": "5s",
        "breaker__cool_off": "20ms", "breaker__cool_off_max": "50ms", "work__drain_wait": "10s"}


class Recorder:
    """An API that remembers what it took, in order; `fails` decides which requests it answers with 503."""

    def __init__(self, fails):
        self.fails, self.taken, self.lock = fails, collections.defaultdict(list), threading.Lock()

    def __call__(self, request, _):
        item = json.loads(request.body)
        if self.fails(item):
            return answer(503)
        with self.lock:
            self.taken[item["id"]].append(item["name"])
        return answer(201)


def versions(number, n):
    return "".join(product(number, f"version {v}") + "\n" for v in range(n))


def test_the_second_waits_for_the_retries_of_the_first():
    left = {"version 0": 4}

    def fails(item):
        left[item["name"]] = left.get(item["name"], 0) - 1
        return item["id"] == 1 and left[item["name"]] >= 0

    api = Recorder(fails)
    with Server(api) as server, Home(server.url, **FAST) as home:
        home.run("produce", input=versions(1, 3) + products(2, 30))
        home.run("work", "--drain")
        assert api.taken[1] == ["version 0", "version 1", "version 2"]
        events = home.events(event="delivered")
        assert len(events) == 32
        # the others were not held up: all of them came before product 1's second version
        order = [e["product"] for e in events]
        second = [i for i, number in enumerate(order) if number == 1][1]
        assert set(range(2, 31)) <= set(order[:second])


def test_in_order_at_random():
    chance, lock = random.Random(7), threading.Lock()

    def fails(_):
        with lock:
            return chance.random() < 0.3

    api = Recorder(fails)
    with Server(api) as server, Home(server.url, retry__attempts="100", **FAST) as home:
        home.run("produce", input="".join(product(n, f"version {v}") + "\n" for v in range(5) for n in range(1, 41)))
        home.run("work", "--drain")
        assert home.counts()["done"] == 200
        for number in range(1, 41):
            assert api.taken[number] == [f"version {v}" for v in range(5)]


def test_in_flight_too():
    api = Recorder(lambda item: False)

    def slowly(request, connection):
        if b"version 0" in request.body:
            time.sleep(0.3)  # its answer's latency
        return api(request, connection)

    with Server(slowly) as server, Home(server.url, work__adaptive="no", **FAST) as home:
        home.run("produce", input=versions(1, 3))
        home.run("work", "--drain")
        assert api.taken[1] == ["version 0", "version 1", "version 2"]


def test_a_restart_forgets_no_order():
    with Mock() as api, Home(api.url, **{**FAST, "retry__backoff": "1h", "retry__backoff_max": "2h"}) as home:
        api.rules({"products": [1], "status": 503})
        home.run("produce", input=product(1, "old"))
        home.run("work", "--drain", "--set", "work.drain_wait=0s", code=1)
        api.rules()
        home.run("produce", input=product(1, "new") + "\n" + product(2))
        done = home.run("work", "--drain", "--set", "work.drain_wait=0s", code=1)
        assert "default: 2 wait" in done.stdout
        assert api.ledger(1)["requests"] == 1 and api.ledger(2)["effects"] == 1
        waiting = home.message(1)
        assert waiting["state"] == "ready" and waiting["waits_for_turn"] is True


def test_a_dead_letter_frees_its_product():
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"products": [1], "first": 1, "status": 422})
        home.run("produce", input=product(1, "old") + "\n" + product(1, "new"))
        home.run("work", "--drain")
        assert home.counts() | {"done": 1, "dead": 1} == home.counts()
        assert "new" in json.dumps(api.ledger(1))
        # the old one must not overwrite the new one, unless by force
        refused = home.run("dead", "retry", "--all", code=None)
        assert "--force" in refused.stdout + refused.stderr
        home.run("work", "--drain")
        assert api.ledger(1)["effects"] == 1 and home.counts()["dead"] == 1
        home.run("dead", "retry", "--all", "--force")
        home.run("work", "--drain")
        assert api.ledger(1)["effects"] == 2 and home.counts()["dead"] == 0


def test_destinations_do_not_wait_for_each_other():
    with Mock("--fail", "503") as bad, Mock() as good, Home() as home:
        home.configure(text=f"[destination bad]\nurl = {bad.url}\ntoken = test-token-4711\n"
                            f"[destination good]\nurl = {good.url}\ntoken = test-token-4711\n", **FAST)
        home.run("produce", input=versions(1, 3) + products(2, 50))
        worker = home.worker()
        wait_for(lambda: good.summary()["effects"] == 52, what="all at the good one")
        assert bad.summary()["effects"] == 0
        bad.rules()
        wait_for(lambda: bad.summary()["effects"] == 52, what="all at the bad one")
        worker.terminate()
        assert worker.wait(20) == 0
