"""Killed, or told to stop, at any moment: nothing is lost and nothing takes effect twice."""
import json
import os
import random
import signal
import threading
import time

from harness import Home, Mock, products, wait_for

FAST = {"retry__backoff": "50ms", "retry__jitter_max": "20ms", "breaker__cool_off": "50ms"}


def test_a_hundred_kills_during_a_drain():
    """kill -9 at every hundredth part of the work, each tenth of them while the process is still starting."""
    total, kills = 20000, 100
    chance = random.Random(7)
    with Mock() as api, Home(api.url, **FAST) as home:
        assert f"{total:,} put" in home.run("produce", input=products(1, total)).stdout
        api.rules({"latency": "1ms-30ms"}, {"probability": 0.02, "reset": "after"},
                  {"probability": 0.02, "reset": "before"})
        effects = 0
        for kill in range(kills):
            worker = home.start("work")
            if kill % 10 == 0:
                time.sleep(chance.uniform(0, 0.05))
            else:
                goal = effects + total // kills - 20
                effects = wait_for(lambda: (now := api.summary()["effects"]) >= goal and now, 30, f"effect {goal}")
            assert worker.poll() is None, worker.stderr.read()
            worker.kill()
            worker.wait()
        assert effects < total, "the drain was over before the last kill"
        api.rules()
        home.run("work", "--drain")
        summary = api.summary()
        assert summary["repeated"] == 0 and summary["effects"] == total and summary["violations"] == 0
        counts = home.counts()
        assert counts["done"] == total
        assert counts["ready"] == counts["in_flight"] == counts["delayed"] == counts["dead"] == 0
        home.run("queue", "check")


def put_until_killed(home, first, answered):
    """Puts through the owner's socket, three a request; notes what was answered "new"."""
    for number in range(first, first + 3000, 3):
        status, answer = home.call("POST", "/v1/products", products(number, number + 2).encode())
        if status != 200:
            return
        answered.extend(p["product"] for p in answer["products"] if p["outcome"] == "new")


def test_what_was_answered_as_put_is_there_after_a_kill():
    with Mock() as api, Home(api.url) as home:
        answered = []
        for round_number in range(5):
            owner = home.start("produce")  # it waits for its input, and serves the socket meanwhile
            wait_for(lambda: home.call("GET", "/v1/owner")[0] == 200, what="an owner")
            before = len(answered)
            starts = [1 + 100000 * round_number + 10000 * n for n in range(4)]
            threads = [threading.Thread(target=put_until_killed, args=(home, first, answered)) for first in starts]
            for thread in threads:
                thread.start()
            wait_for(lambda: len(answered) > before + 200, what="200 puts")
            owner.kill()
            owner.wait()
            for thread in threads:
                thread.join()
        home.run("work", "--drain")
        delivered = {p["id"] for p in api.ledger()["products"] if p["effects"] == 1}
        assert not set(answered) - delivered
        assert api.summary()["repeated"] == 0


def test_a_killed_produce_is_given_the_file_again():
    with Mock() as api, Home(api.url) as home:
        path = os.path.join(home.folder, "many.ndjson")
        with open(path, "w") as f:
            f.write(products(1, 30000))
        produce = home.start("produce", path)
        wait_for(lambda: home.call("GET", "/v1/status")[1].get("total", {}).get("ready", 0) > 1000, what="1000 queued")
        produce.kill()
        produce.wait()
        there = home.counts()["ready"]
        assert 1000 < there < 30000
        summary = home.json("produce", path)["summary"]
        assert summary["known"] == there and summary["put"] == 30000 - there


def slow_worker(api, home, latency):
    """A worker with eight requests in flight that take `latency`."""
    api.rules({"latency": latency})
    worker = home.worker()
    wait_for(lambda: home.call("GET", "/v1/status")[1]["total"]["in_flight"] >= 8, what="8 in flight")
    return worker


def check_stop(signal_number):
    with Mock() as api, Home(api.url, work__concurrency=8, work__adaptive="no") as home:
        home.run("produce", input=products(1, 200))
        worker = slow_worker(api, home, "700ms")
        wait_for(lambda: api.summary()["requests"] >= 8, what="8 requests")
        worker.send_signal(signal_number)
        assert worker.wait(10) == 0
        seen = api.summary()
        assert 8 <= seen["effects"] == seen["requests"] < 40, "what was in flight is finished, nothing new is taken"
        counts = home.counts()
        assert counts["done"] == seen["effects"] and counts["ready"] == 200 - seen["effects"]
        assert counts["delayed"] == counts["dead"] == 0
        assert not os.path.exists(home.socket)


def test_sigterm_finishes_what_is_in_flight():
    check_stop(signal.SIGTERM)


def test_sigint_finishes_what_is_in_flight():
    check_stop(signal.SIGINT)


def test_grace_bounds_what_is_waited_for():
    with Mock() as api, Home(api.url, work__concurrency=8, work__adaptive="no", work__grace="300ms") as home:
        home.run("produce", input=products(1, 50))
        worker = slow_worker(api, home, "4s")
        begun = time.monotonic()
        worker.terminate()
        assert worker.wait(5) == 0
        assert 0.25 < time.monotonic() - begun < 3
        counts = home.counts()
        assert counts["ready"] + counts["delayed"] == 50, "what was not finished is queued as before"
        api.rules()
        home.run("work", "--drain")
        # The requests that were cut off still take effect there; the same keys again did no harm.
        wait_for(lambda: api.summary()["effects"] == 50, what="50 effects")
        assert api.summary()["repeated"] == 0


def test_a_second_signal_stops_at_once_and_loses_nothing():
    with Mock() as api, Home(api.url, work__concurrency=8, work__adaptive="no") as home:
        home.run("produce", input=products(1, 50))
        worker = slow_worker(api, home, "4s")
        worker.terminate()
        wait_for(lambda: home.call("GET", "/v1/status")[0] in (0, 200), what="an answer")
        time.sleep(0.1)  # two signals of a kind that come at once are one
        begun = time.monotonic()
        worker.send_signal(signal.SIGINT)
        assert worker.wait(3) == 0
        assert time.monotonic() - begun < 2
        counts = home.counts()
        assert counts["ready"] + counts["delayed"] == 50
        api.rules()
        home.run("work", "--drain")
        # The requests that were cut off still take effect there; the same keys again did no harm.
        wait_for(lambda: api.summary()["effects"] == 50, what="50 effects")
        assert api.summary()["repeated"] == 0


def test_produce_told_to_stop_says_what_it_put():
    with Mock() as api, Home(api.url) as home:
        produce = home.start("produce", "--json")
        produce.stdin.write(products(1, 5000))
        produce.stdin.flush()
        wait_for(lambda: home.call("GET", "/v1/status")[1].get("total", {}).get("ready", 0) >= 4096, what="most queued")
        produce.terminate()
        time.sleep(0.2)  # so that the signal comes before the next line
        out, _ = produce.communicate(products(5001, 5002), timeout=20)
        summary = json.loads(out.strip().split("\n")[-1])["summary"]
        assert summary["stopped"] and produce.returncode == 1
        assert 5000 <= home.counts()["ready"] == summary["put"] < 5002
