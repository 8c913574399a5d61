"""services - the shop's other doors: the webservice, the Admin API, console scripts."""
import base64
import json
import re
from xml.sax.saxutils import escape

from browser import Browser

KEY = "SHOPTESTSHOPTESTSHOPTESTSHOPTEST"


class Webservice:
    """What an ERP uses."""

    def __init__(self, shop):
        self.browser = Browser(shop.url)
        self.headers = {"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}

    def call(self, method, path, xml=None, expect=(200, 201)):
        page = self.browser.request(method, "/api/" + path, xml.encode() if xml else None,
                                    {**self.headers, "Content-Type": "text/xml"}, redirects=0)
        assert page.status in expect, f"{method} {path}: {page.status} {page.text[:800]}"
        return page.text

    def create(self, name, price, state=1, active=1, categories=True):
        """POSTs a product; state None leaves it out. Its id."""
        names = "".join(f'<language id="{i}">{escape(name)}</language>' for i in (1, 2))
        links = "".join(f'<language id="{i}">webservice</language>' for i in (1, 2))
        xml = (f"<prestashop><product><price>{price}</price><active>{active}</active><id_tax_rules_group>1"
               f"</id_tax_rules_group><id_category_default>2</id_category_default><available_for_order>1"
               f"</available_for_order><show_price>1</show_price>{'' if state is None else f'<state>{state}</state>'}"
               f"<name>{names}</name><link_rewrite>{links}</link_rewrite>"
               + ("<associations><categories><category><id>2</id></category></categories></associations>" if categories else "")
               + "</product></prestashop>")
        return int(re.search(r"<id><!\[CDATA\[(\d+)", self.call("POST", "products", xml)).group(1))

    def stock(self, product, quantity, method="PATCH"):
        found = self.call("GET", f"stock_availables?filter[id_product]={product}&filter[id_product_attribute]=0")
        number = int(re.search(r'stock_available id="(\d+)"', found).group(1))
        xml = f"<prestashop><stock_available><id>{number}</id><quantity>{quantity}</quantity></stock_available></prestashop>"
        if method == "PUT":
            whole = self.call("GET", f"stock_availables/{number}")
            xml = re.sub(r"<quantity>.*?</quantity>", f"<quantity>{quantity}</quantity>", whole, flags=re.S)
        self.call(method, f"stock_availables/{number}", xml)

    def price(self, product, price):
        self.call("PATCH", f"products/{product}",
                  f"<prestashop><product><id>{product}</id><price>{price}</price></product></prestashop>")

    def delete(self, product):
        self.call("DELETE", f"products/{product}")


class AdminApi:
    """The Admin API of 9.x, an OAuth client."""

    def __init__(self, shop):
        self.browser = Browser(shop.url)
        answer = self.browser.post("/admin-api/access_token",
                                   [("grant_type", "client_credentials"), ("client_id", "shoptest"),
                                    ("client_secret", "shoptest-secret"), ("scope[]", "product_read"),
                                    ("scope[]", "product_write")])
        assert answer.status == 200, f"the Admin API gave no token: {answer}"
        self.headers = {"Authorization": "Bearer " + answer.json["access_token"], "Accept": "application/json"}

    def call(self, method, path, body, kind="application/json"):
        page = self.browser.request(method, "/admin-api" + path, json.dumps(body).encode(),
                                    {**self.headers, "Content-Type": kind}, redirects=0)
        assert page.status in (200, 201, 204), f"{method} {path}: {page}"
        return page.json if page.text else None

    def create(self, name):
        return self.call("POST", "/products", {"type": "standard", "names": {"en-US": name, "fr-FR": name}})["productId"]

    def patch(self, product, **fields):
        self.call("PATCH", f"/products/{product}", fields, "application/merge-patch+json")


def script(shop, *products, **order):
    """Runs a console script that makes these products; what it printed."""
    order = {"products": list(products), **order}
    done = shop.php(SCRIPT, json.dumps(order), timeout=600)
    assert done.returncode == 0, f"the console script ended with {done.returncode}: {done.stdout[-500:]} {done.stderr[-500:]}"
    return json.loads(done.stdout.strip().splitlines()[-1])


SCRIPT = __import__("os").path.join(__import__("os").path.dirname(__import__("os").path.abspath(__file__)), "php/script.php")
