"""What a user types to look at dead letters, to send them again and to give them up."""
import json

from harness import Home, Mock, dead_home, product


def test_dead_list_groups_by_cause():
    with Mock() as api, Home(api.url) as home:
        assert "no dead letters" in home.run("dead", "list").stdout
        assert "no dead letters" in home.run("dead", "list", "--destination", "default").stdout
        for more in ((), ("--json",), ("--each",), ("--each", "--json")):
            done = home.run("dead", "list", "--destination", "nope", *more, code=1)
            assert done.stdout == "" and "there is no destination nope" in done.stderr
        dead_home(api, home)
        groups = {g["status"]: g for g in home.json("dead", "list")["groups"]}
        assert groups[422]["count"] == 3 and groups[400]["count"] == 1
        assert groups[422]["problem"] == "https://api.example/category" and "no such category" in groups[422]["error"]
        text = home.run("dead", "list").stdout
        assert groups[422]["id"] in text and "no such category" in text and "bad name" in text
        head, *rows = text.split("\n")
        for row in (row for row in rows if "default" in row):  # under its heading, and what came back under it
            assert row.index("default") == head.index("destination")
            assert rows[rows.index(row) + 1].startswith("  HTTP 4")
        assert [line for line in rows if len(line) > 80] == []
        of_cause = home.run("dead", "list", "--cause", groups[422]["id"], "--json").stdout
        assert sorted(json.loads(line)["product"] for line in of_cause.strip().split("\n")) == [1, 2, 3]
        each = home.run("dead", "list", "--each").stdout
        assert len(each.strip().split("\n")) == 4
        assert len(home.run("dead", "list", "--each", "--limit", "2").stdout.strip().split("\n")) == 2
        assert home.run("dead", "list", "--cause", "999").stdout == "no such dead letters\n"


def test_dead_show_has_payload_attempts_and_answer():
    with Mock() as api, Home(api.url) as home:
        dead_home(api, home)
        number = home.message(4)["id"]
        text = home.run("dead", "show", number).stdout
        assert '{"id":4,"name":"Product 4","price":9.90,"stock":1}' in text
        assert "HTTP/1.1 400" in text and "bad name" in text and " ms " in text
        message = home.json("dead", "show", number)
        assert message["state"] == "dead" and message["history"][0]["head"].startswith("HTTP/1.1 400")
        home.run("dead", "show", "999999", code=1)
        home.run("dead", "show", "no/such?id", code=1)


def test_dead_retry_by_id_cause_and_all():
    with Mock() as api, Home(api.url) as home:
        dead_home(api, home)
        groups = {g["status"]: g["id"] for g in home.json("dead", "list")["groups"]}
        one = home.message(1)["id"]
        assert "1 will be delivered again" in home.run("dead", "retry", one).stdout
        assert home.json("dead", "retry", "--cause", groups[422]) == {"changed": 2, "missing": 0, "newer": 0}
        assert home.json("dead", "retry", "--all")["changed"] == 1
        done = home.run("dead", "retry", one, code=1)
        assert "no such dead letter" in done.stderr
        keys = {n: home.message(n)["key"] for n in range(1, 5)}
        home.run("work", "--drain")
        assert api.summary()["effects"] == 6
        assert all(home.message(n)["key"] == keys[n] and home.message(n)["state"] == "done" for n in keys)


def test_dead_retry_under_a_new_key():
    with Mock() as api, Home(api.url) as home:
        dead_home(api, home)
        old = home.message(4)
        assert home.json("dead", "retry", old["id"], "--new-key")["changed"] == 1
        new, replaced = home.json("show", "4")["messages"]
        assert new["key"] != old["key"] and new["revision"] == 1 and new["payload"] == old["payload"]
        assert replaced["state"] == "replaced" and replaced["replaced_by"] == new["key"]
        home.run("work", "--drain")
        assert api.ledger(4)["effects"] == 1


def test_dead_retry_leaves_what_a_newer_message_overtook():
    with Mock() as api, Home(api.url) as home:
        dead_home(api, home)
        home.run("produce", input=product(4, name="A better name"))
        home.run("work", "--drain")
        old = next(m for m in home.json("show", "4")["messages"] if m["state"] == "dead")
        done = home.run("dead", "retry", old["id"], code=1)
        assert "a newer message" in done.stderr and "--force" in done.stderr
        home.run("dead", "retry", old["id"], "--force")
        home.run("work", "--drain")
        assert api.ledger(4)["effects"] == 2


def test_dead_discard_forgets():
    with Mock() as api, Home(api.url) as home:
        dead_home(api, home)
        groups = {g["status"]: g["id"] for g in home.json("dead", "list")["groups"]}
        done = home.run("dead", "discard", "--all", code=1)  # nobody there to answer
        assert "nothing discarded" in done.stderr
        home.run("dead", "discard", home.message(1)["id"])
        home.run("dead", "discard", "--cause", groups[422], "--yes")
        assert [g["count"] for g in home.json("dead", "list")["groups"]] == [1]
        home.run("dead", "discard", "--all", "--yes", "--destination", "default")
        assert home.json("dead", "list")["groups"] == []
        assert home.message(1)["state"] == "discarded"
        assert "1 put" in home.run("produce", input=product(1)).stdout, "its key is forgotten"
