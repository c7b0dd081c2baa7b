"""The hospital's certificate authority in a data folder: its key for the whole vault, a desk's for a card."""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fallback.authority import Authority, ServerCertificate
from fallback.enrolment.private import SERVER, load_secret, store_secret
from fallback.errors import CertificateMissing, SecretMissing
from fallback.vault import Vault

_AUTHORITY = "authority"
_RENEWED = timedelta(days=90)  # before its end


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCertificate:
    """A desk's certificate; `missing` are the names it answers at and cannot prove, so that browsers warn there."""

    server: ServerCertificate
    missing: tuple[str, ...] = ()


def make_authority(vault: Vault, folder: Path, hospital: str, names: Sequence[str], now: datetime) -> ServerCertificate:
    """A new authority for the hospital, and this desk's first certificate. Raises PassphraseNeeded and disk errors."""
    authority = Authority.new(hospital, names, now)
    store_secret(vault, folder, _AUTHORITY, _packed(certificate=authority.certificate, key=authority.key))
    return _issued(vault, folder, authority, names, now)


def desk_certificate(vault: Vault, folder: Path, hospital: str, names: Sequence[str], now: datetime) -> DeskCertificate:
    """The certificate for a desk that answers at these names, made or renewed where the vault is open as a whole.

    A card alone serves with the certificate that is there. Raises CertificateMissing when there is none yet.
    """
    server = known_certificate(vault, folder)
    if server is not None and server.covers(names) and now < server.ends() - _RENEWED:
        return DeskCertificate(server=server)
    if vault.whole:
        with suppress(SecretMissing):
            found = _unpacked(load_secret(vault, folder, _AUTHORITY))
            authority = Authority(certificate=found["certificate"], key=found["key"])
            server = _issued(vault, folder, authority, names, now)
            return DeskCertificate(server=server, missing=_missing(server, names))
        server = server or make_authority(vault, folder, hospital, names, now)
    if server is None:
        raise CertificateMissing(folder=folder)
    return DeskCertificate(server=server, missing=_missing(server, names))


def known_certificate(vault: Vault, folder: Path) -> ServerCertificate | None:
    """The desk's certificate, None while there is none. Raises SealBroken for a file that was changed."""
    try:
        return ServerCertificate(**_unpacked(load_secret(vault, folder, SERVER)))
    except SecretMissing:
        return None


def _missing(server: ServerCertificate, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if not server.covers([name]))


def _issued(vault: Vault, folder: Path, authority: Authority, names: Sequence[str], now: datetime) -> ServerCertificate:
    server = authority.issue(names, now)
    packed = _packed(authority=server.authority, certificate=server.certificate, key=server.key)
    store_secret(vault, folder, SERVER, packed)
    return server


def _packed(**parts: bytes) -> bytes:
    return json.dumps({name: b64encode(part).decode() for name, part in parts.items()}).encode()


def _unpacked(packed: bytes) -> dict[str, bytes]:
    return {name: b64decode(part) for name, part in json.loads(packed).items()}
