"""kit build and kit verify: the stick for one hospital or for all of a table, and whether one is as it was made."""

import time
from collections.abc import Callable
from pathlib import Path

import click

from fallback.cli.data import Data, json_option, show
from fallback.cli.spoken import _
from fallback.enrolment import KEYS_FILE
from fallback.keys import PublicKeys
from fallback.kit import build as building, embedded, many, seal, wheels
from fallback.kit.table import HospitalRow, RowWrong, read_table
from fallback.language import format_moment, translate
from fallback.machine import state_folder
from fallback.settings import language
from fallback.slip import INDIA, SERIES_LIMIT

_EVERY = 1.0  # seconds between two lines of progress
_MOST_PADS = 500
STAGE_LABELS = {"writing": "Writing", "reading": "Reading it back", "checking": "Looking at every byte"}


@click.command("build")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The stick, or a folder.")
@click.option(
    "--wheels", "wheels_from", type=click.Path(path_type=Path, file_okay=False),
    help="A folder that holds the packages; else they are fetched once, and kept.",
)  # fmt: skip
@click.option(
    "--python", "pythons", type=click.Choice([f"3.{minor}" for minor in range(11, 16)]), multiple=True,
    default=wheels.PYTHONS, show_default=True, help="For which Pythons of the computers. May be repeated.",
)  # fmt: skip
@click.option(
    "--python-windows", type=click.Path(path_type=Path, dir_okay=False),
    help="The embeddable package (64-bit) from python.org, for computers without a Python.",
)  # fmt: skip
@click.option("--python-windows-sha256", help="Its SHA-256, as python.org says it.")
@click.option(
    "--windows-library", "libraries", type=click.Path(path_type=Path, dir_okay=False), multiple=True,
    help="A .dll to lie beside it: msvcp140.dll of a Windows PC, 64 bit. May be repeated.",
)  # fmt: skip
@click.option("--index", is_flag=True, help="With the frozen patient index, encrypted.")
@click.option(
    "--pads", type=click.IntRange(0, _MOST_PADS), default=30, show_default=True, help="How many blanks to number."
)
@click.option(
    "--all", "table", type=click.Path(path_type=Path, dir_okay=False),
    help="A table (CSV, XLSX) of hospitals: a folder for each, with keys of its own.",
)  # fmt: skip
@click.option(
    "--cards", type=click.IntRange(1, SERIES_LIMIT - 1), default=12, show_default=True,
    help="With --all: how many enrolment cards each hospital gets.",
)  # fmt: skip
@click.option("--no-cards", is_flag=True, help="Also when no unused enrolment card would open it.")
@json_option
@click.pass_obj
def kit_build(
    data: Data, out: Path, wheels_from: Path | None, pythons: tuple[str, ...], python_windows: Path | None,
    python_windows_sha256: str | None, libraries: tuple[Path, ...], index: bool, pads: int, table: Path | None,
    cards: int, no_cards: bool, as_json: bool,
) -> None:  # fmt: skip
    """Makes the stick: program, packages, the hospital's files, a sealed copy of the journal, pads, runbook, poster.

    It needs the passphrase and the root's key, and enrolment cards made before. No key and no card is on it.

    With --all it makes a folder for each hospital of a table, each with a stick and, apart from it, its secrets. The
    hospital's file (--hospital) says what the table does not. Ended anywhere, the same command goes on. Exits 4 when a
    row was refused.

    Example: python -m fallback kit build --out /media/stick
    """
    python = _python(python_windows, python_windows_sha256, libraries, pythons)
    if table is not None:
        if index:
            raise click.UsageError(_("A patient index is one hospital's: leave out --index, or --all."))
        same = building.shared(_wheels(data, pythons, wheels_from), python)
        _build_all(data, table, out, same, many.Wishes(cards=cards, pads=pads), as_json=as_json)
        return
    with data.installation() as installation:
        installation.vault.needs_whole()
        counter = data.counter(installation)
        building.opening_cards(counter, needed=not no_cards)  # told before minutes of fetching
        same = building.shared(_wheels(data, pythons, wheels_from), python)
        made = building.build(
            installation, counter, data.settings.hospital, out, same, clock=data.clock,
            index=index, pads=pads, needs_card=not no_cards, tell=_telling(),
        )  # fmt: skip
    value = {
        "folder": str(out), "hospital_id": made.kit.hospital_id, "sums": made.kit.sums, "files": made.files,
        "bytes": made.size, "cards": made.cards, "pads": [number.text for number in made.pads],
    }  # fmt: skip
    words = [
        _("{folder}: {count} files, {size} MB, sealed.", folder=out, count=made.files, size=made.size // 1_000_000)
    ]
    if made.pads:
        ends = {"first": made.pads[0].grouped, "last": made.pads[-1].grouped}
        words.append(_("Pads {first} to {last} are on it: print them once.", **ends))
    if made.pads_kept:
        words.append(_("The pads of the older stick stay on it."))
    words.append(_("{count} unused enrolment cards open it.", count=made.cards))
    show(value, as_json=as_json, text="\n".join(words))


@click.command("verify")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keys", type=click.Path(path_type=Path), help="keys.json of the hospital that it must be of.")
@json_option
@click.pass_obj
def kit_verify(data: Data, folder: Path, keys: Path | None, as_json: bool) -> None:
    """Looks at every byte of a stick, and at its seal. Where this computer has a hospital, it must be that one's.

    Example: python -m fallback kit verify /media/stick
    """
    own = data.folder / KEYS_FILE
    known = keys or (own if own.is_file() else None)
    found = seal.verify(folder, _checking(), root=PublicKeys.load(known).root if known else None)
    made = format_moment(found.made.astimezone(INDIA))
    value = {
        "version": found.version, "hospital": found.hospital, "hospital_id": found.hospital_id,
        "made": found.made.isoformat(), "drill": found.drill, "sums": found.sums, "known": known is not None,
    }  # fmt: skip
    about = {"hospital": found.hospital, "id": found.hospital_id, "made": made, "version": found.version}
    words = [_("Every byte is as it was built: {hospital} ({id}), made {made}, version {version}.", **about)]
    if found.drill:
        words.append(_("It is for drills: its slips say DRILL, and no real import takes them."))
    if not known:
        words.append(
            _("Whether {id} is your hospital, a slip, a card or the poster says: compare it.", id=found.hospital_id)
        )
    show(value, as_json=as_json, text="\n".join(words))


def _build_all(
    data: Data, table: Path, out: Path, same: building.Shared, wishes: many.Wishes, *, as_json: bool
) -> None:
    steps: list[many.Step] = []
    began, due = time.monotonic(), 0

    def announce(to_make: int, there: int) -> None:
        nonlocal due, began
        due, began = to_make, time.monotonic()
        click.echo(_("{count} hospitals to be made, {there} are there.", count=to_make, there=there), err=True)

    rows = list(read_table(table))
    for step in many.build_all(rows, out, same, data.settings.hospital, wishes, clock=data.clock, announce=announce):
        steps.append(step)
        if step.outcome == "made" and isinstance(step.row, HospitalRow):
            made = sum(each.outcome == "made" for each in steps)
            left = round((time.monotonic() - began) / made * (due - made) / 60)
            told = {"code": step.row.code, "id": step.hospital_id, "done": made, "count": due, "left": left}
            click.echo(_("{code} ({id}): {done} of {count}, {left} minutes left", **told), err=True)
    refused = [step.row for step in steps if isinstance(step.row, RowWrong)]
    changed = [step.row for step in steps if step.outcome == "changed"]
    value: dict[str, object] = {
        each: [step.row.code for step in steps if step.outcome == each and isinstance(step.row, HospitalRow)]
        for each in ("made", "there", "changed")
    }
    value["wrong"] = [{"line": row.line, "column": row.column, "why": str(row.why)} for row in refused]
    words = [
        _("Line {line}, {column}: {why}", line=str(row.line), column=row.column, why=translate(row.why, language()))
        for row in refused
    ]
    words += [
        _(
            "Line {line}, {code}: the row was changed since its stick was made, which stays as it is. Its keys may be "
            "in use: to make it anew, move its folder away.",
            line=str(row.line), code=row.code,
        )
        for row in changed
        if isinstance(row, HospitalRow)
    ]  # fmt: skip
    counts = {"made": sum(step.outcome == "made" for step in steps), "refused": len(refused), "folder": out}
    words.append(_("{made} hospitals were made in {folder}, {refused} rows were refused.", **counts))
    words.append(
        _(
            "Each folder has a stick, and secrets that never go onto one. {file} is for the central office.",
            file=many.ROOTS,
        )
    )
    show(value, as_json=as_json, text="\n".join(words))
    if refused:
        click.get_current_context().exit(4)


def _python(
    archive: Path | None, sha256: str | None, libraries: tuple[Path, ...], pythons: tuple[str, ...]
) -> embedded.EmbeddedPython | None:
    if (archive is None) != (sha256 is None):
        raise click.UsageError(_("--python-windows and --python-windows-sha256 go together."))
    if archive is None or sha256 is None:
        return None
    found = embedded.with_libraries(embedded.unpacked(archive, sha256), libraries)
    if not embedded.is_complete(found):
        click.echo(
            _(
                "On a Windows PC without Microsoft's C++ library this Python does not start the program: add {file} "
                "with --windows-library (from C:\\Windows\\System32 of a 64-bit PC that has it).",
                file=embedded.NEEDED_LIBRARY,
            ),
            err=True,
        )
    if found.version not in pythons:
        raise click.UsageError(
            _("{file} is Python {version}: name it with --python, too.", file=archive.name, version=found.version)
        )
    return found


def _wheels(data: Data, pythons: tuple[str, ...], source: Path | None) -> list[Path]:
    cache = (data.settings.state or state_folder()) / "wheels"
    return building.needed_wheels(
        pythons, source, cache, lambda goal: click.echo(_("Fetching packages: {goal}", goal=goal), err=True)
    )


def _telling() -> Callable[[str, int, int], None]:
    """Says at most once a second what is being done, and how far it is."""
    told = 0.0

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            size = {"done": done // 1_000_000, "total": total // 1_000_000}
            click.echo(_("{stage}: {done} of {total} MB", stage=_(STAGE_LABELS[stage]), **size), err=True)

    return tell


def _checking() -> Callable[[int, int], None]:
    tell = _telling()
    return lambda done, total: tell("checking", done, total)
