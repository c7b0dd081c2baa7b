"""HL7 v2.5 as text: segments and fields written with their escapes, and read back from whatever a system answers.

Own and small on purpose: four kinds of message are written and one is read (docs/decisions/0041).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fallback.slip import INDIA

# A field is a text, a tuple of components (each a text), or a list of repetitions of either.
Part = str | tuple[str, ...]
Field = Part | Sequence[Part]

END = "\r"
CHARACTERS = "UNICODE UTF-8"
VERSION = "2.5"
_SIGNS = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\"}
_ESCAPES = {value: key for key, value in _SIGNS.items()}
_LONGEST = 200  # segments of an answer that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One ERR of an answer. `severity` is E, W or I ("" where it says none), `words` are the system's own, `place` is
    the field that it is about, like MSH-10.
    """

    severity: str
    code: str
    words: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An acknowledgement: `code` (AA, AE, AR, CA ...), `control` of the message that it answers, who speaks."""

    code: str
    control: str
    application: str
    facility: str
    remarks: tuple[Remark, ...] = ()

    @property
    def words(self) -> str:
        """What it says in words, at most 300 letters. It may name patients: for the journal, for no log."""
        return "; ".join(dict.fromkeys(each.words for each in self.remarks if each.words))[:300]


def segment(name: str, fields: Mapping[int, Field]) -> str:
    """One segment; `fields` by their number as the standard counts them. Empty ends are left out."""
    last = max((number for number, value in fields.items() if _written(value)), default=0)
    if name == "MSH":  # its first field is the separator itself
        return "|".join(["MSH", "^~\\&", *(_written(fields.get(number, "")) for number in range(3, last + 1))])
    return "|".join([name, *(_written(fields.get(number, "")) for number in range(1, last + 1))])


def message(segments: Sequence[str]) -> str:
    """A whole message, each segment ended as the standard wants it."""
    return "".join(each + END for each in segments)


def header(
    event: str,
    structure: str,
    control: str,
    at: str,
    *,
    drill: bool,
    facility: str,
    to_application: str,
    to_facility: str,
) -> str:
    """The MSH of a message of ours. `at` is `moment` or `day`; `control` has at most 20 letters."""
    fields: dict[int, Field] = {
        3: "PARCHI",
        4: facility,
        5: to_application,
        6: to_facility,
        7: at,
        9: ("ADT", event, structure),
        10: control,
        11: "T" if drill else "P",
        12: VERSION,
        17: "IND",
        18: CHARACTERS,
    }
    return segment("MSH", fields)


def moment(at: datetime) -> str:
    """A moment with India's offset, to the second."""
    return at.astimezone(INDIA).strftime("%Y%m%d%H%M%S%z")


def day(at: date | str) -> str:
    """A date, as exact as it is: YYYY, YYYYMM or YYYYMMDD from a date or an ISO text of one."""
    return (at if isinstance(at, str) else at.isoformat()).replace("-", "")


def answer(raw: bytes) -> Answer | None:
    """Reads an acknowledgement; None for all that is none. Never raises: what a system answers may be anything."""
    lines = raw.decode("utf-8", errors="replace").replace("\r\n", END).replace("\n", END).strip(END).split(END)
    head = lines[0]
    if not head.startswith("MSH") or len(head) < 9:
        return None
    rows = [line.split(head[3]) for line in lines[1:_LONGEST]]
    found = next((row for row in rows if row[0] == "MSA"), None)
    if found is None or len(found) < 3:
        return None
    msh = head.split(head[3])
    remarks = [_remark(row, head[4]) for row in rows if row[0] == "ERR"]
    if len(found) > 3 and found[3].strip():
        remarks.append(Remark(severity="I", code="", words=_plain(found[3], head[4])))
    return Answer(
        code=found[1].strip().upper(),
        control=found[2].strip(),
        application=_at(msh, 2),
        facility=_at(msh, 3),
        remarks=tuple(remarks),
    )


def _remark(row: list[str], component: str) -> Remark:
    """An ERR of version 2.5, or of an older one that has all in its first field."""
    old = not any(map(str.strip, row[2:]))
    code = _at(row, 1).split(component)[3:4] if old else _at(row, 3).split(component)[:1]
    words = [_at(row, 1 if old else 3), _at(row, 7), _at(row, 8)]
    where = _at(row, 1 if old else 2).split(component)
    return Remark(
        place="-".join((_at(where, 0), _at(where, 2))).strip(),
        severity=_at(row, 4).strip().upper()[:1],
        code=(code[0] if code else "").split("&")[0].strip(),
        words=" ".join(dict.fromkeys(_plain(text, component) for text in words if text.strip())),
    )


def _written(value: Field) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return "^".join(map(clean, value)).rstrip("^")
    return "~".join(_written(each) for each in value if _written(each))


def clean(text: str) -> str:
    """A text as a field may hold it: separators escaped, line ends and other controls made spaces."""
    return "".join(_SIGNS.get(letter, letter if letter.isprintable() else " ") for letter in text).strip()


def plain(text: str) -> str:
    """The inverse of `clean`."""
    return "".join(_unescaped(text))


def _unescaped(text: str) -> Iterator[str]:
    place = 0
    while place < len(text):
        if (sign := _ESCAPES.get(text[place : place + 3])) is not None:
            yield sign
            place += 3
        else:
            yield text[place]
            place += 1


def _plain(text: str, component: str) -> str:
    return plain(text.replace(component, " ").replace("&", " ")).strip()


def _at(row: list[str], place: int) -> str:
    return row[place] if place < len(row) else ""
