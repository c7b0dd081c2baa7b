"""What a sheet says: words by field, codes by name, states, rows. Layouts say where; neither knows the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fallback.printing.labels import Words


@dataclass(frozen=True, slots=True)
class Field:
    """A label and its value; an empty value is a line to write on. `solid`: a number, never broken over lines."""

    label: Words
    value: str
    solid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One sheet's words. `codes` are digit texts by name (`qr`, `bars`, `certificate`, `root`).

    `flags` are seen at once in white on black, `again` says which reprint it is, `notes` stand small beside the code.
    `rows` are a table's, each by column. A `void` shows its `reason` in place of the areas to write on.
    """

    title: Words
    fields: Mapping[str, Field] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    flags: Sequence[Words] = ()
    again: str = ""
    notes: str = ""
    drill: bool = False
    void: bool = False
    reason: str = ""
    rows: Sequence[Mapping[str, str]] = ()
