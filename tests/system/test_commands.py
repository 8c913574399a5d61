"""What a user types to look at the queue and to act on it."""
import json
import os
import re
import sqlite3
import subprocess

import pytest

from harness import PROGRAM, TOKEN, Home, Mock, dead_home, product, products, wait_for

COMMANDS = ["simple", "async", "produce", "work", "status", "show", "resend", "dead list", "dead show", "dead retry",
            "dead discard", "destination list", "destination pause", "destination resume", "test", "config show",
            "config check", "config reference", "queue backup", "queue check", "mock", "demo", "serve", "user add", "user list", "user password", "user remove",
            "token add", "token list", "token remove"]
SOURCE = os.environ.get("PSYNC_SOURCE", os.path.join(os.path.dirname(__file__), "..", ".."))


def delivered(api, home, last, **rule):
    """The products 1..last through the queue."""
    if rule:
        api.rules(rule)
    home.run("produce", input=products(1, last))
    home.run("work", "--drain", code=None)
    api.rules()


# ---- usage ----

def test_help_of_every_command():
    with Home() as home:
        whole = home.run("--help", config=False).stdout
        for command in COMMANDS:
            shown = home.run(*command.split(), "--help", config=False).stdout
            assert shown.startswith(f"usage: productsync {command}")
            assert re.search(rf"^  {command}\b", whole, re.M), f"{command} is not in the list"
        listed = re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?: [A-Z\[]\S*)?  +\S", whole, re.M)
        assert {c for c in listed if not c.startswith("-")} == set(COMMANDS)
        for group in ("dead", "destination", "config", "queue"):
            assert f"productsync {group}" in home.run(group, "--help", config=False).stdout


def test_version():
    with Home() as home:
        assert re.fullmatch(r"productsync \d+\.\d+\.\d+\n", home.run("--version", config=False).stdout)


@pytest.mark.parametrize("args, said", [
    ([], "which command"),
    (["prodcue"], "did you mean produce"),
    (["dead", "lst"], 'unknown command "dead lst"'),
    (["status", "--jsn"], "unknown flag --jsn"),
    (["status", "-j"], "unknown flag -j"),
    (["status", "extra"], 'unexpected "extra"'),
    (["show"], "needs PRODUCT"),
    (["show", "abc"], "is no product id"),
    (["show", "-1"], "unknown flag -1"),
    (["status", "--quiet=1"], "takes no value"),
    (["status", "--config"], "needs a value"),
    (["status", "--json", "--verbose"], "do not go together"),
    (["dead", "retry"], "which ones?"),
    (["dead", "retry", "1", "--all"], "which ones?"),
    (["dead", "list", "--each", "--limit", "0"], "--limit 0"),
    (["status", "--set", "retry.atempts=3"], "did you mean retry.attempts?"),
    (["status", "--set", "retri.attempts=3"], "did you mean [retry]?"),
    (["status", "--set", "retry.attempts=0"], "from 1 to 100"),
    (["status", "--set", "retry.backoff=10"], "retry.backoff"),
    (["status", "--set", "nonsense"], "expected section.key=value"),
    (["status", "--set", "destination.token=hush-hush"], "a secret on the command line"),
])
def test_usage_errors_are_2_and_one_line(args, said):
    with Home("http://127.0.0.1:9/products") as home:
        done = home.run(*args, code=2, config=bool(args) and "--config" not in args)
        assert said in done.stderr
        assert len(done.stderr.strip().split("\n")) == 1 and done.stdout == ""
        assert "hush-hush" not in done.stderr


def test_a_missing_configuration_file_is_2():
    with Home() as home:
        done = home.run("status", "--config", os.path.join(home.folder, "none.conf"), code=2, config=False)
        assert "none.conf" in done.stderr


def test_a_setting_in_the_file_is_refused_with_line_and_key():
    with Home("http://127.0.0.1:9/products") as home:
        home.configure("http://127.0.0.1:9/products", text="[retry]\nattempts = 5\nbackof = 1s\n")
        number = open(home.conf).read().split("\n").index("backof = 1s") + 1
        done = home.run("status", code=2)
        assert f"{home.conf}:{number}: unknown setting retry.backof; did you mean retry.backoff?" in done.stderr


def test_no_address_says_what_to_set():
    with Home() as home:
        for args in (["simple"], ["async"], ["work"], ["test"], ["config", "check"]):
            done = home.run(*args, code=2, config=False)
            assert "MY_API_URL" in done.stderr and "destination.url" in done.stderr, args


# ---- MY_API_URL and MY_API_TOKEN ----

def test_the_environment_works_in_every_command():
    with Mock() as api, Home() as home:
        env = {"MY_API_URL": api.url, "MY_API_TOKEN": TOKEN, "STATE_DIRECTORY": home.state}

        def run(*args, **kw):
            return home.run(*args, env=env, config=False, **kw)
        run("simple", input=product(1))
        run("async", input=product(2))
        run("test")
        api.rules({"products": [4], "status": 422})
        run("produce", input=products(3, 5))
        run("work", "--drain")
        api.rules()
        assert api.summary()["effects"] == 4
        assert json.loads(run("status", "--json").stdout)["total"]["done"] == 2
        assert "delivered at" in run("show", "3").stdout
        run("resend", "3")
        run("dead", "list")
        run("dead", "retry", "--all")
        run("work", "--drain")
        assert api.summary()["effects"] == 6
        run("destination", "list")
        run("destination", "pause", "default")
        run("destination", "resume", "default")
        shown = run("config", "show").stdout
        assert "MY_API_TOKEN" in shown and "MY_API_URL" in shown and TOKEN not in shown
        run("config", "check")
        run("queue", "check")
        run("queue", "backup", os.path.join(home.folder, "copy.db"))


def test_the_environment_is_stronger_than_the_file_and_set_than_both():
    with Mock() as api, Home("http://127.0.0.1:9/products", token="wrong") as home:
        env = {"MY_API_URL": api.url, "MY_API_TOKEN": TOKEN}
        home.run("simple", input=product(1), env=env)
        env["MY_API_URL"] = "http://127.0.0.1:9/products"
        home.run("simple", "--set", f"destination.url={api.url}", input=product(2), env=env)
        assert api.summary()["effects"] == 2


# ---- status and show ----

def test_status_tells_what_is_where():
    with Mock() as api, Home(api.url, retry__backoff="1h", retry__backoff_max="1h", work__drain_wait="0") as home:
        api.rules({"products": [1], "status": 422}, {"products": [2, 3], "status": 500})
        home.run("produce", input=products(1, 6))
        home.run("work", "--drain", code=1)
        home.run("produce", input=products(7, 10))
        status = home.json("status")
        assert {k: status["total"][k] for k in ("ready", "in_flight", "delayed", "dead", "done")} == {
            "ready": 4, "in_flight": 0, "delayed": 2, "dead": 1, "done": 3}
        assert status["queue"]["path"] == home.queue and not status["working"]
        text = home.run("status").stdout
        assert "4 ready, 0 in flight, 2 delayed, 1 dead, 3 done" in text
        assert "no worker is running" in text and home.queue in text
        assert "next retry at" in text and "last delivered at" in text


def test_what_is_held_has_no_time_to_wait_for():
    with Mock() as api, Home(api.url, retry__backoff="1h", retry__backoff_max="1h", work__drain_wait="0") as home:
        api.rules({"products": [1], "status": 500})
        home.run("produce", input=products(1, 2))
        home.run("work", "--drain", code=1)
        home.run("produce", input=product(3))
        home.run("destination", "pause", "default", "--reason", "stocktaking")
        assert "next retry" not in home.run("status").stdout + home.run("destination", "list").stdout
        for number, state in ((1, "delayed"), (3, "ready")):
            assert f"{state}: its destination is paused by hand: stocktaking" in home.run("show", str(number)).stdout
        assert "delivered at" in home.run("show", "2").stdout
        assert home.message(1)["not_before"]  # the program that asks is told as before
        home.run("destination", "resume", "default")
        assert "delayed until" in home.run("show", "1").stdout and "next retry at" in home.run("status").stdout


def test_status_while_it_works_has_rate_and_time_to_drain():
    with Mock() as api, Home(api.url, destination__rate="20") as home:
        home.run("produce", input=products(1, 100))
        home.worker()
        status = wait_for(lambda: (s := home.json("status"))["total"].get("rate") and s, what="a rate")
        assert status["working"] and 0 < status["total"]["rate"] < 40
        assert status["total"]["drain_s"] > 0
        assert "delivered a second; all delivered in" in home.run("status").stdout


def test_show_tells_every_attempt():
    with Mock() as api, Home(api.url, retry__backoff="50ms") as home:
        api.rules({"first": 2, "status": 503, "title": "tired"})
        home.run("produce", input=products(7, 7))
        home.run("work", "--drain")
        message = home.message(7)
        assert message["state"] == "done" and message["tries"] == 3
        assert [(a["status"], a["counted"]) for a in message["history"]] == [(503, False), (503, False), (201, False)]
        text = home.run("show", "7").stdout
        assert "delivered at" in text and "3 requests" in text
        assert text.count("HTTP 503") == 2 and text.count("HTTP 201") == 1 and text.count(" ms ") == 3


def test_show_of_a_product_nobody_put():
    with Home("http://127.0.0.1:9/products") as home:
        done = home.run("show", "99", code=1)
        assert "product 99 was never put" in done.stderr
        assert home.json("show", "99", code=1) == {"messages": []}


def test_show_lists_the_newest_messages():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=product(7))
        home.run("work", "--drain")
        for _ in range(24):
            home.run("resend", "7", "--force")
        messages = home.json("show", "7")["messages"]
        assert [m["revision"] for m in messages] == list(range(24, 4, -1))


# ---- resend ----

def test_resend_announces_anew_under_a_new_key():
    with Mock() as api, Home(api.url) as home:
        delivered(api, home, 3)
        said = home.run("resend", "2").stdout
        assert "product 2 is announced anew to default" in said
        home.run("work", "--drain")
        entry = api.ledger(2)
        assert entry["effects"] == 2 and entry["requests"] == 2
        messages = home.json("show", "2")["messages"]
        assert len({m["key"] for m in messages}) == 2 and messages[0]["key"] in said
        assert [m["revision"] for m in messages] == [1, 0]
        assert messages[0]["payload"] == messages[1]["payload"]


def test_resend_refuses_what_is_not_finished():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=product(1))
        done = home.run("resend", "1", code=1)
        assert "is not finished yet" in done.stderr
        home.run("resend", "1", "--force")
        home.run("resend", "99", code=1)
        home.run("work", "--drain")
        assert api.ledger(1)["effects"] == 2


# ---- destinations ----

def test_pause_and_resume_are_remembered():
    with Mock() as api, Home(api.url) as home:
        home.run("destination", "pause", "default", "--reason", "API maintenance until 14:00")
        shown = home.destination()
        assert shown["state"] == "paused" and "API maintenance until 14:00" in shown["words"]
        home.run("produce", input=product(1))
        home.worker()
        assert "default: paused by hand: API maintenance until 14:00\n" in home.run("destination", "list").stdout
        assert home.destination()["state"] == "paused"
        assert api.summary()["requests"] == 0
        home.run("destination", "resume", "default")
        wait_for(lambda: api.summary()["effects"] == 1, what="the effect")
        assert home.destination()["state"] == "ok"


def test_an_unknown_destination():
    with Mock() as api, Home(api.url) as home:
        for verb in ("pause", "resume"):
            assert "nobody" in home.run("destination", verb, "nobody", code=1).stderr


# ---- config ----

def test_config_show_has_origins_and_masks_secrets():
    with Home("https://api.example.com/products", retry__attempts=4) as home:
        env = {"MY_API_URL": "https://other.example/p"}
        text = home.run("config", "show", "--set", "work.concurrency=3", env=env).stdout
        rows = {line.split()[0]: line for line in text.strip().split("\n")}
        assert home.conf in rows["retry.attempts"] and " 4 " in rows["retry.attempts"]
        assert "MY_API_URL" in rows["destination.url"] and "https://other.example/p" in rows["destination.url"]
        assert "--set" in rows["work.concurrency"]
        assert "default" in rows["http.timeout"]
        assert TOKEN not in text
        shown = {s["name"]: s for s in home.json("config", "show")["settings"]}
        assert shown["destination.token"]["secret"] and shown["destination.token"]["value"] not in ("", TOKEN)
        assert not shown["queue.path"]["reloadable"] and shown["retry.attempts"]["reloadable"]


def test_config_check():
    with Home("https://api.example.com/products") as home:
        assert "valid" in home.run("config", "check").stdout
        assert home.json("config", "check") == {"valid": True}
        home.configure("http://api.example.com/products")
        assert "https://" in home.run("config", "check", code=2).stderr
        home.configure("http://127.0.0.1:1/", http__timeout="30s", work__lease="1m")
        assert re.search(r"productsync.conf:\d+: http.timeout = 30s: work.lease must be at least 62s",
                         home.run("config", "check", code=2).stderr)
        assert json.loads(home.run("config", "check", "--json", code=2).stdout) == {"valid": False}


def test_config_reference_is_the_page_in_docs():
    with Home() as home, open(os.path.join(SOURCE, "docs", "configuration.md"), encoding="utf-8") as page:
        assert home.run("config", "reference", config=False).stdout == page.read()


# ---- the queue itself ----

def test_a_backup_can_be_worked_from():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=products(1, 500))
        worker = home.worker()
        copy = os.path.join(home.folder, "copy.db")
        assert "copy.db" in home.run("queue", "backup", "copy.db").stdout
        worker.terminate()
        worker.wait(20)
        for path in os.listdir(home.state):
            if path.startswith("queue.db"):
                os.unlink(os.path.join(home.state, path))
        os.rename(copy, home.queue)
        home.run("queue", "check")
        home.run("work", "--drain")
        summary = api.summary()
        assert summary["effects"] == 500 and summary["repeated"] == 0
        assert home.counts()["done"] == 500


def test_a_backup_does_not_overwrite():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=product(1))
        copy = os.path.join(home.folder, "copy.db")
        with open(copy, "w") as f:
            f.write("precious")
        none = os.path.join(home.folder, "none", "copy.db")
        for path, why in ((copy, "File exists"), (none, "No such file"), ("/dev/full", "File exists")):
            lines = home.run("queue", "backup", path, code=3).stderr.strip().split("\n")
            assert len(lines) == 1 and path in lines[0] and why in lines[0] and "status" not in lines[0]
        assert open(copy, "rb").read() == b"precious"


def test_check_finds_damage():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=products(1, 3000))
        assert "sound" in home.run("queue", "check").stdout
        assert home.json("queue", "check")["sound"] is True
        with sqlite3.connect(home.queue) as db:
            page = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'message_ready'").fetchone()[0]
            size = db.execute("PRAGMA page_size").fetchone()[0]
        with open(home.queue, "r+b") as f:
            f.seek((page - 1) * size + size // 2)
            f.write(os.urandom(size // 2))
        done = home.run("queue", "check", code=3)
        assert home.queue in done.stderr and "damaged" in done.stderr and "backup" in done.stderr


def test_damage_is_said_with_what_to_do():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=products(1, 3))
        with sqlite3.connect(home.queue) as db:
            db.execute("UPDATE destination SET ready = ready + 1")
        done = home.run("queue", "check", code=3)
        assert "damaged" in done.stderr and "its counts disagree" in done.stderr
        assert "remove queue.db-wal and queue.db-shm first" in done.stderr
        assert home.json("queue", "check", code=3)["sound"] is False


# ---- --json and --quiet ----

def test_json_of_every_command_parses():
    with Mock() as api, Home(api.url) as home:
        dead_home(api, home)
        number = home.message(1)["id"]
        for args in (["status"], ["show", "1"], ["resend", "6"], ["dead", "list"], ["dead", "list", "--each"],
                     ["dead", "show", number], ["dead", "retry", number], ["destination", "list"],
                     ["destination", "pause", "default"], ["destination", "resume", "default"], ["config", "show"],
                     ["config", "check"], ["queue", "check"], ["queue", "backup", "copy.db"], ["test"],
                     ["work", "--drain"], ["dead", "discard", "--all", "--yes"]):
            out = home.run(*args, "--json").stdout
            assert out.strip(), args
            for line in out.strip().split("\n"):
                json.loads(line)
        for args in (["produce"], ["simple"], ["async"]):
            lines = home.run(*args, "--json", input=product(9) + "\n" + product(-1), code=1).stdout.strip().split("\n")
            assert "summary" in json.loads(lines[-1]) and any("refused" in json.loads(line) for line in lines[:-1])


def test_quiet_says_only_what_went_wrong():
    with Mock() as api, Home(api.url) as home:
        for args in (["produce"], ["simple"], ["async"]):
            done = home.run(*args, "--quiet", input=product(9))
            assert done.stdout == done.stderr == "", args
        for args in (["work", "--drain"], ["status"], ["queue", "check"], ["dead", "list"]):
            done = home.run(*args, "--quiet")
            assert done.stdout == done.stderr == "", args
        done = home.run("produce", "--quiet", input=product(-1), code=1)
        assert done.stdout == "" and "refused: standard input:1:" in done.stderr


def test_verbose_says_the_log_as_well():
    with Mock() as api, Home(api.url) as home:
        home.run("produce", input=product(1))
        done = home.run("work", "--drain", "--verbose")
        assert "product=1" in done.stdout + done.stderr
        assert "known already: done" in home.run("produce", "--verbose", input=product(1)).stderr


def test_a_closed_standard_descriptor_is_nobody_elses():
    """Else the next file that is opened, the log or a socket, would be read as products or printed into."""
    with Mock() as api, Home(api.url) as home:
        def run(command, closed):
            line = f'exec "$0" {command} --config "$1" {closed}'
            return subprocess.run(["sh", "-c", line, PROGRAM, home.conf], input=product(1), env=home.environment(), timeout=60,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for command in ("produce", "simple", "async"):
            done = run(command, "<&-")
            assert done.returncode == 1 and "standard input:1: cannot be read" in done.stderr, command
        for command in ("produce", "simple", "work --drain", "status"):
            done = run(command, ">&-")
            assert done.returncode == 1 and "not all could be written to standard output" in done.stderr, command
            assert run(command, ">&- 2>&-").returncode == 1, command
        assert api.summary()["products"] == 1
        assert all(line.startswith("time=") for name in ("simple.log", "queue.log") for line in home.log(name).splitlines())



def test_output_that_cannot_be_written_is_no_success():
    with Mock() as api, Home(api.url) as home, open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "status", "--config", home.conf], stdout=full, stderr=subprocess.PIPE,
                              env=home.environment(), text=True)
        assert done.returncode == 1 and "standard output" in done.stderr


def test_a_queue_that_is_not_there_is_not_sound():
    with Home() as home:
        for args in (["queue", "check"], ["queue", "backup", "copy.db"]):
            assert home.queue in home.run(*args, code=3).stderr
        assert not os.path.exists(home.queue)


def test_what_was_replaced_is_known_by_its_old_key():
    with Mock() as api, Home(api.url) as home:
        api.rules({"products": [1], "times": 1, "status": 422})
        home.run("produce", input=product(1))
        home.run("work", "--drain")
        home.run("dead", "retry", "--all", "--new-key")
        home.run("work", "--drain")
        assert "0 put, 1 already known" in home.run("produce", input=product(1)).stdout
        home.run("work", "--drain")
        assert api.summary()["effects"] == 1


# ---- times ----

def test_times_look_the_same_everywhere():
    """For people UTC to the second, for programs RFC 3339."""
    with Mock() as api, Home(api.url, work__drain_wait="0", retry__backoff="1h", retry__backoff_max="1h") as home:
        api.rules({"products": [1], "status": 422}, {"products": [2], "status": 429, "retry_after": 100})
        home.run("produce", input=products(1, 2))
        said = home.run("work", "--drain", code=1).stdout
        for args in (["status"], ["destination", "list"], ["show", "1"], ["show", "2"], ["dead", "list"],
                     ["dead", "list", "--each"], ["dead", "show", "1"]):
            said += home.run(*args).stdout
        said = re.sub(r".* GMT\n", "", said)  # the API's own words
        times = re.findall(r"\S*\d\d:\d\d:\d\d.{4}", said)
        assert len(times) >= 8 and all(re.fullmatch(r"\d\d:\d\d:\d\d UTC", t) for t in times), times
        answer = json.dumps(home.json("status")) + json.dumps(home.json("show", "1"))
        assert re.findall(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"', answer)


# ---- --json ----

def test_json_is_one_object_or_a_stream_where_help_says_so():
    with Mock() as api, Home(api.url) as home:
        api.rules({"products": [1, 2], "status": 422})
        home.run("produce", input=products(1, 3))
        home.run("work", "--drain")
        for args in (["status"], ["show", "1"], ["dead", "list"], ["dead", "show", home.message(1)["id"]],
                     ["destination", "list"], ["config", "show"], ["config", "check"], ["config", "reference"],
                     ["queue", "check"], ["queue", "backup", "copy.db"], ["resend", "3"], ["work", "--drain"],
                     ["destination", "pause", "default"], ["dead", "retry", "--all"]):
            assert isinstance(home.json(*args), dict), args
        settings = {(s["section"], s["key"]): s for s in home.json("config", "reference")["settings"]}
        assert settings["retry", "attempts"]["allowed"] == "an integer from 1 to 100"
        assert "no --json" in home.run("demo", "--json", code=2).stderr


def test_flags_before_the_command():
    with Mock() as api, Home(api.url) as home:
        done = subprocess.run([PROGRAM, "--config", home.conf, "--json", "status"], capture_output=True, text=True,
                              timeout=60, env=home.environment())
        assert done.returncode == 0 and json.loads(done.stdout)["working"] is False


# ---- help ----

def test_help_fits_a_terminal():
    """80 columns, for every command and group; `help COMMAND` is the same as `COMMAND --help`."""
    with Home() as home:
        listed = home.run("--help", config=False).stdout
        commands = re.findall(r"^  ((?!-)[a-z]+(?: [a-z]+)?)(?= )", listed, re.M)
        assert {"simple", "dead list", "queue backup", "demo"} <= set(commands)
        for words in [[]] + [c.split() for c in commands] + [["dead"], ["queue"]]:
            shown = home.run(*words, "--help", config=False).stdout
            assert [line for line in shown.split("\n") if len(line) > 80] == []
            assert home.run("help", *words, config=False).stdout == shown


# ---- what is asked for wrongly ----

@pytest.mark.parametrize("args, said", [
    (["dead", "list", "--limit", "3"], "--limit goes with --each or --cause"),
    (["dead", "list", "--each", "--limit", "0"], "--limit 0: expected an integer from 1 to"),
    (["show", "99999999999999999999"], "an integer from 1 to 9223372036854775807"),
    (["mock", "--max-requests", "99999999999999999999"], "is too large, at most"),
    (["status", "--set", "queue.socket_group=no-such-group-here"], "--set: queue.socket_group = no-such-group-here: there is no"),
])
def test_usage_is_refused_with_what_is_allowed(args, said):
    with Home("https://api.example.com/products") as home:
        done = home.run(*args, code=2, config=args[0] != "mock")
        assert said in done.stderr and not os.path.exists(home.queue)


def test_answers_are_said_without_their_status():
    with Mock() as api, Home(api.url) as home:
        assert home.run("dead", "show", "17", code=1).stderr == "productsync: there is no message 17\n"
        assert "was never put for eu" in home.run("show", "1", "--destination", "eu", code=1).stderr
        home.run("produce", input=product(1))
        assert "1 message\n" in home.run("work", "--drain").stdout
