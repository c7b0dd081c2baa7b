"""Who may be the patient of a slip: freshly asked of the patient index and of the backlog, and compared field by field.

A look into the index is a fact before anybody is shown. Of the backlog only those stand here who were registered before
this slip: so no pair is looked at from both sides, and nobody is joined to one who is joined to them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from fallback.downtime import LookReason
from fallback.errors import IndexMissing, ParchiError
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, SlipRow, after, matches
from fallback.ledger.queries.alike import known_people
from fallback.ledger.queries.matches import Matched, Word
from fallback.matching import Verdict, Weight, weigh
from fallback.patients import LookField, PatientIndex
from fallback.person import Person
from fallback.recovery.compared import Piece, compared
from fallback.slip import Slip, SlipNumber

SHOWN = 6
_UHID = "uhid:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be a slip's patient. `key` is as `Slip.person` has it; `slip` is their newest here, None of whom
    only the index knows. `pieces` are the texts by field, marked where they differ from the slip's. `chance` is the
    matcher's, None where it said none; `refused`: the desk saw this one beside the form, and did not take them.
    """

    key: str
    person: Person
    weight: Weight
    pieces: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)
    slip: Slip | None = None
    day: str = ""
    chance: float | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who stands beside a slip, likeliest first; `trouble` is why the index could not be asked: nobody may be called
    new then. `learnt` is the field that the desk asked about, and `asked` the person with that answer.
    """

    asked: Person
    people: tuple[Candidate, ...]
    learnt: str = ""
    trouble: ParchiError | None = None


def person_of(db: Database, slip: Slip) -> Person:
    """A slip's patient, with what the desk learnt while it typed."""
    learnt = matches.beside(db, slip.number)
    person = Person.of(slip.patient, slip.visit_day or date.min, uhid=slip.uhid)
    return person.answered(learnt.field, learnt.answer) if learnt.field else person


def standing(
    ledger: Ledger, index: PatientIndex, row: SlipRow, said: Matched | None, words: Sequence[Word] = (), *, by: str
) -> Standing:
    """Who stands beside a slip, for this login: among them whom people named in `words`."""
    db, slip = ledger.db(), row.slip
    learnt, asked = matches.beside(db, slip.number), person_of(db, slip)
    trouble: ParchiError | None = None
    found = list(_of_backlog(db, slip, asked))
    try:
        found += _of_index(ledger, index, asked, needed=bool(said and said.index), by=by)
    except ParchiError as wrong:
        trouble = wrong
    chances = dict(said.others) | {said.machine_person: said.chance} if said else {}
    named = {f"{_UHID}{slip.uhid}" if slip.uhid else "", *(each.person for each in words)}
    people = [
        replace(
            each,
            pieces=compared(asked, each.person),
            chance=chances.get(each.key),
            refused=each.key in learnt.refused,
        )
        for each in found
    ]
    best = _best(people, {*chances, *named})
    return Standing(asked=asked, people=tuple(best), learnt=learnt.field, trouble=trouble)


def _of_index(ledger: Ledger, index: PatientIndex, asked: Person, *, needed: bool, by: str) -> Iterable[Candidate]:
    if not index.here:
        if needed:
            raise IndexMissing()
        return []
    found = [
        Candidate(key=f"{_UHID}{patient.uhid}", person=person, weight=weigh(asked, person))
        for patient, person in index.candidates(asked)
    ]
    likely = sum(each.weight.verdict is not Verdict.NO for each in found)
    by_field = LookField.MOBILE if asked.mobiles else LookField.NAME
    content = {"index": index.status().index, "field": by_field.value, "found": min(likely, SHOWN)}
    content |= {"reason": LookReason.REVIEW.value}
    ledger.write(lambda tx: tx.append(FactKind.PATIENT_LOOKED_UP, content, by=by))
    return found


def _of_backlog(db: Database, slip: Slip, asked: Person) -> Iterable[Candidate]:
    """People who came here before this slip, or have left for a system already; who came later is asked about at their
    own slip.
    """
    for known in known_people(db, asked):
        key = known.key
        if not key.startswith(_UHID):
            if key > slip.number.text and not after.sent_to(db, SlipNumber.parse(key)):
                continue
            whom = matches.whom(db, SlipNumber.parse(key))
            key = f"{_UHID}{whom.uhid}" if whom.uhid else whom.number.text
        if key in (slip.person, slip.number.text):
            continue
        row = queries.slip(db, known.number)
        weight = weigh(asked, known.person)
        yield Candidate(key=key, person=known.person, weight=weight, slip=row.slip if row else None, day=known.day)


def _best(found: Iterable[Candidate], kept: set[str]) -> list[Candidate]:
    """The likeliest, each person once, and among them whom the matcher, a person or the slip itself named. The index's
    own words of a patient stand for what was typed here.
    """
    likely = [each for each in found if each.weight.verdict is not Verdict.NO or each.key in kept]
    likely.sort(key=_order)
    people: dict[str, Candidate] = {}
    for each in likely:
        known = people.get(each.key)
        if known is None or (known.slip is not None and each.slip is None):
            people[each.key] = each
    chosen = sorted(people.values(), key=lambda each: (each.key not in kept, *_order(each)))[:SHOWN]
    return sorted(chosen, key=_order)


def _order(each: Candidate) -> tuple[float, float, str]:
    return -(each.chance or 0.0), -each.weight.value, each.key
