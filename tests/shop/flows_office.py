"""flows_office - products made, copied, imported and deleted in the back office."""
import contextlib
import json
import time

from flow import flow, legacy
from office import Catalogue, Import
from servers import wait_for

VAT = {"product[pricing][retail_price][tax_rules_group_id]": 1}


@flow("page create and save", "new product page: one message after the save, with what guests see", bare=True)
def create_and_save(w):
    product = w.office.create()
    w.silent(product, 1)
    w.office.save(product, name="Lamp", price="41.58", stock=15, active=1, **VAT)
    w.arrived(product, name="Lamp", price="49.90", stock=15)


@flow("page abandoned draft", "new product page: a draft that is never saved is never sent, not by the sweep either")
def abandoned_draft(w):
    product = w.office.create()
    w.swept(product)
    w.silent(product, 2)


@flow("page two saves", "a product saved twice is sent once; a later edit sends nothing", bare=True)
def two_saves(w):
    product = w.office.make(name="Twice", price="10", stock=1, active=1)
    w.office.save(product, price="12", stock=2)
    price, stock = _frozen(w, product)
    w.arrived(product, look=False, name="Twice", price=price, stock=stock)
    w.office.save(product, price="13")
    w.silent(product, 2)


def _frozen(w, product):
    """Price and stock of the first save, or of the second if that came before the relay took the row."""
    if not w.module:
        return "14.40", 3
    w.wait_state(product, "taken", "delivered")
    sent = json.loads(w.row(product)["payload"], parse_float=str)
    assert (sent["price"], sent["stock"]) in (("12.00", 1), ("14.40", 3)), sent
    return sent["price"], sent["stock"]


@flow("page nothing changed", "saving a product as it is sends nothing more")
def nothing_changed(w):
    product = w.office.make(name="Same", price="10", stock=1, active=1)
    w.arrived(product)
    w.office.save(product)
    w.silent(product, 2)


@flow("page virtual product", "a virtual product from the page", bare=True)
def virtual(w):
    product = w.office.make("virtual", name="Song", price="0.99", stock=100, active=1, **VAT)
    w.arrived(product)


@flow("page inactive", "a product saved inactive is sent as well (send when: saved)")
def inactive(w):
    w.arrived(w.office.make(name="Not yet", price="3", stock=2, active=0))


@flow("page duplicate", "one message at the end of the duplicating request, with the copy's own name", bare=True)
def duplicate(w):
    source = w.office.make(name="Original", price="20", stock=5, active=1)
    w.arrived(source)
    copy = w.office.duplicate(source)
    w.arrived(copy)
    name = w.db.value("SELECT name FROM ps_product_lang WHERE id_product=%s AND id_lang=1", copy)
    assert name != "Original", "the copy has the source's name"
    w.silent(source)
    return f"named {name!r}"


@flow("page deleted before sent", "deleted while it waits: nothing is sent")
def deleted_before(w):
    with w.settings(PAUSE=1):
        product = w.office.make(name="Short life", price="1", stock=1, active=1)
        w.office.delete(product)
        wait_for(lambda: w.row(product) is None, 10, "its row is gone")
    w.silent(product, 2)


@flow("page deleted after sent", "deleted later: the row remembers it, nothing more is sent")
def deleted_after(w):
    product = w.office.make(name="Long life", price="1", stock=1, active=1)
    w.arrived(product)
    w.wait_state(product, "delivered")
    w.office.delete(product)
    w.silent(product, 2)
    assert w.row(product)["deleted_at"] is not None


@flow("page bulk delete", "several deleted at once in the list", bare=True)
def bulk_delete(w):
    with w.settings(PAUSE=1) if w.module else contextlib.nullcontext():
        products = [w.office.make(name=f"Bulk {n}", price="1", stock=1, active=1) for n in range(3)]
        w.office.delete_many(products)
        if w.module:
            wait_for(lambda: not any(w.row(p) for p in products), 10, "their rows are gone")
    assert not w.db.row("SELECT 1 FROM ps_product WHERE id_product IN %s", products)
    for product in products:
        w.silent(product)


def _old_page(w):
    """Switches the old product page on."""
    w.db.run("UPDATE ps_feature_flag SET state=0 WHERE name='product_page_v2'")


def _new_page(w):
    w.db.run("UPDATE ps_feature_flag SET state=1 WHERE name='product_page_v2'")


@flow("old page create and save", "old product page: one message after the save", when=legacy, bare=True)
def old_create(w):
    _old_page(w)
    try:
        product, page = w.office.legacy_create()
        w.silent(product, 1)
        w.office.legacy_save(product, page, name="Old lamp", price="41.58", stock=15, active=1)
        w.arrived(product, stock=15)
    finally:
        _new_page(w)


@flow("old page abandoned draft", "old product page: the draft of a GET is never sent", when=legacy)
def old_draft(w):
    _old_page(w)
    try:
        product, _ = w.office.legacy_create()
        w.swept(product)
        w.silent(product, 2)
    finally:
        _new_page(w)


@flow("old page duplicate", "old product page: the copy is sent with its own name", when=legacy, bare=True)
def old_duplicate(w):
    _old_page(w)
    try:
        product, page = w.office.legacy_create()
        w.office.legacy_save(product, page, name="Old original", price="5", stock=2, active=1)
        w.arrived(product)
        w.arrived(w.office.legacy_duplicate(product))
    finally:
        _new_page(w)


def imported(w, prefix):
    rows = w.db.rows("SELECT id_product FROM ps_product WHERE reference LIKE %s ORDER BY id_product", prefix + "%")
    return [r["id_product"] for r in rows]


def lines(prefix, numbers, price="12.50", stock=7):
    return [("", 1, f"{prefix} {n}", "Home", price, 1, f"{prefix}-{n}", stock) for n in numbers]


@flow("import new products", "CSV import of 250 products: one message each", bare=True)
def import_new(w):
    Import(w.office, lines("impA", range(250))).run()
    made = imported(w, "impA")
    assert len(made) == 250, len(made)
    for number, product in enumerate(made):
        w.arrived(product, seconds=60, price="15.00", stock=7, name=f"impA {number}", look=number < 3)


@flow("import new and existing", "new and existing mixed: a message for each new one, none for the others")
def import_mixed(w):
    before = imported(w, "impA")
    mixed = lines("impA", range(20), price="99") + lines("impB", range(20))
    Import(w.office, mixed, match_ref=True).run()
    new = imported(w, "impB")
    assert len(new) == 20 and imported(w, "impA") == before
    for product in new:
        w.arrived(product, price="15.00", stock=7, look=False, name=_name(w, product))
    for product in before[:20]:
        w.silent(product)


def _name(w, product):
    return w.db.value("SELECT name FROM ps_product_lang WHERE id_product=%s AND id_lang=1", product)


@flow("import with forced ids", "forced ids, above and below what there is: a creation each", bare=True)
def import_forced(w):
    top = w.db.value("SELECT MAX(id_product) FROM ps_product") + 1000
    low = w.office.make(name="Makes room", price="1", stock=1, active=1)
    w.arrived(low)
    w.wait_state(low, "delivered") if w.module else None
    w.office.delete(low)
    Import(w.office, [(low, 1, "Again under this id", "Home", "10", 1, "forced-1", 3),
                      (top, 1, "Far above", "Home", "10", 1, "forced-2", 4)], force_ids=True).run()
    w.arrived(low, name="Again under this id", price="12.00", stock=3)
    w.arrived(top, name="Far above", price="12.00", stock=4)


@flow("import deleting all before", "\"delete all products before\": ids start at 1 again: a creation each", bare=True)
def import_truncate(w):
    old = [r["id_product"] for r in w.db.rows("SELECT id_product FROM ps_product WHERE id_product<=5")]
    Import(w.office, lines("trunc", range(5), price="30", stock=9), truncate=True).run()
    made = imported(w, "trunc")
    assert made == [1, 2, 3, 4, 5], made
    for product in made:
        w.arrived(product, name=_name(w, product), price="36.00", stock=9)
    return f"ids {made[0]} to {made[-1]}; {len(set(old) & set(made))} of them had been products before"


@flow("import broken off", "an import killed in the middle: what was made is found, each sent once")
def import_killed(w):
    return killed_import(w, "kill")


@flow("import deleting all and broken off", "the same, killed in its first request: no former product hides one under its number")
def import_truncate_killed(w):
    time.sleep(3)  # a row's age is in whole seconds: what is under its number so soon might be the same product
    return killed_import(w, "trunckill", truncate=True)


def killed_import(w, prefix, **how):
    w.breaks("actionUpdateQuantity", "kill", skip=11)
    try:
        Import(w.office, lines(prefix, range(30)), **how).run()
    except Exception:  # the request that died
        pass
    if not w.broke():
        raise AssertionError("the import did not break off")
    made = imported(w, prefix)
    complete = [p for p in made if w.db.row("SELECT 1 FROM ps_stock_available WHERE id_product=%s", p)]
    w.swept(*made)
    for product in complete:
        w.arrived(product, name=_name(w, product), seconds=60)
    for product in set(made) - set(complete):
        w.silent(product)
    return f"{len(made)} made, {len(complete)} of them complete"


@flow("restricted employee", "an employee without the right to see the module: captured, or found by the sweep")
def restricted(w):
    roles = w.db.rows("SELECT id_authorization_role FROM ps_authorization_role "
                      "WHERE slug LIKE 'ROLE_MOD_MODULE_PRODUCT_SYNC%%'")
    for role in roles:
        w.db.run("DELETE FROM ps_module_access WHERE id_profile=%s AND id_authorization_role=%s", w.seed["profile"],
                 role["id_authorization_role"])
    office = Catalogue(w.shop, "restricted@shop.example")
    product = office.make(name="By the restricted", price="8", stock=2, active=1)
    by = w.found(product)
    w.arrived(product)
    return f"found by {by}"
