"""The relay on bad days: killed anywhere, a database that goes away, wrong settings, a queue file that was lost, a copied shop."""
import os
import random
import re
import signal
import time

from harness import TOKEN, Home, wait_for
from shop import TESTS, Database, a_shop, delivered, home_of


def stop(child):
    child.send_signal(signal.SIGTERM)
    child.wait()


def test_killed_anywhere_it_repeats_and_nothing_takes_effect_twice(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"latency": "0ms-5ms"})
    chance = random.Random(4)
    with home_of(shop) as home:
        number = 0
        for _ in range(12):
            shop.add(range(number + 1, number + 401))
            number += 400
            child = home.start("work")
            time.sleep(chance.uniform(0.05, 0.7)) # a kill comes at any time
            child.send_signal(signal.SIGKILL)
            child.wait()
        home.worker()
        delivered(shop, number, 60)
        summary = mock.summary()
        assert summary["products"] == summary["effects"] == number
        assert shop.rows("COUNT(*)", "attempts = 0 OR delivered_at IS NULL OR owner IS NOT NULL") == [["0"]]


def test_killed_between_put_and_mark(server, mock):
    """What the queue has and the shop does not know is put again, and refused as known; so is all of it after a lost mark."""
    shop = a_shop(server, mock)
    shop.add(range(1, 101))
    with home_of(shop) as home:
        mock.rules({"status": 503})
        child = home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL") == [["100"]], what="all queued")
        child.kill()
        child.wait()
        shop.sql("UPDATE ps_product_sync_outbox SET queued_at=NULL WHERE id_product % 2")
        mock.rules()
        home.worker()
        delivered(shop, 100, 60)
        assert home.counts()["done"] == 100 and mock.summary()["effects"] == 100


def test_a_lost_queue_file_costs_nothing(server, mock):
    shop = a_shop(server, mock)
    shop.add(range(1, 21))
    with home_of(shop) as home:
        child = home.worker()
        delivered(shop, 20)
        mock.rules({"status": 503})
        shop.add(range(21, 41))
        wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL AND state='taken'") == [["20"]], what="all queued")
        child.kill()
        child.wait()
        for name in os.listdir(home.state):
            if name.startswith("queue.db"):
                os.unlink(os.path.join(home.state, name))
        mock.rules()
        home.worker()
        delivered(shop, 40)
        assert mock.summary()["effects"] == 40


def test_the_database_restarts(mock):
    with Database() as own:
        shop = a_shop(own, mock)
        with home_of(shop) as home:
            home.worker()
            shop.add(range(1, 301))
            delivered(shop, 300)
            for number in (signal.SIGTERM, signal.SIGKILL):
                done = shop.states().get("delivered", 0)
                mock.rules({"latency": "20ms"})
                shop.add(range(done + 1, done + 301))
                wait_for(lambda n=done: mock.summary()["products"] > n + 20, what="some")
                own.stop(number)
                mock.rules()
                wait_for(lambda n=done: mock.summary()["products"] >= n + 100, what="deliveries without the shop")
                own.start()
                delivered(shop, done + 300, 60)
            assert mock.summary()["effects"] == 900
            assert home.events(event="shop unreachable") and home.events(event="shop reachable again")


def test_started_before_the_database(mock):
    with Database() as own:
        shop = a_shop(own, mock)
        shop.add([1])
        own.stop()
        with home_of(shop) as home:
            child = home.start("work")
            assert "database" in child.stderr.readline()
            wait_for(lambda: os.path.exists(home.socket), what="the worker")
            own.start()
            delivered(shop, 1, 60)


def test_a_wrong_password_says_what_to_look_at(server, mock):
    shop = a_shop(server, mock)
    server.run(f"CREATE USER 'relay_{shop.name}'@'localhost' IDENTIFIED BY 'right';"
               f"GRANT SELECT, INSERT, UPDATE ON {shop.name}.* TO 'relay_{shop.name}'@'localhost'")
    shop.add([1])
    with home_of(shop, user=f"relay_{shop.name}") as home:
        child = home.worker()
        wait_for(lambda: home.events(event="shop unreachable"), what="the complaint")
        assert "shop.password_file" in home.events(event="shop unreachable")[0]["error"]
        child.terminate()
        child.wait(20)
        password = os.path.join(home.folder, "password")
        with open(password, "w", encoding="ascii") as f:
            f.write("right\n")
        home.configure(text=shop.section(user=f"relay_{shop.name}", password_file=password))
        home.worker()
        delivered(shop, 1)


def test_the_privileges_of_the_documentation_suffice(server, mock):
    with open(os.path.join(TESTS, "..", "docs", "relay.md"), encoding="utf-8") as page:
        grants = "".join(re.findall(r"```sql\n(.*?)```", page.read(), re.S)[0])
    shop = a_shop(server, mock)
    user = f"productsync_{shop.name}"
    server.run(grants.replace("shop.", f"{shop.name}.").replace("'productsync'", f"'{user}'").replace("...", "secret"))
    shop.add([1])
    with home_of(shop, user=user, password_file="/dev/stdin") as home:
        password = os.path.join(home.folder, "password")
        with open(password, "w", encoding="ascii") as f:
            f.write("secret")
        home.configure(text=shop.section(user=user, password_file=password))
        home.worker()
        delivered(shop, 1)
        assert "delivering" in shop.state("relay:%")


def test_a_missing_table_is_said_and_its_coming_noticed(server, mock):
    shop = a_shop(server, mock)
    shop.sql("RENAME TABLE ps_product_sync_outbox TO away")
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: home.events(event="shop unreachable"), what="the complaint")
        assert "is the module product_sync installed" in home.events(event="shop unreachable")[0]["error"]
        said, = home.json("status")["shops"]
        assert (said["name"], said["state"]) == ("main", "unreachable") and said["since"]
        assert "is the module product_sync installed" in said["words"]
        assert "shop main: unreachable; " in home.run("status").stdout
        shop.sql("RENAME TABLE away TO ps_product_sync_outbox")
        shop.add([1])
        delivered(shop, 1, 60)
        said, = home.json("status")["shops"]
        assert (said["state"], said["words"], said["since"]) == ("ok", "", None) and said["last_success"]


def test_the_api_is_down_for_long(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"status": 503})
    shop.add(range(1, 201))
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL") == [["200"]], what="all queued")
        assert shop.states() == {"taken": 200}
        mock.rules()
        home.run("destination", "resume", "main") # NAME alone means all of its shops
        delivered(shop, 200)
        assert mock.summary()["effects"] == 200


def test_a_copy_of_the_shop_is_left_alone_until_answered(server, mock):
    shop = a_shop(server, mock)
    shop.set(PRODUCT_SYNC_PLACE="shop1.test/")
    mock.rules({"latency": "100ms"})
    with home_of(shop, "[work]\nconcurrency = 1\nadaptive = no\n") as home:
        home.worker()
        shop.add(range(1, 101))
        wait_for(lambda: mock.summary()["products"] > 3, what="some")
        shop.sql("UPDATE ps_shop_url SET domain_ssl='staging.test'")
        wait_for(lambda: shop.word() == "copy", what="the word")
        wait_for(lambda: home.destination("main/1")["state"] == "paused", what="what is queued is held too")
        for name in ("main/1", "main"):  # nobody's click sends it to the original's API
            refused = home.run("destination", "resume", name, code=1).stderr
            assert "main/1 is held by its shop (paused: the shop's address is not the one" in refused
            assert "module's page in the shop; --force delivers nevertheless" in refused
        before = mock.summary()["products"]
        shop.add([200])
        time.sleep(1.5) # nothing comes
        assert mock.summary()["products"] <= before + 1 and shop.row(200, "state") == ["ready"]
        mock.rules()
        shop.set(PRODUCT_SYNC_PLACE="staging.test/")
        delivered(shop, 101)


def test_what_waits_is_held_from_the_first_when_the_shop_became_a_copy_meanwhile(server, mock):
    shop = a_shop(server, mock)
    shop.set(PRODUCT_SYNC_PLACE="shop1.test/")
    mock.rules({"status": 503})
    shop.add(range(1, 51))
    with home_of(shop) as home:
        work = home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL") == [["50"]], what="all queued")
        stop(work)
        shop.sql("UPDATE ps_shop_url SET domain_ssl='staging.test'")
        mock.rules()
        before = mock.summary()["products"]
        home.worker()
        assert "the shop's address is not the one" in home.destination("main/1")["words"]  # as soon as it says anything
        time.sleep(2)  # nothing comes
        assert mock.summary()["products"] == before and mock.summary()["effects"] == 0


def test_a_pause_by_hand_is_not_ended_by_the_shop(server, mock):
    shop = a_shop(server, mock)
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.word() == "delivering", what="the relay")
        home.run("destination", "pause", "main/1", "--reason", "stocktaking")
        shop.set(PRODUCT_SYNC_PAUSE="1")
        both = "paused in the shop's settings, and paused by hand: stocktaking"
        wait_for(lambda: home.destination("main/1")["words"] == both, what="both pauses")
        assert home.destination("main/1")["paused"] == {"shop": "paused in the shop's settings", "hand": "stocktaking"}
        shop.set(PRODUCT_SYNC_PAUSE="0")
        shop.add([1])
        wait_for(lambda: shop.states() == {"taken": 1}, what="taken")
        wait_for(lambda: home.destination("main/1")["words"] == "paused by hand: stocktaking", what="the pause by hand alone")
        home.run("destination", "resume", "main/1")
        delivered(shop, 1)


def test_a_resume_by_hand_does_not_end_the_shops_pause(server, mock):
    shop = a_shop(server, mock)
    said = "paused in the shop's settings"
    mock.rules({"status": 503})
    shop.add([1])
    with home_of(shop) as home:
        work = home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL") == [["1"]], what="taken")
        shop.set(PRODUCT_SYNC_PAUSE="1")
        wait_for(lambda: home.destination("main/1")["words"] == said, what="the pause")
        mock.rules()
        home.run("destination", "pause", "main/1", "--reason", "stocktaking")
        refused = home.run("destination", "resume", "main/1", code=1)
        assert "no longer paused by hand, but held by its shop (paused in the shop's settings)" in refused.stderr
        stop(work)
        refused = home.run("destination", "resume", "main", code=1)  # without a worker the queue remembers it
        assert refused.stderr == f"productsync: main/1 is held by its shop ({said}): answer or end that on the module's page in " \
                                 "the shop; --force delivers nevertheless\n"
        assert home.json("destination", "resume", "main", code=1)["held"] == [{"destination": "main/1", "reason": said}]
        assert home.destination("main/1")["words"] == said
        home.worker()
        shop.sql("DELETE FROM ps_product_sync_state WHERE name LIKE 'relay:%'")
        wait_for(lambda: shop.word() == "paused", what="a round of the new relay: the shop was asked again")
        assert home.destination("main/1")["words"] == said
        assert mock.summary()["effects"] == 0
        assert "main/1 is resumed" in home.run("destination", "resume", "main/1", "--force").stdout
        delivered(shop, 1)
        time.sleep(3)  # the relay asks the shop every two seconds: it does not put the hold back
        assert home.destination("main/1")["state"] == "ok"
        shop.sql("DELETE FROM ps_module_shop")  # until the shop says something else
        wait_for(lambda: home.destination("main/1")["words"] == "paused: the module is off in the shop", what="the module's switch")


def test_a_force_lasts_until_work_starts_anew(server, mock):
    shop = a_shop(server, mock)
    shop.set(PRODUCT_SYNC_PAUSE="1")
    with home_of(shop) as home:
        work = home.worker()
        wait_for(lambda: home.destination("main/1")["state"] == "paused", what="the pause")
        home.run("destination", "resume", "main/1", "--force")
        assert home.destination("main/1")["state"] == "ok"
        stop(work)
        home.worker()
        wait_for(lambda: home.destination("main/1")["state"] == "paused", what="what the shop says, again")


def test_of_several_shops_those_that_are_not_held_go_on(server, mock):
    shop = a_shop(server, mock, shops=((1, 1), (2, 1)))
    shop.set(PS_MULTISHOP_FEATURE_ACTIVE="1")
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.word(2) == "delivering", what="the relay")
        home.run("destination", "pause", "main")
        shop.set(shop=1, PRODUCT_SYNC_PAUSE="1")
        wait_for(lambda: home.destination("main/1")["paused"] == {"shop": "paused in the shop's settings", "hand": ""}, what="one shop's pause")
        done = home.run("destination", "resume", "main", code=1)
        assert done.stdout == "main/2 is resumed\nmain/1 stays held by its shop: paused in the shop's settings\n"
        assert "main/1 is no longer paused by hand, but held by its shop" in done.stderr
        assert [home.destination(name)["state"] for name in ("main/1", "main/2")] == ["paused", "ok"]


def test_what_waits_is_held_until_its_shop_was_reached(mock):
    """Who starts before the database of the shop does not know what was copied or deleted meanwhile."""
    with Database() as own:
        shop = a_shop(own, mock)
        mock.rules({"status": 503})
        shop.add(range(1, 101))
        with home_of(shop, f"[destination main/1]\nurl = {mock.url}\ntoken = {TOKEN}\n") as home:  # in force without the shop
            work = home.worker()
            wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL") == [["100"]], what="all queued")
            stop(work)
            shop.delete(range(1, 100))
            own.stop()
            mock.rules()
            mock.forget()
            home.worker()
            assert home.destination("main/1")["words"] == "paused: its shop was not reached since the start"
            wait_for(lambda: len(home.events(event="shop unreachable")) > 0, what="the complaint")
            assert mock.summary()["requests"] == 0
            own.start()
            delivered(shop, 1, 60)
            assert mock.summary()["effects"] == 1 and shop.states() == {"delivered": 1, "discarded": 99}


def test_destinations_that_the_operator_named_are_held_too(server, mock):
    copy, other = a_shop(server, mock), a_shop(server, mock)
    copy.set(PRODUCT_SYNC_PLACE="shop1.test/")
    mock.rules({"status": 503})
    copy.add([1])
    other.add([2])
    text = (copy.section("copied", destination="a") + other.section("other", destination="a,b")
            + f"[destination a]\nurl = {mock.url}\ntoken = {TOKEN}\n[destination b]\nurl = {mock.url}\ntoken = {TOKEN}\n")
    with Home(text=text) as home:
        work = home.worker()
        wait_for(lambda: home.counts()["delayed"] == 3, what="all queued")
        copy.sql("UPDATE ps_shop_url SET domain_ssl='staging.test'")
        said = "paused: the shop's address is not the one that its settings were saved on"
        wait_for(lambda: home.destination("a")["words"] == said, what="the hold")
        assert home.destination("b")["state"] != "paused"
        stop(work)
        mock.rules()
        mock.forget()
        home.worker()
        wait_for(lambda: mock.summary()["effects"] == 1, what="what goes to the other destination")
        wait_for(lambda: home.destination("a")["words"] == said, what="the hold, anew")
        assert "a is held by its shop" in home.run("destination", "resume", "a", code=1).stderr
        copy.set(PRODUCT_SYNC_PLACE="staging.test/")
        delivered(copy, 1)
        delivered(other, 1)


def test_a_shops_own_destination_is_not_forgotten_over_others(server, mock):
    """What was queued for the shop's own destination, before the operator named another."""
    shop = a_shop(server, mock)
    own = f"[destination main/1]\nurl = {mock.url}\ntoken = {TOKEN}\n"
    mock.rules({"status": 503})
    shop.add([1])
    with home_of(shop, own) as home:
        work = home.worker()
        wait_for(lambda: home.counts()["delayed"] == 1, what="a message that waits")
        stop(work)
        mock.rules()
        home.configure(text=shop.section(destination="a") + own + f"[destination a]\nurl = {mock.url}\ntoken = {TOKEN}\n")
        home.worker()
        wait_for(lambda: home.destination("main/1")["delivered"] == 1, what="the delivery")
        shop.set(PRODUCT_SYNC_PAUSE="1")
        for name in ("a", "main/1"):
            wait_for(lambda name=name: home.destination(name)["words"] == "paused in the shop's settings", what=name)


def test_one_shops_pause_does_not_hold_what_others_share_with_it(server, mock):
    shop = a_shop(server, mock, shops=((1, 1), (2, 1)))
    shop.set(PS_MULTISHOP_FEATURE_ACTIVE="1")
    with Home(text=shop.section(destination="a") + f"[destination a]\nurl = {mock.url}\ntoken = {TOKEN}\n") as home:
        home.worker()
        shop.set(shop=2, PRODUCT_SYNC_PAUSE="1")
        wait_for(lambda: shop.word(2) == "paused", what="the pause")
        shop.add([1])
        delivered(shop, 1)
        mock.rules({"status": 503})
        shop.add([2])
        wait_for(lambda: home.counts()["delayed"] == 1, what="queued")
        shop.set(shop=1, PRODUCT_SYNC_PAUSE="1")
        wait_for(lambda: home.destination("a")["words"] == "paused in the shop's settings", what="the hold, when all are paused")


def test_rows_from_before_a_shop_was_told_to_be_a_copy_are_whole(server, mock):
    shop = a_shop(server, mock)
    shop.add([1, 2])
    shop.sql("UPDATE ps_product_sync_outbox SET payload=REPLACE(payload, '}', ' }') WHERE id_product=2")  # this one is not
    shop.set(PRODUCT_SYNC_UUID="c0ffee00-0000-4000-8000-000000000000", PRODUCT_SYNC_UUID_BEFORE=f"{shop.uuid[:-1]}-,{shop.uuid}")
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.states() == {"delivered": 1, "dead": 1}, what="the outcomes")
        assert shop.row(1, "state") == ["delivered"] and "do not belong together" in shop.row(2, "last_error")[0]


def test_a_merchants_pause_ends_what_was_forced(server, mock):
    shop = a_shop(server, mock)
    shop.set(PRODUCT_SYNC_PLACE="another.test/")
    mock.rules({"status": 503})
    with home_of(shop, f"[destination main/1]\nurl = {mock.url}\ntoken = {TOKEN}\n") as home:
        home.worker()
        wait_for(lambda: home.destination("main/1")["state"] == "paused", what="the hold")
        home.run("destination", "resume", "main/1", "--force")
        assert home.destination("main/1")["state"] != "paused"
        shop.set(PRODUCT_SYNC_PAUSE="1")
        both = "paused in the shop's settings, and the shop's address is not the one that they were saved on"
        wait_for(lambda: home.destination("main/1")["words"] == both, what="the merchant's pause")
        shop.set(PRODUCT_SYNC_PLACE="shop1.test/", MY_API_URL="")
        wait_for(lambda: home.destination("main/1")["words"] == "paused in the shop's settings", what="what is left of it")


def test_a_hold_is_told_anew_where_the_address_is_gone(server, mock):
    """A shop that was told to be a copy has none; what is queued waits, and says why."""
    shop = a_shop(server, mock)
    shop.set(PRODUCT_SYNC_PLACE="shop1.test/")
    mock.rules({"status": 503})
    shop.add([1])
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: home.counts()["delayed"] == 1, what="queued")
        shop.sql("UPDATE ps_shop_url SET domain_ssl='staging.test'")
        wait_for(lambda: "address is not the one" in home.destination("main/1")["words"], what="the hold")
        shop.set(PRODUCT_SYNC_PLACE="staging.test/", PRODUCT_SYNC_PAUSE="1", MY_API_URL="", MY_API_TOKEN="")
        wait_for(lambda: home.destination("main/1")["paused"]["shop"] == "paused in the shop's settings", what="the new reason")
        mock.rules()
        shop.set(MY_API_URL=mock.url, MY_API_TOKEN=TOKEN)
        wait_for(lambda: not home.destination("main/1")["orphaned"], what="the address")
        assert home.destination("main/1")["words"] == "paused in the shop's settings" and mock.summary()["effects"] == 0
        shop.set(PRODUCT_SYNC_PAUSE="0")
        delivered(shop, 1)


def test_a_shop_that_was_told_to_be_a_copy_gets_its_outcomes(server, mock):
    """It has another identity then; what was queued under the old one is still of its rows."""
    shop = a_shop(server, mock)
    mock.rules({"status": 503})
    shop.add([1, 2])
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: home.counts()["delayed"] == 2, what="all queued")
        shop.set(PRODUCT_SYNC_UUID="c0ffee00-0000-4000-8000-000000000000")
        shop.delete([1])
        wait_for(lambda: shop.states() == {"taken": 1, "discarded": 1}, what="the deleted one's end")
        assert home.counts()["delayed"] + home.counts()["ready"] + home.counts()["in_flight"] == 1
        mock.rules()
        home.run("destination", "resume", "main/1")
        delivered(shop, 1)
        assert mock.summary()["effects"] == 1
