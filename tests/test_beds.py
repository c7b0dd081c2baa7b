"""Admissions and casualty on paper: read back from the picture, the bed and the police's words where people look."""

from dataclasses import replace

import pytest

from fallback import payload
from fallback.hospital import PAPERS
from fallback.printing import PrintedSlip, render_sheet, render_slips
from fallback.slip import Slip
from tests import factories, golden_payloads
from tests.test_printing import codes_in, pictures, text_of

SLIPS = golden_payloads.slips()
ADMISSION = replace(SLIPS["admission"], visit=replace(SLIPS["admission"].visit, ward=2))


def printed(slip: Slip) -> PrintedSlip:
    signed = payload.encode(slip, golden_payloads.KEY.sign)
    return PrintedSlip(slip=slip, digits=payload.to_digits(signed), desk_name="Counter 1", cut=payload.cut_of(signed))


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("slip", [ADMISSION, SLIPS["casualty"]], ids=["admission", "casualty"])
def test_the_picture_of_every_paper_gives_the_slip_back(slip: Slip, paper: str) -> None:
    pdf = render_slips([printed(slip)], factories.hospital(), paper=paper)
    read = {text for page in pictures(pdf) for kind, text, _, _ in codes_in(page) if kind == "qr"}
    (digits,) = read
    found = payload.decode(payload.from_digits(digits)).slip
    assert found.visit == slip.visit
    assert found.patient.name == slip.patient.name


@pytest.mark.parametrize("paper", PAPERS)
def test_an_admission_says_its_ward_and_bed_and_nothing_of_tokens_and_fees(paper: str) -> None:
    text = text_of(render_slips([printed(ADMISSION)], factories.hospital(), paper=paper))
    for shown in ("F-07", "Female Medical Ward", "महिला मेडिसिन वार्ड", "IPD/26/10443", "Unit II", "Admission slip"):
        assert shown in text
    for absent in ("Token", "Free", "₹"):
        assert absent not in text


def test_a_discreet_ward_is_its_number() -> None:
    hidden = replace(ADMISSION, visit=replace(ADMISSION.visit, ward=8))
    text = text_of(render_slips([printed(hidden)], factories.hospital()))
    assert "Ward 8" in text
    assert "Psychiatry" not in text


def test_somebody_who_lay_there_already_is_told_since_when() -> None:
    text = text_of(render_slips([printed(SLIPS["in-bed-already"])], factories.hospital()))
    assert "19-11-2026" in text


def test_casualty_says_who_brought_whom_from_where() -> None:
    text = text_of(render_slips([printed(SLIPS["casualty"])], factories.hospital()))
    for shown in (
        "PCR van Eagle 12, HC Ramesh", "Ring Road, below Moolchand flyover", "PS: Lajpat Nagar", "BROUGHT DEAD",
        "Tattoo", "Identification marks",
    ):  # fmt: skip
        assert shown in text


def test_in_a_ward_the_band_has_the_admissions_number_where_there_is_no_uhid() -> None:
    assert "IPD/26/10443" in text_of(render_sheet("wristband", [printed(ADMISSION)], factories.hospital()))
    known = replace(ADMISSION, uhid="104729385")
    text = text_of(render_sheet("wristband", [printed(known)], factories.hospital()))
    assert "104729385" in text
    assert "IPD" not in text
