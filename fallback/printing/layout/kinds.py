"""What may stand on a sheet: the kinds of box with their keys, and what each sheet must hold for the account's sake."""

from collections.abc import Mapping
from dataclasses import dataclass

from fallback.statement import TOKENS_A_PAGE

_TYPE = frozenset({"type", "least"})
# The keys of each kind, beside `draw`, `at`, `size` and `when`, which all have.
KINDS: Mapping[str, frozenset[str]] = {
    "header": frozenset({"lines", "english", "hindi"}),
    "hospital": frozenset({"type"}),
    "logo": frozenset(),
    "title": _TYPE | {"align"},
    "tags": frozenset({"type"}),
    "row": _TYPE | {"fields", "label", "bold"},
    "plain": _TYPE | {"field", "bold", "align"},
    "value": _TYPE | {"field", "bold", "align"},
    "where": frozenset(),
    "text": _TYPE | {"english", "hindi", "bold", "align", "lines"},
    "qr": frozenset({"code"}),
    "bars": frozenset({"code", "number"}),
    "again": frozenset({"type"}),
    "notes": frozenset({"type"}),
    "vitals": frozenset({"fields", "label"}),
    "history": frozenset({"fields", "label"}),
    "medicines": frozenset({"count", "label"}),
    "ticks": frozenset({"field", "choices", "columns", "count", "label"}),
    "comb": frozenset({"field", "count", "label"}),
    "blank": frozenset({"field", "english", "hindi", "label"}),
    "void": frozenset(),
    "table": frozenset({"fields", "count", "type", "label"}),
    "frame": frozenset(),
    "rule": frozenset(),
}
NAMING = ("row", "plain", "value", "table")  # what shows the fields that it names
BELOW = frozenset({"frame", "rule"})  # what other boxes may lie on, but for codes
STATES = ("tags", "again", "notes")  # what a slip shows of DRILL, CORRECTED, REPRINT and what is shorter in the code

SLIP_FIELDS = frozenset(
    {
        "number", "issued", "token", "clinic", "room", "unit", "report", "name", "name_hindi", "sex", "guardian",
        "mobile", "address", "category", "scheme_id", "abha", "uhid", "patient_number", "fee", "receipt", "booking",
        "medico_legal_number", "previous", "mother", "desk", "reason", "age_sex", "day", "issued_to",
    }
)  # fmt: skip

SHIFT_FIELDS = frozenset(
    {
        "page", "shift", "desk", "clerk", "opened", "closed", "first", "last", "issued", "others", "voids",
        "corrections", "reprints", "receipts", "taken", "exempt", "later", "refunded", "opening_float", "due",
        "counted_cash", "difference", "cash", "upi", "cards", "banked", "waived", "opening_notes", "counted_notes",
        "journal", "note", "copy_1", "copy_2", "copy_3", "signed_1", "signed_2",
        "signed_3",
    }
)  # fmt: skip
SHIFT_COLUMNS = frozenset({"void_1", "void_2", "void_3", "void_4", "void_5", "void_6"})
DAY_FIELDS = frozenset({"page", "clinic", "room", "unit", "day", "desk", "tokens"})
DAY_COLUMNS = frozenset({"token", "reached", "name", "number", "remarks"})
BOX_FIELDS = frozenset({"clinic", "room", "unit", "day", "box", "count", "desk"})
REGISTER_FIELDS = frozenset({"page", "clinic", "room", "unit", "day", "slips", "journal"})
REGISTER_COLUMNS = frozenset(
    {
        "token", "number", "name", "name_hindi", "age_sex", "guardian", "mobile", "visit", "category", "uhid",
        "remarks",
    }
)  # fmt: skip
ROUND_FIELDS = frozenset({"page", "ward", "made", "beds"})
ROUND_COLUMNS = frozenset(
    {"bed", "name", "age_sex", "uhid", "ipd_number", "number", "unit", "since", "remarks"}
)  # fmt: skip
CENSUS_FIELDS = frozenset({"page", "day", "until", "journal"})
CENSUS_COLUMNS = frozenset(
    {
        "ward", "beds", "before", "admitted", "moved_in", "moved_out", "discharged", "lama", "absconded", "died", "now",
        "free",
    }
)  # fmt: skip
POSTER_FIELDS = frozenset({"hospital_id", "hospital", "authority", "authority_2"})
KEY_FIELDS = frozenset({"key_name", "part", "day", "hospital_id", "groups", "use"})
CARD_FIELDS = frozenset({"series", "card_1", "card_2", "day", "hospital_id"})
KEY_COLUMNS = frozenset({"word_1", "word_2", "word_3"})
DESK_FIELDS = frozenset({"desk", "series", "letters", "day", "fingerprint", "hospital_id"})
DUTY_FIELDS = frozenset({"page", "noticed", "deadline", "made"})
DUTY_COLUMNS = frozenset({"no", "question", "answer"})
CERTIFICATE_FIELDS = frozenset(
    {
        "person", "kin", "resides", "affirm", "produced", "obtained", "devices", "device_other", "make_model", "colour",
        "serial", "device_id", "device_more", "lawful", "held_by", "hash_says", "hash", "algorithms", "enclosed",
        "signed", "signed_expert", "signed_day", "signed_time", "signed_place",
    }
)  # fmt: skip
PRACTICE_FIELDS = frozenset({"people", "counter", "day", "minutes", "score", "steps", "mark", "vouched"})
PRACTICE_COLUMNS = frozenset({"scene", "done", "asked"})
PAD_COVER_FIELDS = frozenset({"page", "first", "last", "count", "issued_to", "by", "day", "desk", "series"})
PAD_COVER_COLUMNS = frozenset(
    {"number_1", "used_1", "spoiled_1", "unused_1", "number_2", "used_2", "spoiled_2", "unused_2"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetKind:
    """What a sheet is: the fields that may stand on it, and what each of its parts must hold.

    `columns` are what its table may show; a sheet without them has none. `parts` names the parts that there are, with
    the kinds of box, fields, columns or codes that must not be missing; a part in `free` may be left out. `codes` are
    the texts that its codes may show. `rows` is how many rows its table has, where that is not the layout's to choose.
    """

    fields: frozenset[str]
    parts: Mapping[str, frozenset[str]]
    columns: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset({"qr", "bars"})
    rows: int = 0


_DUTY = frozenset({"tags", "page", "noticed", "deadline", "no", "question", "answer"})
_CERTIFIED = frozenset(
    {
        "tags", "person", "kin", "resides", "affirm", "devices", "make_model", "serial", "device_id", "hash_says",
        "hash", "algorithms", "enclosed", "signed_day", "signed_time", "signed_place",
    }
)  # fmt: skip
_COPY = frozenset({"qr", "number", "name", *STATES})
SHEETS: Mapping[str, SheetKind] = {
    "slip": SheetKind(
        fields=SLIP_FIELDS, parts={"patient": _COPY, "hospital": _COPY}, free=frozenset({"hospital"})
    ),
    "card": SheetKind(
        fields=SLIP_FIELDS,
        parts={"front": frozenset({"patient_number", "name", "tags"}), "back": frozenset({"qr"})},
    ),
    "pad": SheetKind(
        fields=SLIP_FIELDS,
        parts={"stub": frozenset({"bars", "number", "tags"}), "slip": frozenset({"qr", "bars", "number", "tags"})},
    ),
    "referral": SheetKind(
        fields=SLIP_FIELDS | {"from"}, parts={"sheet": frozenset({"qr", "bars", "number", "name", *STATES})}
    ),
    "receipt": SheetKind(
        fields=SLIP_FIELDS | {"purpose", "amount", "amount_words", "payment", "book"},
        parts={"sheet": frozenset({"number", "receipt", "amount", "fee", "tags", "again"})},
    ),
    "token": SheetKind(fields=SLIP_FIELDS, parts={"sheet": frozenset({"number", "token", "tags", "again"})}),
    "label": SheetKind(
        fields=SLIP_FIELDS | {"sample", "place"},
        codes=frozenset({"bars"}),  # a tube is no place for a QR, and its digits are the sample's
        parts={"label": frozenset({"bars", "number", "name", "age_sex", "tags"})},
    ),
    "wristband": SheetKind(
        fields=SLIP_FIELDS, parts={"band": frozenset({"bars", "number", "name", "age_sex", "tags"})}
    ),
    "shift-sheet": SheetKind(
        fields=SHIFT_FIELDS,
        columns=SHIFT_COLUMNS,
        parts={"sheet": frozenset({
            "qr", "tags", "page", "desk", "clerk", "shift", "opened", "closed", "first", "last", "issued", "void_1",
            "receipts", "taken", "refunded", "opening_float", "counted_cash", "difference", "journal",
        })},
        codes=frozenset({"qr", "certificate"}),
    ),
    "day-sheet": SheetKind(
        fields=DAY_FIELDS,
        columns=DAY_COLUMNS,
        parts={"sheet": frozenset({"qr", "tags", "clinic", "day", "token", "reached"})},
        codes=frozenset({"qr"}),
        rows=TOKENS_A_PAGE,
    ),
    "box-sheet": SheetKind(
        fields=BOX_FIELDS,
        parts={"sheet": frozenset({"qr", "tags", "clinic", "day", "box", "count"})},
        codes=frozenset({"qr"}),
    ),
    "register": SheetKind(
        fields=REGISTER_FIELDS,
        columns=REGISTER_COLUMNS,
        parts={"sheet": frozenset({"tags", "clinic", "day", "page", "journal", "token", "number", "name"})},
        codes=frozenset(),
    ),
    "round-sheet": SheetKind(
        fields=ROUND_FIELDS,
        columns=ROUND_COLUMNS,
        parts={"sheet": frozenset({"tags", "ward", "made", "page", "bed", "name", "age_sex", "uhid"})},
        codes=frozenset(),
    ),
    "ward-census": SheetKind(
        fields=CENSUS_FIELDS,
        columns=CENSUS_COLUMNS,
        parts={"sheet": CENSUS_COLUMNS - {"beds", "free"} | {"tags", "day", "until", "page", "journal"}},
        codes=frozenset(),
    ),
    "poster": SheetKind(
        fields=POSTER_FIELDS,
        parts={"sheet": frozenset({"root", "tags", "hospital_id", "authority", "authority_2"})},
        codes=frozenset({"root"}),
    ),
    "desk-card": SheetKind(
        fields=DESK_FIELDS,
        parts={"sheet": frozenset({"certificate", "tags", "desk", "series", "fingerprint"})},
        codes=frozenset({"certificate"}),
    ),
    "enrolment-card": SheetKind(
        fields=CARD_FIELDS, parts={"card": CARD_FIELDS | {"card", "tags"}}, codes=frozenset({"card"})
    ),
    "key-sheet": SheetKind(
        fields=KEY_FIELDS,
        columns=KEY_COLUMNS,
        parts={"sheet": frozenset({"key", "tags", "key_name", "part", "day", "hospital_id", "use", "word_1"})},
        codes=frozenset({"key"}),
    ),
    "incident": SheetKind(fields=DUTY_FIELDS, columns=DUTY_COLUMNS, parts={"sheet": _DUTY}, codes=frozenset()),
    "personal-data": SheetKind(fields=DUTY_FIELDS, columns=DUTY_COLUMNS, parts={"sheet": _DUTY}, codes=frozenset()),
    "certificate": SheetKind(
        fields=CERTIFICATE_FIELDS,
        parts={
            "party": _CERTIFIED | {"produced", "lawful", "held_by", "signed"},
            "expert": _CERTIFIED | {"obtained", "signed_expert"},
        },
        codes=frozenset(),
    ),
    "practice": SheetKind(
        fields=PRACTICE_FIELDS,
        columns=PRACTICE_COLUMNS,
        parts={"sheet": frozenset({"practice", "tags", "people", "counter", "day", "score", "mark", "scene", "done"})},
        codes=frozenset({"practice"}),
    ),
    "pad-cover": SheetKind(
        fields=PAD_COVER_FIELDS,
        columns=PAD_COVER_COLUMNS,
        parts={"sheet": frozenset({"certificate", "tags", "page", "first", "last", "count", "issued_to", "number_1"})},
        codes=frozenset({"certificate"}),
    ),
}  # fmt: skip
