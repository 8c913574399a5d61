"""Products that are deleted from the shop after the relay has taken them: nothing is sent of them any more."""
import contextlib
import glob
import os
import signal
import time

from harness import TOKEN, Home, Mock, wait_for
from shop import a_shop, delivered, home_of, product

BATCHES = {"PRODUCT_SYNC_BATCH": "1", "PRODUCT_SYNC_BATCH_SIZE": "50"}


@contextlib.contextmanager
def an_outage(server, mock, products, **settings):
    """All of them queued, and the API down."""
    shop = a_shop(server, mock)
    shop.set(**settings)
    mock.rules({"status": 503})
    shop.add(range(1, products + 1))
    with home_of(shop) as home:
        child = home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL") == [[str(products)]], what="all queued")
        yield shop, home, child


def withdrawn(shop, home, n, waiting, seconds=20):
    """Waits until so many rows are discarded, and so many messages are left."""
    wait_for(lambda: shop.states().get("discarded", 0) == n, seconds, f"{n} discarded rows")
    counts = home.counts()
    assert counts["ready"] + counts["in_flight"] + counts["delayed"] == waiting


def rows_read(server):
    return int(server.run("SHOW GLOBAL STATUS LIKE 'Handler_read_next'")[0][1])


def is_up(mock, home):
    mock.rules()
    home.run("destination", "resume", "main")


def sent(mock):
    return sorted(product["id"] for product in mock.ledger()["products"] if product["effects"])


def test_deleted_while_the_api_is_down(server, mock):
    with an_outage(server, mock, 20) as (shop, home, _):
        shop.delete(range(5, 9))
        withdrawn(shop, home, 4, 16)
        assert shop.rows("owner, next_try", "state='discarded'") == [[None, None]] * 4
        is_up(mock, home)
        delivered(shop, 16)
        assert mock.summary()["effects"] == 16 and not set(sent(mock)) & {5, 6, 7, 8}
        assert home.message(5)["state"] == "discarded"


def test_the_same_in_batches(server, mock):
    with an_outage(server, mock, 200, **BATCHES) as (shop, home, _):
        wait_for(lambda: mock.summary()["requests"] > 0, what="a batch that was refused")
        shop.delete(range(1, 200, 2))
        withdrawn(shop, home, 100, 100)
        is_up(mock, home)
        delivered(shop, 100)
        assert sent(mock) == list(range(2, 201, 2))


def test_in_batches_while_productsync_is_stopped(server, mock):
    """It was told to stop, so it has recorded what became of each batch."""
    with an_outage(server, mock, 200, **BATCHES) as (shop, home, child):
        wait_for(lambda: mock.summary()["requests"] > 0, what="a batch that was refused")
        child.send_signal(signal.SIGTERM)
        child.wait(20)
        shop.delete(range(1, 200, 2))
        mock.rules()
        home.worker()
        delivered(shop, 100)
        withdrawn(shop, home, 100, 0)
        assert sent(mock) == list(range(2, 201, 2))


def test_ten_thousand_at_once(server, mock):
    with an_outage(server, mock, 10000) as (shop, home, _):
        shop.delete(range(1, 10000))
        withdrawn(shop, home, 9999, 1, 60)
        is_up(mock, home)
        delivered(shop, 1)
        assert sent(mock) == [10000]


def test_deleted_while_productsync_is_stopped(server, mock):
    """It looks before it delivers."""
    with an_outage(server, mock, 1000) as (shop, home, child):
        child.send_signal(signal.SIGKILL)
        child.wait()
        shop.delete(range(1, 1000))
        mock.rules()
        home.worker()
        delivered(shop, 1)
        withdrawn(shop, home, 999, 0)
        assert sent(mock) == [1000]


def test_a_drain_looks_first(server, mock):
    with an_outage(server, mock, 100) as (shop, home, child):
        child.terminate()
        child.wait(20)
        shop.delete(range(1, 100))
        mock.rules()
        home.run("work", "--drain")
        assert sent(mock) == [100] and shop.states() == {"delivered": 1, "discarded": 99}


def test_what_is_in_flight_is_not_tried_again(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"latency": "1s", "status": 503})
    shop.add([1])
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: home.counts()["in_flight"] == 1, what="the attempt")
        shop.delete([1])
        withdrawn(shop, home, 1, 0)
        assert mock.summary()["requests"] == 1 and shop.row(1, "attempts") == ["1"]


def test_what_is_only_about_to_be_sent_is_not(server, mock):
    """A worker has more messages at hand than it sends."""
    shop = a_shop(server, mock)
    mock.rules({"latency": "3s"})
    shop.add(range(1, 101))
    with home_of(shop, "[work]\nconcurrency = 2\nadaptive = no\n") as home:
        home.worker()
        wait_for(lambda: home.counts()["in_flight"] > 2 and mock.summary()["requests"] == 2, what="messages at hand")
        shop.delete(range(1, 100))
        wait_for(lambda: shop.states().get("discarded", 0) >= 97, what="the discarded rows")
        mock.rules()
        wait_for(lambda: shop.states() == {"delivered": 3, "discarded": 97}, what="the end")
        assert sent(mock) == [1, 2, 100]


def test_dead_letters_go_with_their_product(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"status": 422})
    shop.add([1, 2])
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.states() == {"dead": 2}, what="dead letters")
        shop.delete([1])
        withdrawn(shop, home, 1, 0)
        assert [dead["product"] for dead in home.dead()] == [2]
        mock.rules()
        home.run("dead", "retry", "--all")
        delivered(shop, 1)
        assert sent(mock) == [2]


def test_what_a_merchant_discards_is_no_dead_letter_any_more(server, mock):
    """The module ends the row and leaves it under the relay's name."""
    shop = a_shop(server, mock)
    mock.rules({"status": 422})
    shop.add([1, 2])
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.states() == {"dead": 2}, what="dead letters")
        shop.sql("UPDATE ps_product_sync_outbox SET state='discarded' WHERE id_product=1")
        wait_for(lambda: [dead["product"] for dead in home.dead()] == [2], what="one dead letter less")
        wait_for(lambda: shop.row(1, "state", "owner") == ["discarded", None], what="the row's end")
        mock.rules()
        home.run("dead", "retry", "--all")
        delivered(shop, 1)
        assert sent(mock) == [2]


def test_taken_back_and_deleted_while_productsync_was_away(server, mock):
    with an_outage(server, mock, 3) as (shop, home, child):
        child.kill()
        child.wait()
        shop.sql("UPDATE ps_product_sync_outbox SET state='ready' WHERE id_product<3;"  # the merchant takes them back
                 "UPDATE ps_product_sync_outbox SET state='discarded', deleted_at=UTC_TIMESTAMP() WHERE id_product=1")
        mock.rules()
        home.worker()
        delivered(shop, 2)
        wait_for(lambda: shop.row(1, "state", "owner") == ["discarded", None], what="the row's end")
        assert sent(mock) == [2, 3] and mock.summary()["effects"] == 2


def renew(shop, product, payload):
    """As the module makes another message of a row that nobody has."""
    shop.sql(f"UPDATE ps_product_sync_outbox SET state='ready', revision=1, message_key='{shop.key(product, payload, revision=1)}',"
             f" deleted_at=NULL, taken_at=NULL, queued_at=NULL, ready_at=UTC_TIMESTAMP() WHERE id_product={product}")


def test_deleted_in_a_pause_after_a_kill_between_put_and_mark(server, mock):
    """The queue has it, so its row goes back under the relay's name, and is not lost with its product."""
    with an_outage(server, mock, 3) as (shop, home, child):
        child.kill()
        child.wait()
        shop.sql("UPDATE ps_product_sync_outbox SET queued_at=NULL WHERE id_product<3")
        shop.set(PRODUCT_SYNC_PAUSE="1")
        home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "state='ready' AND queued_at IS NOT NULL AND owner LIKE 'relay:%'") == [["2"]], what="that it knows them")
        shop.sql("UPDATE ps_product_sync_outbox SET state='discarded', deleted_at=UTC_TIMESTAMP() WHERE id_product=1")
        wait_for(lambda: shop.row(1, "owner") == [None], what="the row's end")
        mock.rules()
        shop.set(PRODUCT_SYNC_PAUSE="0")
        delivered(shop, 2)
        assert sent(mock) == [2, 3] and mock.summary()["effects"] == 2


def test_another_mode_after_a_kill_between_put_and_mark(server, mock):
    """The queue sends it: the module must not as well."""
    with an_outage(server, mock, 2) as (shop, home, child):
        child.kill()
        child.wait()
        shop.sql("UPDATE ps_product_sync_outbox SET queued_at=NULL")
        shop.set(PRODUCT_SYNC_MODE="async")
        home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "state='taken' AND queued_at IS NOT NULL") == [["2"]], what="the marks")
        is_up(mock, home)
        delivered(shop, 2)
        assert mock.summary()["effects"] == 2


def test_a_restored_database_whose_rows_the_queue_knows(server, mock):
    """Made anew by the module, in a past that was restored over what came of it: claimed, and not looked at for ever."""
    with an_outage(server, mock, 3) as (shop, home, child):
        shop.sql("UPDATE ps_product_sync_outbox SET state='ready', taken_at=NULL, queued_at=NULL WHERE id_product<3")
        wait_for(lambda: shop.states() == {"taken": 3}, what="the rows")
        is_up(mock, home)
        delivered(shop, 3)
        assert mock.summary()["effects"] == 3


def test_a_pause_while_one_of_several_destinations_has_no_room(server, mock):
    """It had been put at the other; it is put at both when the pause is over."""
    with Mock() as other:
        shop = a_shop(server, mock)
        other.rules({"status": 503})
        text = f"[destination a]\nurl = {mock.url}\ntoken = {TOKEN}\n[destination b]\nurl = {other.url}\ntoken = {TOKEN}\n"
        with home_of(shop, text + "[queue]\nmax_depth = 5\n", destination="a,b") as home:
            home.worker()
            shop.add(range(1, 6))
            wait_for(lambda: mock.summary()["effects"] == 5, what="what one destination has")
            mock.rules({"status": 503})
            shop.add([6])
            wait_for(lambda: home.events(event="queue full"), what="the other's want of room")
            shop.set(PRODUCT_SYNC_PAUSE="1")
            wait_for(lambda: shop.row(6, "state") == ["ready"], what="the pause")
            for api in (mock, other):
                api.rules()
            shop.set(PRODUCT_SYNC_PAUSE="0")
            for name in "ab":
                home.run("destination", "resume", name, "--force")
            delivered(shop, 6)
            assert sent(mock) == sent(other) == [1, 2, 3, 4, 5, 6]


def test_a_destination_that_the_shop_has_no_longer_holds_nothing_up(server, mock):
    """What may have taken effect there stays there, and the product goes where its shop's products go now."""
    with Mock() as other:
        shop = a_shop(server, mock)
        former = f"[batch]\nsize = 50\n[destination a]\nurl = {mock.url}\ntoken = {TOKEN}\n"
        now = f"[destination b]\nurl = {other.url}\ntoken = {TOKEN}\n"
        mock.rules({"latency": "30s"})
        shop.add([1, 2])
        with home_of(shop, former, destination="a") as home:
            child = home.worker()
            wait_for(lambda: mock.summary()["requests"] == 1 and home.counts()["in_flight"] == 2, what="a batch under way")
            child.kill()
            child.wait()
            home.configure(text=shop.section(destination="b") + now)
            renew(shop, 1, product(1))
            home.worker()
            delivered(shop, 2)
            assert sent(other) == [1, 2] and shop.row(1, "revision") == ["1"]
            assert home.json("status")["total"]["ready"] == 2


def test_a_claim_of_php_that_was_killed_hides_nothing(server, mock):
    """PHP had taken two rows over, which the queue has too, and was killed; nobody but the relay comes back."""
    with an_outage(server, mock, 3) as (shop, home, child):
        child.kill()
        child.wait()
        renew(shop, 2, product(2))
        shop.sql("UPDATE ps_product_sync_outbox SET state='taken', owner=CONCAT('php:', REPEAT('0', 32), '<', owner), queued_at=NULL,"
                 " taken_at=UTC_TIMESTAMP() - INTERVAL 121 SECOND WHERE id_product<3;"
                 "UPDATE ps_product_sync_outbox SET deleted_at=UTC_TIMESTAMP() WHERE id_product=1")
        mock.rules()
        home.worker()
        delivered(shop, 2)
        wait_for(lambda: shop.row(1, "state", "owner") == ["discarded", None], what="the row's end")
        assert sent(mock) == [2, 3] and mock.summary()["effects"] == 2
        assert shop.row(2, "revision", "attempts") == ["1", "1"]


def test_a_dead_letter_sent_again_in_a_kill_before_a_pause(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"status": 422})
    shop.add([1, 2])
    with home_of(shop) as home:
        child = home.worker()
        wait_for(lambda: shop.states() == {"dead": 2}, what="the dead letters")
        child.kill()
        child.wait()
        shop.sql("UPDATE ps_product_sync_outbox SET state='taken', queued_at=NULL")  # sent again, claimed, and not put yet
        shop.set(PRODUCT_SYNC_PAUSE="1")
        home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "state='ready' AND queued_at IS NOT NULL AND owner LIKE 'relay:%'") == [["2"]], what="that it knows them")
        shop.sql("UPDATE ps_product_sync_outbox SET state='discarded', deleted_at=UTC_TIMESTAMP() WHERE id_product=1")
        wait_for(lambda: shop.row(1, "owner") == [None] and home.counts()["dead"] == 1, what="the row's end")
        mock.rules()
        shop.set(PRODUCT_SYNC_PAUSE="0")
        delivered(shop, 1)
        assert sent(mock) == [2]


def test_what_a_lost_queue_had_is_the_modules_in_another_mode(server, mock):
    """It stays frozen, for it may have been sent."""
    with an_outage(server, mock, 2) as (shop, home, child):
        child.terminate()
        child.wait(20)
        for name in glob.glob(os.path.join(home.state, "queue.db*")):
            os.remove(name)
        shop.set(PRODUCT_SYNC_MODE="async")
        home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "state='ready' AND owner IS NULL AND taken_at IS NOT NULL") == [["2"]], what="the rows")
        mock.rules()
        shop.set(PRODUCT_SYNC_MODE="queue")
        delivered(shop, 2)
        assert sent(mock) == [1, 2] and mock.summary()["effects"] == 2


def test_a_batch_that_was_cut_off_goes_again_whole(server, mock):
    """By a person in a hurry, who tells it twice to stop: it was sent, and no answer came."""
    shop = a_shop(server, mock)
    shop.set(**BATCHES)
    mock.rules({"latency": "2s", "close": "before", "times": 1})
    shop.add(range(1, 51))
    with home_of(shop, "[work]\nadaptive = no\n") as home:
        child = home.worker()
        wait_for(lambda: mock.summary()["requests"] == 1 and home.counts()["in_flight"] > 1, what="a batch under way")
        for _ in range(2):
            child.send_signal(signal.SIGTERM)
            time.sleep(0.1)  # two of them, not one
        child.wait(20)
        shop.delete(range(1, 51))
        home.worker()
        wait_for(lambda: shop.states().get("taken", 0) == 0, what="the end")
        assert shop.states() == {"delivered": 50} and mock.summary()["effects"] == 50


def test_what_is_changed_after_it_failed_replaces_it(server, mock):
    """Nobody is to retry the dead letter any more."""
    shop = a_shop(server, mock)
    mock.rules({"status": 422})
    shop.add([1])
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.states() == {"dead": 1}, what="the dead letter")
        mock.rules({"status": 503})
        renew(shop, 1, product(1))
        wait_for(lambda: home.counts()["delayed"] == 1, what="the new message")
        assert home.counts()["dead"] == 0
        shop.delete([1])
        withdrawn(shop, home, 1, 0)


def test_what_is_a_draft_again_replaces_it_as_well(server, mock):
    """It lacks something now, and has no message yet."""
    shop = a_shop(server, mock)
    mock.rules({"status": 422})
    shop.add([1])
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.states() == {"dead": 1}, what="the dead letter")
        shop.sql("UPDATE ps_product_sync_outbox SET state='draft', revision=1, message_key=NULL, payload=NULL, taken_at=NULL, queued_at=NULL")
        wait_for(lambda: shop.row(1, "owner") == [None], what="the row's name")
        assert home.counts()["dead"] == 0 and shop.states() == {"draft": 1}


def test_a_drain_delivers_what_was_renewed(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"status": 422})
    shop.add(range(1, 4))
    with home_of(shop) as home:
        home.run("work", "--drain", code=None)
        assert shop.states() == {"dead": 3}
        mock.rules()
        renew(shop, 1, product(1))
        home.run("work", "--drain", code=None)
        assert shop.row(1, "state", "revision") == ["delivered", "1"] and shop.states() == {"delivered": 1, "dead": 2}
        assert home.counts()["dead"] == 2


def test_what_the_shop_has_tried_itself_replaces_it(server, mock):
    """PHP, in another mode, while productsync was away: it was refused with one, and the other waits for its next attempt."""
    with an_outage(server, mock, 3) as (shop, home, child):
        child.kill()
        child.wait()
        for number, state in ((1, "ready"), (2, "dead")):
            renew(shop, number, product(number))
            shop.sql(f"UPDATE ps_product_sync_outbox SET state='{state}', taken_at=UTC_TIMESTAMP(), attempts=1 WHERE id_product={number}")
        mock.rules()
        home.worker()
        delivered(shop, 2)
        assert sent(mock) == [1, 3] and shop.states() == {"delivered": 2, "dead": 1}
        assert shop.row(1, "state", "revision") == ["delivered", "1"]
        assert [p["effects"] for p in mock.ledger()["products"] if p["id"] == 1] == [1]


def test_what_is_made_anew_while_the_old_is_in_flight_waits_for_it(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"latency": "6s", "status": 503, "times": 1})
    shop.add([1])
    with home_of(shop, "[work]\nadaptive = no\n") as home:
        home.worker()
        wait_for(lambda: home.counts()["in_flight"] == 1, what="the attempt")
        renew(shop, 1, shop.rows("payload")[0][0])
        shop.add([2])
        delivered(shop, 1)
        assert shop.row(1, "state", "queued_at") == ["ready", None] and home.counts()["in_flight"] == 1
        delivered(shop, 2)
        assert shop.row(1, "revision", "attempts") == ["1", "1"]
        assert sent(mock) == [1, 2] and mock.summary()["requests"] == 3


def test_what_was_delivered_before_stays_so(server, mock):
    """Of a change that was not sent any more; and a row that never came into the queue."""
    with an_outage(server, mock, 2) as (shop, home, child):
        child.kill()
        child.wait()
        shop.sql("UPDATE ps_product_sync_outbox SET delivered_at=UTC_TIMESTAMP() WHERE id_product=1;"
                 "INSERT INTO ps_product_sync_outbox (id_shop, id_product, state, type, payload, message_key, owner, created_at, updated_at)"
                 " SELECT 1, id_product + 2, IF(id_product=1, 'taken', 'dead'), type, payload, CONCAT(message_key, 'x'), owner,"
                 " created_at, updated_at FROM ps_product_sync_outbox")
        shop.delete([1, 2, 3, 4])
        home.worker()
        wait_for(lambda: shop.states() == {"delivered": 1, "discarded": 3}, what="all settled")
        assert shop.row(1, "state", "owner") == ["delivered", None]
        assert home.counts()["ready"] + home.counts()["delayed"] == 0


def test_at_each_of_several_destinations(server, mock):
    with Mock() as other:
        shop = a_shop(server, mock)
        mock.rules({"status": 503})
        shop.add([1, 2])
        with home_of(shop, f"[destination a]\nurl = {mock.url}\ntoken = {TOKEN}\n[destination b]\nurl = {other.url}\ntoken = {TOKEN}\n",
                     destination="a,b") as home:
            home.worker()
            wait_for(lambda: other.summary()["effects"] == 2, what="what one destination has")
            shop.delete([1])
            withdrawn(shop, home, 1, 1)
            mock.rules()
            home.run("destination", "resume", "a")
            delivered(shop, 1)
            assert sent(mock) == [2]


def test_what_has_to_go_again_is_in_nobodys_way(server, mock):
    """More than the relay looks at in one go may have taken effect, at two destinations; and what is behind has not."""
    with Mock() as other:
        shop = a_shop(server, mock)
        for api in (mock, other):
            api.rules({"latency": "30s"})
        with home_of(shop, "[work]\nconcurrency = 1\nadaptive = no\n[batch]\nsize = 500\n"
                     f"[destination a]\nurl = {mock.url}\ntoken = {TOKEN}\n[destination b]\nurl = {other.url}\ntoken = {TOKEN}\n",
                     destination="a,b") as home:
            child = home.worker()
            for name in "ab":
                home.run("destination", "pause", name)
            shop.add(range(1, 1001))
            wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL") == [["1000"]], what="all queued")
            for name in "ab":
                home.run("destination", "resume", name)
            for api in (mock, other):
                wait_for(lambda api=api: api.summary()["requests"] == 1, what="a batch under way")
            child.kill()
            child.wait()
            for name in "ab":
                home.run("destination", "pause", name)
            shop.delete(range(1, 1001))
            home.worker()
            withdrawn(shop, home, 500, 1000)
            before = rows_read(server)
            time.sleep(3)
            assert rows_read(server) - before < 2500  # and the relay looks at all of that only now and then


def test_deleted_with_the_whole_shop(server, mock):
    """The installation has no such shop any more, and what is queued for it goes nowhere."""
    shop = a_shop(server, mock, shops=((1, 1), (2, 1)))
    shop.set(PS_MULTISHOP_FEATURE_ACTIVE="1")
    mock.rules({"status": 503})
    shop.add([1, 2])
    shop.add([1, 3], id_shop=2)
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL") == [["4"]], what="all queued")
        shop.sql("UPDATE ps_shop SET deleted=1 WHERE id_shop=2")
        wait_for(lambda: shop.word(2) is None, what="the relay to see that")
        shop.sql("UPDATE ps_product_sync_outbox SET deleted_at=UTC_TIMESTAMP() WHERE id_shop=2")
        withdrawn(shop, home, 2, 2)
        is_up(mock, home)
        delivered(shop, 2)


def test_what_one_of_several_destinations_has_no_room_for(server, mock):
    """The other has it: the row stays taken until both have, or are to have no more of it."""
    with Mock() as other:
        shop = a_shop(server, mock)
        other.rules({"status": 503})
        text = f"[destination a]\nurl = {mock.url}\ntoken = {TOKEN}\n[destination b]\nurl = {other.url}\ntoken = {TOKEN}\n"
        with home_of(shop, text + "[queue]\nmax_depth = 5\n", destination="a,b") as home:
            home.worker()
            shop.add(range(1, 6))
            wait_for(lambda: mock.summary()["effects"] == 5, what="what one destination has")
            shop.add([6, 7])
            wait_for(lambda: mock.summary()["effects"] == 7, what="what it has too")
            wait_for(lambda: home.events(event="queue full"), what="the other's want of room")
            assert shop.states() == {"taken": 7}
            shop.delete([6])
            wait_for(lambda: shop.row(6, "state") == ["delivered"], what="what it came to where it was sent")
            other.rules()
            home.run("destination", "resume", "b")
            delivered(shop, 7)
            assert mock.summary()["effects"] == 7 and sent(other) == [1, 2, 3, 4, 5, 7]


def test_a_copy_of_the_database_in_the_same_queue(server, mock):
    """Until it is answered, what is deleted in the copy is not deleted in the original; afterwards it is of the copy alone."""
    shop, copy = a_shop(server, mock), a_shop(server, mock)
    shop.set(PRODUCT_SYNC_PLACE="shop1.test/")
    mock.rules({"status": 503})
    shop.add([1, 2, 3])
    with Home(text=shop.section("main")) as home:
        child = home.worker()
        wait_for(lambda: shop.rows("COUNT(*)", "queued_at IS NOT NULL") == [["3"]], what="all queued")
        child.terminate()
        child.wait(20)
        for table in ("ps_configuration", "ps_product_sync_outbox"):
            copy.sql(f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {shop.name}.{table}")
        copy.sql("UPDATE ps_shop_url SET domain_ssl='staging.test'")
        home.configure(text=shop.section("main") + copy.section("staging"))
        home.worker()
        wait_for(lambda: copy.word() == "copy", what="the word")
        copy.delete([1])
        copy.sql("UPDATE ps_product_sync_outbox SET state='discarded' WHERE id_product=2")
        time.sleep(1)  # nothing comes of it
        assert home.destination("main/1")["delayed"] == 3 and shop.states() == {"taken": 3}
        copy.set(PRODUCT_SYNC_PLACE="staging.test/", PRODUCT_SYNC_PAUSE="1", MY_API_URL="", MY_API_TOKEN="",
                 PRODUCT_SYNC_UUID="c0ffee00-0000-4000-8000-000000000000", PRODUCT_SYNC_UUID_BEFORE=shop.uuid)
        wait_for(lambda: copy.states() == {"taken": 1, "discarded": 2}, what="the ends of the copy's rows")
        mock.rules()
        home.run("destination", "resume", "main/1")
        delivered(shop, 3)
        assert sent(mock) == [1, 2, 3] and copy.row(3, "state") == ["taken"]


def test_made_again_meanwhile(server, mock):
    """The module makes a new message under the number, when the old one is done with."""
    with an_outage(server, mock, 1) as (shop, home, _):
        shop.delete([1])
        withdrawn(shop, home, 1, 0)
        renew(shop, 1, shop.rows("payload")[0][0])
        is_up(mock, home)
        delivered(shop, 1)
        assert mock.summary()["effects"] == 1 and shop.row(1, "revision") == ["1"]
