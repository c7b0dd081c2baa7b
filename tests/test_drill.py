"""The drill itself: an outage of a few patients, end to end, into a real FHIR server; and what it refuses."""

import json
from pathlib import Path

import pytest

from fallback.errors import DrillStopped, TargetNotAllowed
from fallback.hospital import Target
from fallback.keys import PublicKeys
from fallback.payload import CodeOutcome, judge
from fallback.rehearsal import drill
from fallback.scanning import read_files
from tests import factories


@pytest.mark.target
def test_an_outage_of_a_few_patients_closes_its_account(tmp_path: Path) -> None:
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
    import dataclasses

    real = Target(name="main", url="http://127.0.0.1:9999/fhir", test=False)
    hospital = dataclasses.replace(factories.hospital(), targets=(real,))
    with pytest.raises(TargetNotAllowed):
        drill.allowed("http://127.0.0.1:9999/fhir/", hospital)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(DrillStopped):
        drill.run(factories.hospital(), patients=1, seed=1, desks=1, tell=lambda *_: None, keep=tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "keep me"
