"""A central office adds up signed accounts: each hospital once, nobody else's, no patient."""

import csv
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fallback import central, frontdesk, recovery
from fallback.central import Root, merged_csv, merged_pdf, merged_record, merged_xlsx
from fallback.central.accounts import COUNTS
from fallback.cli import group
from fallback.enrolment import Installation
from fallback.errors import AccountWrong, TableWrong
from fallback.keys import SigningKey, hospital_id
from fallback.recovery.account import FORMAT, message
from fallback.spreadsheet import HeldFile, xlsx_rows
from tests import factories

NOW = factories.START
KEYS = [SigningKey.new() for _ in range(3)]


def root(key: SigningKey, code: str, *, drill: bool = False) -> Root:
    return Root(
        code=code, name=f"Hospital {code}", hospital_id=f"{hospital_id(key.public):08x}", root=key.public, drill=drill
    )


ROOTS = [root(key, f"H{place}") for place, key in enumerate(KEYS)]


def sums(issued: int, imported: int = 0) -> dict[str, int]:
    counts = dict.fromkeys(COUNTS, 0) | {"issued": issued, "imported": imported, "missing": issued - imported}
    return counts | {"printed": issued, "back": imported, "not_back": issued - imported}


def record(
    issued: int = 10, imported: int = 8, *, at: str = "2026-11-24T10:00:00+05:30", **other: Any
) -> dict[str, Any]:
    part = {"series": 1, "day": "2026-11-23", "clinic": 3} | sums(issued, imported)
    told = {"format": FORMAT, "hospital": "Hospital H0", "target": "his", "at": at, "heads": [], "closed": True}
    told |= {"repairs": 0, "open_pages": 2, "total": sums(issued, imported), "parts": [part]}
    told |= {"missing": [{"number": "00100000114", "reason": "Sunita Devi took it home", "last_login": "asha"}]}
    return told | {"signer": "the hospital's root"} | other


def signed(told: dict[str, Any], key: SigningKey) -> str:
    return json.dumps(told | {"signature": key.sign(message(told)).hex()}, ensure_ascii=False)


def put(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_the_account_of_a_real_hospital_is_taken(installation: Installation, tmp_path: Path) -> None:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    for name in ("Sunita Devi", "Ram Prasad"):
        frontdesk.register(counter, shift.key, factories.registration(name))
    told = recovery.account_record(
        installation.ledger, recovery.account_of(counter.ledger.db(), "his"), counter.hospital, target="his", now=NOW,
        signer="the hospital's root", sign=installation.sign_as_hospital,
    )  # fmt: skip
    known = Root(code="RGH", name="x", hospital_id=f"{counter.hospital_id:08x}", root=installation.root, drill=False)
    merged = central.merge([put(tmp_path, "a.json", json.dumps(told))], [*ROOTS, known])
    (found,) = merged.accounts
    assert (found.root, found.counts["issued"], found.counts["waiting"], found.closed) == (known, 2, 2, False)
    assert merged.absent == tuple(ROOTS)
    assert merged.refused == ()


def test_sums_of_several(tmp_path: Path) -> None:
    files = [
        put(tmp_path, "0.json", signed(record(10, 8), KEYS[0])),
        put(tmp_path, "1.json", signed(record(5, 5), KEYS[1])),
    ]
    merged = central.merge(files, ROOTS)
    assert merged.total == sums(15, 13)
    assert merged.days == {"2026-11-23": sums(15, 13)}
    assert [each.code for each in merged.absent] == ["H2"]


def test_what_goes_out_says_nothing_of_a_patient(tmp_path: Path) -> None:
    merged = central.merge([put(tmp_path, "0.json", signed(record(), KEYS[0]))], ROOTS)
    text = json.dumps(merged_record(merged, NOW), ensure_ascii=False)
    rows = list(csv.DictReader(io.StringIO(merged_csv(merged).decode("utf-8-sig"))))
    assert [(each["code"], each["issued"], each["closed"]) for each in rows] == [("H0", "10", "yes")]
    xlsx = merged_xlsx(merged)
    cells = [
        cell
        for sheet in ("hospitals", "days", "absent")
        for _, row in xlsx_rows(HeldFile("x", xlsx), sheet)
        for cell in row
    ]
    assert merged_pdf(merged, NOW).startswith(b"%PDF")
    for told in (text, merged_csv(merged).decode("utf-8-sig"), *cells):
        for word in ("Sunita", "asha", "00100000114"):
            assert word not in told
    assert merged_pdf(merged, NOW) == merged_pdf(merged, NOW)


Change = Callable[[dict[str, Any]], Any]


REFUSED: list[tuple[str, str, str]] = [
    ("changed", signed(record(), KEYS[0]).replace('"imported": 8', '"imported": 9'), "changed, or no hospital"),
    ("a stranger's", signed(record(), SigningKey.new()), "changed, or no hospital"),
    ("a slip's signature", json.dumps(record() | {"signature": "00" * 64}), "changed, or no hospital"),
    ("no signature", json.dumps(record()), "holds something else"),
    ("torn", signed(record(), KEYS[0])[:300], "holds something else"),
    ("a list", "[]", "holds something else"),
    ("brackets", "[" * 100_000, "holds something else"),
    ("a long number", '{"a": ' + "9" * 5_000 + "}", "holds something else"),
    ("another format", signed(record(format="parchi-kit-1"), KEYS[0]), "holds something else"),
    ("sums that lie", signed(record(total=sums(10, 9)), KEYS[0]), "do not fit"),
    ("more issued", signed(record(total=sums(10, 8) | {"issued": 11}), KEYS[0]), "do not fit"),
    ("below nothing", signed(record(total=sums(10, 8) | {"held": -1, "missing": 3}), KEYS[0]), "do not fit"),
    ("no number", signed(record(total=sums(10, 8) | {"issued": 10.0}), KEYS[0]), "do not fit"),
    ("true", signed(record(repairs=True), KEYS[0]), "do not fit"),
    ("parts that lie", signed(record(parts=[]), KEYS[0]), "do not fit"),
    ("a day that is none", signed(record(parts=[{"day": "2026-02-30"} | sums(10, 8)]), KEYS[0]), "do not fit"),
    ("a time that is none", signed(record(at="yesterday"), KEYS[0]), "do not fit"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "why"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_what_is_no_account_is_named_and_stops_nothing(tmp_path: Path, text: str, why: str) -> None:
    files = [put(tmp_path, "bad.json", text), put(tmp_path, "good.json", signed(record(), KEYS[1]))]
    merged = central.merge(files, ROOTS)
    assert [each.root.code for each in merged.accounts] == ["H1"]
    (refused,) = merged.refused
    assert refused.file == "bad.json"
    assert why in str(refused.error)


def test_a_file_that_is_not_there_stops_nothing(tmp_path: Path) -> None:
    merged = central.merge([tmp_path / "none.json", tmp_path], ROOTS)
    assert [each.file for each in merged.refused] == ["none.json", tmp_path.name]


def test_an_account_counts_once_and_the_newest_of_a_hospital(tmp_path: Path) -> None:
    old = signed(record(10, 8), KEYS[0])
    new = signed(record(12, 12, at="2026-11-25T09:00:00+05:30"), KEYS[0])
    files = [
        put(tmp_path, "old.json", old), put(tmp_path, "new.json", new), put(tmp_path, "again.json", old),
        put(tmp_path, "spaced.json", json.dumps(json.loads(new), indent=4)),
    ]  # fmt: skip
    for order in (files, files[::-1]):
        merged = central.merge(order, ROOTS)
        assert merged.total["issued"] == 12
        assert len(merged.refused) == 3
        assert all("same as" in str(each.error) or "newer" in str(each.error) for each in merged.refused)


def test_a_drill_is_no_outage(tmp_path: Path) -> None:
    drill = root(KEYS[0], "H0", drill=True)
    with pytest.raises(AccountWrong, match="for drills"):
        central.read_account(put(tmp_path, "0.json", signed(record(), KEYS[0])), [drill])
    assert central.merge([], [drill]).absent == ()


HEAD = "code,name,hospital_id,root,drill\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "code,name\nH0,x\n",
        HEAD + f"H0,x,00000000,{KEYS[0].public.hex()},no\n",
        HEAD + f"H0,x,{ROOTS[0].hospital_id},{KEYS[0].public.hex()[:-2]},no\n",
        HEAD + f",x,{ROOTS[0].hospital_id},{KEYS[0].public.hex()},no\n",
        HEAD + f"H0,x,{ROOTS[0].hospital_id},{KEYS[0].public.hex()},no\n" * 2,
        HEAD + f"H0,x,{ROOTS[0].hospital_id},not hex,no\n",
        HEAD + '"H0,x\n',
    ],
    ids=range(8),  # a name of chance would be another in each of xdist's processes
)
def test_a_table_of_roots_that_is_doubtful_is_refused(tmp_path: Path, text: str) -> None:
    """One wrong root would make a stranger's account count."""
    with pytest.raises(TableWrong):
        central.read_roots(put(tmp_path, "hospitals.csv", text))


def test_the_command_writes_four_files_and_says_who_is_absent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{each.code},{each.name},{each.hospital_id},{each.root.hex()},no\n" for each in ROOTS)
    table = put(tmp_path, "hospitals.csv", HEAD + rows)
    (tmp_path / "in").mkdir()
    for place, key in enumerate(KEYS[:2]):
        put(tmp_path / "in", f"{place}.json", signed(record(), key))
    put(tmp_path / "in", "torn.json", "{")
    words = ["central", "merge", str(tmp_path / "in"), "--hospitals", str(table), "--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit) as end:
        group.main(["--data", str(tmp_path / "data"), *words])
    assert end.value.code == 4
    out = capsys.readouterr().out
    assert "torn.json is not an account" in out
    assert "1 hospitals, as H2" in out
    assert "2 accounts: 20 numbers issued, 16 imported" in out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"accounts.{kind}" for kind in ("csv", "json", "pdf", "xlsx")
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_a_name_that_no_text_can_hold_stops_nothing(tmp_path: Path) -> None:
    put(tmp_path, "good.json", signed(record(), KEYS[0]))
    for name in (b"h\xf4pital.json", b"\x1b[2J.json", b"<b>&.json", b"=cmd.json"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("{}")
    merged = central.merge(sorted(tmp_path.iterdir()), ROOTS)
    assert len(merged.accounts) == 1
    assert sorted(each.file for each in merged.refused) == ["<b>&.json", "=cmd.json", "?[2J.json", "h?pital.json"]
    json.dumps(merged_record(merged, NOW), ensure_ascii=False).encode()
    assert merged_csv(merged)
    assert merged_xlsx(merged)
    assert merged_pdf(merged, NOW)
