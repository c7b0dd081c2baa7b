"""A guided drill: its scenes begin one after the other, and what is done in them is measured in the drill's journal."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fallback import practice
from fallback.errors import FieldWrong
from fallback.frontdesk.counter import Counter
from fallback.ledger.queries.practice import told_since
from fallback.practice import Certificate, Fact, Scene, Setting, Step
from fallback.printing import PracticeCertificate, render_paper
from fallback.printing.labels import spoken
from fallback.slip import INDIA

MOST_PEOPLE = 12
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A scene as it stands: what happens in it, in English with its `values`, and its steps."""

    scene: Scene
    values: Mapping[str, object]
    steps: Sequence[Step]

    @property
    def name(self) -> str:
        """What it is called."""
        return practice.NAMES[self.scene]

    @property
    def says(self) -> str:
        """What happens now."""
        return practice.SAYS[self.scene]

    @property
    def counts(self) -> tuple[int, int]:
        """Steps done, steps due."""
        return sum(step.done for step in self.steps), len(self.steps)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do in it."""
        return all(step.done for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a drill stands: the scenes that have begun, how many there are, and its certificate once it is over."""

    told: Sequence[Told]
    scenes: int
    certificate: Certificate | None

    @property
    def now(self) -> Told:
        """The scene that goes on; the last one when all is over."""
        return self.told[-1]


class Practising:
    """One drill. Any thread may use it. `setting` is made for the short drill or the whole one when it begins.

    `pin` opens every login of the drill; `mark` is eight bytes by chance, in hex. What happened
    stands in the journal; here stands only where in it each scene began. `left`: a person
    said that it may be thrown away.
    """

    def __init__(
        self,
        counter: Counter,
        setting: Callable[[bool], Setting],
        *,
        pin: str,
        mark: str,
        clock: Callable[[], datetime],
    ) -> None:
        self.counter, self.pin, self.mark, self.clock = counter, pin, mark, clock
        self.left = threading.Event()
        self._make = setting
        self._lock = threading.RLock()
        self._facts: list[Fact] = []
        self._begun: list[int] = []  # how many facts there were when each scene began
        self._setting: Setting | None = None
        self._people: tuple[str, ...] = ()
        self._place = ""
        self._started = clock()
        self._over: Certificate | None = None

    @property
    def setting(self) -> Setting | None:
        """The drill's furniture, None before it begins."""
        return self._setting

    def begin(self, people: Sequence[str], place: str, *, whole: bool) -> None:
        """Begins with the first scene, once. Raises FieldWrong, and PracticeCodeLong for names that no code holds."""
        names = tuple(dict.fromkeys(name for name in people if name))
        if not names:
            raise FieldWrong(field="people", why="Write who practises, with commas between the names.")
        if len(names) > MOST_PEOPLE:
            raise FieldWrong(field="people", why="At most twelve people practise at one counter.")
        if not place:
            raise FieldWrong(field="counter", why="Write the counter where you sit.")
        with self._lock:
            if self._setting is not None:
                return
            setting = self._make(whole)
            full = dict.fromkeys(Scene, (99, 99))
            self._people, self._place = names, place
            practice.write(self._measured(full, 24 * _MINUTE))  # refused now, not after the work
            self._setting = setting
            self._read()
            self._begun, self._started = [len(self._facts)], self.clock()

    def go_on(self, after: Scene) -> Scene | None:
        """Begins the scene after the one that goes on, and gives it. None: that was the last one and all is over, or
        another scene goes on meanwhile, and nothing is changed.
        """
        with self._lock:
            if self._setting is None or self._over:
                return None
            scenes = practice.plan(self._setting)
            if scenes[len(self._begun) - 1] is not after:
                return None
            self._read()
            if len(self._begun) < len(scenes):
                self._begun.append(len(self._facts))
                return scenes[len(self._begun) - 1]
            lasted = self.clock() - self._started
            counts = {told.scene: told.counts for told in self._told()}
            minutes = min(24 * _MINUTE, max(1, round(lasted.total_seconds() / _MINUTE)))
            self._over = self._measured(counts, minutes)
            return None

    def standing(self) -> Standing | None:
        """How it stands; None before it begins."""
        with self._lock:
            if self._setting is None:
                return None
            if not self._over:
                self._read()
            return Standing(told=self._told(), scenes=len(practice.plan(self._setting)), certificate=self._over)

    def paper(self) -> bytes | None:
        """The certificate as PDF, in both languages; None before the drill is over."""
        return certificate_paper(self.counter, self._over) if self._over else None

    def _measured(self, counts: dict[Scene, tuple[int, int]], minutes: int) -> Certificate:
        return Certificate(
            mark=self.mark, day=self._started.astimezone(INDIA).date(), counter=self._place, people=self._people,
            scenes=counts, minutes=minutes,
        )  # fmt: skip

    def _told(self) -> list[Told]:
        setting = self._setting
        if setting is None:
            return []
        found = []
        for scene, start in zip(practice.plan(setting), self._begun, strict=False):  # what is made good later counts
            steps = practice.steps(scene, setting, self._facts[start:], self._facts[:start])
            found.append(Told(scene=scene, values={"desk": setting.desk_name}, steps=steps))
        return found

    def _read(self) -> None:
        ledger = self.counter.ledger
        last = self._facts[-1].sequence if self._facts else 0
        for sequence, what, series, login, content in told_since(ledger.db(), ledger.chain, last):
            self._facts.append(Fact(sequence=sequence, what=what, series=series, login=login, content=content))


def certificate_paper(counter: Counter, certificate: Certificate) -> bytes:
    """The certificate of a practice as PDF."""
    paper = PracticeCertificate(
        people=certificate.people,
        counter=certificate.counter,
        day=certificate.day,
        minutes=certificate.minutes,
        score=certificate.score,
        scenes=[(spoken(practice.NAMES[scene]), *counts) for scene, counts in certificate.scenes.items()],
        mark=certificate.mark,
        text=practice.write(certificate),
    )
    return render_paper(paper, counter.hospital)
