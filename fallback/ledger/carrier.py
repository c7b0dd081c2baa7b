"""The one file format of second copies and exports: a first line, a sealed line per journal line, an export's end line.

    parchi-journal 1 KIND KEY-ID
    CHAIN SEQUENCE BASE64(sealed canonical text)
    end COUNT BASE64(sealed heads)

KIND is `copy` (it grows, a torn last line is normal after a power cut) or `export` (whole, or refused).
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fallback.disk import disk_error, write_file, write_pieces
from fallback.errors import CopyForeign, LineWrong, SealBroken, Sentence, VaultDamaged
from fallback.ledger.journal import PURPOSE, Line, open_line, seal_line
from fallback.ledger.own_files import put_own_files
from fallback.vault import Vault, header_key_id

COPY, EXPORT = "copy", "export"
FILE_NAME = "journal.parchi"
DATABASE_NAME = "journal.db"
LONGEST_LINE = 32 * 1024 * 1024  # bytes; what a hostile file may make us hold in memory
_FORMAT = "parchi-journal 1"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A copy or export, to be read as often as needed: each iteration reads the file again.

    Iterating raises CopyForeign, or LineWrong at the first line that is not as it was written.
    """

    path: Path
    vault: Vault

    @property
    def file(self) -> Path:
        """The file itself, where a folder was named."""
        return self.path / FILE_NAME if self.path.is_dir() else self.path

    def __iter__(self) -> Iterator[Line]:
        for found in self.read():
            if isinstance(found, LineWrong):
                raise found
            yield found

    def read(self) -> Iterator[Line | LineWrong]:
        """Every line, or what is wrong with it: one bad line does not hide the rest. Raises CopyForeign."""
        name, count, ended = self.file.name, 0, False
        last: dict[str, list[object]] = {}
        try:
            with self.file.open("rb") as file:
                kind = kind_of(file.readline(200), self.vault.key_id, self.file)
                for raw in iter(lambda: file.readline(LONGEST_LINE), b""):
                    if kind == COPY and not raw.endswith(b"\n") and len(raw) < LONGEST_LINE:
                        break
                    found = self._line(raw, kind, count, ended, last)
                    count, ended = count + 1, ended or found is None
                    if found is not None:
                        yield found
        except OSError as wrong:
            raise CopyForeign(
                file=self.file, why=Sentence("it cannot be read ({kind})", kind=type(wrong).__name__)
            ) from wrong
        if kind == EXPORT and not ended:
            yield LineWrong(place=name, line=count + 2, why="the file is cut short: its end is missing")

    def _line(
        self, raw: bytes, kind: str, count: int, ended: bool, last: dict[str, list[object]]
    ) -> Line | LineWrong | None:
        """One line of the file, after `count` others; None for a right end line."""
        name, number = self.file.name, count + 2
        if ended:
            return LineWrong(place=name, line=number, why="it stands after the end")
        if not raw.endswith(b"\n"):
            return LineWrong(place=name, line=number, why="it is cut off")
        text = raw[:-1].decode("ascii", "replace")
        try:
            if kind == EXPORT and text.startswith("end "):
                _check_end(self.vault, text, count, last, name, number)
                return None
            line = open_line(self.vault, kind, text, place=name, number=number)
        except LineWrong as wrong:
            return wrong
        last[line.chain] = [line.sequence, line.hash.hex()]
        return line


def first_line(kind: str, key_id: str) -> bytes:
    """The first line of a file."""
    return f"{_FORMAT} {kind} {key_id}\n".encode()


def kind_of(first: bytes, key_id: str, path: Path) -> str:
    """The kind that a first line says; raises CopyForeign when the file is another vault's or no copy at all."""
    for kind in (COPY, EXPORT):
        if first == first_line(kind, key_id):
            return kind
    ours = first.startswith(_FORMAT.encode() + b" ")
    raise CopyForeign(file=path, why="it belongs to another vault" if ours else "it does not begin like one")


def write_export(path: Path, vault: Vault, lines: Iterable[Line]) -> int:
    """Writes an export, whole or not at all, and the vault's header beside it; returns the number of lines.

    Raises CopyForeign when another vault's header lies there, DiskFull, FolderReadOnly or DiskFailed.
    """
    count = 0

    def pieces() -> Iterator[bytes]:
        nonlocal count
        last: dict[str, list[object]] = {}
        yield first_line(EXPORT, vault.key_id)
        for line in lines:
            yield seal_line(vault, EXPORT, line.chain, line.sequence, line.text).encode()
            last[line.chain], count = [line.sequence, line.hash.hex()], count + 1
        sealed = vault.seal(PURPOSE, json.dumps(last, sort_keys=True).encode(), f"end {count}".encode())
        yield f"end {count} {b64encode(sealed).decode()}\n".encode()

    try:
        put_header(vault, path.parent)
        put_own_files(vault, path.parent)
    except OSError as wrong:
        raise disk_error(wrong, path.parent) from wrong
    write_pieces(path, pieces())  # under a name that nobody can foresee: a stick's link must not lead it elsewhere
    return count


def put_header(vault: Vault, folder: Path) -> None:
    """Puts the vault's header beside a copy. Raises CopyForeign when another vault's lies there; OSError."""
    target, own = Vault.header_file(folder), Vault.header_file(vault.folder).read_bytes()
    if target.exists():
        if target.stat().st_size == len(own) and target.read_bytes() == own:  # a found stick's may be a disk long
            return
        try:
            if header_key_id(target) != vault.key_id:
                raise CopyForeign(file=target, why="it belongs to another vault")
        except VaultDamaged:
            pass  # torn while it was written; the right one takes its place
        if (folder / DATABASE_NAME).exists():
            return  # another desk's data folder: its passphrase is its own
    write_file(target, own)


def _check_end(vault: Vault, text: str, count: int, last: dict[str, list[object]], place: str, number: int) -> None:
    """The end line says how many lines there are and where each chain ends; raises LineWrong."""
    try:
        _, told, body = text.split(" ")
        heads = json.loads(vault.unseal(PURPOSE, b64decode(body, validate=True), f"end {told}".encode()))
    except (ValueError, SealBroken) as wrong:
        raise LineWrong(place=place, line=number, why="the end was changed, or is damaged") from wrong
    if int(told) != count or heads != last:
        raise LineWrong(place=place, line=number, why="lines were taken out before it, or put in")
