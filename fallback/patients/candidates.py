"""Who of the index may be meant: people who are filed under the same keys; whoever asks weighs them."""

from collections.abc import Callable
from typing import Any

from fallback.patients.rows import IndexedPatient
from fallback.person import SEEKS, Person, seek_ranges
from fallback.slip import Sex

MOST_PEOPLE = 120  # weighed for one question
_MOST_BY_KEY = 50
_ENOUGH = 50  # people found by better keys: those that say less are not asked then

KEYS = tuple(f"key{at}" for at in range(1, len(SEEKS) + 1))
INDEXES = (
    "CREATE INDEX IF NOT EXISTS patient_mobile ON patient (mobile) WHERE mobile IS NOT NULL",
    *(f"CREATE INDEX IF NOT EXISTS patient_{key} ON patient ({key}) WHERE {key} IS NOT NULL" for key in KEYS),
)
SELECT = "SELECT uhid, name, sex, birth, guardian, locality, last4 FROM patient"


def candidates(
    db: Any, asked: Person, hashed: Callable[[str], bytes], most: int
) -> list[tuple[IndexedPatient, Person]]:
    """People with the number, with a mobile (`hashed` makes of it what the file keeps), and by what else is known."""
    ids: dict[int, str] = {}  # and the whole mobile, where it is the one that was told
    for mobile in asked.mobiles:
        if len(mobile) == 10:
            rows = db.execute("SELECT id FROM patient WHERE mobile = ? LIMIT ?", (hashed(mobile), _MOST_BY_KEY))
            ids |= dict.fromkeys((row[0] for row in rows.fetchall()), mobile)
    if asked.uhid:
        ids |= dict.fromkeys((row[0] for row in db.execute("SELECT id FROM patient WHERE uhid = ?", (asked.uhid,))), "")
    for key, spans in zip(KEYS, seek_ranges(asked), strict=True):
        if len(ids) >= _ENOUGH:
            break
        for low, high in spans:
            rows = db.execute(f"SELECT id FROM patient WHERE {key} BETWEEN ? AND ? LIMIT ?", (low, high, _MOST_BY_KEY))
            ids |= {row[0]: "" for row in rows.fetchall() if row[0] not in ids}
    found = []
    for at in list(ids)[:most]:
        patient = patient_of(db.execute(f"{SELECT} WHERE id = ?", (at,)).fetchone())
        found.append((patient, patient.person(ids[at])))
    return found


def patient_of(row: tuple[Any, ...]) -> IndexedPatient:
    """A row of SELECT."""
    uhid, name, sex, birth, guardian, locality, last4 = row
    return IndexedPatient(
        uhid=uhid, name=name, sex=Sex(sex), birth=birth, guardian=guardian, locality=locality, last4=last4
    )
