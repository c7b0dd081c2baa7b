"""Made-up records officers: each with a browser at the worklist, saying what stands on paper, and typing pads in."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date

from fallback.enrolment import Installation
from fallback.errors import DrillStopped
from fallback.ledger import queries
from fallback.rehearsal.box import Leaf
from fallback.rehearsal.clerk import Clerk, Page
from fallback.rehearsal.people import Person
from fallback.rehearsal.pile import Pile

_KEY = re.compile(r"/records/work/([0-9a-f]{64}|\d{11})(?:$|\?)")
_BOX = re.compile(r"box-(\d+)-([a-z_.0-9]+?)(-digits)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the officers see on the paper: the leaves by file and page, the visits, who is written on which pad.

    `misread` is a pad's number: whoever reads it the second time gets a digit of its mobile wrong.
    """

    leaves: Mapping[tuple[str, int], Leaf]
    pile: Pile
    pads: Mapping[str, Person]
    day: date
    misread: str


def work_off(address: str, logins: Sequence[tuple[str, str]], installation: Installation, truth: Truth) -> int:
    """All of them work the list until it is empty; `logins` with their PINs. Gives how many answers that took.

    Raises DrillStopped.
    """
    answers = 0
    with ThreadPoolExecutor(len(logins)) as pool:
        while True:
            sweeps = [pool.submit(_Officer(address, login, pin, installation, truth).sweep) for login, pin in logins]
            done = sum(each.result() for each in sweeps)
            if not done:
                return answers
            answers += done


class _Officer:
    """One person at one screen."""

    def __init__(self, address: str, login: str, pin: str, installation: Installation, truth: Truth) -> None:
        self._login, self._pin = login, pin
        self._ledger, self._truth = installation.ledger, truth
        self._clerk = Clerk(address)

    def sweep(self) -> int:
        """Answers whatever there is for this person."""
        answers = 0
        with self._clerk as clerk:
            clerk.send(clerk.open("/").form("login", "pin"), login=self._login, pin=self._pin)
            page = clerk.open("/records/work")
            while (key := _KEY.search(page.url)) is not None:
                page = self._answer(key[1], page)
                answers += 1
                if _KEY.search(page.url) and page.says:
                    raise DrillStopped(stage="the worklist", why=" ".join(page.says))
        return answers

    def _answer(self, key: str, page: Page) -> Page:
        actions = {form.action.rpartition("/")[2]: form for form in page.forms}
        if "marks" in actions:
            form = actions["marks"]
            return self._clerk.send(form, **self._boxes(key, form.choices))
        if "enter" in actions:
            form = actions["enter"]
            return self._clerk.send(form, **self._written(key, whole="clinic" in form.fields))
        if "choose" in actions:
            form = actions["choose"]
            return self._clerk.send(form, **dict.fromkeys(form.choices, "first"))
        if "finish" in actions:
            return self._clerk.send(actions["finish"])
        leaf = self._leaf(key)
        if not leaf.numbers:
            decision = "blank" if "blank" in leaf.outcomes else "not_ours"
            return self._clerk.send(page.form(action="/decide"), decision=decision)
        page = self._clerk.open(f"/records/work/{key}?number={leaf.numbers[0]}")
        return self._clerk.send(page.form("number", action="/decide"))

    def _leaf(self, picture: str) -> Leaf:
        row = queries.page(self._ledger.db(), picture)
        if row is None:
            raise DrillStopped(stage="the worklist", why="it hands out a page that was never scanned")
        return self._truth.leaves[row.file, row.page]

    def _boxes(self, picture: str, asked: set[str]) -> dict[str, str]:
        """Each box that is asked for as it was meant: ticked or empty, of the comb its digits."""
        codes, leaf = queries.codes(self._ledger.db(), picture), self._leaf(picture)
        told = {}
        for name in asked:
            found = _BOX.fullmatch(name)
            if found is None:
                continue
            number = codes[int(found[1])].number
            if found[2] != "days":
                told[name] = "ticked" if leaf.boxes.get(number, {}).get(found[2]) else "empty"
            elif number in leaf.boxes and self._truth.pile.visits[number].days:
                told[f"{name}-digits"] = self._truth.pile.visits[number].days
            else:
                told[name] = "empty"
        return told

    def _written(self, key: str, *, whole: bool) -> dict[str, str]:
        """What stands on a pad; the second time only who it is."""
        told = {name: text for name, text in asdict(self._truth.pads[key]).items() if text}
        if whole:
            return told | {"day": f"{self._truth.day:%d-%m-%Y}"}
        if key == self._truth.misread and told.get("mobile"):
            told["mobile"] = told["mobile"][:-1] + str((int(told["mobile"][-1]) + 1) % 10)
        return told
