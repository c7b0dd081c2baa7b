"""The keys that open everything: changed, printed, taken out, put back; and what each act leaves behind."""

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from shamir_mnemonic.wordlist import WORDLIST

from fallback import enrolment, frontdesk
from fallback.cli import group
from fallback.enrolment import Installation, hospital_keys
from fallback.enrolment.private import load_secret, secret_path
from fallback.errors import (
    DiskFull,
    FactRefused,
    PartsMissing,
    PartsMixed,
    PartsWrong,
    PassphraseNeeded,
    SealBroken,
    SecretMissing,
    VaultLocked,
)
from fallback.groups import card_text, read_recovery
from fallback.keys import HospitalKey, SealingKey, SigningKey, seal_to
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.events import events
from fallback.parts import split
from fallback.vault import DESK_PURPOSES, Vault
from fallback.web import close, create_app
from tests import factories
from tests.factories import CHEAP, PASSPHRASE
from tests.web.visitor import Visitor

NEW = "blue rickshaw nine"


class Kept:
    """A publisher that keeps what it was given."""

    def __init__(self) -> None:
        self.key, self.parts = b"", [""]

    def __call__(self, key: bytes, parts: Sequence[str]) -> None:
        self.key, self.parts = key, list(parts)


def told(installation: Installation, *kinds: FactKind) -> list[dict[str, Any]]:
    return [event.content for event in events(installation.ledger.db(), *kinds)]


def test_what_is_sealed_to_the_supervisors_opens_with_their_key_alone(installation: Installation) -> None:
    public = queries.supervisors(installation.ledger.db())
    sealed = seal_to(public, b"Sunita Devi", b"slip 1")
    assert len(sealed) == len(b"Sunita Devi") + 48
    key = installation.supervisors_key()
    assert key.open(sealed, b"slip 1") == b"Sunita Devi"
    assert repr(key) == "SealingKey(...)"
    for wrong, context in (
        (sealed, b"slip 2"),
        (sealed[:-1], b"slip 1"),
        (sealed[1:], b"slip 1"),
        (b"", b"slip 1"),
        (bytes(60), b"slip 1"),
        (bytes([sealed[0] ^ 1]) + sealed[1:], b"slip 1"),
        (sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:], b"slip 1"),
    ):
        with pytest.raises(SealBroken):
            key.open(wrong, context)
    with pytest.raises(SealBroken):
        SealingKey.new().open(sealed, b"slip 1")
    assert seal_to(public, b"Sunita Devi", b"slip 1") != sealed


def test_a_new_passphrase_opens_what_was_written_before_and_is_told(installation: Installation) -> None:
    folder = installation.folder
    journal = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "vault.json"}
    stick = folder.parent / "old stick"
    stick.mkdir()
    Vault.header_file(stick).write_bytes(Vault.header_file(folder).read_bytes())
    hospital_keys.change_passphrase(installation, NEW, cost=CHEAP)
    changed = [path.name for path, before in journal.items() if path.read_bytes() != before]
    assert set(changed) <= {"journal.db", "journal.db-wal", "journal.db-shm"}, "one line, nothing else"
    assert told(installation, FactKind.PASSPHRASE_CHANGED) == [{}]
    installation.close()
    with pytest.raises(VaultLocked):
        enrolment.open_installation(folder, PASSPHRASE, clock=factories.clock())
    enrolment.open_installation(folder, NEW, clock=factories.clock()).close()
    assert Vault.open(stick, PASSPHRASE).whole, "an old stick still opens with the old one"


def test_a_new_recovery_key_takes_the_place_of_the_old_one_after_its_sheet_exists(
    installation: Installation, tmp_path: Path
) -> None:
    old = Kept()
    hospital_keys.new_recovery_key(installation, old)
    assert Vault.open(installation.folder, old.parts[0]).whole

    def no_paper(_: bytes, __: Sequence[str]) -> None:
        raise DiskFull(folder=tmp_path)

    with pytest.raises(DiskFull):
        hospital_keys.new_recovery_key(installation, no_paper)
    assert Vault.open(installation.folder, old.parts[0]).whole, "the old one stays when the sheet cannot be written"
    kept = Kept()
    hospital_keys.new_recovery_key(installation, kept, parts=3, needed=2)
    assert Vault.open(installation.folder, "\n".join(kept.parts[1:])).whole
    with pytest.raises(VaultLocked):
        Vault.open(installation.folder, old.parts[0])
    assert told(installation, FactKind.RECOVERY_KEY_MADE) == [{"parts": 1, "needed": 1}, {"parts": 3, "needed": 2}]


@pytest.mark.parametrize("name", [HospitalKey.ROOT, HospitalKey.SUPERVISORS])
def test_a_key_leaves_only_when_its_parts_give_it_back_and_comes_back_from_them(
    installation: Installation, name: HospitalKey
) -> None:
    kept, other = Kept(), Kept()
    hospital_keys.part_key(installation, name, kept, parts=3, needed=2)
    wrong = HospitalKey.ROOT if name is HospitalKey.SUPERVISORS else HospitalKey.SUPERVISORS
    hospital_keys.part_key(installation, wrong, other, parts=3, needed=2)
    for parts, error in (
        (kept.parts[:1], PartsMissing),
        ([kept.parts[0], other.parts[1]], PartsMixed),
        (other.parts[:2], PartsWrong),
        (split(os.urandom(32), 3, 2), PartsWrong),
    ):
        with pytest.raises(error):
            hospital_keys.take_out(installation, name, parts)
        assert hospital_keys.is_here(installation, name)
    hospital_keys.take_out(installation, name, kept.parts[:2])
    assert not hospital_keys.is_here(installation, name)
    assert not secret_path(installation.folder, name).exists()
    with pytest.raises(SecretMissing, match="put-back"):
        installation.sign_as_hospital(b"x") if name is HospitalKey.ROOT else installation.supervisors_key()
    with pytest.raises(SecretMissing):
        hospital_keys.take_out(installation, name, kept.parts[:2])
    for parts, error in (
        (kept.parts[:1], PartsMissing), (other.parts[1:], PartsWrong), (split(os.urandom(32), 2, 2), PartsWrong),
    ):  # fmt: skip
        with pytest.raises(error):
            hospital_keys.put_back(installation, name, parts)
        assert not hospital_keys.is_here(installation, name)
    hospital_keys.put_back(installation, name, kept.parts[1:])
    assert load_secret(installation.vault, installation.folder, name) == kept.key
    assert [each["key"] for each in told(installation, FactKind.KEY_TAKEN_OUT, FactKind.KEY_PUT_BACK)] == [name] * 2
    if name is HospitalKey.ROOT:
        assert SigningKey(kept.key).public == installation.root


def test_desks_issue_while_root_and_supervisors_keys_lie_in_envelopes(installation: Installation) -> None:
    for name in (HospitalKey.ROOT, HospitalKey.SUPERVISORS):
        kept = Kept()
        hospital_keys.part_key(installation, name, kept, parts=3, needed=2)
        hospital_keys.take_out(installation, name, kept.parts[1:])
    shift = frontdesk.open_shift(factories.counter(installation), series=1, login="asha").key
    frontdesk.register(factories.counter(installation), shift, factories.registration())
    with pytest.raises(SecretMissing):
        enrolment.enrol_desk(installation, "Counter 9")


def test_a_card_cannot_touch_the_keys(installation: Installation) -> None:
    installation.vault.add_cards([(1, bytes(16))])
    folder = installation.folder
    installation.close()
    opened = enrolment.open_installation(folder, card_text(1, bytes(16)), clock=factories.clock())
    before = {path: path.read_bytes() for path in (folder / "private").iterdir()} | {
        folder / "vault.json": (folder / "vault.json").read_bytes()
    }
    acts: list[Callable[[], object]] = [
        lambda: hospital_keys.change_passphrase(opened, NEW, cost=CHEAP),
        lambda: hospital_keys.new_recovery_key(opened, Kept()),
        lambda: hospital_keys.part_key(opened, HospitalKey.ROOT, Kept(), parts=3, needed=2),
        lambda: hospital_keys.take_out(opened, HospitalKey.ROOT, split(bytes(32), 2, 2)),
        lambda: hospital_keys.put_back(opened, HospitalKey.ROOT, split(bytes(32), 2, 2)),
        lambda: opened.sign_as_hospital(b"x"),
        opened.supervisors_key,
    ]
    for act in acts:
        with pytest.raises(PassphraseNeeded):
            act()
    assert all(path.read_bytes() == content for path, content in before.items())
    opened.close()


# --- The command line -----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(installation: Installation) -> Iterator[Path]:
    installation.close()
    yield installation.folder


def run(folder: Path, *words: str, secret: str | None = PASSPHRASE, typed: str = "", code: int = 0) -> str:
    """Runs a command; what it said, on both outputs."""
    options = ["--data", str(folder)]
    if secret is not None:
        path = folder.parent / "secret.txt"
        path.write_text(secret, encoding="utf-8")
        options += ["--passphrase-file", str(path)]
    result: Result = CliRunner().invoke(group, [*options, *words], input=typed, prog_name="python -m fallback")
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def codes(pdf: Path) -> list[str]:
    """The code of each page, as a scanner types it."""
    with pypdfium2.PdfDocument(pdf) as document:
        pictures = [page.render(scale=2.5, grayscale=True).to_pil() for page in document]
    return [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]


def words_on(pdf: Path, page: int) -> str:
    """The words of a page, as a person reads them: down the columns."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[page].get_textpage().get_text_range()
    numbered: dict[int, str] = {}
    for line in text.replace("\r", "").split("\n"):
        tokens = line.split()
        for place, token in enumerate(tokens[:-1]):
            if token.isdigit() and tokens[place + 1] in WORDLIST:
                numbered.setdefault(int(token), tokens[place + 1])
    return " ".join(numbered[place] for place in range(1, 34))


def test_the_sheets_of_a_recovery_key_open_the_vault_scanned_or_read(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "recovery.pdf"
    said = run(folder, "key", "recovery", "--parts", "3", "--needed", "2", "--out", str(out))
    assert "delete the file" in said and "old key" in said
    assert out.stat().st_mode & 0o077 == 0
    one, two, three = codes(out)
    assert words_on(out, 2) == three.lower()
    run(folder, "desk", "list", secret=f"{one}\n{three}")
    run(folder, "desk", "list", secret=None, typed=f"{two}\n{words_on(out, 0)}\n")
    assert "2 of its parts are needed, 1 came" in run(folder, "desk", "list", secret=one, code=3)
    slip = three.split()
    slip[4] = "MONSOON"
    said = run(folder, "desk", "list", secret=None, typed=f"{one}\n{' '.join(slip)}\n{one}\nhello\n{three}\n")
    assert "word 5 is not in the list" in said and "not made of words of the list" in said
    run(folder, "desk", "list", secret=None, typed=f"{one}\n", code=2)


def test_a_recovery_key_on_one_sheet_is_read_by_code_signs_or_words(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "recovery.pdf"
    run(folder, "key", "recovery", "--out", str(out))
    (signs,) = codes(out)
    assert read_recovery(signs)
    for secret in (signs, words_on(out, 0)):
        run(folder, "desk", "list", secret=secret)


def test_a_key_in_parts_is_proved_taken_out_and_put_back(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "root.pdf"
    run(folder, "key", "part", "root", "--out", str(out))
    one, two, three = codes(out)
    parts = tmp_path / "parts.txt"
    parts.write_text(one)
    assert "2 of its parts are needed" in run(folder, "key", "take-out", "root", "--parts-file", str(parts), code=3)
    parts.write_text(f"{one}\n{two}")
    assert "another key" in run(folder, "key", "take-out", "supervisors", "--parts-file", str(parts), code=3)
    run(folder, "key", "take-out", "root", typed=f"{three}\n{one}\n")
    status = json.loads(run(folder, "key", "status", "--json"))
    assert status["root"]["here"] is False and status["root"]["parts"] == 3 and status["supervisors"]["here"] is True
    assert "put-back" in run(folder, "desk", "enrol", "Counter 9", code=3)
    run(folder, "key", "put-back", "root", "--parts-file", str(parts))
    run(folder, "desk", "enrol", "Counter 9")
    said = run(folder, "key", "status")
    assert "root's key: on this computer; on paper in 3 parts, 2 of which give it" in said
    assert "0 that open this vault" in said


def test_a_passphrase_is_changed_at_the_prompt_or_from_a_file(folder: Path, tmp_path: Path) -> None:
    said = run(folder, "key", "passphrase", typed=f"{NEW}\n{NEW}\n")
    assert "still opens with the old one" in said
    run(folder, "desk", "list", code=3)
    new = tmp_path / "new.txt"
    new.write_text("third monsoon\n", encoding="utf-8")
    run(folder, "key", "passphrase", "--new-file", str(new), secret=NEW)
    run(folder, "desk", "list", secret="third monsoon")
    assert json.loads(run(folder, "key", "status", "--json", secret="third monsoon"))["passphrase"]["at"]
    new.write_text("  \n", encoding="utf-8")
    run(folder, "key", "passphrase", "--new-file", str(new), secret="third monsoon", code=2)


@pytest.mark.parametrize(
    "words",
    [
        ("recovery", "--parts", "3", "--needed", "1"), ("recovery", "--parts", "2", "--needed", "3"),
        ("recovery", "--parts", "10"), ("recovery", "--needed", "2"), ("part", "root", "--parts", "2", "--needed", "3"),
        ("part", "recovery"), ("part", "desk-001"),
    ],
)  # fmt: skip
def test_what_keeps_nothing_is_refused_before_anything_is_changed(
    folder: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    before = Vault.header_file(folder).read_bytes()
    run(folder, "key", *words, "--out", str(tmp_path / "x.pdf"), code=2)
    assert Vault.header_file(folder).read_bytes() == before
    assert not (tmp_path / "x.pdf").exists()


def test_a_sheet_that_cannot_be_written_changes_no_key(folder: Path, tmp_path: Path, monkeypatch: Any) -> None:
    before = Vault.header_file(folder).read_bytes()
    run(folder, "key", "recovery", "--out", str(tmp_path / "nowhere" / "x.pdf"), code=3)
    assert Vault.header_file(folder).read_bytes() == before
    out = tmp_path / "x.pdf"

    def refused(*_: object) -> None:
        raise FactRefused(why="test")

    monkeypatch.setattr(Vault, "change_recovery_key", refused)
    run(folder, "key", "recovery", "--out", str(out), code=3)
    assert not out.exists(), "no sheet of a key that opens nothing"


def test_init_prints_the_recovery_key_and_writes_its_sheet(tmp_path: Path) -> None:
    out = tmp_path / "recovery.pdf"
    said = run(tmp_path / "made", "init", "--recovery-sheet", str(out))
    (signs,) = codes(out)
    assert signs in said
    run(tmp_path / "made", "desk", "list", secret=words_on(out, 0))


# --- Nothing in plain -----------------------------------------------------------------------------------------------


def session(installation: Installation, page: bytes) -> None:
    """A clerk registers in the browser, a scanned page is kept."""
    app = create_app(installation, factories.hospital(), clock=factories.clock())
    try:
        desk = Visitor(app).at_desk()
        for place in range(20):
            answer = desk.register(name=f"Zuleikha Quartermain{'abcdefghijklmnopqrst'[place]}")
            assert answer.status == 200, answer.says
        assert "Zuleikha" in desk.find("Zuleikha").text
        installation.pages.put([page_of(page)])
    finally:
        close(app)


def page_of(page: bytes) -> tuple[str, bytes]:
    return hashlib.sha256(page).hexdigest(), page


def test_no_file_of_a_used_folder_or_its_stick_holds_a_patient_or_a_key(tmp_path: Path) -> None:
    """A day in the browser with every kind of key made, looked through while it is open and after it was closed."""
    made = factories.installation(tmp_path / "data")
    stick = tmp_path / "stick"
    stick.mkdir()
    made.ledger.copy_to(stick)
    cards = [(card, os.urandom(16)) for card in (700, 701)]
    made.vault.add_cards(cards)
    kept, root, supervisors = Kept(), Kept(), Kept()
    hospital_keys.new_recovery_key(made, kept, parts=3, needed=2)
    hospital_keys.part_key(made, HospitalKey.ROOT, root, parts=3, needed=2)
    hospital_keys.part_key(made, HospitalKey.SUPERVISORS, supervisors, parts=3, needed=2)
    session(made, b"\x89PNG of Zuleikha Quartermain")
    purposes = (*DESK_PURPOSES, "pages", "private keys", "cards", "incoming files")
    keys = [made.vault.key(purpose) for purpose in purposes] + [secret for _, secret in cards]
    keys += [
        kept.key,
        root.key,
        supervisors.key,
        load_secret(made.vault, made.folder, "desk-001"),
        made.vault._data_key,
    ]
    plain = ["Zuleikha", "ZULEIKHA", "Quartermain", "सुनीता", "9810000001", "Devli Village", PASSPHRASE, factories.PIN]
    plain += [*kept.parts, *root.parts, *(part.upper() for part in supervisors.parts)]
    plain += [card_text(*card) for card in cards] + [card_text(*card).replace("-", "") for card in cards]
    wanted = [text.encode(coding) for text in plain for coding in ("utf-8", "utf-16-le")]
    for key in keys:
        wanted += [key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key)[:-2]]
    assert Vault.header_file(stick).exists()
    names = set()
    for _ in ("open", "closed"):
        for path in tmp_path.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                names.add(path.name)
                assert [each for each in wanted if each in content] == [], path
        made.close()
    assert names >= {"vault.json", "journal.db", "journal.db-wal", "journal.parchi", "root.key", "supervisors.key"}


def test_a_program_that_a_card_opened_registers_in_the_browser_and_shows_no_page(tmp_path: Path) -> None:
    """At two in the morning: after a power cut the card is typed, and the desk goes on."""
    made = factories.installation(tmp_path / "data")
    made.vault.add_cards([(700, bytes(16))])
    picture, content = page_of(b"a page")
    made.pages.put([(picture, content)])
    made.close()
    opened = enrolment.open_installation(
        tmp_path / "data", card_text(700, bytes(16)), clock=factories.clock(factories.START + timedelta(hours=1))
    )
    app = create_app(opened, factories.hospital(), clock=factories.clock(factories.START + timedelta(hours=2)))
    try:
        answer = Visitor(app).at_desk().register()
        assert answer.status == 200, answer.says
        assert len([*queries.slips(opened.ledger.db())]) == 1
        with pytest.raises(PassphraseNeeded):
            opened.pages.get(picture)
        with pytest.raises(PassphraseNeeded):
            opened.pages.put([page_of(b"another page")])
    finally:
        close(app)
        opened.close()


def test_a_passphrase_that_a_finder_would_guess_is_refused(folder: Path, tmp_path: Path) -> None:
    new = tmp_path / "short.txt"
    new.write_text("asha1984", encoding="utf-8")
    assert "at least 12 letters" in run(folder, "key", "passphrase", "--new-file", str(new), code=2)
    run(folder, "desk", "list")
