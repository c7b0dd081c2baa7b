"""The sealed part on the wire: forty bytes whatever the name, its own vectors, and always room beside it."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, strategies as some

from fallback import names, payload
from fallback.errors import FieldWrong, PayloadTooLong, PayloadWrong, SealBroken
from fallback.identity import Identity
from fallback.keys import SealingKey, seal_to
from fallback.slip import Age, AgeUnit, FeeStatus, Kind, Patient, Sex, Slip, SlipNumber, Visit
from tests import golden_sealed, stranger_sealed
from tests.golden_payloads import HOSPITAL, ISSUED, KEY

GOLDEN: dict[str, Any] = json.loads(golden_sealed.FILE.read_text(encoding="utf-8"))
VECTORS: dict[str, dict[str, Any]] = GOLDEN["vectors"]
SECRET = SealingKey(bytes.fromhex(GOLDEN["secret"]))
EVERYTHING = 16  # bits of a token, and what else a slip may hold at most

identities = some.builds(
    Identity,
    name=some.text(alphabet="abcdefghijklmnopqrstuvwxyzABC .'-éŚ", min_size=1, max_size=20),
    sex=some.sampled_from(Sex),
    age=some.builds(Age, value=some.integers(0, 125), unit=some.sampled_from(AgeUnit)),
    mobile=some.just("") | some.from_regex(r"[6-9][0-9]{9}", fullmatch=True),
    uhid=some.just("") | some.from_regex(r"[0-9]{1,9}", fullmatch=True),
)


def slip_of(vector: dict[str, Any]) -> Slip:
    return payload.decode(bytes.fromhex(vector["payload"])).slip


@pytest.mark.parametrize("name", VECTORS)
def test_a_golden_identity_opens_and_packs_as_ever(name: str) -> None:
    vector = VECTORS[name]
    slip = slip_of(vector)
    assert (slip.number.text, slip.sealed.hex()) == (vector["number"], vector["sealed"])
    plain = SECRET.open(payload.sealed_in(slip), payload.identity_context(slip.hospital, slip.number))
    assert plain.hex() == vector["plain"]
    found = payload.unpack_identity(plain)
    assert golden_sealed.record(found) == vector["identity"]
    assert payload.pack_identity(found) == plain
    rest = SECRET.open(bytes.fromhex(vector["sealed_rest"]), payload.rest_context(slip))
    assert payload.unpack_rest(rest) == vector["rest"]


def test_every_golden_identity_is_still_made() -> None:
    assert set(golden_sealed.identities()) == set(VECTORS)
    for name, identity in golden_sealed.identities().items():
        assert payload.pack_identity(identity).hex() == VECTORS[name]["plain"]


@pytest.mark.parametrize("name", VECTORS)
def test_a_stranger_with_the_page_and_the_key_reads_it(name: str) -> None:
    vector = VECTORS[name]
    sealed = bytes.fromhex(vector["sealed"])
    assert sealed[0] == 1
    context = stranger_sealed.context_of(HOSPITAL, vector["number"])
    plain = stranger_sealed.open_sealed(SECRET.secret, sealed[1:], context)
    assert stranger_sealed.identity(plain) == vector["identity"]
    context = stranger_sealed.rest_context_of(HOSPITAL, vector["number"], sealed)
    rest = stranger_sealed.open_sealed(SECRET.secret, bytes.fromhex(vector["sealed_rest"]), context)
    assert json.loads(rest) == vector["rest"]
    with pytest.raises(InvalidTag):
        stranger_sealed.open_sealed(SECRET.secret, sealed[1:], context)


@given(identities)
def test_any_identity_comes_back_whole(identity: Identity) -> None:
    plain = payload.pack_identity(identity)
    assert len(plain) == payload.IDENTITY_SIZE
    assert payload.unpack_identity(plain) == identity


@given(some.binary(max_size=60))
def test_any_other_bytes_are_refused_with_a_sentence(plain: bytes) -> None:
    with suppress(PayloadWrong):
        assert payload.pack_identity(payload.unpack_identity(plain)) == plain


@given(some.binary(max_size=80))
def test_any_other_rest_is_refused_with_a_sentence(plain: bytes) -> None:
    with suppress(PayloadWrong):
        assert isinstance(payload.unpack_rest(plain), dict)


def test_the_size_tells_nothing_of_the_name() -> None:
    sizes = {len(bytes.fromhex(vector["sealed"])) for vector in VECTORS.values()}
    assert sizes == {1 + 48 + payload.IDENTITY_SIZE}
    assert len({len(bytes.fromhex(vector["sealed_rest"])) for vector in VECTORS.values()}) == 1


@pytest.mark.parametrize(
    ("identity", "field"),
    [
        (Identity(name="A" * 70, sex=Sex.MALE, age=Age(value=3)), "name"),
        (Identity(name="Śrī " * 12, sex=Sex.MALE, age=Age(value=3)), "name"),
        (Identity(name="राजराजेश्वरी " * 5, sex=Sex.MALE, age=Age(value=3)), "name"),
        (Identity(name="Asha Rani", sex=Sex.MALE, age=Age(value=3), uhid="A/1-" * 10), "uhid"),
        (Identity(name="A" * 2000, sex=Sex.MALE, age=Age(value=3)), "name"),
    ],
)
def test_what_does_not_fit_is_refused_and_says_which_field_to_shorten(identity: Identity, field: str) -> None:
    with pytest.raises(FieldWrong) as refused:
        payload.pack_identity(identity)
    assert refused.value.values["field"] == field
    assert identity.name not in str(refused.value)


def test_as_many_letters_as_it_says_must_go_are_enough() -> None:
    identity = Identity(name="Rajarajeshwari " * 5, sex=Sex.FEMALE, age=Age(value=71), mobile="9999999999")
    with pytest.raises(FieldWrong) as refused:
        payload.pack_identity(identity)
    less = int(refused.value.values["why"].values["letters"])  # type: ignore[attr-defined]
    assert payload.pack_identity(replace(identity, name=identity.name[:-less]))


def fullest(sealed: bytes, alias: str) -> Slip:
    """The longest slip that a desk makes with a sealed identity."""
    return Slip(
        number=SlipNumber(999, 999_999),
        kind=Kind.CASUALTY,
        revision=14,
        replaces=b"\xff" * 4,
        hospital=2**32 - 1,
        signer=998,
        drill=True,
        issued=ISSUED,
        patient=Patient(name=alias, sex=Sex.FEMALE),
        visit=Visit(
            clinic=255, token=2**EVERYTHING - 1, token_series=997, fee=2**20 - 1, fee_status=FeeStatus.LATER,
            medico_legal_number="M" + "0/" * 6 + "z",
        ),
        emergency=True,
        medico_legal=True,
        sealed=sealed,
    )  # fmt: skip


def test_beside_the_longest_identity_there_is_always_room() -> None:
    sealed = payload.in_slip(bytes(48 + payload.IDENTITY_SIZE))
    aliases = {names.confidential_alias(str(seed)) for seed in range(4000)}
    assert len(aliases) == 400
    for alias in aliases:
        assert len(payload.encode(fullest(sealed, alias), KEY.sign)) <= payload.MOST_BYTES
    slip = fullest(sealed, "Granite Peacock")
    assert len(slip.visit.medico_legal_number) == payload.MOST_MEDICO_LEGAL
    assert payload.decode(payload.encode(slip, KEY.sign)).slip == slip
    longer = replace(slip.visit, medico_legal_number="M0/0/0/0/0/0/0/0/0/")
    with pytest.raises(PayloadTooLong):
        payload.encode(replace(slip, visit=longer), KEY.sign)


def test_an_alias_has_a_hindi_twin_and_is_nobodys_name() -> None:
    for seed in range(400):
        alias = names.confidential_alias(str(seed))
        assert names.alias_in_hindi(alias)
        assert not alias.startswith("Unidentified")
        assert len(alias) <= 15
    assert names.alias_in_hindi("Sunita Devi") == names.alias_in_hindi("Copper") == names.alias_in_hindi("") == ""
    twins = {names.alias_in_hindi(names.confidential_alias(str(seed))) for seed in range(4000)}
    assert len(twins) == 400


def test_a_seal_opens_for_its_own_slip_and_key_alone() -> None:
    plain = payload.pack_identity(Identity(name="Zohra Qureshi", age=Age(value=34)))
    number, key = SlipNumber(1, 7), SealingKey.new()
    context = payload.identity_context(HOSPITAL, number)
    sealed = seal_to(key.public, plain, context)
    assert key.open(sealed, context) == plain
    for other in (
        payload.identity_context(HOSPITAL, SlipNumber(1, 8)),
        payload.identity_context(HOSPITAL + 1, number),
        b"",
    ):
        with pytest.raises(SealBroken):
            key.open(sealed, other)
    with pytest.raises(SealBroken):
        SealingKey.new().open(sealed, context)
    for broken in (sealed[:-1], sealed[:48], sealed[:5], b"", sealed + b"\0", bytes([sealed[0] ^ 1]) + sealed[1:]):
        with pytest.raises(SealBroken):
            key.open(broken, context)
