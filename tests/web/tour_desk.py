"""The walk at a desk: a morning's registrations, every form of the desk, a slip and its pages, the shift."""

from dataclasses import replace
from datetime import date
from itertools import cycle
from random import Random

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from fallback import frontdesk
from fallback.downtime import Shift
from fallback.frontdesk import Issued
from fallback.frontdesk.prints import take_first
from fallback.ledger import queries
from fallback.money import Cash, Mode, Payment
from fallback.rehearsal.people import Person, people
from fallback.slip import Age, AgeUnit, FeeStatus, Relation, Sex
from tests import factories, idcards
from tests.web.walking import Tour

DAY = date(2026, 11, 23)
EYE = 22
DESK = (
    "desk-empty", "desk", "desk-alike", "desk-wrong", "desk-box-wrong", "desk-candidates", "desk-abha", "desk-issued",
    "desk-returning", "desk-newborn", "desk-unidentified", "desk-casualty", "desk-full", "desk-closed", "desk-unsent",
    "desk-correct", "desk-confidential", "pad", "keys", "prints", "prints-empty",
)  # fmt: skip
SLIP = (
    "slip", "slip-corrected", "slip-void", "void", "void-wrong", "identify", "identity", "identity-opened", "fee",
    "fee-wrong", "refund", "refund-wrong",
)  # fmt: skip
SHIFT = (
    "open-shift-before", "open-shift", "open-shift-wrong", "close-shift", "close-shift-wrong", "shift-sheet",
    "hand-over",
)  # fmt: skip


def opening(tour: Tour) -> None:
    """A clerk comes."""
    tour.log_in("asha")
    tour.see("/shift/open", "open-shift")
    tour.type(n100="4", n50="two")
    tour.enter()
    tour.keep("open-shift-wrong")
    for series, login in ((1, "asha"), (2, "meena")):
        notes = Cash.of([(100, 3), (50, 4)])
        frontdesk.open_shift(tour.counter, series=series, login=login, opening_float=500, notes=notes)
    tour.see("/", "desk-empty")
    tour.see("/prints", "prints-empty")


def morning(tour: Tour) -> None:
    """Five hours of two desks; the first slip is Sunita Devi's, whom the rest of the walk is about."""
    counter = tour.counter
    issue(tour, 1, factories.registration(clinic="DEN"))
    queue = people(Random(4), counter.hospital, 130, today=DAY)
    grown = [each for each in queue if each.age and each.age_unit == "years"][:70]
    for person, series, minutes in zip(grown, cycle((1, 2, 1)), cycle((3, 4, 2, 6, 3, 9, 2, 5)), strict=False):
        tour.clock.go_on(minutes)
        issue(tour, series, asked(tour, person))
    sunita = factories.registration("Sunita Rani", clinic="MED")
    patient = replace(sunita.patient, name_hindi="सुनीता रानी", guardian="Mohan Lal", age=Age(value=36))
    issue(tour, 2, replace(sunita, patient=patient))


def asked(tour: Tour, person: Person) -> frontdesk.Registration:
    """A made-up patient as the desk registers one; whose clinic does not sit goes to Medicine."""
    clinic = next(each for each in tour.counter.hospital.clinics if each.code == person.clinic)
    code = clinic.code if DAY.isoweekday() in clinic.weekdays and clinic.number != EYE else "MED"
    patient = factories.patient(
        person.name, name_hindi=person.name_hindi, sex=Sex(person.sex), mobile=person.mobile,
        age=Age(value=int(person.age), unit=AgeUnit.YEARS), guardian=person.guardian,
        relation=Relation(person.relation) if person.relation else None, locality=person.locality,
    )  # fmt: skip
    return replace(factories.registration(clinic=code), patient=patient)


def shift_at(tour: Tour, series: int) -> Shift:
    """The shift that is open at a desk."""
    found = queries.open_shift(tour.counter.ledger.db(), series=series)
    assert found is not None
    return found


def issue(tour: Tour, series: int, wanted: frontdesk.Registration, *, printed: bool = True) -> Issued:
    """A slip of a desk's open shift, handed to its browser."""
    shift = shift_at(tour, series)
    made = frontdesk.register(tour.counter, shift.key, wanted)
    if printed:
        take_first(tour.counter, made.row.slip.number, by=shift.login)
    return made


def states(tour: Tour) -> None:
    """The form in every state that a clerk meets it in."""
    tour.see("/")
    tour.type(
        name="Asha Verma", name_hindi="आशा वर्मा", sex="f", age="27", guardian="Mahesh Kumar", mobile="9810000777",
        locality="Gali 3, Chhalera", clinic="MED",
    )  # fmt: skip
    tour.keep("desk")
    tour.enter()
    tour.at("/issued/")
    tour.keep("desk-issued")
    tour.see("/")
    tour.type(name="Sunita Devi", sex="f", age="34", mobile="9810000001")
    tour.there("#alike.some .take")
    tour.keep("desk-alike")
    tour.clock.go_on(9)
    _unsent(tour)
    tour.see("/")
    tour.type(name="R4m 7", age="old", mobile="12", clinic="XXX")
    tour.enter()
    tour.keep("desk-wrong")
    for each in ("Anita", "Bimla", "Chandni", "Deepa", "Farida", "Gurmeet", "Hema", "Indu"):
        full = factories.registration(f"{each} Kumari", clinic="EYE")
        issue(tour, 2, replace(full, patient=replace(full.patient, mobile="", name_hindi="")))
    for clinic, name in (("EYE", "desk-full"), ("END", "desk-closed")):
        tour.see("/")
        tour.type(name="Radha Devi", sex="f", age="41", clinic=clinic)
        tour.enter()
        tour.keep(name)
    for typed, name in (
        ("hello 123", "desk-box-wrong"),
        ("9810000001", "desk-candidates"),
        (idcards.abha(), "desk-abha"),
    ):
        tour.see("/")
        tour.find(typed)
        tour.keep(name)
    for path, name in (("/slips/00100000114/next", "desk-returning"), ("/unidentified", "desk-unidentified"),
                       ("/slips/00100000114/newborn", "desk-newborn"), ("/keys", "keys")):  # fmt: skip
        tour.see(path, name)
    tour.see("/")
    tour.type(name="Mohan Lal", sex="m", age="48", clinic="CAS")
    tour.press_alt("m")
    tour.there("details.casualty[open]")
    tour.keep("desk-casualty")


def _unsent(tour: Tour) -> None:
    """What is typed and left comes back."""
    tour.see("/")
    tour.type(name="Kamla Devi", sex="f", age="52")
    tour.see("/keys")
    tour.wait(lambda _: list((tour.made.folder / "unsent").glob("*")))
    tour.see("/")
    tour.there(".unsent")
    tour.keep("desk-unsent")
    tour.click(".unsent button.plain")


def slips(tour: Tour) -> None:
    """A slip, and what is done with it."""
    counter = tour.counter
    later = replace(factories.registration("Geeta Rani", clinic="DEN"), fee_status=FeeStatus.LATER)
    unpaid = issue(tour, 1, later).row.slip.number
    hidden = issue(tour, 1, factories.registration(confidential=True)).row.slip.number
    nobody = issue(tour, 1, _unknown(tour)).row.slip.number
    gone = issue(tour, 1, factories.registration("Rekha Kumari")).row.slip.number
    shift = shift_at(tour, 1)
    frontdesk.void(counter, shift.key, gone, "registered twice")
    for path, name in (
        ("00100000114", "slip"), ("00100000114/correct", "desk-correct"), (f"{gone}", "slip-void"),
        (f"{hidden}/next", "desk-confidential"), (f"{nobody}/identify", "identify"), (f"{unpaid}/fee", "fee"),
        ("00100000114/void", "void"), ("00100000114/refund", "refund"), (f"{hidden}/identity", "identity"),
    ):  # fmt: skip
        tour.see(f"/slips/{path}", name)
    tour.type(reason="the police ask, letter 417", login="meena", pin="739164" + Keys.ENTER)
    tour.there(".opened")
    tour.keep("identity-opened")
    tour.see("/slips/00100000114/void")
    tour.type(receipt="001.1-9", login="meena", pin="739164")
    tour.enter()
    tour.keep("void-wrong")
    tour.see("/slips/00100000114/refund")
    tour.type(receipt="001.1-9", reason="left", login="meena", pin="739164")
    tour.enter()
    tour.keep("refund-wrong")
    tour.see(f"/slips/{unpaid}/fee")
    tour.choose("mode", "upi")
    tour.type(reference="12")
    tour.enter()
    tour.keep("fee-wrong")
    tour.see("/slips/00100000114/correct")
    tour.driver.find_element(By.NAME, "guardian").clear()
    tour.type(guardian="Ram Prasad Yadav", reason="the husband's surname")
    tour.enter()
    tour.see("/slips/00100000114", "slip-corrected")
    (pad,), _pdf = frontdesk.print_pads(counter, series=1, count=1, issued_to="Casualty")
    tour.see(f"/pads/{pad}", "pad")


def _unknown(tour: Tour) -> frontdesk.Registration:
    name, hindi = frontdesk.free_alias(tour.counter.ledger.db(), "seed")
    wanted = factories.registration(name, clinic="CAS")
    patient = factories.patient(name, name_hindi=hindi, guardian="", relation=None, mobile="", locality="")
    return replace(wanted, patient=patient, alias=True, emergency=True, found_at="Kashmere Gate bus stand")


def money(tour: Tour) -> None:
    """Fees of every kind, and paper that waits."""
    for name, mode, reference in (("Hari Om", Mode.UPI, "412345678901"), ("Shyam Lal", Mode.CARD, "004417")):
        paid = Payment(mode=mode, reference=reference)
        issue(tour, 1, replace(factories.registration(name, clinic="DEN"), payment=paid), printed=False)
    exempt = replace(factories.registration("Munni Devi", clinic="DEN"), fee_status=FeeStatus.EXEMPT, exemption="BPL")
    issue(tour, 1, exempt, printed=False)
    tour.log_in("asha")
    tour.see("/prints", "prints")


def closing(tour: Tour) -> None:
    """The shift ends."""
    tour.clock.go_on(40)
    tour.log_in("asha")
    tour.see("/shift/close", "close-shift")
    tour.type(n100="3", n50="x")
    tour.enter()
    tour.keep("close-shift-wrong")
    tour.see("/desks/1/hand-over", "hand-over")
    shift = shift_at(tour, 1)
    notes = Cash.of([(100, 5), (20, 1)])
    frontdesk.close_shift(tour.counter, shift.key, counted_cash=520, note="two forms are torn", by="asha", notes=notes)
    tour.see(f"/shifts/{shift.key}", "shift-sheet")
    frontdesk.close_shift(tour.counter, shift_at(tour, 2).key, counted_cash=500, note="", by="meena")
