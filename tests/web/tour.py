"""The walk through every screen and its states: what the gallery is made from, and what axe and the ruler look at."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from selenium import webdriver

from fallback import enrolment, printing
from fallback.authority import Authority
from fallback.downtime import Role
from fallback.serving import served
from fallback.web import close, create_app
from tests import factories
from tests.web import tour_check, tour_day, tour_desk, tour_office, tour_records, tour_recovery, tour_wards
from tests.web.walking import Clock, Keep, Tour, browser

# Each room's screens, in the order in which somebody would meet them.
SCREENS: dict[str, tuple[str, ...]] = {
    "From the stick": tour_day.START,
    "The door": tour_office.DOOR,
    "The desk": tour_desk.DESK,
    "A thin desk, and its server goes": tour_day.THIN,
    "A slip": tour_desk.SLIP,
    "Shift and money": tour_desk.SHIFT,
    "Clinic rooms and the board": tour_wards.ROOMS,
    "Counters": tour_wards.COUNTERS,
    "Wards and casualty": tour_wards.WARDS,
    "Supervisor": tour_office.OFFICE,
    "The monthly check": tour_check.CHECK,
    "The guided drill": tour_day.PRACTISE,
    "Records": tour_records.RECORDS,
    "Who is whom": tour_recovery.WHO,
    "Import": tour_recovery.IMPORT,
    "Systems without a door": tour_recovery.WAYS,
    "After the import": tour_recovery.END,
    "Auditor, and what is refused": tour_office.REFUSED,
}
# The order in which the day goes: one morning, from before the first slip to the account.
DAY: tuple[Callable[[Tour], None], ...] = (
    tour_day.start, tour_office.door, tour_office.before, tour_desk.opening, tour_desk.morning, tour_desk.states,
    tour_desk.slips, tour_wards.rooms, tour_wards.counters, tour_wards.wards, tour_desk.money, tour_day.thin,
    tour_office.office, tour_check.check, tour_day.guided, tour_desk.closing, tour_records.records,
    tour_office.auditor, *tour_recovery.PARTS,
)  # fmt: skip
# Pages that are on no picture, and why.
NOT_SHOWN = {
    "computers.alive": "an empty answer to a script",
    "enrolment.stay_awake": "an empty answer to a script",
    "frontdesk.admit_from": "the admission form, filled in from a slip",
    "frontdesk.box_sheet": "a PDF",
    "frontdesk.census_csv": "a file",
    "frontdesk.census_sheet": "a PDF",
    "frontdesk.day_sheets": "a PDF",
    "frontdesk.desk_card": "a PDF",
    "frontdesk.incident_sheet": "a PDF",
    "frontdesk.opd_census": "a file",
    "frontdesk.opd_register": "a file",
    "frontdesk.paper": "one line inside the desk's page, where a server prints",
    "frontdesk.personal_data_sheet": "a PDF",
    "frontdesk.poster": "a PDF",
    "frontdesk.print_slip": "a PDF",
    "frontdesk.register_sheets": "a PDF",
    "frontdesk.round_sheet": "a PDF",
    "frontdesk.shift_paper": "a PDF",
    "frontdesk.stock_list": "a PDF",
    "practice.certificate": "a PDF",
    "practice.scans": "a PDF",
    "recovery.account_json": "a file",
    "recovery.account_pdf": "a PDF",
    "recovery.closed_account": "a PDF",
    "recovery.crosswalk_pdf": "a PDF",
    "recovery.crosswalk_stickers": "a PDF",
    "recovery.cutout": "a picture",
    "recovery.find_said": "leads to what was said of a slip",
    "recovery.import_plan_file": "a file",
    "recovery.next_item": "leads to the page of a piece of work",
    "recovery.photo": "one line inside the camera's page",
    "recovery.picture": "a picture",
    "recovery.repair_order": "a PDF",
    "recovery.take": "leads to the page of a piece of work",
    "recovery.take_review": "leads to the page of a slip",
    "recovery.uhids_csv": "a file",
    "static": "files",
    "trust.certificate": "a file",
}


def walk(language: str, keeper: Callable[[webdriver.Chrome], Keep], *, worst: bool = False) -> dict[str, str]:
    """Every screen in one language; `keeper` gets the browser and says what to do at each.

    `worst` is a rehearsal whose second copy is gone: a band and warnings stand on every page. Returns which page each
    screen was.
    """
    clock = Clock()
    with tempfile.TemporaryDirectory() as place, browser() as driver, ExitStack() as stack:
        made = factories.installation(Path(place) / "data", lasting=False, drill=worst, ticking=clock)
        for login, name, role in (("lata", "Lata Bai", Role.COUNTER), ("anil", "Anil Rao", Role.AUDITOR)):
            enrolment.set_user(made.ledger, login, name, role, factories.PIN)
        stick = Path(place) / "stick"
        stick.mkdir()
        made.ledger.copy_to(stick)
        if worst:
            stick.rename(stick.with_name("taken away"))
        printing.warm()
        authority = Authority.new("Hospital", [], datetime.now(UTC)).certificate
        hospital = tour_recovery.targets(factories.hospital(), Path(place))
        link = tour_office.linked(made)
        app = create_app(made, hospital, clock=clock, authority=authority, language=language, link=link)
        tour = Tour(
            made=made, counter=factories.counter(made), app=app, driver=driver, language=language, clock=clock,
            address=stack.enter_context(served(app)), keeper=keeper(driver), place=Path(place),
        )  # fmt: skip
        for part in DAY:
            part(tour)
        stack.close()
        close(app)
        made.close()
    return tour.kept
