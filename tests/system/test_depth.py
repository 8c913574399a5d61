"""Whoever looks does not wait, however much is queued, and looking costs no memory."""
import time

from harness import SANITIZED, Home, most_memory_mb, products

QUEUED = 100000
ANSWERS = ("/v1/status", "/v1/figures", "/v1/destinations", "/v1/dead/groups", "/v1/messages", "/v1/messages?state=ready",
           "/v1/messages?destination=default", "/v1/messages?product=77", "/v1/config")


def fastest_ms(home, target):
    times = []
    for _ in range(5):
        begun = time.monotonic()
        assert home.call("GET", target)[0] == 200
        times.append(time.monotonic() - begun)
    return min(times) * 1000


def test_answers_do_not_grow_with_the_queue():
    with Home("http://127.0.0.1:9/products") as home:
        home.run("produce", "--quiet", input=products(1, QUEUED))
        home.run("destination", "pause", "default")
        worker = home.worker()
        slow = {target: ms for target in ANSWERS if (ms := fastest_ms(home, target)) > (500 if SANITIZED else 50)}
        assert not slow
        assert SANITIZED or most_memory_mb(worker) < 30
