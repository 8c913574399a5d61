"""Products as shops give them: every format, what is refused and how it is said, a full queue, big inputs."""
import json
import os
import signal
import subprocess
import threading

import pytest

from harness import PROGRAM, Ear, Home, Mock, product, products, wait_for

SOURCE = os.environ.get("PSYNC_SOURCE", os.path.join(os.path.dirname(__file__), "..", ".."))
MUG = '{"id":19,"name":"Customizable mug","price":16.68,"stock":300}'
TEA = '{"id":7,"name":"Thé « Noël », 5 \\" pot","price":1234567.89,"stock":0}'
EXPORT_HEAD = '"Product ID";Image;Name;Reference;Category;"Price (tax excl.)";"Price (tax incl.)";Quantity'
PRODUCTS_ANSWER = ('{"products":[{"id":19,"quantity":0,"price":"13.900000","name":[{"id":1,"value":"Customizable mug"},'
                   '{"id":2,"value":"Mug personnalisable"}]}]}')
STOCKS_ANSWER = ('{"stock_availables":[{"id":77,"id_product":19,"id_product_attribute":0,"id_shop":1,"quantity":300},'
                 '{"id":78,"id_product":19,"id_product_attribute":5,"id_shop":1,"quantity":3}]}')

FORMATS = {  # name: (input, payloads, settings)
    "object": ('{"id":19,"name":"Customizable mug","price":16.68,"stock":300}', [MUG], []),
    "object over lines": ('{\n "stock": "300",\n "price": "16.675",\n "name": " Customizable\\tmug ",\n "id": 19\n}',
                          [MUG], []),
    "array": ('[' + MUG + ',\n{"id":7,"name":"Thé « Noël », 5 \\" pot","price":"1234567.885","stock":0}]',
              [MUG, TEA], []),
    "ndjson": (MUG + "\n" + TEA + "\n", [MUG, TEA], []),
    "ndjson without an end of line": (MUG + "\n" + TEA, [MUG, TEA], []),
    "csv": ('id,name,price,stock\n19,Customizable mug,16.68,300\n7,"Thé « Noël », 5 "" pot",1234567.89,0\n',
            [MUG, TEA], []),
    "csv with BOM, tabs, another order and case":
        ("\ufeffStock\tPRICE\tName\tid\r\n300\t16.68\tCustomizable mug\t19\r\n", [MUG], []),
    "csv with semicolons": ("id;name;price;stock\n19;Customizable mug;16.68;300\n", [MUG], []),
    "export": (EXPORT_HEAD + '\n19;http://ps9.shop.example/img/p/2/2/22.jpg;"Customizable mug";demo_14;"Home '
               'Accessories";13.900000;€16.68;300\n', [MUG], []),
    "export of a French employee":
        (EXPORT_HEAD + '\n19;http://ps9.shop.example/img/p/2/2/22.jpg;"Customizable mug";demo_14;"Accessoires";13.900000;'
         '16,68\u00a0€;300\n7;;"Thé « Noël », 5 "" pot";;;1028806.575;1\u202f234\u202f567,89\u00a0€;0\n', [MUG, TEA], []),
    "export of 8.1.5":
        (EXPORT_HEAD + ';Status;Position\n19;http://ps8.shop.example/img/p/2/2/22.jpg;"Customizable mug";demo_14;'
         '"Home Accessories";13.900000;16.68;300;0\n', [MUG], []),
    "webservice with a rate of tax": (PRODUCTS_ANSWER + STOCKS_ANSWER, [MUG], ["--set", "input.tax_rate=20"]),
    "webservice without tax": (STOCKS_ANSWER + "\n" + PRODUCTS_ANSWER, [MUG.replace("16.68", "13.90")],
                               ["--set", "input.tax=excluded"]),
    "languages": ('{"id":19,"name":{"fr":"Mug","en":"Customizable mug"},"price":16.68,"stock":300}', [MUG],
                  ["--set", "payload.language=en"]),
    "passed on": ('{"id":19,"name":"Customizable mug","price":16.68,"stock":300,"reference":"demo_14","x":1}',
                  [MUG[:-1] + ',"reference":"demo_14"}'], ["--set", "input.pass=reference"]),
    "version": (MUG, [MUG[:-1] + ',"version":3}'], ["--set", "payload.version=3"]),
    "digits": (MUG, [MUG.replace("16.68", "16.680")], ["--set", "payload.digits=3"]),
    "oversold": (MUG.replace("300", "-3"), [MUG.replace("300", "0")], ["--set", "input.negative_stock=zero"]),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_from_files_and_standard_input(name):
    text, expected, settings = FORMATS[name]
    digits = ["--price-digits", "3"] if name == "digits" else []
    with Mock("--lenient", *digits) as api, Home(api.url) as home:
        path = os.path.join(home.folder, "in put")
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(text)
        count = f"{len(expected)} put, 0 already known, 0 refused"
        assert count in home.run("produce", path, *settings).stdout
        again = home.run("produce", *settings, input=text).stdout
        assert f"0 put, {len(expected)} already known" in again, "the same bytes and keys from standard input"
        home.run("work", "--drain", *settings)
        assert [p["payload"] for p in sorted(api.ledger()["products"], key=lambda p: -p["id"])] == expected


def test_several_files_and_standard_input_among_them():
    with Mock() as api, Home(api.url) as home:
        for name, text in (("a.csv", "id,name,price,stock\n1,a,1,1\n"), ("b.json", f"[{product(2)}]")):
            with open(os.path.join(home.folder, name), "w") as f:
                f.write(text)
        done = home.run("produce", "a.csv", "missing.json", "-", "b.json", input=product(3), code=1)
        assert "3 put" in done.stdout and "cannot open missing.json" in done.stderr


@pytest.mark.parametrize("order", [["p.json", "s.json"], ["s.json", "p.json"], ["p.json", "-", "q.json"]])
def test_the_webservice_s_answers_in_files_of_their_own(order):
    """Joined across files, in any order; what has no stock row is said with its file and product."""
    stocks = json.dumps({"stock_availables": [
        {"id": n, "id_product": n, "id_product_attribute": 0, "quantity": str(10 + n)} for n in (1, 2, 4)]})
    def answer(*numbers):
        return json.dumps({"products": [{"id": n, "price": "10.000000", "name": f"Pan {n}"} for n in numbers]})
    with Mock() as api, Home(api.url, input__tax_rate=20) as home:
        for name, text in (("p.json", answer(1, 2, 3)), ("q.json", answer(4)), ("s.json", stocks)):
            with open(os.path.join(home.folder, name), "w") as f:
                f.write(text)
        done = home.run("produce", *order, input=stocks, code=1)
        assert "refused: p.json:1: the input has no row of product 3" in done.stderr
        home.run("work", "--drain")
        sent = {p["id"]: json.loads(p["payload"])["stock"] for p in api.ledger()["products"]}
        assert sent == {1: 11, 2: 12} | ({4: 14} if "q.json" in order else {})


def test_stock_rows_alone_are_no_products():
    with Home("https://api.example.com/products") as home:
        done = home.run("produce", input='{"stock_availables":[{"id_product":1,"id_product_attribute":0,"quantity":1}]}')
        assert "no products" in done.stderr and "0 put" in done.stdout


def test_refused_lines_are_named_and_the_rest_goes_on():
    with Mock() as api, Home(api.url) as home:
        path = os.path.join(SOURCE, "examples", "refused.csv")
        done = home.run("produce", path, code=1)
        with open(path, encoding="utf-8") as f:
            good = [number for number, line in enumerate(f, 1) if "good row" in line]
            f.seek(0)
            bad = sum(1 for _ in f) - 1 - len(good)
        assert f"{len(good)} put, 0 already known, {bad} refused" in done.stdout
        lines = [line for line in done.stderr.split("\n") if "refused:" in line]
        assert len(lines) == bad
        for number, line in enumerate(lines, 3):
            assert line.startswith(f"productsync: refused: {path}:{number}: "), line
        home.run("work", "--drain")
        assert api.summary()["effects"] == len(good) and api.summary()["violations"] == 0


@pytest.mark.parametrize("line, reason", [
    ('{"id":0,"name":"a","price":1,"stock":1}', "id"),
    ('{"id":1.5,"name":"a","price":1,"stock":1}', "id"),
    ('{"name":"a","price":1,"stock":1}', "id"),
    ('{"id":1,"name":" \\u0000 ","price":1,"stock":1}', "name"),
    ('{"id":1,"name":"%s","price":1,"stock":1}' % ("é" * 256), "name"),
    ('{"id":1,"name":"a","price":-1,"stock":1}', "price"),
    ('{"id":1,"name":"a","price":"abc","stock":1}', "price"),
    ('{"id":1,"name":"a","price":1e999,"stock":1}', "price"),
    ('{"id":1,"name":"a","price":1,"stock":1.5}', "stock"),
    ('{"id":1,"name":"a","price":1,"stock":-1}', "input.negative_stock"),
    ('{"id":1,"name":"a","price":1}', "stock"),
    ('{"id":1,"name":"\ud800","price":1,"stock":1}', "UTF-8"),
    ('{"id":1,"name":"a","price":1,"stock":1', "standard input:2"),
])
def test_a_wrong_product_is_refused_with_its_reason(line, reason):
    with Mock() as api, Home(api.url) as home:
        text = product(5) + "\n" + line + "\n" + product(6) + "\n"
        path = os.path.join(home.folder, "in.ndjson")
        with open(path, "w", encoding="utf-8", errors="surrogatepass") as f:
            f.write(text)
        done = home.run("produce", path, code=1)
        said = [s for s in done.stderr.split("\n") if ":2: " in s]
        assert len(said) == 1 and (reason in said[0] or reason.startswith("standard")), done.stderr
        assert "2 put, 0 already known, 1 refused" in done.stdout


def test_the_oddities_of_prestashop_s_exports():
    """Names nobody gave, amounts for people, stocks below 0, and quotes that 8.1.5 does not write as CSV has them."""
    of_9 = EXPORT_HEAD + ('\n56;;N/A;NOEN;Home;6.000000;€7.20;4\n51;;Oversold;NEG;Home;10.000000;€12.00;-3\n'
                          '48;;"Dear vase";DEAR;Home;1234567.891234;€1,481,481.47;1\n')
    of_8 = EXPORT_HEAD + (';Status;Position\n57;;;NOEN;Home;6.000000;7.2;4;0\n'
                          '53;;"Backslash quote \\" end\\";"BS\\";Home;2.000000;2.4;1;0\n'
                          '45;;"Café – crème brûlée & thé";CAFÉ-1;Home;4.166667;5;1;0\n')
    with Mock() as api, Home(api.url) as home:
        done = home.run("produce", input=of_9, code=1)
        assert "1 put, 0 already known, 2 refused" in done.stdout
        assert "standard input:2: name" in done.stderr and "standard input:3: stock" in done.stderr
        done = home.run("produce", input=of_8, code=1)
        assert "1 put, 0 already known, 2 refused" in done.stdout
        assert "standard input:2: name" in done.stderr and "standard input:3: " in done.stderr
        home.run("work", "--drain")
        assert {p["payload"] for p in api.ledger()["products"]} == {
            '{"id":48,"name":"Dear vase","price":1481481.47,"stock":1}',
            '{"id":45,"name":"Café – crème brûlée & thé","price":5.00,"stock":1}'}


def test_an_unknown_format_is_said():
    with Mock() as api, Home(api.url) as home:
        for text in ("PK\x03\x04 binary", "<?xml version='1.0'?><a/>", "just some words\n"):
            done = home.run("produce", input=text, code=1)
            assert "standard input" in done.stderr, text
        assert "0 put" in home.run("produce", input="").stdout


def test_what_is_left_out_is_counted():
    with Mock() as api, Home(api.url) as home:
        done = home.run("produce", input="id,name,price,stock,colour,size\n1,a,1,1,red,L\n2,b,1,1,blue,M\n")
        assert "standard input: 4 values left out, of: colour, size (input.pass names those to send on)" in done.stderr
        odd = '{"id":3,"name":"c","price":1,"stock":1,"x":{"y":[1]},"z":null}'
        summary = home.json("produce", input=odd)["summary"]
        assert summary["left_out"] == 2 and summary["put"] == 1


# ---- a full queue ----

def test_a_full_queue_says_where_it_stopped_and_takes_the_rest_later():
    with Mock() as api, Home(api.url, queue__max_depth=1500, queue__full_wait="300ms") as home:
        path = os.path.join(home.folder, "many.ndjson")
        with open(path, "w") as f:
            f.write(products(1, 2000))
        done = home.run("produce", path, code=1)
        assert "the queue is full (" in done.stderr and "queue.max_depth" in done.stderr
        assert "at most 300ms" in done.stderr
        assert f"stopped at {path}:1501: " in done.stderr
        assert "1,500 put" in done.stdout
        home.run("work", "--drain")
        done = home.run("produce", path)
        assert "500 put, 1,500 already known" in done.stdout
        home.run("work", "--drain")
        assert api.summary()["effects"] == 2000 and api.summary()["repeated"] == 0


def test_produce_waits_for_room():
    with Mock() as api, Home(api.url, queue__max_depth=100, queue__full_wait="20s") as home:
        produce = home.start("produce", "--json")
        produce.stdin.write(products(1, 1000))
        produce.stdin.close()
        wait_for(lambda: home.call("GET", "/v1/status")[1].get("total", {}).get("ready") == 100, what="a full queue")
        home.worker()
        assert produce.wait(30) == 0, "the worker made room"
        wait_for(lambda: api.summary()["effects"] == 1000, what="1000 effects")


# ---- big inputs ----

def feed(pipe, pieces):
    try:
        for piece in pieces:
            pipe.write(piece)
    except BrokenPipeError:
        pass
    pipe.close()


# ---- an input that stays open ----

def test_produce_puts_while_its_input_is_open():
    with Home("http://127.0.0.1:9/") as home:
        child = home.start("produce")
        for number in (1, 2):
            child.stdin.write(product(number) + "\n")
            child.stdin.flush()
            wait_for(lambda: home.counts()["ready"] == number, 10, "the product in the queue")
        child.stdin.close()
        assert child.wait(10) == 0
        assert "2 put, 0 already known, 0 refused" in child.stdout.read()


@pytest.mark.parametrize("command, done", [("simple", "1 delivered, 0 not delivered"), ("async", "1 delivered, 0 not"),
                                           ("produce", "1 put, 0 already known")])
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_waiting_for_input(command, done, stop):
    """What was read is kept; half a line is no product, even where it looks like one."""
    with Mock() as api, Home(api.url) as home:
        child = home.start(command)
        said = Ear(child.stdout)
        child.stdin.write("id,name,price,stock\n1,One,9.90,1\n2,Two,9.90,1")  # of 15 in stock
        child.stdin.flush()
        if command == "produce":
            wait_for(lambda: home.counts()["ready"] == 1, 10, "the product in the queue")
        else:
            said.wait_for("1  201", 10)
        child.send_signal(stop)
        assert child.wait(5) == 1
        assert done in said.wait_for("(stopped)")
        if command == "produce":
            assert home.counts()["ready"] == 1
        else:
            assert api.summary()["requests"] == 1


def takes_signals(child):
    """True as soon as they do not simply end the process any more."""
    with open(f"/proc/{child.pid}/status", encoding="ascii") as f:
        blocked = next(int(line.split()[1], 16) for line in f if line.startswith("SigBlk"))
    return blocked >> (signal.SIGINT - 1) & 1


def test_a_signal_ends_the_waiting_before_anything_came():
    with Home("http://127.0.0.1:9/") as home:
        for command in ("simple", "async", "produce"):
            child = home.start(command)
            wait_for(lambda: takes_signals(child), 10, "the command to begin")
            child.send_signal(signal.SIGINT)
            assert child.wait(5) == 1
            assert child.stdout.read().endswith("(stopped)\n")


FILL = "x" * 4000
BIG = {
    "ndjson": lambda: (b"".join(b'{"id":%d,"name":"n","price":1,"stock":1,"note":"%s"}\n' % (n, FILL.encode())
                                for n in range(1, 251)) for _ in range(200)),
    "array": lambda: (b"".join((b"[" if n == round == 1 else b",") +
                               b'{"id":%d,"name":"n","price":1,"stock":1,"note":"%s"}' % (n, FILL.encode())
                               for n in range(1, 251)) + (b"]" if round == 200 else b"") for round in range(1, 201)),
    "csv": lambda: ((b"id,name,price,stock,note\n" if round == 0 else b"") +
                    b"".join(b'%d,n,1,1,"%s"\n' % (n, FILL.encode()) for n in range(1, 251)) for round in range(200)),
}


def most_kilobytes():
    """60 MB; a sanitizer needs, and keeps, memory of its own."""
    with open(PROGRAM, "rb") as f:
        return 60 << 10 if b"__asan_init" not in f.read() else 600 << 10


@pytest.mark.parametrize("form", BIG)
def test_memory_does_not_grow_with_the_input(form):
    """200 MB of the same 250 products in 50,000 rows."""
    with Mock() as api, Home(api.url) as home:
        child = subprocess.Popen([PROGRAM, "produce", "--config", home.conf], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home.environment())
        feeder = threading.Thread(target=feed, args=(child.stdin, BIG[form]()))
        feeder.start()
        out, err = child.stdout.read(), child.stderr.read()
        feeder.join()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        for pipe in (child.stdout, child.stderr):
            pipe.close()
        assert child.returncode == 0, err
        assert b"250 put, 49,750 already known, 0 refused" in out
        assert used.ru_maxrss < most_kilobytes(), f"{used.ru_maxrss} KB"
