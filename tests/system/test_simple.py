"""`simple`: one product, one request, wait, report; no retry."""
import json
import re
import signal

from harness import Home, Mock, Server, free_port, product, products, wait_for

def json_lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_a_product_with_id_status_and_latency():
    with Mock("--latency", "30ms") as api, Home(api.url) as home:
        lines = home.run("simple", input=product(7) + "\n" + product(8)).stdout.splitlines()
        assert len(lines) == 3
        for line, number in zip(lines, (7, 8)):
            words = re.fullmatch(rf"{number}  201  (\d+) ms  delivered", line)
            assert words and 25 <= int(words[1]) < 5000, line
        assert lines[2] == "2 delivered, 0 not delivered, 0 refused as input"


def test_the_request_is_the_documented_one():
    with Mock("--require-key") as api, Home(api.url) as home:
        home.run("simple", input='{"id":"123","name":" Product\\tname ","price":"49.9","stock":15}')
        summary = api.summary()
        assert summary["violations"] == 0 and summary["effects"] == 1
        assert '{"id":123,"name":"Product name","price":49.90,"stock":15}' in json.dumps(api.ledger(123)).replace('\\', '')


def test_requests_go_one_after_the_other():
    with Mock("--latency", "50ms") as api, Home(api.url) as home:
        home.run("simple", input=products(1, 5))
        at = [event["time"] for event in home.events("simple.log")]
        assert at == sorted(at) and [e["product"] for e in home.events("simple.log")] == [1, 2, 3, 4, 5]
        assert all(event["latency_ms"] >= 45 for event in home.events("simple.log"))  # two clocks
        assert api.summary()["effects"] == 5


def test_nothing_is_tried_twice():
    with Mock() as api, Home(api.url) as home:
        api.rules({"products": [1], "reset": "before"}, {"products": [2], "status": 500})
        lines = home.run("simple", input=products(1, 4), code=1).stdout.splitlines()
        assert [line.split()[1] for line in lines[:4]] == ["-", "500", "201", "201"]
        assert "failed" in lines[0] and "connection lost" in lines[0]
        assert "failed" in lines[1] and "500" in lines[1]
        assert lines[4] == "2 delivered, 2 not delivered, 0 refused as input"
        assert api.summary()["requests"] == 4


def test_a_refusal_is_reported_with_its_reason():
    with Mock() as api, Home(api.url) as home:
        api.rules({"status": 422, "title": "no such category"})
        line = home.run("simple", input=product(1), code=1).stdout.splitlines()[0]
        assert line.startswith("1  422  ") and "no such category" in line


def test_the_log_has_everything_of_an_attempt():
    with Mock() as api, Home(api.url) as home:
        api.rules({"products": [2], "status": 503})
        home.run("simple", input=products(1, 2), code=1)
        good, bad = home.events("simple.log")
        assert good["event"] == "delivered" and bad["event"] != "delivered"
        assert (good["outcome"], bad["outcome"]) == ("delivered", "failed") and "retry_in_ms" not in bad
        assert (good["product"], good["status"], good["attempt"], good["destination"]) == (1, 201, 1, "default")
        assert (bad["product"], bad["status"], bad["attempt"]) == (2, 503, 1)
        assert "503" in bad["error"] and isinstance(bad["latency_ms"], int)
        assert re.fullmatch(r"product:1:[0-9a-f]{32}", good["key"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", good["time"])


def test_the_log_as_json_elsewhere():
    with Mock() as api, Home(api.url, log__file="elsewhere.log", log__format="json") as home:
        home.run("simple", input=products(1, 2))
        with open(home.folder + "/elsewhere.log", encoding="utf-8") as f:
            events = [json.loads(line) for line in f]
        assert [(e["event"], e["product"], e["status"], e["attempt"]) for e in events] == \
            [("delivered", 1, 201, 1), ("delivered", 2, 201, 1)]
        assert all({"latency_ms", "key", "time", "level"} <= set(e) for e in events)


def test_a_log_that_cannot_be_written_stops_nothing():
    with Mock() as api, Home(api.url, log__file="/proc/no/such/file.log") as home:
        done = home.run("simple", input=products(1, 20))
        assert api.summary()["effects"] == 20
        assert done.stderr.count("/proc/no/such/file.log") == 1


def test_refused_lines_are_named_and_the_rest_goes_on():
    with Mock() as api, Home(api.url) as home:
        bad = '{"id":2,"name":"B","price":"abc","stock":1}\n{"id":0,"name":"C","price":1,"stock":1}\n{"id":4}\n'
        done = home.run("simple", input=product(1) + "\n" + bad + product(5), code=1)
        assert "2 delivered, 0 not delivered, 3 refused as input" in done.stdout
        refused = [line for line in done.stderr.splitlines() if "refused" in line]
        assert [re.search(r"standard input:(\d+): (\w+)", line).groups() for line in refused] == \
            [("2", "price"), ("3", "id"), ("4", "name")]
        assert api.summary()["effects"] == 2


def test_files_and_standard_input():
    with Mock() as api, Home(api.url) as home:
        with open(home.folder + "/a.csv", "w", encoding="utf-8") as f:
            f.write("id;name;price;stock\n1;Eins;1.50;1\n2;Zwei;x;1\n")
        with open(home.folder + "/b.json", "w", encoding="utf-8") as f:
            f.write("[" + product(3) + ",\n" + product(4) + "]")
        done = home.run("simple", "a.csv", "b.json", "-", "missing.json", input=product(5), code=1)
        assert "a.csv:3: price" in done.stderr
        assert "missing.json" in done.stderr and "No such file" in done.stderr
        assert "4 delivered, 0 not delivered, 1 refused as input" in done.stdout
        assert api.summary()["effects"] == 4


def test_json_for_scripts():
    with Mock() as api, Home(api.url) as home:
        api.rules({"products": [2], "status": 500})
        lines = json_lines(home.run("simple", "--json", input=products(1, 2) + '{"id":3}', code=1))
        good, bad, refused, summary = lines
        assert good["id"] == 1 and good["delivered"] is True and good["status"] == 201 and good["tries"] == 1
        assert good["key"].startswith("product:1:") and good["reason"] == "" and good["destination"] == "default"
        assert bad["id"] == 2 and bad["delivered"] is False and bad["status"] == 500 and "500" in bad["reason"]
        assert "standard input:3" in refused["refused"]
        assert summary["summary"] == {"delivered": 1, "failed": 1, "not_sent": 0, "refused": 1, "all_read": True, "stopped": False}


def test_quiet_says_only_what_went_wrong():
    with Mock() as api, Home(api.url) as home:
        done = home.run("simple", "--quiet", input=products(1, 3))
        assert done.stdout == "" and done.stderr == ""
        api.rules({"products": [5], "status": 500})
        done = home.run("simple", "--quiet", input=products(4, 5), code=1)
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1 and "product 5" in done.stderr and "500" in done.stderr


def test_a_product_goes_to_each_destination():
    with Mock() as one, Mock() as two, Home() as home:
        two.rules({"products": [2], "status": 500})
        home.configure(text=f"[destination one]\nurl = {one.url}\ntoken = test-token-4711\n"
                            f"[destination two]\nurl = {two.url}\ntoken = test-token-4711\n")
        lines = home.run("simple", input=products(1, 2), code=1).stdout.splitlines()
        assert [line.split()[:3] for line in lines[:4]] == \
            [["1", "one", "201"], ["1", "two", "201"], ["2", "one", "201"], ["2", "two", "500"]]
        assert lines[4] == "3 delivered, 1 not delivered, 0 refused as input"
        assert one.summary()["effects"] == 2 and two.summary()["effects"] == 1


def test_retry_after_is_respected_without_a_retry():
    with Mock("--throttle", "300") as api, Home(api.url) as home:
        done = home.run("simple", input=products(1, 5), code=1)
        assert "0 delivered, 5 not delivered" in done.stdout
        assert "asks to wait 300 s" in done.stdout
        assert api.summary()["requests"] == 1


def test_nobody_listens():
    with Home(f"http://127.0.0.1:{free_port()}/products") as home:
        done = home.run("simple", input=product(1), code=1)
        assert done.stdout.startswith("1  -  ") and "connection refused" in done.stdout


def test_no_url_is_a_usage_error():
    with Home() as home:
        assert "MY_API_URL" in home.run("simple", input=product(1), code=2).stderr


def test_no_request_goes_twice_unseen():
    """A kept connection that dies under a request: it is over with that request, and said."""
    def respond(request, connection):
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        Server.read(connection)
        return b""

    with Server(respond) as api, Home(api.url) as home:
        done = home.run("simple", input=products(1, 4), code=1)
        lines = done.stdout.splitlines()
        assert ["failed: connection lost" in line for line in lines[:4]] == [False, True, False, True]
        assert len(api.requests) == 2 and len(home.events("simple.log")) == 4


def test_an_interrupt_ends_it():
    with Mock("--latency", "300ms") as api, Home(api.url) as home:
        child = home.start("simple")
        child.stdin.write(products(1, 50))
        child.stdin.close()
        wait_for(lambda: api.summary()["requests"] >= 2, what="two requests")
        child.send_signal(signal.SIGINT)
        assert child.wait(10) == 1
        out = child.stdout.read()
        assert "(stopped)" in out.splitlines()[-1]
        delivered = out.count("  delivered")
        assert 1 <= delivered == api.summary()["effects"] < 10  # what was in flight was finished and reported
