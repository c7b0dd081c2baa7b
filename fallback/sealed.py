"""Encrypted files on disk: written once in pieces, then read anywhere in them; a change, a cut or a swap is seen."""

import io
import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fallback.disk import write_pieces
from fallback.errors import SealBroken

KEY_SIZE = 32
CHUNK = 1 << 20
_MAGIC = b"parchi-sealed-1\n"
_SALT_SIZE = 32
_TAG = 16
_KEPT = 4  # chunks in plain while a file is read: a PDF's reader goes back and forth
_MORE, _LAST = b"\x00", b"\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """An encrypted file, the key that opens it, and what it is called. It may be pickled; its repr shows no key."""

    path: Path
    key: bytes = field(repr=False)
    name: str

    def open(self) -> BinaryIO:
        """Its plain content, seekable. Raises SealBroken (also while it is read) and OSError."""
        return cast(BinaryIO, io.BufferedReader(_Plain(self.path, self.key), 1 << 16))


def write_sealed(path: Path, key: bytes, name: str, chunks: Iterable[bytes]) -> SealedFile:
    """Encrypts `chunks` one after the other into a file that only its owner may read; durable when it returns.

    `key` has 32 bytes; the name is not written. Raises DiskFull, FolderReadOnly or DiskFailed, and what `chunks`
    raises: then nothing is left of it.
    """
    try:
        write_pieces(path, _sealed(key, chunks))
    except _Outside as wrong:
        raise wrong.cause from None
    return SealedFile(path=path, key=key, name=name)


def _sealed(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The file's bytes, its head first."""
    salt = os.urandom(_SALT_SIZE)
    cipher = _cipher(key, salt)
    yield _MAGIC + salt
    for place, (piece, last) in enumerate(_read_outside(_pieces(chunks))):
        yield cipher.encrypt(_nonce(place, _LAST if last else _MORE), piece, None)


class _Outside(Exception):
    """A failure of whoever gives the chunks: an upload that breaks off is not this disk's fault."""

    def __init__(self, cause: Exception) -> None:
        super().__init__()
        self.cause = cause


def _read_outside(pieces: Iterator[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    try:
        yield from pieces
    except Exception as cause:
        raise _Outside(cause) from cause


def _pieces(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The content in pieces of CHUNK bytes, and whether a piece is the last: there is always one, be it empty."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > CHUNK:
            yield bytes(held[:CHUNK]), False
            del held[:CHUNK]
    yield bytes(held), True


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    """A key for this file alone: so a piece of one file opens in no other, and its place may be its nonce."""
    return AESGCM(HKDF(SHA256(), KEY_SIZE, salt, b"parchi sealed file 1").derive(key))


def _nonce(place: int, role: bytes) -> bytes:
    return place.to_bytes(11, "big") + role


class _Plain(io.RawIOBase):
    """The plain bytes of a sealed file."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._place = 0
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._file = path.open("rb")
        try:
            head = self._file.read(len(_MAGIC) + _SALT_SIZE)
            if len(head) < len(_MAGIC) + _SALT_SIZE or not head.startswith(_MAGIC):
                raise SealBroken
            self._cipher = _cipher(key, head[len(_MAGIC) :])
            self._start = len(head)
            body = self._file.seek(0, io.SEEK_END) - self._start
            self._last = max(0, (body - 1) // (CHUNK + _TAG))
            # Opened at once: a file that ends after any other piece was cut there.
            self._size = self._last * CHUNK + len(self._piece(self._last))
        except BaseException:
            self._file.close()
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the start")
        self._place = base + offset
        return self._place

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        if self._place >= self._size:
            return 0
        piece = self._piece(self._place // CHUNK)
        start = self._place % CHUNK
        count = min(len(buffer), len(piece) - start)
        buffer[:count] = piece[start : start + count]
        self._place += count
        return count

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            self._kept.clear()
        super().close()

    def _piece(self, place: int) -> bytes:
        if place not in self._kept:
            self._file.seek(self._start + place * (CHUNK + _TAG))
            sealed = self._file.read(CHUNK + _TAG)
            self._kept[place] = self._opened(_nonce(place, _LAST if place == self._last else _MORE), sealed)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(place)
        return self._kept[place]

    def _opened(self, nonce: bytes, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError) as wrong:
            raise SealBroken from wrong
