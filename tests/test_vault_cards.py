"""A vault that cards open: what they open and what not, whatever is done to the header, killed while it is written."""

import copy
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fallback import vault as vaults
from fallback.enrolment.private import load_secret, secret_path, store_secret
from fallback.errors import (
    CardMistyped,
    CardRefused,
    ParchiError,
    PassphraseNeeded,
    PassphrasePrinted,
    RecoveryKeyMistyped,
    VaultDamaged,
    VaultLocked,
)
from fallback.groups import card_text, read_card
from fallback.parts import split
from fallback.vault import DESK_PURPOSES, Vault
from tests.journals import CHEAP, PASSPHRASE

SECRET = bytes(range(16))
GOLDEN = json.loads((Path(__file__).parent / "golden" / "vault-1.json").read_text(encoding="utf-8"))
WHOLE_PURPOSES = ("pages", "index mobile", "private keys", "incoming files", "cards", "", "journal ", "desk")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made, _ = Vault.create(tmp_path, PASSPHRASE, cost=CHEAP)
    made.add_cards([(1, SECRET), (2, bytes(16)), (999, b"\xff" * 16)])
    return made


def header_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads(Vault.header_file(folder).read_text()))


def put_header(folder: Path, header: dict[str, Any]) -> None:
    folder.mkdir(exist_ok=True)
    Vault.header_file(folder).write_text(json.dumps(header))


def test_a_card_opens_the_desks_purposes_and_no_other(vault: Vault, tmp_path: Path) -> None:
    text = card_text(1, SECRET)
    for typed in (text, text.lower(), text.replace("-", ""), f" {text.replace('-', ' ')}\n", text.replace("0", "o")):
        opened = Vault.open(tmp_path, typed)
        assert not opened.whole
        assert {purpose: opened.key(purpose) for purpose in DESK_PURPOSES} == {
            purpose: vault.key(purpose) for purpose in DESK_PURPOSES
        }
    for purpose in WHOLE_PURPOSES:
        for act in (
            lambda: opened.key(purpose),  # noqa: B023
            lambda: opened.seal(purpose, b"x"),  # noqa: B023
            lambda: opened.unseal(purpose, vault.seal(purpose, b"x")),  # noqa: B023
            lambda: opened.connect(tmp_path / "x.db", purpose),  # noqa: B023
        ):
            with pytest.raises(PassphraseNeeded):
                act()
    assert opened.unseal("journal", vault.seal("journal", b"x")) == b"x"


def test_what_a_card_opened_changes_no_secret(vault: Vault, tmp_path: Path) -> None:
    opened = Vault.open(tmp_path, card_text(2, bytes(16)))
    before = Vault.header_file(tmp_path).read_bytes()
    acts: list[Callable[[], object]] = [
        lambda: opened.add_cards([(3, SECRET)]),
        lambda: opened.drop_card(1),
        lambda: opened.change_passphrase("mine", cost=CHEAP),
        lambda: opened.change_recovery_key(bytes(32)),
        opened.needs_whole,
    ]
    for act in acts:
        with pytest.raises(PassphraseNeeded):
            act()
    assert Vault.header_file(tmp_path).read_bytes() == before


def test_a_desks_key_opens_with_its_card_the_roots_does_not(vault: Vault, tmp_path: Path) -> None:
    store_secret(vault, tmp_path, "root", b"r" * 32)
    store_secret(vault, tmp_path, "desk-001", b"d" * 32)
    opened = Vault.open(tmp_path, card_text(1, SECRET))
    assert load_secret(opened, tmp_path, "desk-001") == b"d" * 32
    with pytest.raises(PassphraseNeeded):
        load_secret(opened, tmp_path, "root")
    with pytest.raises(PassphraseNeeded):
        store_secret(opened, tmp_path, "root", b"mine" * 8)
    assert load_secret(vault, tmp_path, "root") == b"r" * 32


def test_a_dropped_or_foreign_card_is_named(vault: Vault, tmp_path: Path) -> None:
    vault.drop_card(1)
    for number, secret in ((1, SECRET), (2, SECRET), (3, bytes(16)), (998, b"\xff" * 16)):
        with pytest.raises(CardRefused, match=f"Card {number} "):
            Vault.open(tmp_path, card_text(number, secret))
    assert Vault.open(tmp_path, card_text(2, bytes(16))).key("journal") == vault.key("journal")
    assert vault.cards == 2


@pytest.mark.parametrize("place", range(8))
def test_a_mistyped_group_of_a_card_is_named(vault: Vault, tmp_path: Path, place: int) -> None:
    groups = card_text(1, SECRET).split("-")
    told = set()
    for sign in "BCDEFGHJKM":
        wrong = [*groups]
        wrong[place] = wrong[place][:2] + (str("BCDEFGHJKM".index(sign)) if place == 0 else sign) + wrong[place][3:]
        if wrong == groups:
            continue
        with pytest.raises((CardMistyped, CardRefused)) as raised:
            Vault.open(tmp_path, "-".join(wrong))
        told.add(raised.value.values.get("group", 0))
    assert place + 1 in told
    assert told <= {place + 1, 0}


def test_texts_that_are_no_card() -> None:
    text = card_text(7, SECRET)
    for typed in (
        "",
        "C",
        text[:-1],
        text + "0",
        "D" + text[1:],
        "CABC" + text[4:],
        text.replace("C007", "C00U"),
        "क" * 40,
    ):
        assert read_card(typed) is None
    assert read_card(text) == (7, SECRET)
    with pytest.raises(CardMistyped):
        read_card(card_text(1, SECRET).replace("C001", "C000"))
    for number, secret in ((0, SECRET), (1000, SECRET), (1, b"short")):
        with pytest.raises(ValueError, match="999"):
            card_text(number, secret)


def test_a_cards_slot_is_no_passphrase_and_the_other_way_round(tmp_path: Path) -> None:
    made, recovery_key = Vault.create(tmp_path, PASSPHRASE, cost=CHEAP)
    text = card_text(1, SECRET)
    mistyped = text[:-1] + ("0" if text[-1] != "0" else "1")
    parts = split(bytes(32), 3, 2)
    for scanned in (text, mistyped, recovery_key, "\n".join(parts), parts[0], parts[0].rsplit(" ", 1)[0]):
        with pytest.raises(PassphrasePrinted):
            made.change_passphrase(scanned, cost=CHEAP)  # it would lock the hospital out of all but the desk
    made.add_cards([(1, SECRET)])
    header = header_of(tmp_path)
    card = header["slots"][2]
    for kind, more in (("recovery", {"salt": "AAAAAAAAAAAAAAAAAAAAAA=="}), ("passphrase", header["slots"][0])):
        dressed = more | {"kind": kind, "nonce": card["nonce"], "wrapped": card["wrapped"]}
        put_header(tmp_path / "dressed", header | {"slots": [dressed]})
        for secret in (card_text(1, SECRET), SECRET.hex(), recovery_key, PASSPHRASE):
            with pytest.raises((CardRefused, VaultLocked, VaultDamaged)):
                Vault.open(tmp_path / "dressed", secret)


def test_999_cards_open_by_the_one_slot_that_the_text_names(vault: Vault, tmp_path: Path, monkeypatch: Any) -> None:
    vault.add_cards((card, bytes([card % 251]) * 16) for card in range(1, 1000))
    assert vault.cards == 999
    tried: list[object] = []
    unwrap = vaults._unwrap

    def counted(key: bytes, key_id: str, slot: Any) -> bytes | None:
        tried.append(slot.get("card", slot["kind"]))
        return unwrap(key, key_id, slot)

    monkeypatch.setattr(vaults, "_unwrap", counted)
    assert Vault.open(tmp_path, card_text(777, bytes([777 % 251]) * 16)).key("copy") == vault.key("copy")
    assert tried == [777, "desk"]
    tried.clear()
    with pytest.raises(VaultLocked):
        Vault.open(tmp_path, "wrong")
    assert tried == ["passphrase"], "a wrong passphrase costs one guess, however many cards there are"


def _fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not isinstance(value, dict | list):
        yield path
    for name, each in items:
        yield from _fields(each, (*path, name))


def test_no_flipped_bit_in_the_header_opens_anything_else(vault: Vault, tmp_path: Path) -> None:
    """Every bit of every field: whatever still opens gives the same keys."""
    whole = header_of(tmp_path)
    keys, folder = vault.key("journal"), tmp_path / "hurt"
    refused = 0
    for path in _fields(whole):
        value: Any = whole
        for name in path:
            value = value[name]
        text = str(value)
        places = range(len(text)) if len(text) < 20 else range(0, len(text), 5)
        for place in places:
            hurt = copy.deepcopy(whole)
            at: Any = hurt
            for name in path[:-1]:
                at = at[name]
            flipped = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
            at[path[-1]] = int(flipped) if isinstance(value, int) and flipped.isdigit() else flipped
            put_header(folder, hurt)
            for secret in (PASSPHRASE, card_text(1, SECRET)):
                try:
                    assert Vault.open(folder, secret).key("journal") == keys
                except ParchiError:
                    refused += 1
    assert refused > 200


def test_a_slot_of_another_header_opens_nothing(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other, other_key = Vault.create(tmp_path / "other", PASSPHRASE, cost=CHEAP)
    other.add_cards([(1, b"o" * 16), (2, bytes(16))])
    mine, theirs = header_of(tmp_path), header_of(tmp_path / "other")
    for place, secrets in enumerate(
        ((PASSPHRASE,), (other_key,), (card_text(1, b"o" * 16),), (card_text(2, bytes(16)),))
    ):
        for swapped in (
            mine | {"slots": [theirs["slots"][place]]},
            mine | {"slots": [theirs["slots"][place]], "desk": theirs["desk"]},
            theirs | {"slots": [mine["slots"][place]]},
        ):
            put_header(tmp_path / "swapped", swapped)
            for secret in secrets:
                with pytest.raises((VaultLocked, CardRefused, RecoveryKeyMistyped)):
                    Vault.open(tmp_path / "swapped", secret)
    put_header(tmp_path / "swapped", mine | {"desk": theirs["desk"]})
    with pytest.raises(VaultDamaged, match="desks"):
        Vault.open(tmp_path / "swapped", card_text(1, SECRET))
    assert Vault.open(tmp_path / "swapped", PASSPHRASE).key("pages") == vault.key("pages")


DAMAGES: list[Any] = [
    lambda header: header["slots"].append(header["slots"][0]),  # a thousand of them would take hours to refuse
    lambda header: header["slots"].append(header["slots"][1]),
    lambda header: header["slots"].append(header["slots"][2]),
    lambda header: header["slots"][2].update(card=0),
    lambda header: header["slots"][2].update(card=1000),
    lambda header: header["slots"][2].update(card=True),
    lambda header: header["slots"][2].update(card="1"),
    lambda header: header["slots"][2].update(wrapped="AAAA"),
    lambda header: header["slots"][2].pop("nonce"),
    lambda header: header.pop("desk"),
    lambda header: header.update(desk=None),
    lambda header: header.update(desk=[]),
    lambda header: header["desk"].update(nonce=""),
    lambda header: header["desk"].update(wrapped="!"),
    lambda header: header["desk"].update(wrapped=7),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_card_slot_says_so(vault: Vault, tmp_path: Path, damage: Any) -> None:
    header = header_of(tmp_path)
    damage(header)
    put_header(tmp_path, header)
    for secret in (PASSPHRASE, card_text(1, SECRET)):
        with pytest.raises(VaultDamaged):
            Vault.open(tmp_path, secret)


def test_a_desk_bundle_without_a_tag_says_so(vault: Vault, tmp_path: Path) -> None:
    header = header_of(tmp_path)
    for wrapped in ("", "AAAA"):
        header["desk"]["wrapped"] = wrapped
        put_header(tmp_path, header)
        with pytest.raises(VaultDamaged):
            Vault.open(tmp_path, card_text(1, SECRET))


def test_a_header_of_the_version_before_cards_opens_as_it_did(tmp_path: Path) -> None:
    put_header(tmp_path, GOLDEN["header"])
    before = Vault.header_file(tmp_path).read_bytes()
    (tmp_path / "private").mkdir()
    for name, sealed in GOLDEN["private"].items():
        secret_path(tmp_path, name).write_bytes(bytes.fromhex(sealed))
    for secret in (GOLDEN["passphrase"], GOLDEN["recovery_key"]):
        vault = Vault.open(tmp_path, secret)
        assert vault.whole
        assert {name: vault.key(name).hex() for name in GOLDEN["keys"]} == GOLDEN["keys"]
        assert vault.unseal("pages", bytes.fromhex(GOLDEN["sealed"]), b"page 1") == b"Sunita Devi"
        for name in GOLDEN["private"]:
            assert load_secret(vault, tmp_path, name) == name.encode().ljust(32, b".")
    assert Vault.header_file(tmp_path).read_bytes() == before
    vault.add_cards([(1, SECRET)])
    opened = Vault.open(tmp_path, card_text(1, SECRET))
    assert opened.key("journal").hex() == GOLDEN["keys"]["journal"]
    with pytest.raises(PassphraseNeeded):
        load_secret(opened, tmp_path, "desk-001")  # sealed before there were cards: the passphrase opens it
    assert Vault.open(tmp_path, GOLDEN["recovery_key"]).key("pages").hex() == GOLDEN["keys"]["pages"]


def test_a_passphrase_changed_beside_an_open_program_stays_changed(vault: Vault, tmp_path: Path) -> None:
    beside = Vault.open(tmp_path, PASSPHRASE)
    beside.change_passphrase("blue rickshaw", cost=CHEAP)
    vault.add_cards([(4, SECRET)])
    vault.change_recovery_key(bytes(32))
    assert Vault.open(tmp_path, "blue rickshaw").key("pages") == vault.key("pages")
    assert Vault.open(tmp_path, card_text(4, SECRET)).key("journal") == vault.key("journal")
    assert [slot["kind"] for slot in header_of(tmp_path)["slots"]] == ["passphrase", "recovery", *["card"] * 4]
    with pytest.raises(VaultLocked):
        Vault.open(tmp_path, PASSPHRASE)


KILLED = """
import os, signal, sys
from pathlib import Path
from fallback import disk
from fallback.vault import Vault

folder, stage = Path(sys.argv[1]), sys.argv[2]
vault = Vault.open(folder, sys.argv[3])


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


real = os.fdopen
if stage == "half":
    class Half:
        def __init__(self, handle): self.file = real(handle, "wb")
        def __enter__(self): return self
        def __exit__(self, *_): pass
        def write(self, piece):
            self.file.write(piece[: len(piece) // 2])
            self.file.flush()
            die()
    disk.os.fdopen = lambda handle, _: Half(handle)
if stage == "fsync":
    disk.os.fsync = die
if stage == "rename":
    Path.replace = die
if stage == "after":
    disk.sync_folder = die
os.write(1, b"ready")
while True:
    vault.add_cards((card, bytes(16)) for card in range(10, 400))
    for card in range(10, 13):
        vault.drop_card(card)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
@pytest.mark.parametrize("stage", ["half", "fsync", "rename", "after", "any", "any", "any"])
def test_killed_while_it_writes_the_header_leaves_the_old_one_or_the_new_one(
    vault: Vault, tmp_path: Path, stage: str
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), stage, PASSPHRASE],
        stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.read(5) == b"ready"
    if stage == "any":
        time.sleep(0.05 + os.urandom(1)[0] / 1000)
        child.kill()
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()
    again = Vault.open(tmp_path, PASSPHRASE)
    assert again.cards in {3, *range(390, 394)}
    assert again.cards == 3 if stage in ("half", "fsync", "rename") else True
    assert Vault.open(tmp_path, card_text(1, SECRET)).key("journal") == vault.key("journal")
    again.add_cards([(20, SECRET)])  # and it can be written again
    assert Vault.open(tmp_path, card_text(20, SECRET)).key("journal") == vault.key("journal")
