"""Answers that are cut, slow, too long, endless or no HTTP: bounded, classified, and exactly once in effect."""
import time

import pytest

from harness import SANITIZED, TOKEN, Home, Mock, Server, answer, most_memory_mb, product, products, reset, wait_for

FAST = {"retry__backoff": "20ms", "retry__jitter_max": "0ms", "retry__budget_percent": "100", "http__timeout": "2s",
        "breaker__cool_off": "20ms", "breaker__cool_off_max": "50ms", "work__drain_wait": "10s"}
MEMORY_MB = 40


def deliver(home, input):
    home.run("produce", input=input)
    home.run("work", "--drain")


def statuses(home, number):
    return [a["status"] for a in home.message(number)["history"]]


# ---- cut short ----

@pytest.mark.parametrize("rule", [{"reset": "before"}, {"reset": "after"}, {"close": "before"}, {"close": "after"},
                                  {"half": True}], ids=lambda rule: "-".join(map(str, *rule.items())))
def test_lost_answers_take_effect_once(rule):
    with Mock("--require-key") as api, Home(api.url, **FAST) as home:
        api.rules({"first": 1, **rule})
        deliver(home, products(1, 50))
        summary = api.summary()
        assert (summary["effects"], summary["delivered"], summary["repeated"]) == (50, 50, 0)
        assert home.counts()["done"] == 50
        assert summary["replays"] == (0 if "before" in rule.values() else 50)
        assert any(e["status"] == 0 and "connection lost" in e["error"] for e in home.events(event="retry"))


@pytest.mark.parametrize("rule", [{"reset": "after"}, {"half": True}, {"reset": "before"}],
                         ids=lambda rule: "-".join(map(str, *rule.items())))
def test_at_random_too(rule):
    with Mock("--seed", "3") as api, Home(api.url, **FAST) as home:
        api.rules({"latency": "0ms-3ms"}, {"probability": 0.2, **rule}, seed=3)
        deliver(home, products(1, 1000))
        summary, counts = api.summary(), home.counts()
        assert counts["done"] + counts["dead"] == 1000 and counts["dead"] <= 5
        assert summary["repeated"] == 0 and summary["delivered"] >= counts["done"]


def first_wrong_then_right(wrong):
    """A responder whose first answer is `wrong`: bytes, or what a Server takes."""
    seen = []

    def respond(request, connection):
        seen.append(request)
        if len(seen) > 1:
            return answer(201)
        return wrong(request, connection) if callable(wrong) else wrong

    return respond


def tried_again(wrong, words="", **settings):
    """A product is delivered at the second request, under the same key; the first attempt's record has these words."""
    with Server(first_wrong_then_right(wrong)) as api, Home(api.url, **{**FAST, **settings}) as home:
        deliver(home, product(1))
        assert statuses(home, 1) == [0, 201]
        first = home.message(1)["history"][0]
        assert words in first["error"] + ": " + first["head"]
        keys = [r.fields["idempotency-key"] for r in api.requests]
        assert len(keys) == 2 and len(set(keys)) == 1 and len({r.body for r in api.requests}) == 1


@pytest.mark.parametrize("wrong", [
    b"",
    b"HTTP/1.1 201",
    b"HTTP/1.1 201 Created\r\nContent-Le",
    b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nabc",
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.2p1\r\n",
    b"\x00\x01\x02\xff\xfe garbage",
    b"HTTP/1.1 abc Created\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 99999 Created\r\nContent-Length: 0\r\n\r\n",
    b"<html>201 Created</html>",
    b"\r\n\r\n\r\n\r\n",
], ids=lambda b: b[:24].decode("latin-1").encode("unicode_escape").decode() or "nothing")
def test_no_whole_answer_is_no_answer(wrong):
    tried_again(wrong)


def test_a_reset_in_the_middle_of_the_answer():
    def wrong(_, connection):
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nabc")
        reset(connection)
        return b""
    tried_again(wrong, "connection lost")


@pytest.mark.parametrize("status", [600, 999])
def test_a_status_that_no_http_defines(status):
    with Server(first_wrong_then_right(answer(status))) as api, Home(api.url, **FAST) as home:
        deliver(home, product(1))
        assert statuses(home, 1) == [status, 201]


# ---- interim answers ----

def test_interim_answers_are_waited_through():
    interim = (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
               b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n")
    with Server(interim + answer(201)) as api, Home(api.url, **FAST) as home:
        deliver(home, product(1))
        assert statuses(home, 1) == [201] and len(api.requests) == 1


def test_an_interim_answer_alone_is_no_answer():
    tried_again(b"HTTP/1.1 100 Continue\r\n\r\n")
    tried_again(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", http__timeout="500ms")


# ---- too much ----

def for_ever(connection, text, seconds=5):
    """Sends until the peer has enough."""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            connection.sendall(text)
    except OSError:
        return b""
    return b""


def test_interim_answers_without_end():
    tried_again(lambda _, c: for_ever(c, b"HTTP/1.1 100 Continue\r\n\r\n"), http__timeout="1s")


def test_a_header_line_without_end():
    def wrong(_, connection):
        connection.sendall(b"HTTP/1.1 201 Created\r\nX-Long: ")
        return for_ever(connection, b"a" * 65536)
    tried_again(wrong, "headers too long")


def test_headers_without_end():
    with Mock() as api, Home(api.url, **FAST) as home:
        api.rules({"first": 1, "endless_headers": True})
        deliver(home, product(1))
        first, second = home.message(1)["history"]
        assert first["status"] == 0 and first["error"] == "the answer's header is larger than 64 KB"
        assert second["status"] == 201
        assert first["latency_ms"] < 2000  # not by its timeout
        assert api.summary()["repeated"] == 0


CHUNKED = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("begin, rest", [
    (b"HTTP/1.1 201 ", b"Created "),
    (b"HTTP/1.1 201 Created\r\n", b"a:\r\n"),
    (b"HTTP/1.1 201 Created\r\n", b"X-Field: " + b"a" * 1000 + b"\r\n"),
    (b"HTTP/1.1 201 Created\r\nX-Long: ", b"a"),
    (b"HTTP/1.1 201 Created\r\nX-Folded: a\r\n", b" a\r\n"),
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"),
    (CHUNKED, b"1;extension\r\na\r\n"),
    (CHUNKED + b"5;", b"extension;"),
    (CHUNKED, b"0"),
    (CHUNKED + b"7fffffff\r\n", b"a"),
    (CHUNKED + b"0\r\n", b"X-Trailer: a\r\n"),
    (CHUNKED + b"0\r\nX-Trailer: ", b"a"),
    (b"HTTP/1.1 201 Created\r\n\r\n", b"a"),
    (b"", b"\r\n"),
    (b"", b"a"),
], ids=["status line", "short fields", "long fields", "one field", "folded field", "100", "103", "chunk extensions",
        "one chunk extension", "chunk size", "chunk", "trailers", "one trailer", "body", "empty lines", "no HTTP"])
def test_nothing_endless_takes_memory(begin, rest):
    """Sent as fast as it can be, for as long as it is listened to."""
    block = rest * (262144 // len(rest))

    def respond(_, connection):
        connection.sendall(begin)
        return for_ever(connection, block)

    with Server(respond) as api, Home(api.url, **{**FAST, "retry__backoff": "1h", "http__timeout": "1s"}) as home:
        worker = home.worker()
        home.run("produce", input=products(1, 3))
        wait_for(lambda: len(home.events(event="retry") + home.events(event="delivered")) >= 3, what="three verdicts")
        if not SANITIZED:
            assert most_memory_mb(worker) < MEMORY_MB


@pytest.mark.parametrize("rule", [{"huge": "10GB"}, {"endless": True}], ids=["10GB", "endless"])
def test_an_endless_body_takes_no_memory(rule):
    """Of a body only a part is read; its status counts."""
    with Mock() as api, Home(api.url, work__adaptive="no", **FAST) as home:
        api.rules(rule)
        worker = home.worker()
        home.run("produce", input=products(1, 300))
        wait_for(lambda: home.counts()["done"] == 300, what="300 deliveries")
        if not SANITIZED:
            assert most_memory_mb(worker) < MEMORY_MB
        worker.terminate()
        assert worker.wait(20) == 0
        assert api.summary()["effects"] == 300 and home.events(event="retry") == []


def test_huge_answers_of_dead_letters_are_kept_in_part():
    with Mock() as api, Home(api.url, breaker__refusals="0", **FAST) as home:
        api.rules({"huge": "10GB", "status": 422, "title": "too much"})
        worker = home.worker()
        home.run("produce", input=products(1, 100))
        wait_for(lambda: home.counts()["dead"] == 100, what="100 dead letters")
        if not SANITIZED:
            assert most_memory_mb(worker) < MEMORY_MB
        worker.terminate()
        assert worker.wait(20) == 0
        group, = home.json("dead", "list")["groups"]
        shown = home.run("dead", "show", group["example"]).stdout
        assert "HTTP/1.1 422" in shown and len(shown) < 100_000


# ---- too slow ----

def test_a_slow_body_is_timed_out():
    with Mock() as api, Home(api.url, **{**FAST, "http__timeout": "400ms"}) as home:
        api.rules({"first": 1, "slow": 10})
        deliver(home, product(1))
        first, second = home.message(1)["history"]
        assert first["status"] == 0 and first["error"].startswith("timed out") and second["status"] == 201
        assert api.summary()["effects"] == 1 and api.summary()["repeated"] == 0


def test_slow_headers_are_timed_out():
    def wrong(_, connection):
        for byte in b"HTTP/1.1 201 Created\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":
            connection.sendall(bytes([byte]))
            time.sleep(0.02)
        return b""
    tried_again(wrong, "timed out", http__timeout="300ms")


def test_slow_requests_hold_up_nobody_else():
    with Mock() as api, Home(api.url, **{**FAST, "http__timeout": "3s"}, work__adaptive="no") as home:
        api.rules({"products": list(range(1, 9)), "latency": "2s"})
        worker = home.worker()
        began = time.monotonic()
        home.run("produce", input=products(1, 200))
        wait_for(lambda: home.counts()["done"] >= 192, what="the others")
        assert time.monotonic() - began < 1.9
        wait_for(lambda: home.counts()["done"] == 200, what="the slow ones")
        worker.terminate()
        assert worker.wait(20) == 0


# ---- hostile ----

def test_control_characters_reach_no_terminal_and_no_log():
    body = b'{"title":"\\u001b[31mred\\u009b31m","status":422}'
    wrong = answer(422, body + b"\x1b[2J", Content_Type="application/problem+json", X_Odd="a\x1b[1mb")
    with Server(wrong) as api, Home(api.url, **FAST) as home:
        deliver(home, product(1))
        group, = home.json("dead", "list")["groups"]
        for text in (home.run("dead", "show", group["example"]).stdout, home.run("dead", "list").stdout, home.log(),
                     home.run("simple", input=product(2), code=1).stdout):
            assert "\x1b" not in text and "\x9b" not in text and "\x00" not in text


def test_an_echoed_token_is_masked():
    def echo(request, _):
        secret = request.fields["authorization"]
        return answer(422, b'{"title":"bad request by ' + secret.encode() + b'"}', X_Echo=secret,
                      Content_Type="application/problem+json")

    with Server(echo) as api, Home(api.url, **FAST) as home:
        deliver(home, product(1))
        group, = home.json("dead", "list")["groups"]
        shown = home.run("dead", "show", group["example"])
        assert "HTTP/1.1 422" in shown.stdout and TOKEN not in shown.stdout + shown.stderr
        assert TOKEN not in home.log() and TOKEN not in home.run("dead", "list").stdout
        with open(home.queue, "rb") as f:
            assert TOKEN.encode() not in f.read()
