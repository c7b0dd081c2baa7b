"""A desk at night as a process of its own, to be killed: opened by a card's text, it says each number once it is safe.

`python -m tests.night FOLDER CARD-FILE STICK SERIES LOGIN START COUNT`: START is the desk's clock, an ISO time.
"""

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from fallback import frontdesk
from fallback.enrolment import open_installation
from fallback.ledger import queries
from tests import factories


def main() -> None:
    """Issues COUNT slips at the desk's open shift, or at one that it opens."""
    folder, card, stick, series, login, start, many = sys.argv[1:]
    ticks, begun = count(), datetime.fromisoformat(start)
    made = open_installation(
        Path(folder),
        Path(card).read_text(),
        clock=lambda: begun + timedelta(seconds=30 * next(ticks)),
        copies=(Path(stick),),
    )
    made.ledger.copy_to(Path(stick))
    counter = factories.counter(made)
    shift = queries.open_shift(made.ledger.db(), series=int(series))
    shift = shift or frontdesk.open_shift(counter, series=int(series), login=login)
    for place in range(int(many)):
        name = f"Patient {chr(65 + place % 26)} {series}"
        mobile = f"98{int(series):03d}{datetime.fromisoformat(start).day:02d}{place:03d}"
        told = replace(factories.registration(), patient=factories.patient(name, mobile=mobile))
        issued = frontdesk.register(counter, shift.key, told, form=f"{start}-{series}-{place}")
        print(issued.row.slip.number.text, flush=True)  # as paper leaves the printer
    made.close()


if __name__ == "__main__":
    main()
