"""Who may sign: installations made and opened, desks enrolled and retired, users and their PINs."""

from pathlib import Path

import pytest

from fallback import enrolment
from fallback.downtime import Role
from fallback.enrolment import pins, private
from fallback.errors import (
    DeskNotUsable,
    FolderEmpty,
    FolderTaken,
    KeysWrong,
    LoginRefused,
    LoginWrong,
    PinTooWeak,
    SecretMissing,
    VaultLocked,
)
from fallback.keys import PublicKeys, SigningKey, certify
from fallback.ledger import Ledger, chains
from fallback.vault import Vault
from tests import factories


def test_an_installation_is_made_once_and_opened_with_either_secret(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    made, recovery_key, pin = enrolment.init(
        folder, factories.PASSPHRASE, clock=factories.clock(), cost=factories.CHEAP
    )
    enrolment.enrol_desk(made, "Counter 1")
    root = made.root
    made.close()
    with pytest.raises(FolderTaken):
        enrolment.init(folder, "another", clock=factories.clock(), cost=factories.CHEAP)
    for secret in (factories.PASSPHRASE, recovery_key):
        again = enrolment.open_installation(folder, secret, clock=factories.clock())
        assert again.root == root
        assert enrolment.log_in(again.ledger, enrolment.FIRST_LOGIN, pin).role is Role.SUPERVISOR
        again.close()
    with pytest.raises(VaultLocked):
        enrolment.open_installation(folder, "wrong", clock=factories.clock())
    with pytest.raises(FolderEmpty):
        enrolment.open_installation(tmp_path / "other", "wrong", clock=factories.clock())


def test_an_init_that_was_ended_halfway_is_begun_anew_and_nothing_else_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    vault, _ = Vault.create(folder, factories.PASSPHRASE, cost=factories.CHEAP)
    Ledger.open(folder, vault, clock=factories.clock()).close()
    with pytest.raises(FolderTaken):
        enrolment.init(folder, "another passphrase", clock=factories.clock(), cost=factories.CHEAP)
    made, _, _ = enrolment.init(folder, factories.PASSPHRASE, clock=factories.clock(), cost=factories.CHEAP)
    made.close()
    with pytest.raises(FolderTaken):
        enrolment.init(folder, factories.PASSPHRASE, clock=factories.clock(), cost=factories.CHEAP)


def test_an_init_removes_no_journal_whose_own_chain_has_just_begun(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data", desks=0)
    made.ledger.write(lambda tx: chains.begin_again(tx.db))
    made.close()
    with pytest.raises(FolderTaken):
        enrolment.init(tmp_path / "data", factories.PASSPHRASE, clock=factories.clock(), cost=factories.CHEAP)


def test_keys_json_is_public_and_enough_to_verify(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    keys = PublicKeys.load(tmp_path / "data" / enrolment.KEYS_FILE)
    assert keys == made.keys()
    assert [each.series for each in keys.certificates] == [1, 2]
    secrets = [path.read_bytes() for path in (tmp_path / "data" / "private").iterdir()]
    assert all(made.root not in secret for secret in secrets)
    made.close()


def test_a_retired_desk_signs_nothing_more_but_stays_in_the_keys(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    enrolment.retire_desk(made, 2, "laptop stolen")
    with pytest.raises(DeskNotUsable):
        made.sign(2)
    with pytest.raises(DeskNotUsable):
        enrolment.retire_desk(made, 2, "again")
    assert [each.series for each in made.keys().certificates] == [1, 2]
    assert enrolment.enrol_desk(made, "Counter 3").series == 3
    made.close()


def test_a_desks_key_that_was_replaced_or_removed_signs_nothing_more(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    assert made.sign(1)(b"slip") == made.sign(1)(b"slip")
    other = SigningKey.new()
    private.store_secret(made.vault, made.folder, "desk-001", other.secret)
    assert made.sign(1)(b"slip") == other.sign(b"slip")
    private.drop_secret(made.folder, "desk-001")
    with pytest.raises(SecretMissing):
        made.sign(1)
    made.close()


def test_a_certificate_of_another_root_is_refused(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    stranger = certify(SigningKey.new(), 9, "Counter 9", SigningKey.new().public, drill=False)
    with pytest.raises(KeysWrong):
        made.keys().with_certificate(stranger)
    made.close()


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"format": 1}', "x" * 100, '{"format":"parchi-keys-1"}'])
def test_a_wrong_file_of_keys_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(KeysWrong, match=r"keys\.json"):
        PublicKeys.load(path)


@pytest.mark.parametrize("pin", ["1", "12345", "1234567890123", "abcdef", "000000", "123456", "987654"])
def test_a_weak_pin_is_refused(tmp_path: Path, pin: str) -> None:
    made = factories.installation(tmp_path / "data")
    with pytest.raises(PinTooWeak):
        enrolment.set_user(made.ledger, "kiran", "Kiran Bala", Role.CLERK, pin)
    made.close()


def test_a_pin_by_chance_is_one_that_would_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([98_765, 12_345, 111_111, 121_212, 400_731])
    monkeypatch.setattr("secrets.randbelow", lambda below: next(drawn))
    pin = pins.new_pin()
    assert pin == "400731"
    pins.check_pin(pin)


def test_logins(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    assert enrolment.log_in(made.ledger, " Asha ", factories.PIN).name == "Asha Rani"
    for login, pin in (("asha", "000001"), ("nobody", factories.PIN), ("", "")):
        with pytest.raises(LoginRefused):
            enrolment.log_in(made.ledger, login, pin)
    with pytest.raises(LoginWrong):
        enrolment.set_user(made.ledger, "A sha", "Asha", Role.CLERK)
    fresh = enrolment.set_user(made.ledger, "asha", "Asha Rani", Role.CLERK)
    with pytest.raises(LoginRefused):
        enrolment.log_in(made.ledger, "asha", factories.PIN)
    assert enrolment.log_in(made.ledger, "asha", fresh)
    made.close()
