"""bench - what the module costs the shop, in queue mode under PHP-FPM, with the worker running.

Saves of the product page with the module on and off take turns, so that what else the machine does falls on both. The time
in hooks is measured around every call of a hook of the module (an override of the shop's Hook class), beside it how much of it
the process had a processor: on a busy machine the difference is other programs' time. What happens after the
response by the time that the request's shutdown functions take, with the module on less with it off.
"""
import json
import math
import os
import shutil
import statistics
import time

from office import Import, set_fields
from world import HERE

# A save takes four pages, and one second each on a busy machine. The p99 needs some hundred saves with the module, so that it is
# not the slowest one of all; medians need fewer.
SAVES, SAVES_OFF, ROUNDS, IMPORTED = 50, 10, 4, 300


class Meter:
    """The lines that prepend.php writes."""

    def __init__(self, world):
        self.world, self.file = world, os.path.join(world.shop.folder, "bench.jsonl")
        shop = world.shop
        os.makedirs(os.path.join(shop.root, "override/classes"), exist_ok=True)
        shutil.copy(os.path.join(HERE, "php/Hook.php"), os.path.join(shop.root, "override/classes/Hook.php"))
        shop.web.stop()
        shop.clear_cache()
        os.environ["SHOP_BENCH_FILE"] = self.file
        shop.web.write(f"auto_prepend_file = {HERE}/php/prepend.php")
        shop.web.start()

    def forget(self):
        open(self.file, "w", encoding="ascii").close()

    def lines(self, method, part):
        with open(self.file, encoding="utf-8") as f:
            found = [json.loads(line) for line in f]
        return [one for one in found if one["method"] == method and part in one["path"]]

    def remove(self):
        os.remove(os.path.join(self.world.shop.root, "override/classes/Hook.php"))
        self.world.shop.web.stop()
        self.world.shop.clear_cache()
        self.world.shop.web.write()
        self.world.shop.web.start()


def ms(nanoseconds):
    return nanoseconds / 1e6


def quantile(values, q):
    """By the nearest rank: the smallest value that a share of q does not exceed."""
    return sorted(values)[math.ceil(q * len(values)) - 1]


def saves(world, meter, count):
    """Times `count` first saves: seconds until the answer, and the lines of their requests."""
    took = []
    forms = [world.office.draft()[1] for _ in range(count)]
    meter.forget()
    for number, form in enumerate(forms):
        set_fields(form, {"name": f"Measured {number}", "price": "10", "stock": 3, "active": 1})
        began = time.monotonic()
        page = world.office.browser.post(form.action, form.fields, redirects=0)
        took.append(time.monotonic() - began)
        assert page.status == 302, page
    time.sleep(0.5)
    return took, meter.lines("POST", "/edit")


def imports(world, meter, prefix):
    """Imports IMPORTED products; the seconds PHP took for the importing requests, with what came after the answer."""
    meter.forget()
    Import(world.office, [("", 1, f"{prefix} {n}", "Home", "10", 1, f"{prefix}-{n}", 2) for n in range(IMPORTED)]).run()
    time.sleep(0.5)
    lines = [one for one in meter.lines("POST", "action=import") if "validateOnly" not in one["path"]]
    return sum(one["whole"] for one in lines) / 1e9, lines


def switch(world, on):
    """The module on or off, as the list of modules does it; the page is warm afterwards."""
    world.manage("enable" if on else "disable")
    world.office.make(name="Warm", price="1", stock=1, active=1)


def run(world):
    """Prints the figures; 0, or 1 when time in hooks is over its bound."""
    world.start_worker()
    meter = Meter(world)
    on, off, importing = {"took": [], "lines": []}, {"took": [], "lines": []}, {True: [], False: []}
    try:
        for turn in range(ROUNDS):
            for state, kept in ((False, off), (True, on)) if turn % 2 else ((True, on), (False, off)):
                print(f"== round {turn + 1} of {ROUNDS}, module {'on' if state else 'off'}", flush=True)
                switch(world, state)
                took, lines = saves(world, meter, SAVES if state else SAVES_OFF)
                kept["took"] += took
                kept["lines"] += lines
                if turn % 2:
                    importing[state].append(imports(world, meter, f"bench{turn}{state:d}"))
        switch(world, True)
    finally:
        meter.remove()
    return report(on, off, importing)


def report(on, off, importing):
    hooks, cpu = ([ms(line[what]) for line in on["lines"]] for what in ("hooks", "cpu"))
    after_on = statistics.median(ms(line["shutdown"]) for line in on["lines"])
    after_off = statistics.median(ms(line["shutdown"]) for line in off["lines"])
    medians = [1000 * statistics.median(kept["took"]) for kept in (on, off)]
    p99 = quantile(hooks, 0.99)
    with_it, without = (sum(seconds for seconds, _ in importing[state]) for state in (True, False))
    in_hooks = sum(line["hooks"] for _, lines in importing[True] for line in lines) / 1e9
    shut_on, shut_off = (sum(line["shutdown"] for _, lines in importing[s] for line in lines) / 1e9 for s in (True, False))
    share = (in_hooks + shut_on - shut_off) / with_it
    print(f"""
{len(hooks)} first saves with the module, {len(off['took'])} without; queue mode, PHP-FPM, worker running
time in the module's hooks     median {statistics.median(hooks):.3f} ms, p99 {p99:.3f} ms, slowest {max(hooks):.3f} ms a save, \
in {on['lines'][0]['calls']} calls; bound 1 ms
of that, on a processor        median {statistics.median(cpu):.3f} ms, p99 {quantile(cpu, 0.99):.3f} ms, \
slowest {max(cpu):.3f} ms (the rest: waited for the machine)
after the response             median {after_on - after_off:.2f} ms more than without (snapshot, row, commit)
save until the answer          median {medians[0]:.1f} ms with, {medians[1]:.1f} ms without
import of {IMPORTED} products         {with_it:.2f} s with, {without:.2f} s without, {len(importing[True])} runs each
the module's own part of it    {in_hooks * 1000:.0f} ms in hooks, {(shut_on - shut_off) * 1000:.0f} ms at the end of \
requests: {100 * share:.1f} %, aim 5 %""", flush=True)
    return 0 if p99 <= 1.0 else 1
