"""A data folder with its seat in a state folder, opened again here or there: does its desk issue, or refuse?"""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fallback import enrolment, frontdesk
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.errors import DeskNotHere
from fallback.ledger import queries
from fallback.machine import Machine
from tests import factories

START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ANOTHER = Machine(system="another", parts=frozenset({"another disk", "another card"}))


def made_folder(folder: Path, state: Path) -> Path:
    """A data folder with a desk and an open shift, closed again; its seat lies in `state`."""
    made, _, _ = enrolment.init(
        folder, factories.PASSPHRASE, clock=factories.clock(), cost=factories.CHEAP, state=state
    )
    enrolment.enrol_desk(made, "Counter 1")
    enrolment.set_user(made.ledger, "asha", "Asha Rani", Role.CLERK, factories.PIN)
    frontdesk.start_downtime(factories.counter(made), "the servers are down")
    frontdesk.open_shift(factories.counter(made), series=1, login="asha")
    issue(made)
    made.close()
    return folder


def again(folder: Path, state: Path, *, start: datetime = START, copies: tuple[Path, ...] = ()) -> Installation:
    return enrolment.open_installation(
        folder, factories.PASSPHRASE, clock=factories.clock(start), state=state, copies=copies
    )


def issue(made: Installation, name: str = "Sunita Devi") -> str:
    shift = queries.open_shift(made.ledger.db())
    assert shift is not None
    issued = frontdesk.register(
        factories.counter(made), shift.key, factories.registration(name), form=os.urandom(8).hex()
    )
    return issued.row.slip.number.text


def rolled_back(folder: Path, state: Path, image: Path) -> str:
    """Puts a folder back as it was before its last slip, whose number is lost; `image` is the copy that was kept."""
    shutil.copytree(folder, image)
    made = again(folder, state)
    lost = issue(made, "Kamla Devi")
    made.close()
    shutil.rmtree(folder)
    shutil.copytree(image, folder)
    return lost


def refuses(made: Installation) -> None:
    """No slip, pad or shift comes out; the sentence asks for a card; what is there can be read."""
    counter = factories.counter(made)
    with pytest.raises(DeskNotHere, match="new enrolment card"):
        issue(made)
    with pytest.raises(DeskNotHere):
        frontdesk.print_pads(counter, series=1, count=2, issued_to="Ward 4")
    with pytest.raises(DeskNotHere):
        frontdesk.open_shift(counter, series=1, login="asha")
    row = next(iter(queries.slips(made.ledger.db())))
    shift = queries.open_shift(made.ledger.db())
    assert shift is not None
    with pytest.raises(DeskNotHere):
        frontdesk.void(counter, shift.key, row.slip.number, "wrong patient")
    assert row.slip.patient.name == "Sunita Devi"
    assert made.ledger.verify().ok
