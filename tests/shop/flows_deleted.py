"""flows_deleted - deleted before it was sent, while somebody has tried to: the API is down, or the worker."""
import contextlib
import time

from flow import Left, flow
from flows_office import imported, lines
from flows_pages import page, words
from office import Import
from servers import wait_for


@contextlib.contextmanager
def api_down(w):
    w.mock.rules({"status": 503})
    try:
        yield
    finally:
        w.mock.rules()


def tried(w, *products):
    """Each is in the worker's queue, or PHP has tried it."""
    def all_are():
        rows = [w.row(p) for p in products]
        return all(r and (r["queued_at"] or r["attempts"]) for r in rows)
    wait_for(all_are, 30, lambda: f"taken: {[w.row(p) for p in products]}")


def two(w, name):
    made = [w.office.make(name=f"{name} {n}", price="2", stock=1, active=1) for n in range(2)]
    tried(w, *made)
    return made


def withdrawn(w, product):
    w.wait_state(product, "discarded")
    row = w.row(product)
    assert row["deleted_at"] is not None and row["owner"] is None, row


@flow("deleted while the API is down", "taken and tried, then deleted: withdrawn, and not to be sent again; the others arrive")
def while_down(w):
    with api_down(w):
        gone, stays = two(w, "Outlived")
        w.office.delete(gone)
        withdrawn(w, gone)
        refused_again(w, w.row(gone)["id_outbox"])
    w.arrived(stays, seconds=90)
    w.silent(gone)


def refused_again(w, number):
    shown = page(w, "AdminProductSync")
    assert "deleted from the shop" in words(shown), words(shown)[-800:]
    buttons = [(f, b) for f in shown.forms() for b in f.buttons if b[0] in ("sendAgain", "discard", "release")]
    assert ("sendAgain", str(number)) not in [b for _, b in buttons], "its row has a button to send it"
    form = buttons[0][0]
    form.set("sendAgain", number)
    answer = words(w.office.browser.submit(form))
    assert "Not sent, because the product was deleted from the shop: 1." in answer, answer[-800:]


@flow("import deleting all, API down", "what an import deletes is withdrawn, what it makes under the numbers arrives, once each")
def truncated(w):
    with api_down(w):
        Import(w.office, lines("lost", range(3)), truncate=True).run()
        made, other = imported(w, "lost"), w.office.make(name="Lost as well", price="2", stock=1, active=1)
        tried(w, other, *made)
        time.sleep(3)  # a row's age is in whole seconds: what is under its number so soon might be the same product
        Import(w.office, lines("anew", range(3)), truncate=True).run()
        assert imported(w, "anew") == made, (imported(w, "anew"), made)
        withdrawn(w, other)
        wait_for(lambda: w.cron() and all("anew" in (w.row(p)["payload"] or "") for p in made), 30,
                 lambda: f"announced: {[w.row(p) for p in made]}")
    for number, product in enumerate(made):
        w.arrived(product, name=f"anew {number}", price="15.00", stock=7, seconds=90)
    w.silent(other)


@flow("deleted while the worker is down", "the API is there again when the worker comes: it looks before it sends")
def worker_down(w):
    if w.mode != "queue":
        raise Left(f"no worker delivers in mode {w.mode}")
    with api_down(w):
        gone, stays = two(w, "Overtaken")
        w.stop_worker()
        w.office.delete(gone)
        wait_for(lambda: w.row(gone)["deleted_at"], 10, "its row knows")
        assert w.row(gone)["state"] == "taken", w.row(gone)
    w.start_worker()
    withdrawn(w, gone)
    w.arrived(stays, seconds=60)
    w.silent(gone)


@flow("deleted while the module is off", "what was taken before: enabling finds that it is gone, before anything leaves again")
def module_off(w):
    with api_down(w):
        gone, stays = two(w, "Unheard")
        w.manage("disable")
        w.relay_says("paused")
        w.office.delete(gone)
    assert w.row(gone)["deleted_at"] is None, "a module that is off has heard of it"
    w.manage("enable")
    withdrawn(w, gone)
    w.arrived(stays, seconds=60)
    w.silent(gone)


@flow("import deleting all, module off", "what an import makes under the numbers while the module is off is found: a creation each")
def truncated_unheard(w):
    Import(w.office, lines("heard", range(3)), truncate=True).run()
    made = imported(w, "heard")
    for product in made:
        w.arrived(product)
    w.manage("disable")
    time.sleep(2)  # products are dated in whole seconds
    Import(w.office, lines("unheard", range(3)), truncate=True).run()
    assert imported(w, "unheard") == made, (imported(w, "unheard"), made)
    assert all(w.row(p)["deleted_at"] is None for p in made), "a module that is off has heard of it"
    w.manage("enable")
    w.swept(*made)
    for number, product in enumerate(made):
        w.arrived(product, name=f"unheard {number}")
