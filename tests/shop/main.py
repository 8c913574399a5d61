"""main - runs the flows on one shop and prints the table."""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench  # noqa: E402
import flows_bad  # noqa: E402,F401
import flows_deleted  # noqa: E402,F401
import flows_doors  # noqa: E402,F401
import flows_kinds  # noqa: E402,F401
import flows_life  # noqa: E402,F401
import flows_modes  # noqa: E402,F401
import flows_office  # noqa: E402,F401
import flows_pages  # noqa: E402,F401
import flows_shops  # noqa: E402,F401
import scratch  # noqa: E402
import servers  # noqa: E402
from flow import FLOWS, Left  # noqa: E402
from world import World  # noqa: E402

ORDER = ("flows_office", "flows_deleted", "flows_doors", "flows_kinds", "flows_modes", "flows_pages", "flows_bad", "flows_shops",
         "flows_life")


def arguments():
    parser = argparse.ArgumentParser(prog="tests/shop/run", add_help=False)
    parser.add_argument("dir", nargs="?")
    parser.add_argument("--installer")
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--bench", action="store_true")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--scratch")
    given = parser.parse_args()
    if not given.dir and not given.list:
        parser.error("name the folder of a PrestaShop; --help tells more")
    return given


def flows():
    """In the order of the files."""
    return sorted(FLOWS, key=lambda f: ORDER.index(f.function.__module__))


def run_flow(world, one):
    """(verdict, note)."""
    if not one.when(world.shop):
        return "-", f"not a flow of {world.shop.version}"
    try:
        return "ok", one.function(world) or ""
    except Left as e:
        return "left out", str(e)
    except Exception as e:  # a flow's failure must not end the others
        with open(os.path.join(world.shop.folder, "failures.log"), "a", encoding="utf-8") as f:
            f.write(f"== {one.name}\n{traceback.format_exc()}\n")
        where = traceback.extract_tb(e.__traceback__)[-1]
        said = " ".join(str(e).split())[:600] or type(e).__name__
        return "FAILED", f"{said} ({os.path.basename(where.filename)}:{where.lineno})"
    finally:
        world.mended()


def wanted(given):
    names = [n for n in given.only.split(",") if n]
    return [f for f in flows() if not names or any(f.name.startswith(n) for n in names)]


def run_all(world, given):
    """Prints each row as it is known; how many passed and failed."""
    counts = {"ok": 0, "FAILED": 0, "left out": 0}
    print(f"\n{'flow':<34} {'verdict':<9} {'s':>5}  note", flush=True)
    for one in wanted(given):
        if given.bare and not one.bare:
            continue
        began = time.monotonic()
        verdict, note = run_flow(world, one)
        counts[verdict] = counts.get(verdict, 0) + 1
        print(f"{one.name:<34} {verdict:<9} {time.monotonic() - began:>5.1f}  {note}", flush=True)
    return counts


def set_up(given, folder):
    """The shop, running; and the world with the module, unless bare."""
    servers.check_tools()
    shop = scratch.Shop(given.dir, folder, given.installer)
    if shop.installed:
        print(f"== PrestaShop {shop.version}, as installed by a former run", flush=True)
        shop.again()
    else:
        print(f"== PrestaShop {shop.version}: copying", flush=True)
        shop.copy()
        print("== installing the shop", flush=True)
        shop.install()
    shop.start()
    return shop


def begin(shop, given):
    world = World(shop)
    world.prepare()
    if not given.bare:
        print("== installing the module", flush=True)
        world.install_module()
        if not given.bench:
            if world.mode == "queue":
                world.start_worker()
    return world


def addresses(shop):
    return (f"shop front    {shop.url}/\nback office   {shop.admin}/   {scratch.ADMIN_EMAIL} / {scratch.ADMIN_PASSWORD}\n"
            f"database      mariadb -S {shop.db.socket} -u{shop.db.user} -p{shop.db.password} {shop.db.name}\n"
            f"files         {shop.root}")


def keep(shop, world):
    print(f"\n{addresses(shop)}\nmock API      {world.mock.url} (token shop-test-token), {world.mock.base}/ledger\n"
          "Enter, end of input or SIGTERM ends it all.", flush=True)
    if sys.stdin.readline() == "" and os.environ.get("SHOP_KEEP") == "signal":
        signal.pause()


def versions():
    php = subprocess.run(["php", "-r", "echo PHP_VERSION;"], capture_output=True, text=True, timeout=20).stdout
    maria = subprocess.run(["mariadbd", "--version"], capture_output=True, text=True, timeout=20).stdout.split()
    return f"PHP {php}, MariaDB {next((w for w in maria if w[:1].isdigit()), '?')}"


def run(given, folder):
    shop, world = None, None
    try:
        shop = set_up(given, folder)
        print(f"== {shop.url}, {versions()}", flush=True)
        world = begin(shop, given)
        if given.bench:
            return bench.run(world)
        if given.keep and not given.only:
            keep(shop, world)
            return 0
        counts = run_all(world, given)
        print(f"\nPrestaShop {shop.version}, {versions()}")
        print(f"{counts['ok']} passed, {counts['FAILED']} failed, {counts['left out']} left out")
        if given.keep:
            keep(shop, world)
        return 1 if counts["FAILED"] else 0
    except servers.SetupError as e:
        print(f"tests/shop/run: {e}", file=sys.stderr)
        return 3
    finally:
        if world:
            world.close()
        if shop:
            shop.stop()


def main():
    given = arguments()
    if given.list:
        for one in flows():
            print(f"{one.name:<34} {one.proves}")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if given.scratch:
        os.makedirs(given.scratch, exist_ok=True)
        return run(given, os.path.abspath(given.scratch))
    folder = tempfile.mkdtemp(prefix="productsync-shop-")
    try:
        return run(given, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
