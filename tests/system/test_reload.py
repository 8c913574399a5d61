"""SIGHUP: all or nothing, log files reopened, and what is in flight left alone."""
import os
import signal

from harness import Ear, Home, Mock, product, products, wait_for


def reload(worker, ear, outcome="settings reloaded"):
    """Sends SIGHUP and returns the line that says what came of it."""
    ear.forget()
    worker.send_signal(signal.SIGHUP)
    return ear.wait_for(outcome)


def settings(home):
    """What the worker holds to be in force, by name."""
    return {s["name"]: s["value"] for s in home.call("GET", "/v1/config")[1]["settings"]}


def start(home):
    worker = home.worker()
    return worker, Ear(worker.stderr)


def test_an_invalid_value_changes_nothing():
    with Mock() as api, Home(api.url, retry__attempts=7) as home:
        worker, ear = start(home)
        home.configure(api.url, retry__attempts=9, work__concurrency="many")
        line = reload(worker, ear, "reload refused")
        assert "nothing changed" in line and "work.concurrency" in line and "many" in line and home.conf in line
        assert settings(home)["retry.attempts"] == "7"
        home.configure(api.url, retry__attempts=9)
        reload(worker, ear)
        assert settings(home)["retry.attempts"] == "9"
        home.run("produce", input=product(1))
        wait_for(lambda: api.summary()["effects"] == 1, what="the effect")


def test_settings_the_worker_cannot_use_change_nothing():
    """Values that are valid by themselves, but not with each other, or not with what there is."""
    with Mock() as api, Home(api.url, retry__attempts=7) as home:
        worker, ear = start(home)
        home.configure(api.url, retry__attempts=9, work__lease="5s", http__timeout="4s")
        reload(worker, ear, "reload refused")
        assert settings(home)["retry.attempts"] == "7"
        home.configure(api.url, retry__attempts=9, http__ca_file="/nowhere/ca.pem")
        home.run("produce", input=product(1))
        wait_for(lambda: api.summary()["effects"] == 1, what="the effect")


def test_what_a_start_would_refuse_changes_nothing():
    """Nor do settings that leave no address, no token or no certificates to deliver with; file, line and key are said."""
    with Mock() as api, Home(api.url, retry__attempts=7) as home:
        worker, ear = start(home)
        for kw, said in (({"http__ca_file": "/nowhere/ca.pem"}, "http.ca_file = /nowhere/ca.pem: cannot be read"),
                         ({"http__ca_file": home.conf}, "holds no certificate"),
                         ({"token": None}, "destination.token: there is no token"),
                         ({"token": ""}, "destination.token: there is no token"),
                         ({"log__file": "/nowhere/x.log"}, "log.file = /nowhere/x.log: cannot be opened")):
            home.configure(api.url, retry__attempts=9, **kw)
            line = reload(worker, ear, "reload refused")
            assert f"{home.conf}:" in line and said in line, line
            assert settings(home)["retry.attempts"] == "7"
        home.configure(retry__attempts=9)
        assert "where to? set MY_API_URL" in reload(worker, ear, "reload refused")
        assert home.log().count("reload refused") == 6 and "/nowhere/x.log" in home.log(), "the old log has it all"
        home.run("produce", input=product(1))
        wait_for(lambda: api.summary()["effects"] == 1, what="the effect")


def test_a_log_that_cannot_be_written_is_reported_once():
    with Mock() as api, Home(api.url, log__file="/nowhere/x.log") as home:
        worker, ear = start(home)
        assert "cannot write the log /nowhere/x.log" in ear.wait_for("cannot write the log")
        for _ in range(3):
            reload(worker, ear)
            assert not [line for line in ear.lines if "cannot write" in line]


def test_a_file_that_cannot_be_read_as_settings_changes_nothing():
    with Mock() as api, Home(api.url) as home:
        worker, ear = start(home)
        with open(home.conf, "a") as f:
            f.write("[nonsense\n")
        assert "nothing changed" in reload(worker, ear, "reload refused")
        os.unlink(home.conf)
        assert "nothing changed" in reload(worker, ear, "reload refused")
        home.configure(api.url)
        home.run("produce", input=product(1))
        wait_for(lambda: api.summary()["effects"] == 1, what="the effect")


def test_settings_that_need_a_restart_are_named_and_stay():
    with Mock() as api, Home(api.url) as home:
        worker, ear = start(home)
        other = os.path.join(home.folder, "elsewhere.db")
        home.configure(api.url, source__shop="other", retry__attempts=9, queue__path=other, queue__socket=home.socket)
        line = reload(worker, ear)
        assert "need a restart" in line
        said = ear.wait_for("source.shop")
        assert "stays; a restart makes it other" in said
        assert "queue.path" in ear.wait_for("queue.path")
        now = settings(home)
        assert now["source.shop"] == "" and now["queue.path"] == home.queue
        assert now["retry.attempts"] == "9", "the rest is taken over"
        assert not os.path.exists(other)


def test_the_log_is_reopened():
    with Mock() as api, Home(api.url) as home:
        worker, ear = start(home)
        home.run("produce", input=product(1))
        wait_for(lambda: "product=1 " in home.log(), what="the first line")
        log = os.path.join(home.state, "queue.log")
        os.rename(log, log + ".1")
        home.run("produce", input=product(2))
        wait_for(lambda: "product=2 " in home.log("queue.log.1"), what="a line in the renamed file")
        reload(worker, ear)
        home.run("produce", input=product(3))
        wait_for(lambda: os.path.exists(log) and "product=3 " in home.log(), what="a line in the new file")
        assert "product=3 " not in home.log("queue.log.1")


def test_the_log_is_reopened_even_when_the_settings_are_refused():
    with Mock() as api, Home(api.url) as home:
        worker, ear = start(home)
        os.rename(os.path.join(home.state, "queue.log"), os.path.join(home.state, "queue.log.1"))
        home.configure(api.url, retry__attempts="none")
        reload(worker, ear, "reload refused")
        wait_for(lambda: os.path.exists(os.path.join(home.state, "queue.log")) and "reload refused" in home.log(),
                 what="the new log")


def test_the_format_of_the_log_changes():
    with Mock() as api, Home(api.url) as home:
        worker, ear = start(home)
        home.configure(api.url, log__format="json")
        reload(worker, ear)
        home.run("produce", input=product(5))
        wait_for(lambda: '"product":5' in home.log(), what="a line of JSON")


def test_what_is_in_flight_finishes_as_it_began():
    """A shorter timeout holds for requests that begin after the reload."""
    with Mock() as api, Home(api.url) as home:
        api.rules({"latency": "1500ms"})
        worker, ear = start(home)
        home.run("produce", input=product(1))
        wait_for(lambda: home.call("GET", "/v1/status")[1]["total"]["in_flight"] == 1, what="the request")
        home.configure(api.url, http__timeout="200ms", retry__backoff="1h", retry__backoff_max="1h")
        reload(worker, ear)
        wait_for(lambda: api.summary()["effects"] == 1, what="the effect")
        wait_for(lambda: home.counts()["done"] == 1, what="its settling")
        assert [a["status"] for a in home.message(1)["history"]] == [201]
        home.run("produce", input=product(2))
        tried = wait_for(lambda: home.message(2)["history"], what="a timeout")
        assert tried[0]["status"] == 0 and tried[0]["latency_ms"] < 1500


def test_a_changed_token_ends_a_suspension():
    with Mock() as api, Home(api.url, token="wrong", retry__backoff="20ms") as home:
        worker, ear = start(home)
        home.run("produce", input=products(1, 4))
        wait_for(lambda: home.destination()["state"] == "suspended", what="the suspension")
        home.configure(api.url)
        reload(worker, ear)
        wait_for(lambda: api.summary()["effects"] == 4, what="4 effects")
        wait_for(lambda: "destination.token: changed (secret)" in home.log(), what="its line in the log")


def test_a_removed_destination_is_orphaned_and_an_added_one_starts():
    with Mock(token="") as old, Mock(token="") as new, Mock() as api, Home(api.url) as home:
        home.configure(api.url, text=f"[destination old]\nurl = {old.url}\nauth = none\n")
        home.run("destination", "pause", "old")
        worker, ear = start(home)
        home.run("produce", input=products(1, 3))
        wait_for(lambda: api.summary()["effects"] == 3, what="3 effects")
        home.configure(api.url, text=f"[destination new]\nurl = {new.url}\nauth = none\n")
        reload(worker, ear)
        home.run("produce", input=products(4, 6))
        wait_for(lambda: new.summary()["effects"] == 3 and api.summary()["effects"] == 6, what="3 more effects at both")
        shown = {d["name"]: d for d in home.json("destination", "list")["destinations"]}
        assert shown["old"]["orphaned"] and shown["old"]["ready"] == 3
        assert not shown["new"]["orphaned"]
        assert old.summary()["requests"] == 0
        home.configure(api.url, text=f"[destination old]\nurl = {old.url}\nauth = none\n")
        reload(worker, ear)
        home.run("destination", "resume", "old")
        wait_for(lambda: old.summary()["effects"] == 3, what="the orphan's messages")
        assert sorted(p["id"] for p in old.ledger()["products"]) == [1, 2, 3]


def test_a_changed_address_holds_for_what_is_queued():
    with Mock() as one, Mock() as two, Home(one.url, retry__backoff="50ms") as home:
        one.rules({"status": 404})
        worker, ear = start(home)
        home.run("produce", input=product(1))
        wait_for(lambda: one.summary()["requests"] >= 1, what="a request")
        home.configure(two.url, retry__backoff="50ms")
        reload(worker, ear)
        wait_for(lambda: two.summary()["effects"] == 1, what="the effect at the new address")


def test_the_queues_limits_are_live():
    """What status says is in force, and what the queue does."""
    with Mock() as api, Home(api.url, queue__max_depth=3) as home:
        worker, ear = start(home)
        home.run("destination", "pause", "default")
        home.run("produce", input=products(1, 3))
        assert home.call("POST", "/v1/products", product(4).encode())[0] == 503
        home.configure(api.url, queue__max_depth=4)
        reload(worker, ear)
        assert home.json("status")["queue"]["max_depth"] == 4
        assert home.call("POST", "/v1/products", product(4).encode())[0] == 200
        assert home.call("POST", "/v1/products", product(5).encode())[0] == 503
