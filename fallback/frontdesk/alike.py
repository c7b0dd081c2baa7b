"""Who stands beside the form while it is typed: people of the journal and of the patient index who may be the same."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from fallback.downtime import LookReason
from fallback.errors import ParchiError
from fallback.frontdesk.counter import Counter
from fallback.frontdesk.look_up import write_look
from fallback.ledger.queries.alike import known_people
from fallback.matching import Verdict, Weight, question, weigh
from fallback.patients import MOST, LookField, PatientIndex
from fallback.person import Person, words_of
from fallback.slip import SlipNumber

SHOWN = 5  # people beside a form
_FORMS = 2_000  # forms that are being typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Somebody who may be the one that is asked for. `key` is as `Slip.person` has it.

    `number` is their newest slip here and `day` its ISO day; None and "" for whom only the index knows.
    """

    key: str
    person: Person
    weight: Weight
    number: SlipNumber | None = None
    day: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside a form: people, likeliest first, the field whose answer decides between them ("": none), and
    why the index was not asked, where it should have been.
    """

    people: tuple[Alike, ...] = ()
    question: str = ""
    trouble: ParchiError | None = None


@dataclass(slots=True)
class _Look:
    subject: str
    shown: set[str] = field(default_factory=set)


class Looks:
    """Which forms have asked the index already, for whom, and whom it showed: a form's many keystrokes are one look.

    Kept in memory: after a restart a form asks once more.
    """

    def __init__(self) -> None:
        self._forms: OrderedDict[tuple[str, str], _Look] = OrderedDict()
        self._lock = threading.Lock()

    def covers(self, login: str, form: str, subject: str, keys: Sequence[str]) -> bool:
        """Whether a look that is journalled covers these people, too.

        One look is for one name, and shows at most MOST people: who types on to see others looks again.
        """
        with self._lock:
            known = self._forms.get((login, form))
            return known is not None and known.subject == subject and len(known.shown | set(keys)) <= MOST

    def shown(self, login: str, form: str, subject: str, keys: Sequence[str]) -> None:
        """A look of this form was journalled, or covered these."""
        with self._lock:
            known = self._forms.pop((login, form), None)
            if known is None or known.subject != subject or len(known.shown | set(keys)) > MOST:
                known = _Look(subject)
            known.shown.update(keys)
            self._forms[login, form] = known
            while len(self._forms) > _FORMS:
                self._forms.popitem(last=False)

    def has_shown(self, login: str, form: str, key: str) -> bool:
        """Whether the index showed this person beside this form."""
        with self._lock:
            known = self._forms.get((login, form))
            return known is not None and key in known.shown


def alike(
    counter: Counter,
    index: PatientIndex,
    looks: Looks,
    asked: Person,
    *,
    login: str,
    form: str,
    series: int = 0,
    shift: str = "",
) -> Beside:
    """Who may be the one that a form describes so far, at most SHOWN, and the question that decides.

    The index is asked once a name stands with an age, a guardian or a mobile; a look is a fact of its own, durable
    before anybody of the index is shown, one for all that is typed into the form of this key about one person.
    """
    if not (_worth_a_look(asked) or asked.mobiles or asked.uhid or asked.abha or (asked.locality and _named(asked))):
        return Beside()  # a name alone is half the town's
    found = [
        Alike(key=each.key, person=each.person, weight=weigh(asked, each.person), number=each.number, day=each.day)
        for each in known_people(counter.ledger.db(), asked)
    ]
    trouble: ParchiError | None = None
    if index.here and form and _worth_a_look(asked):
        try:
            found += _of_index(counter, index, looks, asked, found, login=login, form=form, series=series, shift=shift)
        except ParchiError as wrong:
            trouble = wrong
    best = _best(found)
    decides = question(asked, [(each.person, each.weight) for each in best]) or ""
    return Beside(people=best, question=decides, trouble=trouble)


def in_place(shown: Sequence[str], people: Sequence[Alike]) -> tuple[Alike | None, ...]:
    """People in the places of a list, so that whoever stood there (`shown`, keys by place) stays: nothing moves under
    the finger. None is a place that became free, with somebody below it.
    """
    ours = {each.key: each for each in people}
    places: list[Alike | None] = [ours.pop(key, None) for key in shown[:SHOWN]]
    for each in ours.values():
        if None in places:
            places[places.index(None)] = each
        elif len(places) < SHOWN:
            places.append(each)
    while places and places[-1] is None:
        places.pop()
    return tuple(places)


def _named(asked: Person) -> bool:
    return bool(words_of(asked.name) or words_of(asked.name_hindi))


def _worth_a_look(asked: Person) -> bool:
    return _named(asked) and bool(asked.birth or asked.guardian or any(len(each) == 10 for each in asked.mobiles))


def _of_index(
    counter: Counter,
    index: PatientIndex,
    looks: Looks,
    asked: Person,
    ours: Sequence[Alike],
    *,
    login: str,
    form: str,
    series: int,
    shift: str,
) -> list[Alike]:
    """Those of the index who would be shown; journalled before. Raises LooksUsedUp, IndexDamaged and the like."""
    found = [
        Alike(key=f"uhid:{patient.uhid}", person=person, weight=weigh(asked, person))
        for patient, person in index.candidates(asked)
    ]
    both = _best([*ours, *found])
    found = [each for each in found if any(each is one for one in both)]
    keys = [each.key for each in found]
    first = (words_of(asked.name) or words_of(asked.name_hindi))[0].key
    if not looks.covers(login, form, first, keys):
        by = LookField.MOBILE if asked.mobiles else LookField.NAME
        held = index.status().index
        write_look(counter, held, by, len(found), LookReason.TYPING, login=login, series=series, shift=shift)
    looks.shown(login, form, first, keys)
    return found


def _best(found: Sequence[Alike]) -> tuple[Alike, ...]:
    """The likeliest, each person once: who has a slip here stands for their entry of the index."""
    likely = [each for each in found if each.weight.verdict is not Verdict.NO]
    likely.sort(key=lambda each: (-each.weight.value, each.number is None, each.key))
    people: dict[str, Alike] = {}
    for each in likely:
        known = people.get(each.key)
        if known is None or (known.number is None and each.number is not None):
            people[each.key] = each
    return tuple(people.values())[:SHOWN]
