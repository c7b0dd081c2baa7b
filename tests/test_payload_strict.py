"""The wire format is strict: what no writer writes is refused, so a fact has one row of bytes and one digest."""

import json
from dataclasses import replace
from typing import Any

import pytest

from fallback import payload
from fallback.errors import PayloadWrong
from fallback.payload.record import pack
from fallback.slip import Slip, SlipNumber, Visit
from tests import golden_payloads

GOLDEN: dict[str, Any] = json.loads(golden_payloads.FILE.read_text(encoding="utf-8"))
PLAIN = golden_payloads.slips()["plain"]
LEAST = Slip(number=SlipNumber(4, 1), hospital=1, signer=4)
PRESENCE = 4 + 5 + 5 + 2 + 32 + 30 + 4 + 29 + 2 + 5 + 8 + 2  # bits of the fixed fields before the presence bits


def as_bits(message: bytes) -> str:
    return f"{int.from_bytes(message, 'big'):0{8 * len(message)}b}"


def from_bits(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def with_part(place: int, bits: str) -> bytes:
    """The least slip, with one optional part written by hand."""
    row = as_bits(pack(LEAST, {}))[: PRESENCE + 26]
    row = row[: PRESENCE + place] + "1" + row[PRESENCE + place + 1 :]
    return from_bits(row + bits) + bytes(64)


def test_a_part_written_as_the_page_says_is_read() -> None:
    """So that the refusals below are for their own fault, and not for a test that writes wrongly."""
    assert payload.decode(with_part(14, "00101")).slip == replace(LEAST, visit=Visit(fee=5))
    assert payload.decode(with_part(18, "00" + "0" + "00001" + "00001")).slip.patient.name == "A"
    assert payload.decode(with_part(2, "0" + "0001" + "0111")).slip.uhid == "7"


@pytest.mark.parametrize(
    ("place", "bits"),
    [
        (14, "00000"),  # a fee of 0, told
        (14, "10101" + "00000"),  # 5 in two groups
        (14, "11111" * 8 + "00001"),  # more than 32 bits
        (12, "00000"),  # a token of 0, told
        (10, "000000"),  # a state of 0, told
        (0, f"{4:010b}"),  # the signer, told though it is the number's series
        (13, f"{0:010b}"),  # the token's series, told though there is no token
        (1, f"{1000:010b}" + f"{1:020b}"),  # a series above 999
        (1, f"{1:010b}" + f"{0:020b}"),  # a serial of 0
        (1, f"{1:010b}" + f"{1_000_000:020b}"),  # a serial above 999,999
        (6, "11" + f"{5:07b}"),  # a unit of age that nobody knows
        (6, "00" + f"{126:07b}"),  # an age above 125
        (7, "111"),  # a relation that nobody knows
        (2, "0" + "0000"),  # a UHID of no digits
        (2, "0" + "0001" + "1111"),  # one digit, and it is 15
        (2, "1" + "00" + "0" + "00010" + "11100" + "00111"),  # digits as text
        (8, "0" + f"{2**32 - 1:032b}"),  # eleven digits of mobile
        (9, "0" + f"{2**47 - 1:047b}"),  # fifteen digits of ABHA
        (11, "0" + f"{2**20 - 1:020b}"),  # seven digits of PIN code
        (18, "00" + "0" + "00000"),  # no letters, told
        (18, "00" + "1" + "00001" + "00001"),  # A in capitals: the other style is as short
        (18, "00" + "0" + "00010" + "11011" + "11011"),  # flip before flip
        (18, "00" + "0" + "00010" + "11011" + "00000"),  # flip before a space
        (18, "00" + "0" + "00001" + "11011"),  # flip before the end
        (18, "00" + "0" + "00001" + "11100"),  # shift before the end
        (18, "10" + "00001" + f"{ord('A'):08b}"),  # A in UTF-8
        (18, "01" + "00001" + f"{0:07b}"),  # a space in Devanagari
        (18, "10" + "00010" + f"{0xC0:08b}{0x80:08b}"),  # not UTF-8
        (18, "10" + "00011" + f"{0xEDA080:024b}"),  # half a pair
        (18, "11" + "00001" + "00001"),  # no such coding
        (24, "00000"),  # a sealed identity of no bytes
        (25, "00000"),  # an extension of no bytes
        (25, "01111" + "0" * 8),  # fifteen bytes that are not there
    ],
)
def test_what_no_writer_writes_is_refused(place: int, bits: str) -> None:
    with pytest.raises(PayloadWrong):
        payload.decode(with_part(place, bits))


def test_nothing_may_stand_after_the_end() -> None:
    """Else one fact would have many digests, and the same slip would be in conflict with itself."""
    for name in GOLDEN["vectors"]:
        message = payload.decode(bytes.fromhex(GOLDEN["vectors"][name]["payload"])).message
        for more in (b"\0", b"\x80", b"\0\0\0"):
            if len(message + more) <= payload.MOST_BYTES - 64:
                with pytest.raises(PayloadWrong):
                    payload.decode(message + more + bytes(64))
    message = pack(LEAST, {})
    spare = -(PRESENCE + 26) % 8
    assert spare
    for bit in range(spare):
        with pytest.raises(PayloadWrong):
            payload.decode(message[:-1] + bytes([message[-1] | 1 << bit]) + bytes(64))


@pytest.mark.parametrize(("first", "bits"), [(4, "01001"), (15, "1"), (113, "01110"), (126, "11")])
def test_a_code_beyond_its_list_is_refused(first: int, bits: str) -> None:
    """Kind, the reserved bit, category, fee status."""
    row = as_bits(pack(LEAST, {}))
    with pytest.raises(PayloadWrong):
        payload.decode(from_bits(row[:first] + bits + row[first + len(bits) :]) + bytes(64))


def test_a_mask_of_cuts_that_names_nothing_is_refused() -> None:
    row = as_bits(pack(LEAST, {}))[: PRESENCE + 26]
    with pytest.raises(PayloadWrong):
        payload.decode(from_bits(row[:14] + "1" + row[15:] + "000000") + bytes(64))


def test_a_cut_that_no_writer_makes_is_refused() -> None:
    """The mask may not name a text that is absent or too short, nor stand in a sealed record."""
    sealed = replace(PLAIN, sealed=b"x", reason="registered twice")
    for slip, cut in ((PLAIN, {"reason": ""}), (PLAIN, {"name": "Sunita"}), (sealed, {"reason": "registered"})):
        with pytest.raises(PayloadWrong):
            payload.decode(pack(slip, cut) + bytes(64))


def test_a_series_above_999_is_refused() -> None:
    """Ten bits hold 1,023. The signer's first bit is the first after the fixed fields and the presence bits."""
    message = pack(replace(PLAIN, signer=500), {})
    first = 4 + 5 + 5 + 2 + 32 + 30 + 4 + 29 + 2 + 5 + 8 + 2 + 26
    bits = f"{int.from_bytes(message, 'big'):0{8 * len(message)}b}"
    assert bits[first : first + 10] == f"{500:010b}"
    changed = bits[:first] + f"{1000:010b}" + bits[first + 10 :]
    with pytest.raises(PayloadWrong):
        payload.decode(int(changed, 2).to_bytes(len(message), "big") + bytes(64))


def test_a_row_of_digits_has_one_length_and_one_number() -> None:
    """A row that counts past its bytes is refused with a sentence, and so is one with a zero more."""
    digits = GOLDEN["vectors"]["plain"]["digits"]
    size = len(payload.from_digits(digits))
    assert payload.from_digits(payload.to_digits(b"\xff" * size)) == b"\xff" * size
    for wrong in (f"1{256**size}", f"10{digits[1:]}", digits[:-1]):
        with pytest.raises(PayloadWrong):
            payload.from_digits(wrong)
        assert payload.judge(wrong, None).outcome is payload.CodeOutcome.DAMAGED
    for size in range(84, payload.MOST_BYTES + 1):
        for data in (bytes(size), b"\xff" * size):
            assert payload.from_digits(payload.to_digits(data)) == data
