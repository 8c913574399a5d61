"""flows_kinds - what kinds of products, prices, stocks and names there are."""
import json

import services
from flow import flow

VAT = {"product[pricing][retail_price][tax_rules_group_id]": 1}


def script(w, **product):
    return services.script(w.shop, {"price": 10, "stock": 4, "name": "A name", **product})["ids"][0]


@flow("combinations", "sum of the combinations' stock, price of the default one", bare=True)
def combinations(w):
    with paused(w):
        product = w.office.make("combinations", name="Shirt", price="10", active=1, **VAT)
        made = w.office.combinations(product, {w.seed["size"]: w.seed["attributes"][:2]})
        w.office.combination(made[0], stock=5, impact="2")
        w.office.combination(made[1], stock=6, impact="4")
        w.office.save(product)
    w.arrived(product, stock=11, price="14.40")


class paused:
    """Nothing is taken meanwhile, so that the last whole save is what is sent."""

    def __init__(self, w):
        self.w, self.inner = w, None

    def __enter__(self):
        if self.w.module:
            self.inner = self.w.settings(PAUSE=1)
            self.inner.__enter__()

    def __exit__(self, *problem):
        return self.inner.__exit__(*problem) if self.inner else False


@flow("combinations later", "combinations made and stocked after the first save was sent: nothing more")
def combinations_later(w):
    product = w.office.make("combinations", name="Late shirt", price="10", active=1)
    w.arrived(product)
    made = w.office.combinations(product, {w.seed["size"]: w.seed["attributes"][:1]})
    w.office.combination(made[0], stock=5)
    w.silent(product, 2)


@flow("pack", "a pack: its own price; stock by its pack type", bare=True)
def pack(w):
    part = w.office.make(name="Part", price="5", stock=10, active=1)
    w.arrived(part)
    notes = []
    for kind, name in ((0, "own stock"), (1, "of its parts"), (2, "of both")):
        with paused(w):
            product = w.office.make("pack", name=f"Pack {name}", price="8", stock=7, active=1, **{
                "product[stock][packed_products][0][product_id]": part,
                "product[stock][packed_products][0][quantity]": 3,
                "product[stock][packed_products][0][combination_id]": 0,
                "product[stock][packed_products][0][unique_identifier]": f"{part}_0",
                "product[stock][pack_stock_type]": kind})
        w.arrived(product)
        notes.append(f"{name}: {json.loads(w.row(product)['payload'])['stock'] if w.module else '?'}")
    return ", ".join(notes)


@flow("stock shared in a group", "a shop group that shares stock: the group's row", bare=True)
def shared(w):
    w.db.run("UPDATE ps_shop_group SET share_stock=1 WHERE id_shop_group=1")
    try:
        product = script(w, name="Shared", stock=21)
        row = w.db.row("SELECT id_shop, quantity FROM ps_stock_available WHERE id_product=%s", product)
        assert row == {"id_shop": 0, "quantity": 21}, row
        w.arrived(product, stock=21)
        page = w.office.make(name="Shared page", price="3", stock=8, active=1)
        w.arrived(page, stock=8)
    finally:
        w.db.run("UPDATE ps_shop_group SET share_stock=0 WHERE id_shop_group=1")


@flow("discount", "a discount valid now is in the price")
def discount(w):
    with paused(w):
        product = w.office.make(name="Cheaper", price="100", stock=2, active=1, **VAT)
        w.office.specific_price(product, 20)
        w.office.save(product)
    w.arrived(product, price="96.00")


@flow("regular price", "setting regular price: without the discount")
def regular(w):
    with w.settings(PRICE="regular"):
        with paused(w):
            product = w.office.make(name="Regular", price="100", stock=2, active=1, **VAT)
            w.office.specific_price(product, 20)
            w.office.save(product)
        w.arrived(product, price="120.00", stock=2, name="Regular", look=False)


@flow("tax excluded", "setting tax excluded")
def tax_excluded(w):
    with w.settings(TAX=0):
        w.arrived(w.office.make(name="Net", price="41.58", stock=1, active=1, **VAT), name="Net", price="41.58", stock=1, look=False)


@flow("rounding", "a price that no float holds is what the shop shows", bare=True)
def rounding(w):
    for price in ("1.005", "0.995", "8.325", "1234567.891"):
        w.arrived(script(w, price=float(price), name=f"Round {price}"))


@flow("price 0", "a price of 0 is sent; with \"price above 0\" it waits for its price")
def price_zero(w):
    w.arrived(script(w, price=0, name="Free"), price="0.00")
    with w.settings(SEND_WHEN="priced"):
        product = w.office.make(name="Not priced yet", price="0", stock=1, active=1)
        w.silent(product, 1)
        w.office.save(product, price="2")
        w.arrived(product, price="2.40")


@flow("send when first active", "setting first active: not before it is")
def first_active(w):
    with w.settings(SEND_WHEN="active"):
        product = w.office.make(name="Sleeping", price="2", stock=1, active=0)
        w.silent(product, 1)
        w.office.save(product, active=1)
        w.arrived(product)


@flow("negative stock", "a negative stock is sent as 0", bare=True)
def negative(w):
    w.arrived(script(w, stock=-3, name="Oversold"), stock=0)


@flow("names", "quotes, HTML-like signs, line breaks, 128 four-byte characters", bare=True)
def names(w):
    whole = "\U0001F4A1" * 128
    for name in ('27" screen, 19\' long', "Müller & Söhne – “best”", "  two   spaces  ", "tab\tand end", whole, "a\\b\\",
                 "100% \u2028 x"):
        product = script(w, name=name)
        stored = w.db.value("SELECT name FROM ps_product_lang WHERE id_product=%s AND id_lang=1", product)
        w.arrived(product, name=stored, look=False, price="12.00", stock=4)


@flow("name missing in default language", "the documented fallback: another language's name", bare=True)
def fallback(w):
    product = script(w, name={1: "", 2: "Seulement en français"})
    w.arrived(product, name="Seulement en français", look=False, price="12.00", stock=4)


@flow("name missing everywhere", "no name in any language: nothing is sent until there is one")
def nameless(w):
    product = script(w, name="")
    w.swept(product)
    w.silent(product, 1)


@flow("several languages", "setting languages: name is an object")
def languages(w):
    with w.settings(LANGUAGES="en,fr"):
        product = script(w, name={1: "Lamp", 2: "Lampe"})
        w.comes(product)
    assert json.loads(w.mock.ledger(product)["payload"])["name"] == {"en": "Lamp", "fr": "Lampe"}, w.mock.ledger(product)


@flow("version field", "setting version: one more member")
def version(w):
    with w.settings(VERSION="2"):
        product = script(w, name="Versioned")
        sent = w.arrived(product)
    assert sent["payload"].endswith('"stock":4,"version":2}'), sent


@flow("changes sent too", "also send changes: the saves of a settle time become one product.updated; no difference, nothing")
def changes(w):
    product = w.office.make(name="Changing", price="10", stock=1, active=1)
    w.arrived(product)
    w.wait_state(product, "delivered")
    with w.settings(CHANGES=1, SETTLE=5):
        w.office.save(product)
        w.silent(product, 7)
        w.office.save(product, price="11")
        w.office.save(product, price="12")
        w.arrived(product, price="14.40")
        w.wait_state(product, "delivered")
        assert w.row(product)["type"] == "product.updated"


@flow("product without row for the shop", "a NULL price: nothing is sent, nothing dies")
def no_row(w):
    product = script(w, name="Elsewhere")
    w.arrived(product)
    w.db.run("INSERT INTO ps_product (id_product, id_category_default, id_tax_rules_group, price, active, date_add, date_upd, "
             "state) SELECT MAX(id_product)+1, 2, 0, 5, 1, NOW() - INTERVAL 1 HOUR, NOW() - INTERVAL 1 HOUR, 1 FROM ps_product")
    bare = w.db.value("SELECT MAX(id_product) FROM ps_product")
    try:
        w.cron()
        w.cron()
        w.silent(bare, 1)
    finally:
        w.db.run("DELETE FROM ps_product WHERE id_product=%s", bare)
