"""flows_shops - several shops in one installation."""
import contextlib
import json
import os
from decimal import Decimal

import front
from flow import flow
from world import HERE


def number(w, script, *args):
    done = w.shop.php(os.path.join(HERE, "php", script), *args)
    assert done.stdout.strip().isdigit(), f"{script}: {done.stdout[-500:]} {done.stderr[-500:]}"
    return int(done.stdout)


@contextlib.contextmanager
def two_shops(w):
    """Multistore with a second shop, for a while; the settings were saved in it as well."""
    second = number(w, "second.php")
    w.db.run("INSERT INTO ps_configuration (id_shop_group, id_shop, name, value, date_add, date_upd) VALUES "
             "(NULL, %s, 'PRODUCT_SYNC_PLACE', %s, NOW(), NOW())", second, w.place() + "second/")
    try:
        yield second
    finally:
        w.db.run("DELETE FROM ps_configuration WHERE name='PRODUCT_SYNC_PLACE' AND id_shop=%s", second)
        w.configure(PS_MULTISHOP_FEATURE_ACTIVE=0)


@flow("two shops, default one", "one message a product, for its default shop")
def default_shop(w):
    with two_shops(w) as second:
        product = number(w, "in_both.php", second, 20)
        w.arrived(product, price="12.00", stock=5, look=False, name="In both shops")
        assert w.row(product, second) is None, w.row(product, second)


@flow("two shops, each", "a message for each shop, with that shop's price and stock, told apart by `shop`")
def each_shop(w):
    with two_shops(w) as second, w.settings(SHOPS="each", SEND_SHOP=1):
        product = number(w, "in_both.php", second, 20)
        w.comes(product, 2, 60)
        sent = {shop: json.loads(w.row(product, shop)["payload"], parse_float=Decimal) for shop in (1, second)}
        for shop, path in ((1, "/"), (second, "/second/")):
            seen = front.look(w.shop, product, path)
            assert (sent[shop]["price"], sent[shop]["stock"], sent[shop]["shop"]) == (seen.price, seen.stock, shop), (sent, seen)
        assert (sent[1]["price"], sent[second]["price"]) == (Decimal("12.00"), Decimal("24.00")), sent
