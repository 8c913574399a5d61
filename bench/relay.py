"""relay - from the outbox of a shop to delivered in it, beside a bare loop of the same statements."""
import os
import subprocess
import sys
import time

CHUNK = 2000


def fill(shop, count):
    for first in range(1, count + 1, CHUNK):
        shop.add(range(first, min(first + CHUNK, count + 1)))


def measure(bench, build):
    """`bench`: the Bench of bench.py, whose nginx answers."""
    tests = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests")
    os.environ["PSYNC_PROGRAM"] = bench.program
    sys.path.insert(0, os.path.join(tests, "system"))
    from shop import Database, Shop, home_of
    count = max(int(40000 * bench.scale), 4000)
    with Database() as server:
        bare = Shop(server)
        fill(bare, count)
        done = subprocess.run([os.path.join(build, "bench", "bare_relay"), server.socket, bare.name, str(count)],
                              capture_output=True, text=True, check=True)
        theirs = count / float(done.stdout)
        shop = Shop(server)
        shop.set(MY_API_URL=f"http://127.0.0.1:{bench.http}/products", MY_API_TOKEN="token")
        fill(shop, count)
        with home_of(shop) as home:
            begun = time.monotonic()
            home.worker()
            while shop.rows("COUNT(*)", "state='delivered'") != [[str(count)]]:
                time.sleep(0.2)
                assert time.monotonic() - begun < 120, shop.states()
            ours = count / (time.monotonic() - begun)
    bench.row("outbox: bare loop of the relay's statements", f"{theirs:,.0f}/s", "")
    bench.row("outbox to delivered in it", f"{ours:,.0f}/s", f"{ours / theirs:.0%} of it (aim 5,000/s), start included")
