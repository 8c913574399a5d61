"""`test`: can the API be reached, over TLS, with these credentials? Each answer in its own words."""
import socket

import pytest

from harness import Home, Mock, Server, TOKEN, answer, certificate, free_port, tls_server

DELIVERY_PROVES = "only a delivery can prove"


def probe(home, *args, code, **kw):
    """What `test --json` says of the only destination."""
    return home.json("test", *args, code=code, **kw)


def test_reached():
    with Mock() as api, Home(api.url) as home:
        said = home.run("test").stdout
        assert said.startswith("default: reached in ") and DELIVERY_PROVES in said
        found = probe(home, code=0)
        assert found["result"] == "reached" and found["status"] == 200 and found["destination"] == "default"
        assert api.summary()["requests"] == 0  # no product was sent


@pytest.mark.parametrize("status", [200, 204, 400, 404, 405, 422])
def test_reached_and_what_it_cannot_tell(status):
    with Server(answer(status)) as api, Home(api.url) as home:
        found = probe(home, code=0)
        assert found["result"] == "reached" and found["status"] == status
        assert DELIVERY_PROVES in found["detail"] and str(status) in found["detail"]


@pytest.mark.parametrize("status, result, words", [
    (401, "credentials refused", "token"),
    (403, "credentials refused", "token"),
    (301, "redirect", "https://elsewhere.example/v2"),
    (302, "redirect", "not followed"),
    (308, "redirect", "https://elsewhere.example/v2"),
    (410, "refused", "gone for good"),
    (429, "throttled", "slow down"),
    (500, "server fault", "500"),
    (503, "server fault", "503"),
])
def test_what_an_answer_means(status, result, words):
    with Server(answer(status, Location="https://elsewhere.example/v2")) as api, Home(api.url) as home:
        found = probe(home, code=1)
        assert (found["result"], found["status"]) == (result, status)
        assert words in found["detail"]
        assert len(api.requests) == 1  # nothing was followed or tried again


def test_it_sends_what_a_delivery_sends():
    with Server(answer(200)) as api:
        with Home(api.url + "?shop=7", destination__headers="X-Tenant: 7\n    X-Region: eu") as home:
            home.configure(api.url + "?shop=7", destination__headers="X-Tenant: 7\n    X-Region: eu")
            home.run("test")
            request = api.requests[0]
            assert (request.method, request.target, request.body) == ("GET", "/products?shop=7", b"")
            assert request.fields["authorization"] == "Bearer " + TOKEN
            assert request.fields["x-tenant"] == "7" and request.fields["x-region"] == "eu"
            assert "idempotency-key" not in request.fields


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_the_method_is_a_setting(method):
    with Server(answer(204)) as api, Home(api.url, test__method=method, http__timeout="3s") as home:
        assert probe(home, code=0)["status"] == 204
        assert api.requests[0].method == method


def test_the_wrong_token():
    with Mock(token="another") as api, Home(api.url) as home:
        found = probe(home, code=1)
        assert found["result"] == "credentials refused" and found["status"] == 401
        assert TOKEN not in str(found)


def test_no_token():
    with Home() as home:
        home.configure(text="[destination bad]\nurl = http://127.0.0.1:9/products\n")
        said = home.run("test", code=2).stderr
        assert f"{home.conf}:" in said and "destination bad.token: there is no token; set token_file in [destination bad]" in said
        assert "MY_API_TOKEN" not in said and said.count("bad.token") == 1


def test_name_not_found():
    with Home("https://no-such-host.invalid/products") as home:
        found = probe(home, code=1)
        assert found["result"] == "not reached" and found["detail"].startswith("name not found")
        assert "DNS" in found["detail"]


def test_refused():
    with Home(f"http://127.0.0.1:{free_port()}/products") as home:
        found = probe(home, code=1)
        assert found["result"] == "not reached" and found["detail"].startswith("connection refused")


def test_connecting_times_out():
    """A full backlog: the kernel then leaves further SYNs without an answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port, waiting = listener.getsockname()[1], []
        for _ in range(4):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(("127.0.0.1", port))
        with socket.socket() as trial:
            trial.settimeout(0.5)
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                pytest.skip("this kernel answers in spite of a full backlog")
        with Home(f"http://127.0.0.1:{port}/products", http__connect_timeout="300ms") as home:
            found = probe(home, code=1)
            assert found["detail"].startswith("connecting timed out") and "firewall" in found["detail"]
        for s in waiting:
            s.close()


def test_no_answer_in_time():
    def respond(_, connection):
        connection.recv(1)
        return b""

    with Server(respond) as api, Home(api.url, http__timeout="300ms") as home:
        found = probe(home, code=1)
        assert found["result"] == "not reached" and found["detail"].startswith("timed out")
        assert 250 <= found["latency_ms"] < 5000


def test_the_connection_is_lost():
    with Server(b"") as api, Home(api.url) as home:
        assert probe(home, code=1)["detail"].startswith("connection lost")


def test_an_untrusted_certificate_and_how_to_trust_it():
    with Home() as home:
        made, key = certificate(home.folder, "api")
        with Server(answer(200), tls=tls_server(made, key)) as api:
            home.configure(api.url)
            found = probe(home, code=1)
            assert found["result"] == "not reached" and found["detail"].startswith("certificate not trusted")
            assert "http.ca_file" in found["detail"]
            home.configure(api.url, http__ca_file=made)
            assert probe(home, code=0)["result"] == "reached"


def test_no_tls_at_all():
    with Server(answer(200)) as api, Home(api.url.replace("http:", "https:")) as home:
        # the server reads a TLS hello as a request that never ends
        home.configure(api.url.replace("http:", "https:"), http__timeout="500ms", http__connect_timeout="500ms")
        found = probe(home, code=1)
        assert found["result"] == "not reached" and found["status"] == 0


def test_a_sample_is_sent_only_when_asked_for():
    with Mock("--require-key") as api, Home(api.url) as home:
        refused = home.run("test", "--send-sample", code=1)
        assert "--yes" in refused.stderr and api.summary()["requests"] == 0
        found = probe(home, "--send-sample", "--yes", code=0)
        assert found["result"] == "reached" and found["status"] == 201
        summary = api.summary()
        assert summary["effects"] == 1 and summary["violations"] == 0
        probe(home, "--send-sample", "--yes", code=0)
        assert api.summary()["replays"] == 0  # each time a key of its own: this request is judged


@pytest.mark.parametrize("status, result", [(401, "credentials refused"), (422, "refused"), (404, "refused")])
def test_a_sample_proves_more(status, result):
    with Mock("--fail", str(status)) as api, Home(api.url) as home:
        probe(home, code=0)
        found = probe(home, "--send-sample", "--yes", code=1)
        assert found["result"] == result and found["status"] == status


def test_all_destinations_or_one():
    with Mock() as good, Home() as home:
        home.configure(text=f"[destination good]\nurl = {good.url}\ntoken = test-token-4711\n"
                            f"[destination bad]\nurl = http://127.0.0.1:{free_port()}/products\nauth = none\n")
        lines = home.run("test", code=1).stdout.splitlines()
        assert lines[0].startswith("good: reached") and lines[1].startswith("bad: not reached")
        assert home.run("test", "--destination", "good").stdout.count("\n") == 1
        assert "no destination is named other" in home.run("test", "--destination", "other", code=2).stderr


def test_quiet_speaks_only_of_trouble():
    with Mock() as api, Home(api.url) as home:
        done = home.run("test", "--quiet")
        assert done.stdout == done.stderr == ""
    with Home(f"http://127.0.0.1:{free_port()}/products") as home:
        done = home.run("test", "--quiet", code=1)
        assert done.stdout == "" and "connection refused" in done.stderr
