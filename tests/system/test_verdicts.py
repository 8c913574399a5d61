"""What comes back, and what becomes of the message: docs/delivery.md row by row, from a real queue."""
import signal
import time

import pytest

from harness import Home, Mock, Server, answer, free_port, product, products, wait_for

# Everything quick; and as many retries as there are failures.
FAST = {"retry__backoff": "20ms", "retry__jitter_max": "0ms", "retry__budget_percent": "100",
        "breaker__cool_off": "20ms", "breaker__cool_off_max": "50ms", "work__drain_wait": "10s"}
ONE = {"work__concurrency": "1"}  # requests at a time


def drain(home, code=0, **settings):
    """`work --drain`; settings are section__key=value."""
    sets = [word for name, value in settings.items() for word in ("--set", f"{name.replace('__', '.')}={value}")]
    return home.run("work", "--drain", *sets, code=code)


def put(home, input):
    home.run("produce", input=input)


def tries(home, number):
    """(status, counted) of each attempt, oldest first."""
    return [(a["status"], a["counted"]) for a in home.message(number)["history"]]


def state(home, number):
    return home.message(number)["state"]


# ---- done ----

@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 299])
def test_any_2xx_is_success(status):
    with Mock("--fail", str(status)) as api, Home(api.url) as home:
        put(home, product(1))
        drain(home)
        assert state(home, 1) == "done" and tries(home, 1) == [(status, False)]
        assert api.summary()["requests"] == 1


# ---- tried again ----

@pytest.mark.parametrize("status, counted", [
    (408, False), (500, True), (501, True), (502, False), (503, False), (504, False), (404, False), (405, False),
    (301, False), (302, False), (307, False), (409, False), (401, False), (403, False),
])
def test_tried_again_until_it_works(status, counted):
    """Alone, a failure counts only where the API itself is at fault and the breaker is closed."""
    with Mock("--first", f"2:{status}") as api, Home(api.url, **FAST) as home:
        put(home, product(1))
        drain(home)
        assert tries(home, 1) == [(status, counted), (status, counted), (201, False)]
        assert state(home, 1) == "done"
        events = home.events(product=1)
        assert [e["event"] for e in events] == ["retry", "retry", "delivered"]
        assert [e["attempt"] for e in events] == [1, 2, 3] and len({e["key"] for e in events}) == 1
        assert api.summary()["effects"] == 1


def test_the_pause_doubles():
    times = []

    def respond(*_):
        times.append(time.monotonic())
        return answer(201 if len(times) == 4 else 500)

    with Server(respond) as api, Home(api.url, **{**FAST, "retry__backoff": "100ms"}) as home:
        put(home, product(1))
        drain(home)
        pauses = [b - a for a, b in zip(times, times[1:])]
        assert len(pauses) == 3
        for pause, expected in zip(pauses, (0.1, 0.2, 0.4)):
            assert expected <= pause < expected + 0.3


def test_nobody_listens():
    port = free_port()
    url = f"http://127.0.0.1:{port}/products"
    with Home(url, **FAST) as home:
        put(home, products(1, 3))
        done = drain(home, code=1, work__drain_wait="0s")
        assert "default: 3 wait" in done.stdout
        history = home.message(1)["history"]
        assert history[0]["status"] == 0 and not history[0]["counted"]
        assert history[0]["error"].startswith("connection refused")
        with Mock("--listen", f"127.0.0.1:{port}") as api:
            drain(home)
            assert api.summary()["effects"] == 3 and home.counts()["dead"] == 0


def test_no_answer_in_time():
    with Mock() as api, Home(api.url, http__timeout="200ms", **FAST) as home:
        api.rules({"first": 1, "latency": "2s", "status": 503})
        put(home, product(1))
        drain(home)
        first, second = home.message(1)["history"]
        assert first["status"] == 0 and first["error"].startswith("timed out") and first["latency_ms"] >= 190  # of two clocks
        assert second["status"] == 201


@pytest.mark.parametrize("rule", [
    {"status": 401}, {"status": 403}, {"status": 404}, {"status": 408}, {"status": 409}, {"status": 500},
    {"status": 502}, {"status": 302, "location": "https://elsewhere.example/"}, {"reset": "before"},
], ids=lambda rule: str(rule.get("status", "reset")))
def test_dead_after_five_failures_while_others_succeed(rule):
    with Mock() as api, Home(api.url, **{**FAST, "retry__backoff": "10ms"}, **ONE) as home:
        api.rules({"latency": "2ms"}, {"products": [2], **rule})
        put(home, products(1, 200))
        drain(home)
        counts = home.counts()
        assert (counts["done"], counts["dead"]) == (199, 1)
        history = home.message(2)["history"]
        assert sum(a["counted"] for a in history) == 5 and history[-1]["counted"]
        assert {a["status"] for a in history} == {rule.get("status", 0)}
        assert home.message(2)["state"] == "dead" and home.message(2)["attempts"] == 5


def test_attempts_is_a_setting():
    with Mock("--fail", "500") as api, Home(api.url, retry__attempts="2", **FAST) as home:
        put(home, product(1))
        drain(home)
        assert state(home, 1) == "dead" and tries(home, 1) == [(500, True)] * 2


def test_an_outage_kills_nothing():
    with Mock("--fail", "502") as api, Home(api.url, **FAST) as home:
        put(home, products(1, 20))
        worker = home.worker()
        wait_for(lambda: api.summary()["requests"] >= 60, what="60 requests in vain")
        assert home.counts()["dead"] == 0
        api.rules()
        wait_for(lambda: home.counts()["done"] == 20, what="the end of the outage")
        worker.terminate()
        assert worker.wait(20) == 0
        assert all(home.message(n)["attempts"] == 0 for n in range(1, 21))


# ---- the breaker ----

def test_the_breaker_opens_and_one_delivery_is_the_trial():
    with Mock() as api, Home(api.url, **{**FAST, "breaker__cool_off": "100ms", "breaker__cool_off_max": "1s"},
                             **ONE) as home:
        api.rules({"times": 7, "status": 503})
        put(home, products(1, 20))
        drain(home)
        log = home.log()
        assert log.count("breaker opened: 5 failures in a row") == 1
        assert log.count("breaker stays open: the trial failed") == 2
        assert log.count("breaker closed: the trial was delivered") == 1
        assert api.summary()["requests"] == 27 and api.summary()["effects"] == 20


def test_a_trial_never_counts():
    """Product 1 is the trial; since its first attempt another was delivered, so that else it would count."""
    answers = [502, 201, 502, 502, 502, 502]
    given = []

    def respond(*_):
        given.append(answers[len(given)] if len(given) < len(answers) else 201)
        return answer(given[-1])

    settings = {**FAST, "retry__backoff": "100ms", "breaker__failures": "3", "breaker__cool_off": "200ms",
                "breaker__cool_off_max": "200ms"}
    with Server(respond) as api, Home(api.url, **settings, **ONE) as home:
        put(home, products(1, 5))
        drain(home)
        assert "breaker stays open" in home.log() and home.counts()["done"] == 5
        assert tries(home, 1) == [(502, False), (502, False), (201, False)]
        assert tries(home, 3)[0] == (502, True)


def test_an_open_breaker_is_shown_with_its_reason():
    with Mock("--fail", "503") as api, Home(api.url, **{**FAST, "breaker__cool_off": "1h",
                             "breaker__cool_off_max": "1h"}) as home:
        put(home, products(1, 20))
        worker = home.worker()
        shown = wait_for(lambda: (lambda d: d if d["state"] == "open" else None)(home.destination()), what="open")
        assert "breaker open" in shown["words"] and "503" in shown["words"] and shown["until"]
        n = api.summary()["requests"]
        put(home, product(99))
        time.sleep(0.3)  # that nothing happens cannot be waited for
        assert api.summary()["requests"] == n
        worker.terminate()
        assert worker.wait(20) == 0


# ---- told to wait ----

def pauses(home_settings, first_answers, n=4):
    """Puts n products at an API that gives these answers first, then 201; the seconds between requests."""
    times = []

    def respond(*_):
        times.append(time.monotonic())
        return first_answers[len(times) - 1] if len(times) <= len(first_answers) else answer(201)

    with Server(respond) as api, Home(api.url, **{**FAST, **ONE, **home_settings}) as home:
        put(home, products(1, n))
        drain(home)
        assert len(times) == n + len(first_answers)
        assert home.counts()["done"] == n
        assert all(not a["counted"] for p in range(1, n + 1) for a in home.message(p)["history"])
        return [b - a for a, b in zip(times, times[1:])], home.log()


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_holds_the_whole_destination(status):
    waits, log = pauses({"breaker__failures": "1"}, [answer(status, Retry_After=1)])
    assert 1.0 <= waits[0] < 3 and max(waits[1:]) < 0.5
    assert "throttled" in log and "breaker opened" not in log


@pytest.mark.parametrize("date, after", [
    ("Fri, 01 Jan 2010 00:00:00 GMT", "Fri, 01 Jan 2010 00:00:01 GMT"),
    ("Tue, 01 Jan 2069 00:00:00 GMT", "Tuesday, 01-Jan-69 00:00:01 GMT"),
    ("Fri, 01 Jan 2010 00:00:00 GMT", "Fri Jan  1 00:00:01 2010"),
])
def test_retry_after_as_a_date_is_read_against_the_answers_own(date, after):
    waits, _ = pauses({}, [answer(429, Date=date, Retry_After=after)])
    assert 0.9 <= waits[0] < 3 and max(waits[1:]) < 0.5


def test_429_without_a_time_backs_off_more_each_time():
    waits, _ = pauses({"retry__backoff": "150ms"}, [answer(429)] * 3)
    for wait, expected in zip(waits, (0.15, 0.3, 0.6)):
        assert expected <= wait < expected + 0.4


def test_a_malformed_retry_after_is_ignored():
    waits, log = pauses({}, [answer(503, Retry_After="soon")])
    assert max(waits) < 0.5 and "throttled" not in log


def test_retry_after_has_a_cap():
    waits, _ = pauses({"retry__retry_after_max": "1s"}, [answer(429, Retry_After=86400)])
    assert 1.0 <= waits[0] < 3


def test_throttling_is_shown():
    with Mock("--throttle", "60") as api, Home(api.url, **FAST) as home:
        put(home, products(1, 5))
        worker = home.worker()
        shown = wait_for(lambda: (lambda d: d if d["state"] == "throttled" else None)(home.destination()),
                         what="throttled")
        assert "HTTP 429" in shown["words"] and shown["until"]
        worker.terminate()
        assert worker.wait(20) == 0
        done = drain(home, code=1, work__drain_wait="1s")
        assert "default: 5 wait until 20" in done.stdout
        assert api.summary()["requests"] <= 2  # the wait survives the restart


# ---- redirects ----

@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_its_target_shown(status):
    with Server(answer(200)) as elsewhere, Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"times": 1, "status": status, "location": elsewhere.url})
        put(home, product(1))
        drain(home)
        assert elsewhere.requests == [] and api.summary()["effects"] == 1
        error = home.message(1)["history"][0]["error"]
        assert str(status) in error and elsewhere.url in error


# ---- suspension ----

def suspended(home):
    found = home.destination()
    return found if found["state"] == "suspended" else None


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_suspend(status):
    with Mock("--fail", str(status)) as api, Home(api.url, **FAST, **ONE) as home:
        put(home, products(1, 10))
        done = drain(home, code=1)
        assert "default: 10 wait" in done.stdout and "destination resume" in done.stdout
        assert api.summary()["requests"] == 3 and "credentials" in suspended(home)["words"]
        assert home.counts()["dead"] == 0
        drain(home, code=1)  # a restart changes nothing
        assert api.summary()["requests"] == 3 and suspended(home)
        api.rules()
        home.run("destination", "resume", "default")
        drain(home)
        assert home.counts()["done"] == 10 and api.summary()["effects"] == 10


def test_a_trial_that_is_refused_suspends_again():
    with Mock("--fail", "401") as api, Home(api.url, **FAST, **ONE) as home:
        put(home, products(1, 10))
        worker = home.worker()
        wait_for(lambda: suspended(home), what="suspension")
        assert api.summary()["requests"] == 3
        home.run("destination", "resume", "default")
        wait_for(lambda: api.summary()["requests"] == 4 and suspended(home), what="suspension again")
        worker.terminate()
        assert worker.wait(20) == 0
        assert api.summary()["requests"] == 4 and home.counts()["dead"] == 0


def test_the_trial_after_a_suspension_goes_alone():
    with Mock() as api, Home(api.url, **{**FAST, "work__concurrency": "8", "work__adaptive": "no"}) as home:
        api.rules({"status": 410})
        put(home, products(1, 30))
        worker = home.worker()
        wait_for(lambda: suspended(home), what="suspension")
        before = api.summary()["requests"]
        api.rules({"latency": "400ms"})
        home.run("destination", "resume", "default")
        wait_for(lambda: api.summary()["requests"] > before, what="the trial")
        time.sleep(0.2)  # within the trial's latency
        assert api.summary()["requests"] == before + 1
        wait_for(lambda: home.counts()["done"] == 30, what="the rest")
        worker.terminate()
        assert worker.wait(20) == 0


def test_changed_settings_end_a_suspension():
    with Mock(token="right") as api, Home(api.url, **FAST, **ONE) as home:
        put(home, products(1, 5))
        worker = home.worker()
        wait_for(lambda: suspended(home), what="suspension")
        assert api.summary()["requests"] == 3
        home.configure(api.url, token="right", **FAST, **ONE)
        worker.send_signal(signal.SIGHUP)
        wait_for(lambda: home.counts()["done"] == 5, what="deliveries with the right token")
        assert api.summary()["requests"] == 8
        worker.terminate()
        assert worker.wait(20) == 0


def test_settings_changed_at_a_restart_end_a_suspension():
    with Mock(token="right") as api, Home(api.url, **FAST, **ONE) as home:
        put(home, products(1, 5))
        drain(home, code=1)
        assert suspended(home) and api.summary()["requests"] == 3
        home.configure(api.url, token="wrong again", **FAST, **ONE)
        drain(home, code=1)
        assert suspended(home) and api.summary()["requests"] == 4  # one trial
        home.configure(api.url, token="right", **FAST, **ONE)
        drain(home)
        assert api.summary()["requests"] == 9 and home.counts()["done"] == 5


@pytest.mark.parametrize("status, enough", [(401, 3), (422, 20)])
def test_one_trial_after_a_resume_without_a_worker(status, enough):
    with Mock("--fail", str(status)) as api, Home(api.url, **FAST, **ONE) as home:
        put(home, products(1, 30))
        drain(home, code=1)
        assert api.summary()["requests"] == enough
        home.run("destination", "resume", "default")
        assert not suspended(home)
        drain(home, code=1)  # the trial fails
        assert api.summary()["requests"] == enough + 1 and suspended(home)
        assert home.counts()["dead"] == 0


@pytest.mark.parametrize("working", [True, False])
def test_resume_ends_a_wait_that_the_api_asked_for(working):
    with Mock() as api, Home(api.url, **FAST, **ONE) as home:
        api.rules({"times": 1, "status": 429, "retry_after": 3600})
        put(home, product(1))
        worker = home.worker()
        wait_for(lambda: home.destination()["state"] == "throttled", what="the throttle")
        if not working:
            worker.terminate()
            assert worker.wait(20) == 0
        home.run("destination", "resume", "default")
        assert home.destination()["state"] != "throttled"
        if not working:
            worker = home.worker()
        wait_for(lambda: state(home, 1) == "done", what="the delivery of what was told to wait")
        worker.terminate()
        assert worker.wait(20) == 0


def test_410_suspends_at_once():
    with Mock("--fail", "410") as api, Home(api.url, **FAST, **ONE) as home:
        put(home, products(1, 5))
        drain(home, code=1)
        assert api.summary()["requests"] == 1 and "410" in suspended(home)["words"]
        assert home.counts()["dead"] == 0


def test_401s_with_successes_between_do_not_suspend():
    with Mock() as api, Home(api.url, **FAST, **ONE) as home:
        api.rules({"products": list(range(2, 41, 2)), "first": 1, "status": 401})
        put(home, products(1, 40))
        drain(home)
        assert home.counts()["done"] == 40 and "suspended" not in home.log()


# ---- conflicts ----

@pytest.mark.parametrize("setting, event", [("done", "already there"), ("dead", "dead")])
def test_a_lasting_conflict_after_an_attempt_without_answer(setting, event):
    """It lasts longer than http.timeout."""
    with Mock() as api, Home(api.url, retry__conflict=setting, http__timeout="500ms", http__connect_timeout="500ms",
                             **FAST) as home:
        api.rules({"times": 1, "close": "after"}, {"status": 409})
        put(home, product(1))
        began = time.monotonic()
        drain(home)
        assert time.monotonic() - began > 1.5
        assert home.message(1)["state"] == setting
        first, *conflicts = tries(home, 1)
        assert first == (0, False) and set(conflicts) == {(409, False)} and len(conflicts) >= 2
        assert home.events(product=1)[-1]["event"] == event
        assert api.summary()["effects"] == 1


def test_a_conflict_that_passes():
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"times": 1, "reset": "before"}, {"times": 1, "status": 409})
        put(home, product(1))
        drain(home)
        assert [status for status, _ in tries(home, 1)] == [0, 409, 201]
        assert api.summary()["effects"] == 1


# ---- refused ----

@pytest.mark.parametrize("status", [400, 402, 406, 413, 415, 422, 451, 499])
def test_refused_is_dead_at_once_with_the_answer(status):
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"products": [2], "status": status, "title": "no such category", "type": "urn:problem:category"})
        put(home, products(1, 3))
        drain(home)
        assert api.ledger(2)["requests"] == 1 and home.counts()["done"] == 2
        group, = home.json("dead", "list")["groups"]
        assert (group["status"], group["count"], group["problem"]) == (status, 1, "urn:problem:category")
        shown = home.run("dead", "show", group["example"]).stdout
        assert f"HTTP/1.1 {status}" in shown and "no such category" in shown
        assert '{"id":2,"name":"Product 2","price":9.90,"stock":1}' in shown
        event, = home.events(product=2)
        assert (event["event"], event["status"]) == ("dead", status)


def test_a_run_of_refusals_suspends_and_the_messages_wait_with_it():
    with Mock("--fail", "422") as api, Home(api.url, breaker__refusals="5", **FAST, **ONE) as home:
        put(home, products(1, 12))
        done = drain(home, code=1)
        assert "default: 12 wait" in done.stdout
        assert api.summary()["requests"] == 5 and "5 different messages refused" in suspended(home)["words"]
        assert home.counts()["dead"] == 0
        api.rules()
        home.run("destination", "resume", "default")
        drain(home)
        assert home.counts()["done"] == 12 and api.summary()["effects"] == 12


def test_refusals_with_successes_between_are_dead_letters():
    with Mock() as api, Home(api.url, breaker__refusals="3", **FAST, **ONE) as home:
        api.rules({"products": [n for n in range(1, 31) if n % 3], "status": 422})
        put(home, products(1, 30))
        drain(home)
        assert home.counts()["done"] == 10 and home.counts()["dead"] == 20


def test_refusals_0_never_suspends():
    with Mock("--fail", "422") as api, Home(api.url, breaker__refusals="0", **FAST) as home:
        put(home, products(1, 50))
        drain(home)
        assert home.counts()["dead"] == 50


# ---- a random API ----

def test_30_percent_502_at_random():
    """0.3^5 is 0.24 %: of 5,000 messages about 12 end dead, each with five counted failures; nothing else is lost."""
    with Mock("--fail", "502:0.3", "--seed", "5") as api, Home(api.url, **FAST) as home:
        put(home, products(1, 5000))
        drain(home)
        counts = home.counts()
        assert counts["done"] + counts["dead"] == 5000
        assert 2 <= counts["dead"] <= 30
        summary = api.summary()
        assert summary["effects"] == counts["done"] and summary["repeated"] == 0
        dead = home.dead()
        assert len(dead) == counts["dead"]
        for message in dead:
            history = home.message(message["product"])["history"]
            assert sum(a["counted"] for a in history) == 5 and {a["status"] for a in history} == {502}
        assert home.log().count("breaker opened") == home.log().count("breaker closed")
        api.rules()
        home.run("dead", "retry", "--all")
        drain(home)
        assert api.summary()["effects"] == 5000
