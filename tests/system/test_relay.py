"""The relay with a real MariaDB: rows become deliveries, and what came of them comes back."""
import hashlib
import json
import os
import signal
import time

from harness import TOKEN, Mock, product, wait_for
from shop import a_shop, delivered, home_of
from site_client import Site


def test_rows_become_deliveries(server, mock):
    shop = a_shop(server, mock)
    shop.add(range(1, 51))
    shop.add([60], state="draft")
    shop.add([61], ready_in=3600)
    with home_of(shop) as home:
        home.worker()
        delivered(shop, 50)
        state, attempts, status, error, owner, key, digest, queued, at = shop.row(
            7, "state", "attempts", "last_status", "last_error", "owner", "message_key", "sent_digest", "queued_at",
            "ABS(TIMESTAMPDIFF(SECOND, delivered_at, UTC_TIMESTAMP())) < 30")
        assert (state, attempts, status, error, owner, at) == ("delivered", "1", "201", None, None, "1")
        assert key == shop.key(7, product(7)) and queued
        assert digest == hashlib.sha256(product(7).encode()).hexdigest()[:32]
        assert shop.states() == {"delivered": 50, "draft": 1, "ready": 1}
        assert mock.summary()["products"] == 50
        assert key in json.dumps(mock.ledger(7))
        beat = json.loads(shop.state("relay:%"))
        assert beat["shops"] == {"1": "delivering"} and beat["version"] and beat["host"] and beat["keep"] == 30 * 86400


def test_serve_relays_too_and_its_metrics_tell_of_it(server, mock):
    shop = a_shop(server, mock)
    shop.add(range(1, 11))

    def succeeded(site, key):
        text = site.ask("GET", "/metrics", token=key).body
        text = text if isinstance(text, str) else text.decode()
        line = next(line for line in text.splitlines() if line.startswith("productsync_relay_last_success_timestamp_seconds{"))
        assert line.startswith('productsync_relay_last_success_timestamp_seconds{shop="main"} ')
        return float(line.split()[-1])
    with Site(text=shop.section()) as site:
        key = site.token("read")
        delivered(shop, 10)
        first = wait_for(lambda: succeeded(site, key), what="the first success")
        assert abs(first - time.time()) < 10
        wait_for(lambda: succeeded(site, key) > first, what="another")
        shop.sql("RENAME TABLE ps_product_sync_outbox TO away")
        wait_for(lambda: site.home.events(event="shop unreachable"), what="the complaint")
        stands = succeeded(site, key)
        time.sleep(1) # what does not come takes time
        assert succeeded(site, key) == stands


def test_the_heartbeat_says_how_long_keys_are_kept(server, mock):
    shop = a_shop(server, mock)

    def kept():
        return json.loads(shop.state("relay:%") or "{}").get("keep")
    with home_of(shop, "[queue]\nkeep = 200d\n") as home:
        child = home.worker()
        wait_for(lambda: kept() == 200 * 86400, what="the time of the start")
        home.configure(text=shop.section() + "[queue]\nkeep = 300d\n")
        child.send_signal(signal.SIGHUP)
        wait_for(lambda: kept() == 300 * 86400, what="the time after the reload")


def test_a_new_row_is_noticed_within_a_second(server, mock):
    shop = a_shop(server, mock)
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.word() == "delivering", what="the relay")
        for number in range(1, 6):
            shop.add([number])
            wait_for(lambda n=number: mock.summary()["products"] == n, 1, "the product")


def test_outcomes_of_every_kind_come_back(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"products": [2, 3, 4, 5], "status": 422}, {"products": [6], "status": 500})
    shop.set(PRODUCT_SYNC_RETRY_ATTEMPTS="2")
    shop.add(range(1, 7))
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.states().get("dead") == 5, what="five dead rows")
        state, attempts, status, error, next_try = shop.row(2, "state", "attempts", "last_status", "last_error", "next_try")
        assert (state, attempts, status, next_try) == ("dead", "1", "422", None) and "422" in error
        assert shop.row(6, "attempts", "last_status") == ["2", "500"]
        mock.rules()
        ids = {m["product"]: m["id"] for m in home.dead()}
        home.run("dead", "retry", ids[2])           # by the operator: the row follows, though it was dead
        wait_for(lambda: shop.row(2, "state", "last_error") == ["delivered", None], what="the retried row")
        home.run("dead", "discard", ids[3])
        wait_for(lambda: shop.row(3, "state") == ["discarded"], what="the discarded row")
        # By the merchant: the same key and payload again.
        send_again(shop, 4)
        wait_for(lambda: shop.row(4, "state") == ["delivered"], what="the revived row")
        assert shop.row(4, "message_key") == [shop.key(4, product(4))]
        # An edited dead letter is a new message: the row gets its key, payload and revision.
        edited = product(5, "Edited")
        status, _ = home.call("POST", f"/v1/dead/{ids[5]}/replace", json.loads(edited))
        assert status in (200, 201, 202), status
        wait_for(lambda: shop.row(5, "state") == ["delivered"], what="the replaced row")
        assert shop.row(5, "message_key", "payload", "revision") == [shop.key(5, edited, revision=1), edited, "1"]


def send_again(shop, number):
    """As the module does it with a dead row."""
    shop.sql("UPDATE ps_product_sync_outbox SET state='ready', owner=NULL, queued_at=NULL, last_error=NULL, ready_at=UTC_TIMESTAMP(),"
             f"updated_at=UTC_TIMESTAMP() WHERE id_product={number} AND state='dead'")


def test_a_dead_row_is_sent_again_whatever_became_of_its_message(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"status": 422})
    shop.add(range(1, 6))
    with home_of(shop) as home:
        child = home.worker()
        wait_for(lambda: shop.states() == {"dead": 5}, what="five dead rows")
        send_again(shop, 1)                         # refused again, and again
        wait_for(lambda: len(mock.ledger(1)) and int(shop.row(1, "attempts")[0]) == 2 and shop.row(1, "state") == ["dead"],
                 what="dead again")
        child.terminate()
        child.wait(20)
        mock.rules()
        for number in (1, 2):                       # while nobody runs
            send_again(shop, number)
        child = home.worker()
        delivered(shop, 2)
        send_again(shop, 3)
        delivered(shop, 3)
        child.kill()                                # the queue's file is lost, and with it the dead letters
        child.wait()
        for name in os.listdir(home.state):
            if name.startswith("queue.db"):
                os.unlink(os.path.join(home.state, name))
        home.worker()
        send_again(shop, 4)
        delivered(shop, 4)
        assert shop.row(4, "message_key") == [shop.key(4, product(4))] and mock.summary()["effects"] == 4


def test_waiting_retries_are_told(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"status": 503})
    shop.add([1])
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.row(1, "state", "last_status", "next_try IS NOT NULL") == ["taken", "503", "1"], 25, "the retry")
        assert int(shop.row(1, "attempts")[0]) >= 1
        mock.rules()
        delivered(shop, 1, 30)
        assert shop.row(1, "next_try", "last_error") == [None, None]


def test_a_row_that_was_cut_is_not_sent(server, mock):
    shop = a_shop(server, mock)
    shop.add([1, 2, 3])
    shop.sql("UPDATE ps_product_sync_outbox SET payload=LEFT(payload, 20) WHERE id_product=2;"
             "UPDATE ps_product_sync_outbox SET payload=NULL WHERE id_product=3")
    with home_of(shop) as home:
        home.worker()
        wait_for(lambda: shop.states() == {"delivered": 1, "dead": 2}, what="two dead rows")
        assert "no payload" in shop.row(3, "last_error")[0]
        assert mock.summary()["products"] == 1


def test_two_relays_take_no_row_twice(server, mock):
    shop = a_shop(server, mock)
    with home_of(shop) as one, home_of(shop) as two:
        one.worker()
        two.worker()
        wait_for(lambda: shop.sql("SELECT COUNT(*) FROM ps_product_sync_state WHERE name LIKE 'relay:%'") == [["2"]],
                 what="two relays")
        for start in range(0, 3000, 300):
            shop.add(range(start + 1, start + 301))
        delivered(shop, 3000, 40)
        done = [home.counts()["done"] for home in (one, two)]
        assert sum(done) == 3000
        summary = mock.summary()
        assert summary["products"] == 3000 and summary["requests"] == 3000


def test_several_destinations(server, mock):
    shop = a_shop(server, mock)
    with Mock() as other:
        other.rules({"products": [2], "status": 422})
        shop.add([1, 2])
        with home_of(shop, f"\n[destination a]\nurl = {mock.url}\ntoken = {TOKEN}\n"
                           f"[destination b]\nurl = {other.url}\ntoken = {TOKEN}\n", destination="a,b") as home:
            home.worker()
            wait_for(lambda: shop.states() == {"delivered": 1, "dead": 1}, what="one delivered, one dead")
            assert shop.row(1, "state") == ["delivered"] and shop.row(2, "last_status") == ["422"]
            other.rules()
            home.run("dead", "retry", "--all")
            delivered(shop, 2)
            assert mock.summary()["products"] == other.summary()["products"] == 2


def test_drain_takes_all_rows_and_brings_all_outcomes(server, mock):
    shop = a_shop(server, mock)
    shop.add(range(1, 1201))
    with home_of(shop) as home:
        home.run("work", "--drain")
        assert shop.states() == {"delivered": 1200}


def test_products_of_the_command_line_go_elsewhere(server, mock):
    shop = a_shop(server, mock)
    with home_of(shop) as home:
        done = home.run("produce", input=product(1), code=None)
        assert done.returncode != 0 and "where to?" in done.stderr
        home.worker()
        done = home.run("produce", input=product(1), code=None)
        assert done.returncode != 0 and "where to?" in done.stderr
        assert mock.summary()["products"] == 0


def test_a_full_queue_gives_rows_back(server, mock):
    shop = a_shop(server, mock)
    shop.add(range(1, 51))
    with home_of(shop, "[queue]\nmax_depth = 20\n") as home:
        home.worker()
        delivered(shop, 50, 60)
        assert mock.summary()["requests"] == 50


def test_what_is_deleted_before_it_is_queued_is_not_sent(server, mock):
    """The module marks a row that is taken, and the relay gives it back."""
    shop = a_shop(server, mock)
    mock.rules({"latency": "200ms"})
    shop.add(range(1, 51))
    shop.sql("UPDATE ps_product_sync_outbox SET deleted_at=UTC_TIMESTAMP() WHERE id_product > 40;"
             "UPDATE ps_product_sync_outbox SET delivered_at=UTC_TIMESTAMP() WHERE id_product > 45")
    with home_of(shop, "[queue]\nmax_depth = 20\n") as home:
        home.worker()
        wait_for(lambda: shop.states() == {"delivered": 45, "discarded": 5}, 60, "what is there")
        assert mock.summary()["products"] == 40


def test_a_test_that_the_merchant_asks_for(server, mock):
    shop = a_shop(server, mock)
    with home_of(shop) as home:
        home.worker()
        for token, verdict in ((TOKEN, "reached"), ("wrong", "credentials"), ("", "credentials")):
            shop.set(MY_API_TOKEN=token)
            wait_for(lambda t=token: shop.word() == ("delivering" if t else "no_token"), what="the settings")
            ask = os.urandom(8).hex()
            shop.sql(f"REPLACE INTO ps_product_sync_state VALUES ('test:1', '{{\"id\":\"{ask}\"}}', UTC_TIMESTAMP())")
            result = wait_for(lambda a=ask: json.loads(shop.state("test_result:1") or "{}").get("id") == a
                              and json.loads(shop.state("test_result:1")), what="the result")
            assert result["verdict"] == verdict and result["text"], result
        requests = mock.summary()["requests"]
        shop.set(MY_API_TOKEN=TOKEN, PRODUCT_SYNC_PLACE="original.test/")
        wait_for(lambda: shop.word() == "copy", what="the word")
        shop.sql("REPLACE INTO ps_product_sync_state VALUES ('test:1', '{\"id\":\"0123456789abcdef\"}', UTC_TIMESTAMP())")
        wait_for(lambda: "say first which of the two it is" in shop.state("test_result:1"), what="the refusal")
        assert mock.summary()["products"] == 0 and mock.summary()["requests"] == requests


def test_idle_costs_next_to_nothing(server, mock):
    shop = a_shop(server, mock)
    with home_of(shop) as home:
        child = home.worker()
        wait_for(lambda: shop.word() == "delivering", what="the relay")

        def used():
            with open(f"/proc/{child.pid}/stat", encoding="ascii") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        before = used()
        time.sleep(8) # what is measured is time
        assert used() - before < 0.08


def test_sigterm_in_the_middle_loses_nothing(server, mock):
    shop = a_shop(server, mock)
    mock.rules({"latency": "20ms"})
    shop.add(range(1, 501))
    with home_of(shop) as home:
        child = home.worker()
        wait_for(lambda: mock.summary()["products"] > 50, what="some")
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0
        mock.rules()
        home.worker()
        delivered(shop, 500)
        assert mock.summary()["products"] == 500
