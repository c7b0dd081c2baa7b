"""The vault: what opens it, what does not, and what a damaged one says."""

import json
import stat
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from fallback.errors import (
    DiskFailed,
    FolderReadOnly,
    FolderTaken,
    ParchiError,
    PassphraseEmpty,
    RecoveryKeyMistyped,
    SealBroken,
    VaultDamaged,
    VaultLocked,
)
from fallback.vault import Cost, Vault
from tests.journals import CHEAP, PASSPHRASE


@pytest.fixture
def made(tmp_path: Path) -> tuple[Vault, str]:
    return Vault.create(tmp_path, PASSPHRASE, cost=CHEAP)


def test_both_secrets_open_it(made: tuple[Vault, str], tmp_path: Path) -> None:
    vault, recovery_key = made
    sealed = vault.seal("pages", b"Sunita Devi", b"page 1")
    for secret in (
        PASSPHRASE,
        f"  {PASSPHRASE}\n",
        recovery_key,
        recovery_key.lower(),
        recovery_key.replace("-", " "),
        recovery_key.replace("0", "o").replace("1", "l"),
    ):
        assert Vault.open(tmp_path, secret).unseal("pages", sealed, b"page 1") == b"Sunita Devi"


@pytest.mark.parametrize("secret", ["", "wrong", "monsoon ward eight", "x" * 100_000, "\udcff", "🔑" * 65, "0" * 64])
def test_a_wrong_secret_is_refused_with_a_sentence(made: tuple[Vault, str], tmp_path: Path, secret: str) -> None:
    with pytest.raises(VaultLocked, match="recovery key"):
        Vault.open(tmp_path, secret)


def test_another_vaults_recovery_key_is_refused(made: tuple[Vault, str], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    _, other = Vault.create(tmp_path / "other", PASSPHRASE, cost=CHEAP)
    with pytest.raises(VaultLocked):
        Vault.open(tmp_path, other)


def test_a_mistyped_group_is_named(made: tuple[Vault, str], tmp_path: Path) -> None:
    groups = made[1].split("-")
    found = 0
    for place, group in enumerate(groups):
        wrong = [*groups]
        wrong[place] = ("B" if group[0] != "B" else "C") + group[1:]
        with pytest.raises((RecoveryKeyMistyped, VaultLocked)) as told:
            Vault.open(tmp_path, "-".join(wrong))
        if isinstance(told.value, RecoveryKeyMistyped):
            assert told.value.values["group"] == place + 1
            found += 1
    assert found >= 9  # one check sign in 32 fits by chance
    swapped = "-".join([groups[1], groups[0], *groups[2:]])
    with pytest.raises((RecoveryKeyMistyped, VaultLocked)):
        Vault.open(tmp_path, swapped)


def test_a_hindi_passphrase_opens_however_the_keyboard_composes_it(tmp_path: Path) -> None:
    phrase = "क़लम ज़िला अस्पताल"
    Vault.create(tmp_path, unicodedata.normalize("NFC", phrase), cost=CHEAP)
    Vault.open(tmp_path, unicodedata.normalize("NFD", phrase))


@pytest.mark.parametrize("empty", ["", "   ", "\n\t"])
def test_an_empty_passphrase_is_refused(tmp_path: Path, empty: str) -> None:
    with pytest.raises(PassphraseEmpty):
        Vault.create(tmp_path, empty, cost=CHEAP)
    assert list(tmp_path.iterdir()) == []


def test_a_vault_is_never_made_over_another(made: tuple[Vault, str], tmp_path: Path) -> None:
    before = Vault.header_file(tmp_path).read_bytes()
    with pytest.raises(FolderTaken):
        Vault.create(tmp_path, "another", cost=CHEAP)
    assert Vault.header_file(tmp_path).read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_the_header_is_for_its_owner_only_and_leaves_nothing_behind(made: tuple[Vault, str], tmp_path: Path) -> None:
    made[0].change_passphrase("another", cost=CHEAP)
    assert [each.name for each in tmp_path.iterdir()] == ["vault.json"]
    assert stat.S_IMODE(Vault.header_file(tmp_path).stat().st_mode) == 0o600


def test_a_new_passphrase_rewrites_a_slot_and_nothing_else(made: tuple[Vault, str], tmp_path: Path) -> None:
    vault, recovery_key = made
    old_header = json.loads(Vault.header_file(tmp_path).read_text())
    vault.change_passphrase("blue rickshaw", cost=CHEAP)
    header = json.loads(Vault.header_file(tmp_path).read_text())
    assert header["key_id"] == old_header["key_id"]
    assert header["slots"][1:] == old_header["slots"][1:]
    with pytest.raises(VaultLocked):
        Vault.open(tmp_path, PASSPHRASE)
    for secret in ("blue rickshaw", recovery_key):
        assert Vault.open(tmp_path, secret).key("journal") == vault.key("journal")
    old_stick = tmp_path / "stick"
    old_stick.mkdir()
    Vault.header_file(old_stick).write_text(json.dumps(old_header))
    assert Vault.open(old_stick, PASSPHRASE).key("journal") == vault.key("journal")


def _set(name: str, value: Any) -> Any:
    def change(header: dict[str, Any]) -> None:
        header["slots"][0][name] = value

    return change


DAMAGES: list[Any] = [
    _set("memory_kib", 1 << 40),
    _set("memory_kib", 1),
    _set("passes", 0),
    _set("passes", "3"),
    _set("passes", True),
    _set("lanes", 10_000_000),
    _set("salt", "!!"),
    _set("salt", ""),
    _set("wrapped", "AAAA"),
    _set("nonce", None),
    _set("kind", "tpm"),
    lambda header: header.update(format="parchi-vault-9"),
    lambda header: header.update(slots=[]),
    lambda header: header.update(slots=None),
    lambda header: header.update(slots={"a": 1}),
    lambda header: header["slots"].append(header["slots"][0] | {"card": 7}),  # a thousand would take hours to refuse
    lambda header: header.update(slots=[1, 2]),
    lambda header: header.update(key_id=7),
    lambda header: header.pop("key_id"),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_header_says_so(made: tuple[Vault, str], tmp_path: Path, damage: Any) -> None:
    header = json.loads(Vault.header_file(tmp_path).read_text())
    damage(header)
    Vault.header_file(tmp_path).write_text(json.dumps(header))
    with pytest.raises(VaultDamaged, match="second copy"):
        Vault.open(tmp_path, PASSPHRASE)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 90_000, b"{}", b"0" * 200_000])
def test_a_header_that_is_none_says_so(tmp_path: Path, content: bytes) -> None:
    Vault.header_file(tmp_path).write_bytes(content)
    with pytest.raises(VaultDamaged):
        Vault.open(tmp_path, PASSPHRASE)


def test_a_missing_header_says_so(tmp_path: Path) -> None:
    with pytest.raises(VaultDamaged):
        Vault.open(tmp_path / "nowhere", PASSPHRASE)


@pytest.mark.parametrize(("name", "value"), [("passes", 2), ("memory_kib", 128), ("key_id", "0" * 16)])
def test_a_changed_cost_or_id_does_not_open(made: tuple[Vault, str], tmp_path: Path, name: str, value: object) -> None:
    header = json.loads(Vault.header_file(tmp_path).read_text())
    (header if name == "key_id" else header["slots"][0])[name] = value
    Vault.header_file(tmp_path).write_text(json.dumps(header))
    with pytest.raises(VaultLocked):
        Vault.open(tmp_path, PASSPHRASE)


VAULT = Vault(Path(), bytes(range(32)), {"key_id": "0" * 16})


@given(plain=st.binary(max_size=200), context=st.binary(max_size=20), place=st.integers(0), bit=st.integers(0, 7))
def test_what_is_sealed_opens_unchanged_or_not_at_all(plain: bytes, context: bytes, place: int, bit: int) -> None:
    sealed = VAULT.seal("drafts", plain, context)
    assert VAULT.unseal("drafts", sealed, context) == plain
    changed = bytearray(sealed)
    changed[place % len(sealed)] ^= 1 << bit
    for wrong in (bytes(changed), sealed[:-1], sealed + b"x", b""):
        with pytest.raises(SealBroken):
            VAULT.unseal("drafts", wrong, context)
    with pytest.raises(SealBroken):
        VAULT.unseal("pages", sealed, context)
    with pytest.raises(SealBroken):
        VAULT.unseal("drafts", sealed, context + b"x")


def test_each_purpose_has_its_own_key() -> None:
    keys = {VAULT.key(purpose) for purpose in ("journal", "copy", "pages", "index", "drafts")}
    assert len(keys) == 5
    assert VAULT.key("journal") == VAULT.key("journal")


def test_its_repr_shows_no_key(made: tuple[Vault, str]) -> None:
    assert made[0].key("journal").hex() not in repr(made[0])
    assert repr(made[0]) == f"Vault({made[0].key_id})"


def test_the_default_cost_is_what_the_decision_says() -> None:
    assert Cost() == Cost(passes=3, lanes=4, memory_kib=65536)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises((FolderReadOnly, DiskFailed)) as told:
        Vault.create(tmp_path / "nowhere", PASSPHRASE, cost=CHEAP)
    assert isinstance(told.value, ParchiError)
    assert "Make the folder writable" in str(told.value)
