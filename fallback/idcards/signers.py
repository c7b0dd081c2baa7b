"""UIDAI's certificates, where the hospital has them: whether a card was signed by one of them."""

import re
from dataclasses import dataclass
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

_MOST = 50  # certificates: UIDAI gives a new one every year or two
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Signers:
    """The keys of all certificates that a hospital has of UIDAI; none is as good as false.

    A certificate's dates are not looked at: a card is good for as long as its holder lives, whenever it was signed.
    """

    keys: tuple[RSAPublicKey, ...] = ()

    @classmethod
    def read(cls, content: bytes) -> Self:
        """The certificates of a file, one as DER or any number as PEM. Raises ValueError for a file without one."""
        blocks = _PEM.findall(content)[:_MOST]
        found = [x509.load_pem_x509_certificate(block) for block in blocks]
        keys = tuple(each.public_key() for each in found or [x509.load_der_x509_certificate(content)])
        rsa = tuple(key for key in keys if isinstance(key, RSAPublicKey))
        if not rsa or len(rsa) != len(keys):
            raise ValueError
        return cls(rsa)

    def __bool__(self) -> bool:
        return bool(self.keys)

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether one of them signed the message (RSA with SHA-256)."""
        return any(_fits(key, message, signature) for key in self.keys)


NO_SIGNERS = Signers()


def _fits(key: RSAPublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, message, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
