"""What is done with the keys that open everything: a new passphrase, a new recovery key, keys in parts, away and back.

Each act is told in the journal, without the key. The vault's header is rewritten inside the journal's own lock, so that
two programs cannot undo each other's work.
"""

import os
from collections.abc import Callable, Sequence

from fallback.enrolment.identities import opens_what_is_sealed
from fallback.enrolment.installation import Installation
from fallback.enrolment.private import drop_secret, load_secret, store_secret
from fallback.errors import PartsWrong, SecretMissing
from fallback.groups import KEY_SIZE
from fallback.keys import HospitalKey, SealingKey, SigningKey
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction
from fallback.parts import join, split
from fallback.vault import Cost

# Writes the sheets for parts of a key where the person wants them; the key counts as printed when it returns.
Publish = Callable[[bytes, Sequence[str]], None]


def change_passphrase(installation: Installation, new: str, *, cost: Cost | None = None) -> None:
    """The vault opens with a new passphrase. No data is rewritten; a copy's older header opens with the old one.

    Raises PassphraseEmpty, PassphraseNeeded, and the disk's errors.
    """

    def job(tx: Transaction) -> None:
        installation.vault.change_passphrase(new, cost=cost)
        tx.append(FactKind.PASSPHRASE_CHANGED, {})

    installation.ledger.write(job)


def new_recovery_key(installation: Installation, publish: Publish, *, parts: int = 1, needed: int = 1) -> None:
    """Another recovery key, in so many parts. The old one opens nothing here any more, once the new one's sheet exists.

    Raises ValueError for parts as `split` does, PassphraseNeeded, what `publish` raises: then the old one stays.
    """
    installation.vault.needs_whole()
    key = os.urandom(KEY_SIZE)
    publish(key, split(key, parts, needed))

    def job(tx: Transaction) -> None:
        installation.vault.change_recovery_key(key)
        tx.append(FactKind.RECOVERY_KEY_MADE, {"parts": parts, "needed": needed})

    installation.ledger.write(job)


def part_key(installation: Installation, key: HospitalKey, publish: Publish, *, parts: int, needed: int) -> None:
    """The root's or the supervisors' key on paper, in parts. It stays in the folder until it is taken out.

    Raises SecretMissing when it is not here, and as `new_recovery_key`.
    """
    secret = load_secret(installation.vault, installation.folder, key)
    publish(secret, split(secret, parts, needed))
    content = {"key": key.value, "parts": parts, "needed": needed}
    installation.ledger.write(lambda tx: tx.append(FactKind.KEY_PARTED, content))


def take_out(installation: Installation, key: HospitalKey, parts: Sequence[str]) -> None:
    """Removes the key from the folder, after its parts have proved to give it back.

    Raises PartsMissing, PartsMixed, PartsWrong: then it stays; SecretMissing when it is not here.
    """
    if load_secret(installation.vault, installation.folder, key) != join(parts):
        raise PartsWrong()
    installation.ledger.write(lambda tx: tx.append(FactKind.KEY_TAKEN_OUT, {"key": key.value}))
    drop_secret(installation.folder, key)


def put_back(installation: Installation, key: HospitalKey, parts: Sequence[str]) -> None:
    """Brings the key back from its parts, also into a folder that was restored from a copy, or made from paper.

    Raises PassphraseNeeded, PartsMissing, PartsMixed, PartsWrong.
    """
    installation.vault.needs_whole()
    secret = join(parts)
    public, known = _public(key, secret), _known(installation, key)
    content = {"key": key.value}
    if not known and opens_what_is_sealed(installation.ledger.db(), SealingKey(secret)):
        content["public"] = public.hex()  # no paper tells it: the identities that came from paper are the proof
    elif public != known:
        raise PartsWrong()
    store_secret(installation.vault, installation.folder, key, secret)
    installation.ledger.write(lambda tx: tx.append(FactKind.KEY_PUT_BACK, content))


def is_here(installation: Installation, key: HospitalKey) -> bool:
    """Whether the folder holds the key. Raises SealBroken for a file that was changed, PassphraseNeeded."""
    try:
        load_secret(installation.vault, installation.folder, key)
    except SecretMissing:
        return False
    return True


def _public(key: HospitalKey, secret: bytes) -> bytes:
    return SigningKey(secret).public if key is HospitalKey.ROOT else SealingKey(secret).public


def _known(installation: Installation, key: HospitalKey) -> bytes:
    return installation.root if key is HospitalKey.ROOT else queries.supervisors(installation.ledger.db())
