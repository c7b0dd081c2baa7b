"""The stick: what it holds, that every byte of it is proved, and what it refuses; nobody's files are touched."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fallback import custody, disk, enrolment
from fallback.enrolment import Installation
from fallback.errors import (
    DiskFull,
    KitChanged,
    KitFileWrong,
    KitFolderTaken,
    KitForeign,
    KitForged,
    KitMissing,
    KitNotWritten,
    NoCardOpens,
    ParchiError,
    PassphraseNeeded,
    PythonArchiveWrong,
    SecretMissing,
)
from fallback.frontdesk import Counter
from fallback.kit import embedded, papers, program, seal, stick, sums
from fallback.kit.build import Built, Shared, build, shared
from fallback.ledger.facts import FactKind
from tests import factories

HOME = Path(__file__).parent.parent
SMALL = Shared(made={"program/start.py": b"print(1)\n", "START.sh": b"echo\n", "wheels/a-1-py3-none-any.whl": b"w"})
Changed = Callable[[Path], None]


def cards(made: Installation, count: int = 2) -> list[str]:
    texts: list[str] = []
    enrolment.make_cards(made, count, lambda new: texts.extend(card.text for card in new))
    return texts


def built(made: Installation, folder: Path, *, pads: int = 0, same: Shared = SMALL, **other: object) -> Built:
    clock = factories.clock()
    return build(made, counter_of(made), HOME / "hospital.toml", folder, same, clock=clock, pads=pads, **other)  # type: ignore[arg-type]


def told(made: Installation, fact: FactKind) -> list[dict[str, Any]]:
    return [line.content for line in made.ledger.lines() if line.fact is fact]


def counter_of(made: Installation) -> Counter:
    return factories.counter(made)


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small stick, to be copied before it is hurt."""
    home = tmp_path_factory.mktemp("kit")
    made = factories.installation(home / "data")
    cards(made)
    built(made, home / "stick", pads=2)
    made.close()
    return home / "stick"


@pytest.fixture
def copy(kit: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kit, tmp_path / "copy"))


def test_a_stick_holds_the_day_and_says_whose_it_is(installation: Installation, tmp_path: Path) -> None:
    cards(installation)
    made = built(installation, tmp_path / "stick", pads=3, same=shared([], None))
    kit = seal.verify(tmp_path / "stick", root=installation.root)
    assert kit == made.kit
    assert (kit.hospital, kit.drill) == (factories.hospital().name, False)
    assert made.cards == 2
    listed = sums.listed(tmp_path / "stick")
    assert made.files == len(listed)
    for place in (
        "program/start.py", "program/app.py", "program/fallback/kit/sums.py", "program/templates/layout.html",
        "program/static/parchi.css", "program/hospital.toml", "program/requirements.txt", "hospital/hospital.toml",
        "hospital/keys.json", "hospital/vault.json", "hospital/journal.parchi", "papers/poster.pdf",
        "papers/runbook-en.pdf",
        "papers/runbook-hi.pdf", "READ-ME.txt",
    ):  # fmt: skip
        assert place in listed, place
    assert not [place for place in listed if "__pycache__" in place or place.startswith(("program/tests", "tests"))]
    first, last = made.pads[0].text, made.pads[-1].text
    assert f"papers/pads-{first}-{last}.pdf" in listed


def test_nothing_on_a_stick_is_a_key(installation: Installation, tmp_path: Path) -> None:
    texts = cards(installation)
    built(installation, tmp_path / "stick", pads=1)
    secrets = [factories.PASSPHRASE, *texts, *(text.replace("-", "") for text in texts)]
    for path in (tmp_path / "stick").rglob("*"):
        assert path.suffix != ".key"
        assert "private" not in path.parts
        content = path.read_bytes() if path.is_file() else b""
        assert not [secret for secret in secrets if secret.encode() in content]


def test_a_card_opens_what_lies_on_the_stick_and_pads_are_known_there(
    installation: Installation, tmp_path: Path
) -> None:
    text, *_ = cards(installation)
    made = built(installation, tmp_path / "stick", pads=2)
    clock = factories.clock()
    custody.restore(tmp_path / "stick" / "hospital", tmp_path / "new", text, clock=clock, state=tmp_path / "there")
    found = enrolment.open_installation(tmp_path / "new", text, clock=clock, state=tmp_path / "there")
    try:
        assert found.root == made.kit.root
        assert [each["first"] for each in told(found, FactKind.PADS_PRINTED)] == [made.pads[0].serial]
        enrolment.enrol_with_card(found, "Counter 9", text)
    finally:
        found.close()


def test_the_journal_says_that_a_stick_was_made(installation: Installation, tmp_path: Path) -> None:
    cards(installation)
    made = built(installation, tmp_path / "stick")
    (fact,) = told(installation, FactKind.KIT_BUILT)
    assert fact == {"sums": made.kit.sums, "version": made.kit.version, "index": ""}
    assert made.kit.sums == hashlib.sha256((tmp_path / "stick" / "SHA256SUMS").read_bytes()).hexdigest()


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="no sha256sum here")
def test_the_list_is_read_by_the_systems_own_tool(kit: Path) -> None:
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=kit, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b": OK\n") == len(sums.listed(kit))


def test_sums_need_no_wheel(kit: Path) -> None:
    words = "import sys; sys.path.insert(0, sys.argv[2])\nfrom pathlib import Path\nfrom fallback.kit import sums\n"
    words += "print(len(sums.check(Path(sys.argv[1]))), [n for n in sys.modules if n.split('.')[0] in ('click',)])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", words, str(kit), str(HOME)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "0 []"


def _append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def _link(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    (path.parent.parent.parent / "outside").write_bytes(content)
    path.symlink_to(path.parent.parent.parent / "outside")


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _listed_anew(folder: Path, **change: str) -> None:
    """A list that fits a changed stick, and a seal that names it: only the signature does not."""
    listed = sums.listed(folder) | change
    (folder / "SHA256SUMS").write_text(sums.text(listed), newline="\n")
    record = json.loads((folder / "KIT.json").read_text())
    record["sums"] = sums.digest(folder / "SHA256SUMS")
    (folder / "KIT.json").write_text(json.dumps(record))


def _evil_program(folder: Path) -> None:
    (folder / "program/start.py").write_bytes(b"print('evil')\n")
    _listed_anew(folder, **{"program/start.py": hashlib.sha256(b"print('evil')\n").hexdigest()})


def _renamed(folder: Path) -> None:
    record = json.loads((folder / "KIT.json").read_text())
    (folder / "KIT.json").write_text(json.dumps(record | {"hospital": "Another Hospital"}))


def _up(folder: Path) -> None:
    _listed_anew(folder, **{"../outside": "0" * 64})


def _padded(folder: Path) -> None:
    with (folder / "SHA256SUMS").open("a") as file:
        file.write(f"{'0' * 64}  program/never.py\n")


TAMPERED: list[tuple[str, type[ParchiError], Changed]] = [
    ("a byte more", KitChanged, lambda folder: _append(folder / "program/start.py")),
    ("cut short", KitChanged, lambda folder: (folder / "hospital/journal.parchi").write_bytes(b"")),  # type: ignore[list-item]
    ("not copied", KitChanged, lambda folder: (folder / "wheels/a-1-py3-none-any.whl").unlink()),
    ("a file more", KitChanged, lambda folder: (folder / "program/sitecustomize.py").write_text("evil")),  # type: ignore[list-item]
    ("compiled code", KitChanged, lambda folder: shutil.copytree(folder / "wheels", folder / "program/__pycache__")),  # type: ignore[list-item]
    ("autorun", KitChanged, lambda folder: (folder / "autorun.inf").write_text("[autorun]")),  # type: ignore[list-item]
    ("a link", KitChanged, lambda folder: _link(folder / "program/start.py")),
    ("a folder that is a link", KitChanged, lambda folder: (folder / "program/more").symlink_to("/")),
    ("two by capitals", KitChanged, lambda folder: shutil.copy(folder / "START.sh", folder / "Start.SH")),  # type: ignore[list-item]
    ("a pipe", KitChanged, lambda folder: os.mkfifo(folder / "papers/pipe")),
    ("list changed", KitChanged, _padded),
    ("list leads out", KitForged, _up),
    ("list and seal changed", KitForged, _evil_program),
    ("another name", KitForged, _renamed),
    ("seal torn", KitForged, lambda folder: (folder / "KIT.json").write_text('{"format":')),  # type: ignore[list-item]
    ("seal a million brackets", KitForged, lambda folder: (folder / "KIT.json").write_text("[" * 90_000)),  # type: ignore[list-item]
    ("seal a pipe", KitForged, lambda folder: _pipe(folder / "KIT.json")),
    ("no seal", KitMissing, lambda folder: (folder / "KIT.json").unlink()),
    ("no list", KitMissing, lambda folder: (folder / "SHA256SUMS").unlink()),
    ("half built", KitChanged, lambda folder: (folder / "KIT.building").write_text("00")),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("error", "change"), [each[1:] for each in TAMPERED], ids=[each[0] for each in TAMPERED])
def test_a_stick_that_was_tampered_with_is_refused(copy: Path, error: type[ParchiError], change: Changed) -> None:
    change(copy)
    with pytest.raises(error) as refused:
        seal.verify(copy)
    assert str(copy) in str(refused.value)
    if error is KitChanged:
        assert sums.check(copy)  # also without a wheel


def test_what_a_desk_or_windows_writes_is_no_fault(copy: Path) -> None:
    for place in ("copies/A", "data", "System Volume Information", ".Trash-1000/files"):
        (copy / place).mkdir(parents=True)
        (copy / place / "x").write_text("x")
    assert sums.check(copy) == []
    (copy / "program" / "copies").mkdir()
    (copy / "program" / "copies" / "x.py").write_text("x")
    assert [str(fault) for fault in sums.check(copy)] == ["unlisted: program/copies/x.py"]


def test_a_million_files_of_a_stranger_are_told_as_fifty(copy: Path) -> None:
    for number in range(120):
        (copy / f"holiday-{number}.jpg").touch()
    assert len(sums.check(copy)) == sums.MOST_FAULTS


def test_a_folder_that_is_no_stick_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(KitMissing):
            seal.verify(folder)
        assert [str(fault) for fault in sums.check(folder)] == ["missing: SHA256SUMS"]


def test_the_stick_of_another_hospital_is_refused(kit: Path, installation: Installation) -> None:
    with pytest.raises(KitForeign, match="another hospital"):
        seal.verify(kit, root=installation.root)


def test_building_in_a_strangers_folder_touches_nothing(installation: Installation, tmp_path: Path) -> None:
    cards(installation)
    photos = tmp_path / "photos"
    (photos / "program").mkdir(parents=True)
    (photos / "program" / "thesis.doc").write_text("years of work")
    with pytest.raises(KitFolderTaken):  # a folder of one of our names is not ours for that
        built(installation, photos)
    (photos / "wedding.jpg").write_text("x")
    with pytest.raises(KitFolderTaken, match=r"wedding\.jpg"):
        built(installation, photos)
    assert (photos / "program" / "thesis.doc").read_text() == "years of work"


def test_another_hospitals_stick_is_not_built_over(kit: Path, copy: Path, installation: Installation) -> None:
    cards(installation)
    with pytest.raises(KitForeign):
        built(installation, copy)
    assert seal.verify(copy) == seal.verify(kit)


def test_a_stick_is_renewed_in_place_and_keeps_copies_and_pads(installation: Installation, tmp_path: Path) -> None:
    cards(installation)
    folder = tmp_path / "stick"
    first = built(installation, folder, pads=2)
    pads = {path.name: path.read_bytes() for path in (folder / "papers").glob("pads-*.pdf")}
    (folder / "copies").mkdir()
    (folder / "copies" / "journal.parchi").write_text("a desk's own")
    (folder / "program" / "left.py").write_text("of an older version")
    second = built(installation, folder, pads=2)
    assert (len(first.pads), second.pads, second.pads_kept) == (2, (), 1)
    assert {path.name: path.read_bytes() for path in (folder / "papers").glob("pads-*.pdf")} == pads
    assert (folder / "copies" / "journal.parchi").read_text() == "a desk's own"
    assert not (folder / "program" / "left.py").exists()
    assert seal.verify(folder) == second.kit


def test_pads_that_were_tampered_with_are_not_kept(installation: Installation, tmp_path: Path) -> None:
    cards(installation)
    folder = tmp_path / "stick"
    first = built(installation, folder, pads=1)
    (pad,) = (folder / "papers").glob("pads-*.pdf")
    pad.write_bytes(b"%PDF other numbers")
    second = built(installation, folder, pads=1)
    assert second.pads_kept == 0
    assert second.pads[0].serial > first.pads[0].serial


@pytest.mark.parametrize("ended", ["copy", "put", "take_in", "finish"])
def test_a_building_that_was_ended_is_refused_and_begun_again(
    ended: str, installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards(installation)
    folder = tmp_path / "stick"
    built(installation, folder)

    def pulled_out(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(stick.Stick, ended, pulled_out)
        with pytest.raises(OSError, match="Input"):
            built(installation, folder)
    assert not (folder / "KIT.json").exists()
    with pytest.raises(KitMissing):
        seal.verify(folder)
    assert sums.check(folder)
    again = built(installation, folder)
    assert seal.verify(folder) == again.kit


def test_an_unfinished_stick_of_another_hospital_is_not_built_over(installation: Installation, tmp_path: Path) -> None:
    cards(installation)
    folder = tmp_path / "stick"
    built(installation, folder)
    (folder / "KIT.json").unlink()
    (folder / stick.BUILDING).write_text("00" * 32)
    with pytest.raises(KitFolderTaken):
        built(installation, folder)


def test_a_full_disk_is_told_before_anything_is_removed(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards(installation)
    folder = tmp_path / "stick"
    before = built(installation, folder)
    numbers = len(told(installation, FactKind.PADS_PRINTED))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(DiskFull):
        built(installation, folder, pads=5)
    assert seal.verify(folder) == before.kit
    assert len(told(installation, FactKind.PADS_PRINTED)) == numbers


def test_a_worn_out_stick_is_not_sealed(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards(installation)
    real = disk.sync_all

    def rots(paths: list[Path], folder: Path) -> None:
        real(paths, folder)
        (folder / "papers" / "poster.pdf").write_bytes(b"\xff" * 512)

    monkeypatch.setattr(stick, "sync_all", rots)
    with pytest.raises(KitNotWritten, match=r"papers/poster\.pdf was changed"):
        built(installation, tmp_path / "stick")
    with pytest.raises(KitMissing):
        seal.verify(tmp_path / "stick")


def test_names_that_fat_or_windows_cannot_bear_are_refused(tmp_path: Path) -> None:
    good = "program/fallback/printing/fonts/Mukta-Regular.ttf", "wheels/a-1+b.2-py3-none-any.whl"
    bad = (
        "a/../b", "/etc/passwd", "a//b", "nul", "program/AUX.txt", "com1.whl", "a.", "a /b", " a", "a\\b", "a:b", "a?b",
        "a%b", "a!b", "फ़ाइल", "a\nb", "x" * 121, "y/" * 101 + "y", "",
    )  # fmt: skip
    assert [place for place in good if not sums.is_portable(place)] == []
    assert [place for place in bad if sums.is_portable(place)] == []
    made = stick.Stick(tmp_path, bytes(32))
    made.put("program/app.py", b"")
    for place in (*bad, "program/App.py"):
        with pytest.raises(KitFileWrong):
            made.put(place, b"")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["app.py"]


def test_a_layout_of_a_name_in_hindi_is_refused_before_the_stick_is_touched(
    installation: Installation, tmp_path: Path
) -> None:
    cards(installation)
    layouts = tmp_path / "layouts"
    layouts.mkdir()
    (layouts / "पर्ची.toml").write_text("x")
    counter = counter_of(installation)
    hospital = replace(counter.hospital, layouts=layouts)
    with pytest.raises(KitFileWrong, match="Rename it"):
        build(
            installation, replace(counter, hospital=hospital), HOME / "hospital.toml", tmp_path / "stick", SMALL,
            clock=factories.clock(),
        )  # fmt: skip
    assert not (tmp_path / "stick").exists()


def test_without_a_card_no_stick_is_made_unless_it_is_asked(installation: Installation, tmp_path: Path) -> None:
    with pytest.raises(NoCardOpens):
        built(installation, tmp_path / "stick")
    assert built(installation, tmp_path / "stick", needs_card=False).cards == 0


def test_without_the_roots_key_nothing_is_begun(installation: Installation, tmp_path: Path) -> None:
    cards(installation)
    (installation.folder / "private" / "root.key").unlink()
    with pytest.raises(SecretMissing):
        built(installation, tmp_path / "stick")
    assert not (tmp_path / "stick").exists()


def test_a_card_alone_builds_no_stick(installation: Installation, tmp_path: Path) -> None:
    text, *_ = cards(installation)
    folder = installation.folder
    installation.close()
    found = enrolment.open_installation(folder, text, clock=factories.clock())
    try:
        with pytest.raises(PassphraseNeeded):
            built(found, tmp_path / "stick")
    finally:
        found.close()


def test_a_stick_can_be_read_by_another_account(kit: Path) -> None:
    for path in kit.rglob("*"):
        assert path.stat().st_mode & 0o044 == 0o044, path
    assert (kit / "START.sh").stat().st_mode & 0o111


def test_the_note_is_in_both_languages_and_opens_in_notepad(kit: Path) -> None:
    raw = (kit / "READ-ME.txt").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    text = raw.decode("utf-8-sig")
    assert factories.hospital().name in text
    assert factories.hospital().name_hindi in text
    assert f"({seal.read(kit).hospital_id})" in text


def test_the_programs_scripts_end_their_lines_as_windows_does() -> None:
    for name, content in program.scripts():
        if name.endswith(".bat"):
            assert content.count(b"\n") == content.count(b"\r\n") > 0
        else:
            assert b"\r" not in content


def archive(path: Path, *names: str) -> str:
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, name)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_python_for_windows_is_the_one_that_the_builder_named(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "python-3.12.7-embed-amd64.zip"
    digest = archive(file, "python.exe", "python312.dll", "python312._pth", "vcruntime140.dll")
    found = embedded.unpacked(file, digest.upper())
    assert found.version == "3.12"
    cards(installation)
    built(installation, tmp_path / "stick", same=shared([], found))
    assert (tmp_path / "stick/python-windows/python.exe").read_text() == "python.exe"
    with pytest.raises(PythonArchiveWrong, match="SHA-256"):
        embedded.unpacked(file, "0" * 64)


def test_windows_own_library_lies_beside_its_python(tmp_path: Path) -> None:
    digest = archive(tmp_path / "python.zip", "python.exe", "python312.dll")
    bare = embedded.unpacked(tmp_path / "python.zip", digest)
    assert not embedded.is_complete(bare)
    (tmp_path / "MSVCP140.dll").write_bytes(b"MZ...")
    whole = embedded.with_libraries(bare, [tmp_path / "MSVCP140.dll"])
    assert whole.files["msvcp140.dll"] == b"MZ..."
    assert embedded.is_complete(whole)
    (tmp_path / "evil.pyd").write_bytes(b"MZ...")
    (tmp_path / "text.dll").write_bytes(b"#!/bin/sh")
    for name in ("evil.pyd", "text.dll", "none.dll"):
        with pytest.raises(PythonArchiveWrong):
            embedded.with_libraries(bare, [tmp_path / name])


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("python.exe", "python312.dll", "../evil.dll"), "a name"),
        (("python.exe", "python312.dll", "/evil.dll"), "a name"),
        (("python.exe",), "embeddable"),
        (("bin/python", "python312.dll"), "embeddable"),
    ],
)
def test_an_archive_that_is_no_python_is_refused(tmp_path: Path, names: tuple[str, ...], says: str) -> None:
    digest = archive(tmp_path / "python.zip", *names)
    with pytest.raises(PythonArchiveWrong, match=says):
        embedded.unpacked(tmp_path / "python.zip", digest)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "python.zip").write_bytes(b"PK no")
    digest = hashlib.sha256(b"PK no").hexdigest()
    with pytest.raises(PythonArchiveWrong, match="cannot be read"):
        embedded.unpacked(tmp_path / "python.zip", digest)
    with pytest.raises(PythonArchiveWrong, match="cannot be read"):
        embedded.unpacked(tmp_path / "none.zip", digest)


def test_pads_are_told_from_other_papers() -> None:
    assert papers.is_pads("papers/pads-1-2.pdf")
    assert not papers.is_pads("papers/poster.pdf")
    assert not papers.is_pads("program/pads-1-2.pdf")
