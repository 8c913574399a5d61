"""docs/openapi.yaml against the program: the same routes with the same scopes, and answers that are as it says."""
import contextlib
import os
import re
import sqlite3

import pytest
from harness import Mock, product, wait_for
from site_client import Site

yaml = pytest.importorskip("yaml")
jsonschema = pytest.importorskip("jsonschema")

SOURCE = os.environ["PSYNC_SOURCE"]
with open(os.path.join(SOURCE, "docs/openapi.yaml"), encoding="utf-8") as f:
    API = yaml.safe_load(f)
METHODS = ("get", "post", "patch", "put", "delete")


def operations():
    return {(method.upper(), path): op for path, item in API["paths"].items() for method, op in item.items() if method in METHODS}


def resolve(node):
    """What a reference leads to."""
    if set(node) != {"$ref"}:
        return node
    found = API
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return resolve(found)


def checked(method, path, answer):
    """Holds an answer against the description of its route; returns it."""
    op = operations()[(method, path)]
    said = op["responses"].get(str(answer.status), op["responses"].get("default"))
    assert said is not None, f"{method} {path} answers {answer.status}, which is not described"
    content = resolve(said).get("content")
    if content is None:
        assert answer.body == b""
        return answer
    kind = answer.field("Content-Type").split(";")[0]
    assert kind in content, f"{method} {path} answers {kind}"
    if kind.endswith("json"):
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": API["components"], "allOf": [content[kind]["schema"]]}
        jsonschema.Draft202012Validator(schema).validate(answer.json)
    return answer


def test_the_description_is_sound():
    names = [op["operationId"] for op in operations().values()]
    assert len(names) == len(set(names)) and API["openapi"].startswith("3.1")
    for schema in API["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    text = repr(API)
    for ref in set(re.findall(r"'\$ref': '([^']+)'", text)):
        resolve({"$ref": ref})
    with open(os.path.join(SOURCE, "meson.build"), encoding="utf-8") as f:
        assert f"version: '{API['info']['version']}'" in f.read()


def test_every_route_is_described_and_no_other():
    found = {}
    for name in ("src/admin/api.c", "src/admin/site.c"):
        with open(os.path.join(SOURCE, name), encoding="utf-8") as f:
            for method, path, rest in re.findall(r'\{"([A-Z]+)", "(/[^"]*)",([^}]*)\}', f.read()):
                scope = re.search(r"PSYNC_SCOPE_([A-Z]+)", rest)
                found[(method, path)] = scope.group(1).lower() if scope else "socket"
    assert {key: op["x-scope"] for key, op in operations().items()} == found


def test_api_md_names_every_route():
    with open(os.path.join(SOURCE, "docs/api.md"), encoding="utf-8") as f:
        text = f.read()
    for method, path in operations():
        assert path in text, path


@pytest.fixture(scope="module")
def site():
    with Mock() as api, Site(api.url, serve__rate=0, text="[destination spare]\nurl = http://127.0.0.1:9/x\nauth = none\n") as s:
        s.api, s.admin = api, s.token("admin")
        yield s


def test_scopes_are_as_described(site):
    """Every change and all ingest ask who it is; what everybody may is open."""
    for (method, path), op in operations().items():
        target, scope = path.replace("{id}", "1").replace("{name}", "default"), op["x-scope"]
        answer = checked(method, path, site.ask(method, target, b"" if method == "GET" else b"{}")) if scope != "socket" else \
            site.ask(method, target, b"{}")
        refused = {"socket": (404,), "admin": (401,), "ingest": (401,)}.get(scope)
        assert answer.status in refused if refused else answer.status != 401 or path == "/v1/login", (method, path, answer.status)


def test_real_answers(site):
    def ask(method, path, body=None, target=None, status=200, **fields):
        answer = site.ask(method, target or path, body, token=site.admin, **fields)
        assert answer.status == status, (method, path, answer.status, answer.body)
        return checked(method, path, answer).json

    # putting
    ask("POST", "/v1/products", product(1).encode())
    ask("POST", "/v1/products", f"{product(1)}\n{product(2)}\n{{}}\n".encode(), Content_Type="application/x-ndjson")
    ask("POST", "/v1/products", b"{}", status=422)
    ask("POST", "/v1/products", product(3).encode(), Idempotency_Key="k3", traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01")
    ask("POST", "/v1/products", product(4).encode(), Idempotency_Key="k3", status=422)
    ask("POST", "/v1/products", f"[{product(5)},{product(6)}]".encode(), Idempotency_Key="k5", status=400)
    ask("POST", "/v1/messages", (product(7) + "\n" + product(7) + "\n").encode(), target="/v1/messages?shop=x")
    # states, with dead letters and a paused destination
    site.api.rules({"status": 422})
    ask("POST", "/v1/products", product(10).encode())
    ask("POST", "/v1/products", product(11).encode())
    dead = wait_for(lambda: (m := ask("GET", "/v1/dead")["messages"]) and len(m) >= 2 and m, what="dead letters")
    ask("POST", "/v1/destinations/{name}/pause", {"reason": "a test"}, target="/v1/destinations/spare/pause")
    ask("GET", "/v1/status")
    ask("GET", "/v1/figures")
    ask("GET", "/v1/destinations")
    ask("POST", "/v1/destinations/{name}/resume", {}, target="/v1/destinations/spare/resume")
    ask("POST", "/v1/destinations/{name}/resume", {}, target="/v1/destinations/nowhere/resume", status=404)
    # looking
    page = ask("GET", "/v1/messages", target="/v1/messages?limit=3")
    assert page["cursor"] and ask("GET", "/v1/messages", target=f"/v1/messages?limit=3&cursor={page['cursor']}")["messages"]
    ask("GET", "/v1/messages", target="/v1/messages?limit=0", status=400)
    for query in ("", "state=ready&", "state=in_flight&", "state=dead&", "product=1&"):
        for cursor in ("x", "1", "1:2", "1:2:3x", "1:2:"):
            ask("GET", "/v1/messages", target=f"/v1/messages?{query}cursor={cursor}", status=400)
    ask("GET", "/v1/messages/{id}", target=f"/v1/messages/{dead[0]['id']}")
    ask("GET", "/v1/messages/{id}", target="/v1/messages/999999", status=404)
    group = ask("GET", "/v1/dead/groups")["groups"][0]
    for change in ("retry", "discard"):
        for which in ({"all": True}, {"group": group["id"]}):
            ask("POST", f"/v1/dead/{change}", {**which, "limit": 1, "cursor": "x"}, status=400)
    assert ask("GET", "/v1/dead/groups")["groups"][0]["count"] == group["count"]
    # dead letters
    site.api.rules()
    ask("POST", "/v1/dead/retry", {"ids": [dead[0]["id"], "999999"]})
    ask("POST", "/v1/dead/{id}/replace", product(dead[1]["product"], "better").encode(), target=f"/v1/dead/{dead[1]['id']}/replace")
    ask("POST", "/v1/dead/discard", {"all": True})
    ask("POST", "/v1/dead/retry", {"everything": True}, status=400)
    wait_for(lambda: site.ask("GET", "/v1/messages?product=1&destination=default").json["messages"][0]["state"] == "done", what="done")
    ask("POST", "/v1/resend", {"product": 1, "destination": "default"})
    ask("POST", "/v1/resend", {"product": 999}, status=404)
    # settings and the process
    ask("GET", "/v1/config")
    ask("PATCH", "/v1/config", {"settings": {"retry.attempts": "6"}})
    ask("PATCH", "/v1/config", {"settings": {"retry.attempts": None}})
    ask("PATCH", "/v1/config", {"settings": {"retry.attempts": "x"}}, status=422)
    ask("PATCH", "/v1/config", {"settings": {"http.proxy": "x"}}, status=403)
    ask("GET", "/v1/owner")
    ask("GET", "/healthz")
    ask("GET", "/readyz")
    ask("POST", "/v1/queue/check", {})
    checked("GET", "/metrics", site.ask("GET", "/metrics"))
    checked("GET", "/v1/session", site.ask("GET", "/v1/session"))
    checked("GET", "/v1/session", site.ask("GET", "/v1/session", token=site.admin))
    answer, fields = site.login()
    checked("POST", "/v1/login", answer)
    checked("POST", "/v1/login", site.login(password="wrong password")[0])
    checked("POST", "/v1/logout", site.ask("POST", "/v1/logout", b"", **fields))


def test_what_a_shop_holds():
    def ask(method, path, body=None, target=None, status=200):
        answer = site.ask(method, target or path, body, token=admin)
        assert answer.status == status, answer.body
        return checked(method, path, answer).json

    with Site(start=False) as site:
        admin = site.token("admin")
        site.home.run("destination", "pause", "default")
        with contextlib.closing(sqlite3.connect(site.home.queue)) as db, db:  # as a relay leaves it
            db.execute("UPDATE destination SET paused_reason = 'the shop: it is closed'")
        site.start()
        ask("POST", "/v1/destinations/{name}/pause", {"reason": "tea"}, target="/v1/destinations/default/pause")
        held, = ask("GET", "/v1/destinations")["destinations"]
        assert (held["state"], held["reason"], held["paused"]) == ("paused", "it is closed", {"hand": "tea", "shop": "it is closed"})
        path, target = "/v1/destinations/{name}/resume", "/v1/destinations/default/resume"
        refused = ask("POST", path, {}, target=target, status=409)
        assert refused["held"] == [{"destination": "default", "reason": "it is closed"}] and refused["destinations"] == []
        ask("POST", path, {"force": 1}, target=target, status=400)
        ask("POST", path, {"force": True}, target=target)
        held, = ask("GET", "/v1/destinations")["destinations"]
        assert (held["state"], held["paused"]) == ("ok", None)


def test_the_sockets_own_answers(site):
    """The same program over the unix socket; what it alone has is described too."""
    for method, path, body in (("POST", "/v1/queue/backup", {"path": site.home.folder + "/copy.db"}), ("POST", "/v1/handover", {}),
                               ("GET", "/v1/status", None)):
        status, answer = site.home.call(method, path, body)
        schema = resolve(operations()[(method, path)]["responses"].get(str(status)))["content"]
        assert status == (409 if path == "/v1/handover" else 200)
        jsonschema.Draft202012Validator({"components": API["components"], "allOf": [next(iter(schema.values()))["schema"]]}).validate(answer)
