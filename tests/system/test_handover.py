"""One process owns the queue's file; all others go through it, and nobody notices."""
import json
import os
import re
import signal
import stat

from harness import Home, Mock, product, products, wait_for


def owner(home):
    return home.call("GET", "/v1/owner")[1]


def test_commands_go_through_the_worker():
    with Mock() as api, Home(api.url) as home:
        api.rules({"products": [3], "status": 422})
        worker = home.worker()
        assert owner(home)["pid"] == worker.pid and owner(home)["role"] == "worker"
        home.run("produce", input=products(1, 5))
        wait_for(lambda: home.counts()["done"] == 4, what="4 deliveries")
        status = home.json("status")
        assert status["working"] and status["owner"]["pid"] == worker.pid
        assert home.message(3)["state"] == "dead"
        api.rules()
        home.run("dead", "retry", "--all")
        wait_for(lambda: home.counts()["done"] == 5, what="the fifth")
        home.run("resend", "1")
        wait_for(lambda: home.counts()["done"] == 6, what="the sixth")
        home.run("destination", "pause", "default", "--reason", "lunch")
        assert home.destination()["state"] == "paused"
        home.run("destination", "resume", "default")
        home.run("queue", "check")
        home.run("queue", "backup", "copy.db")
        assert worker.poll() is None


def test_the_socket_and_the_file_are_their_owners_alone():
    with Mock() as api, Home(api.url) as home:
        home.worker()
        for path in (home.socket, home.queue):
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, path
        assert stat.S_IMODE(os.stat(home.state).st_mode) == 0o700


def test_produce_hands_over_to_a_worker_and_goes_on():
    with Mock() as api, Home(api.url) as home:
        produce = home.start("produce", "--json")
        produce.stdin.write(products(1, 2000))
        produce.stdin.flush()
        wait_for(lambda: owner(home).get("pid") == produce.pid, what="produce as the owner")
        worker = home.worker()
        assert owner(home)["pid"] == worker.pid
        for first in range(2001, 6001, 500):
            produce.stdin.write(products(first, first + 499))
            produce.stdin.flush()
        out, err = produce.communicate(timeout=30)
        assert produce.returncode == 0, err
        assert json.loads(out.strip().split("\n")[-1])["summary"]["put"] == 6000
        wait_for(lambda: api.summary()["effects"] == 6000, what="6000 effects")
        assert api.summary()["repeated"] == 0
        assert worker.poll() is None


def test_produce_goes_on_when_the_worker_ends():
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        produce = home.start("produce", "--json")
        produce.stdin.write(products(1, 1000))
        produce.stdin.flush()
        wait_for(lambda: api.summary()["effects"] > 100, what="deliveries")
        worker.terminate()
        assert worker.wait(20) == 0
        produce.stdin.write(products(1001, 3000))
        out, err = produce.communicate(timeout=30)
        assert produce.returncode == 0, err
        summary = json.loads(out.strip().split("\n")[-1])["summary"]
        assert summary["put"] + summary["known"] == 3000
        home.run("work", "--drain")
        assert api.summary()["effects"] == 3000 and api.summary()["repeated"] == 0


def test_produce_goes_on_when_the_worker_is_killed():
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        produce = home.start("produce", "--json")
        produce.stdin.write(products(1, 1000))
        produce.stdin.flush()
        wait_for(lambda: api.summary()["effects"] > 100, what="deliveries")
        worker.kill()
        worker.wait()
        produce.stdin.write(products(1001, 3000))
        out, err = produce.communicate(timeout=30)
        assert produce.returncode == 0, err
        home.run("work", "--drain")
        assert api.summary()["effects"] == 3000 and api.summary()["repeated"] == 0


def test_two_produces_at_once():
    with Mock() as api, Home(api.url) as home:
        one, two = home.start("produce", "--json"), home.start("produce", "--json")
        for first in range(1, 4000, 400):
            one.stdin.write(products(first, first + 399))
            two.stdin.write(products(first + 200, first + 599))
        outs = [child.communicate(timeout=30)[0] for child in (one, two)]
        sums = [json.loads(out.strip().split("\n")[-1])["summary"] for out in outs]
        assert one.returncode == two.returncode == 0
        assert sum(s["put"] for s in sums) == 4200 and sum(s["known"] for s in sums) == 3800
        assert home.counts()["ready"] == 4200


def test_a_second_worker_is_refused():
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        for args in (["work"], ["work", "--drain"]):
            done = home.run(*args, code=3, timeout=10)
            lines = done.stderr.strip().split("\n")
            assert len(lines) == 1 and re.search(rf"another worker \(pid {worker.pid}, work\)", lines[0])
            assert home.queue in lines[0] and "productsync status" in lines[0]
        assert owner(home)["pid"] == worker.pid


def test_what_a_killed_owner_left_is_taken_over():
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        worker.kill()
        worker.wait()
        assert os.path.exists(home.socket) and os.path.exists(home.queue + ".lock")
        assert home.json("status")["working"] is False
        home.run("produce", input=product(1))
        worker = home.worker()
        wait_for(lambda: api.summary()["effects"] == 1, what="the effect")
        worker.kill()
        worker.wait()
        home.run("work", "--drain")


def test_a_stopped_worker_is_not_waited_for_long():
    """A process that holds the file but does not answer is named, not waited for without end."""
    with Mock() as api, Home(api.url) as home:
        worker = home.worker()
        worker.send_signal(signal.SIGSTOP)
        try:
            done = home.run("status", code=3, timeout=30)
            assert home.socket in done.stderr
        finally:
            worker.send_signal(signal.SIGCONT)
        home.run("status")


def test_a_socket_of_one_s_own():
    with Mock() as api, Home(api.url) as home:
        home.configure(api.url, queue__socket=os.path.join(home.folder, "s"))
        home.socket = os.path.join(home.folder, "s")
        home.worker()
        home.run("produce", input=product(1))
        wait_for(lambda: api.summary()["effects"] == 1, what="the effect")
        assert not os.path.exists(home.queue + ".sock")


def test_a_path_too_long_for_a_socket():
    with Mock() as api, Home() as home:
        deep = os.path.join(home.folder, *["d" * 40] * 4)
        home.configure(api.url, state__folder=deep)
        worker = home.start("work", env={"XDG_RUNTIME_DIR": home.folder})
        env = {"XDG_RUNTIME_DIR": home.folder}
        wait_for(lambda: os.path.exists(os.path.join(deep, "queue.db")), what="the queue")
        wait_for(lambda: home.run("status", "--json", env=env, code=None).stdout.find('"working":true') > 0,
                 what="the worker")
        home.run("produce", input=product(1), env=env)
        wait_for(lambda: api.summary()["effects"] == 1, what="the effect")
        assert worker.poll() is None
