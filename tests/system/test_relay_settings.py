"""A shop's settings in the relay: where they come from, how several shops resolve them, and that a change needs no restart."""
import json
import os
import re
import time

from harness import TOKEN, Home, Mock, wait_for
from shop import TESTS, Shop, a_shop, delivered, home_of

with open(os.path.join(TESTS, "vectors", "defuse.json"), encoding="utf-8") as vectors_file:
    VECTORS = json.load(vectors_file)


def shown(home):
    rows = json.loads(home.run("config", "show", "--json").stdout)["settings"]
    return {row["name"]: (row["value"], row["origin"]) for row in rows}


def test_changes_apply_without_a_restart(server, mock):
    shop = Shop(server)
    with Mock(token="second") as other, home_of(shop) as home:
        child = home.worker()
        wait_for(lambda: shop.word() == "no_url", 10, "no address yet")
        wait_for(lambda: home.json("status")["shops"][0]["state"] == "blocked", 5, "what status says of it")
        assert "there is no address" in home.json("status")["shops"][0]["words"]
        shop.add([1])
        shop.set(MY_API_URL=mock.url)
        wait_for(lambda: shop.word() == "no_token", 5, "no token yet")
        shop.set(MY_API_TOKEN=TOKEN)
        delivered(shop, 1, 5)
        shop.set(MY_API_URL=other.url, MY_API_TOKEN="second")
        wait_for(lambda: other.url in json.dumps(home.events(event="setting changed")), 5, "the new address")
        shop.add([2])
        delivered(shop, 2, 5)
        assert (mock.summary()["products"], other.summary()["products"]) == (1, 1)
        shop.set(PRODUCT_SYNC_MODE="async")
        wait_for(lambda: shop.word() == "mode", 5, "the mode")
        shop.add([3])
        shop.set(PRODUCT_SYNC_MODE="queue", PRODUCT_SYNC_PAUSE="1")
        wait_for(lambda: shop.word() == "paused", 5, "the pause")
        wait_for(lambda: home.destination("main/1")["words"] == "paused in the shop's settings", 5, "what is said of it")
        assert shop.row(3, "state") == ["ready"]
        shop.set(PRODUCT_SYNC_PAUSE="0")
        shop.sql("DELETE FROM ps_module_shop")
        wait_for(lambda: shop.word() == "paused", 5, "the module's switch")
        wait_for(lambda: home.destination("main/1")["words"] == "paused: the module is off in the shop", 5, "what is said of it")
        shop.sql("INSERT INTO ps_module_shop (id_module, id_shop) VALUES (7, 1)")
        delivered(shop, 3, 10)
        assert child.poll() is None


def test_what_was_taken_is_held_in_any_mode_and_without_the_module(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"status": 503})
    shop.add(range(1, 4))

    def held(why):
        wait_for(lambda: home.destination("main/1")["words"] == why, 10, why)

    with home_of(shop) as home:
        child = home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL") == [["3"]], what="all queued")
        shop.set(PRODUCT_SYNC_MODE="async", PRODUCT_SYNC_PAUSE="1")
        held("paused in the shop's settings")
        assert shop.word() == "mode"
        shop.set(PRODUCT_SYNC_PAUSE=None)
        wait_for(lambda: home.destination("main/1")["state"] != "paused", 10, "the end of the pause")
        tables = [f"{shop.prefix}product_sync_{name}" for name in ("outbox", "state")]
        shop.sql("".join(f"RENAME TABLE {table} TO {table}_away;" for table in tables) +
                 "DELETE FROM ps_configuration WHERE name='PRODUCT_SYNC_UUID'")  # as uninstalling does
        held("paused: the module is not installed in the shop")
        mock.rules()
        time.sleep(3)  # nothing comes
        assert mock.summary()["effects"] == 0
        shop.sql("".join(f"RENAME TABLE {table}_away TO {table};" for table in tables))
        shop.set(PRODUCT_SYNC_UUID=shop.uuid)
        delivered(shop, 3, 60)  # what the relay had taken, although the mode is another
        assert child.poll() is None


def test_batches_retries_and_timeouts_are_the_shops(server, mock):
    shop = Shop(server)
    shop.set(MY_API_URL=mock.url, MY_API_TOKEN=TOKEN, PRODUCT_SYNC_BATCH="1", PRODUCT_SYNC_BATCH_SIZE="50",
             PRODUCT_SYNC_RETRY_ATTEMPTS="7", PRODUCT_SYNC_RETRY_BACKOFF="2", PRODUCT_SYNC_TIMEOUT="3",
             PRODUCT_SYNC_TEST_METHOD="HEAD")
    shop.add(range(1, 201))
    with home_of(shop) as home:
        show = shown(home)
        for key, value, name in (("batch", "50", "BATCH_SIZE"), ("attempts", "7", "RETRY_ATTEMPTS"), ("backoff", "2s", "RETRY_BACKOFF"),
                                 ("timeout", "3s", "TIMEOUT"), ("test_method", "HEAD", "TEST_METHOD")):
            assert show[f"destination main/1.{key}"] == (value, f"PRODUCT_SYNC_{name} in shop main/1")
        home.worker()
        delivered(shop, 200)
        assert mock.summary()["requests"] < 20


def test_the_shops_timeout_is_that_of_its_requests(server, mock):
    shop = a_shop(server, mock)
    shop.set(PRODUCT_SYNC_TIMEOUT="1")
    shop.add([1])
    mock.rules({"latency": "5s"})
    with home_of(shop) as home:
        home.worker()
        first = wait_for(lambda: home.events(event="retry"), 15, "the end of the first request")[0]
        assert first["error"].startswith("timed out") and 990 <= first["latency_ms"] < 3000
        shop.set(PRODUCT_SYNC_TIMEOUT="6")
        mock.rules({"latency": "2s"})
        delivered(shop, 1, 15)


def documented(number, **names):
    """The statements of a block of SQL in docs/relay.md, for a user of these tests."""
    with open(os.path.join(TESTS, "../docs/relay.md"), encoding="utf-8") as f:
        text = re.findall(r"```sql\n(.*?)```", f.read(), re.S)[number]
    for word, name in names.items():
        text = re.sub(rf"\b{word}\b", name, text)
    return text.replace("'...'", "'secret'")


def test_the_documented_privileges_are_enough(server, mock, tmp_path):
    shop = a_shop(server, mock)
    user = "u" + shop.name[-8:]
    server.run(documented(0, shop=shop.name, productsync=user))
    password = tmp_path / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    shop.add(range(1, 51))
    with home_of(shop, user=user, password_file=password) as home:
        home.worker()
        delivered(shop, 50)


def test_views_of_the_rows_needed(server, mock):
    shop = a_shop(server, mock)
    views = "views_" + shop.name[-8:]
    server.run(documented(1, shop=shop.name, relay=views))
    shop.set(OTHER_SECRET="not the relay's business")
    shop.add(range(1, 51))
    mock.rules({"products": [7], "status": 422}, {"products": [8], "status": 503, "times": 1})
    with home_of(shop, database=views) as home:
        home.worker()
        delivered(shop, 49)
        assert shop.row(7, "state", "last_status") == ["dead", "422"]


def test_what_the_operator_says_wins(server, mock):
    shop = Shop(server)
    shop.set(MY_API_URL="https://shop.invalid/", MY_API_TOKEN="not this", PRODUCT_SYNC_RETRY_ATTEMPTS="9")
    shop.add([1])
    with home_of(shop, f"[destination main/1]\nurl = {mock.url}\ntoken = {TOKEN}\n[retry]\nattempts = 3\n") as home:
        show = shown(home)
        assert show["destination main/1.url"][0] == mock.url and "productsync.conf" in show["destination main/1.url"][1]
        assert show["destination main/1.attempts"] == ("0", "default") and show["retry.attempts"][0] == "3"
        home.worker()
        delivered(shop, 1)


def test_several_shops_resolve_as_core_does(server, mock):
    shop = a_shop(server, mock, prefix="x1_", shops=((1, 1), (2, 1), (3, 2), (4, 2)))
    with Mock(token="group") as of_group, Mock(token="own") as own, home_of(shop) as home:
        shop.set(group=2, MY_API_URL=of_group.url, MY_API_TOKEN="group")
        shop.set(shop=4, MY_API_URL=own.url, MY_API_TOKEN="own")
        shop.set(shop=2, MY_API_URL="")
        for id_shop in (1, 2, 3, 4):
            shop.add([10 + id_shop], id_shop=id_shop)
        home.worker()
        delivered(shop, 4)     # multistore is off: the global values alone
        assert mock.summary()["products"] == 4
        shop.set(PS_MULTISHOP_FEATURE_ACTIVE="1")
        wait_for(lambda: shop.word(2) == "no_url", what="the empty address of shop 2")
        for id_shop in (1, 2, 3, 4):
            shop.add([20 + id_shop], id_shop=id_shop)
        delivered(shop, 7)
        assert [m.summary()["products"] for m in (mock, of_group, own)] == [5, 1, 1]
        assert shop.states(2) == {"delivered": 1, "ready": 1}
        shop.set(shop=3, PRODUCT_SYNC_PAUSE="1")
        wait_for(lambda: shop.word(3) == "paused" and shop.word(4) == "delivering", what="one shop's pause")


def test_an_encrypted_token(server, mock):
    vector = next(v for v in VECTORS if v["text"] == "test-token-4711")
    shop = Shop(server)
    shop.set(MY_API_URL=mock.url, MY_API_TOKEN=vector["cipher"])
    shop.add([1])
    with home_of(shop) as home:
        child = home.worker()
        wait_for(lambda: shop.word() == "no_token", what="no key")
        said = wait_for(lambda: home.events(event="shop", state="no_token"), what="the reason")[0]["why"]
        assert "shop.key_file" in said and "token_file" in said
        child.terminate()
        child.wait(20)
        key = os.path.join(home.folder, "key")
        with open(key, "w", encoding="ascii") as f:
            f.write(vector["key"] + "\n")
        home.configure(text=shop.section(key_file=key))
        home.worker()
        delivered(shop, 1)
        shop.set(MY_API_TOKEN=VECTORS[0]["cipher"]) # of another key, as after a move
        wait_for(lambda: shop.word() == "no_token", what="the token that no longer decrypts")
        assert vector["cipher"] not in home.log() and TOKEN not in home.log()


def test_a_path_is_enough(server, mock):
    vector = next(v for v in VECTORS if v["text"] == "test-token-4711")
    shop = Shop(server, prefix="abc_")
    shop.set(MY_API_URL=mock.url, MY_API_TOKEN=vector["cipher"])
    shop.add([1])
    with Home() as home:
        folder = os.path.join(home.folder, "htdocs", "app", "config")
        os.makedirs(folder)
        with open(os.path.join(folder, "parameters.php"), "w", encoding="utf-8") as f:
            f.write("<?php return array (\n  'parameters' =>\n  array (\n"
                    f"    'database_host' => 'localhost:{server.socket}',\n    'database_port' => '',\n"
                    f"    'database_name' => '{shop.name}',\n    'database_user' => \"root\",\n    'database_password' => NULL,\n"
                    "    'database_prefix' => 'abc_',\n    'use_debug_toolbar' => true, // a comment\n"
                    f"    'new_cookie_key' => '{vector['key']}',\n  ),\n);\n")
        home.configure(text=f"[shop main]\npath = {home.folder}/htdocs\nallow_private = yes\n")
        home.worker()
        delivered(shop, 1)
        assert vector["key"] not in home.run("config", "show").stdout
        os.unlink(os.path.join(folder, "parameters.php"))
        assert "parameters.php" in home.run("config", "show").stderr


def test_a_loopback_address_is_the_operators_to_allow(server, mock):
    shop = a_shop(server, mock)
    shop.add([1])
    with home_of(shop, allow_private="no") as home:
        done = home.run("test", code=1)
        assert "allow_private" in done.stdout
    assert mock.summary()["requests"] == 0


def test_config_check_and_the_shop_sections(server, mock):
    shop = Shop(server)
    shop.set(MY_API_URL="http://shop.example/plain", MY_API_TOKEN=TOKEN)
    with home_of(shop) as home:
        assert "https://" in home.run("config", "check").stderr
        shop.set(MY_API_URL=mock.url)
        assert home.run("config", "check").stderr == ""


def test_without_a_worker_nobody_asked_the_shop(server, mock):
    """Its destination is not orphaned for that: it awaits the settings, and what is queued for it can be resent."""
    shop = a_shop(server, mock)
    shop.add([1])
    with home_of(shop) as home:
        child = home.worker()
        delivered(shop, 1)
        assert not home.destination("main/1")["awaits_shop"]
        child.terminate()
        child.wait(20)
        shown = home.destination("main/1")
        assert shown["awaits_shop"] and not shown["orphaned"] and shown["state"] == "ok"
        for command in (["status"], ["destination", "list"]):
            said = home.run(*command).stdout
            assert "main/1: ok; awaits its shop's settings" in said and "orphaned" not in said
        assert "is announced anew to main/1" in home.run("resend", "1").stdout
        home.worker()
        wait_for(lambda: mock.summary()["effects"] == 2, 10, "the second time")


def test_a_shop_that_gives_no_settings_is_awaited(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"status": 503})
    shop.add([1])
    with home_of(shop) as home:
        child = home.worker()
        wait_for(lambda: home.counts()["delayed"] == 1, what="queued")
        shop.set(MY_API_URL="")
        shown = wait_for(lambda: (d := home.destination("main/1"))["awaits_shop"] and d, 10, "no address any more")
        assert not shown["orphaned"]
        child.terminate()
        child.wait(20)
        shop.set(MY_API_URL=mock.url)
        mock.rules()
        home.worker()
        delivered(shop, 1)
