"""Reads the [[counter]] tables of hospital.toml: rooms that read slips, what they do, their stickers and tubes."""

from fallback.hospital import STICKER_SHEETS, USUAL_COUNTERS, ServiceCounter
from fallback.slip import TUBES_LIMIT
from fallback.toml_lines import Place
from fallback.toml_table import Tables

SERVICES_LIMIT = 9  # one key each


def counters(tables: Tables, found: object) -> tuple[ServiceCounter, ...]:
    """All [[counter]] tables; the usual ones where the file has none."""
    if found is None:
        return USUAL_COUNTERS
    if not isinstance(found, list):
        tables.fail(("counter",), "A counter is written as a table [[counter]].")
    made: list[ServiceCounter] = []
    for index, table in enumerate(found):
        at: Place = ("counter", index)
        tables.only(at, table, {"name", "name_hindi", "what", "what_hindi", "stickers", "tubes"})
        name = tables.need(at, table, "name", tables.text)
        if any(each.name == name for each in made):
            tables.fail((*at, "name"), "Another [[counter]] has this name already. Give this one another name.")
        what = _services(tables, (*at, "what"), table.get("what"))
        hindi = _services(tables, (*at, "what_hindi"), table.get("what_hindi"))
        if len(hindi) != len(what):
            tables.fail((*at, "what_hindi"), "As many texts were expected as in `what`, in the same order.")
        tubes = _tubes(tables, (*at, "tubes"), table["tubes"]) if "tubes" in table else range(0)
        for other in made:
            if set(other.tubes) & set(tubes):
                why = "Two counters would put the same number on the tubes of one patient. Give each its own numbers."
                tables.fail((*at, "tubes"), why)
        made.append(
            ServiceCounter(
                name=name,
                name_hindi=tables.need(at, table, "name_hindi", tables.text),
                what=what,
                what_hindi=hindi,
                stickers=tables.one_of(STICKER_SHEETS)((*at, "stickers"), table.get("stickers", STICKER_SHEETS[-1])),
                tubes=tubes,
            )
        )
    return tuple(made)


def _services(tables: Tables, at: Place, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= SERVICES_LIMIT:
        tables.fail(at, 'A list of 1 to 9 things that are done there was expected, like ["Sample taken"].')
    texts = tuple(tables.text(at, each) for each in value)
    if len(set(texts)) != len(texts):
        tables.fail(at, "A text stands there twice.")
    return texts


def _tubes(tables: Tables, at: Place, value: object) -> range:
    if not isinstance(value, list) or len(value) != 2:
        tables.fail(at, "The first and the last number of its tubes were expected, like [50, 59].")
    first, last = (tables.whole(1, TUBES_LIMIT)(at, each) for each in value)
    if first > last:
        tables.fail(at, "The first and the last number of its tubes were expected, like [50, 59].")
    return range(first, last + 1)
