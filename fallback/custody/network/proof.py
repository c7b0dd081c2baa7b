"""Who of one hospital asks, and who answers: proofs over the certificate that was seen, by a key that a card opens.

The server's certificate is nobody's word: it is made for the day. Each side shows that it has the vault's key and sees
the same certificate, so that whoever stands in between, sees another one, and fits nothing. Nothing that was recorded
opens anything later: the asker's number is new each time, and the server's holds for minutes and by its own clock.
"""

import hashlib
import hmac
import os
import time
from dataclasses import dataclass

from fallback.vault import Vault

_HOLDS = 600.0  # seconds that a server's token is taken
_NONCE = 16


@dataclass(frozen=True, slots=True)
class LanKeys:
    """What the desks of one hospital share on their network: one key for beacons, one for proofs."""

    beacon: bytes
    proof: bytes

    @classmethod
    def of(cls, vault: Vault) -> "LanKeys":
        """Those of a vault, whatever opened it: a desk's card does."""
        secret = vault.key("copy")
        return cls(*(hmac.digest(secret, f"parchi lan {each} 1".encode(), "sha256") for each in ("beacon", "proof")))

    def here(self, nonce: str, token: str, certificate: str) -> str:
        """The server's proof, over the asker's number, its own token and the certificate that it shows."""
        return self._proof("here", nonce, token, certificate)

    def asks(self, token: str, certificate: str, path: str, length: int, digest: str) -> str:
        """The asker's proof, over all that is asked: `digest` is the SHA-256 (hex) of a body of `length` bytes."""
        return self._proof("asks", token, certificate, path, str(length), digest)

    def _proof(self, *told: str) -> str:
        return hmac.new(self.proof, " ".join(told).encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def fresh_nonce() -> str:
    """A number that was never asked with before, in hex."""
    return os.urandom(_NONCE).hex()


class Tokens:
    """A server's tokens: it keeps none of them, so that nobody can fill its memory by asking for more."""

    def __init__(self) -> None:
        self._key = os.urandom(32)

    def give(self) -> str:
        """A new one, in hex."""
        told = f"{int(time.monotonic()):012x}{fresh_nonce()}"
        return told + self._mac(told)

    def holds(self, token: str) -> bool:
        """Whether it is one of ours, of the last minutes."""
        told, mac = token[:-32], token[-32:]
        if not token.isascii() or not hmac.compare_digest(self._mac(told), mac):
            return False
        return time.monotonic() - int(told[:12], 16) < _HOLDS

    def _mac(self, told: str) -> str:
        return hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()[:32]
