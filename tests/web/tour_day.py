"""The walk through the day itself: the start page of a stick, a browser whose server goes, the guided drill."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from fallback import frontdesk
from fallback.enrolment.readiness import Finding, Level
from fallback.errors import CardUsed, CopiesUnread, ParchiError, Sentence
from fallback.frontdesk.practising import Practising
from fallback.money import Cash
from fallback.practice import Scene, Visitor
from fallback.rehearsal.practise import practise
from fallback.serving import served
from fallback.slip import Age, Sex
from fallback.web.starting import CopyChoice, Looked, Shown, create_start_app
from tests import factories
from tests.web.tour_check import POINTS
from tests.web.walking import Tour, elsewhere

START = (
    "start", "start-wrong", "start-desk", "start-join", "start-step", "start-open", "start-check", "start-practise",
    "start-not-found",
)  # fmt: skip
THIN = ("desk-thin", "desk-away", "desk-back")
PRACTISE = (
    "practise", "practise-wrong", "desk-practise", "desk-practise-again", "practise-scene", "practise-failed",
    "practise-done", "practise-left",
)  # fmt: skip
_FOUND = (
    Finding(what="stick", level=Level.GREEN,
            words=Sentence("{version} of {day}, every byte as it was built", version="1.0.0", day="14-11-2026")),
    *POINTS[1:],
)  # fmt: skip


@dataclass(slots=True)
class Told:
    """A start that only shows how it stands."""

    now: Shown = field(default_factory=Shown)

    def shown(self) -> Shown:
        return self.now

    def begin(self, *, name: str, secret: str, copy: str) -> None:
        raise AssertionError("nobody begins on the walk")

    def join(self, *, words: str, name: str, copy: str) -> None:
        raise AssertionError("nobody joins on the walk")

    def practise(self) -> str:
        """The drill would open beside."""
        return ""

    def check(self, *, again: bool) -> Looked:
        return Looked(findings=_FOUND)


def start(tour: Tour) -> None:
    """The page that opens from the stick, in each state in which somebody meets it."""
    told = Told()
    app = create_start_app(
        told, tour.counter.hospital, hospital_id="ab12cd34", made=tour.clock() - timedelta(days=9), version="1.0.0",
        drill=tour.counter.drill, language=tour.language,
    )  # fmt: skip
    two = [CopyChoice(key="/a", name="KIT", own=True), CopyChoice(key="/b", name="BLUE", own=False)]
    wrong: ParchiError = CardUsed(card="002", desk="Counter 2")
    with served(app) as address:
        here = replace(tour, app=app, address=address)
        for name, path, shown in (
            ("start", "/", Shown(places=two)),
            ("start-wrong", "/", Shown(places=two[:1], error=wrong, typed={"name": "Casualty"})),
            ("start-desk", "/", Shown(has_desk=True, others=1, notices=[CopiesUnread(count=2)])),
            ("start-join", "/join", Shown(places=two[1:])),
            ("start-check", "/check", Shown()),
            ("start-not-found", "/nowhere", Shown()),
        ):
            told.now = shown
            here.see(path, name)
        told.now = Shown()
        here.see("/")
        here.click(".start-ways form button")
        here.keep("start-practise")
        told.now = Shown(step=Sentence("{done} of {total} lines have come.", done=1200, total=9400))
        here.see("/", "start-step")
        # an address that answers with no page: the browser stays where it is, and the page can be looked at
        told.now = Shown(desk=f"{tour.address}/alive", notices=[CopiesUnread(count=2)])
        here.there(f"a[href='{tour.address}/alive']")
        here.keep("start-open")


def thin(tour: Tour) -> None:
    """The desk as a browser of another computer: the server goes, and comes back."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with ExitStack() as stack:
        here = replace(tour, address=stack.enter_context(served(elsewhere(tour.app), port=port)))
        here.log_in("asha")
        here.see("/")
        here.type(name="Kamla Devi", sex="f", age="52")
        here.keep("desk-thin")
        stack.close()
        here.wait(lambda seen: seen.find_element(By.ID, "away").is_displayed())
        here.keep("desk-away")
    with served(elsewhere(tour.app), port=port):
        here.wait(lambda seen: seen.find_element(By.ID, "away-back").is_displayed())
        here.keep("desk-back")


@contextmanager
def drill(tour: Tour) -> Iterator[tuple[Tour, Practising]]:
    """A guided drill that nobody has begun, and the walk through it."""
    with practise(tour.counter.hospital, language=tour.language, clock=tour.clock, seed=7) as opened:
        yield replace(tour, address=opened.address.removesuffix("/practise")), opened.drill


def guided(tour: Tour) -> None:
    """Two guided drills: one in which little is done, and one that counts."""
    with drill(tour) as (here, one):
        here.see("/practise")
        here.switch()
        here.keep("practise")
        here.type(people="Asha Rani")
        here.enter()
        here.keep("practise-wrong")
        here.type(counter="Counter 3")
        here.enter()
        _log_in(here, one, "asha")
        here.see("/")
        here.keep("practise-scene")
        shift = frontdesk.open_shift(one.counter, series=1, login="asha", clock_offset=0)
        one.go_on(Scene.OPENING)
        here.see("/", "desk-practise")
        for card in _setting(one)[:2]:
            _register(one, shift.key, card)
        here.see("/", "desk-practise-again")
        one.go_on(Scene.SURGE)
        for scene in (Scene.LAPTOP, Scene.POWER):
            one.go_on(scene)
        one.go_on(Scene.RETURN)
        here.see("/practise")
        here.there(".scene-score")
        here.keep("practise-failed")
    with drill(tour) as (here, one):
        one.begin(["Asha Rani", "Ravi Das"], "Counter 3", whole=False)
        first = frontdesk.open_shift(one.counter, series=1, login="asha", clock_offset=0)
        _log_in(here, one, "asha")
        one.go_on(Scene.OPENING)
        for card in _setting(one)[:2]:
            _register(one, first.key, card)
        one.go_on(Scene.SURGE)
        _log_in(here, one, "bina")
        second = frontdesk.open_shift(one.counter, series=2, login="bina", clock_offset=0)
        _register(one, second.key, _setting(one)[3])
        for scene in (Scene.LAPTOP, Scene.POWER):
            one.go_on(scene)
        for shift, words in ((first, "all is printed"), (second, "one pad is used")):
            notes = Cash.of([(10, 2)])
            frontdesk.close_shift(one.counter, shift.key, counted_cash=20, note=words, by=shift.login, notes=notes)
        one.go_on(Scene.RETURN)
        here.see("/practise")
        here.there("a[href$='certificate.pdf']")
        here.keep("practise-done")
        here.click("form[action$='/leave'] button")
        here.keep("practise-left")


def _log_in(tour: Tour, one: Practising, login: str) -> None:
    tour.driver.delete_all_cookies()
    tour.see("/")
    tour.switch()
    tour.type(login=login, pin=one.pin + Keys.ENTER)
    tour.wait(lambda seen: "/login" not in seen.current_url)


def _setting(one: Practising) -> Sequence[Visitor]:
    assert one.setting
    return one.setting.visitors


def _register(one: Practising, shift: str, card: Visitor) -> None:
    asked = factories.registration(card.name, clinic=card.clinic_code)
    patient = replace(asked.patient, sex=Sex(card.sex), age=Age(value=card.age))
    frontdesk.register(one.counter, shift, replace(asked, patient=patient, clinic=card.clinic))
