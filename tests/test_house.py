"""The house stands as drawn: imports go downwards, a library lives in one room, files stay small and say why."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
FALLBACK = HOUSE / "fallback"

NOUNS = {
    "errors", "language", "settings", "hospital", "hospital_file", "toml_lines", "toml_table", "states",
    "places", "names",
    "toml_counters", "toml_wards", "stay", "episode",
    "slip", "identity", "downtime", "keys", "vault", "groups", "parts", "sealed", "disk", "marks", "statement",
    "machine", "authority", "logbook", "particulars", "person", "money", "toml_money", "spreadsheet", "needs",
    "stream", "roster", "toml_clinics", "toml_targets", "tables", "toml_ready",
    "computer",
}  # fmt: skip
RULES = {"payload", "idcards", "wedge", "matching", "reconcile", "outcome", "census", "opd", "practice"}
EDGES = {"ledger", "printing", "scanning", "evidence", "patients", "ehospital", "lan"}
ACTS = {"frontdesk", "recovery", "custody", "enrolment"}
SURFACE = {"web"}
DOORS = {"cli", "serving", "rehearsal", "kit", "central", "__main__", "app"}

MAY_IMPORT: dict[str, set[str]] = (
    dict.fromkeys(NOUNS | RULES, NOUNS)
    | dict.fromkeys(EDGES, NOUNS)
    | dict.fromkeys(ACTS, NOUNS | RULES | EDGES)
    | dict.fromkeys(SURFACE, NOUNS | RULES | EDGES | ACTS)
    | dict.fromkeys(DOORS, NOUNS | RULES | EDGES | ACTS | SURFACE | DOORS)
    | {"errors": set(), "__init__": set()}
)

# A library's only rooms. Whoever else wants it asks the room.
LIVES_IN: dict[str, set[str]] = {
    "sqlite_utils": {"ledger"},
    "sqlcipher3": {"ledger", "patients", "vault"},
    "sqlite3": set(),
    "reportlab": {"printing"},
    "qrcode": {"printing"},
    "uharfbuzz": {"printing"},
    "zxingcpp": {"scanning"},
    "pypdfium2": {"scanning", "printing"},
    "escpos": {"printing"},
    "pillow_heif": {"scanning"},
    "httpx": {"ehospital", "rehearsal"},
    "flask": {"web"},
    "flask_wtf": {"web"},
    "wtforms": {"web"},
    "werkzeug": {"web"},
    "h11": {"serving"},
    "click": {"cli", "__main__"},
    "distributed": {"cli"},
    "cryptography": {"authority", "keys", "vault", "sealed", "enrolment", "idcards"},
    "shamir_mnemonic": {"parts"},
    "stdnum": {"slip"},
    "babel": {"language"},
    "openpyxl": {"spreadsheet"},
    "duckdb": {"patients"},
}
IMPURE = {"random", "secrets", "time", "os", "pathlib", "socket", "subprocess", "threading"}
LONGEST_FILE = 400


def imports(source: str) -> Iterator[str]:
    """Every dotted name that a module's text imports, also inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide their direction"
            if node.module == "fallback":
                yield from (f"fallback.{alias.name}" for alias in node.names)
            else:
                yield str(node.module)


def wrong_imports(room: str, source: str) -> list[str]:
    """What a module of a room imports against the rule, in words."""
    found = []
    for name in imports(source):
        top, _, rest = name.partition(".")
        other = rest.split(".")[0]
        if top == "fallback" and rest and other != room and not other.startswith("__"):
            if other not in MAY_IMPORT[room]:
                found.append(f"{room} may not import fallback.{other}")
        elif top in LIVES_IN and room not in LIVES_IN[top]:
            found.append(f"{top} does not live in {room}")
        elif room in RULES and top in IMPURE:
            found.append(f"{room} is a rule and may not import {top}")
    return found


def modules() -> list[Path]:
    return [HOUSE / "app.py", *sorted(FALLBACK.rglob("*.py"))]


def room_of(path: Path) -> str:
    return path.relative_to(FALLBACK).parts[0].removesuffix(".py") if path.is_relative_to(FALLBACK) else path.stem


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_go_downwards(path: Path) -> None:
    room = room_of(path)
    assert room in MAY_IMPORT, f"{room} is not a room of the house: draw it into docs/architecture.md and this test"
    assert wrong_imports(room, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "source", "words"),
    [
        ("payload", "from fallback.ledger import Ledger", "payload may not import fallback.ledger"),
        ("payload", "def f():\n    import fallback.ledger.queries", "payload may not import fallback.ledger"),
        ("ledger", "from fallback import payload", "ledger may not import fallback.payload"),
        ("frontdesk", "from fallback.recovery import accept", "frontdesk may not import fallback.recovery"),
        ("slip", "from fallback.web import forms", "slip may not import fallback.web"),
        ("frontdesk", "import reportlab.pdfgen", "reportlab does not live in frontdesk"),
        ("reconcile", "import random", "reconcile is a rule and may not import random"),
        ("errors", "from fallback.slip import Slip", "errors may not import fallback.slip"),
    ],
)
def test_a_wrong_import_is_found(room: str, source: str, words: str) -> None:
    assert wrong_imports(room, source) == [words]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_every_module_opens_with_a_sentence_and_stays_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    sentence = ast.get_docstring(ast.parse(text))
    assert sentence, f"{path} does not say what it is"
    assert len(text.splitlines()) <= LONGEST_FILE, f"{path} has outgrown its size: make it a folder"


def test_no_junk_rooms() -> None:
    names = {path.stem for path in modules()}
    assert not names & {"utils", "util", "helpers", "helper", "common", "manager", "service", "misc", "tools"}


def test_the_door_is_short() -> None:
    assert len((HOUSE / "app.py").read_text(encoding="utf-8").splitlines()) <= 20
