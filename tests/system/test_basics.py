"""Each command once, as the README shows it."""
import json

from harness import Home, Mock, products, product


def test_simple_sends_each_product_and_says_so():
    with Mock() as api, Home(api.url) as home:
        done = home.run("simple", input=products(1, 3))
        lines = done.stdout.strip().split("\n")
        assert [line.split()[0] for line in lines[:3]] == ["1", "2", "3"]
        assert all("delivered" in line for line in lines[:3])
        assert "3 delivered, 0 not delivered, 0 refused" in lines[-1]
        assert api.summary()["effects"] == 3


def test_async_delivers_all():
    with Mock() as api, Home(api.url) as home:
        home.run("async", input=products(1, 200))
        assert api.summary()["effects"] == 200


def test_produce_then_drain():
    with Mock() as api, Home(api.url) as home:
        assert "100 put, 0 already known, 0 refused" in home.run("produce", input=products(1, 100)).stdout
        assert "0 put, 100 already known, 0 refused" in home.run("produce", input=products(1, 100)).stdout
        home.run("work", "--drain")
        summary = api.summary()
        assert summary["effects"] == 100 and summary["repeated"] == 0
        shown = json.loads(home.run("show", "7", "--json").stdout)
        assert shown["messages"][0]["state"] == "done"


def test_a_worker_serves_everybody_else():
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        home.run("produce", input=products(1, 50))
        home.run("produce", input=product(51))
        from harness import wait_for
        wait_for(lambda: api.summary()["effects"] == 51, what="51 effects")
        worker.terminate()
        assert worker.wait(20) == 0


def test_dead_letters_are_grouped_and_retried():
    with Mock() as api, Home(api.url) as home:
        api.rules({"products": [3, 5], "status": 422, "title": "no such category"})
        home.run("produce", input=products(1, 10))
        home.run("work", "--drain")
        groups = home.json("dead", "list")["groups"]
        assert [g["count"] for g in groups] == [2]
        assert "422" in home.run("dead", "show", groups[0]["example"]).stdout
        api.rules()
        home.run("dead", "retry", "--all")
        home.run("work", "--drain")
        assert api.summary()["effects"] == 10


def test_the_environment_is_enough():
    with Mock() as api, Home() as home:
        env = {"MY_API_URL": api.url, "MY_API_TOKEN": "test-token-4711"}
        home.run("simple", input=product(1), env=env, config=False)
        assert api.summary()["effects"] == 1


def test_help_names_the_settings_that_matter():
    with Home() as home:
        text = home.run("work", "--help", config=False).stdout
        assert "retry.attempts = 5" in text and "work.drain_wait = 10m" in text and "payload.digits" not in text
        assert "payload.digits = 2" in home.run("produce", "--help", config=False).stdout
