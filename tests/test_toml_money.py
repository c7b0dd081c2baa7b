"""What hospital.toml says about money: ways to pay, receipt books, reasons to ask no fee; mistakes are named."""

from pathlib import Path

import pytest

from fallback.errors import HospitalFileWrong
from fallback.hospital_file import load
from fallback.money import Mode
from tests.test_hospital import SMALL, write

EXEMPTION = '[[exemption]]\ncode = "BPL"\nname = "Poor"\nname_hindi = "गरीब"\n'


def test_a_file_that_says_nothing_about_money_takes_it_in_every_way(tmp_path: Path) -> None:
    hospital = load(write(tmp_path, SMALL))
    assert (hospital.modes, hospital.receipt_book, hospital.exemptions) == (tuple(Mode), False, ())
    assert hospital.exemption("BPL") is None


def test_ways_to_pay_and_reasons_keep_their_order(tmp_path: Path) -> None:
    more = f'{SMALL}\n[money]\nmodes = ["upi", "cash"]\nreceipt_book = true\n{EXEMPTION}'
    hospital = load(write(tmp_path, more + EXEMPTION.replace("BPL", "STAFF")))
    assert hospital.modes == (Mode.UPI, Mode.CASH) and hospital.receipt_book
    assert [each.code for each in hospital.exemptions] == ["BPL", "STAFF"]
    found = hospital.exemption("STAFF")
    assert found is not None and found.name_hindi == "गरीब"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("[money]\nmodes = []", "list of ways to pay"),
        ('[money]\nmodes = "cash"', "list of ways to pay"),
        ('[money]\nmodes = ["gold"]', "cash, upi, card"),
        ('[money]\nmodes = ["cash", "cash"]', "twice"),
        ('[money]\nreceipt_book = "yes"', "true or false"),
        ("[money]\nbook = true", "unknown"),
        ("[exemption]\ncode = 'BPL'", "written as a table"),
        (EXEMPTION + EXEMPTION, "has this code already"),
        (EXEMPTION.replace("BPL", "bpl"), "capital letters"),
        (EXEMPTION.replace('name = "Poor"\n', ""), "missing"),
    ],
)
def test_a_mistake_is_named_with_its_key(tmp_path: Path, more: str, why: str) -> None:
    with pytest.raises(HospitalFileWrong) as caught:
        load(write(tmp_path, f"{SMALL}\n{more}"))
    assert why in str(caught.value)
