"""What stands beside a form that is being typed, as the form carries it: who was shown, and the answer that decides."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from werkzeug.datastructures import MultiDict

from fallback import frontdesk, names
from fallback.errors import SlipNumberWrong
from fallback.frontdesk import Registration
from fallback.person import Person, birth_year
from fallback.slip import TEXT_LIMIT, Sex, SlipNumber, digits_of
from fallback.web.forms.reading import _age, _birth_date, _mobile, _Reader, to_date
from fallback.web.forms.sent import Sent, Typed
from fallback.web.standing import LABELS as QUESTIONS, Standing

_PERSON = re.compile(r"uhid:[A-Z0-9][A-Z0-9/.-]{0,39}")
_MOBILE = re.compile(r"[6-9][0-9]{9}")


def to_person(form: Typed, today: date) -> Person:
    """Whom a form describes so far, with the answer to the question: what cannot be read is not known yet."""
    reader = _Reader(form)
    age, born = _age(reader)
    born = _birth_date(reader) or born
    mobile = _mobile(reader)
    told = Person(
        name=_words(form, "name"),
        name_hindi=_words(form, "name_hindi"),
        sex=reader.pick("sex", Sex) or Sex.UNKNOWN,
        birth=born.isoformat() if born else birth_year(today, age.value, age.unit) if age else "",
        guardian=_words(form, "guardian"),
        mobiles=(mobile,) if _MOBILE.fullmatch(mobile) else (),
        locality=_words(form, "locality"),
        uhid=_words(form, "uhid").upper()[:40],
        abha=digits_of(form.typed("abha")[:40]) or "",
    )
    asked = answer_of(form)
    return told.answered(asked[0], _comparable(*asked)) if asked else told


def answer_of(form: Typed) -> tuple[str, str] | None:
    """The question that was asked, and its answer as it was given; None where nobody answered."""
    field, answer = form.typed("asked_field"), _words(form, "asked_answer")
    return (field, answer) if field in QUESTIONS and answer else None


def shown_beside(keys: Sequence[str]) -> tuple[str, ...]:
    """Who stood beside a form, as it sends them; what is no person's key is left out, and whoever is too many."""
    return tuple(dict.fromkeys(each for each in keys[: 2 * frontdesk.SHOWN] if _is_key(each)))[: frontdesk.SHOWN]


def places_beside(keys: Sequence[str]) -> tuple[str, ...]:
    """The same by their places: "" where nobody stood."""
    return tuple(each if _is_key(each) else "" for each in keys[: frontdesk.SHOWN])


def with_beside(asked: Registration, sent: MultiDict[str, str]) -> Registration:
    """A registration with the people who stood beside its form and were not taken, and the question that was asked."""
    return replace(asked, alike=shown_beside(sent.getlist("alike")), asked=answer_of(Sent(sent)))


def asked_again(sent: Mapping[str, str]) -> Standing:
    """What stood beside a form that comes back: the question with its answer, and the people, by their keys alone."""
    keys = sent.getlist("alike") if isinstance(sent, MultiDict) else []
    question = answer_of(Sent(sent)) or ("", "")
    return Standing(question=question[0], answer=question[1], others=shown_beside(keys))


def _is_key(text: str) -> bool:
    if _PERSON.fullmatch(text):
        return True
    try:
        return SlipNumber.parse(text).text == text
    except SlipNumberWrong:
        return False


def _comparable(field: str, answer: str) -> str:
    """An answer as records have it; "" when it says nothing that can be compared."""
    match field:
        case "mobile":
            digits = digits_of(answer) or ""
            return digits[-10:] if len(digits) >= 10 else digits if len(digits) == 4 else ""
        case "birth":
            born, year = to_date(answer), digits_of(answer) or ""
            return born.isoformat() if born else year if len(year) == 4 and 1890 < int(year) < 2100 else ""
        case "uhid":
            return answer.upper()[:40]
    return answer


def _words(form: Typed, name: str) -> str:
    return names.normalise(form.typed(name)[: 4 * TEXT_LIMIT])[:TEXT_LIMIT]
