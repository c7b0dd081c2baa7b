"""The walk through clinic rooms, the board, counters that read slips, wards and casualty."""

import re
from datetime import date

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from fallback import frontdesk, payload
from fallback.frontdesk import Admission, queue as calls
from fallback.ledger import queries
from fallback.outcome import Seen
from fallback.slip import SlipNumber
from fallback.stay import Ended
from tests import factories
from tests.web.tour_desk import DAY, EYE, shift_at
from tests.web.walking import Tour

MED, NEUROSURGERY, FEMALE, MALE = 1, 25, 2, 1
FIRST = SlipNumber(1, 1)
ROOMS = ("rooms", "room", "room-called", "room-wrong", "room-empty", "place", "place-wrong", "board-empty", "board")
COUNTERS = (
    "counter-choose",
    "counter",
    "counter-wrong",
    "counter-slip",
    "counter-done",
    "counter-again",
    "counter-day",
)
WARDS = (
    "wards", "wards-counter", "ward", "ward-wrong", "ward-empty", "round", "round-wrong", "admit", "admit-wrong",
    "admission-correct", "stay", "stay-ended", "census", "casualty", "casualty-made",
)  # fmt: skip


def rooms(tour: Tour) -> None:
    """A nurse at a clinic's room, the counter of its department, the waiting hall's television."""
    tour.log_in("meena")
    tour.see("/supervisor/clinics")
    found = re.search(r'action="(/board/[0-9a-f]{20})"', tour.driver.page_source)
    assert found
    tour.log_in("lata")
    tour.see("/room", "rooms")
    tour.see(f"/room/{MED}", "room")
    tour.driver.find_element(By.NAME, "room").clear()
    tour.type(room="101")
    tour.enter()
    tour.find("hello")
    tour.keep("room-wrong")
    tour.see(f"/room/{NEUROSURGERY}", "room-empty")
    tour.see(f"/room/{EYE}/place", "place")
    tour.type(typed="12" + Keys.ENTER)
    tour.there(".error")
    tour.keep("place-wrong")
    with tour.screen(1920, 1080):
        tour.see(found[1], "board-empty")
    for clinic, room, count in ((MED, "101", 3), (MED, "102", 2), (EYE, "209", 2)):
        for _ in range(count):
            called = calls.call_next(tour.counter, clinic, DAY, room, by="lata")
            if called and called.room == "101" and _ < 2:
                calls.tell(tour.counter, clinic, called.number, Seen.SEEN, room, by="lata")
    tour.see(f"/room/{MED}", "room-called")
    with tour.screen(1920, 1080):
        tour.see(found[1], "board")


def counters(tour: Tour) -> None:
    """A laboratory that reads slips."""
    row = queries.slip(tour.made.ledger.db(), FIRST)
    assert row is not None
    tour.see("/counter", "counter-choose")
    tour.click("button[value=Laboratory]")
    tour.keep("counter")
    tour.find("hello")
    tour.keep("counter-wrong")
    tour.see("/counter")
    tour.find(payload.to_digits(row.payload))
    tour.keep("counter-slip")
    tour.find("1")
    tour.keep("counter-done")
    tour.find("1")
    tour.keep("counter-again")
    laboratory = tour.counter.hospital.counter("Laboratory")
    assert laboratory is not None
    for series, serial, what in ((1, 3, 0), (1, 4, 0), (2, 2, 1), (1, 5, 0), (2, 900, 0)):  # the last is of no journal
        tour.clock.go_on(2)
        frontdesk.do(tour.counter, SlipNumber(series, serial), laboratory, laboratory.what[what], by="lata")
    tour.see("/counter", "counter-day")
    tour.see("/wards", "wards-counter")
    tour.see("/wards/6", "ward-empty")


def wards(tour: Tour) -> None:
    """Beds, the round of the first hour, who came and who left."""
    tour.log_in("asha")
    shift = shift_at(tour, 1)
    made = []
    for bed, name in enumerate(("Sunita Devi", "Kamla Devi", "Rajni Bala", "Shanti Devi", "Meena Kumari"), 1):
        wanted = factories.registration(name, clinic="MED")
        lies = Admission(
            registration=wanted, ward=FEMALE, bed=str(bed), ipd_number=f"IPD/26/{103 + bed}", in_bed=bed > 2,
            admitted_on=date(2026, 11, 18 + bed) if bed > 2 else None,
        )  # fmt: skip
        made.append(frontdesk.admit(tour.counter, shift.key, lies).row.slip.number)
    tour.clock.go_on(30)
    frontdesk.end_stay(tour.counter, made[1], Ended.DISCHARGED, by="asha")
    for path, name in (
        ("wards", "wards"), (f"wards/{FEMALE}", "ward"), ("census", "census"), ("admit", "admit"),
        (f"stays/{made[0]}", "stay"), (f"stays/{made[1]}", "stay-ended"), (f"wards/{MALE}/round", "round"),
        (f"admissions/{made[0]}/correct", "admission-correct"), ("casualty", "casualty"),
    ):  # fmt: skip
        tour.see(f"/{path}", name)
    tour.enter()
    tour.keep("casualty-made")
    tour.see(f"/wards/{FEMALE}")
    tour.choose("what", "discharged")
    tour.type(bed="99")
    tour.enter()
    tour.keep("ward-wrong")
    tour.see(f"/wards/{MALE}/round")
    tour.type(name__0="Ram Singh", sex__0="m", age__0="61", name__1="Mohan Lal", age__1="old", age__3="40")
    tour.enter()
    tour.keep("round-wrong")
    tour.see("/admit")
    tour.type(ward="XXX", bed="99", name="R4m", age="old")
    tour.enter()
    tour.keep("admit-wrong")
