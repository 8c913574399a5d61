"""front - the shop as a guest sees it: a product page's name, price and stock."""
import html
import json
import re
from decimal import ROUND_HALF_UP, Decimal

from browser import Browser


class Seen:
    """What a product page shows."""

    def __init__(self, name, price, stock):
        self.name, self.price, self.stock = name, price, stock

    def __repr__(self):
        return f"{self.name!r} {self.price} {self.stock}"


def look(shop, product, path="/"):
    """Fetches the page as a guest without cookies. A product that guests may not see yet is shown for the moment of the look:
    what it costs and how many there are does not depend on that."""
    db = shop.db
    before = db.rows("SELECT id_shop, active FROM ps_product_shop WHERE id_product=%s", product)
    linked = db.row("SELECT 1 FROM ps_category_product WHERE id_product=%s AND id_category=2", product)
    hidden = any(not row["active"] for row in before)
    if hidden:
        db.run("UPDATE ps_product_shop SET active=1 WHERE id_product=%s", product)
    if not linked:
        db.run("INSERT INTO ps_category_product (id_category, id_product, position) VALUES (2, %s, 0)", product)
    try:
        page = Browser(shop.url).get(f"{path}?controller=product&id_product={product}")
    finally:
        for row in before if hidden else ():
            db.run("UPDATE ps_product_shop SET active=%s WHERE id_product=%s AND id_shop=%s", row["active"], product,
                   row["id_shop"])
        if not linked:
            db.run("DELETE FROM ps_category_product WHERE id_product=%s AND id_category=2", product)
    found = re.search(r'data-product="(\{[^"]*)"', page.text)
    assert page.status == 200 and found, f"no product page of {product}: {page.status} {page.url}"
    shown = json.loads(html.unescape(found.group(1)), parse_float=Decimal)
    price = Decimal(shown["price_amount"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
    # A page that has none to sell leaves the quantity out.
    return Seen(shown["name"], price, int(shown.get("quantity_all_versions", 0)))


def normal(name):
    """A name as it is sent: runs of white space and control characters become one space."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", name).strip()[:255]
