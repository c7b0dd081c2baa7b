"""Confidential patients in every room: sealed at the desk, nowhere in the open, back from paper, sent when said."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fallback import enrolment, frontdesk, payload
from fallback.downtime import Shift
from fallback.ehospital import Abilities, Acknowledgement, Found, Outcome, TargetIdentity
from fallback.enrolment import Installation, hospital_keys, open_installation
from fallback.enrolment.identities import Opened, for_import, open_identity, read_identity, release_identity
from fallback.errors import (
    CannotSeal,
    FieldWrong,
    IdentityBroken,
    IdentityElsewhere,
    NotConfidential,
    PartsWrong,
    PassphraseNeeded,
    SecretMissing,
    SlipUnknown,
    SupervisorsWord,
)
from fallback.frontdesk import Counter, Registration
from fallback.groups import card_text
from fallback.hospital import Target
from fallback.keys import HospitalKey, SealingKey, SigningKey, certify
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import identities
from fallback.ledger.views import VIEWS
from fallback.parts import split
from fallback.printing.raster import rasters
from fallback.recovery import Choice, ImportReport, accept_scan, approve, plan, run_import
from fallback.scanning import read_files
from fallback.slip import Category, Patient, Relation, Sex, Slip, SlipNumber
from tests import backlog, factories, journals

ZOHRA = Patient(
    name="Zohra Qureshi",
    name_hindi="ज़ोहरा कुरैशी",
    sex=Sex.FEMALE,
    birth_date=date(1987, 7, 19),
    guardian="Wahid Qureshi",
    relation=Relation.HUSBAND,
    mobile="9876501234",
    abha="22722548295255",
    state=9,
    district="Firozabad",
    pin_code="283203",
    locality="Gali Manihari",
    category=Category.PRISONER,
    scheme_id="KX93Q7",
)
UHID = "604417283"
LATER = factories.START + timedelta(hours=1)
SECRETS = (
    "Zohra", "Qureshi", "ज़ोहरा", "कुरैशी", "Wahid", "9876501234", "22722548295255", "Firozabad", '"283203"', "Manihari",
    "KX93Q7", UHID, "1987-07-19", "prisoner", "ORS-55-881",
)  # fmt: skip


@pytest.fixture
def shift(counter: Counter) -> Shift:
    return frontdesk.open_shift(counter, series=1, login="asha", opening_float=500)


def asked(patient: Patient = ZOHRA, *, clinic: str = "MED", **more: Any) -> Registration:
    told: dict[str, Any] = {"uhid": UHID, "booking": "ORS-55-881", "confidential": True} | more
    return replace(factories.registration(clinic=clinic), patient=patient, **told)


def again(number: SlipNumber, *, clinic: str = "ENT") -> Registration:
    """What the form for the next visit sends: the alias, and the number that the patient has."""
    return Registration(
        patient=Patient(name="anything"), clinic=factories.registration(clinic=clinic).clinic, patient_number=number,
        previous=number, kept=True,
    )  # fmt: skip


def texts_of(ledger: Ledger) -> str:
    """Everything the journal holds once it is decrypted: each line's text, and every column of every view."""
    db = ledger.db()
    rows = [line.text for line in ledger.lines()]
    for view in VIEWS:
        rows += [repr(row) for row in db.execute(f"SELECT * FROM {view}").fetchall()]
    return "\n".join(rows)


def told(text: str) -> list[str]:
    spellings = {each: (each, each.casefold(), json.dumps(each)[1:-1], each.encode().hex()) for each in SECRETS}
    return [each for each, forms in spellings.items() if any(form in text for form in forms)]


def who(made: Installation, number: SlipNumber) -> Opened:
    return read_identity(made.ledger.db(), number, made.supervisors_key())


# --- At the desk ----------------------------------------------------------------------------------------------------


def test_nothing_of_the_identity_is_in_the_decrypted_journal_or_in_any_view(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    first = frontdesk.register(counter, shift.key, asked(), form="f1")
    number = first.row.slip.number
    frontdesk.register(counter, shift.key, again(number))
    frontdesk.correct(counter, shift.key, number, replace(again(number), patient_number=None), "Zohra goes to ENT")
    frontdesk.correct(counter, shift.key, number, asked(replace(ZOHRA, name="Zohra B Qureshi")), "Zohra misspelt")
    (pad, other), _ = frontdesk.print_pads(counter, series=1, count=2, issued_to="Ward 5")
    frontdesk.fill_pad(counter, shift.key, pad, asked(), form="f2")
    frontdesk.transcribe_pad(counter, other, asked(), day=date(2026, 11, 23), by="ravi", checked_by="meena")
    for name in ("sticker-24", "wristband", "token", "referral"):
        assert frontdesk.slip_sheet(counter, number, name, by="asha").startswith(b"%PDF")
    frontdesk.register_sheets(counter, clinic=asked().clinic, day=date(2026, 11, 23))
    opened = open_identity(installation, number, "police ask", by="asha", allowed_by="meena")
    release_identity(installation, number, "identity", "court order", by="meena")
    frontdesk.close_shift(counter, shift.key, counted_cash=500, note="", by="asha")
    frontdesk.shift_sheet(counter, shift.key)
    assert told(texts_of(installation.ledger)) == []
    assert installation.ledger.verify().ok
    assert installation.ledger.rebuild_views()
    assert told(texts_of(installation.ledger)) == []
    assert opened.identity.patient == replace(ZOHRA, name="Zohra B Qureshi")
    assert opened.identity.uhid == UHID
    assert opened.identity.rest["booking"] == "ORS-55-881"
    assert opened.reasons == ("Zohra misspelt",)
    for each in (pad, other):
        assert who(installation, each).identity.patient == ZOHRA
    assert told(repr(opened)) == [], "a traceback or a log would tell"


def test_the_same_secrets_are_found_where_nothing_is_sealed(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    frontdesk.register(counter, shift.key, asked(confidential=False))
    assert set(told(texts_of(installation.ledger))) == set(SECRETS)


def test_on_the_slip_stand_an_alias_and_the_sex_and_nothing_else_of_the_person(counter: Counter, shift: Shift) -> None:
    row = frontdesk.register(counter, shift.key, asked()).row
    slip = row.slip
    assert slip.patient == Patient(name=slip.patient.name, sex=Sex.FEMALE)
    assert (slip.uhid, slip.patient_number, slip.previous, slip.visit.booking, slip.alias) == (
        "",
        None,
        None,
        "",
        False,
    )
    decoded = payload.decode(row.payload)
    assert decoded.slip == slip
    assert decoded.cut == ()
    other = frontdesk.register(counter, shift.key, asked()).row.slip
    assert other.patient.name != slip.patient.name
    assert other.sealed != slip.sealed
    assert len(other.sealed) == len(slip.sealed)


def test_who_has_a_uhid_pays_as_a_returning_patient_and_gets_a_card_all_the_same(
    counter: Counter, shift: Shift
) -> None:
    known = frontdesk.register(counter, shift.key, asked(clinic="ENT"))
    new = frontdesk.register(counter, shift.key, asked(clinic="ENT", uhid=""))
    open_ = frontdesk.register(counter, shift.key, asked(clinic="ENT", confidential=False))
    assert known.row.slip.visit.fee == open_.row.slip.visit.fee == 0
    assert new.row.slip.visit.fee == factories.hospital().clinic(asked(clinic="ENT").clinic).fee_on(date(2026, 11, 23))  # type: ignore[union-attr]
    assert known.card
    assert new.card
    assert not open_.card


def test_an_open_patient_who_asks_for_it_gets_a_slip_that_leads_nowhere(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    earlier = frontdesk.register(counter, shift.key, factories.registration()).row.slip.number
    row = frontdesk.register(counter, shift.key, asked(patient_number=earlier, previous=earlier)).row
    assert row.slip.person == row.slip.number.text
    assert row.slip.previous is None
    rest = who(installation, row.slip.number).identity.rest
    assert (rest["patient_number"], rest["previous"]) == (earlier.text, earlier.text)


def test_later_slips_carry_alias_and_number_on_and_lead_to_the_first(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    first = frontdesk.register(counter, shift.key, asked()).row.slip
    second = frontdesk.register(counter, shift.key, again(first.number)).row.slip
    third = frontdesk.register(counter, shift.key, replace(again(second.number), kept=True)).row.slip
    for later in (second, third):
        assert (later.patient, later.sealed) == (first.patient, payload.ELSEWHERE)
        assert later.patient_number == first.number
        assert who(installation, later.number).home == first.number
        assert who(installation, later.number).identity.patient == ZOHRA
    anew = frontdesk.register(counter, shift.key, replace(asked(confidential=False), patient_number=first.number))
    assert payload.sealed_in(anew.row.slip), "what was typed of a confidential patient is sealed, tick or no tick"


def test_a_later_slip_at_a_desk_that_has_only_the_paper(counter: Counter, shift: Shift) -> None:
    strange = SlipNumber(77, 5)
    told_ = Patient(name="Copper Heron", sex=Sex.MALE, mobile="9876501234", locality="Gali")
    row = frontdesk.register(counter, shift.key, replace(again(strange), patient=told_)).row
    assert row.slip.patient == Patient(name="Copper Heron", sex=Sex.MALE)
    assert (row.slip.patient_number, row.slip.sealed) == (strange, payload.ELSEWHERE)
    with pytest.raises(FieldWrong):
        frontdesk.register(counter, shift.key, replace(again(strange), patient_number=None, previous=None))
    earlier = frontdesk.register(counter, shift.key, factories.registration()).row.slip.number
    with pytest.raises(FieldWrong):
        frontdesk.register(counter, shift.key, again(earlier))


def test_corrections_keep_the_seal_or_make_a_new_one(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    first = frontdesk.register(counter, shift.key, asked()).row.slip
    number = first.number
    moved = frontdesk.correct(counter, shift.key, number, again(number), "wrong clinic").row.slip
    assert (moved.sealed, moved.patient, moved.reason) == (first.sealed, first.patient, "")
    assert (moved.patient_number, moved.revision) == (None, 1)
    assert who(installation, number).reasons == ("wrong clinic",)
    typed = replace(ZOHRA, name="Zahra Qureshi", mobile="")
    sealed = frontdesk.correct(counter, shift.key, number, asked(typed), "name misheard").row.slip
    assert sealed.sealed != first.sealed
    assert sealed.patient == first.patient, "the alias stays: it stands on papers that are out"
    assert who(installation, number).identity.patient == typed
    later = frontdesk.register(counter, shift.key, again(number)).row.slip
    with pytest.raises(FieldWrong):
        frontdesk.correct(counter, shift.key, later.number, asked(), "she says so")
    open_ = frontdesk.register(counter, shift.key, factories.registration()).row.slip
    with pytest.raises(FieldWrong):
        frontdesk.correct(counter, shift.key, open_.number, asked(), "hide her")


def test_nobody_says_in_the_open_who_a_confidential_patient_is(counter: Counter, shift: Shift) -> None:
    first = frontdesk.register(counter, shift.key, asked()).row.slip.number
    row = frontdesk.register(counter, shift.key, replace(again(first), alias=True)).row  # a page changed on its way
    assert row.slip.sealed
    for number in (first, row.slip.number):
        with pytest.raises(FieldWrong):
            frontdesk.link(counter, number, UHID, "her brother came", by="asha")


def test_what_has_no_room_takes_no_number(installation: Installation, counter: Counter, shift: Shift) -> None:
    before = installation.ledger.head().sequence
    for wrong in (
        asked(replace(ZOHRA, name="Rajarajeshwari " * 7)),
        asked(medico_legal_number="MLC/2026/11/0041"),
        asked(alias=True),
    ):
        with pytest.raises(FieldWrong):
            frontdesk.register(counter, shift.key, wrong)
    assert installation.ledger.head().sequence == before
    whole = replace(
        ZOHRA, name="Rajarajeshwari Venkatasubramanian", name_hindi="राजराजेश्वरी वेङ्कटसुब्रह्मण्यन् " * 3,
        locality="मकान संख्या ४२/१७, प्रार्थना अपार्टमेंट, राष्ट्रीय राजमार्ग के पास", mobile="",
    )  # fmt: skip
    whole = replace(whole, name_hindi=whole.name_hindi.strip())
    row = frontdesk.register(counter, shift.key, asked(whole)).row
    assert who(installation, row.slip.number).identity.patient == whole


def test_without_a_supervisors_key_nobody_is_registered_as_confidential(tmp_path: Path) -> None:
    """A folder of a version that knew no sealed identities."""
    ledger = journals.make(tmp_path)
    root, desk = SigningKey.new(), SigningKey.new()
    ledger.write(lambda tx: tx.append(FactKind.INSTALLATION_MADE, {"root": root.public.hex(), "drill": False}))
    counter = Counter(
        ledger=ledger, hospital=factories.hospital(), hospital_id=1, drill=False, sign=lambda _series: desk.sign
    )
    certificate = certify(root, 1, "One", desk.public, drill=False).record()
    told = {"series": 1, "name": "One", "certificate": certificate}
    ledger.write(lambda tx: tx.append(FactKind.DESK_ENROLLED, told, series=1))
    frontdesk.start_downtime(counter, "down")
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    with pytest.raises(CannotSeal):
        frontdesk.register(counter, shift.key, asked())
    ledger.close()


# --- Opening --------------------------------------------------------------------------------------------------------


def test_only_a_supervisors_word_opens_and_every_opening_is_a_fact_before_it_is_shown(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    number = frontdesk.register(counter, shift.key, asked()).row.slip.number
    open_ = frontdesk.register(counter, shift.key, factories.registration()).row.slip.number
    for login in ("asha", "ravi", "nobody", ""):
        with pytest.raises(SupervisorsWord):
            open_identity(installation, number, "curious", by="asha", allowed_by=login)
        with pytest.raises(SupervisorsWord):
            release_identity(installation, number, "alias", "curious", by=login)
    with pytest.raises(NotConfidential):
        open_identity(installation, open_, "curious", by="asha", allowed_by="meena")
    with pytest.raises(SlipUnknown):
        open_identity(installation, SlipNumber(9, 9), "curious", by="asha", allowed_by="meena")
    assert identities.openings(installation.ledger.db()) == []
    open_identity(installation, number, "police ask", by="asha", allowed_by="meena")
    (found,) = identities.openings(installation.ledger.db(), number)
    assert (found.by, found.allowed_by, found.reason) == ("asha", "meena", "police ask")
    assert identities.openings(installation.ledger.db(), open_) == []


def test_an_opening_that_cannot_be_written_down_shows_nothing(
    installation: Installation, counter: Counter, shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = frontdesk.register(counter, shift.key, asked()).row.slip.number

    def full(_self: Ledger, _job: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Ledger, "write", full)
    with pytest.raises(OSError, match="no space"):
        open_identity(installation, number, "police ask", by="asha", allowed_by="meena")


def test_without_the_key_on_this_machine_nothing_opens(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    number = frontdesk.register(counter, shift.key, asked()).row.slip.number
    (installation.folder / "private" / "supervisors.key").unlink()
    with pytest.raises(SecretMissing):
        open_identity(installation, number, "police ask", by="asha", allowed_by="meena")
    assert identities.openings(installation.ledger.db()) == []


def test_a_desks_card_registers_and_does_not_open(installation: Installation, counter: Counter, shift: Shift) -> None:
    number = frontdesk.register(counter, shift.key, asked()).row.slip.number
    secret = bytes(range(16))
    installation.vault.add_cards([(7, secret)])
    installation.close()
    with_card = open_installation(installation.folder, card_text(7, secret), clock=factories.clock(LATER))
    try:
        at_desk = factories.counter(with_card)
        later = frontdesk.register(at_desk, shift.key, asked()).row.slip
        assert payload.sealed_in(later), "sealing needs no secret"
        for each in (number, later.number):
            with pytest.raises(PassphraseNeeded):
                open_identity(with_card, each, "police ask", by="meena", allowed_by="meena")
        assert identities.openings(with_card.ledger.db()) == []
    finally:
        with_card.close()


# --- Attacks --------------------------------------------------------------------------------------------------------


def forge(made: Installation, slip: Slip, sign: Callable[[bytes], bytes] | None = None) -> bytes:
    """A signed slip, by a desk of this hospital that does what it must not, or by a strange key."""
    return payload.encode(slip, sign or made.sign(slip.signer))


def take(made: Installation, signed: bytes) -> dict[str, int]:
    """Scans a page with it; what the page turned out to be."""
    digits = payload.to_digits(signed)
    found = backlog.page(digits, picture=hashlib.sha256(digits.encode()).hexdigest())
    return dict(accept_scan(made.ledger, [found], made.keys(), drill=made.drill).outcomes)


def test_somebody_elses_sealed_bytes_open_in_no_other_slip(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    victim = frontdesk.register(counter, shift.key, asked()).row.slip
    moved = replace(victim, number=SlipNumber(2, 900), signer=2)
    strange = SigningKey.new()
    assert take(installation, forge(installation, moved, strange.sign)) == {"forged": 1}
    assert queries.slip(installation.ledger.db(), moved.number) is None
    assert take(installation, forge(installation, moved)) == {"read": 1}, "a desk of ours signed it"
    with pytest.raises(IdentityBroken):
        open_identity(installation, moved.number, "whose is it", by="meena", allowed_by="meena")
    later = replace(moved, number=SlipNumber(2, 901), sealed=payload.ELSEWHERE, patient_number=SlipNumber(88, 1))
    take(installation, forge(installation, later))
    with pytest.raises(IdentityElsewhere):
        open_identity(installation, later.number, "whose is it", by="meena", allowed_by="meena")
    assert identities.openings(installation.ledger.db()) == []


@pytest.mark.parametrize(
    "sealed", [b"\x01", b"\x01" + bytes(88), b"\x02" + bytes(88), b"\x00\x00", b"\x01" + bytes(31)]
)
def test_sealed_bytes_that_were_cut_or_invented_open_as_nothing(installation: Installation, sealed: bytes) -> None:
    number = SlipNumber(2, 900)
    slip = Slip(
        number=number, hospital=installation.keys().hospital, signer=2, patient=Patient(name="Copper Heron"),
        sealed=sealed, issued=factories.START,
    )  # fmt: skip
    take(installation, forge(installation, slip))
    with pytest.raises(IdentityBroken):
        open_identity(installation, number, "whose is it", by="meena", allowed_by="meena")


def test_another_supervisors_key_opens_nothing(installation: Installation, counter: Counter, shift: Shift) -> None:
    number = frontdesk.register(counter, shift.key, asked()).row.slip.number
    with pytest.raises(IdentityBroken):
        read_identity(installation.ledger.db(), number, SealingKey.new())


def test_a_loop_of_slips_ends(installation: Installation) -> None:
    ours = installation.keys().hospital
    one, two = SlipNumber(2, 900), SlipNumber(2, 901)
    for number, first in ((one, two), (two, one)):
        slip = Slip(
            number=number, hospital=ours, signer=2, patient=Patient(name="Copper Heron"), sealed=payload.ELSEWHERE,
            patient_number=first, issued=factories.START,
        )  # fmt: skip
        take(installation, forge(installation, slip))
    with pytest.raises(IdentityBroken):
        open_identity(installation, one, "whose is it", by="meena", allowed_by="meena")


# --- From paper alone -----------------------------------------------------------------------------------------------


def test_paper_and_the_supervisors_key_give_the_identity_back(
    installation: Installation, counter: Counter, shift: Shift, tmp_path: Path
) -> None:
    issued = frontdesk.register(counter, shift.key, asked())
    number, key = issued.row.slip.number, installation.supervisors_key()
    scan = tmp_path / "scan.png"
    next(rasters(frontdesk.sheet(counter, issued), 200)).convert("L").save(scan)
    fresh = journals.make(tmp_path / "fresh")  # every machine is dead: another vault, an empty journal
    try:
        report = accept_scan(fresh, read_files([scan], workers=1), installation.keys(), drill=False)
        assert report.verdicts.total() == 1
        row = queries.slip(fresh.db(), number)
        assert row is not None
        assert not row.journalled
        assert row.slip == issued.row.slip
        assert told(texts_of(fresh)) == []
        found = read_identity(fresh.db(), number, key).identity
        assert (found.name, found.sex, found.birth_date) == (ZOHRA.name, ZOHRA.sex, ZOHRA.birth_date)
        assert (found.mobile, found.uhid, dict(found.rest)) == (ZOHRA.mobile, UHID, {})
        with pytest.raises(IdentityBroken):
            read_identity(fresh.db(), number, SealingKey.new())
    finally:
        fresh.close()


def test_a_folder_made_from_paper_gets_the_key_back_and_opens_what_was_scanned(
    installation: Installation, counter: Counter, shift: Shift, tmp_path: Path
) -> None:
    issued = frontdesk.register(counter, shift.key, asked())
    number, key = issued.row.slip.number, installation.supervisors_key()
    made, _, _ = enrolment.make_from_paper(
        tmp_path / "anew", factories.PASSPHRASE, installation.keys(), clock=factories.clock(), cost=factories.CHEAP,
        state=tmp_path / "state",
    )  # fmt: skip
    try:
        take(made, issued.row.payload)
        with pytest.raises(PartsWrong):
            hospital_keys.put_back(made, HospitalKey.SUPERVISORS, split(SealingKey.new().secret, 3, 2)[:2])
        hospital_keys.put_back(made, HospitalKey.SUPERVISORS, split(key.secret, 3, 2)[1:])
        assert queries.supervisors(made.ledger.db()) == key.public
        opened = open_identity(made, number, "the paper is all", by="supervisor", allowed_by="supervisor")
        assert (opened.identity.name, opened.identity.uhid) == (ZOHRA.name, UHID)
        with pytest.raises(PartsWrong):
            hospital_keys.put_back(made, HospitalKey.SUPERVISORS, split(SealingKey.new().secret, 3, 2)[:2])
        assert made.ledger.rebuild_views()
        assert queries.supervisors(made.ledger.db()) == key.public
    finally:
        made.close()


# --- Into the hospital's system -------------------------------------------------------------------------------------


class Fake:
    """A hospital system that takes everything and remembers what it was told."""

    def __init__(self, outcome: Outcome = Outcome.CREATED) -> None:
        self.target = Target(name="fake", url="http://fake.example/fhir", test=True)
        self.outcome = outcome
        self.sent: list[Slip] = []
        self.abilities = Abilities()

    def identify(self) -> TargetIdentity:
        return TargetIdentity(url=self.target.url, software="fake 1", fingerprint="00")

    def objection(self, slip: Slip) -> str:
        return "" if slip.patient.name else "no name"

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        return {"name": slip.patient.name}

    def find(self, slip: Slip) -> Found | None:
        return None

    def typed(self, slip: Slip) -> tuple[Found, ...]:
        return ()

    def link(self, slip: Slip, found: Found) -> Acknowledgement:
        raise AssertionError("nothing is there")

    def confirm(self, slip: Slip, found: Found) -> Acknowledgement:
        raise AssertionError("nothing is there")

    def send(self, slip: Slip) -> Acknowledgement:
        self.sent.append(slip)
        reason = "" if self.outcome is Outcome.CREATED else f"{slip.patient.name} is known under {slip.patient.mobile}"
        return Acknowledgement(
            outcome=self.outcome, patient="p1", encounter="e1", uhid=UHID, created=True, reason=reason
        )

    def update(self, slip: Slip, before: Slip) -> Acknowledgement:
        self.sent += [slip, before]
        return Acknowledgement(outcome=Outcome.CREATED, patient="p1", encounter="e1", uhid=UHID)

    def withdraw(self, slip: Slip) -> Acknowledgement:
        self.sent.append(slip)
        return Acknowledgement(outcome=Outcome.CREATED, patient="p1", encounter="e1")

    def close(self) -> None:
        pass


def send(made: Installation, system: Fake, *, key: bool = True) -> ImportReport:
    backlog.cleared(made.ledger, "fake")
    approve(made.ledger, "fake", Choice(again=True), by="ravi")
    return run_import(made.ledger, system, by="ravi", reveal=for_import(made, by="ravi") if key else None)


def test_a_sealed_slip_is_held_until_a_supervisor_says_as_whom_it_goes(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    number = frontdesk.register(counter, shift.key, asked()).row.slip.number
    later = frontdesk.register(counter, shift.key, again(number)).row.slip.number
    system = Fake()
    report = send(installation, system)
    assert (report.held, system.sent) == (2, [])
    assert "A supervisor opens it first" in report.reasons[number.text]
    open_identity(installation, number, "looking is not releasing", by="meena", allowed_by="meena")
    assert send(installation, system).held == 2
    release_identity(installation, number, "identity", "court order", by="meena")
    assert send(installation, system, key=False).held == 2, "the run has no key"
    assert system.sent == []
    (first, second) = plan(installation.ledger, system)
    assert (first.reason, first.content, second.content) == ("", {}, {})
    report = send(installation, system)
    assert (report.created, report.held) == (2, 0)
    sent = {slip.number: slip for slip in system.sent}
    assert sent[number].patient == sent[later].patient == ZOHRA
    assert sent[number].uhid == sent[later].uhid == UHID
    assert sent[number].visit.booking == "ORS-55-881"
    assert sent[later].visit.booking == ""
    assert [each.reason for each in identities.openings(installation.ledger.db())].count(
        "sent into the hospital system"
    ) == 2
    assert told(texts_of(installation.ledger)) == []
    db = installation.ledger.db()
    assert {delivery.uhid for delivery in queries.deliveries(db, "fake").values()} == {""}


def test_what_the_system_answers_of_a_confidential_patient_is_not_kept(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    number = frontdesk.register(counter, shift.key, asked()).row.slip.number
    release_identity(installation, number, "identity", "court order", by="meena")
    report = send(installation, Fake(Outcome.HELD))
    assert report.held == 1
    assert told(json.dumps(report.record())) == []
    assert told(texts_of(installation.ledger)) == []


def test_a_release_is_of_this_identity_and_can_be_under_the_alias(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    slip = frontdesk.register(counter, shift.key, asked()).row.slip
    number = slip.number
    system = Fake()
    release_identity(installation, number, "identity", "court order", by="meena")
    release_identity(installation, number, "alias", "she asks for it", by="meena")
    frontdesk.correct(counter, shift.key, number, again(number), "clinic")
    report = send(installation, system, key=False)
    assert report.created == 1
    assert system.sent[0].patient == slip.patient
    frontdesk.correct(counter, shift.key, number, asked(replace(ZOHRA, name="Zahra")), "name misheard")
    assert send(installation, system).held == 1, "the identity is another one: the word does not count for it"


def test_a_released_slip_whose_seal_is_broken_waits_and_stops_nothing(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    frontdesk.register(counter, shift.key, factories.registration())
    moved = SlipNumber(2, 900)
    victim = frontdesk.register(counter, shift.key, asked()).row.slip
    take(installation, forge(installation, replace(victim, number=moved, signer=2)))
    release_identity(installation, moved, "identity", "a mistake", by="meena")
    report = send(installation, Fake())
    assert (report.created, report.held, report.stopped) == (1, 2, None)
    assert "cannot be opened" in report.reasons[moved.text]
