"""The walk at the door, on the supervisor's pages, and as an auditor who may only look."""

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from fallback import enrolment, frontdesk
from fallback.custody.network.lines import About
from fallback.custody.network.link import Link
from fallback.frontdesk.roster import set_roster
from fallback.lan import PORT, Interface
from fallback.ledger import Head
from fallback.patients import Columns, PatientIndex
from fallback.roster import DayWord
from tests.web.tour_desk import DAY, EYE
from tests.web.walking import Tour

DOOR = ("login", "login-refused", "locked", "own-pin", "trust")
OFFICE = (
    "supervisor-before", "supervisor", "day", "money", "money-wrong", "clinics", "clinic", "clinic-wrong", "users",
    "users-wrong", "cards", "revoke", "retire", "sheets", "looks", "openings", "done-twice", "done-twice-empty",
    "index", "index-none", "index-found", "practice", "practice-wrong", "practice-duties", "computers",
    "computers-wrong", "computers-invitation",
)  # fmt: skip
REFUSED = ("auditor", "auditor-users", "auditor-account", "auditor-slip", "auditor-refused", "not-found")
PATIENTS = (
    "uhid,name,sex,birth_date,guardian,mobile,locality\n"
    "100000001,Sunita Devi,F,1984-05-31,Ramesh Kumar,9810000001,Okhla\n"
    "100000002,Sunita Rani,F,1979-02-11,Mohan Lal,9810000001,Okhla\n"
)


def door(tour: Tour) -> None:
    """Before anybody is let in."""
    tour.see("/", "login")
    tour.type(login="meena", pin="1")
    tour.press(Keys.ENTER)
    tour.there(".trouble")
    tour.keep("login-refused")
    tour.see("/trust", "trust")


def before(tour: Tour) -> None:
    """What a supervisor finds and says before the first slip."""
    tour.log_in("meena")
    tour.see("/supervisor", "supervisor-before")
    tour.see("/shift/open", "open-shift-before")
    tour.see("/supervisor/done-twice", "done-twice-empty")
    tour.see("/index", "index-none")
    frontdesk.start_downtime(tour.counter, "the servers are down since eight", by="meena")
    index, known = PatientIndex(tour.made.folder, tour.made.vault), tour.place / "patients.csv"
    known.write_text(PATIENTS, encoding="utf-8")
    frontdesk.load_index(tour.made.ledger, index, known, Columns(), by="meena")
    set_roster(tour.counter, EYE, DAY, DayWord(cap=8, reason="one surgeon is ill"), by="meena")
    tour.clock.go_on(20)


def linked(made: enrolment.Installation) -> Link:
    """A link that hears nobody, and has met the eye department's laptop."""
    link = Link(
        made.ledger, port=PORT, certificate="0" * 64, networks=lambda: (Interface("192.168.1.10", "192.168.1.255"),)
    )
    other = About(
        instance="e" * 16, chain="e" * 16, port=PORT, serves=False, time=0.0, names=("Eye OPD",),
        heads={"e" * 16: Head(chain="e" * 16, sequence=12, hash=bytes(32))},
    )  # fmt: skip
    link.neighbours.met_by("192.168.1.11", other, frozenset(), 0.0)
    return link


def office(tour: Tour) -> None:
    """What a supervisor looks at and decides in the course of the day."""
    enrolment.make_cards(tour.made, 3, lambda _: None, by="meena")
    tour.log_in("meena")
    for path, name in (
        ("/supervisor", "supervisor"), ("/supervisor/day", "day"), ("/money", "money"), ("/sheets", "sheets"),
        ("/supervisor/clinics", "clinics"), (f"/supervisor/clinics/{EYE}", "clinic"), ("/users", "users"),
        ("/supervisor/cards", "cards"), ("/supervisor/desks/1/revoke", "revoke"),
        ("/supervisor/desks/2/retire", "retire"), ("/supervisor/looks", "looks"),
        ("/supervisor/identities", "openings"), ("/supervisor/done-twice", "done-twice"), ("/pin", "own-pin"),
    ):  # fmt: skip
        tour.see(path, name)
    tour.see(f"/supervisor/clinics/{EYE}")
    tour.type(cap="many", room="Tent 2")
    tour.enter()
    tour.keep("clinic-wrong")
    computers(tour)
    tour.see("/users")
    tour.type(login="a b", pin="12")
    tour.enter()
    tour.keep("users-wrong")
    tour.see("/money")
    tour.driver.find_element(By.CSS_SELECTOR, "[name^=cash-]").send_keys("99999")
    tour.type(challan="C-7")
    tour.enter()
    tour.keep("money-wrong")
    tour.see("/practice", "practice")
    tour.type(certificate="PARCHI-PRACTICE-AAAA")
    tour.press(Keys.ENTER)
    tour.there(".trouble")
    tour.keep("practice-wrong")
    tour.see("/practice/duties", "practice-duties")
    tour.see("/index", "index")
    tour.type(wanted="9810000001")
    tour.driver.find_element(By.CSS_SELECTOR, "[name=why_looked]").click()
    tour.click("main button.main")
    tour.keep("index-found")
    tour.see("/")
    tour.press_alt("o")
    tour.there(".locked-who")
    tour.keep("locked")


def computers(tour: Tour) -> None:
    """Who is on the network; one that is not there; one more is invited."""
    tour.see("/computers", "computers")
    tour.type(words="acid acne")
    tour.press(Keys.ENTER)
    tour.there(".trouble")
    tour.keep("computers-wrong")
    tour.see("/computers")
    tour.click("form[action$='/invite'] button")
    tour.there(".join-code")
    tour.keep("computers-invitation")


def auditor(tour: Tour) -> None:
    """Whoever may look and change nothing; what is refused, and what is not there."""
    tour.log_in("anil")
    tour.see("/records", "auditor")
    tour.see("/users", "auditor-users")
    tour.see("/records/account", "auditor-account")
    tour.see("/slips/00100000114", "auditor-slip")
    tour.see("/money", "auditor-refused")
    tour.see("/slips/00900000118", "not-found")
