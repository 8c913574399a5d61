"""work --drain: ends when nothing more can be done, and says what waits and until when."""
import re
import time
from datetime import datetime, timedelta, timezone

from harness import Home, Mock, free_port, product, products


def drain(home, *args, **kw):
    begun = time.monotonic()
    done = home.run("work", "--drain", *args, **kw)
    return done, time.monotonic() - begun


def due_in(text):
    """How far the time in a line lies ahead."""
    found = re.search(r"(?:until|trial at) (\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)", text)
    assert found, text
    due = datetime.fromisoformat(f"{found[1]} {found[2]}").replace(tzinfo=timezone.utc)
    return due - datetime.now(timezone.utc)


def test_an_empty_queue_is_drained_at_once():
    with Mock() as api, Home(api.url) as home:
        done, took = drain(home)
        assert "0 delivered" in done.stdout and took < 3


def test_everything_delivered_is_0():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=products(1, 300))
        done, _ = drain(home)
        assert "300 delivered" in done.stdout
        assert api.summary()["effects"] == 300
        assert home.counts()["done"] == 300


def test_dead_letters_do_not_wait():
    with Mock() as api, Home(api.url) as home:
        api.rules({"products": [2], "status": 422})
        home.run("produce", input=products(1, 5))
        done, _ = drain(home)
        assert "1 dead" in done.stdout and "productsync dead list" in done.stdout


def test_what_is_due_within_drain_wait_is_waited_for():
    with Mock() as api, Home(api.url, retry__backoff="300ms") as home:
        api.rules({"first": 1, "status": 503})
        home.run("produce", input=products(1, 3))
        _, took = drain(home)
        assert took > 0.3
        assert api.summary()["effects"] == 3


def test_what_is_due_later_is_not_waited_for():
    with Mock() as api, Home(api.url, work__drain_wait="1s", retry__backoff="1h", retry__backoff_max="1h") as home:
        api.rules({"products": [2], "status": 500})
        home.run("produce", input=products(1, 5))
        done, took = drain(home, code=1)
        assert took < 4
        assert "4 delivered" in done.stdout
        line = next(line for line in done.stdout.split("\n") if line.startswith("default:"))
        assert "1 wait" in line and "due later" in line
        assert timedelta(minutes=55) < due_in(line) < timedelta(minutes=65)


def test_a_throttled_destination_is_not_waited_for():
    with Mock() as api, Home(api.url, work__drain_wait="1s") as home:
        api.rules({"status": 429, "retry_after": 3000})
        home.run("produce", input=products(1, 5))
        done, took = drain(home, code=1)
        assert took < 4
        line = next(line for line in done.stdout.split("\n") if line.startswith("default:"))
        assert "5 wait" in line
        assert timedelta(minutes=45) < due_in(line) < timedelta(minutes=55)


def test_an_open_breaker_is_not_waited_for():
    with Home(f"http://127.0.0.1:{free_port()}/products", work__drain_wait="1s", retry__backoff="1m",
              breaker__failures=2, breaker__cool_off="2m") as home:
        home.run("produce", input=products(1, 5))
        done, took = drain(home, code=1)
        assert took < 8
        line = next(line for line in done.stdout.split("\n") if line.startswith("default:"))
        assert "5 wait" in line
        assert due_in(line) > timedelta(seconds=30)


def test_a_suspended_destination_is_not_waited_for():
    with Mock() as api, Home(api.url, token="wrong", retry__backoff="50ms") as home:
        home.run("produce", input=products(1, 5))
        done, took = drain(home, code=1)
        assert took < 10
        line = next(line for line in done.stdout.split("\n") if line.startswith("default:"))
        assert "5 wait" in line and "destination resume" in line and "401" in line
        for said in ("status", "destination list"):
            line = next(line for line in home.run(*said.split()).stdout.split("\n") if line.startswith("default:"))
            assert line.startswith("default: suspended: it refuses") and line.count("suspended") == 1
        assert api.summary()["effects"] == 0
        home.configure(api.url)
        home.run("destination", "resume", "default")
        drain(home)
        assert api.summary()["effects"] == 5


def test_a_paused_destination_is_not_waited_for():
    with Mock() as api, Home(api.url) as home:
        home.run("destination", "pause", "default", "--reason", "stock-taking until noon")
        home.run("produce", input=products(1, 5))
        done, took = drain(home, code=1)
        assert took < 4
        assert "default: 5 wait until `destination resume`: stock-taking until noon" in done.stdout
        assert api.summary()["requests"] == 0
        home.run("destination", "resume", "default")
        drain(home)
        assert api.summary()["effects"] == 5


def test_an_orphaned_destination_is_not_waited_for():
    with Mock() as api, Home() as home:
        two = f"[destination old]\nurl = {api.url}\nauth = none\n"
        home.configure(api.url, text=two)
        home.run("produce", input=products(1, 4))
        home.configure(api.url)
        done, took = drain(home, code=1)
        assert took < 4
        assert "old: 4 wait until it is configured again" in done.stdout
        assert "4 delivered" in done.stdout
        status = home.json("status")
        assert {d["name"]: d["orphaned"] for d in status["destinations"]} == {"default": False, "old": True}


def test_what_is_left_in_json():
    with Mock() as api, Home(api.url) as home:
        home.run("destination", "pause", "default")
        home.run("produce", input=product(1))
        answer = home.json("work", "--drain", code=1)
        assert answer["delivered"] == 0
        assert [(d["destination"], d["waiting"]) for d in answer["left"]] == [("default", 1)]


def test_quiet_says_nothing_when_all_is_well():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=product(1))
        done, _ = drain(home, "--quiet")
        assert done.stdout == done.stderr == ""
