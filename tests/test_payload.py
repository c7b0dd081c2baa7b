"""The wire format: lossless, strict, within its budget, the same for ever."""

import json
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies as some

from fallback import payload
from fallback.errors import FieldWrong, PayloadTooLong, PayloadWrong
from fallback.keys import PublicKeys, SigningKey, certify, is_genuine
from fallback.payload import CodeOutcome
from fallback.payload.bits import BitReader, BitWriter
from fallback.payload.extension import VISIT_PARTS
from fallback.payload.record import pack, text_of
from fallback.payload.text import put_text, take_text
from fallback.rehearsal.people import people
from fallback.slip import (
    EPOCH,
    Age,
    AgeUnit,
    Category,
    FeeStatus,
    Kind,
    Patient,
    Relation,
    Sex,
    Slip,
    SlipNumber,
    Visit,
)
from tests import factories, golden_payloads, stranger

GOLDEN: dict[str, Any] = json.loads(golden_payloads.FILE.read_text(encoding="utf-8"))
KEY = golden_payloads.KEY
PLAIN = golden_payloads.slips()["plain"]

texts = some.text(alphabet=some.characters(exclude_categories=["Cs"]), max_size=12)
numbers = some.builds(SlipNumber, some.integers(0, 999), some.integers(1, 999_999))
patients = some.builds(
    Patient,
    name=texts,
    name_hindi=some.text(alphabet=[chr(code) for code in range(0x0900, 0x0980)] + list(" .-12"), max_size=15),
    sex=some.sampled_from(Sex),
    birth_date=some.none() | some.dates(date(1900, 1, 1), date(2079, 1, 1)),
    age=some.none() | some.builds(Age, value=some.integers(0, 125), unit=some.sampled_from(AgeUnit)),
    guardian=some.text(alphabet="abcdefghijklmnopqrstuvwxyzABCXYZ .'-/0123456789", max_size=15),
    relation=some.none() | some.sampled_from(Relation),
    mobile=some.from_regex(r"[0-9]{0,12}", fullmatch=True),
    abha=some.from_regex(r"[0-9]{14}", fullmatch=True) | some.just(""),
    state=some.integers(0, 63),
    district=texts,
    locality=texts,
    scheme_id=some.sampled_from(["", "PMJAY P4Q7-88"]),
    pin_code=some.from_regex(r"[0-9]{0,7}", fullmatch=True),
    category=some.sampled_from(Category),
    birth_time=some.sampled_from(["", "00:00", "23:59"]),
    birth_order=some.integers(0, 15),
    identification_marks=texts,
)
slips = some.builds(
    Slip,
    number=numbers,
    kind=some.sampled_from(Kind),
    hospital=some.integers(0, 2**32 - 1),
    signer=some.integers(0, 999),
    drill=some.booleans(),
    issued=some.none() | some.integers(1, 2**29 - 1).map(lambda seconds: EPOCH + timedelta(seconds=seconds)),
    patient_number=some.none() | numbers,
    uhid=some.from_regex(r"[0-9]{0,17}", fullmatch=True) | some.sampled_from(["AB-12", "ॐ1"]),
    previous=some.none() | numbers,
    mother=some.none() | numbers,
    patient=patients,
    visit=some.builds(
        Visit,
        clinic=some.integers(0, 255),
        token=some.integers(0, 5000),
        token_series=some.integers(0, 999),
        fee=some.integers(0, 10**6),
        fee_status=some.sampled_from(FeeStatus),
        booking=some.sampled_from(["", "ORS-2026-4488"]),
        medico_legal_number=some.sampled_from(["", "MLC/26/0117"]),
        ward=some.integers(0, 255),
        bed=some.sampled_from(["", "F-07", "१२"]),
        unit=texts,
        ipd_number=some.sampled_from(["", "IPD/26/10443"]),
        in_bed=some.booleans(),
        admitted_on=some.none().map(lambda _: "") | some.dates(date(1900, 1, 1), date(2079, 1, 1)).map(date.isoformat),
        day=some.sampled_from(["", "2026-11-30"]),
        brought_by=texts,
        found_at=texts,
        police_station=texts,
        brought_dead=some.booleans(),
    ),
    reason=texts,
    alias=some.booleans(),
    emergency=some.booleans(),
    medico_legal=some.booleans(),
    provisional=some.booleans(),
    extension=some.binary(max_size=4) | some.binary(max_size=3).map(lambda rest: b"\x01" + rest),
)


@given(slips, some.integers(0, 15), some.binary(min_size=4, max_size=4))
@settings(deadline=None)
def test_whatever_is_not_cut_comes_back_as_it_was(slip: Slip, revision: int, replaces: bytes) -> None:
    slip = replace(slip, revision=revision, replaces=replaces if revision else b"")
    try:
        signed = payload.encode(slip, KEY.sign)
    except PayloadTooLong:  # every optional part at once, in mixed scripts
        return
    assert len(signed) <= payload.MOST_BYTES
    decoded = payload.decode(payload.from_digits(payload.to_digits(signed)))
    assert decoded.digest == payload.digest(signed)
    assert payload.cut_of(decoded.message + decoded.signature) == decoded.cut
    if decoded.cut:
        whole = {name: text_of(slip, name) for name in decoded.cut}
        reason = whole.pop("reason", decoded.slip.reason)
        told = {name: whole.pop(name) for name in VISIT_PARTS & whole.keys()}
        patient = replace(decoded.slip.patient, **whole)  # type: ignore[arg-type]
        visit = replace(decoded.slip.visit, **told)  # type: ignore[arg-type]
        assert replace(decoded.slip, patient=patient, visit=visit, reason=reason) == slip
    else:
        assert decoded.slip == slip


@given(some.text(alphabet=some.characters(exclude_categories=["Cs"])))
@settings(max_examples=300, deadline=None)
def test_every_text_comes_back(text: str) -> None:
    bits = BitWriter()
    put_text(bits, text)
    if len(text) < 250:
        assert take_text(BitReader(bits.to_bytes())) == text


@pytest.mark.parametrize(
    ("text", "bits"), [("Sunita Devi", 5 * 11 + 8), ("RAM", 5 * 3 + 8), ("सुनीता", 7 * 6 + 7), ("é", 2 + 5 + 16)]
)
def test_the_shortest_coding_is_taken(text: str, bits: int) -> None:
    writer = BitWriter()
    put_text(writer, text)
    assert writer.length == bits


@pytest.mark.parametrize("name", GOLDEN["vectors"])
def test_golden_vectors_stand_for_ever(name: str) -> None:
    vector = GOLDEN["vectors"][name]
    signed = bytes.fromhex(vector["payload"])
    slip = Slip.from_record(vector["record"])
    assert payload.encode(slip, KEY.sign) == signed
    assert payload.to_digits(signed) == vector["digits"]
    decoded = payload.decode(payload.from_digits(vector["digits"]))
    assert decoded.slip.record() == Slip.from_record(vector["read"]).record()  # fields that came later are not told
    assert vector["read"].items() <= decoded.slip.record().items()
    assert list(decoded.cut) == vector["cut"]
    assert decoded.digest.hex() == vector["digest"]
    assert is_genuine(bytes.fromhex(GOLDEN["public"]), decoded.message, decoded.signature)


@pytest.mark.parametrize("name", GOLDEN["vectors"])
def test_the_page_alone_is_enough_to_read_the_paper(name: str) -> None:
    vector = GOLDEN["vectors"][name]
    record, cut, digest = stranger.read(vector["digits"])
    assert record == Slip.from_record(vector["read"]).record()  # an old vector does not name what came later
    assert (cut, digest) == (vector["cut"], vector["digest"])


def test_the_worked_example_of_the_page_is_the_golden_vector() -> None:
    page = (golden_payloads.FILE.parents[2] / "docs" / "payload.md").read_text(encoding="utf-8")
    lines = page.split("## A worked example")[1].split("```")[1].strip().splitlines()
    shown = "".join("".join(part for part in line.split("  ")[0].split() if set(part) <= set("01")) for line in lines)
    message = payload.decode(bytes.fromhex(GOLDEN["vectors"]["plain"]["payload"])).message
    assert f"{int.from_bytes(message, 'big'):0{8 * len(message)}b}" == shown


def test_every_golden_slip_is_in_the_file() -> None:
    assert set(golden_payloads.slips()) <= set(GOLDEN["vectors"])


@pytest.mark.parametrize("name", ["plain", "full", "text-hindi", "cut", "sealed", "casualty-cut"])
def test_a_flipped_bit_never_passes(name: str) -> None:
    signed = bytes.fromhex(GOLDEN["vectors"][name]["payload"])
    for bit in range(8 * len(signed)):
        changed = bytearray(signed)
        changed[bit // 8] ^= 0x80 >> bit % 8
        try:
            decoded = payload.decode(bytes(changed))
        except PayloadWrong:
            continue
        assert not is_genuine(KEY.public, decoded.message, decoded.signature)


@given(some.binary(max_size=260))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_a_record_or_a_sentence(data: bytes) -> None:
    try:
        decoded = payload.decode(data)
    except PayloadWrong:
        return
    assert payload.encode(decoded.slip, lambda _: decoded.signature) == data or decoded.cut


@given(some.binary(min_size=20, max_size=148))
@settings(max_examples=400, deadline=None)
def test_a_message_of_our_version_is_strict(data: bytes) -> None:
    message = bytes([0x10 | data[0] & 0x0F]) + data[1:]
    try:
        decoded = payload.decode(message + bytes(64))
    except PayloadWrong:
        return
    assert decoded.message == message


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 80, 134])
def test_a_shortened_record_is_refused(length: int) -> None:
    with pytest.raises(PayloadWrong):
        payload.decode(bytes.fromhex(GOLDEN["vectors"]["plain"]["payload"])[:length])


@given(some.text(max_size=600) | some.from_regex(r"[0-9]{190,520}", fullmatch=True))
@settings(deadline=None)
def test_judge_never_raises(text: str) -> None:
    assert payload.judge(text, None).outcome in CodeOutcome


def test_digits_in_hindi_are_the_same_code() -> None:
    digits = GOLDEN["vectors"]["plain"]["digits"]
    hindi = digits.translate({ord(str(digit)): chr(0x0966 + digit) for digit in range(10)})
    assert payload.from_digits(hindi) == payload.from_digits(digits)


def test_what_a_code_is_worth() -> None:
    root, desk, stranger = SigningKey.new(), SigningKey.new(), SigningKey.new()
    keys = PublicKeys(root=root.public).with_certificate(certify(root, 1, "Counter 1", desk.public, drill=False))
    slip = replace(PLAIN, hospital=keys.hospital)

    def outcome(slip: Slip, key: SigningKey = desk, keys: PublicKeys | None = keys) -> CodeOutcome:
        return payload.judge(payload.to_digits(payload.encode(slip, key.sign)), keys).outcome

    assert outcome(slip) is CodeOutcome.GENUINE
    assert outcome(slip, keys=None) is CodeOutcome.UNVERIFIED
    assert outcome(slip, stranger) is CodeOutcome.FORGED
    assert outcome(replace(slip, signer=2)) is CodeOutcome.UNKNOWN_DESK
    assert outcome(replace(slip, drill=True)) is CodeOutcome.UNKNOWN_DESK
    assert outcome(PLAIN) is CodeOutcome.OTHER_HOSPITAL
    digits = payload.to_digits(payload.encode(slip, desk.sign))
    assert payload.judge(digits[:-1], keys).outcome is CodeOutcome.DAMAGED
    changed = digits[:100] + str(9 - int(digits[100])) + digits[101:]
    assert payload.judge(changed, keys).outcome in (CodeOutcome.DAMAGED, CodeOutcome.FORGED)
    later = bytes([0x20 | 1]) + payload.from_digits(digits)[1:]
    assert payload.judge(payload.to_digits(later), keys).outcome is CodeOutcome.WRONG_VERSION
    assert payload.judge(slip.number.text, keys).number == slip.number
    for foreign in (
        "",
        "https://example.org",
        '{"hidn":"91-1234","name":"x"}',
        "9" * 10**7,
        "1" * 10**7,
        "12345678901",
        "\x00",
    ):
        assert payload.judge(foreign, keys).outcome is CodeOutcome.FOREIGN


def test_a_row_of_digits_is_ours_only_with_our_sentinel() -> None:
    digits = GOLDEN["vectors"]["plain"]["digits"]
    assert payload.looks_like_payload(digits)
    assert payload.looks_like_payload(digits[:250])
    for foreign in ("2" + digits[1:], digits[1:].lstrip("1"), "9" * 300, digits[:100], "1" * 600):
        assert not payload.looks_like_payload(foreign)
        assert payload.judge(foreign, None).outcome is CodeOutcome.FOREIGN


def letter_by_letter(slip: Slip) -> tuple[str, ...] | None:
    """The cut texts by the page's own words, the slow way; for texts without marks and joiners."""
    cut: dict[str, str] = {}
    for name in payload.CUTTABLE:
        text = text_of(slip, name)
        for length in range(len(text) - 1, 7, -1):
            cut[name] = text[:length]
            if len(pack(slip, cut)) <= payload.MOST_BYTES - 64:
                return tuple(f"{text}…" for text in cut.values())
    return None


long_texts = some.text(alphabet="abcXYZ 19/,", max_size=70) | some.text(alphabet="abcकखग🙂 .1", max_size=45)


@given(some.lists(long_texts, min_size=10, max_size=10))
@settings(max_examples=60, deadline=None)
def test_no_letter_more_is_cut_than_the_rule_says(texts: list[str]) -> None:
    made = dict(zip(payload.CUTTABLE, texts, strict=True))
    reason = made.pop("reason")
    told = {name: made.pop(name) for name in VISIT_PARTS & made.keys()}
    patient = replace(PLAIN.patient, **made)  # type: ignore[arg-type]
    visit = replace(PLAIN.visit, **told)  # type: ignore[arg-type]
    slip = replace(PLAIN, reason=reason, patient=patient, visit=visit)
    if len(pack(slip, {})) <= payload.MOST_BYTES - 64:
        assert payload.decode(payload.encode(slip, KEY.sign)).slip == slip
        return
    wanted = letter_by_letter(slip)
    if wanted is None:
        with pytest.raises(PayloadTooLong):
            payload.encode(slip, KEY.sign)
        return
    decoded = payload.decode(payload.encode(slip, KEY.sign))
    values = decoded.slip.record()
    assert tuple(values[name] for name in decoded.cut) == wanted


def test_long_texts_are_cut_in_their_order_and_marked() -> None:
    patient = replace(PLAIN.patient, locality="x Y9" * 30, guardian="Qq7 " * 20, name_hindi="ज्ञानेश्वर " * 4)
    decoded = payload.decode(payload.encode(replace(PLAIN, patient=patient), KEY.sign))
    assert decoded.cut == ("locality", "guardian")
    assert decoded.slip.patient.locality.endswith("…")
    assert patient.guardian.startswith(decoded.slip.patient.guardian.rstrip("…"))
    assert decoded.slip.patient.name == PLAIN.patient.name
    assert decoded.slip.patient.name_hindi == patient.name_hindi


@pytest.mark.parametrize(
    "cluster", ["क्षि", "क्\u200dष", "\U0001f469\u200d\U0001f467", "\U0001f44d\U0001f3fd", "e\u0301"]
)
@pytest.mark.parametrize("before", range(9))
def test_a_cut_never_parts_what_belongs_together(cluster: str, before: int) -> None:
    """Letter and marks, conjunct, joined emoji, colour: wherever in the cluster the room happens to end."""
    patient = replace(PLAIN.patient, name_hindi="", locality="", district="", guardian="x" * before + cluster * 60)
    decoded = payload.decode(payload.encode(replace(PLAIN, patient=patient), KEY.sign))
    assert decoded.cut == ("guardian",)
    shown = decoded.slip.patient.guardian.removesuffix("…")
    assert set(shown[before:].split(cluster)) == {""}


def test_a_slip_number_has_one_pair_of_check_digits() -> None:
    """98 and 01 leave the same rest by 97: only the one that is printed is right."""
    assert payload.judge("00100007098", None).outcome is CodeOutcome.NUMBER_ONLY
    assert payload.judge("00100007001", None).outcome is CodeOutcome.FOREIGN
    assert payload.judge("00100000000", None).outcome is CodeOutcome.FOREIGN


def test_a_sealed_identity_is_never_cut_around() -> None:
    with pytest.raises(PayloadTooLong):
        payload.encode(replace(PLAIN, sealed=bytes(70), patient=replace(PLAIN.patient, locality="x9" * 60)), KEY.sign)


@pytest.mark.parametrize(
    "change",
    [
        {"revision": 16, "replaces": bytes(4)},
        {"revision": 1},
        {"replaces": bytes(4)},
        {"hospital": 2**32},
        {"issued": EPOCH},
        {"issued": golden_payloads.ISSUED.replace(microsecond=1)},
        {"issued": EPOCH + timedelta(seconds=2**29)},
        {"signer": 1024},
        {"visit": Visit(clinic=256)},
        {"visit": Visit(fee=-1)},
        {"visit": Visit(fee=2**32)},
        {"visit": Visit(token_series=1000)},
        {"signer": 1000},
        {"patient": Patient(name="\ud800")},
        {"patient": Patient(name="\ud83d\ude42")},
        {"patient": Patient(locality="x" * 10**6)},
        {"patient": Patient(state=64)},
        {"patient": Patient(birth_date=date(1899, 12, 31))},
    ],
)
def test_what_has_no_room_is_a_sentence(change: dict[str, Any]) -> None:
    with pytest.raises(FieldWrong):
        payload.encode(replace(PLAIN, **change), KEY.sign)


def test_the_budget_holds_for_a_queue() -> None:
    sizes = []
    for serial, person in enumerate(people(Random(3), factories.hospital(), 400, today=date(2026, 11, 23)), 1):
        patient = replace(
            PLAIN.patient, name=person.name, name_hindi=person.name_hindi, guardian=person.guardian,
            district=person.district, locality=person.locality,
        )  # fmt: skip
        sizes.append(len(payload.encode(replace(PLAIN, number=SlipNumber(1, serial), patient=patient), KEY.sign)))
    sizes.sort()
    assert sizes[200] <= 150
    assert sizes[396] <= 185
    assert sizes[-1] <= 212
