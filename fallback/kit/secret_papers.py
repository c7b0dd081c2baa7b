"""What opens a new hospital, apart from its stick: passphrase, first PIN, keys in parts, enrolment cards."""

import secrets
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from fallback import enrolment
from fallback.disk import disk_error, write_file
from fallback.enrolment import Installation, NewCard, hospital_keys
from fallback.groups import read_recovery
from fallback.hospital import Hospital
from fallback.keys import HospitalKey, hospital_id
from fallback.parts import LIST, split
from fallback.printing import EnrolmentCards, KeySheet, render_paper

PARTS, NEEDED = 3, 2
_WORDS = 6  # of 1,024: 60 bits, and each guess costs 64 MiB and a tenth of a second

_NOTE = """\
{hospital}   ({id})

SECRET. This folder never goes onto a stick, into a mail or into a cloud. Print it, seal it, then delete it.

  passphrase.txt       opens everything: {hospital}'s IT head, in a sealed envelope
  recovery-key.pdf     opens everything when the passphrase is forgotten: the safe, another building
  root-key.pdf         3 sheets for 3 persons, any 2 give the key that makes sticks and cards and signs the account
  supervisors-key.pdf  3 sheets for 3 persons, any 2 give the key that opens confidential identities
  cards.pdf            each card starts one desk, once: an envelope each, half of them in another place
  first-pin.txt        the first login (supervisor) and its PIN

गोपनीय। यह फ़ोल्डर कभी किसी पेन ड्राइव, मेल या क्लाउड पर नहीं जाता। छापें, सील करें, फिर मिटा दें।
"""


def new_passphrase() -> str:
    """Six words by chance, which can be read out and typed."""
    return " ".join(secrets.choice(LIST) for _ in range(_WORDS))


def write_secrets(
    installation: Installation, hospital: Hospital, folder: Path, *,
    passphrase: str, recovery_key: str, pin: str, cards: int, day: date,
) -> None:  # fmt: skip
    """Makes the cards, parts both keys, and writes all of it into a folder that only its owner may read.

    Raises CardsTooMany, SecretMissing, and the disk's errors.
    """
    try:
        folder.mkdir(mode=0o700)
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong
    known = hospital_id(installation.root)

    def sheets(name: HospitalKey, words: Sequence[str], needed: int, groups: str = "") -> None:
        paper = KeySheet(
            key=name, parts=words, needed=needed, hospital_id=known, day=day, groups=groups, drill=installation.drill
        )
        write_file(folder / f"{name}-key.pdf", render_paper(paper, hospital))

    def publish_cards(made: Sequence[NewCard]) -> None:
        told = [(card.certificate.series, card.text) for card in made]
        paper = EnrolmentCards(cards=told, hospital_id=known, day=day, drill=installation.drill)
        write_file(folder / "cards.pdf", render_paper(paper, hospital))

    enrolment.make_cards(installation, cards, publish_cards)
    for name in (HospitalKey.ROOT, HospitalKey.SUPERVISORS):

        def publish(_secret: bytes, words: Sequence[str], name: HospitalKey = name) -> None:
            sheets(name, words, NEEDED)

        hospital_keys.part_key(installation, name, publish, parts=PARTS, needed=NEEDED)
    if key := read_recovery(recovery_key):
        sheets(HospitalKey.RECOVERY, split(key, 1, 1), 1, recovery_key)
    write_file(folder / "passphrase.txt", passphrase.encode() + b"\n")
    write_file(folder / "first-pin.txt", f"{enrolment.FIRST_LOGIN}   {pin}\n".encode())
    note = _NOTE.format(hospital=hospital.name, id=f"{known:08x}").replace("\n", "\r\n")
    write_file(folder / "READ-FIRST.txt", note.encode("utf-8-sig"))
