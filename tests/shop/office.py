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
        for found in re.findall(r'(?:href|action|data-url|data-file-upload-url)="([^"]+)"', text):
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
        return self.draft(kind)[0]

    def draft(self, kind="standard"):
        """The same, with the page that it leads to: its id, and the form as it stands there."""
        page = self.get(self.products + "/create")
        form = page.form("create_product").set("create_product[type]", kind)
        if not form.action.startswith(self.shop.admin):
            form.action = self.address(self.products + "/create")
        answer = self.browser.submit(form)
        found = re.search(r"products(?:-v2)?/(\d+)/edit", answer.url)
        assert found, f"no product was created: {answer}"
        return int(found.group(1)), answer.form("product")

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
    return form


def refusal(page):
    """Why the page did not save."""
    text = re.sub(r"<script.*?</script>|<style.*?</style>", " ", page.text, flags=re.S)
    found = re.findall(r'(?:alert-danger|invalid-feedback|alert-text)[^>]*>(.*?)</div>', text, flags=re.S)
    return f"{page.status} {page.url}: " + "; ".join(" ".join(re.sub("<[^>]*>", " ", f).split()) for f in found)[:800]


class Catalogue(Office):
    """What an employee does to products besides the product page."""

    def duplicate(self, product):
        """The id of the copy."""
        return self._copied(self.act(f"{self.products}/{product}/duplicate-shop/1"))

    @staticmethod
    def _copied(page):
        found = re.search(r"products(?:-v2)?/(\d+)(?:/edit|\?|$)", page.url)
        assert found, f"nothing was duplicated: {refusal(page)}"
        return int(found.group(1))

    def delete(self, product):
        page = self.act(f"{self.products}/{product}/delete-from-shop/1")
        assert page.status == 200 and not self.shop.db.row("SELECT 1 FROM ps_product WHERE id_product=%s", product), \
            f"product {product} was not deleted: {refusal(page)}"

    def delete_many(self, products):
        field = "product_bulk" if self.shop.major < 9 else "product_bulk"
        page = self.browser.post(self.address(f"{self.products}/bulk-delete-from-shop/1"),
                                 [(f"{field}[]", p) for p in products])
        assert page.status == 200, refusal(page)

    def combinations(self, product, groups):
        """Generates them; groups: {attribute group: [attributes]}. Their ids."""
        fields = [(f"attributes[{g}][]", a) for g, attributes in groups.items() for a in attributes]
        page = self.browser.post(self.address(f"{self.products}/generate-combinations/{product}/1"), fields)
        assert page.status == 200 and page.json.get("combination_ids"), page
        return page.json["combination_ids"]

    def combination(self, combination, stock=None, impact=None):
        """Edits one: a difference of stock, an impact on the price without tax."""
        page = self.get(f"{self.products}/combinations/{combination}/edit")
        form = page.form("combination_form")
        for pattern, value in ((r"\[delta_quantity\]\[delta\]$", stock), (r"\[price_tax_excluded\]$", impact)):
            if value is not None:
                form.set(form.matching(pattern)[0], value)
        answer = self.browser.submit(form)
        assert answer.status == 200 and (answer.hops or "updated" in answer.text.lower()), refusal(answer)

    def specific_price(self, product, percent):
        """A discount for everybody, from one piece on."""
        form = self.get(f"{self.products}/{product}/specific-prices/create").form("specific_price")
        form.set("specific_price[impact][disabling_switch_reduction]", 1)
        form.set("specific_price[impact][reduction][type]", "percentage")
        form.set("specific_price[impact][reduction][value]", percent)
        answer = self.browser.submit(form)
        assert self.shop.db.row("SELECT 1 FROM ps_specific_price WHERE id_product=%s", product), refusal(answer)

    # The old page of 8.x.
    def legacy_create(self):
        page = self.get("/sell/catalog/products/new")
        found = re.search(r"/sell/catalog/products/(\d+)", page.url)
        assert found, f"the old page made no draft: {page}"
        return int(found.group(1)), page

    def legacy_save(self, product, page=None, name=None, price=None, stock=None, active=None):
        page = page or self.get(f"/sell/catalog/products/{product}")
        form = page.form("form")
        form.action = self.address(f"/sell/catalog/products/{product}")
        if name is not None:
            for field in form.matching(r"^form\[step1\]\[name\]\[\d+\]$"):
                form.set(field, name)
        for pattern, value in ((r"^form\[step2\]\[price\]$", price), (r"^form\[step1\]\[price_shortcut\]$", price),
                               (r"^form\[step3\]\[qty_0\]$", stock), (r"^form\[step1\]\[qty_0_shortcut\]$", stock)):
            if value is not None:
                assert form.matching(pattern), f"no field {pattern} in {form.names()}"
                form.set(form.matching(pattern)[0], value)
        if active is not None:
            form.set("form[step1][active]", active)
        if not form.get("form[id_product]"):
            form.set("form[id_product]", product)
        answer = self.browser.submit(form, headers={"X-Requested-With": "XMLHttpRequest"})
        assert answer.status == 200, f"the old page did not save: {answer}"
        return answer

    def legacy_duplicate(self, product):
        return self._copied(self.act(f"/sell/catalog/products/unit/duplicate/{product}"))


IMPORT_COLUMNS = ("id", "active", "name", "category", "price_tex", "id_tax_rules_group", "reference", "quantity")


class Import:
    """A CSV import as the page's script drives it: upload, settings, then validate, import and the second step in portions."""

    def __init__(self, office, lines, columns=IMPORT_COLUMNS, truncate=False, force_ids=False, match_ref=False):
        self.office, self.columns, self.lines = office, columns, lines
        self.options = {"truncate": truncate, "forceIDs": force_ids, "match_ref": match_ref}
        self.answers = []

    def run(self, portion=100):
        name = self._upload()
        address = self._second_page(name)
        offset, variables = 0, "{}"
        for validate in (True, False):
            offset, finished = 0, False
            while not finished:
                answer = self._portion(address, name, offset, portion, validate, 0, variables)
                variables, finished = self._variables(answer, variables), answer.get("isFinished")
                offset += portion
        self._more_steps(address, name, portion, variables, answer)
        return self

    def _more_steps(self, address, name, portion, variables, answer):
        step = answer.get("oneMoreStep")
        while step:
            offset, finished = 0, False
            while not finished:
                answer = self._portion(address, name, offset, portion, False, step, variables)
                variables, finished = self._variables(answer, variables), answer.get("isFinished")
                offset += portion
            step = answer.get("oneMoreStep") if answer.get("oneMoreStep", 0) > step else None

    @staticmethod
    def _variables(answer, before):
        import json
        return json.dumps(answer["crossStepsVariables"]) if answer.get("crossStepsVariables") else before

    def _upload(self):
        o = self.office
        text = [";".join(self.columns)] + [";".join(str(cell) for cell in line) for line in self.lines]
        page = o.get("/configure/advanced/import/")
        url = o.link(r"/import/file/upload", page)
        answer = o.browser.upload(url, [], {"file": ("products.csv", ("\n".join(text) + "\n").encode())})
        assert answer.status == 200 and answer.json.get("file", {}).get("name"), answer
        return answer.json["file"]["name"]

    def _settings(self, name):
        fields = {"csv": name, "entity": 1, "iso_lang": "en", "separator": ";", "multiple_value_separator": ",",
                  "regenerate": 0, "sendemail": 0, "skip": 1}
        fields.update({key: 1 for key, on in self.options.items() if on})
        return fields

    def _second_page(self, name):
        o = self.office
        form = next(f for f in o.get("/configure/advanced/import/").forms() if "match_ref" in f.names())
        for key, value in self._settings(name).items():
            if key != "skip":
                form.set(key, value)
        page = o.browser.submit(form)
        token = re.search(r"(?:var token|token)\s*=\s*['\"]([^'\"]+)['\"]", page.text)
        assert token, f"the import's second page did not come: {refusal(page)}"
        return f"{o.shop.admin}/index.php?ajax=1&action=import&tab=AdminImport&controller=AdminImport&token={token.group(1)}"

    def _portion(self, address, name, offset, limit, validate, step, variables):
        fields = self._settings(name)
        fields.update({f"type_value[{i}]": c for i, c in enumerate(self.columns)})
        fields["crossStepsVars"] = variables
        url = f"{address}&offset={offset}&limit={limit}" + ("&validateOnly=1" if validate else "") + \
            (f"&moreStep={step}" if step else "")
        page = self.office.browser.post(url, fields)
        try:
            answer = page.json
        except ValueError:
            raise AssertionError(f"the import broke off: {page.status} {page.text[:500]}") from None
        assert not answer.get("errors"), answer["errors"][:3]
        self.answers.append(answer)
        return answer
