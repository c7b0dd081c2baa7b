"""Slips that must become no patient without a person: replayed, forged, of others, of stolen keys; and copied laptops.

Let in is a slip that an import would send though nobody said so, a patient who is counted twice, a copy of a folder
that issues, a sealed identity that opens in another slip.
"""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from bench.siege import Tried
from bench.siege.town import CHEAP, PIN, SECRET, USERS, clock, counter, registration
from fallback import custody, enrolment, frontdesk, machine, payload
from fallback.downtime import Role, Shift
from fallback.enrolment import Installation, NewCard
from fallback.enrolment.identities import open_identity
from fallback.errors import ParchiError
from fallback.keys import SigningKey, hospital_id
from fallback.ledger import queries
from fallback.ledger.queries.today import versions
from fallback.machine import Machine
from fallback.payload import CodeOutcome, judge, to_digits
from fallback.recovery import Choice, accept_scan, approve
from fallback.scanning import ReadCode, ReadPage
from fallback.slip import SlipNumber

_TARGET = "the hospital system"
_SIGNATURE = 64
_ANOTHER = Machine(system="another", parts=frozenset({"another disk", "another network card"}))


class House:
    """The administrator's laptop with its cards, and laptops that were restored from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.main = _made(folder / "main")
        enrolment.enrol_desk(self.main, "Counter 1")
        self.cards: list[NewCard] = list(enrolment.make_cards(self.main, 3, lambda _: None))
        for login, role in USERS.items():
            enrolment.set_user(self.main.ledger, login, login.title(), role, PIN)
        for card in self.cards:
            enrolment.set_user(self.main.ledger, _clerk(card.certificate.series), "Clerk", Role.CLERK, PIN)
        frontdesk.start_downtime(counter(self.main), "the servers are down")
        self.laptops: list[Installation] = []

    def laptop(self, name: str, card: NewCard) -> Installation:
        """A fresh laptop with what the main one has by now, its desk enrolled with a card."""
        custody.export(self.main.ledger, self.folder / f"{name}.out")
        place, state = self.folder / name, self.folder / f"{name}.state"
        custody.restore(self.folder / f"{name}.out", place, card.text, clock=clock, state=state)
        made = enrolment.open_installation(place, card.text, clock=clock, state=state)
        enrolment.enrol_with_card(made, name, card.text)
        self.laptops.append(made)
        return made

    def merge(self, made: Installation) -> None:
        """What a laptop has comes back."""
        custody.export(made.ledger, self.folder / "back.parchi")
        custody.merge(self.main.ledger, self.folder / "back.parchi")

    def scan(self, *signed: bytes, name: str = "") -> None:
        """A page each."""
        pages = []
        for place, each in enumerate(signed):
            code = ReadCode(text=to_digits(each), symbology="qr", box=(0, 0, 1, 1))
            pages.append(ReadPage(file=f"{name}.pdf", page=place + 1, picture_hash=os.urandom(32).hex(), texts=(code,)))
        accept_scan(self.main.ledger, pages, self.main.keys(), drill=False, by="ravi")

    def goes(self) -> set[str]:
        """The numbers that go to the hospital system when nobody looks at anything."""
        approve(self.main.ledger, _TARGET, Choice(), by="ravi")
        return set(queries.deliveries(self.main.ledger.db(), _TARGET))

    def trusted(self, *signed: bytes) -> int:
        """How many of them a program takes that looks at the signature alone."""
        keys = self.main.keys()
        return sum(judge(to_digits(each), keys).outcome is CodeOutcome.GENUINE for each in signed)

    def close(self) -> None:
        """Ends it."""
        for each in (self.main, *self.laptops):
            each.close()


def _made(folder: Path, *, drill: bool = False) -> Installation:
    made, _, _ = enrolment.init(
        folder, SECRET, clock=clock, cost=CHEAP, drill=drill, state=folder.with_suffix(".state")
    )
    return made


def _clerk(series: int) -> str:
    return "asha" if series == 1 else f"clerk{series}"


def _shift(made: Installation, series: int) -> Shift:
    found = queries.open_shift(made.ledger.db(), series=series)
    return found or frontdesk.open_shift(counter(made), series=series, login=_clerk(series))


def _issue(made: Installation, series: int, name: str = "Sunita Devi") -> queries.SlipRow:
    return frontdesk.register(counter(made), _shift(made, series).key, registration(name), form=os.urandom(8).hex()).row


def replays(house: House, count: int) -> Tried:
    """The same codes scanned again and again, under other names and pictures, alone and together."""
    told = Tried("the same code again (replay)")
    rows = [_issue(house.main, 1) for _ in range(5)]
    db = house.main.ledger.db()
    house.scan(*(row.payload for row in rows), name="first")
    before = db.execute("SELECT count(*) FROM slip").fetchone()
    expected = len(house.goes())
    for turn in range(count):
        house.scan(rows[turn % 5].payload, name=f"again {turn}")
        told.count(let_in=db.execute("SELECT count(*) FROM slip").fetchone() != before, as_told=f"a row more, {turn}")
    told.count(let_in=len(house.goes()) != expected, as_told="more go to the hospital system than were registered")
    told.beside = {"new patients to a program that counts pages": count}
    return told


def strange_slips(house: House, count: int) -> Tried:
    """Slips with strange signatures, of another hospital, of a drill, of a desk that nobody knows."""
    told = Tried("slips of others in the real account")
    ours, thief = house.main, SigningKey.new()
    drill = _made(house.folder / "drill", drill=True)
    enrolment.enrol_desk(drill, "Drill")
    house.laptops.append(drill)
    template = _issue(ours, 1).slip
    bad: dict[str, bytes] = {}
    for place in range(count):
        number = SlipNumber(1, 20_000 + place)
        slip = replace(template, number=number)
        match place % 6:
            case 0:
                bad[number.text] = payload.encode(slip, thief.sign)
            case 1:
                bad[number.text] = payload.encode(replace(slip, hospital=hospital_id(thief.public)), thief.sign)
            case 2:
                bad[number.text] = payload.encode(
                    replace(slip, hospital=hospital_id(drill.root), drill=True), drill.sign(1)
                )
            case 3:
                bad[number.text] = payload.encode(replace(slip, drill=True), ours.sign(1))
            case 4:
                bad[number.text] = payload.encode(replace(slip, signer=777), ours.sign(1))
            case _:  # a changed name under the old signature
                good = payload.encode(slip, ours.sign(1))
                changed = payload.encode(replace(slip, patient=replace(slip.patient, name="A Thief")), thief.sign)
                bad[number.text] = changed[:-_SIGNATURE] + good[-_SIGNATURE:]
    house.scan(*bad.values(), name="strange")
    gone = house.goes()
    for text in bad:
        told.count(let_in=text in gone, as_told=text)
    told.beside = {"taken by a program that reads what is there": count}
    return told


def stolen(house: House, count: int) -> Tried:
    """A laptop is stolen with its key, its desk revoked; then slips, corrections and voids come from it, each way."""
    told = Tried("slips of a revoked desk, signed after the theft")
    laptop = house.laptop("Casualty", house.cards[0])
    series = house.cards[0].certificate.series
    known = [_issue(laptop, series) for _ in range(3)]
    house.merge(laptop)
    enrolment.revoke(house.main, series, "laptop stolen", by="meena")
    rows, key = [_issue(laptop, series, "A Thief") for _ in range(count)], _shift(laptop, series).key
    signed = [row.payload for row in rows]
    signed.append(
        frontdesk.void(counter(laptop), key, known[0].slip.number, "never was", allowed_by="meena").row.payload
    )
    asked = registration("A Thief")
    signed.append(
        frontdesk.correct(counter(laptop), key, known[1].slip.number, asked, "changed", form="ff").row.payload
    )
    high = replace(rows[0].slip, number=SlipNumber(series, 90_000))
    signed.append(payload.encode(high, laptop.sign(series)))
    house.scan(*signed, name="thief")
    house.merge(laptop)
    gone = house.goes()
    for number in (*(row.slip.number for row in rows), high.number):
        told.count(let_in=number.text in gone, as_told=f"{number.text} became a patient")
    for row in known[:2]:
        found = queries.slip(house.main.ledger.db(), row.slip.number)
        undone = found is None or not found.conflict or row.slip.number.text in gone
        told.count(let_in=undone, as_told=f"{row.slip.number.text} was changed by a thief")
    told.count(let_in=known[2].slip.number.text not in gone, as_told="a slip from before the theft is not valid")
    told.beside = {"taken by a program that trusts the signature": house.trusted(*signed)}
    return told


def cloned(house: House, count: int) -> Tried:
    """One card in two laptops: both issue the same numbers, both slips are kept, none goes without a person."""
    told = Tried("one card in two laptops (clone)")
    card = house.cards[1]
    series = card.certificate.series
    one, two = house.laptop("Ward 1", card), house.laptop("Ward 2", card)
    first = [_issue(one, series, "Sunita Devi") for _ in range(count)]
    second = [_issue(two, series, "Kamla Devi") for _ in range(count)]
    for made in (one, two, one):
        house.merge(made)
    house.scan(*(row.payload for row in (*first, *second)), name="both")
    gone, db = house.goes(), house.main.ledger.db()
    for row in first:
        names = {each.slip.patient.name for each in versions(db, row.slip.number)}
        number = row.slip.number.text
        told.count(let_in=number in gone, as_told=f"{number} went")
        told.count(let_in=names != {"Sunita Devi", "Kamla Devi"}, as_told=f"{number} kept {names}")
    told.beside = {"taken by a program that trusts the signature": house.trusted(*(row.payload for row in second))}
    return told


def sealed(house: House, count: int) -> Tried:
    """Another patient's sealed identity in a slip that our own desk signed, and sealed bytes that were changed."""
    told = Tried("sealed identities moved and changed")
    made = house.main
    asked = replace(registration("Zohra Qureshi"), confidential=True)
    victim = frontdesk.register(counter(made), _shift(made, 1).key, asked, form="sealed").row.slip
    numbers: list[SlipNumber] = []
    for place in range(count):
        number = SlipNumber(1, 30_000 + place)
        changed = bytearray(victim.sealed)
        if place % 3:
            changed[1 + place % (len(changed) - 1)] ^= 1 << place % 8
        slip = replace(victim, number=number, sealed=bytes(changed))
        if place % 3 == 2:  # as a later slip of a patient whose first one is not his
            slip = replace(slip, sealed=payload.ELSEWHERE, patient_number=SlipNumber(1, 30_000 + (place - 1) % count))
        house.scan(payload.encode(slip, made.sign(1)), name=f"sealed {place}")
        numbers.append(number)
    gone = house.goes()
    for number in numbers:
        try:
            open_identity(made, number, "whose is it", by="meena", allowed_by="meena")
            opened = True
        except ParchiError:
            opened = False
        told.count(let_in=opened or number.text in gone, as_told=f"{number.text} {'opened' if opened else 'went'}")
    right = open_identity(made, victim.number, "the police ask", by="meena", allowed_by="meena")
    told.count(let_in=right.identity.name != "Zohra Qureshi", as_told="the right one does not open")
    told.beside = {"slips with them that a desk of ours signed": count}
    return told


def copied(folder: Path, count: int) -> Tried:
    """The data folder copied, moved, set back, on another machine, with its keys put in by hand: nothing is issued."""
    told = Tried("copied folders that try to issue")
    folder.mkdir()
    made = _made(folder / "data")
    state = (folder / "data").with_suffix(".state")
    enrolment.enrol_desk(made, "Counter 1")
    enrolment.set_user(made.ledger, "asha", "Asha", USERS["asha"], PIN)
    frontdesk.start_downtime(counter(made), "the servers are down")
    _issue(made, 1)
    made.close()
    shutil.copytree(folder / "data", folder / "yesterday")
    made = enrolment.open_installation(folder / "data", SECRET, clock=clock, state=state)
    _issue(made, 1)
    custody.export(made.ledger, folder / "export.parchi")
    made.close()
    for turn in range(count):
        place, seat = folder / f"copy{turn}", state
        match turn % 3:
            case 0:
                shutil.copytree(folder / "data", place)
            case 1:
                shutil.copytree(folder / "yesterday", place)
            case _:  # restored, and the desk's key put in by hand
                seat = folder / f"state{turn}"
                custody.restore(folder / "export.parchi", place, SECRET, clock=clock, state=seat)
                shutil.copytree(folder / "data" / "private", place / "private", dirs_exist_ok=True)
        told.count(let_in=_issues(place, seat), as_told=f"turn {turn % 3}")
    made = enrolment.open_installation(folder / "data", SECRET, clock=clock, state=state)
    told.count(let_in=_issue(made, 1).slip.number.serial != 3, as_told="the real one does not go on as it was")
    made.close()
    for turn in range(max(1, count // 3)):  # at its own place: on another machine, then set back to yesterday
        with patch.object(machine, "this_machine", lambda: _ANOTHER):
            told.count(let_in=_issues(folder / "data", folder / f"another {turn}"), as_told="on another machine")
        shutil.rmtree(folder / "data")
        shutil.copytree(folder / "yesterday", folder / "data")
        told.count(let_in=_issues(folder / "data", state), as_told="set back to yesterday")
    told.beside = {"with the desk's key in them": told.tried - 1}
    return told


def _issues(folder: Path, state: Path) -> bool:
    """Whether a slip comes out of a folder."""
    opened = enrolment.open_installation(folder, SECRET, clock=clock, state=state)
    try:
        _issue(opened, 1, "A Clone")
    except ParchiError:
        return False
    finally:
        opened.close()
    return True
