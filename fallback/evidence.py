"""The store of pages: each picture once, sealed, under its own hash, durable before anything reads it."""

import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from fallback.disk import disk_error, sync_all, sync_folder, write_files
from fallback.errors import PictureDamaged, PictureMissing, SealBroken
from fallback.vault import Vault

FOLDER_NAME = "pages"
_PURPOSE = "pages"
_SUFFIX = ".page"
_PICTURE = re.compile(r"[0-9a-f]{64}")
_SEAL_ADDS = 1 + 12 + 16  # version, nonce, tag: a file of another length is no whole page
_LARGEST = 256 * 1024 * 1024  # bytes; what a hostile file on a stick may make us hold in memory
_LEFT_OVER = 3600  # seconds after which a file that is being written belongs to a process that was killed
_KINDS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF", "image/webp"))


class PageStore:
    """Pictures of pages in a folder, `ab/<SHA-256>.page`: a name tells nothing, and no content is there in plain.

    256 folders, because a stick's FAT cannot hold ten thousand such names in one.
    """

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder = folder
        self._vault = vault
        self._ready = False

    def put(self, pages: Iterable[tuple[str, bytes]]) -> None:
        """Stores pictures, each with its SHA-256 (hex); durable when it returns. What is there whole is left alone.

        Raises DiskFull, FolderReadOnly or DiskFailed; then some may be there, and doing it again is right.
        """
        self._prepare()
        write_files(
            (
                (self._path(picture), self._vault.seal(_PURPOSE, content, picture.encode()))
                for picture, content in pages
                if self.size(picture) != len(content) + _SEAL_ADDS  # also where a disk lost a file's end
            ),
            self.folder,
        )

    def get(self, picture: str) -> bytes:
        """A picture, as it was put. Raises PictureMissing, PictureDamaged, FolderReadOnly or DiskFailed."""
        try:
            if self.size(picture) > _LARGEST:
                raise PictureDamaged(picture=picture)
            sealed = self._path(picture).read_bytes()
        except FileNotFoundError as wrong:
            raise PictureMissing(why="it is not in this machine's folder of pages") from wrong
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong
        try:
            return self._vault.unseal(_PURPOSE, sealed, picture.encode())
        except SealBroken as wrong:
            raise PictureDamaged(picture=picture) from wrong

    def has(self, picture: str) -> bool:
        """Whether a picture is there; it may still be damaged."""
        return _PICTURE.fullmatch(picture) is not None and self._path(picture).is_file()

    def size(self, picture: str) -> int:
        """How many bytes a picture's file has, 0 when it is not there."""
        try:
            return self._path(picture).stat().st_size
        except OSError:
            return 0

    def remove(self, *pictures: str) -> None:
        """Takes pictures away; again does nothing. Raises FolderReadOnly or DiskFailed."""
        try:
            paths = [self._path(picture) for picture in filter(self.has, pictures)]
            for path in paths:
                path.unlink(missing_ok=True)
            if paths:
                sync_all(sorted({path.parent for path in paths}), self.folder)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong

    def pictures(self) -> Iterator[str]:
        """The hashes of all pictures that are there, in order."""
        for path in sorted(self.folder.glob(f"[0-9a-f][0-9a-f]/*{_SUFFIX}")):
            if _PICTURE.fullmatch(path.stem):
                yield path.stem

    def _path(self, picture: str) -> Path:
        """Where a picture lies. A name that is no hash, from an address in a browser, may lead nowhere else."""
        if not _PICTURE.fullmatch(picture):
            raise PictureMissing(why="there is no such picture")
        return self.folder / picture[:2] / f"{picture}{_SUFFIX}"

    def _prepare(self) -> None:
        """Makes the folder, and once removes what killed processes were writing; what another writes now is young."""
        if self._ready:
            return
        try:
            self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            sync_folder(self.folder.parent)
            for entry in os.scandir(self.folder):
                if entry.name.startswith(".") and time.time() - entry.stat().st_mtime > _LEFT_OVER:
                    Path(entry.path).unlink(missing_ok=True)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong
        self._ready = True


def media_type(content: bytes) -> str:
    """What a picture is, by its first bytes: image/jpeg, image/png or image/webp; for all else a stream of bytes."""
    return next((kind for sign, kind in _KINDS if content.startswith(sign)), "application/octet-stream")
