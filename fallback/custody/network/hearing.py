"""What a desk answers to the other desks, and to a computer that was invited. Everybody else hears nothing."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from fallback.custody.network.exchange import GIVE, HEADS, HELLO, TAKE
from fallback.custody.network.invitations import Invitations
from fallback.custody.network.lines import MOST_HEADS, MOST_LINES, About, forks_between, opened, portion, wanted_of
from fallback.custody.network.proof import LanKeys, Tokens
from fallback.errors import InvitationOver, InvitationWrong, ParchiError
from fallback.groups import read_card
from fallback.ledger import Ledger, Line
from fallback.ledger.own_files import own_files
from fallback.vault import Vault

JOIN, JOINED = "/lan/join", "/lan/joined"
_MOST_STRANGER = 4096  # bytes that somebody may send who has proved nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came: where from, its path, its proof and the digest of its body, whose `length` is only said."""

    address: str
    path: str
    proof: str
    digest: str
    length: int


class Hearing:
    """The answers of one desk. `met` is told of each desk that proved itself, `take` stores what it gives."""

    def __init__(
        self,
        ledger: Ledger,
        keys: LanKeys,
        certificate: str,
        about: Callable[[], About],
        take: Callable[[list[Line]], None],
        met: Callable[[str, About, frozenset[str]], None],
        invitations: Invitations,
        certificate_of: Callable[[int], dict[str, object] | None],
    ) -> None:
        self._ledger = ledger
        self._keys = keys
        self._certificate = certificate
        self._about = about
        self._take = take
        self._met = met
        self._invitations = invitations
        self._certificate_of = certificate_of
        self._tokens = Tokens()

    def answer(self, asked: Asked, body: Callable[[int], bytes]) -> tuple[int, bytes]:
        """The status and the answer. `body` reads so many bytes, and is not called for a stranger's long one."""
        strangers: Mapping[str, Callable[[bytes], tuple[int, bytes]]] = {
            HELLO: self._hello, JOIN: self._join, JOINED: self._joined,
        }  # fmt: skip
        try:
            if (stranger := strangers.get(asked.path)) is not None:
                return stranger(body(asked.length)) if 0 < asked.length <= _MOST_STRANGER else (413, b"")
            if (status := self._known(asked)) != 200:
                return status, b""
            if asked.length > (MOST_LINES if asked.path == TAKE else MOST_HEADS):
                return 413, b""
            told = body(asked.length)
            if hashlib.sha256(told).hexdigest() != asked.digest:  # it was cut, or is not what was proved
                return 400, b""
            return self._desk(asked, told)
        except (ValueError, KeyError, TypeError, RecursionError):
            return 400, b""
        except InvitationOver:
            return 409, b""
        except InvitationWrong:
            return 403, b""
        except ParchiError:
            return 400, b""

    def _known(self, asked: Asked) -> int:
        token, _, proof = asked.proof.partition(" ")
        wanted = self._keys.asks(token, self._certificate, asked.path, asked.length, asked.digest)
        if not proof.isascii() or not hmac.compare_digest(wanted, proof):
            return 403
        return 200 if self._tokens.holds(token) else 401

    def _desk(self, asked: Asked, told: bytes) -> tuple[int, bytes]:
        match asked.path:
            case path if path == HEADS:
                about = About.unpacked(told)
                forks = forks_between(self._ledger, about.heads)
                self._met(asked.address, about, forks)
                return 200, replace(self._about(), forks=forks).packed()
            case path if path == GIVE:
                return 200, portion(self._ledger, wanted_of(told))[0]
            case path if path == TAKE:
                self._take(opened(self._ledger, told, asked.address))
                return 200, self._about().packed()
        return 404, b""

    def _hello(self, told: bytes) -> tuple[int, bytes]:
        nonce, token = str(json.loads(told)["nonce"])[:64], self._tokens.give()
        proof = self._keys.here(nonce, token, self._certificate)
        return 200, json.dumps({"token": token, "proof": proof}).encode()

    def _join(self, told: bytes) -> tuple[int, bytes]:
        name, shown = self._invitations.begin(bytes.fromhex(json.loads(told)["shown"]))
        return 200, json.dumps({"id": name, "shown": shown.hex()}).encode()

    def _joined(self, told: bytes) -> tuple[int, bytes]:
        asked = json.loads(told)
        proof, card = self._invitations.finish(str(asked["id"]), str(asked["proof"]))
        folder = self._ledger.folder
        given = {
            "proof": proof,
            "card": card,
            "certificate": self._certificate_of(read[0]) if (read := read_card(card)) else None,
            "header": b64encode(Vault.header_file(folder).read_bytes()).decode(),
            "files": {name: b64encode(content).decode() for name, content in own_files(folder).items()},
        }
        return 200, json.dumps(given).encode()
