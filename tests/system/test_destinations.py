"""Several destinations: a product goes to each, and none waits for another."""
import json
import time

import pytest

from harness import Home, Mock, free_port, product, products, wait_for


def section(name, url, **settings):
    more = "".join(f"{key} = {value}\n" for key, value in settings.items())
    return f"[destination {name}]\nurl = {url}\nauth = none\n{more}"


def two(home, one, other, *, first=None, second=None, **settings):
    home.configure(text=section("shop", one, **(first or {})) + section("market", other, **(second or {})), **settings)


def test_a_product_goes_to_each():
    with Mock(token="") as shop, Mock(token="") as market, Home() as home:
        two(home, shop.url, market.url)
        assert "20 put" in home.run("produce", input=products(1, 20)).stdout
        assert home.counts()["ready"] == 40
        home.run("work", "--drain")
        for api in (shop, market):
            assert api.summary()["effects"] == 20 and api.summary()["repeated"] == 0
        assert {d["name"]: d["done"] for d in home.json("status")["destinations"]} == {"shop": 20, "market": 20}
        assert {m["destination"] for m in home.json("show", "7")["messages"]} == {"shop", "market"}
        assert [m["destination"] for m in home.json("show", "7", "--destination", "shop")["messages"]] == ["shop"]


@pytest.mark.parametrize("mode", ["simple", "async"])
def test_the_direct_modes_send_to_each(mode):
    with Mock(token="") as shop, Mock(token="") as market, Home() as home:
        two(home, shop.url, market.url)
        said = home.run(mode, input=products(1, 3)).stdout
        assert "6 delivered" in said and said.count("shop") == 3 and said.count("market") == 3
        assert shop.summary()["effects"] == market.summary()["effects"] == 3


def test_one_that_is_down_does_not_hold_up_the_other():
    with Mock(token="") as shop, Home() as home:
        two(home, shop.url, f"http://127.0.0.1:{free_port()}/products", retry__backoff="100ms", work__drain_wait="0")
        home.run("produce", input=products(1, 2000))
        home.worker()
        wait_for(lambda: shop.summary()["effects"] == 2000, what="2000 effects at the one")
        shown = wait_for(lambda: (d := home.destination("market"))["state"] == "open" and d, what="the other's breaker")
        assert shown["done"] == 0 and shown["dead"] == 0
        assert home.destination("shop")["state"] == "ok"


def test_one_that_hangs_does_not_hold_up_the_other():
    with Mock(token="") as shop, Mock(token="") as market, Home() as home:
        market.rules({"latency": "20s"})
        two(home, shop.url, market.url, work__grace="0")
        home.run("produce", input=products(1, 1000))
        begun = time.monotonic()
        home.worker()
        wait_for(lambda: shop.summary()["effects"] == 1000, what="1000 effects at the one")
        assert time.monotonic() - begun < 10
        assert market.summary()["effects"] == 0


@pytest.mark.parametrize("mode", ["queue", "simple", "async", "test"])
def test_each_has_its_own_timeout(mode):
    """One's is shorter than the one for all, the other's longer."""
    with Mock("--latency", "3s", token="") as shop, Mock("--latency", "3s", token="") as market, Home() as home:
        two(home, shop.url, market.url, first={"timeout": "1s"}, second={"timeout": "8s"}, http__timeout="2s",
            async__retries="0")
        if mode == "test":
            said = home.run("test", "--send-sample", "--yes", "--json", code=1).stdout
            found = {one["destination"]: one for one in map(json.loads, said.splitlines())}
            assert found["shop"]["detail"].startswith("timed out") and "destination's own" in found["shop"]["detail"]
        else:
            if mode == "queue":
                home.run("produce", input=product(1))
                home.worker()
            else:
                home.run(mode, input=product(1), code=1)

            def ended(name):
                return [e for e in home.events(f"{mode}.log", destination=name) if "latency_ms" in e]

            found = {name: wait_for(lambda n=name: ended(n), 10, f"the request to {name}")[0] for name in ("shop", "market")}
        assert 990 <= found["shop"]["latency_ms"] < 1900 and 2900 <= found["market"]["latency_ms"] < 7000


def test_each_has_a_pace_of_its_own():
    with Mock(token="") as shop, Mock(token="") as market, Home() as home:
        two(home, shop.url, market.url, second={"rate": 20, "burst": 1})
        home.run("produce", input=products(1, 60))
        begun = time.monotonic()
        home.worker()
        wait_for(lambda: shop.summary()["effects"] == 60, what="60 effects at the one")
        fast = time.monotonic() - begun
        wait_for(lambda: market.summary()["effects"] == 60, what="60 effects at the other")
        slow = time.monotonic() - begun
        assert fast < 2 and 2.5 < slow < 6, (fast, slow)


def test_a_throttle_holds_for_one_alone():
    with Mock(token="") as shop, Mock(token="") as market, Home() as home:
        market.rules({"status": 429, "retry_after": 600})
        two(home, shop.url, market.url)
        home.run("produce", input=products(1, 100))
        home.worker()
        wait_for(lambda: shop.summary()["effects"] == 100, what="100 effects at the one")
        wait_for(lambda: home.destination("market")["state"] == "throttled", what="the other's throttle")
        assert market.summary()["requests"] < 40


def test_pause_resume_and_dead_letters_of_one():
    with Mock(token="") as shop, Mock(token="") as market, Home() as home:
        two(home, shop.url, market.url)
        home.run("destination", "pause", "market", "--reason", "stock-taking")
        shop.rules({"products": [1], "status": 422})
        home.run("produce", input=products(1, 5))
        done = home.run("work", "--drain", code=1)
        assert "market: 5 wait until `destination resume`: stock-taking" in done.stdout
        assert shop.summary()["effects"] == 4 and market.summary()["requests"] == 0
        market.rules({"products": [1], "status": 422})
        home.run("destination", "resume", "market")
        home.run("work", "--drain")
        groups = home.json("dead", "list")["groups"]
        assert sorted((g["destination"], g["count"]) for g in groups) == [("market", 1), ("shop", 1)]
        shop.rules()
        market.rules()
        assert home.json("dead", "retry", "--all", "--destination", "shop")["changed"] == 1
        home.run("work", "--drain")
        assert shop.summary()["effects"] == 5 and market.summary()["effects"] == 4
        assert [g["destination"] for g in home.json("dead", "list")["groups"]] == ["market"]
        home.run("resend", "2", "--destination", "market")
        home.run("work", "--drain")
        assert market.ledger(2)["effects"] == 2 and shop.ledger(2)["effects"] == 1


def test_a_full_destination_stops_the_put():
    """A product is taken by all or reported as not taken; what the others have is known when it is given again."""
    with Mock(token="") as shop, Mock(token="") as market, Home() as home:
        two(home, shop.url, market.url, queue__max_depth=10, queue__full_wait="0")
        home.run("destination", "pause", "market")
        home.run("produce", input=products(1, 10))
        home.run("work", "--drain", code=1)
        assert home.run("produce", input=products(11, 15), code=1).returncode == 1
        home.run("destination", "resume", "market")
        home.run("work", "--drain")
        home.run("produce", input=products(11, 15))
        home.run("work", "--drain")
        for api in (shop, market):
            assert api.summary()["effects"] == 15 and api.summary()["repeated"] == 0


def test_test_reaches_each():
    with Mock(token="") as shop, Home() as home:
        two(home, shop.url, f"http://127.0.0.1:{free_port()}/products")
        done = home.run("test", code=1)
        assert "shop: reached" in done.stdout and "market: " in done.stdout
        assert "shop: reached" in home.run("test", "--destination", "shop").stdout
        assert "nobody" in home.run("test", "--destination", "nobody", code=2).stderr


def test_the_environment_adds_the_default_one():
    with Mock() as api, Mock(token="") as market, Home() as home:
        home.configure(text=section("market", market.url))
        env = {"MY_API_URL": api.url, "MY_API_TOKEN": "test-token-4711"}
        home.run("produce", input=product(1), env=env)
        home.run("work", "--drain", env=env)
        assert api.summary()["effects"] == market.summary()["effects"] == 1


@pytest.mark.parametrize("text, said", [
    ("[destination Shop A]\nurl = https://a.example/\n", "a-z 0-9"),
    ("[destination a]\nrate = 5\n", "the destination a has no url"),
    ("[destination a]\nurl = https://a.example/\n[destination a]\nurl = https://b.example/\n", "was set already"),
])
def test_a_wrong_section(text, said):
    with Home() as home:
        home.configure(text=text)
        assert said in home.run("config", "check", code=2).stderr
