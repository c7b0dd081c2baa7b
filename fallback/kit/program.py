"""The program as it goes onto a stick: its own files where this Parchi was started from, no tests, nothing compiled."""

from collections.abc import Collection, Iterator
from pathlib import Path

import fallback
from fallback.settings import PROGRAM

REQUIREMENTS = PROGRAM / "requirements.txt"
_PACKAGE = Path(fallback.__file__).resolve().parent
_SCRIPTS = _PACKAGE / "kit" / "scripts"
_BESIDE = ("templates", "static")
_ALONE = ("app.py", "hospital.toml", REQUIREMENTS.name, "LICENSE", "NOTICES", "docs/runbook.md", "docs/runbook.hi.md")
_LEFT = (".pyc", ".orig", ".rej")  # what compilers and editors leave


def program_files() -> Iterator[tuple[str, Path]]:
    """Each file of the program, by its place on the stick. Raises OSError."""
    inside = {*_BESIDE, *(name.partition("/")[0] for name in _ALONE)}  # where a wheel has what lies beside it here
    for path in _below(_PACKAGE, but=inside):
        yield f"program/fallback/{path.relative_to(_PACKAGE).as_posix()}", path
    for name in _BESIDE:
        for path in _below(PROGRAM / name):
            yield f"program/{path.relative_to(PROGRAM).as_posix()}", path
    for name in _ALONE:
        if (PROGRAM / name).is_file():
            yield f"program/{name}", PROGRAM / name
    yield "program/start.py", _PACKAGE / "kit" / "start.py"


def scripts() -> Iterator[tuple[str, bytes]]:
    """What is double-clicked, by its name. What Windows reads ends its lines as Windows does. Raises OSError."""
    for path in _below(_SCRIPTS):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        yield path.name, text.replace(b"\n", b"\r\n") if path.suffix == ".bat" else text


def _below(folder: Path, but: Collection[str] = ()) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == "__pycache__" or path.name in but:
            continue
        if path.is_dir():
            yield from _below(path)
        elif path.suffix not in _LEFT and not path.name.endswith("~"):
            yield path
