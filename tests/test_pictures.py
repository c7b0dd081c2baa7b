"""Pictures that leave or end: folders and FHIR documents whole after any stop; nothing destroyed that may not be."""

import base64
import csv
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fhir.resources.R4B.binary import Binary
from fhir.resources.R4B.documentreference import DocumentReference

from fallback.enrolment import Installation
from fallback.errors import DiskFull, ExportPlaceWrong, PictureMissing, PicturesKept
from fallback.hospital import Target
from fallback.ledger.facts import FactKind
from fallback.recovery import DestroyReport, Kept, destroy, destroyable, export_fhir, export_folder, picture
from fallback.recovery.decisions import Decision
from fallback.rehearsal.target import TestSystem
from fallback.slip import Kind, Patient, SlipNumber, Visit
from tests import factories
from tests.page_facts import GRAVE, accept, decide, deliver, slip, store, tell

LATER = datetime(2027, 6, 1, tzinfo=UTC)
HOSPITAL = replace(factories.hospital(), keep_pages=30, targets=(Target(name="test", url="http://t/fhir", test=True),))
DISCREET = next(each.number for each in HOSPITAL.clinics if each.discreet)
JPEG, PNG = b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"


@dataclass
class Room:
    """A records room: pages that are kept and told of."""

    made: Installation
    count: int = 0
    pictures: dict[str, bytes] = field(default_factory=dict)

    def page(self, outcome: str, *numbers: str, sign: bytes = JPEG, kept: bool = True, **more: Any) -> str:
        """A page in the store and in the journal; its hash."""
        self.count += 1
        content = sign + f"the pen wrote {self.count}".encode() * 400
        name = hashlib.sha256(content).hexdigest()
        if kept:
            self.made.pages.put([(name, content)])
            self.pictures[name] = content
        if outcome == "read":  # a hospital copy whose boxes were all found, and are empty
            looked = [{"place": at, "form": "slip.hospital", "sure": True, "marks": {}} for at in range(len(numbers))]
            more = {"forms": looked} | more
        accept(self.made.ledger, name, outcome, *numbers, page=self.count, **more)
        return name

    def slip(self, serial: int, **more: Any) -> str:
        """A slip that is in the hospital system."""
        number = slip(self.made.ledger, serial, **more)
        deliver(self.made.ledger, FactKind.SLIP_CONFIRMED, number)
        return number

    def facts(self, kind: FactKind) -> list[dict[str, Any]]:
        return [line.content for line in self.made.ledger.lines() if line.fact is kind]

    def folder(self, to: Path, **more: Any) -> Any:
        return export_folder(self.made.ledger, self.made.pages, to, by="meena", **more)

    def fhir(self, to: Path, **more: Any) -> Any:
        return export_fhir(self.made.ledger, self.made.pages, HOSPITAL, to, by="meena", **more)

    def destroy(self, *, by: str = "meena", dry_run: bool = False, hospital: Any = HOSPITAL) -> DestroyReport:
        reason = "its time is over"
        return destroy(self.made.ledger, self.made.pages, hospital, by=by, reason=reason, dry_run=dry_run)

    def may_go(self) -> set[str]:
        return set(destroyable(self.made.ledger.db(), LATER, {"test"}).pictures)


@pytest.fixture
def room(installation: Installation) -> Room:
    return Room(installation)


def _tree(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _index(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _resources(path: Path) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({each["id"] for each in found}) == len(found)
    return {each["id"]: each for each in found}


# --- A folder -------------------------------------------------------------------------------------------------------


def test_a_folder_is_named_by_slip_number(room: Room, tmp_path: Path) -> None:
    one, two = room.slip(1), room.slip(2)
    front, back = room.page("read", one), room.page("unread", sign=PNG)
    both, lost = room.page("read", one, two), room.page("foreign", batch="=b")
    decide(room.made.ledger, back, Decision.BELONGS, number=one)
    report = room.folder(tmp_path / "out")
    first, second = (f"{number[:3]}-{number[3:9]}-{number[9:]}" for number in (one, two))
    names = {
        f"{first}/page-1.jpg": front,
        f"{first}/page-2.png": back,
        f"{first}/page-3.jpg": both,
        f"{second}/page-1.jpg": both,
        f"unassigned/{lost[:16]}.jpg": lost,
    }
    assert _tree(tmp_path / "out") == {*names, "index.csv"}
    assert {name: (tmp_path / "out" / name).read_bytes() for name in names} == {
        name: room.pictures[each] for name, each in names.items()
    }
    assert {row["name"]: row["picture"] for row in _index(tmp_path / "out")} == names
    assert [row["batch"] for row in _index(tmp_path / "out")] == ["b"] * 4 + ["'=b"]  # no spreadsheet calculates it
    assert _index(tmp_path / "out")[1]["decision"] == "belongs"
    assert (report.pages, report.written, report.there) == (4, 5, 0)
    assert room.facts(FactKind.PICTURES_EXPORTED) == [{"count": 4, "form": "folder"}]


def test_an_export_goes_on_where_it_was_stopped(room: Room, tmp_path: Path) -> None:
    for serial in range(1, 90):
        room.page("read", room.slip(serial))
    stops = iter(range(70))

    def progress(done: int, total: int) -> None:
        if next(stops, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        room.folder(tmp_path / "out", progress=progress)
    half = _tree(tmp_path / "out")
    assert 0 < len(half) < 89
    (tmp_path / "out" / min(half)).write_bytes(b"cut")
    told: list[tuple[int, int]] = []
    report = room.folder(tmp_path / "out", progress=lambda done, total: told.append((done, total)))
    assert (report.written, report.there) == (89 - len(half) + 1, len(half) - 1)
    assert len(_tree(tmp_path / "out")) == 90
    assert told[-1] == (89, 89)
    assert room.folder(tmp_path / "out").there == 89


def test_only_what_is_asked_for_under_the_names_of_all(room: Room, tmp_path: Path) -> None:
    one = room.slip(1)
    room.page("read", one, batch="monday")
    second = room.page("read", one, batch="tuesday")
    room.page("read", room.slip(2), batch="monday")
    room.folder(tmp_path / "a", batch="tuesday")
    assert [(row["picture"], row["name"][-10:]) for row in _index(tmp_path / "a")] == [(second, "page-2.jpg")]
    assert room.folder(tmp_path / "b", number=SlipNumber(1, 1)).pages == 2
    assert room.folder(tmp_path / "c", batch="never").pages == 0
    assert [each["count"] for each in room.facts(FactKind.PICTURES_EXPORTED)] == [1, 2]  # nothing left: no fact


def test_lost_damaged_and_destroyed_pictures_are_told_and_stop_nothing(room: Room, tmp_path: Path) -> None:
    number = room.slip(1)
    lost, damaged, gone = (room.page("read", number) for _ in range(3))
    room.page("problem", kept=False)
    whole = room.page("read", number)
    room.made.pages.remove(lost)
    path = room.made.pages._path(damaged)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    tell(room.made.ledger, FactKind.PICTURES_DESTROYED, pictures=[gone], reason="old")
    for report in (room.folder(tmp_path / "out"), room.fhir(tmp_path / "fhir")):
        assert (report.missing, report.damaged, report.destroyed, report.written) == ([lost], [damaged], 1, 1)
    assert {row["picture"]: row["name"] != "" for row in _index(tmp_path / "out")}[whole]
    assert sum(row["name"] != "" for row in _index(tmp_path / "out")) == 1
    assert list(_resources(tmp_path / "fhir" / "DocumentReference.ndjson")) == [whole]


def test_nothing_in_plain_goes_into_the_data_folder(room: Room, tmp_path: Path) -> None:
    room.page("read", room.slip(1))
    home = room.made.folder
    (tmp_path / "link").symlink_to(home)
    (tmp_path / "file").write_text("x")
    for wrong in (home, home / "pages", home / "new" / "deep", tmp_path / "link" / "out", tmp_path / "file"):
        for export in (room.folder, room.fhir):
            with pytest.raises(ExportPlaceWrong):
                export(wrong)
    assert not (home / "new").exists()
    assert room.facts(FactKind.PICTURES_EXPORTED) == []


def test_a_disk_that_is_full_is_told(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room.page("read", room.slip(1))

    def full(*_: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr("fallback.disk.sync_all", full)
    with pytest.raises(DiskFull):
        room.folder(tmp_path / "out")
    assert _tree(tmp_path / "out") == set()
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskFull):
        room.fhir(tmp_path / "fhir")
    monkeypatch.undo()
    assert not (tmp_path / "fhir" / "DocumentReference.ndjson").exists()
    assert room.fhir(tmp_path / "fhir").pages == 1
    assert len(_resources(tmp_path / "fhir" / "Binary.ndjson")) == 1


# --- FHIR -----------------------------------------------------------------------------------------------------------


def test_documents_say_whose_page_it_is_and_are_what_fhir_asks_for(room: Room, tmp_path: Path) -> None:
    one = room.slip(1, uhid="123456789")
    two = room.slip(2, patient=Patient(name="Ramesh"), kind=Kind.CASUALTY)
    mine, both, lost = room.page("read", one), room.page("read", one, two, sign=PNG), room.page("foreign")
    room.fhir(tmp_path)
    documents = _resources(tmp_path / "DocumentReference.ndjson")
    binaries = _resources(tmp_path / "Binary.ndjson")
    assert set(documents) == set(binaries) == {mine, both, lost}
    for key, each in documents.items():
        DocumentReference.model_validate(each)
        Binary.model_validate(binaries[key])
        content = base64.b64decode(binaries[key]["data"])
        assert content == room.pictures[key]
        attachment = each["content"][0]["attachment"]
        assert attachment["hash"] == base64.b64encode(hashlib.sha1(content).digest()).decode()
        assert (attachment["size"], attachment["url"]) == (len(content), f"Binary/{key}")
        assert attachment["contentType"] == binaries[key]["contentType"]
        assert each["masterIdentifier"]["value"] == key
        assert "Sunita" not in json.dumps(each)
    found = documents[mine]
    assert found["subject"]["identifier"] == {"system": HOSPITAL.uhid_system, "value": "123456789"}
    assert found["identifier"] == [{"use": "usual", "system": HOSPITAL.slip_system, "value": one}]
    assert found["context"]["encounter"][0]["identifier"] == {"system": HOSPITAL.slip_system, "value": one}
    assert found["type"]["coding"][0]["code"] == "34108-1"
    assert found["date"].startswith("2026-11-23T04:00")
    assert (found["status"], "securityLabel" in found, "meta" in found) == ("current", False, False)
    assert "subject" not in documents[both], "of two persons: neither may be shown the other's"
    assert len(documents[both]["context"]["encounter"]) == 2
    assert "coding" not in documents[both]["type"]
    assert not {"subject", "identifier", "context"} & set(documents[lost])


LABELLED: dict[str, dict[str, Any]] = {
    "medico-legal": {"medico_legal": True},
    "its number": {"visit": Visit(clinic=1, medico_legal_number="MLC/7")},
    "sealed": {"sealed": b"x"},
    "a discreet clinic": {"visit": Visit(clinic=DISCREET)},
}


@pytest.mark.parametrize("what", LABELLED)
def test_what_not_everybody_may_see_is_labelled(room: Room, tmp_path: Path, what: str) -> None:
    picture = room.page("read", room.slip(1, **LABELLED[what]))
    room.fhir(tmp_path)
    label = _resources(tmp_path / "DocumentReference.ndjson")[picture]["securityLabel"]
    assert label[0]["coding"][0]["code"] == "R"


def test_a_ticked_box_labels_its_page_and_a_void_slips_document_is_an_error(room: Room, tmp_path: Path) -> None:
    form = {"place": 0, "form": "hospital", "sure": True, "marks": {"outcome.medico_legal": "ticked"}}
    ticked = room.page("read", room.slip(1), forms=[form])
    number = room.slip(2)
    slip(room.made.ledger, 2, 1, FactKind.SLIP_VOIDED, kind=Kind.VOID)
    void = room.page("read", number)
    room.fhir(tmp_path)
    found = _resources(tmp_path / "DocumentReference.ndjson")
    assert "securityLabel" in found[ticked]
    assert [found[each]["status"] for each in (ticked, void)] == ["current", "entered-in-error"]


def test_a_returning_patient_is_told_by_the_first_slips_uhid(room: Room, tmp_path: Path) -> None:
    room.slip(1, uhid="123456789")
    picture = room.page("read", room.slip(2, patient_number=SlipNumber(1, 1)))
    room.fhir(tmp_path)
    subject = _resources(tmp_path / "DocumentReference.ndjson")[picture]["subject"]
    assert subject["identifier"]["system"] == HOSPITAL.uhid_system


def test_documents_go_on_after_a_stop_and_are_told_anew(room: Room, tmp_path: Path) -> None:
    pages = [room.page("read", room.slip(serial)) for serial in range(1, 6)]
    late = room.page("unread")

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        room.fhir(tmp_path, progress=stop)
    assert not (tmp_path / "DocumentReference.ndjson").exists()
    binaries = tmp_path / "Binary.ndjson"
    there = len(binaries.read_bytes().splitlines())
    binaries.write_bytes(binaries.read_bytes() + b'{"resourceType": "Binary", "id": "' + late.encode() + b'", "cont')
    report = room.fhir(tmp_path)
    assert (report.there, report.written) == (there, 6 - there)
    assert set(_resources(binaries)) == set(_resources(tmp_path / "DocumentReference.ndjson")) == {*pages, late}
    decide(room.made.ledger, late, Decision.BELONGS, number=SlipNumber(1, 1).text)
    assert room.fhir(tmp_path, number=SlipNumber(1, 1)).written == 0
    found = _resources(tmp_path / "DocumentReference.ndjson")
    assert set(found) == {*pages, late}, "what was not asked for now stays"
    assert found[late]["identifier"][0]["value"] == SlipNumber(1, 1).text
    assert not list(tmp_path.glob(".*"))


def test_a_drills_documents_say_so(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "drill", drill=True)
    room = Room(made)
    picture = room.page("read", slip(made.ledger, 1, drill=True))
    room.fhir(tmp_path / "out")
    made.close()
    assert _resources(tmp_path / "out" / "DocumentReference.ndjson")[picture]["meta"]["tag"][0]["code"] == "HTEST"


# --- Destroying -----------------------------------------------------------------------------------------------------


def test_a_page_whose_boxes_nobody_saw_stays_until_a_copy_of_its_slip_was_read(room: Room) -> None:
    one = room.slip(1)
    torn = room.page("read", one, forms=[])
    assert destroyable(room.made.ledger.db(), LATER, {"test"}).kept == {Kept.UNLOOKED: 1}
    assert destroyable(room.made.ledger.db(), LATER, {"test"}, boxes=False).pictures == (torn,)
    copy = room.page("read", one)
    assert room.may_go() == {torn, copy}
    two = room.slip(2)
    torn, bars = room.page("read", two, forms=[]), room.page("number_only", two)
    decide(room.made.ledger, bars, Decision.BELONGS, number=two)
    assert {torn, bars} <= room.may_go(), "a person looked at its paper"


def test_what_is_settled_may_go_and_what_is_not_stays(room: Room) -> None:
    ledger = room.made.ledger
    one, held = room.slip(1), slip(ledger, 2)
    bars = room.page("number_only", one)
    gone = {room.page("read", one), bars}
    decide(ledger, bars, Decision.BELONGS, number=one)
    mixed = room.page("read", one, held)
    stays = {
        Kept.NOT_IMPORTED: [room.page("read", held), mixed],
        Kept.NO_SLIP: [room.page("blank"), room.page("read")],
        Kept.WAITS: [room.page("unread"), room.page("foreign")],
        Kept.FORGED: [room.page("forged")],
        Kept.SET_ASIDE: [room.page("damaged"), room.page("unread")],
    }
    decide(ledger, stays[Kept.FORGED][0], Decision.NOT_OURS)
    decide(ledger, stays[Kept.SET_ASIDE][0], Decision.TOO_DAMAGED, number=one)
    decide(ledger, stays[Kept.SET_ASIDE][1], Decision.SET_ASIDE)
    for decision in (Decision.NOT_OURS, Decision.BLANK):
        strange = room.page("foreign")
        decide(ledger, strange, decision)
        gone.add(strange)
    back = room.page("unread")
    decide(ledger, back, Decision.BELONGS, number=one)
    gone.add(back)
    again = room.page("unread")
    decide(ledger, again, Decision.SCANNED_AGAIN)
    stays[Kept.NO_SLIP].append(again)
    report = destroyable(ledger.db(), LATER, {"test"})
    assert set(report.pictures) == gone
    assert report.kept == Counter({why: len(pages) for why, pages in stays.items()})


def test_a_page_that_waits_keeps_the_other_pages_of_its_slip(room: Room) -> None:
    number = room.slip(1)
    front, back = room.page("read", number), room.page("doubtful", number)
    assert room.may_go() == set()
    decide(room.made.ledger, back, Decision.MARKS)
    assert room.may_go() == {front, back}


def test_void_and_drill_slips_may_go_and_a_test_system_keeps_nothing(room: Room, tmp_path: Path) -> None:
    ledger = room.made.ledger
    tested = slip(ledger, 1)
    deliver(ledger, FactKind.SLIP_CONFIRMED, tested, target="test")
    room.page("read", tested)
    void = slip(ledger, 2)
    slip(ledger, 2, 1, FactKind.SLIP_VOIDED, kind=Kind.VOID)
    page = room.page("read", void)
    assert room.may_go() == {page}


@pytest.mark.parametrize("what", GRAVE)
def test_no_page_of_a_grave_slip_ever_goes_nor_of_that_person(room: Room, what: str) -> None:
    number = room.slip(1, **GRAVE[what])
    slip(room.made.ledger, 1, 1, FactKind.SLIP_REVISED)
    deliver(room.made.ledger, FactKind.SLIP_CONFIRMED, number, revision=1)
    page = room.page("read", number)
    back = room.page("unread")
    decide(room.made.ledger, back, Decision.BELONGS, number=number)
    later = room.page("read", room.slip(2, patient_number=SlipNumber(1, 1)))
    strange = room.page("foreign", codes=[{"outcome": "unknown_desk", "number": number, "digest": ""}])
    decide(room.made.ledger, strange, Decision.NOT_OURS)
    other = room.page("read", room.slip(3))
    assert room.may_go() == {other}
    report = destroyable(room.made.ledger.db(), LATER, {"test"})
    assert report.kept == {Kept.MEDICO_LEGAL: 4}
    assert {page, back, later, strange}.isdisjoint(report.pictures)


@pytest.mark.parametrize("mark", ["ticked", "doubtful"])
def test_a_box_that_is_or_may_be_ticked_keeps_every_page_of_the_slip(room: Room, mark: str) -> None:
    number = room.slip(1)
    form = {"place": 0, "form": "hospital", "sure": True, "marks": {"outcome.medico_legal": mark}}
    room.page("read", number)
    room.page("read", number, forms=[form])
    assert room.may_go() == set()


def test_the_hospital_must_say_so_and_a_supervisor_do_it(room: Room) -> None:
    page = room.page("read", room.slip(1))
    with pytest.raises(PicturesKept, match="keep_days"):
        room.destroy(hospital=replace(HOSPITAL, keep_pages=None))
    for nobody in ("ravi", "asha", "nobody", ""):
        with pytest.raises(PicturesKept, match="supervisor"):
            room.destroy(by=nobody)
    assert room.destroy().record() == {"destroyed": 0, "kept": {"young": 1}}
    assert room.made.pages.has(page)
    assert room.facts(FactKind.PICTURES_DESTROYED) == []


@pytest.fixture
def old_room(room: Room, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A room in which some weeks have passed since its pages came."""
    room.page("read", room.slip(1))
    room.page("read", room.slip(2))
    room.page("unread")
    monkeypatch.setattr(room.made.ledger._writer, "_clock", lambda: LATER)
    return room


def test_a_dry_run_changes_nothing_and_the_act_is_told_before_and_after(old_room: Room) -> None:
    files = set(old_room.made.pages.pictures())
    head = old_room.made.ledger.head()
    dry = old_room.destroy(dry_run=True)
    assert (len(dry.pictures), set(old_room.made.pages.pictures()), old_room.made.ledger.head()) == (2, files, head)
    done = old_room.destroy()
    assert done == dry
    assert set(old_room.made.pages.pictures()) == files - set(done.pictures)
    assert old_room.facts(FactKind.PICTURES_DESTROYED) == [
        {"pictures": list(done.pictures), "reason": "its time is over"}
    ]
    assert list(old_room.made.ledger.lines())[-1].by == "meena"
    with pytest.raises(PictureMissing, match="destroyed by the hospital's rule on 01-06-2027"):
        picture(old_room.made.ledger, old_room.made.pages, done.pictures[0])
    kept = next(iter(files - set(done.pictures)))
    assert picture(old_room.made.ledger, old_room.made.pages, kept) == old_room.pictures[kept]
    assert old_room.destroy().pictures == ()


def test_killed_between_the_fact_and_the_files_the_next_run_finishes(
    old_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("fallback.evidence.PageStore.remove", killed)
        with pytest.raises(KeyboardInterrupt):
            old_room.destroy()
    assert len(list(old_room.made.pages.pictures())) == 3
    assert old_room.destroy().pictures == ()
    assert len(list(old_room.made.pages.pictures())) == 1
    assert len(old_room.facts(FactKind.PICTURES_DESTROYED)) == 1


def test_a_page_that_was_taken_in_again_is_young_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    page = room.page("read", room.slip(1))
    monkeypatch.setattr(room.made.ledger._writer, "_clock", lambda: LATER)
    store(room.made.ledger, "again", (1, page))
    assert room.destroy().record() == {"destroyed": 0, "kept": {"young": 1}}


# --- A hospital system ----------------------------------------------------------------------------------------------


def test_a_fhir_server_takes_the_documents(room: Room, tmp_path: Path) -> None:
    room.page("read", room.slip(1))
    room.fhir(tmp_path)
    with TestSystem() as system:
        for kind in ("Binary", "DocumentReference"):
            (found,) = _resources(tmp_path / f"{kind}.ndjson").values()
            reply = httpx.post(
                f"{system.url}/{kind}", json=found, headers={"Authorization": f"Bearer {system.token}"}, timeout=30
            )
            assert reply.status_code == 201, reply.text
