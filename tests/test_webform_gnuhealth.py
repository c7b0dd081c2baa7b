"""The web form and the hand scanner in GNU Health's real web client, in chromium: what make targets installs."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fallback.ehospital import Outcome
from fallback.ehospital.beep import BeepConnector
from fallback.ehospital.recipe import Mark
from fallback.ehospital.webform import WebFormConnector
from fallback.ehospital.webform.browser import Browser
from fallback.hospital import Target
from fallback.printing.on_screen import qr_shape
from fallback.slip import Slip, SlipNumber, Visit
from tests import his as house
from tests.backlog import HOSPITAL, ISSUED, SUNITA
from tests.targets.gnuhealth import GnuHealth
from tests.targets.install import SAO
from tests.test_on_screen import read

RECIPE = Path(__file__).parent.parent / "docs" / "targets" / "recipes" / "gnuhealth.toml"
ACTIVE = ".tab-pane.active "

pytestmark = [
    pytest.mark.systems,
    pytest.mark.skipif(house.CHROMIUM is None or not SAO.exists(), reason="make targets, and chromium"),
]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    with GnuHealth(tmp_path_factory.mktemp("gnuhealth")) as gnu, house.chromium(gnu.url + "/#gh") as port:
        operator = Browser(gnu.url, [port])
        house.log_into_gnu_health(operator, gnu.login, gnu.password)
        operator.close()
        yield gnu.url, port


@pytest.fixture
def way(system: tuple[str, int]) -> Iterator[WebFormConnector]:
    url, port = system
    target = Target(name="gnu", url=url, test=True, kind="web-form", file=str(RECIPE))
    with closing(WebFormConnector(target, HOSPITAL, browse=lambda r: Browser(url, [port], ignores=r.ignores))) as made:
        yield made


def slip(serial: int) -> Slip:
    return Slip(number=SlipNumber(1, serial), issued=ISSUED, patient=SUNITA, visit=Visit(clinic=1))


def test_a_patient_is_made_once_and_read_back(way: WebFormConnector) -> None:
    assert way.identify().software.startswith("GNU Health")
    first = way.send(slip(1))
    assert first.outcome is Outcome.CREATED, first.error or first.reason
    again = way.send(slip(1))
    assert (again.outcome, again.patient) == (Outcome.ALREADY_THERE, first.patient)
    born = replace(slip(2), patient=replace(SUNITA, age=None, birth_date=date(1990, 2, 3)))
    other = way.send(born)
    assert other.outcome is Outcome.CREATED and other.patient != first.patient


def test_killed_after_saving_it_is_found(way: WebFormConnector) -> None:
    class Killed(Exception):
        pass

    real = way._page.save

    def die(told: object) -> object:
        real(told)  # type: ignore[arg-type]
        raise Killed

    way._page.save = die  # type: ignore[assignment, method-assign]
    with pytest.raises(Killed):
        way.send(slip(3))
    found = way.find(slip(3))
    assert found is not None and way.confirm(slip(3), found).outcome is Outcome.ALREADY_THERE


def test_a_scanner_types_the_form(way: WebFormConnector) -> None:
    scanner = BeepConnector(way.target, HOSPITAL)
    assert way.find(slip(4)) is None
    browser = way._page.browser
    browser.press(Mark(ACTIVE + "button#new_"))
    assert browser.first_shown([Mark(ACTIVE + "input[name=lastname]")], 10) == 0
    house.click_into(browser, ACTIVE + "input[name=name]")
    for code in scanner.codes(slip(4)):
        house.beep(browser, read(qr_shape(code)))
        browser.quiet(0.5)
    browser.press(Mark(ACTIVE + "button#save"))
    assert browser.first_shown([Mark(".alert", re.compile("Record saved"))], 10) == 0, browser.texts(".alert")
    assert browser.value(ACTIVE + "input[name=dob]"), "the age was wiped"
    found = way.find(slip(4))
    assert found is not None and way.confirm(slip(4), found).outcome is Outcome.ALREADY_THERE
