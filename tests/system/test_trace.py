"""traceparent (W3C): taken with a product, kept with its message, sent on with every attempt under a parent id of its own."""
from harness import Home, Server, answer, product, products, wait_for

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
HEADER = f"00-{TRACE}-{PARENT}-01"
FAST = {"retry__backoff": "20ms", "retry__jitter_max": "0ms", "retry__budget_percent": "100"}


def deliver(header, body, status=(201,)):
    """What the API was sent for it, the answers being `status` in turn."""
    left = list(status)
    with Server(lambda *_: answer(left.pop(0) if len(left) > 1 else left[0])) as api, Home(api.url, **FAST) as home:
        worker = home.worker()
        home.call("POST", "/v1/products", body.encode(), headers={"traceparent": header} if header else {})
        wait_for(lambda: home.counts()["done"] == body.count("\n"), what="the delivery")
        worker.terminate()
        assert worker.wait(20) == 0
        return api.requests, home.events()


def test_each_attempt_has_a_parent_of_its_own():
    requests, events = deliver(HEADER, product(1) + "\n", (503, 503, 201))
    sent = [r.fields["traceparent"].split("-") for r in requests]
    assert len(sent) == 3
    assert all(s[0] == "00" and s[1] == TRACE and s[3] == "01" for s in sent)
    parents = {s[2] for s in sent}
    assert len(parents) == 3 and PARENT not in parents and "0" * 16 not in parents
    assert [e["trace"] for e in events if "trace" in e] == [HEADER] * 3


def test_of_every_product_of_a_request():
    requests, _ = deliver(HEADER, products(1, 3))
    assert [r.fields["traceparent"].split("-")[1] for r in requests] == [TRACE] * 3


def test_one_that_is_not_valid_is_as_good_as_none():
    for header in ("", "00-" + "0" * 32 + f"-{PARENT}-01", HEADER.upper(), HEADER + "-more", "ff" + HEADER[2:]):
        requests, _ = deliver(header, product(1) + "\n")
        assert "traceparent" not in requests[0].fields


def test_a_later_version_is_read_as_this_one():
    requests, _ = deliver("cc" + HEADER[2:] + "-what-is-to-come", product(1) + "\n")
    assert requests[0].fields["traceparent"].startswith(f"00-{TRACE}-")
