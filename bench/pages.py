"""What the server takes for each page, and how soon a cold browser shows the desk.

`python bench/pages.py [--quick] [--json]`. A journal of 200,000 slips (`--quick`: 20,000), made up and encrypted; pages
are asked for over HTTP on loopback, on a connection that is kept, by somebody who is logged in; beside each the floor:
a small static file over the same connection, between the same requests. Then Chromium: an empty cache, the desk, first
contentful paint and what went over the wire without fonts, beside a page of ours that has next to nothing on it. Aims:
p99 of each page that a clerk waits for below 50 ms, first paint below 300 ms, below 150 KB.
"""

import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.alike import Ground, quantile, row  # noqa: E402
from bench.keystrokes import browser  # noqa: E402
from bench.told import options, tell  # noqa: E402
from fallback import enrolment, frontdesk, printing  # noqa: E402
from fallback.downtime import Role  # noqa: E402
from fallback.serving import served  # noqa: E402
from fallback.slip import SlipNumber  # noqa: E402
from fallback.web import close, create_app  # noqa: E402

PIN = "739164"
FLOOR = "/static/mark.svg"
_KB = 1000
# Pages that somebody with a queue waits for; the others are a supervisor's.
WAITED = {
    "the desk": "/", "a slip": "/slips/{number}", "the next visit": "/slips/{number}/next",
    "a clinic's room": "/room/1",
    "a counter": "/counter", "the wards": "/wards",
}  # fmt: skip
OTHERS = {"the supervisor's page": "/supervisor", "the day in pictures": "/supervisor/day", "money": "/money"}


def asked(client: httpx.Client, path: str) -> float:
    """Milliseconds from the request to the whole answer."""
    begun = time.perf_counter()
    answer = client.get(path)
    taken = (time.perf_counter() - begun) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return taken


def logged_in(address: str) -> httpx.Client:
    """A connection with a session of a supervisor, who may see every page."""
    client = httpx.Client(base_url=address, follow_redirects=True, timeout=60)
    page = client.get("/login").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if token is None:
        raise SystemExit("the login has no token")
    client.post("/login", data={"csrf_token": token[1], "login": "meena", "pin": PIN})
    return client


def paint(address: str, path: str, times: int) -> tuple[list[float], int, list[float]]:
    """First paint of a page with an empty cache, its bytes without fonts, and the first paint of a page with little."""
    found: list[float] = []
    small: list[float] = []
    size = 0
    script = "return performance.getEntriesByName('first-contentful-paint').map((each) => each.startTime)[0] || 0"
    sizes = (
        "return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))"
        ".filter((each) => !each.name.includes('.woff2')).reduce((sum, each) => sum + each.transferSize, 0)"
    )
    with browser() as driver:
        driver.get(address)
        driver.find_element("name", "login").send_keys("meena")
        driver.find_element("name", "pin").send_keys(PIN, "\n")
        for _ in range(times):
            for asked_for, into in ((path, found), ("/keys", small)):
                driver.execute_cdp_cmd("Network.clearBrowserCache", {})
                driver.get(address + asked_for)
                shown = 0.0
                while not shown:
                    shown = float(driver.execute_script(script))
                into.append(shown)
                if asked_for == path:
                    size = int(driver.execute_script(sizes))
    return found, size, small


def main() -> None:
    """The command."""
    given = options(__doc__, "20,000 slips and 60 requests a page instead of 200,000 and 400").parse_args()
    slips, count = (20_000, 60) if given.quick else (200_000, 400)
    figures: list[dict[str, Any]] = []
    ok = True
    with tempfile.TemporaryDirectory() as name:
        ground = Ground(Path(name), slips, 1_000)
        made = ground.installation
        enrolment.set_user(made.ledger, "meena", "Meena Joshi", Role.SUPERVISOR, PIN)
        frontdesk.open_shift(ground.counter, series=1, login="meena")
        printing.warm()
        app = create_app(made, ground.hospital)
        with served(app) as address:
            client = logged_in(address)
            number = SlipNumber(1, slips // 2).text
            for words, path in (WAITED | OTHERS).items():
                asked(client, path.format(number=number))
                floor: list[float] = []
                taken: list[float] = []
                for _ in range(count):
                    taken.append(asked(client, path.format(number=number)))
                    floor.append(asked(client, FLOOR))
                p99 = quantile(taken, 0.99)
                peers = {
                    "p50": quantile(taken, 0.5),
                    "floor p99": quantile(floor, 0.99),
                    "floor p50": quantile(floor, 0.5),
                }
                figures.append(row(f"{words}, {slips:,} slips, p99", p99, "ms", **peers))
                ok = ok and (p99 < 50 or words in OTHERS)
            found, size, small = paint(address, "/", 5 if given.quick else 20)
        close(app)
        made.close()
    first = round(statistics.median(found))
    figures.append(
        row("first paint of the desk, empty cache", first, "ms", **{"page of keys": round(statistics.median(small))})
    )
    figures.append(row("over the wire without fonts", round(size / _KB, 1), "KB", aim=150))
    tell(figures, ok and first < 300 and size < 150 * _KB, as_json=given.json)


if __name__ == "__main__":
    main()
