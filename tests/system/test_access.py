"""Who may do what over TCP: sessions, tokens, scopes, the header Host, other sites' pages, limits, proxies, TLS."""
import os
import signal
import ssl
import stat
import time

import pytest
from harness import Mock, certificate, free_port, product, wait_for
from site_client import PASSWORD, Site


@pytest.fixture(scope="module")
def site():
    with Site(serve__hosts="shop.example") as s:
        s.read, s.ingest, s.admin = s.token("read"), s.token("ingest"), s.token("admin")
        yield s


READS = ("/v1/status", "/v1/messages", "/v1/dead", "/v1/dead/groups", "/v1/destinations", "/v1/config", "/v1/owner")
CHANGES = (("POST", "/v1/dead/retry"), ("POST", "/v1/dead/discard"), ("POST", "/v1/dead/1/replace"), ("POST", "/v1/resend"),
           ("POST", "/v1/destinations/default/pause"), ("POST", "/v1/destinations/default/resume"),
           ("POST", "/v1/queue/check"), ("PATCH", "/v1/config"))
INGEST = ("/v1/products", "/v1/messages?shop=")


def test_on_loopback_everybody_looks_and_nobody_changes(site):
    for target in READS + ("/", "/healthz", "/readyz", "/v1/session"):
        assert site.ask("GET", target).status == 200, target
    for method, target in CHANGES:
        answer = site.ask(method, target, {})
        assert answer.status == 401 and answer.field("WWW-Authenticate").startswith("Bearer"), target
        assert answer.field("Content-Type") == "application/problem+json" and answer.json["status"] == 401
    for target in INGEST:
        assert site.ask("POST", target, product(1).encode()).status == 401, target
    assert site.home.counts()["ready"] == 0, "nothing came in"


def test_scopes(site):
    def status(token, method, target, body=b"{}"):
        return site.ask(method, target, body, token=token).status
    for target in READS:
        assert [status(t, "GET", target, b"") for t in (site.read, site.ingest, site.admin)] == [200, 403, 200], target
    for method, target in CHANGES:
        assert status(site.read, method, target) == 403 and status(site.ingest, method, target) == 403, target
        assert status(site.admin, method, target) not in (401, 403), target
    for target in INGEST:
        assert status(site.read, "POST", target) == 403
        assert status(site.ingest, "POST", target, product(1).encode()) == 200
        assert status(site.admin, "POST", target, product(1).encode()) == 200


def test_what_the_socket_alone_has(site):
    """A copy goes to any path; a hand-over ends the service."""
    for target in ("/v1/queue/backup", "/v1/handover"):
        assert site.ask("POST", target, {"path": "/tmp/x"}, token=site.admin).status == 404


def test_tokens_that_do_not_count(site):
    short = site.token("read", "--expires", "300ms")
    time.sleep(0.4)
    gone = site.token("read")
    assert site.ask("GET", "/v1/owner", token=gone).status == 200
    site.home.run("token", "remove", gone.split("_")[1])
    wait_for(lambda: site.ask("GET", "/v1/owner", token=gone).status == 401, 5, "the removal")
    wrong = site.read[:-1] + ("0" if site.read[-1] != "0" else "1")
    for token in (short, wrong, "", "x", site.read + "0", site.read.upper()):
        assert site.ask("GET", "/v1/owner", Authorization="Bearer " + token).status == 401, token
    assert site.ask("GET", "/v1/owner", Authorization="Basic YTpi").status == 401


def test_nothing_secret_is_kept_or_shown(site):
    path = os.path.join(site.home.state, "access.json")
    with open(path, encoding="ascii") as f:
        text = f.read()
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in text
    for secret in (PASSWORD, *(t.split("_")[2] for t in site.tokens.values())):
        assert secret not in text and secret not in site.home.log()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    listed = site.home.run("token", "list", "--json").stdout + site.home.run("user", "list", "--json").stdout
    assert "$argon2" not in listed and site.read.split("_")[2] not in listed


def test_a_session(site):
    answer, fields = site.login()
    cookie = answer.field("Set-Cookie")
    assert cookie.startswith("productsync=") and "; HttpOnly" in cookie and "; SameSite=Strict" in cookie
    assert "Secure" not in cookie and "Domain" not in cookie, "loopback without TLS"
    assert answer.json["user"] == "anna" and answer.json["scopes"] == ["read", "ingest", "admin"]
    seen = site.ask("GET", "/v1/session", Cookie=fields["Cookie"]).json
    assert seen["csrf"] == fields["X-CSRF-Token"] and seen["user"] == "anna"
    assert site.ask("POST", "/v1/destinations/default/pause", {}, **fields).status == 200
    assert site.ask("POST", "/v1/destinations/default/resume", {}, **fields).status == 200
    wait_for(lambda: site.home.events(event="change asked for", user="anna", path="/v1/destinations/default/pause"), 5)
    out = site.ask("POST", "/v1/logout", b"", **fields)
    assert out.status == 204 and "Max-Age=0" in out.field("Set-Cookie")
    assert site.ask("POST", "/v1/destinations/default/pause", {}, **fields).status == 401


def test_other_sites_pages_change_nothing(site):
    _, fields = site.login()
    host = f"127.0.0.1:{site.port}"
    def pause(**more):
        return site.ask("POST", "/v1/destinations/default/resume", {}, **{**fields, **more}).status
    assert pause(Origin=f"http://{host}", Sec_Fetch_Site="same-origin") == 200
    for more in ({"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}, {"Origin": "https://evil.example"}, {"Origin": "null"},
                 {"Origin": f"http://{host}.evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert pause(**more) == 403, more
    assert site.ask("POST", "/v1/destinations/default/resume", {}, Cookie=fields["Cookie"]).status == 403
    assert site.login(Origin="https://evil.example")[0].status == 403, "nor does another page log somebody in"
    assert site.ask("POST", "/v1/login", b'{"user":"anna","password":"x"}', Content_Type="text/plain").status == 415


def test_the_host_that_was_asked_for(site):
    """A page of another site that has its name lead here (DNS rebinding) still says that name."""
    for host in ("evil.example", "evil.example:9470", "127.0.0.1.evil.example", "localhost.evil.example", "", "shop.example.evil",
                 "[::1", "a b", "localhost:x"):
        for target in ("/v1/status", "/", "/healthz", "/v1/session"):
            assert site.ask("GET", target, host=host).status in (400, 421), (host, target)
    for host in ("localhost", "LOCALHOST:80", "127.0.0.1", f"127.0.0.1:{site.port}", "[::1]:9470"):
        assert site.ask("GET", "/v1/status", host=host).status == 200, host
    assert site.ask("GET", "/v1/status", host=["localhost", "localhost"]).status == 421
    named = site.ask("GET", "/v1/status", host="shop.example")
    assert named.status == 401, "whoever comes by a name of its own comes from outside: he logs in"
    assert site.ask("GET", "/v1/status", host="shop.example", token=site.read).status == 200
    assert site.ask("GET", "/v1/session", host="shop.example").json["login_needed"] is True


def test_a_proxy_that_nobody_named_is_not_loopback(site):
    for field in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Proto", "Via"):
        assert site.ask("GET", "/v1/status", **{field: "10.0.0.1"}).status == 403


def test_security_headers(site):
    page, api = site.ask("GET", "/"), site.ask("GET", "/v1/status")
    for answer in (page, api, site.ask("GET", "/nowhere"), site.ask("POST", "/v1/resend", {})):
        for name, value in (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                            ("X-Frame-Options", "DENY"), ("Cross-Origin-Opener-Policy", "same-origin"),
                            ("Cross-Origin-Resource-Policy", "same-origin")):
            assert answer.field(name) == value, name
        assert not [n for n, _ in answer.fields if n.lower().startswith("access-control-")]
    policy = page.field("Content-Security-Policy")
    assert "unsafe" not in policy and "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert api.field("Cache-Control") == "no-store" and page.field("Cache-Control") == "no-cache"
    assert site.ask("GET", "/", If_None_Match=page.field("ETag")).status == 304


def test_login_attempts_are_limited():
    with Site(users=("anna", "bob")) as site:
        answers = [site.login(password="wrong password")[0] for _ in range(6)]
        assert [a.status for a in answers] == [401] * 5 + [429]
        assert 1 <= int(answers[5].field("Retry-After")) <= 2
        assert site.login()[0].status == 429, "also with the right one"
        assert site.login("bob")[0].status == 200, "others are not held up"
        wait_for(lambda: len(site.home.events(event="login refused", user="anna")) == 5, 5)
        wait_for(lambda: site.login()[0].status == 200, 10, "the end of the wait")
        unknown = [site.login("nobody", "wrong password")[0] for _ in range(6)]
        assert [a.status for a in unknown] == [401] * 5 + [429] and unknown[0].body == answers[0].body
        wait_for(lambda: len(site.home.events(event="login refused")) == 10, 5)
        assert "nobody" not in site.home.log(), "it might have been a password, in the wrong field"


def test_names_of_users_do_not_show_in_the_time_it_takes():
    with Site() as site:
        def seconds(user):
            begun = time.monotonic()
            assert site.login(user, "wrong password")[0].status == 401
            return time.monotonic() - begun
        seconds("anna")
        known, unknown = min(seconds("anna") for _ in range(3)), min(seconds("nobody") for _ in range(3))
        assert known < 4 * unknown and unknown < 4 * known


def test_another_password_ends_sessions():
    with Site(users=("anna", "bob")) as site:
        _, anna = site.login()
        _, bob = site.login("bob")
        site.home.run("user", "password", "anna", input="another long password\n")
        site.home.run("user", "remove", "bob")
        for fields in (anna, bob):
            wait_for(lambda f=fields: site.ask("GET", "/v1/session", **f).json["user"] is None, 5, "the end of the session")
        assert site.login()[0].status == 401 and site.login(password="another long password")[0].status == 200


def test_a_client_has_a_limit():
    with Site(serve__rate=5) as site:
        own, slow, read = site.token("ingest"), site.token("ingest", "--rate", "1"), site.token("read")
        _, anna = site.login()
        statuses = [site.ask("GET", "/v1/owner").status for _ in range(40)]
        assert 429 in statuses and statuses[:19] == [200] * 19  # logging in was one more
        late = next(a for a in (site.ask("GET", "/v1/owner") for _ in range(20)) if a.status == 429)
        assert late.field("Retry-After") == "1" and late.json["status"] == 429
        assert {site.ask("POST", "/v1/products", product(n).encode(), token=own).status for n in range(1, 60)} == {200}
        assert 429 in {site.ask("POST", "/v1/products", product(n).encode(), token=slow).status for n in range(1, 60)}
        assert site.ask("GET", "/v1/owner", token=read).status == 200, "a token is a client of its own"
        assert 429 in {site.ask("GET", "/v1/owner").status for _ in range(40)}
        assert site.ask("GET", "/v1/owner", **anna).status == 200, "so is who is logged in"
        assert 429 in {site.ask("GET", "/v1/owner", **anna).status for _ in range(40)}, "with the same limit"


def test_login_can_be_asked_for_reading_too():
    with Site(serve__login="always") as site:
        assert site.ask("GET", "/v1/status").status == 401 and site.ask("GET", "/healthz").status == 200
        assert site.ask("GET", "/").status == 200, "the page that asks for the login"
        assert site.ask("GET", "/v1/status", token=site.token("read")).status == 200


def test_users_that_only_look():
    with Site(users=()) as site:
        site.home.run("user", "add", "eve", "--scope", "read", input=PASSWORD + "\n")
        answer, fields = site.login("eve")
        assert answer.json["scopes"] == ["read"]
        assert site.ask("POST", "/v1/resend", {}, **fields).status == 403


def test_elsewhere_than_loopback_needs_tls_or_a_proxy():
    """`serve` refuses it, `config check` tells of it before, and a reload does not take it."""
    cert = {"serve__tls_cert": "/nowhere.pem"}
    for settings, said in (({"serve__listen": "0.0.0.0:0"}, "serve.listen = 0.0.0.0:0: is not loopback"),
                           ({"serve__listen": "localhost:x"}, 'serve.listen = localhost:x: "localhost:x" is not an address'),
                           ({"serve__listen": "127.0.0.1"}, 'serve.listen = 127.0.0.1: "127.0.0.1" is not an address'),
                           (cert, "belong together"),
                           ({**cert, "serve__tls_key": "/nowhere.key"}, "serve.tls_cert = /nowhere.pem: cannot be read"),
                           ({"serve__tls_cert": "/etc/hostname", "serve__tls_key": "/etc/hostname"},
                            "serve.tls_cert = /etc/hostname: its private key cannot be used")):
        with Site(start=False, **settings) as site:
            for command in (["serve"], ["config", "check"]):
                line = site.home.run(*command, code=2).stderr
                assert said in line and line.count("\n") == 1, line
    with Site() as site:
        site.home.configure("http://127.0.0.1:9/products", serve__listen="0.0.0.0:0", retry__attempts=9)
        site.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "is not loopback" in site.home.log(), what="the refusal")
        assert "retry.attempts" not in site.home.log()


def test_behind_a_proxy(tmp_path):
    port = free_port()
    with Site(start=False, serve__listen=f"0.0.0.0:{port}", serve__proxy="127.0.0.1", serve__hosts="shop.example") as site:
        site.port = port
        site.start()
        def ask(target, **fields):
            return site.ask("GET", target, host="shop.example", **fields)
        assert ask("/v1/status", X_Forwarded_For="9.9.9.9").status == 401, "who comes through a proxy logs in"
        assert ask("/v1/status", X_Forwarded_For="9.9.9.9", X_Forwarded_Proto="http").status == 403
        answer, fields = site.login(host="shop.example", X_Forwarded_For="1.1.1.1, 9.9.9.9", X_Forwarded_Proto="https",
                                    Origin="https://shop.example")
        assert answer.field("Set-Cookie").startswith("__Host-productsync=") and "; Secure" in answer.field("Set-Cookie")
        wait_for(lambda: site.home.events(event="logged in", client="9.9.9.9"), 5,
                 "the address that the proxy saw, not what came with it")
        assert ask("/v1/status", **fields).status == 200
        assert ask("/").field("Strict-Transport-Security")
        site.login(host="shop.example", X_Forwarded_For=["1.1.1.1", "8.8.8.8"], X_Forwarded_Proto="https")
        wait_for(lambda: site.home.events(event="logged in", client="8.8.8.8"), 5, "also where the proxy adds a field of its own")
        assert ask("/v1/status", X_Forwarded_For="9.9.9.9", X_Forwarded_Proto=["https", "http"]).status == 403
    with Site(start=False, serve__listen=f"0.0.0.0:{port}", serve__proxy="127.0.0.2") as site:
        site.port = port
        site.start()
        assert site.ask("GET", "/v1/session").status == 403, "not that proxy"


def test_tls(tmp_path):
    made, key = certificate(str(tmp_path), "serve")
    context = ssl.create_default_context(cafile=made)
    with Site(tls=context, serve__tls_cert=made, serve__tls_key=key) as site:
        answer, fields = site.login()
        assert answer.field("Set-Cookie").startswith("__Host-productsync=") and "; Secure" in answer.field("Set-Cookie")
        assert site.ask("GET", "/v1/session", **fields).json["user"] == "anna"
        assert "max-age" in answer.field("Strict-Transport-Security")
        site.tls = None
        with pytest.raises(Exception):
            site.ask("GET", "/v1/session")


def test_names_and_passwords_that_are_refused():
    with Site(start=False, users=()) as site:
        for args, text, said in ((("user", "add", "a b"), PASSWORD, "a name has"), (("user", "add", "anna"), "short", "at least 10"),
                                 (("user", "add", "anna"), "", "at least 10"), (("user", "add", "anna"), "x" * 2000, "at most 1024"),
                                 (("user", "add", "anna", "--scope", "root"), PASSWORD, "expected read, ingest or admin"),
                                 (("token", "add", "t"), "", "--scope"), (("token", "add", "t", "--scope", "read", "--rate", "x"), "", "--rate x"),
                                 (("token", "add", "t", "--scope", "read", "--expires", "soon"), "", "--expires soon")):
            done = site.home.run(*args, input=text + "\n", code=2)
            assert said in done.stderr and done.stderr.count("\n") == 1, (args, done.stderr)
        site.home.run("user", "add", "anna", input=PASSWORD + "\n")
        assert "already" in site.home.run("user", "add", "anna", input=PASSWORD + "\n", code=1).stderr
        for args in (("user", "remove", "bob"), ("token", "remove", "x")):
            assert "there is no" in site.home.run(*args, code=1).stderr
        assert "there is no user bob" in site.home.run("user", "password", "bob", input=PASSWORD + "\n", code=1).stderr


def test_a_file_of_accounts_that_cannot_be_read():
    """At the start it is said; while it runs nobody gets in by it."""
    with Site() as site:
        token, path = site.token("admin"), os.path.join(site.home.state, "access.json")
        assert site.ask("GET", "/v1/owner", token=token).status == 200
        with open(path, "w", encoding="ascii") as f:
            f.write('{"users": [')
        wait_for(lambda: site.ask("GET", "/v1/owner", token=token).status == 401, 5, "the refusal")
        site.stop()
        assert path in site.home.run("serve", code=2).stderr


def test_ingest_over_tcp():
    """As docs/api.md says; what is answered is durable."""
    with Mock() as api, Site(api.url) as site:
        token = site.token("ingest")
        def put(body, **fields):
            return site.ask("POST", "/v1/products", body, token=token, **fields)
        one = put(product(1).encode()).json
        assert (one["new"], one["products"][0]["outcome"]) == (1, "new")
        wait_for(lambda: api.summary()["effects"] == 1, what="the delivery")
        again = wait_for(lambda: (p := put(product(1).encode()).json["products"][0])["state"] == "done" and p, what="done")
        assert again["outcome"] == "known"
        many = put(("[" + ",".join(product(n) for n in range(2, 12)) + "]").encode()).json
        assert many["new"] == 10
        lines = put("\n".join([product(20), "{}", product(21)]).encode(), Content_Type="application/x-ndjson").json
        assert (lines["new"], lines["refused"]) == (2, 1) and lines["products"][1]["reason"]
        assert put(b"{}").status == 422 and put(b"").status in (400, 422)
        assert put(product(30).encode(), Idempotency_Key='"order-17"').json["products"][0]["key"] == "order-17"
        assert put(product(30).encode(), Idempotency_Key="order-17").json["known"] == 1
        assert put(product(31).encode(), Idempotency_Key="order-17").status == 422
        assert put(("[" + product(40) + "," + product(41) + "]").encode(), Idempotency_Key="k").status == 400
        assert put(("\n [" + product(30) + "]").encode(), Idempotency_Key="order-17").status == 400, "an array, whatever is in it"
        assert put(("\ufeff[" + product(30) + "]").encode(), Idempotency_Key="order-17").status == 400, "also behind a mark of UTF-8"
        for key in ('"order-18', 'order-18"', '"', '""'):
            assert put(product(30).encode(), Idempotency_Key=key).status == 400, key
        pages, cursor = [], ""
        while cursor is not None:
            page = site.ask("GET", f"/v1/messages?limit=5{'&cursor=' + cursor if cursor else ''}").json
            pages += [m["id"] for m in page["messages"]]
            cursor = page["cursor"]
        assert len(pages) == len(set(pages)) == 14


def test_a_full_queue_says_when_to_come_back():
    with Site(queue__max_depth=2) as site:
        token = site.token("ingest")
        answers = [site.ask("POST", "/v1/products", product(n).encode(), token=token) for n in range(1, 4)]
        assert [a.status for a in answers] == [200, 200, 503] and answers[2].field("Retry-After")


def test_settings_from_the_dashboard():
    with Mock() as api, Site(api.url, retry__attempts=4) as site:
        _, fields = site.login()
        def patch(**settings):
            return site.ask("PATCH", "/v1/config", {"settings": {k.replace("__", "."): v for k, v in settings.items()}}, **fields)
        def rows():
            return {s["name"]: s for s in site.ask("GET", "/v1/config").json["settings"]}
        assert patch(retry__attempts="7", destination__rate="5").json["changed"] == [
            "retry.attempts: 4 -> 7", "destination.rate: 0 -> 5"]
        now = rows()
        assert (now["retry.attempts"]["value"], now["retry.attempts"]["from"]) == ("7", "dashboard")
        assert now["destination.rate"]["value"] == "5" and now["destination.rate"]["changeable"]
        wait_for(lambda: site.home.events(event="setting changed", by="user anna", setting="retry.attempts: 4 -> 7"), 5)
        for name in ("destination__url", "destination__token", "destination__token_file", "destination__allow_http",
                     "destination__allow_private", "http__proxy", "http__ca_file", "http__client_key", "serve__listen",
                     "serve__hosts", "serve__login", "serve__tls_key", "serve__proxy", "log__file", "queue__path",
                     "state__folder", "destination__auth", "destination__header", "destination__headers"):
            assert patch(**{name: "yes"}).status == 403 and not rows()[name.replace("__", ".")]["changeable"], name
        for settings in ({"retry__attempts": "700"}, {"retry__attempts": "many"}, {"retry__nothing": "1"}, {"x": "1"},
                         {"retry__backoff": "1h", "retry__backoff_max": "1m"}, {"http__user_agent": "a\nb"}, {"http__user_agent": "a ;b"},
                         {"destination nowhere/..__rate": "1"}, {"destination nowhere__rate": "1"}):
            answer = patch(**{"work__concurrency": "9", **settings})
            assert answer.status == 422 and answer.json["detail"], settings
            assert rows()["work.concurrency"]["value"] == "32", "all or nothing"
        assert patch(**{"destination default__burst": "5"}).status == 200, "a destination that there is"
        assert patch(**{"destination nowhere__rate": None, "destination default__burst": None}).status == 200, "given up, there or not"
        assert patch(retry__attempts=7).status == 400 and patch().status == 400
        site.stop()
        with open(os.path.join(site.home.state, "overrides.conf"), encoding="utf-8") as f:
            assert "[destination]\nrate = 5\n[retry]\nattempts = 7\n" in f.read()
        site.start()
        assert rows()["retry.attempts"]["value"] == "7", "also after a restart"
        _, fields = site.login()
        assert patch(retry__attempts=None).json["changed"] == ["retry.attempts: 7 -> 4"]
        assert rows()["retry.attempts"]["from"] == "file"
        assert site.ask("POST", "/v1/products", product(1).encode(), token=site.token("ingest")).status == 200
        wait_for(lambda: api.summary()["effects"] == 1, what="a delivery under the new settings")
        assert patch(log__format="json", log__level="warning").status == 200
        site.login(password="wrong password")
        with open(os.path.join(site.home.state, "queue.log"), encoding="utf-8") as f:
            lines = wait_for(lambda: (f.seek(0), f.readlines())[1][-1].startswith("{") and (f.seek(0), f.readlines())[1], 5, "a line as JSON")
        assert '"login refused"' in lines[-1] and "log.level: info -> warning" in lines[-2], "and nothing below that level any more"


def test_settings_stay_where_the_state_is():
    """Another state folder in the file waits for a restart: until then the dashboard's file is the one of the folder in use."""
    with Mock() as api, Site(api.url) as site:
        token = site.token("admin")
        def patch(name, value):
            assert site.ask("PATCH", "/v1/config", {"settings": {name: value}}, token=token).status == 200
        def value(name):
            return next(s["value"] for s in site.ask("GET", "/v1/config").json["settings"] if s["name"] == name)
        patch("retry.attempts", "7")
        with open(site.home.conf, encoding="utf-8") as f:
            text = f.read()
        assert site.home.state in text
        with open(site.home.conf, "w", encoding="utf-8") as f:
            f.write(text.replace(site.home.state, site.home.state + "-next"))
        site.process.send_signal(signal.SIGHUP)
        wait_for(lambda: site.home.events(event="setting needs a restart"), 10, "the reload")
        patch("work.concurrency", "9")
        patch("serve.rate", "50")
        assert [value(n) for n in ("retry.attempts", "work.concurrency", "serve.rate")] == ["7", "9", "50"]
        with open(os.path.join(site.home.state, "overrides.conf"), encoding="utf-8") as f:
            kept = f.read()
        assert "attempts = 7" in kept and "concurrency = 9" in kept and "rate = 50" in kept
