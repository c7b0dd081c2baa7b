"""docs/reader.py, run as anyone would run it in thirty years: plain Python, nothing installed, codes on its input."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fallback.keys import SigningKey, certify, hospital_id
from fallback.payload import encode, encode_certificate, encode_root, to_digits
from fallback.slip import Patient, Slip, SlipNumber
from fallback.statement import RootStatement

HOME = Path(__file__).parent
READER = HOME.parent / "docs" / "reader.py"
ABSENT = ("", None, 0, False)


def read(*codes: str) -> list[dict[str, Any]]:
    """What the reader says of each code; `-I -S`: no package, no setting, nothing of ours on its path."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(READER)],
        input="\n".join(codes) + "\n", capture_output=True, encoding="utf-8", timeout=60, check=True,
        env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}, cwd="/",
    )  # fmt: skip
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def vectors(name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((HOME / "golden" / name).read_text(encoding="utf-8"))["vectors"]
    return found


def test_it_is_short_and_needs_nothing_but_python() -> None:
    text = READER.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    assert [line for line in text.splitlines() if "import" in line] == ["import datetime, hashlib, json, sys"]


def test_it_reads_every_slip_that_was_ever_a_golden_vector() -> None:
    wanted = vectors("payload-v1.json")
    for (name, each), found in zip(wanted.items(), read(*(each["digits"] for each in wanted.values())), strict=True):
        assert found.pop("checked") == "no key", name
        record = each["read"]
        assert found == {part: record[part] for part in found}, name
        left = {key: value for key, value in record.items() if key not in found and value not in ABSENT}
        assert left.keys() <= {"token_series"}, name  # the number's series with a token, as docs/payload.md says
        assert left.get("token_series", found["signer"]) == int(found["number"][:3]) or "token_series" not in left


def test_a_confidential_slip_is_read_and_its_identity_stays_sealed() -> None:
    wanted = vectors("payload-sealed-1.json")
    for (name, each), found in zip(wanted.items(), read(*(each["digits"] for each in wanted.values())), strict=True):
        assert (found["number"], found["sealed"]) == (each["number"], each["sealed"]), name


def test_it_reads_every_statement_that_was_ever_a_golden_vector() -> None:
    wanted = vectors("payload-statements-1.json")
    for (name, each), found in zip(wanted.items(), read(*(each["digits"] for each in wanted.values())), strict=True):
        assert found.pop("checked") in ("by its own key", "no key", "genuine"), name
        assert found == {part: each["record"][part] for part in found}, name
        assert each["record"].keys() - found.keys() <= {"signature"}, name


ROOT, DESK, OTHER = (SigningKey(bytes([each]) * 32) for each in (1, 2, 3))
HOSPITAL = hospital_id(ROOT.public)
POSTER = to_digits(encode_root(RootStatement(public=ROOT.public, name="Rajdhani General Hospital"), ROOT.sign))
CARD = to_digits(encode_certificate(certify(ROOT, 7, "काउंटर 7", DESK.public, drill=False), HOSPITAL))
FORGED_CARD = to_digits(encode_certificate(certify(OTHER, 7, "Counter 7", OTHER.public, drill=False), HOSPITAL))


def slip(key: SigningKey, **other: Any) -> str:
    made = Slip(number=SlipNumber(7, 12), hospital=HOSPITAL, signer=7, patient=Patient(name="Sunita Devi"), **other)
    return to_digits(encode(made, key.sign))


def test_paper_checks_paper() -> None:
    told = read(slip(DESK), POSTER, CARD, slip(DESK), slip(OTHER), slip(DESK, drill=True))
    assert [each["checked"] for each in told] == ["no key", "by its own key", "genuine", "genuine", "forged", "no key"]
    assert told[2]["name"] == "काउंटर 7"


def test_a_card_that_the_hospital_did_not_sign_proves_nothing() -> None:
    told = read(POSTER, FORGED_CARD, slip(OTHER), CARD, slip(OTHER))
    assert [each["checked"] for each in told] == ["by its own key", "forged", "no key", "genuine", "forged"]


def test_a_changed_code_is_forged_or_not_read_and_the_next_line_is_read() -> None:
    good = slip(DESK)
    bad = [
        good[:-1] + str((int(good[-1]) + 1) % 10),
        good[: len(good) // 2] + str((int(good[len(good) // 2]) + 1) % 10) + good[len(good) // 2 + 1 :],
        good[:-3],
        "",
        "00100012336",
        "https://example.org/?q=1",
        "9" * 5000,
        "1",
    ]
    told = read(POSTER, CARD, *bad, good)
    assert [each["checked"].split(":")[0] for each in told[2:-1]] == ["forged"] * 2 + ["not read"] * 6
    assert told[-1]["checked"] == "genuine"


@pytest.mark.parametrize("zero", ["०", "٠", "০"])
def test_digits_of_a_hindi_keyboard_mean_the_same(zero: str) -> None:
    (told,) = read("".join(chr(ord(zero) + int(digit)) for digit in slip(DESK)))
    assert told["name"] == "Sunita Devi"


def test_it_reads_and_checks_the_paper_of_every_release() -> None:
    """Poster and cards of each release that had them; its slips, whose names the release told."""
    for folder in sorted((HOME / "releases").iterdir()):
        if not (folder / "told.json").is_file():
            continue
        told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
        found = read(*told["papers"], *(each["digits"] for each in told["slips"].values()))
        checked = [each["checked"] for each in found]
        if told["papers"]:
            assert checked == ["by its own key"] + ["genuine"] * (len(checked) - 1), folder.name
        else:
            assert set(checked) == {"no key"}, folder.name
        for (number, each), slip_read in zip(told["slips"].items(), found[len(told["papers"]) :], strict=True):
            assert slip_read["number"] == number
            assert slip_read["name"] == each["name"]
