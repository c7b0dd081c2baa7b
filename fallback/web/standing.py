"""What stands beside a form while it is typed, as the page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fallback.frontdesk import Alike

# The questions that decide, by the field of a person that they ask for.
LABELS: Mapping[str, str] = {
    "guardian": "What is the father's or husband's name?",
    "locality": "Which village or quarter is the patient from?",
    "mobile": "Which other mobile did the family give before? The last four digits are enough.",
    "birth": "What is the exact date of birth?",
    "uhid": "Is there an old card at home? Its number:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """People in their places (None: free), the question with its answer, and why the index was not asked.

    `others` are the people who stood there when one of them was taken over: the visit's form carries them on. `ages`
    are in years, by the person's key.
    """

    places: tuple[Alike | None, ...] = ()
    question: str = ""
    answer: str = ""
    trouble: str = ""
    others: tuple[str, ...] = ()
    ages: Mapping[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many people."""
        return sum(each is not None for each in self.places)

    @property
    def asks(self) -> str:
        """The question in English."""
        return LABELS.get(self.question, "")
