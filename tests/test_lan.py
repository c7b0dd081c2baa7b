"""Desks on one network: they find each other, union what they know, and nothing a stranger sends changes that."""

from collections.abc import Iterator
from pathlib import Path
from socket import SOCK_DGRAM

import pytest

from fallback.enrolment import Installation
from fallback.ledger import queries
from tests.lan_desks import free_port, on_lan, same, second, until, work


@pytest.fixture
def other(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    made = second(installation, tmp_path / "other")
    yield made
    made.close()


def test_two_desks_find_each_other_and_have_the_same_lines(installation: Installation, other: Installation) -> None:
    whistle = free_port(SOCK_DGRAM)
    work(installation, 1)
    with on_lan(installation, whistle) as one, on_lan(other, whistle) as two:
        until(lambda: same(installation, other))
        numbers = work(other, 3, login="meena")
        until(lambda: same(installation, other))
        assert set(numbers) <= {row.slip.number.text for row in queries.slips(installation.ledger.db())}
        until(lambda: bool(one.link.computers() and two.link.computers()))
        found = one.link.computers()[0]
        assert (found.port, found.names, found.proved) == (two.port, ("Counter 9",), True)
    assert installation.ledger.verify().ok
    assert other.ledger.verify().ok
