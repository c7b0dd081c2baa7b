"""Sticks for every hospital of a table, each with keys of its own; ended anywhere, it goes on where it was."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from fallback import enrolment, hospital_file
from fallback.disk import disk_error, put, sync_all, sync_folder, take_lock, write_file
from fallback.errors import HospitalFileWrong, KitsBusy, ParchiError, Sentence
from fallback.frontdesk import Counter
from fallback.hospital import Hospital
from fallback.keys import hospital_id
from fallback.kit import papers, seal, sums
from fallback.kit.build import Shared, build
from fallback.kit.seal import Kit
from fallback.kit.secret_papers import new_passphrase, write_secrets
from fallback.kit.stick import Stick
from fallback.kit.table import HospitalRow, RowWrong, column_of, with_values
from fallback.slip import INDIA
from fallback.spreadsheet import Sheet, csv_of
from fallback.vault import Cost

STICK, SECRETS, ROW = "stick", "secrets", "row.sha256"
ROOTS = "hospitals.csv"  # what a central office checks accounts against
_BEGUN, _SHARED, _LOCK = ".building-", ".shared", ".lock"
_PAD_DESK = "Pads"
COLUMNS = ("code", "name", "hospital_id", "root", "version", "made", "drill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What each hospital gets: enrolment cards, blanks; `cost` is what a guess at a passphrase costs (None: usual)."""

    cards: int = 12
    pads: int = 30
    cost: Cost | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one row: `made`, `there` already, `changed` since it was made, or `wrong` (a RowWrong)."""

    row: HospitalRow | RowWrong
    outcome: str
    hospital_id: str = ""


@dataclass(slots=True)
class _Bases:
    """The hospital files that rows are made from, each with what lies beside it in a folder of its own."""

    usual: Path
    home: Path
    known: dict[Path, tuple[str, Path]] = field(default_factory=dict)

    def of(self, row: HospitalRow) -> tuple[str, Path]:
        """The base's text and the folder with its layouts and ways' files. Raises HospitalFileWrong, disk errors."""
        path = (row.base or self.usual).resolve()
        if path not in self.known:
            found, folder = hospital_file.load(path), self.home / str(len(self.known))
            try:
                folder.mkdir()
                if found.layouts:
                    shutil.copytree(found.layouts, folder / found.layouts.name, copy_function=shutil.copyfile)
                for beside in {target.file for target in found.targets if target.file}:
                    shutil.copyfile(beside, folder / Path(beside).name)
                self.known[path] = path.read_text(encoding="utf-8-sig"), folder
            except OSError as wrong:
                raise disk_error(wrong, path.parent) from wrong
        return self.known[path]

    def hospital(self, row: HospitalRow, into: Path, known: str) -> Hospital:
        """Writes a row's hospital.toml into a folder with what lies beside it, and reads it back."""
        text, folder = self.of(row)
        if into != folder:
            shutil.copytree(folder, into, copy_function=shutil.copyfile, dirs_exist_ok=True)
        write_file(into / "hospital.toml", with_values(text, row.values(known)).encode())
        return hospital_file.load(into / "hospital.toml")


def build_all(
    rows: Sequence[HospitalRow | RowWrong], out: Path, same: Shared, usual: Path, wishes: Wishes, *,
    clock: Callable[[], datetime], announce: Callable[[int, int], None] | None = None,
) -> Iterator[Step]:  # fmt: skip
    """Makes a folder for each hospital: its `stick`, and beside it its `secrets`. What is finished stays as it is.

    `usual` is the hospital's file that says what the table does not. First every row is checked; `announce` is told
    how many are to be made and how many are there. Raises KitsBusy, HospitalFileWrong for `usual`, and what `build`
    raises when the disk fails: then it can be called again.
    """
    hospital_file.load(usual)
    with _alone(out), TemporaryDirectory(prefix="parchi-") as home:
        for left in out.glob(f"{_BEGUN}*"):  # nothing was ever issued from what was not finished
            shutil.rmtree(left)
        bases = _Bases(usual, Path(home))
        checked = [_checked(row, bases) for row in rows]
        good = [row for row in checked if isinstance(row, HospitalRow)]
        there = {row.code for row in good if (out / row.code).exists()}
        if announce:
            announce(len(good) - len(there), len(there))
        laid = _lay_out(same, out / _SHARED) if len(there) < len(good) else same
        try:
            for row in checked:
                if isinstance(row, RowWrong):
                    yield Step(row=row, outcome="wrong")
                elif row.code in there:
                    yield _known(row, out / row.code, bases)
                else:
                    kit = _make(row, out, laid, bases, wishes, clock)
                    yield Step(row=row, outcome="made", hospital_id=kit.hospital_id)
        finally:
            write_file(out / ROOTS, roots_table(out))


def roots_table(out: Path) -> bytes:
    """Every finished hospital of a folder with its root's public key, as CSV: nothing in it is secret."""
    rows = []
    for stick in sorted(out.glob(f"*/{STICK}")):
        try:
            kit = seal.whose(stick)
        except ParchiError:
            continue  # a stick that was tampered with has no say in whose accounts are believed
        made = kit.made.isoformat(timespec="seconds")
        drill = "yes" if kit.drill else "no"
        rows.append((stick.parent.name, kit.hospital, kit.hospital_id, kit.root.hex(), kit.version, made, drill))
    return csv_of(Sheet(title="hospitals", header=COLUMNS, rows=rows))


def _checked(row: HospitalRow | RowWrong, bases: _Bases) -> HospitalRow | RowWrong:
    if isinstance(row, RowWrong):
        return row
    try:
        bases.hospital(row, bases.of(row)[1], f"{0:08x}")
    except HospitalFileWrong as wrong:
        file, line, key, why = (wrong.values[name] for name in ("file", "line", "key", "why"))
        column = column_of(str(key))
        if column == "clinics":
            name = row.base.name if row.base else str(file)
            why = Sentence("{file}, line {line}, {key}: {why}", file=name, line=line, key=key, why=why)
        return RowWrong(line=row.line, column=column, why=str(why) if not isinstance(why, str) else why)
    return row


def _make(
    row: HospitalRow, out: Path, same: Shared, bases: _Bases, wishes: Wishes, clock: Callable[[], datetime]
) -> Kit:
    """One hospital, in a folder that gets its name when all of it is there; its data folder is not kept."""
    begun = out / f"{_BEGUN}{row.code}"
    data, passphrase = begun / "data", new_passphrase()
    try:
        begun.mkdir(mode=0o700)
        made, recovery_key, pin = enrolment.init(data, passphrase, clock=clock, cost=wishes.cost, state=begun / "state")
        try:
            known = f"{hospital_id(made.root):08x}"
            hospital = bases.hospital(row, data, known)
            day = clock().astimezone(INDIA).date()
            write_secrets(
                made, hospital, begun / SECRETS, passphrase=passphrase, recovery_key=recovery_key, pin=pin,
                cards=wishes.cards, day=day,
            )  # fmt: skip
            counter = Counter(
                ledger=made.ledger, hospital=hospital, hospital_id=hospital_id(made.root), drill=made.drill,
                sign=made.sign,
            )  # fmt: skip
            pads = _pads(made, counter, wishes.pads, clock())
            built = build(
                made, counter, data / "hospital.toml", begun / STICK, same, clock=clock, own_pads=pads,
                needs_card=wishes.cards > 0, read_back=False,
            )  # fmt: skip
        finally:
            made.close()
        write_file(begun / ROW, _digest(row, bases).encode())
        shutil.rmtree(data)
        shutil.rmtree(begun / "state")
        put(begun, out / row.code)
        sync_folder(out)
    except OSError as wrong:
        raise disk_error(wrong, out) from wrong
    return built.kit


def _pads(made: enrolment.Installation, counter: Counter, count: int, now: datetime) -> Mapping[str, bytes]:
    """Blanks of a desk that signs these and nothing else: its key is not kept."""
    if not count:
        return {}
    desk = enrolment.enrol_desk(made, _PAD_DESK)
    _, place, pdf = papers.pads(counter, desk.series, count, now)
    enrolment.retire_desk(made, desk.series, "its pads are printed")
    return {place: pdf}


def _known(row: HospitalRow, folder: Path, bases: _Bases) -> Step:
    """A hospital that is there: its keys are given out by now, so it is never made anew under the same name."""
    try:
        kit = seal.whose(folder / STICK)
        same = sums.plain_file(folder / ROW).decode() == _digest(row, bases)
    except (ParchiError, OSError, ValueError):
        why = "its folder is there and holds no stick of ours: move it away, then call again"
        return Step(row=RowWrong(line=row.line, column="code", why=why), outcome="wrong")
    return Step(row=row, outcome="there" if same else "changed", hospital_id=kit.hospital_id)


def _digest(row: HospitalRow, bases: _Bases) -> str:
    """What marks a row's content, and its base's, wherever in the table it stands."""
    told = asdict(replace(row, line=0, base=None))
    return hashlib.sha256(repr((sorted(told.items()), bases.of(row)[0])).encode()).hexdigest()


def _lay_out(same: Shared, folder: Path) -> Shared:
    """What all sticks share, once on the disk that they are built on; from there it is linked."""
    known = {place: sums.digest(path) for place, path in same.files.items()}
    known |= {place: sums.digest_of(content) for place, content in same.made.items()}
    home = folder / sums.digest_of(sums.text(known).encode())[:16]
    if not home.is_dir() or sums.compare(home, known):
        shutil.rmtree(folder, ignore_errors=True)  # the links that are out hold their content
        stick = Stick(home, bytes(32))
        for place, path in same.files.items():
            stick.copy(place, path)
        for place, content in same.made.items():
            stick.put(place, content)
        sync_all([home / place for place in known], home)
    return Shared(files={place: home / place for place in known}, sums=known)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """The folder is made and held: two at once would make two sets of keys for one hospital. Raises KitsBusy."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        handle = os.open(out / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as wrong:
        raise disk_error(wrong, out) from wrong
    try:
        if not take_lock(handle):
            raise KitsBusy(folder=out)
        yield
    finally:
        os.close(handle)
