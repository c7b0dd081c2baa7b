"""What a morning leaves behind on paper: every leaf for the scanner, and what must come out of it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

from PIL import Image

from fallback import frontdesk
from fallback.downtime import shift_key
from fallback.frontdesk.counter import Counter
from fallback.rehearsal import strangers
from fallback.rehearsal.box import Leaf
from fallback.rehearsal.clinic import Prints, Visit, day_pages, ticked, visits
from fallback.rehearsal.scanner import OFFICE, blank_page, torn
from fallback.rehearsal.ward import Pad
from fallback.slip import SlipNumber

_LOST = 0.04  # of the hospital's copies never come back
_WHOLE = 0.05  # come back untorn, both copies on one page
_TORN = _WRITTEN = _BLANK = _REPEATS = 2
_CLINICS = 3  # send a day sheet and a box with its sheet; one of the boxes is a slip short of what its sheet says
_BACK = (1654, 780)  # pixels

READ = frozenset({"read", "doubtful"})
BROUGHT_NOTHING = READ | {"repeat"}  # another page may have brought the same slip before
FOREIGN, FORGED, EYES = frozenset({"foreign"}), frozenset({"forged"}), frozenset({"unread"})
UNHARMED = replace(OFFICE, creases=0, stains=0)  # what never left the office
BLANK = frozenset({"blank", "repeat"})  # two white pages of 1 bit are one picture


@dataclass(slots=True)
class Pile:
    """The leaves in the order in which they are scanned, the visits by slip number, and what is known of them.

    `lost` are the slips whose copy never came back, `torn` those whose copy cannot be read. `tokens` are the slips that
    are ticked on day sheets, by clinic and desk; `by_nurse` those of which a nurse said that they were seen. `boxes` is
    how many copies of a clinic its sheet promises, and how many there are.
    """

    leaves: list[Leaf] = field(default_factory=list)
    visits: dict[str, Visit] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    torn: set[str] = field(default_factory=set)
    by_nurse: set[str] = field(default_factory=set)
    tokens: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    boxes: dict[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def on_sheets(self) -> set[str]:
        """The slips that are ticked on any day sheet."""
        return set().union(*self.tokens.values())


def pile(
    files: Sequence[Path],
    pads: Sequence[Pad],
    counter: Counter,
    desks: Sequence[int],
    day: date,
    rng: Random,
    *,
    at: Callable[[int], Counter] | None = None,
    shifts: Sequence[str] | None = None,
) -> Pile:
    """The pile of a morning: its printed slips in the order of printing, each file named by its number, and pads.

    The sheets are those of `desks` and of `shifts`, by key; the first shift of each desk when None. `at` gives the
    counter where a desk's sheets are signed, where that is another than the one that knows all slips.
    """
    made, prints = Pile(), Prints(counter)
    newest = {path.name[:11]: path for path in files}
    went = visits(newest, prints, counter, rng)
    made.visits = {visit.slip.number.text: visit for visit in went}
    spared = rng.sample(sorted(made.visits), min(len(made.visits), 8 + _TORN + _WRITTEN + _BLANK + _REPEATS))
    made.lost = {number for number in made.visits if number not in spared and rng.random() < _LOST}
    made.torn = {spared.pop() for _ in range(min(_TORN, len(made.visits) // 4))}
    copies = _copies(files, newest, made, prints, rng)
    leaves = _odd_ones(copies, spared, made, prints) | _pads(pads)
    keys = [shift_key(series, 1) for series in desks] if shifts is None else shifts
    sheets = _sheets(made, at or (lambda _: counter), desks, day, keys)
    made.leaves = _in_boxes(leaves, sheets, made, rng)
    return made


def _copies(
    files: Sequence[Path], newest: Mapping[str, Path], made: Pile, prints: Prints, rng: Random
) -> dict[str, list[Leaf]]:
    """The copies by slip: the newest is the one that the doctor had, older versions lie in the box unticked."""
    found: dict[str, list[Leaf]] = defaultdict(list)
    for file in files:
        number = file.name[:11]
        visit = made.visits.get(number)
        if number in made.lost:
            continue
        if visit is None or newest[number] != file:
            plain = Leaf(
                kind="copy without ticks",
                draw=partial(_plain, prints, file, "hospital"),
                outcomes=BROUGHT_NOTHING,
                numbers=(number,),
            )
            found[number].append(plain)
            continue
        several = sum(each.name[:11] == number for each in files) > 1
        found[number].append(
            Leaf(
                kind="copy",
                draw=partial(_sheet_of if rng.random() < _WHOLE else _copy_of, prints, visit),
                outcomes=BROUGHT_NOTHING if several else READ,
                numbers=(number,),
                boxes={number: visit.boxes} if visit.boxes else {},
                wear=replace(OFFICE, one_bit=0.0 if visit.in_grey else 1.0),
            )
        )
    return found


def _plain(prints: Prints, file: Path, name: str, _: Random) -> Image.Image:
    return prints.copy(file, name)


def _page(pdf: bytes, _: Random) -> Image.Image:
    return Prints.whole(pdf)


def _copy_of(prints: Prints, visit: Visit, rng: Random) -> Image.Image:
    return ticked(prints.copy(visit.file), visit, rng)


def _sheet_of(prints: Prints, visit: Visit, rng: Random) -> Image.Image:
    return prints.untorn(visit.file, ticked(prints.copy(visit.file), visit, rng))


def _torn_of(prints: Prints, visit: Visit, rng: Random) -> Image.Image:
    return torn(_copy_of(prints, visit, rng), rng)


def _on_one_glass(kind: str, upper: Leaf, lower: Leaf) -> Leaf:
    """Two papers that were laid on the glass together, one below the other."""

    def draw(rng: Random) -> Image.Image:
        above, below = upper.draw(rng), lower.draw(rng)
        glass = Image.new("L", (max(above.width, below.width), above.height + below.height + 40), 255)
        glass.paste(above, (0, 0))
        glass.paste(below, (0, above.height + 40))
        return glass

    return Leaf(
        kind=kind,
        draw=draw,
        outcomes=upper.outcomes | lower.outcomes,
        numbers=upper.numbers + lower.numbers,
        boxes={**upper.boxes, **lower.boxes},
        wear=replace(OFFICE, one_bit=0.0),
    )


def _odd_ones(
    copies: dict[str, list[Leaf]], spared: Sequence[str], made: Pile, prints: Prints
) -> dict[str, list[Leaf]]:
    """The same copies, some of them torn, mirrored, two on one glass, with their backs, scanned twice."""
    for number in made.torn:
        draw = partial(_torn_of, prints, made.visits[number])
        copies[number][-1] = replace(copies[number][-1], kind="torn copy", draw=draw, outcomes=EYES, boxes={})
    queue = iter(spared)
    for number in islice(queue, 1):
        copies[number][-1] = replace(copies[number][-1], kind="mirrored copy", mirrored=True)
    for number in islice(queue, 1):
        home = partial(_plain, prints, made.visits[number].file, "patient")
        copies[number].append(Leaf(kind="patient's copy", draw=home, outcomes=BROUGHT_NOTHING, numbers=(number,)))
        copies[number] = [replace(each, outcomes=BROUGHT_NOTHING) for each in copies[number]]
    for number in islice(queue, _WRITTEN):
        written = partial(strangers.written_back, _BACK)
        copies[number].append(Leaf(kind="written back", draw=written, outcomes=EYES, numbers=(number,)))
    for number in islice(queue, _BLANK):
        white = partial(blank_page, _BACK)
        copies[number].append(Leaf(kind="blank back", draw=white, outcomes=BLANK, wear=UNHARMED))
    for number in islice(queue, _REPEATS):
        front = copies[number][-1]
        copies[number].append(replace(front, kind="the same picture", outcomes=BROUGHT_NOTHING, again=front))
    for number in islice(queue, 1):
        copies[number].append(replace(copies[number][-1], kind="the same paper", outcomes=BROUGHT_NOTHING))
        copies[number] = [replace(each, outcomes=BROUGHT_NOTHING) for each in copies[number]]
    for number in islice(queue, 1):
        false = prints.altered(SlipNumber.parse(number))
        copies[""] = [Leaf(kind="forged slip", draw=partial(_page, false), outcomes=FORGED)]
    for first, second in islice(zip(queue, queue, strict=False), 1):
        upper, lower = copies[first].pop(), copies[second].pop()
        copies[first].append(_on_one_glass("two copies on one glass", upper, lower))
    return copies


def _pads(pads: Sequence[Pad]) -> dict[str, list[Leaf]]:
    """Pads that were written on: the last two not cut apart."""
    found = [
        Leaf(
            kind="pad",
            draw=pad.picture,
            outcomes=frozenset({"pad"}),
            numbers=(pad.number.text,),
            boxes={pad.number.text: pad.boxes},
        )
        for pad in pads
    ]
    if len(found) > 2:
        found[-2:] = [_on_one_glass("two pads on one glass", found[-2], found[-1])]
    return {leaf.numbers[0]: [leaf] for leaf in found}


def _sheets(
    made: Pile, at: Callable[[int], Counter], desks: Sequence[int], day: date, shifts: Sequence[str]
) -> dict[int, list[Leaf]]:
    """The sheets on top of the boxes of the busiest clinics: the box's own, and the attendant's."""
    queues: dict[int, dict[int, list[Visit]]] = defaultdict(lambda: defaultdict(list))
    for visit in made.visits.values():
        queues[visit.slip.visit.clinic][visit.slip.visit.token_series].append(visit)
    busiest = sorted(queues, key=lambda clinic: (-sum(map(len, queues[clinic].values())), clinic))[:_CLINICS]
    found: dict[int, list[Leaf]] = {}
    for place, clinic in enumerate(busiest):
        there = [each for queue in queues[clinic].values() for each in queue if each.slip.number.text not in made.lost]
        promised = len(there) + (place == 0)
        made.boxes[clinic] = promised, len(there)
        box = frontdesk.box_sheet(at(desks[0]), clinic=clinic, day=day, series=desks[0], count=promised)
        found[clinic] = [_printed("box sheet", box)]
        for series, queue in sorted(queues[clinic].items()):
            for page in day_pages(at(series), day, clinic, series, queue) if series in desks else ():
                made.tokens.setdefault((clinic, series), set()).update(page.numbers)
                found[clinic].append(
                    Leaf(kind="day sheet", draw=page.picture, outcomes=READ, boxes={"": page.boxes}, wear=UNHARMED)
                )
    found[0] = [_printed("shift sheet", frontdesk.shift_sheet(at(int(key[:3])), key)) for key in shifts]
    return found


def _printed(kind: str, pdf: bytes) -> Leaf:
    return Leaf(kind=kind, draw=partial(_page, pdf), outcomes=frozenset({"read"}), wear=UNHARMED)


def _in_boxes(
    copies: Mapping[str, list[Leaf]], sheets: Mapping[int, list[Leaf]], made: Pile, rng: Random
) -> list[Leaf]:
    """Box after box: its sheets, then its copies in any order, each with what belongs behind it; strangers anywhere."""
    clinics = {number: visit.slip.visit.clinic for number, visit in made.visits.items()}
    boxes: dict[int, list[list[Leaf]]] = defaultdict(list)
    for number, leaves in copies.items():
        clinic = clinics.get(number, 0)
        boxes[clinic if clinic in sheets else 0].append(leaves)
    found: list[Leaf] = []
    for clinic, heap in sorted(boxes.items()):
        rng.shuffle(heap)
        found += sheets.get(clinic, [])
        found += [leaf for leaves in heap for leaf in leaves]
        found.append(Leaf(kind="separator", draw=strangers.separator, outcomes=FOREIGN))
    for kind, draw, outcomes in (
        ("letter", strangers.letter, EYES),
        ("stranger's code", strangers.stranger_code, FOREIGN),
    ):
        found.insert(rng.randrange(len(found)), Leaf(kind=kind, draw=draw, outcomes=outcomes))
    return found
