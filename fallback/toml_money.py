"""The tables [money] and [[exemption]] of hospital.toml: how fees may be paid, and why somebody pays none."""

import re

from fallback.hospital import Exemption
from fallback.money import Mode
from fallback.toml_lines import Place
from fallback.toml_table import Tables

_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_MODES = tuple(each.value for each in Mode)


def money(reader: Tables, table: object) -> tuple[tuple[Mode, ...], bool]:
    """The table [money]: the ways of paying, the usual one first, and whether there are receipt books on paper."""
    found = reader.only(("money",), table, {"modes", "receipt_book"})
    at: Place = ("money", "modes")
    named = found.get("modes", list(_MODES))
    if not isinstance(named, list) or not named:
        reader.fail(at, 'A list of ways to pay was expected, like ["cash", "upi"].')
    modes = tuple(Mode(reader.one_of(_MODES)(at, each)) for each in named)
    if len(set(modes)) != len(modes):
        reader.fail(at, "A way to pay stands there twice.")
    return modes, reader.flag(("money", "receipt_book"), found.get("receipt_book", False))


def exemptions(reader: Tables, tables: object) -> tuple[Exemption, ...]:
    """All [[exemption]] tables, in the order in which they are offered."""
    if not isinstance(tables, list):
        reader.fail(("exemption",), "A reason to ask no fee is written as a table [[exemption]].")
    found: list[Exemption] = []
    for index, table in enumerate(tables):
        at: Place = ("exemption", index)
        reader.only(at, table, {"code", "name", "name_hindi"})
        code = reader.need(at, table, "code", reader.text)
        if not _CODE.fullmatch(code):
            why = 'A code has 2 to 12 capital letters or digits and begins with a letter, like "BPL".'
            reader.fail((*at, "code"), why)
        if any(each.code == code for each in found):
            reader.fail((*at, "code"), "Another [[exemption]] has this code already. Give this one another code.")
        names = {name: reader.need(at, table, name, reader.text) for name in ("name", "name_hindi")}
        found.append(Exemption(code=code, **names))
    return tuple(found)
