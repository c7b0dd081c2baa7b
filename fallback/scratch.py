"""A temporary file that nobody can read: what is on the disk is noise, its key is in memory alone."""

import os
import tempfile

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 16


class Scratch:
    """Written at its end and read anywhere, like a temporary file; gone when it is closed.

    Every place is written once: a second text under the same key stream would show what both have in common. It proves
    nothing against change; nobody else has it open.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with this
        self._key = algorithms.AES(os.urandom(32))

    def write(self, data: bytes) -> int:
        """Writes at the present place, which is the end."""
        return self._file.write(self._turned(data, self._file.tell()))

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes from the present place on; all of them without a size."""
        place = self._file.tell()
        return self._turned(self._file.read(size), place)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        """Goes to a place."""
        return self._file.seek(place, whence)

    def tell(self) -> int:
        """The present place."""
        return self._file.tell()

    def close(self) -> None:
        """Removes it."""
        self._file.close()

    def _turned(self, data: bytes, place: int) -> bytes:
        """Plain to noise, or back: AES in counter mode, the counter being the place."""
        block, skip = divmod(place, _BLOCK)
        stream = Cipher(self._key, modes.CTR(block.to_bytes(_BLOCK, "big"))).encryptor()
        stream.update(bytes(skip))
        return stream.update(data)
