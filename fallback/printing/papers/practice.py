"""The certificate of a practice: who, where, how much of what was due was done, and a code that a desk scans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from fallback.hospital import Hospital
from fallback.printing.content import Content
from fallback.printing.fields import day as said_day
from fallback.printing.labels import Words
from fallback.printing.layout import Layout
from fallback.printing.papers.labels import PRACTICE
from fallback.printing.papers.paper import content, in_fours


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeCertificate:
    """A practice: `scenes` with their steps done and due, `score` in per cent, `mark` in hex, `text` in the code."""

    name: ClassVar[str] = "practice"
    people: Sequence[str]
    counter: str
    day: date
    minutes: int
    score: int
    scenes: Sequence[tuple[Words, int, int]]
    mark: str
    text: str
    drill: bool = False

    def contents(self, plan: Layout, _hospital: Hospital) -> list[Content]:
        """One page."""
        done, due = sum(done for _, done, _ in self.scenes), sum(due for _, _, due in self.scenes)
        values = {
            "people": ", ".join(self.people),
            "counter": self.counter,
            "day": said_day(self.day),
            "minutes": str(self.minutes),
            "score": f"{self.score} %",
            "steps": f"{done} / {due}",
            "mark": in_fours(self.mark),
        }
        rows = [
            {"scene": scene.said(plan.language), "done": str(done), "asked": str(due)}
            for scene, done, due in self.scenes
        ]
        return [content(plan, PRACTICE, values, codes={"practice": self.text}, rows=rows, drill=self.drill)]
