"""flows_doors - products made by programs: webservice, Admin API, console scripts."""
import time

import services
from flow import flow, nine


@flow("webservice create", "POST, then the stock: one message with what has settled", bare=True)
def create(w):
    product = w.webservice.create("From the ERP & more", "7.50")
    w.webservice.stock(product, 12)
    w.arrived(product, stock=12, name="From the ERP & more")


@flow("webservice without state", "POST without <state> stores state 0, and is a real product", bare=True)
def without_state(w):
    product = w.webservice.create("No state", "8", state=None)
    w.webservice.stock(product, 3, "PUT")
    w.arrived(product, stock=3)


@flow("webservice in steps", "each further call within the settle time puts it off; one message with the last values")
def steps(w):
    product = w.webservice.create("In steps", "1")
    for price, stock in (("2", 1), ("3", 2), ("4", 3)):
        time.sleep(0.7)
        w.webservice.price(product, price)
        w.webservice.stock(product, stock)
    w.arrived(product, stock=3, price="4.80")


@flow("webservice delete", "POST and DELETE before it settled: nothing is sent")
def delete(w):
    product = w.webservice.create("Regretted", "5")
    w.webservice.delete(product)
    w.silent(product, 4)


@flow("webservice stock later", "stock written after delivery sends nothing")
def stock_later(w):
    product = w.webservice.create("Sold", "5")
    w.arrived(product)
    w.webservice.stock(product, 50)
    w.silent(product, 4)


@flow("admin api", "POST with type and names, price and state by PATCH: one message", when=nine, bare=True)
def admin_api(w):
    api = services.AdminApi(w.shop)
    product = api.create("From the Admin API")
    api.patch(product, priceTaxExcluded="12.00", enabled=True)
    w.arrived(product, name="From the Admin API", stock=0)


@flow("console add", "(new Product())->add() and nothing else: one message, nothing dies", bare=True)
def console_add(w):
    product = services.script(w.shop, {"name": "From a script", "price": 10, "stock": 4})["ids"][0]
    w.arrived(product, price="12.00", stock=4)


@flow("console add without stock", "a script that sets no stock: core's stock row says 0", bare=True)
def console_plain(w):
    product = services.script(w.shop, {"name": "Bare", "price": 10})["ids"][0]
    w.arrived(product, stock=0)


@flow("console 300 products", "flushed every 100; the script's own reads of price and stock stay right", bare=True)
def console_many(w):
    made = services.script(w.shop, count=300, product={"name": "One of many", "price": 10, "stock": 4}, read=250)
    wrong = [r for r in made["read"] if abs(r["price"] - 12.0) > 0.001 or r["stock"] != 4]
    assert not wrong, f"the script read {wrong[:3]}"
    for number, product in enumerate(made["ids"]):
        w.arrived(product, seconds=60, name="One of many", price="12.00", stock=4, look=number < 2)


@flow("console subclass", "a subclass of Product fires no hook of Product's: found")
def subclass(w):
    product = services.script(w.shop, {"name": "Special", "price": 10, "stock": 4, "subclass": 1})["ids"][0]
    by = w.found(product)
    w.arrived(product)
    return f"found by {by}"


@flow("console recreated id", "deleted, and created again under its id: a new message under a new key")
def recreated(w):
    product = services.script(w.shop, {"name": "First", "price": 10, "stock": 4})["ids"][0]
    first = w.arrived(product)
    w.wait_state(product, "delivered")
    w.webservice.delete(product)
    services.script(w.shop, {"name": "First", "price": 10, "stock": 4, "id": product})
    second = w.arrived(product)
    assert len(set(second["keys"])) == len(set(first["keys"])) + 1, second


@flow("console is quiet", "a script without a cart, an employee or a shop URL: no output of the module's")
def quiet(w):
    import json
    import os
    done = w.shop.php(services.SCRIPT, json.dumps({"products": [{"name": "Quiet", "price": 1, "stock": 1}]}))
    assert done.returncode == 0 and len(done.stdout.strip().splitlines()) == 1 and not done.stderr, \
        f"{os.path.basename(services.SCRIPT)} printed {done.stdout!r} {done.stderr!r}"
    w.arrived(json.loads(done.stdout)["ids"][0])
