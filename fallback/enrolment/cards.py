"""Enrolment cards: made beforehand by the root, each good for one desk, once, without root, passphrase or network."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fallback.downtime import Desk
from fallback.enrolment.desks import enrol
from fallback.enrolment.installation import Installation, write_keys
from fallback.enrolment.private import load_secret
from fallback.errors import CardRevoked, CardsTooMany, CardUnknown, CardUsed, CardWrong
from fallback.groups import CARD_SECRET_SIZE, card_text, read_card
from fallback.keys import Certificate, HospitalKey, SigningKey, certify, hospital_id
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, cards
from fallback.ledger.writer import Transaction
from fallback.payload import encode_certificate
from fallback.slip import SERIES_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """A card to be printed: its certificate, and its text, which is secret and stands nowhere but on the card."""

    certificate: Certificate
    text: str

    def __repr__(self) -> str:
        return f"NewCard({self.certificate.series})"


def make_cards(
    installation: Installation, count: int, publish: Callable[[Sequence[NewCard]], None], *, by: str = ""
) -> list[NewCard]:
    """Makes so many cards, each a slot of the vault and a certificate in the journal.

    `publish` writes their sheets where the person wants them; the cards count when it returns. Raises CardsTooMany,
    PassphraseNeeded, SecretMissing when the root's key is not here, the disk's errors, and what `publish` raises.
    """
    installation.vault.needs_whole()
    root = SigningKey(load_secret(installation.vault, installation.folder, HospitalKey.ROOT))

    def job(tx: Transaction) -> list[NewCard]:
        first = cards.next_series(tx.db)
        if first + count - 1 > SERIES_LIMIT:
            raise CardsTooMany(left=max(SERIES_LIMIT - first + 1, 0))
        secrets = {series: os.urandom(CARD_SECRET_SIZE) for series in range(first, first + count)}
        made = []
        for series, secret in secrets.items():
            key = _desk_key(installation.root, series, secret)
            certificate = certify(root, series, f"Card {series:03d}", key.public, drill=installation.drill)
            encode_certificate(certificate, hospital_id(installation.root))
            tx.append(FactKind.CARD_MADE, {"series": series, "certificate": certificate.record()}, by=by)
            made.append(NewCard(certificate=certificate, text=card_text(series, secret)))
        publish(made)
        installation.vault.add_cards(list(secrets.items()))
        return made

    made = installation.ledger.write(job)
    write_keys(installation)
    return made


def enrol_with_card(installation: Installation, name: str, text: str, *, by: str = "") -> Desk:
    """Enrols a desk with a card, by its text as scanned or typed: its series and key, bound to this machine and folder.

    It needs neither root nor passphrase. Raises CardWrong, CardMistyped, CardUnknown, CardUsed, CardRevoked.
    """
    series, key = card_key(text, installation.root)

    def job(tx: Transaction) -> None:
        enrol(installation, tx, name, _unused(tx.db, series, key), key, by=by)

    installation.ledger.write(job)
    write_keys(installation)
    return Desk(series=series, name=name)


def unused_card(installation: Installation, text: str) -> Certificate:
    """The certificate of a card that enrols a desk, by its text. Raises as `enrol_with_card`."""
    series, key = card_key(text, installation.root)
    return _unused(installation.ledger.db(), series, key)


def card_key(text: str, root: bytes) -> tuple[int, SigningKey]:
    """A card's number, and its desk's private key: what is on the card, and nothing else, makes it for this hospital.

    Raises CardWrong and CardMistyped.
    """
    read = read_card(text)
    if read is None:
        raise CardWrong(why="its text is a C, the card's number, and seven groups of five signs")
    return read[0], _desk_key(root, *read)


def _unused(db: Database, series: int, key: SigningKey) -> Certificate:
    known = [card for card in cards.cards(db) if card.series == series]
    card = next((card for card in known if card.certificate.public == key.public), None)
    if card is None:
        raise (
            CardWrong(why="its secret is not that of the card with this number")
            if known
            else CardUnknown(card=f"{series:03d}")
        )
    if card.revoked:
        raise CardRevoked(card=f"{series:03d}")
    if card.uses:
        raise CardUsed(card=f"{series:03d}", desk=card.uses[0].name)
    return card.certificate


def _desk_key(root: bytes, series: int, secret: bytes) -> SigningKey:
    told = f"parchi desk {hospital_id(root):08x} {series} 1".encode()
    return SigningKey(HKDF(SHA256(), 32, None, told).derive(secret))
