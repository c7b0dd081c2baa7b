"""A receiver of HL7 over MLLP that answers as it is told to: right, wrong, late, twice, half, or not at all."""

import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Self

Act = Callable[["Receiver", str], Iterator[bytes]]  # the message in; the bytes that go out, in pieces


def framed(text: str) -> bytes:
    return b"\x0b" + text.encode() + b"\x1c\r"


def control(message: str) -> str:
    return message.split("|")[9]


def ack(message: str, code: str = "AA", *errors: str, to: str = "", facility: str = "DH1") -> str:
    head = f"MSH|^~\\&|HIS|{facility}|PARCHI|PARCHI|20261123100001+0530||ACK|A1|P|2.5"
    return "\r".join([head, f"MSA|{code}|{to or control(message)}", *errors, ""])


def saying(code: str, *errors: str, **more: str) -> Act:
    def act(_receiver: "Receiver", message: str) -> Iterator[bytes]:
        yield framed(ack(message, code, *errors, **more))

    return act


def raw(*parts: bytes) -> Act:
    def act(_receiver: "Receiver", _message: str) -> Iterator[bytes]:
        yield from parts

    return act


def silent(_receiver: "Receiver", _message: str) -> Iterator[bytes]:
    """It has the message and hangs up."""
    return iter(())


def late(seconds: float) -> Act:
    def act(_receiver: "Receiver", message: str) -> Iterator[bytes]:
        time.sleep(seconds)
        yield framed(ack(message))

    return act


class Receiver:
    """`acts` are used up, one a message; then it says AA. `took` holds every message that came, in order."""

    def __init__(self, *acts: Act, tls: ssl.SSLContext | None = None) -> None:
        self.acts, self.took = list(acts), list[str]()
        self.tls = tls
        receiver = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                line = self.request
                if receiver.tls is not None:
                    line = receiver.tls.wrap_socket(line, server_side=True)
                rest = b""
                while True:
                    part = line.recv(65_536)
                    if not part:
                        return
                    rest += part
                    while b"\x1c\r" in rest:
                        frame, _, rest = rest.partition(b"\x1c\r")
                        message = frame.lstrip(b"\x0b").decode()
                        receiver.took.append(message)
                        act = receiver.acts.pop(0) if receiver.acts else saying("AA")
                        if act is silent:
                            line.close()
                            return
                        for piece in act(receiver, message):
                            line.sendall(piece)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A sender that went away is what these tests are about."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"{'mllps' if tls else 'mllp'}://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *wrong: object) -> None:
        self.server.shutdown()
        self.server.server_close()
