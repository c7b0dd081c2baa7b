"""Reads the table [ready] of hospital.toml: the computers of a downtime, the day's load, who practises when."""

from fallback.hospital import STOCK_HOURS, DowntimeComputer, Ready
from fallback.toml_lines import Place
from fallback.toml_table import Tables

VISITS = (1, 100_000)  # in a day; the largest hospital of India sees some 15,000
HOURS = (8, 720)
CARTRIDGE = (50, 1_000_000)  # pages
_NAME = 15  # letters that Windows lets a computer have; a longer name is none that it answers with


def ready(tables: Tables, found: object) -> Ready:
    """The table [ready] with its [[ready.computers]]; all of it may be left out."""
    at: Place = ("ready",)
    table = tables.only(at, found, {"computers", "visits_a_day", "hours", "rota"})
    return Ready(
        computers=_computers(tables, table.get("computers", [])),
        visits_a_day=tables.whole(*VISITS)((*at, "visits_a_day"), table["visits_a_day"])
        if "visits_a_day" in table
        else 0,
        hours=tables.whole(*HOURS)((*at, "hours"), table.get("hours", STOCK_HOURS)),
        rota=_rota(tables, (*at, "rota"), table.get("rota", [])),
    )


def _computers(tables: Tables, found: object) -> tuple[DowntimeComputer, ...]:
    if not isinstance(found, list):
        tables.fail(("ready", "computers"), "A downtime computer is written as a table [[ready.computers]].")
    made: list[DowntimeComputer] = []
    for index, table in enumerate(found):
        at: Place = ("ready", "computers", index)
        tables.only(at, table, {"name", "place", "counter"})
        name = tables.need(at, table, "name", tables.text)
        if len(name) > _NAME or set(name) & set(' \\/:*?"<>|.'):
            tables.fail((*at, "name"), "The name of a computer has at most 15 letters, no blank and no full stop.")
        if any(each.name.casefold() == name.casefold() for each in made):
            tables.fail((*at, "name"), "Another computer has this name already. Give this one another name.")
        made.append(
            DowntimeComputer(
                name=name,
                place=tables.need(at, table, "place", tables.text),
                counter=tables.text((*at, "counter"), table["counter"]) if "counter" in table else "",
            )
        )
    return tuple(made)


def _rota(tables: Tables, at: Place, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        tables.fail(at, 'A list of counters was expected, like ["Counter 1", "Casualty"].')
    names = tuple(tables.text(at, each) for each in value)
    if len({name.casefold() for name in names}) != len(names):
        tables.fail(at, "A counter stands there twice.")
    return names
