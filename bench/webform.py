"""Seconds a patient into a closed system's own page: the web form, beep-to-type, and a person at the keyboard.

`python bench/webform.py [--quick] [--json]`. The page is GNU Health's in its web client where `make targets` installed
it, else the tests' own; the browser is Debian's chromium, the recipe docs/targets/recipes/gnuhealth.toml. Web form:
measured, with search, every field read back, the record opened and compared, a picture kept. Beep: the code is read off
its picture and its keys are struck without a pause, measured; 1.5 s to hold the scanner for each code (the form's, and
the UHID's that comes back) and 2.4 s to look. Typing: the same fields by hand at 0.28 s a key and 1.2 s of thought a
field, 2.4 s to look, and the nine digits of the UHID copied. One import is killed after saving and goes on: each
patient is once.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from fallback.ehospital import Outcome  # noqa: E402
from fallback.ehospital.beep import BeepConnector  # noqa: E402
from fallback.ehospital.recipe import Mark  # noqa: E402
from fallback.ehospital.webform.browser import Browser  # noqa: E402
from fallback.ehospital.webform.connector import WebFormConnector  # noqa: E402
from fallback.errors import ParchiError  # noqa: E402
from fallback.hospital import Target  # noqa: E402
from fallback.printing.on_screen import qr_shape  # noqa: E402
from fallback.rehearsal.people import people  # noqa: E402
from fallback.slip import Age, Patient, Sex, Slip, SlipNumber, Visit  # noqa: E402
from tests import his as house  # noqa: E402
from tests.backlog import HOSPITAL, ISSUED  # noqa: E402
from tests.targets.gnuhealth import GnuHealth  # noqa: E402
from tests.targets.install import SAO  # noqa: E402
from tests.test_on_screen import read  # noqa: E402

KEY, THOUGHT, SCAN, LOOK = 0.28, 1.2, 1.5, 2.4  # seconds
UHID = 9  # digits that a person copies
GNU_RECIPE = HOME / "docs" / "targets" / "recipes" / "gnuhealth.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A system, its operator's browser, its recipe, and how its empty form is reached and saved by hand."""

    name: str
    url: str
    port: int
    recipe: Path
    new: str
    first: str
    save: str
    saved: str

    def way(self) -> WebFormConnector:
        """A connector of its own."""
        target = Target(name="his", url=self.url, test=True, kind="web-form", file=str(self.recipe))
        return WebFormConnector(
            target,
            HOSPITAL,
            browse=lambda recipe: Browser(self.url, [self.port], ignores=recipe.ignores),
            keep=lambda content: str(len(content)),
        )


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """GNU Health where it is installed, else the tests' own system."""
    if SAO.exists():
        with GnuHealth(folder) as gnu, house.chromium(gnu.url + "/#gh") as port:
            with closing(Browser(gnu.url, [port])) as operator:
                house.log_into_gnu_health(operator, gnu.login, gnu.password)
            at = ".tab-pane.active "
            yield Place(
                name="GNU Health",
                url=gnu.url,
                port=port,
                recipe=GNU_RECIPE,
                new=at + "button#new_",
                first=at + "input[name=name]",
                save=at + "button#save",
                saved=".alert",
            )
        return
    with house.served() as his, house.chromium(his.url + "/home") as port:
        yield Place(
            name="the tests' own page",
            url=his.url,
            port=port,
            recipe=house.recipe(folder),
            new="#new",
            first="#name",
            save="#save",
            saved="#record",
        )


def slips(count: int) -> list[Slip]:
    """Made-up patients as they would have been registered."""
    made = people(Random(42), HOSPITAL, count, today=date(2026, 11, 23))
    return [
        Slip(
            number=SlipNumber(1, at),
            issued=ISSUED,
            visit=Visit(clinic=1),
            patient=Patient(
                name=each.name,
                sex=Sex(each.sex),
                age=Age(value=int(each.age)) if each.age else Age(value=30),
                guardian=each.guardian,
                mobile=each.mobile,
                locality=each.locality,
                district=each.district,
            ),
        )
        for at, each in enumerate(made, 1)
    ]


def by_hand(way: BeepConnector, slip: Slip) -> float:
    """Seconds of typing the same fields, and of copying the number that comes back."""
    keys = way.keys(slip)
    struck = sum(len(each.text) + len(each.after) for each in keys) + 1
    return struck * KEY + sum(bool(each.text) for each in keys) * THOUGHT + LOOK + UHID * KEY


def beep(here: Place, way: WebFormConnector, slip: Slip) -> float | None:
    """Seconds of scanning the form, saving and scanning the number back; the keys are measured. None: typed wrong."""
    scanner = BeepConnector(way.target, HOSPITAL)
    texts = [read(qr_shape(code)) for code in scanner.codes(slip)]
    assert way.find(slip) is None
    browser = way._page.browser
    browser.press(Mark(here.new))
    assert browser.first_shown([Mark(here.first)], 20) == 0
    house.click_into(browser, here.first)
    start = time.perf_counter()
    for text in texts:
        house.beep(browser, text)
        browser.quiet(0.5)
    typed = time.perf_counter() - start
    try:
        browser.press(Mark(here.save))
        assert browser.first_shown([Mark(here.saved)], 20) == 0
        found = way.find(slip)
        assert found is not None and way.confirm(slip, found).outcome is Outcome.ALREADY_THERE
    except (AssertionError, ParchiError):
        return None
    return typed + (len(texts) + 1) * SCAN + LOOK + 2 * KEY


def killed(here: Place, slip: Slip) -> bool:
    """Whether an import that was killed after saving goes on without a second patient."""
    way = here.way()
    real = way._page.save

    def die(told: Any) -> Any:
        real(told)
        raise KeyboardInterrupt

    way._page.save = die  # type: ignore[method-assign]
    try:
        way.send(slip)
    except KeyboardInterrupt:
        way.close()
    with closing(here.way()) as again:
        found = again.find(slip)
        once = found is not None and not found.doubled
        return once and again.send(slip).outcome is Outcome.ALREADY_THERE


def main() -> None:
    """Runs it."""
    arguments = options(__doc__, "fewer patients").parse_args()
    count = 3 if arguments.quick else 10
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, place(Path(folder)) as here:
        all_slips = slips(2 * count + 1)
        with closing(here.way()) as way:
            way.identify()
            scanner = BeepConnector(way.target, HOSPITAL)
            typing = [by_hand(scanner, each) for each in all_slips]
            form, wrong = [], 0
            for each in all_slips[:count]:
                start = time.perf_counter()
                answer = way.send(each)
                form.append(time.perf_counter() - start)
                wrong += answer.outcome is not Outcome.CREATED
            scanned = [beep(here, way, each) for each in all_slips[count : 2 * count]]
            codes = [each for each in scanned if each is not None]
        safe = killed(here, all_slips[-1])
    hand = statistics.median(typing)
    rows = [
        row(f"web form, {here.name}: median of {count}", statistics.median(form), hand),
        row(f"web form, {here.name}: slowest", max(form), hand),
        row(f"beep-to-type, {here.name}: median of {len(codes)}", statistics.median(codes or [hand]), hand),
        {"what": "web form: not created and read back", "ours": wrong, "unit": "slips", "peers": {"aim": 0}},
        {"what": "beep: the page lost keys", "ours": count - len(codes), "unit": "slips", "peers": {"aim": 0}},
        {
            "what": "killed after saving, resumed",
            "ours": 0 if safe else 1,
            "unit": "second patients",
            "peers": {"aim": 0},
        },
    ]
    ok = not wrong and safe and statistics.median(codes or [hand]) < hand and statistics.median(form) < hand
    tell(rows, ok, as_json=arguments.json)
    sys.exit(0 if ok else 1)


def row(what: str, seconds: float, hand: float) -> dict[str, Any]:
    """A figure beside typing by hand."""
    return {"what": what, "ours": round(seconds, 1), "unit": "s a patient", "peers": {"typed by hand": round(hand, 1)}}


if __name__ == "__main__":
    main()
