"""UIDAI's certificates for the Aadhaar secure QR, from the file that a setting names."""

from pathlib import Path

from fallback.errors import SettingWrong
from fallback.idcards import NO_SIGNERS, Signers

_MOST = 1 << 20  # bytes


def read_signers(file: Path | None) -> Signers:
    """The certificates of a file, none without one. Raises SettingWrong."""
    if file is None:
        return NO_SIGNERS
    try:
        with file.open("rb") as opened:
            return Signers.read(opened.read(_MOST))
    except OSError as wrong:
        why = "The file of UIDAI's certificates cannot be opened. Name the file, or leave the setting out."
        raise SettingWrong(setting="PARCHI_UIDAI", why=why) from wrong
    except ValueError as wrong:
        why = "In this file is no certificate of UIDAI's (PEM or DER, with an RSA key). Take the one from uidai.gov.in."
        raise SettingWrong(setting="PARCHI_UIDAI", why=why) from wrong
