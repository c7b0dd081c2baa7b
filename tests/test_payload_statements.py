"""Statements: lossless, strict, within the QR, the same for ever; and what a poster, a card, a sheet is worth."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as some

from fallback import payload
from fallback.errors import FieldWrong, PayloadTooLong, PayloadWrong
from fallback.keys import Certificate, PublicKeys, SigningKey, certify, is_genuine
from fallback.payload import CodeOutcome
from fallback.slip import EPOCH, SlipNumber
from fallback.statement import (
    BoxStatement,
    CertificateStatement,
    DayStatement,
    RootStatement,
    ShiftStatement,
    SignedByDesk,
    Statement,
)
from tests import golden_payloads, golden_statements, stranger

GOLDEN: dict[str, Any] = json.loads(golden_statements.FILE.read_text(encoding="utf-8"))
KEY = golden_statements.KEY
SHIFT = golden_statements.SHIFT
MADE = golden_statements.statements()
KINDS = (RootStatement, CertificateStatement, ShiftStatement, DayStatement, BoxStatement)

texts = some.text(alphabet=some.characters(exclude_categories=["Cs"]), max_size=25)
words = some.integers(0, 2**32 - 1)
counted = some.integers(1, 2**32 - 1)
counts = some.integers(0, 400) | words
series = some.integers(0, 999)
days = some.dates(date(1900, 1, 1), date(2079, 6, 6))
moments = some.none() | some.integers(1, 2**29 - 1).map(lambda seconds: EPOCH + timedelta(seconds=seconds))
numbers = some.builds(SlipNumber, series, some.integers(1, 999_999))
roots = some.builds(RootStatement, public=some.binary(min_size=32, max_size=32), name=texts)
certificates = some.builds(
    CertificateStatement,
    hospital=words,
    certificate=some.builds(
        Certificate,
        series=series,
        name=texts,
        public=some.binary(min_size=32, max_size=32),
        drill=some.booleans(),
        signature=some.binary(min_size=64, max_size=64),
    ),
)
shifts = some.builds(
    ShiftStatement,
    hospital=words,
    drill=some.booleans(),
    series=series,
    ordinal=counted,
    opened=moments,
    closed=moments,
    issued=counts,
    first=some.integers(1, 999_999),
    last=some.just(999_999),
    voids=some.lists(numbers, unique=True, max_size=12).map(lambda found: tuple(sorted(found))),
    corrections=counts,
    reprints=counts,
    receipts=counts,
    receipts_rupees=counts,
    refunded_rupees=counts,
    exempt=counts,
    later=counts,
    opening_float=counts,
    counted_cash=counts,
    head_sequence=counts,
    head=some.binary(min_size=8, max_size=8),
    page=some.integers(1, 100),
    pages=some.integers(100, 255),
)
signed_by_desk = {"hospital": words, "drill": some.booleans(), "signer": series, "clinic": some.integers(0, 255)}
sheets = some.builds(
    DayStatement,
    **signed_by_desk,
    day=days,
    token_series=series,
    first=counted,
) | some.builds(BoxStatement, **signed_by_desk, day=days, box=counted, count=counts)


def as_bits(message: bytes) -> str:
    return f"{int.from_bytes(message, 'big'):0{8 * len(message)}b}"


def from_bits(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def message_of(name: str) -> bytes:
    return bytes.fromhex(GOLDEN["vectors"][name]["payload"])[:-64]


@given(roots | certificates | shifts | sheets)
@settings(max_examples=300, deadline=None)
def test_every_statement_comes_back_as_it_was(statement: Statement) -> None:
    signed = golden_statements.encode(statement)
    assert 84 <= len(signed) <= payload.MOST_BYTES
    assert payload.is_statement(signed)
    assert payload.decode_statement(payload.from_digits(payload.to_digits(signed))) == statement


@given(shifts, some.lists(numbers, max_size=150))
@settings(max_examples=40, deadline=None)
def test_a_shift_is_split_into_as_few_pages_as_its_voids_need(shift: ShiftStatement, voids: list[SlipNumber]) -> None:
    pages = payload.pages_of(replace(shift, voids=tuple(voids)))
    assert [number for page in pages for number in page.voids] == sorted(set(voids))
    assert [(page.page, page.pages) for page in pages] == [(at, len(pages)) for at in range(1, len(pages) + 1)]
    for page, following in zip(pages, [*pages[1:], None], strict=True):
        assert replace(page, voids=shift.voids, page=shift.page, pages=shift.pages) == shift  # all sums on every page
        assert len(payload.encode_statement(page, KEY.sign)) <= payload.MOST_BYTES
        if following is not None and len(page.voids) < 63:
            with pytest.raises(PayloadTooLong):
                payload.encode_statement(replace(page, voids=(*page.voids, following.voids[0])), KEY.sign)


def test_a_shift_without_voids_is_one_page() -> None:
    assert payload.pages_of(replace(SHIFT, voids=())) == (replace(SHIFT, voids=()),)


def test_the_voids_of_a_long_shift_fit_on_few_pages() -> None:
    pages = payload.pages_of(replace(SHIFT, voids=tuple(SlipNumber(1, serial) for serial in range(124, 200))))
    assert [len(page.voids) for page in pages] == [38, 38]


@pytest.mark.parametrize("name", GOLDEN["vectors"])
def test_golden_vectors_stand_for_ever(name: str) -> None:
    vector = GOLDEN["vectors"][name]
    signed = bytes.fromhex(vector["payload"])
    statement = payload.decode_statement(payload.from_digits(vector["digits"]))
    assert statement.record() == vector["record"]
    assert golden_statements.encode(statement) == signed
    assert payload.to_digits(signed) == vector["digits"]
    assert payload.digest(signed).hex() == vector["digest"]


@pytest.mark.parametrize("name", GOLDEN["vectors"])
def test_the_page_alone_is_enough_to_read_and_verify_the_paper(name: str) -> None:
    vector = GOLDEN["vectors"][name]
    record, message, digest = stranger.read_statement(vector["digits"])
    assert (record, digest) == (vector["record"], vector["digest"])
    assert is_genuine(bytes.fromhex(GOLDEN["public"]), message, stranger.opened(vector["digits"])[1])


def test_every_golden_statement_is_in_the_file() -> None:
    assert {name: each.record() for name, each in MADE.items()} == {
        name: vector["record"] for name, vector in GOLDEN["vectors"].items() if name in MADE
    }
    assert {type(each) for each in MADE.values()} == set(KINDS)


def test_every_field_is_in_the_specification() -> None:
    page = (golden_statements.FILE.parents[2] / "docs" / "payload.md").read_text(encoding="utf-8")
    named = page.split("## Statements")[1]
    wanted = {each.name for kind in KINDS for each in fields(kind)} - {"certificate"}
    wanted |= {each.name for each in fields(Certificate)}
    assert [name for name in sorted(wanted) if f"`{name}`" not in named] == []


def test_the_worked_example_of_the_page_is_the_golden_vector() -> None:
    page = (golden_statements.FILE.parents[2] / "docs" / "payload.md").read_text(encoding="utf-8")
    lines = page.split("### A worked example of a shift")[1].split("```")[1].strip().splitlines()
    shown = "".join("".join(part for part in line.split("  ")[0].split() if set(part) <= set("01")) for line in lines)
    assert as_bits(message_of("shift-plain")) == shown


@pytest.mark.parametrize("name", ["root-plain", "certificate-hindi", "shift-of-others-voids", "day-plain", "box-plain"])
def test_a_flipped_bit_never_passes(name: str) -> None:
    vector = GOLDEN["vectors"][name]
    signed = bytes.fromhex(vector["payload"])
    keys = PublicKeys(root=KEY.public, certificates=(certify(KEY, 1, "Counter 1", KEY.public, drill=False),))
    assert payload.judge(vector["digits"], keys).outcome is CodeOutcome.GENUINE
    for bit in range(8 * len(signed)):
        changed = bytearray(signed)
        changed[bit // 8] ^= 0x80 >> bit % 8
        assert payload.judge(payload.to_digits(bytes(changed)), keys).outcome is not CodeOutcome.GENUINE


@given(some.integers(0, 4), some.binary(min_size=19, max_size=147))
@settings(max_examples=500, deadline=None)
def test_a_message_of_our_format_is_strict(code: int, data: bytes) -> None:
    signed = bytes([0xF0 | code, 0x10 | data[0] & 0x0F]) + data[1:] + bytes(64)
    try:
        statement = payload.decode_statement(signed)
    except PayloadWrong:
        return
    sign: Callable[[bytes], bytes] = lambda _: signed[-64:]  # noqa: E731
    match statement:
        case RootStatement():
            assert payload.encode_root(statement, sign) == signed
        case CertificateStatement():
            assert payload.encode_certificate(statement.certificate, statement.hospital) == signed
        case _:
            assert isinstance(statement, SignedByDesk)
            assert payload.encode_statement(statement, sign) == signed


@pytest.mark.parametrize("name", GOLDEN["vectors"])
def test_nothing_may_stand_after_the_end(name: str) -> None:
    message = message_of(name)
    for more in (b"\0", b"\x80", b"\0\0\0"):
        if len(message + more) <= payload.MOST_BYTES - 64:
            with pytest.raises(PayloadWrong):
                payload.decode_statement(message + more + bytes(64))
    for length in (0, 1, 19, len(message) - 1):
        with pytest.raises(PayloadWrong):
            payload.decode_statement(message[:length] + bytes(64))
    if name not in ("root-tamil", "shift-largest"):  # these end on the last bit of their last byte
        with pytest.raises(PayloadWrong):
            payload.decode_statement(message[:-1] + bytes([message[-1] ^ 1]) + bytes(64))


def _changed(name: str, first: int, bits: str) -> bytes:
    row = as_bits(message_of(name))
    return from_bits(row[:first] + bits + row[first + len(bits) :]) + bytes(64)


SHIFT_VOIDS = 368  # where the count of voids stands in the vector shift-plain


@pytest.mark.parametrize(
    ("name", "first", "bits"),
    [
        ("day-plain", 45, f"{1000:010b}"),  # a signer above 999
        ("day-plain", 79, f"{1000:010b}"),  # a token's series above 999
        ("day-plain", 89, "00000" + "00000"),  # a first token of 0
        ("day-plain", 89, "00001" + "00001"),  # a bit where the filling is
        ("day-plain", 89, "10001" + "00000"),  # 1 in two groups
        ("box-plain", 79, "00000"),  # box 0
        ("certificate-plain", 45, f"{1000:010b}"),
        ("shift-plain", 45, f"{1000:010b}"),
        ("shift-plain", 55, "00000"),  # no first shift is 0
        ("shift-plain", 60, "00000000"),  # page 0
        ("shift-plain", 60, "00000010"),  # page 2 of 1
        ("shift-plain", 68, "00000000"),  # of no pages
        ("shift-plain", 149, f"{436:020b}"),  # a first serial after the last
        ("shift-plain", 149, f"{0:020b}"),  # a last serial without a first
        ("shift-plain", 169, f"{1_000_000:020b}"),  # a serial above 999,999
        ("shift-plain", SHIFT_VOIDS + 6, "0"),  # the first void without its series
        ("shift-plain", SHIFT_VOIDS + 7, f"{1000:010b}"),
        ("shift-plain", SHIFT_VOIDS + 17, f"{0:020b}"),  # a serial of 0
        ("shift-plain", SHIFT_VOIDS + 17, f"{207:020b}"),  # the same void twice
        ("shift-plain", SHIFT_VOIDS + 17, f"{208:020b}"),  # voids that descend
        ("shift-plain", SHIFT_VOIDS, f"{3:06b}"),  # three voids, and there are two
        ("shift-plain", SHIFT_VOIDS, f"{1:06b}"),  # one void, and there are two
    ],
)
def test_what_no_writer_writes_is_refused(name: str, first: int, bits: str) -> None:
    with pytest.raises(PayloadWrong):
        payload.decode_statement(_changed(name, first, bits))


def test_the_places_of_those_refusals_are_right() -> None:
    """So that each is refused for its own fault: the same places with values that may be."""
    day = payload.decode_statement(_changed("day-plain", 45, f"{999:010b}"))
    assert day == replace(MADE["day-plain"], signer=999)  # type: ignore[call-arg]
    assert payload.decode_statement(_changed("day-plain", 79, f"{9:010b}")).record()["token_series"] == 9
    assert payload.decode_statement(_changed("day-plain", 89, "00001" + "00000")).record()["first"] == 1
    assert payload.decode_statement(_changed("box-plain", 79, "00011")).record()["box"] == 3
    wanted: dict[tuple[int, str], dict[str, Any]] = {
        (55, "00101"): {"ordinal": 5},
        (68, "00000111"): {"pages": 7},
        (149, f"{1:020b}"): {"first": 1},
        (169, f"{999_999:020b}"): {"last": 999_999},
        (SHIFT_VOIDS + 17, f"{206:020b}"): {"voids": (SlipNumber(1, 206), SlipNumber(1, 207))},
    }
    for (first, bits), change in wanted.items():
        assert payload.decode_statement(_changed("shift-plain", first, bits)) == replace(SHIFT, **change)
    certificate = payload.decode_statement(_changed("certificate-plain", 45, f"{999:010b}"))
    assert certificate.record()["series"] == 999


@pytest.mark.parametrize("start", ["1111" + "0101" + "0001", "1111" + "0010" + "0010", "1111" + "0010" + "0000"])
def test_a_later_type_or_format_is_said_to_be_later(start: str) -> None:
    signed = _changed("shift-plain", 0, start)
    with pytest.raises(PayloadWrong, match="version 15"):
        payload.decode_statement(signed)
    assert payload.judge(payload.to_digits(signed), None).outcome is CodeOutcome.WRONG_VERSION


def test_a_reader_of_slips_refuses_a_statement_as_of_a_later_version_and_the_reverse() -> None:
    for vector in GOLDEN["vectors"].values():
        with pytest.raises(PayloadWrong) as caught:
            payload.decode(bytes.fromhex(vector["payload"]))
        assert caught.value.values["version"] == 15
    slip = payload.encode(golden_payloads.slips()["plain"], KEY.sign)
    assert not payload.is_statement(slip)
    with pytest.raises(PayloadWrong):
        payload.decode_statement(slip)


@pytest.mark.parametrize(
    "change",
    [
        {"hospital": 2**32},
        {"hospital": -1},
        {"series": 1000},
        {"ordinal": 0},
        {"issued": -1},
        {"counted_cash": 2**32},
        {"head": bytes(7)},
        {"opened": golden_payloads.ISSUED.replace(microsecond=1)},
        {"closed": EPOCH},
        {"first": 436},
        {"first": 0},
        {"last": 1_000_000},
        {"page": 2},
        {"page": 0},
        {"pages": 256},
        {"voids": (SlipNumber(1, 2), SlipNumber(1, 1))},
        {"voids": (SlipNumber(1, 1), SlipNumber(1, 1))},
        {"voids": tuple(SlipNumber(1, serial) for serial in range(1, 65))},
    ],
)
def test_what_has_no_room_is_a_sentence(change: dict[str, Any]) -> None:
    with pytest.raises(FieldWrong, match="sheet's code"):
        payload.encode_statement(replace(SHIFT, **change), KEY.sign)


def test_a_name_that_does_not_fit_is_a_sentence_and_is_never_cut() -> None:
    """It is signed as it is: a cut name would make the certificate a forgery."""
    long = "மருத்துவமனை" * 10
    with pytest.raises(PayloadTooLong, match="Shorten name"):
        payload.encode_root(RootStatement(public=KEY.public, name=long), KEY.sign)
    with pytest.raises(PayloadTooLong, match="Shorten name"):
        payload.encode_certificate(certify(KEY, 1, long, KEY.public, drill=False), 1)
    with pytest.raises(FieldWrong):
        payload.encode_certificate(Certificate(series=1, name="x", public=KEY.public, drill=False), 1)
    with pytest.raises(FieldWrong):
        payload.encode_root(RootStatement(public=KEY.public[1:], name="x"), KEY.sign)
    with pytest.raises(FieldWrong):
        payload.encode_root(RootStatement(public=KEY.public, name="\ud800"), KEY.sign)


def test_what_a_sheet_is_worth() -> None:
    root, desk, other = SigningKey.new(), SigningKey.new(), SigningKey.new()
    keys = PublicKeys(root=root.public).with_certificate(certify(root, 1, "Counter 1", desk.public, drill=False))

    def outcome(statement: Statement, key: SigningKey = desk, keys: PublicKeys | None = keys) -> CodeOutcome:
        assert isinstance(statement, SignedByDesk)
        judged = payload.judge(payload.to_digits(payload.encode_statement(statement, key.sign)), keys)
        assert (judged.statement, judged.decoded, judged.number) == (statement, None, None)
        return judged.outcome

    for name in ("shift-plain", "day-plain", "box-plain"):
        sheet: Any = replace(MADE[name], hospital=keys.hospital)  # type: ignore[call-arg]
        assert outcome(sheet) is CodeOutcome.GENUINE
        assert outcome(sheet, keys=None) is CodeOutcome.UNVERIFIED
        assert outcome(sheet, other) is CodeOutcome.FORGED
        assert outcome(replace(sheet, drill=True)) is CodeOutcome.UNKNOWN_DESK
        assert outcome(MADE[name]) is CodeOutcome.OTHER_HOSPITAL
        signer = "series" if name == "shift-plain" else "signer"
        assert outcome(replace(sheet, **{signer: 2})) is CodeOutcome.UNKNOWN_DESK


def test_what_a_poster_is_worth() -> None:
    root, other = SigningKey.new(), SigningKey.new()
    poster = RootStatement(public=root.public, name="Rajdhani General Hospital")

    def outcome(sign: SigningKey, keys: PublicKeys | None) -> CodeOutcome:
        judged = payload.judge(payload.to_digits(payload.encode_root(poster, sign.sign)), keys)
        assert judged.statement == poster
        return judged.outcome

    assert outcome(root, PublicKeys(root=root.public)) is CodeOutcome.GENUINE
    assert outcome(root, PublicKeys(root=other.public)) is CodeOutcome.OTHER_HOSPITAL
    assert outcome(root, None) is CodeOutcome.UNVERIFIED
    for keys in (PublicKeys(root=root.public), PublicKeys(root=other.public), None):
        assert outcome(other, keys) is CodeOutcome.FORGED


def test_what_a_desks_certificate_is_worth() -> None:
    root, desk, other = SigningKey.new(), SigningKey.new(), SigningKey.new()
    keys = PublicKeys(root=root.public)

    def judged(certificate: Certificate, hospital: int, keys: PublicKeys | None = keys) -> payload.Judged:
        return payload.judge(payload.to_digits(payload.encode_certificate(certificate, hospital)), keys)

    certificate = certify(root, 7, "खिड़की 7", desk.public, drill=True)
    found = judged(certificate, keys.hospital)
    assert found.outcome is CodeOutcome.GENUINE
    assert isinstance(found.statement, CertificateStatement)
    assert keys.with_certificate(found.statement.certificate).certificates == (certificate,)
    assert judged(certificate, keys.hospital, None).outcome is CodeOutcome.UNVERIFIED
    foreign = certify(other, 7, "Counter 7", desk.public, drill=False)
    assert judged(foreign, PublicKeys(root=other.public).hospital).outcome is CodeOutcome.OTHER_HOSPITAL
    assert judged(foreign, keys.hospital).outcome is CodeOutcome.FORGED
    assert judged(replace(certificate, name="Counter 8"), keys.hospital).outcome is CodeOutcome.FORGED
    assert judged(replace(certificate, drill=False), keys.hospital).outcome is CodeOutcome.FORGED
