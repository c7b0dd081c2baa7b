"""Reads the [[ward]] tables of hospital.toml: where patients lie, bed by bed."""

import re

from fallback.errors import Sentence
from fallback.hospital import Ward
from fallback.toml_lines import Place
from fallback.toml_table import Tables

WARDS_LIMIT = 255
BEDS_LIMIT = 120  # of one ward
BED_LETTERS = 12

_CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}")


def wards(tables: Tables, found: object) -> tuple[Ward, ...]:
    """All [[ward]] tables; none is fine: then nobody is admitted."""
    if not isinstance(found, list):
        tables.fail(("ward",), "A ward is written as a table [[ward]].")
    made: list[Ward] = []
    for index, table in enumerate(found):
        at: Place = ("ward", index)
        tables.only(at, table, {"number", "code", "name", "name_hindi", "beds", "discreet"})
        code = tables.need(at, table, "code", tables.text)
        if not _CODE.fullmatch(code):
            why = 'A code has 2 to 8 capital letters or digits and begins with a letter, like "ENT".'
            tables.fail((*at, "code"), why)
        ward = Ward(
            number=tables.need(at, table, "number", tables.whole(1, WARDS_LIMIT)),
            code=code,
            name=tables.need(at, table, "name", tables.text),
            name_hindi=tables.need(at, table, "name_hindi", tables.text),
            beds=_beds(tables, (*at, "beds"), table.get("beds")),
            discreet=tables.flag((*at, "discreet"), table.get("discreet", False)),
        )
        for earlier in made:
            if earlier.number == ward.number:
                why = "Ward {code} has the number {number} already. A number belongs to one ward for ever."
                tables.fail((*at, "number"), Sentence(why, code=earlier.code, number=ward.number))
            if earlier.code == ward.code:
                why = "Ward number {number} has the code {code} already. Give this one another code."
                tables.fail((*at, "code"), Sentence(why, code=ward.code, number=earlier.number))
        made.append(ward)
    return tuple(made)


def _beds(tables: Tables, at: Place, value: object) -> tuple[str, ...]:
    """A number of beds, which are called 1, 2, 3; or what each is called."""
    if isinstance(value, int) and not isinstance(value, bool):
        return tuple(str(bed) for bed in range(1, tables.whole(1, BEDS_LIMIT)(at, value) + 1))
    if not isinstance(value, list) or not 0 < len(value) <= BEDS_LIMIT:
        tables.fail(at, 'A number of beds was expected, or what each is called, like ["1", "2", "HDU-1"].')
    beds = tuple(tables.text(at, each) for each in value)
    if any(len(bed) > BED_LETTERS for bed in beds):
        tables.fail(at, Sentence("The name of a bed has at most {limit} letters.", limit=BED_LETTERS))
    if len({bed.casefold() for bed in beds}) != len(beds):
        tables.fail(at, "A bed stands there twice.")
    return beds
