"""office - the back office as an employee uses it: log in, create, save, duplicate, delete, import."""
import html
import re

import scratch
from browser import Browser


class Office:
    """An employee's session."""

    def __init__(self, shop, email=scratch.ADMIN_EMAIL, password=scratch.ADMIN_PASSWORD):
        self.shop, self.browser, self.home = shop, Browser(shop.url), None
        self._log_in(email, password)

    def _log_in(self, email, password):
        page = self.browser.get(self.shop.admin + "/")
        if "/login" in page.url:  # 9.x
            form = page.form("login_form").set("email", email).set("passwd", password)
            self.home = self.browser.submit(form)
        else:
            answer = self.browser.post(page.url, {"ajax": 1, "token": "", "controller": "AdminLogin", "submitLogin": 1,
                                                  "email": email, "passwd": password, "redirect": ""})
            assert not answer.json["hasErrors"], answer
            self.home = self.browser.get(answer.json["redirect"])
        assert "login_form" not in self.home.text, f"log-in refused: {self.home}"

    # Addresses carry tokens; those of the menu are taken from the page.
    def link(self, pattern, page=None):
        """The first address on a page (default: the one after log-in) that matches."""
        text = (page or self.home).text
        for found in re.findall(r'(?:href|action|data-url)="([^"]+)"', text):
            if re.search(pattern, html.unescape(found)):
                return html.unescape(found)
        raise AssertionError(f"no address like {pattern} on {(page or self.home).url}")

    @property
    def token(self):
        """The token of the Symfony pages."""
        return re.search(r"[?&]_token=([^&\"]+)", self.link(r"/configure/advanced/import")).group(1)

    def address(self, path):
        return f"{self.shop.admin}/index.php{path}{'&' if '?' in path else '?'}_token={self.token}"

    def get(self, path):
        return self.browser.get(self.address(path))

    def legacy(self, controller, more=""):
        """The address of an old page, by way of the menu or a search for its token."""
        return self.link(rf"controller={controller}&token=") + more

    # The product page of 8.1 and later.
    @property
    def products(self):
        return "/sell/catalog/products" if self.shop.major >= 9 else "/sell/catalog/products-v2"

    def create(self, kind="standard"):
        """What "New product" does: the id of the draft it made."""
        page = self.get(self.products + "/create")
        form = page.form("create_product").set("create_product[type]", kind)
        if not form.action.startswith(self.shop.admin):
            form.action = self.address(self.products + "/create")
        answer = self.browser.submit(form)
        found = re.search(r"products(?:-v2)?/(\d+)/edit", answer.url)
        assert found, f"no product was created: {answer}"
        return int(found.group(1))

    def form(self, product):
        page = self.get(f"{self.products}/{product}/edit")
        return page.form("product")

    def save(self, product, form=None, **changes):
        """Saves the product page as rendered, with these changes; see set_fields."""
        form = form or self.form(product)
        set_fields(form, changes)
        answer = self.browser.submit(form)
        assert answer.status == 200 and "invalid-feedback-container" not in answer.text, refusal(answer)
        return answer

    def make(self, kind="standard", **changes):
        """Creates and saves."""
        product = self.create(kind)
        self.save(product, **changes)
        return product

    def act(self, path, **fields):
        """One of the buttons that post: duplicate, delete."""
        return self.browser.post(self.address(path), fields)


NAMES = {
    "price": r"price_tax_excluded\]$", "stock": r"\[delta_quantity\]\[delta\]$", "active": r"^product\[header\]\[active\]$",
}


def set_fields(form, changes):
    """name=text (all languages, or {language: text}), price, stock (a difference), active, or any field by its name."""
    for key, value in changes.items():
        if key == "name":
            texts = value if isinstance(value, dict) else None
            for field in form.matching(r"^product\[header\]\[name\]\[\d+\]$"):
                language = int(re.search(r"(\d+)\]$", field).group(1))
                form.set(field, value if texts is None else texts.get(language, ""))
        elif key in NAMES:
            fields = form.matching(NAMES[key]) or ["product[header][active]"] if key == "active" else form.matching(NAMES[key])
            assert fields, f"the page has no field for {key}: {form.names()}"
            form.set(fields[0], value)
        else:
            form.set(key, value)


def refusal(page):
    """Why the page did not save."""
    text = re.sub(r"<script.*?</script>|<style.*?</style>", " ", page.text, flags=re.S)
    found = re.findall(r'(?:alert-danger|invalid-feedback|alert-text)[^>]*>(.*?)</div>', text, flags=re.S)
    return f"{page.status} {page.url}: " + "; ".join(" ".join(re.sub("<[^>]*>", " ", f).split()) for f in found)[:800]
