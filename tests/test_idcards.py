"""Patients' own cards: what of an ABHA or an Aadhaar fills a registration, and that nothing else ever does."""

import gzip
import json
import random
from contextlib import suppress
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key as elliptic
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings, strategies as st

from fallback.errors import IdCardUnread
from fallback.idcards import NO_SIGNERS, CardKind, Check, Signers, aadhaar as secure, abha as health
from fallback.slip import Relation, Sex
from tests import idcards


def test_an_abha_card_fills_what_it_knows() -> None:
    card = health.read_card(idcards.abha())
    assert card.kind is CardKind.ABHA
    assert (card.name, card.sex, card.birth_date) == ("Sunita Devi", Sex.FEMALE, date(1990, 11, 5))
    assert (card.abha, card.luhn, card.mobile) == ("22722548295255", True, "9810000001")
    assert (card.state, card.district, card.pin_code) == (7, "South East Delhi", "110062")
    assert card.locality == "H.No. 14, Devli Village", "what has a field of its own stands there once"


@pytest.mark.parametrize(
    ("other", "field", "value"),
    [
        ({"hid": None}, "abha", "22722548295255"),
        ({"hidn": "91-1234-5678-9012"}, "luhn", False),
        ({"hidn": None, "phr": "91123456789012@abdm"}, "abha", "91123456789012"),
        ({"hidn": 22722548295255}, "abha", "22722548295255"),
        ({"hidn": None, "hid": None, "phr": "sunita.d@abdm"}, "abha", ""),
        ({"dob": "05-11-1990"}, "birth_date", date(1990, 11, 5)),
        ({"dob": "5-1-1990"}, "birth_date", date(1990, 1, 5)),
        ({"dob": "1990"}, "birth_year", 1990),
        ({"dob": 1990}, "birth_year", 1990),
        ({"dob": "1990-11-05"}, "birth_date", date(1990, 11, 5)),
        ({"dob": "31/02/1990"}, "birth_date", None),
        ({"dob": "-"}, "birth_date", None),
        ({"gender": "M"}, "sex", Sex.MALE),
        ({"gender": "T"}, "sex", Sex.OTHER),
        ({"gender": "?"}, "sex", None),
        ({"mobile": "******0001"}, "mobile", ""),
        ({"mobile": "+919810000001"}, "mobile", "9810000001"),
        ({"mobile": None}, "mobile", ""),
        ({"statelgd": "-", "state name": "Orissa"}, "state", 21),
        ({"statelgd": "99", "state name": "Jammu & Kashmir"}, "state", 1),
        ({"statelgd": 27, "state name": None}, "state", 27),
        ({"statelgd": None, "state name": "Atlantis"}, "state", 0),
        ({"district_name": "-"}, "district", ""),
        ({"name": "SUNITA DEVI"}, "name", "Sunita Devi"),
        ({"name": "सुनीता देवी"}, "name", "Sunita Devi"),
        ({"name": "सुनीता देवी"}, "name_hindi", "सुनीता देवी"),
        ({"name": "SUNITA\u202e <b>DEVI</b>"}, "name", "SUNITA b DEVI b"),
        ({"address": "x" * 3000}, "locality", "x" * 120),
        ({"address": "Gali 3\nDevli - 110 062."}, "pin_code", "110062"),
    ],
)  # fmt: skip
def test_the_traps_of_real_abha_codes(other: dict[str, object], field: str, value: object) -> None:
    assert getattr(health.read_card(idcards.abha(**other)), field) == value


def test_an_app_s_code_is_read_too() -> None:
    told = {"hidn": "91-7561-4088-2211", "phr": "asha@sbx", "name": "Asha Rani", "gender": "F", "statelgd": "9"}
    told |= {"distlgd": "140", "dob": "1-1-1988", "address": "Noida"}
    card = health.read_card(json.dumps(told))
    assert (card.name, card.state, card.locality, card.birth_date) == ("Asha Rani", 9, "Noida", date(1988, 1, 1))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (idcards.abha()[:90], "only a part"),
        (idcards.abha() + idcards.abha(name="Rekha"), "two codes"),
        ('{"hidn": "1", "x": ' + "[" * 3000, "only a part"),
        ('{"hidn":"","name":"-"}', "neither a name nor"),
        (idcards.abha(address="x" * 5000), "far more than a card"),
    ],
)
def test_an_abha_code_that_gives_nothing_says_why(text: str, says: str) -> None:
    with pytest.raises(IdCardUnread, match=says):
        health.read_card(text)


def test_the_same_card_scanned_twice_is_one() -> None:
    assert health.read_card(idcards.abha() * 2) == health.read_card(idcards.abha())


@pytest.mark.parametrize("number", ["22722548295255", "91756140882215"])
def test_luhn_is_a_hint(number: str) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert health.luhn(number) is not health.luhn(wrong)


@pytest.mark.parametrize("version", ["", "V2", "V3", "V5"])
def test_a_secure_qr_of_every_version_fills_what_may_be_kept(version: str) -> None:
    card = secure.read_card(idcards.aadhaar(version), NO_SIGNERS)
    assert card.kind is CardKind.AADHAAR
    assert (card.name, card.sex, card.birth_date) == ("Sunita Devi", Sex.FEMALE, date(1990, 11, 5))
    assert (card.guardian, card.relation) == ("Ram Prasad", Relation.HUSBAND)
    assert (card.state, card.district, card.pin_code) == (7, "South East Delhi", "110062")
    assert card.locality == "H.No. 14, Gali 3, Near Temple, Devli Village, Devli, Saket"
    assert (card.last4, card.check) == ("5234", Check.UNCHECKED)


def test_nothing_of_the_reference_but_four_digits_leaves_the_reader() -> None:
    card = secure.read_card(idcards.aadhaar(), NO_SIGNERS)
    assert idcards.AADHAAR["reference"][4:] not in repr(card)
    assert "0001" not in repr(card).replace(idcards.AADHAAR["reference"], "")


@pytest.mark.parametrize(
    ("told", "name", "relation"),
    [
        ("S/O Mohan Lal", "Mohan Lal", Relation.FATHER),
        ("D/O: Mohan Lal", "Mohan Lal", Relation.FATHER),
        ("C/O: Mohan Lal", "Mohan Lal", Relation.GUARDIAN),
        ("H/O, Rekha", "Rekha", Relation.WIFE),
        ("Mohan Lal", "Mohan Lal", Relation.GUARDIAN),
        ("", "", None),
        ("Soham", "Soham", Relation.GUARDIAN),
    ],
)
def test_care_of_is_the_guardian(told: str, name: str, relation: Relation | None) -> None:
    card = secure.read_card(idcards.aadhaar(care_of=told), NO_SIGNERS)
    assert (card.guardian, card.relation) == (name, relation)


def test_the_signature_is_checked_where_a_certificate_is() -> None:
    older, newer = idcards.uidai(0), idcards.uidai(1)
    both = Signers.read(idcards.certificate(older) + b"\n" + idcards.certificate(newer))
    assert secure.read_card(idcards.aadhaar(key=older), both).check is Check.GENUINE
    assert secure.read_card(idcards.aadhaar(key=newer), both).check is Check.GENUINE
    one = Signers.read(idcards.certificate(older, Encoding.DER))
    assert secure.read_card(idcards.aadhaar(key=newer), one).check is Check.DOUBTFUL
    changed = idcards.unpacked().replace(b"Sunita", b"Rekha ")
    forged = idcards.digits(changed + gzip.decompress(_bytes(idcards.aadhaar()))[-256:])
    assert secure.read_card(forged, one).check is Check.DOUBTFUL


def _bytes(digits: str) -> bytes:
    number = 0
    for at in range(0, len(digits), 1000):
        piece = digits[at : at + 1000]
        number = number * 10 ** len(piece) + int(piece)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"]
)
def test_a_file_without_a_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        Signers.read(content)


def test_a_certificate_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError):
        Signers.read(idcards.certificate(elliptic(SECP256R1())))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "digits",
    [
        idcards.aadhaar()[:-1],
        idcards.aadhaar()[:700],
        idcards.aadhaar()[5:],
        "7" * 3000,
        "1" * 8000,
        idcards.digits(b"\xff" * 400),
        idcards.digits(b"A" * (1 << 20)),
        idcards.digits(random.Random(1).randbytes(900)),
        idcards.aadhaar(name=""),
        idcards.aadhaar(reference="xx34"),
    ],
    ids=map(str, range(10)),  # the codes have chance in them
)
def test_a_secure_qr_that_is_none_says_so_and_gives_nothing(digits: str) -> None:
    with pytest.raises(IdCardUnread, match="damaged, or only a part"):
        secure.read_card(digits, NO_SIGNERS)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*idcards.ABHA, "phr"]), st.one_of(st.text(max_size=60), st.integers(), st.none()))
)
def test_no_abha_code_breaks_the_reader(told: dict[str, object]) -> None:
    with suppress(IdCardUnread):
        health.read_card(json.dumps(told))


@pytest.mark.parametrize(
    "text",
    ['<?xml version="1.0" encoding="UTF-8"?> <PrintLetterBarcodeData uid="999912345678"', "<QPDB n='x'", "<QDA "],
)
def test_the_old_aadhaar_xml_is_known(text: str) -> None:
    assert secure.is_old_qr(text)
