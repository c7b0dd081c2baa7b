"""Reads the [[target]] tables of hospital.toml: the hospital systems that slips may be imported into."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from fallback.errors import Sentence
from fallback.hospital import Target
from fallback.needs import LABELS, NEEDS
from fallback.toml_lines import Place
from fallback.toml_table import Tables

SPEED = (1, 6_000)  # slips a minute
SHORT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
# How the address of each kind begins; a kind without any has no address.
SCHEMES = {
    "fhir": ("https", "http"),
    "gnuhealth": ("https", "http"),
    "web-form": ("https", "http"),
    "hl7": ("mllp", "mllps"),
    "sheet": (),
    "beep": (),
}
_EXAMPLE = {"hl7": "mllp://his.hospital.example:2575"}
_KEYS = {
    "name", "url", "test", "kind", "needs", "organisation", "pictures", "documents", "speed", "file", "database",
    "login",
}  # fmt: skip


def targets(tables: Tables, found: object, uri: Callable[[Place, object], str]) -> tuple[Target, ...]:
    """All [[target]] tables. `uri` checks an address without looking at what it begins with."""
    if not isinstance(found, list):
        tables.fail(("target",), "A hospital system is written as a table [[target]].")
    made: list[Target] = []
    for index, table in enumerate(found):
        at: Place = ("target", index)
        tables.only(at, table, _KEYS)
        name = tables.need(at, table, "name", _short_name(tables))
        if any(target.name == name for target in made):
            tables.fail((*at, "name"), "Another [[target]] has this name already. Give this one another name.")
        kind = tables.one_of(NEEDS)((*at, "kind"), table.get("kind", "fhir"))
        if SCHEMES[kind]:
            url = tables.need(at, table, "url", _url(tables, kind, uri))
        elif "url" in table:
            tables.fail((*at, "url"), "This kind of way in has no address. Remove the line.")
        else:
            url = f"{kind}:{name}"
        texts = {each: tables.text((*at, each), table[each]) if each in table else "" for each in _TEXTS}
        flags = {each: each in table and tables.flag((*at, each), table[each]) for each in ("pictures", "documents")}
        made.append(
            Target(
                name=name,
                url=url,
                test=tables.need(at, table, "test", tables.flag),
                kind=kind,
                needs=_needs(tables, (*at, "needs"), table.get("needs", [])),
                speed=tables.whole(*SPEED)((*at, "speed"), table["speed"]) if "speed" in table else 0,
                organisation=texts["organisation"],
                pictures=flags["pictures"],
                documents=flags["documents"],
                file=_beside(tables, (*at, "file"), texts["file"]),
                database=texts["database"],
                login=texts["login"],
            )
        )
    return tuple(made)


_TEXTS = ("organisation", "file", "database", "login")


def _beside(tables: Tables, at: Place, name: str) -> str:
    """A file beside the hospital's own, made absolute: `init` copies both, and its name still holds there."""
    if not name:
        return ""
    if Path(name).name != name:
        tables.fail(at, 'The name of a file beside this one was expected, like "his.toml".')
    file = tables.path.parent.resolve() / name
    try:
        found = file.is_file()
    except OSError:  # a name too long for the disk, a place that may not be looked at
        found = False
    if not found:
        tables.fail(at, "There is no such file beside this one. Make it, or leave the key out.")
    return str(file)


def _short_name(tables: Tables) -> Callable[[Place, object], str]:
    def check(at: Place, value: object) -> str:
        """What the command line calls a hospital system."""
        if not isinstance(value, str) or not SHORT_NAME.fullmatch(value):
            tables.fail(at, 'A name of small letters, digits and hyphens was expected, like "test-server".')
        return value

    return check


def _url(tables: Tables, kind: str, uri: Callable[[Place, object], str]) -> Callable[[Place, object], str]:
    def check(at: Place, value: object) -> str:
        """Where a hospital system answers."""
        text = uri(at, value)
        try:
            parts = urlsplit(text)
            good = parts.scheme in SCHEMES[kind] and parts.hostname and parts.port != 0 and not parts.username
        except ValueError:
            good = False
        if not good or "?" in text or "#" in text:
            like = _EXAMPLE.get(kind, "https://his.hospital.example/fhir")
            tables.fail(at, Sentence('A server was expected, like "{like}", without a password in it.', like=like))
        return text.rstrip("/")

    return check


def _needs(tables: Tables, at: Place, value: object) -> frozenset[str]:
    """Fields that a system insists on, from a list like ["mobile"]."""
    if not isinstance(value, list):
        tables.fail(at, 'A list of fields was expected, like ["mobile"].')
    return frozenset(tables.one_of(LABELS)(at, each) for each in value)
