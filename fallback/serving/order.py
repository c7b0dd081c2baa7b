"""What a worker is told to serve, and its first breath: the keeper, which only watches, loads no program."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from socket import socket

from fallback.authority import ServerCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class LanDoor:
    """The door to the other desks: its port, and the SHA-256 (hex) of the certificate that it shows."""

    port: int
    certificate: str

    @classmethod
    def of(cls, port: int, server: ServerCertificate) -> "LanDoor":
        """That of a certificate."""
        return cls(port=port, certificate=hashlib.sha256(server.certificate).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker serves. `names` are those it answers under; `secure` says that browsers reach it by HTTPS.

    `lan` is the door to the other desks, which the keeper opens; None: this desk is alone.
    """

    data: Path
    hospital: Path
    secret: str = field(repr=False)
    language: str
    copies: tuple[Path, ...]
    names: tuple[str, ...]
    secure: bool
    index: str = ""
    uidai: Path | None = None
    lan: LanDoor | None = None
    kit: Path | None = None


def begin(control: Connection, lanes: Sequence[socket]) -> None:
    """A worker's life, in its own process: only here is the program loaded that it runs."""
    from fallback.serving.worker import work

    work(control, lanes)
