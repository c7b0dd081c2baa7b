"""Every attack this house could think of, against the real program: how often it was tried, and what was let in.

`python bench/attack.py [--quick] [--json]`. Codes forged and mutated, sealed identities, the journal in the hands of
somebody with the key, slips that are replayed, of others, of stolen keys, cloned laptops; in the browser: other sites'
forms, roles, sessions, hosts, paths, hostile texts in every field, page, paper and table, guessed PINs; the real server
under floods. Each attack also runs against something careless, so that it is seen to find what it looks for.

Two processes share the work. The whole takes about half an hour on two free cores, most of it ten million codes.
"""

import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.siege import Tried, door, floods, forging, journal, names, sowing, strangers  # noqa: E402
from bench.siege.eyes import TEXTS  # noqa: E402
from bench.siege.town import Town  # noqa: E402
from bench.told import options, tell  # noqa: E402

CODES = 10_000_000
_PORTION = 250_000


def browsers(folder: Path, quick: bool) -> list[Tried]:
    """Through the web app, one installation for all."""
    town = Town(folder)
    try:
        return [
            door.wrong_people(town, quick=quick),
            door.other_sessions(town),
            door.once_more(town),
            names.hosts(town),
            names.ways_out(town, quick=quick),
            door.guessed(town, 8 if quick else 2000),
            names.files_inside(town),
            door.other_sites(town, ("meena",) if quick else ("asha", "meena", "ravi", "tara")),  # its peer ends the day
        ]
    finally:
        town.close()


def texts(folder: Path, quick: bool) -> list[Tried]:
    """Hostile texts, in an installation of their own."""
    town = Town(folder)
    try:
        found = list(sowing.addresses(town, 1, people=("meena",)) if quick else sowing.addresses(town, len(TEXTS)))
        sowing.sow(town, TEXTS[:: 6 if quick else 1])
        found += [
            sowing.stored(town, quick=quick),
            sowing.papers(town, 2 if quick else len(town.numbers), quick=quick),
            sowing.tables(town, folder),
        ]
        return [*found, *sowing.fields(town, 1 if quick else len(TEXTS), step=5 if quick else 1)]
    finally:
        town.close()


def lines(folder: Path, quick: bool) -> list[Tried]:
    """The journal and its copies."""
    town = Town(folder)
    spoiled = folder / "spoiled"
    spoiled.mkdir()
    try:
        found = journal.Journal(town, spoiled, 20 if quick else 120)
        return [
            journal.lines(found, 3 if quick else 1),
            journal.anew(found, 10 if quick else 200),
            journal.bits(found, 50 if quick else 2000),
            journal.views(town, found, 20 if quick else 300),
        ]
    finally:
        town.close()


def papers(folder: Path, quick: bool) -> list[Tried]:
    """Slips that come back, and laptops that are copied."""
    house = strangers.House(folder)
    many = 1 if quick else 10
    try:
        return [
            strangers.replays(house, 20 * many),
            strangers.strange_slips(house, 60 * many),
            strangers.stolen(house, 10 * many),
            strangers.cloned(house, 10 * many),
            strangers.sealed(house, 15 * many),
            strangers.copied(folder / "copies", 3 * many),
        ]
    finally:
        house.close()


def server(folder: Path, quick: bool) -> list[Tried]:
    """The real server under floods."""
    return floods.floods(folder, 0.8 if quick else 20, ("dripping_body", "oversized") if quick else ())


_PLACES: tuple[Callable[[Path, bool], list[Tried]], ...] = (texts, browsers, lines, papers)


def attack(name: str, quick: bool) -> list[Tried]:
    """All attacks of one place, in a folder of their own."""
    logging.disable(logging.ERROR)  # the program's log says what is wrong with what it is sent
    act = next(each for each in (*_PLACES, server) if each.__name__ == name)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PARCHI_STATE"] = str(Path(folder) / "of the machine")
        return act(Path(folder), quick)


def everything(quick: bool) -> tuple[list[Tried], float]:
    """What was tried; and how many codes a second were forged and judged, by both processes."""
    found: list[Tried] = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        asked = [pool.submit(attack, each.__name__, quick) for each in _PLACES]
        flooded = attack("server", quick) if quick else []
        for each in asked:
            found += each.result()
        begun, count = time.monotonic(), 12_000 if quick else CODES
        portion = min(_PORTION, count // 2)
        codes = list(pool.map(forging.forge, [portion] * (count // portion), range(count // portion)))
        rate = count / (time.monotonic() - begun)
        seals = list(pool.map(forging.sealed, [1_000 if quick else 250_000] * 2, (1, 2)))
    for parts in (seals, codes):
        for other in parts[1:]:
            parts[0].add(other)
        found.insert(0, parts[0])
    # of the whole, for its figures, the desk beside must have the machine to itself
    return found + (flooded or attack("server", quick)), rate


def main() -> None:
    """Attacks and prints."""
    given = options(__doc__, "12,000 codes instead of 10 million, fewer texts and turns, shorter floods").parse_args()
    found, rate = everything(given.quick)
    rows: list[dict[str, Any]] = [
        {"what": f"let in: {each.what}", "ours": each.let_in, "peers": {"tried": each.tried} | each.beside,
         "unit": f"of {each.tried:,}"}
        for each in found
    ]  # fmt: skip
    rows.append({"what": "codes forged and judged", "ours": round(rate), "unit": "a second, two processes",
                 "peers": {"hours for ten million": round(CODES / rate / 3600, 2)}})  # fmt: skip
    rows.append({"what": "let in by all", "ours": sum(each.let_in for each in found),
                 "peers": {"aim": 0}, "unit": f"of {sum(each.tried for each in found):,}"})  # fmt: skip
    for each in found:
        for words in each.first:
            print(f"LET IN: {each.what}: {words}", file=sys.stderr)
    ok = all(each.tried and not each.let_in for each in found)
    tell(rows, ok, as_json=given.json)


if __name__ == "__main__":
    main()
