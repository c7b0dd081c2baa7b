"""The drill itself: an outage of a few patients, end to end, into a real FHIR server; and what it refuses."""

import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from pathlib import Path

import pytest

from fallback.enrolment import Installation
from fallback.errors import DrillStopped, TargetNotAllowed
from fallback.hospital import Target
from fallback.keys import PublicKeys
from fallback.payload import CodeOutcome, judge
from fallback.rehearsal import drill, verdicts
from fallback.rehearsal.box import Laid
from fallback.rehearsal.pile import Pile
from fallback.scanning import read_files
from fallback.slip import Kind
from tests import factories


@pytest.mark.target
def test_an_outage_of_a_few_patients_closes_its_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _checks_can_fail(monkeypatch)
    told: list[str] = []
    report = drill.run(
        factories.hospital(),
        patients=16,
        seed=5,
        desks=2,
        tell=lambda what, done, total: told.append(what),
        keep=tmp_path / "kept",
    )
    assert report.differences == []
    assert report.ok, report.record()
    assert set(told) == {"registered", "scanned", "imported"}
    assert report.issued >= 16
    assert report.pictures <= report.pages
    assert report.boxes > 100
    assert report.sheets_compared > 10
    assert report.answers >= report.unread + report.pads  # a pad is read by two
    truths = [json.loads(line) for line in (tmp_path / "kept" / "truth.jsonl").read_text().splitlines()]
    keys = PublicKeys.load(tmp_path / "kept" / "keys.json")
    read = [
        judged.decoded.slip.record()
        for page in read_files(sorted((tmp_path / "kept" / "printed").iterdir()), workers=1)
        for judged in (judge(code.text, keys) for code in page.texts)
        if judged.outcome is CodeOutcome.GENUINE and judged.decoded and not judged.decoded.cut
    ]
    assert read
    assert all(record in truths for record in read)
    assert all(record["drill"] for record in read)
    assert {Kind.PAD.value} & {truth["kind"] for truth in truths} == set()


def _checks_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holds what the program made of the pile against another truth as well: each check must then find something."""
    honest_pages, honest_visits, honest_sheets = verdicts.pages, verdicts.visits, verdicts.compared

    def pages(laid: Sequence[Laid], installation: Installation, seen: verdicts.Seen) -> Iterator[str]:
        ticked = next(
            at for at, each in enumerate(laid) if each.leaf.kind == "copy" and "repeat" not in each.leaf.outcomes
        )
        boxes = {number: dict.fromkeys(told, True) for number, told in laid[ticked].leaf.boxes.items()}
        letter = next(at for at, each in enumerate(laid) if each.leaf.kind == "letter")
        for at, leaf in (
            (ticked, replace(laid[ticked].leaf, boxes=boxes)),
            (ticked, replace(laid[ticked].leaf, numbers=("00100000005",))),
            (letter, replace(laid[letter].leaf, outcomes=frozenset({"foreign"}))),
        ):
            other = [*laid[:at], replace(laid[at], leaf=leaf), *laid[at + 1 :]]
            assert list(honest_pages(other, installation, verdicts.Seen()))
        yield from honest_pages(laid, installation, seen)

    def visits(pile: Pile, forms: Set[str], installation: Installation) -> Iterator[str]:
        other = replace(pile, visits=dict(pile.visits))
        for number in sorted(forms & set(pile.visits))[:2]:
            boxes = pile.visits[number].boxes
            other.visits[number] = replace(
                pile.visits[number],
                boxes={**boxes, "outcome.not_seen": not boxes["outcome.not_seen"]},
            )
        assert len(list(honest_visits(other, forms, installation))) == 2
        yield from honest_visits(pile, forms, installation)

    def compared(pile: Pile, installation: Installation) -> tuple[int, list[str]]:
        more = {clinic: (said, found + 1) for clinic, (said, found) in pile.boxes.items()}
        assert len(honest_sheets(replace(pile, boxes=more), installation)[1]) == len(pile.boxes) > 0
        return honest_sheets(pile, installation)

    monkeypatch.setattr(verdicts, "pages", pages)
    monkeypatch.setattr(verdicts, "visits", visits)
    monkeypatch.setattr(verdicts, "compared", compared)


def test_a_drill_goes_to_this_machine_or_a_listed_test_system_only() -> None:
    hospital = factories.hospital()
    assert drill.allowed("http://127.0.0.1:8090/fhir", hospital).test
    for url in (
        "http://10.0.0.5/fhir",
        "https://ehospital.example.org/fhir",
        "nonsense",
        "http://[bad",
        "http://127.0.0.1.evil.example/",
    ):
        with pytest.raises(TargetNotAllowed):
            drill.allowed(url, hospital)


def test_a_pinned_real_system_is_refused_even_on_this_machine() -> None:
    real = Target(name="main", url="http://127.0.0.1:9999/fhir", test=False)
    hospital = replace(factories.hospital(), targets=(real,))
    with pytest.raises(TargetNotAllowed):
        drill.allowed("http://127.0.0.1:9999/fhir/", hospital)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(DrillStopped):
        drill.run(factories.hospital(), patients=1, seed=1, desks=1, tell=lambda *_: None, keep=tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "keep me"
