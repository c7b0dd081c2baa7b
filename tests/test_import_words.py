"""What a records officer reads of an import: words of the hospital, in both languages, and no name of a program."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from fallback import frontdesk
from fallback.cli import group
from fallback.ehospital.elements import ELEMENT_LABELS, in_words
from fallback.errors import CheckListOpen, FieldWrong, Sentence
from fallback.language import catalogue, say
from fallback.language.again import again
from fallback.ledger.queries import stages as asked
from fallback.patients import Columns
from fallback.recovery import Step, gates, plan
from fallback.recovery.closing import closing
from tests import factories
from tests.backlog import SUNITA, Backlog
from tests.fake_target import NAME, FakeTarget
from tests.matched import matched

DIFFERS = "The system has the visit, but differs from the slip: {fields}"


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    made = Backlog(tmp_path / "data", 7)
    yield made
    made.ledger.close()


def test_fields_of_a_system_have_the_words_of_the_hospital() -> None:
    assert in_words(("Patient.telecom", "Binary.data", "Binary.contentType")) == "Mobile number, Picture of the page"
    assert in_words(("name", "Patient.gender"), "party") == "Name, Sex"
    assert in_words(("Nothing.known",)) == "Nothing.known"
    assert all("," not in label and label in catalogue("hi") for label in ELEMENT_LABELS.values())


def test_what_was_written_down_is_said_in_hindi() -> None:
    kept = str(Sentence(DIFFERS, fields=in_words(("Patient.telecom", "Patient.birthDate"))))
    assert again(kept, "en") == kept
    hindi = again(kept, "hi")
    assert hindi.endswith(": मोबाइल नंबर, आयु या जन्म तिथि") and not any(map(str.isascii, hindi.split()))
    assert again("a phone is required", "hi") == "a phone is required", "the system's own words"
    assert again("", "hi") == ""
    assert again("The system has the visit, but " * 100, "hi").startswith("The system")


def test_a_check_list_that_is_open_names_its_points(backlog: Backlog) -> None:
    left = gates.open_points(backlog.ledger.db(), FakeTarget().target, FakeTarget().abilities)
    error = CheckListOpen(target=NAME, points=gates.in_words(left))
    assert "SMS to patients, queue tokens" in str(error) and "past_date" not in str(error)
    assert "मरीज़ों को SMS, क़तार के टोकन" in say(error, "hi")
    assert set(gates.SHORT_LABELS) == set(gates.Point)
    assert not any("," in label for label in gates.SHORT_LABELS.values())


def test_first_slips_are_right_only_with_a_note(backlog: Backlog) -> None:
    for note in ("", "  "):
        with pytest.raises(FieldWrong) as wrong:
            gates.confirm_canary(backlog.ledger, NAME, note=note, by="meena")
        assert wrong.value.values["field"] == "note"


def test_a_dry_run_sends_nothing_of_a_patient_who_is_undecided(backlog: Backlog) -> None:
    open_one, known = backlog.issue(), backlog.issue(replace(SUNITA, name="Zubeda Shirazi"))
    matched(backlog.ledger, open_one.number, "ask")
    matched(backlog.ledger, known.number, "new")
    first, second = plan(backlog.ledger, FakeTarget())
    assert (first.shown, first.reason) == ("wait", "Nobody has said yet who the patient is.")
    assert first.content == {} and first.record()["step"] == "wait" and first.step is Step.SEND
    assert (second.shown, second.reason, bool(second.content)) == ("send", "", True)


def test_one_slip_is_one_slip(backlog: Backlog) -> None:
    for count, words in ((1, "1 slip was refused by the system"), (2, "2 slips were refused by the system")):
        found = closing(backlog.ledger.db(), NAME, {"failed": count})
        assert [str(each) for each in found.left] == [words]


def run(folder: Path, *words: str, language: str = "en", code: int = 0) -> str:
    places = ["--data", str(folder / "data"), "--passphrase-file", str(folder / "secret.txt")]
    done = CliRunner().invoke(group, [*places, *words], env={"PARCHI_LANGUAGE": language})
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def test_the_command_says_stages_and_clinics_as_the_page_does(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    counter = factories.counter(made)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    slip = frontdesk.register(counter, shift.key, factories.registration()).row.slip
    matched(made.ledger, slip.number, "ask")
    made.close()
    (tmp_path / "secret.txt").write_text(factories.PASSPHRASE)
    clinic = factories.hospital().clinic(slip.visit.clinic)
    assert clinic is not None
    told = run(tmp_path, "stages")
    assert "whose is it?" in told and clinic.shown in told and "matched" not in told
    hindi = run(tmp_path, "stages", language="hi")
    assert clinic.shown_hindi in hindi and catalogue("hi")["whose is it?"] in hindi
    for facet in asked.FACETS:
        assert run(tmp_path, "stages", "--facet", facet)
    assert "001" in run(tmp_path, "stages", "--facet", "series")


def test_the_index_names_the_columns_of_the_file(tmp_path: Path) -> None:
    factories.installation(tmp_path / "data").close()
    (tmp_path / "secret.txt").write_text(factories.PASSPHRASE)
    (tmp_path / "columns.toml").write_text('[columns]\nuhid = "CR No"\nname = ["First", "Last"]\nage = "Years"\n')
    file = tmp_path / "patients.csv"
    file.write_text("CR No,First,Last,Years\n100000001,Sunita,Devi,\n,Mohan,Lal,\n100000003,,,\n100000004,Asha,Rao,x\n")
    bad = tmp_path / "bad.csv"
    told = run(
        tmp_path, "index", "load", str(file), "--columns", str(tmp_path / "columns.toml"), "--bad", str(bad), code=4
    )
    table = bad.read_text(encoding="utf-8-sig")
    for words in (told, table):
        assert "CR No" in words and "First + Last" in words and "uhid" not in words
    assert "Years" in table and "birth" not in table
    assert Columns().in_file("birth") == "birth_date" and Columns().in_file("odd") == "odd"
    status = run(tmp_path, "index", "status")
    assert " kB," in status and "0 MB" not in status
