"""The runbook: every command in it is run, every word of the screen is on the screen, both languages say the same."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner

from fallback import custody, enrolment, frontdesk, language
from fallback.cli import group
from fallback.enrolment import Installation, open_installation
from fallback.kit import build as building
from fallback.printing import runbook
from tests import factories, kits
from tests.test_language import test_one_word_for_one_thing as one_word

HOME = Path(__file__).parent.parent
ENGLISH, HINDI = (runbook.read(each) for each in ("en", "hi"))
COMMANDS = [part.text for leaf in ENGLISH.leaves for step in leaf.steps for part in step if part.command]
SERVES = ("kit start", "practise", "lan invite", "serve")  # they stay until somebody ends them
DONE = (0, 4)  # 4: done, and something needs a person


@dataclass
class House:
    """A hospital as the runbook meets it: a data folder, a stick, the second copy of another stick, papers, scans."""

    home: Path
    cards: list[str]

    def open(self) -> Installation:
        return open_installation(self.home / "main", factories.PASSPHRASE, clock=factories.clock())

    def hospital_id(self) -> str:
        """The hospital's id, as folders are called by it."""
        return str(json.loads((self.home / "main" / "keys.json").read_text(encoding="utf-8"))["hospital"])

    def words(self, command: str) -> list[str]:
        """A command of the runbook as arguments, its places filled in; without `python -m fallback`."""
        text = command.replace("STICK", str(self.home / "stick")).replace("COPY", str(self.home / "copy"))
        words = shlex.split(text)
        assert words[:3] == ["python", "-m", "fallback"], command
        data = [] if "--data" in words else ["--data", str(self.home / "main")]
        return [*data, "--passphrase-file", str(self.home / "secret.txt"), *words[3:]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    home = tmp_path_factory.mktemp("runbook")
    made = factories.installation(home / "main", lasting=False)
    shutil.copy(HOME / "hospital.toml", home / "main" / "hospital.toml")
    cards = [card.text for card in enrolment.make_cards(made, 4, lambda _: None)]
    for name in ("copy", "copy-b", "stick/hospital"):
        (home / name).mkdir(parents=True)
    for copies in (["copy"], ["copy", "copy-b"], ["stick/hospital"]):  # the sticks A and B, then what the kit has
        made.ledger.copy_to(*(home / name for name in copies))
    root = made.root
    made.close()
    (home / "stick" / "hospital" / "stick.json").unlink()
    for name in ("keys.json", "hospital.toml"):
        shutil.copy(home / "main" / name, home / "stick" / "hospital" / name)
    kits.sealed(home / "stick", home, root)
    with (home / "main" / "hospital.toml").open("a", encoding="utf-8") as file:
        file.write("\n[ready]\nvisits_a_day = 1200\nhours = 8\n")
    (home / "secret.txt").write_text(factories.PASSPHRASE)
    (home / "scans").mkdir()
    (home / "patients.csv").write_text("UHID,Name,Sex\n104512309,Mohan Lal,M\n104512310,Kamla Devi,F\n")
    (home / "columns.toml").write_text('[columns]\nuhid = "UHID"\nname = "Name"\nsex = "Sex"\n')
    return House(home, cards)


def _morning(house: House) -> None:
    """What the desks did between two pages: a shift with slips, their paper as a scanner gives it, blanks."""
    made = house.open()
    counter = factories.counter(made)
    frontdesk.print_pads(counter, series=2, count=3, issued_to="Ward 5")
    shift = frontdesk.open_shift(counter, series=1, login="asha").key
    for name in ("Sunita Devi", "Mohan Lal", "Kamla Devi"):
        issued = frontdesk.register(counter, shift, factories.registration(name))
        (house.home / "scans" / f"{issued.row.slip.number.text}.pdf").write_bytes(frontdesk.sheet(counter, issued))
    frontdesk.close_shift(counter, shift, counted_cash=0, note="", by="asha")
    (house.home / "poster.pdf").write_bytes(frontdesk.poster(counter, made.root, made.sign_as_hospital))
    (house.home / "desk-cards.pdf").write_bytes(frontdesk.desk_card(counter, 1))
    made.close()


AFTER: dict[str, Callable[[House], None]] = {"downtime start": _morning}


def _is(command: str, *beginnings: str) -> bool:
    plain = re.sub(r"^python -m fallback (--\S+ \S+ )*", "", command)
    return plain.startswith(beginnings)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_runbook_does_what_it_is_for(
    command: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of the pages, in one hospital: what an earlier page did is there on a later one."""
    monkeypatch.chdir(house.home)
    monkeypatch.setenv("PARCHI_COPY", str(house.home / "copy"))
    monkeypatch.setattr(building, "needed_wheels", lambda *_: [kits.small_wheel(house.home, "one", "py3-none-any")])
    if _is(command, *SERVES):
        return _serves(command, house)
    typed = ""
    if _is(command, "desk enrol"):
        typed = house.cards[-1] + "\n"
    elif _is(command, "archive make"):
        typed = 2 * "river stone lantern\n"
    done = CliRunner().invoke(group, house.words(command), input=typed)
    assert done.exit_code in DONE, (done.exit_code, done.output, done.exception)
    for beginning, act in AFTER.items():
        if _is(command, beginning):
            act(house)
    return None


def _serves(command: str, house: House) -> None:
    """Starts it as a person does, waits for the address or the words that it gives, ends it with Ctrl-C."""
    state = house.home / "state"  # of a laptop that is set up: its desk is where START makes it
    desk = state / f"desk-{house.hospital_id()}" / "data"
    if _is(command, "kit start") and not desk.exists():
        custody.restore(house.home / "copy", desk, factories.PASSPHRASE, clock=factories.clock(), state=state)
    own = house.words(command)[2:] if _is(command, "kit start") else house.words(command)
    environment = os.environ | {"BROWSER": "true"} | ({"PARCHI_STATE": str(state)} if _is(command, "kit start") else {})
    with subprocess.Popen(
        [sys.executable, "-m", "fallback", *own],
        cwd=HOME,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            first = process.stdout.readline() + (process.stdout.readline() if _is(command, "lan invite") else "")
            assert re.search(
                r"http://127.0.0.1|PARCHI-JOIN|Other desks of the network|Port 8\d+ .* is taken|is on no network", first
            ), first
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def test_both_languages_have_the_same_pages_steps_and_commands() -> None:
    for english, hindi in zip(ENGLISH.leaves, HINDI.leaves, strict=True):
        assert len(english.steps) == len(hindi.steps), english
        for one, other in zip(english.steps, hindi.steps, strict=True):
            assert [part.command for part in one] == [part.command for part in other]
            assert [part.text for part in one if part.command] == [part.text for part in other if part.command]
        assert len(english.boxes) == len(hindi.boxes), english
    assert len({each.boxes[0][0] for each in ENGLISH.leaves if len(each.boxes) == 1}) >= 2
    assert len(ENGLISH.lines) == len(HINDI.lines)
    assert [each.role for each in ENGLISH.leaves].count("Clerk") == [each.role for each in HINDI.leaves].count("क्लर्क")


def _labels(name: str) -> list[str]:
    """The words of the screen, in their order; what ends in a full stop or a colon is emphasis or a box."""
    text = (HOME / "docs" / name).read_text(encoding="utf-8")
    return [each for each in re.findall(r"\*\*(.+?)\*\*", text) if each[-1] not in ".।:"]


def test_the_words_of_the_screen_are_those_of_the_screen_in_both_languages() -> None:
    english = _labels("runbook.md")
    assert len(english) > 20
    assert [label for label in english if language.translate(label, "hi") == label] == [], "no screen says that"
    assert [language.translate(label, "hi") for label in english] == _labels("runbook.hi.md")


def test_its_hindi_has_one_word_for_one_thing_as_the_catalogue_has() -> None:
    rule = next(each for each in one_word.pytestmark if each.name == "parametrize")  # type: ignore[attr-defined]
    text = re.sub("`[^`]*`", "", (HOME / "docs" / "runbook.hi.md").read_text(encoding="utf-8"))
    assert [word for word in rule.args[1] if re.search(word, text)] == []


def test_every_command_exists_with_its_options() -> None:
    text = (HOME / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert text.count("`python -m fallback ") == len(COMMANDS)
    assert len(set(COMMANDS)) > 35


@pytest.mark.parametrize("book", [ENGLISH, HINDI], ids=["en", "hi"])
def test_each_page_of_the_book_is_one_sheet_that_can_be_read_at_arms_length(book: runbook.Book) -> None:
    pdf, boxes = runbook.draw(book, factories.hospital())
    assert pdf == runbook.draw(book, factories.hospital())[0]
    assert max(box.page for box in boxes) == len(book.leaves) + 1
    for page in range(1, len(book.leaves) + 2):
        inked = [box for box in boxes if box.page == page]
        assert not [box for box in inked if box.cut]
        assert min(box.left for box in inked) > 10
        assert max(box.right for box in inked) < 200
        assert max(box.bottom for box in inked) < 292
        assert [(one.text, two.text) for one, two in combinations(inked, 2) if one.meets(two)] == []


def test_the_smallest_print_of_the_book_is_eleven_points() -> None:
    for book in (ENGLISH, HINDI):
        for leaf in book.leaves:
            assert runbook.size_of(leaf) >= 11, (leaf.hour, leaf.role)


def test_a_line_that_no_page_has_a_place_for_is_told() -> None:
    with pytest.raises(ValueError, match="no place for: Loose words"):
        runbook.parse("# A\n\n## Hour · Role\nLoose words\n1. A step\n")


def test_the_book_is_made_of_the_files_that_lie_beside_the_program() -> None:
    assert runbook.render("hi", factories.hospital()).startswith(b"%PDF")
