"""A thermal printer on loopback: it understands ESC/POS and shows as pictures what came out of it."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PIL import Image, ImageOps

ROW = 72  # bytes: 576 dots


@dataclass
class Thermal:
    """A printer's insides, which outlive a connection. `paper` is how many rows are left on the roll.

    It answers DLE EOT when `answers`, GS r when `in_turn` too; it hangs up once `hangs_up_after` bytes have come.
    """

    port: int = 0
    answers: bool = True
    in_turn: bool = True
    paper: int = 1_000_000
    cover_open: bool = False
    fault: bool = False
    off_line: bool = False
    hangs_up_after: int | None = None
    slips: list[Image.Image] = field(default_factory=list)
    rubbish: bytes = b""
    _memory: bytes = b""
    _rows: bytes = b""

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def takes(self, came: bytes) -> bytes:
        """What it answers to bytes that came."""
        self._memory += came
        answer = b""
        while (done := self._step()) is not None:
            answer += done
        return answer

    def _step(self) -> bytes | None:
        """One command done and its answer; None when the rest of it has not come, or the paper has ended."""
        memory = self._memory
        if memory[:1] == b"\0":
            return self._done(1)
        if memory[:2] == b"\x10\x04":
            return self._done(3, self._status(memory[2:3])) if len(memory) > 2 else None
        if self.paper <= 0 or not memory:
            return None
        if memory[:2] == b"\x1b@":
            return self._done(2)
        if memory[:3] == b"\x1dv0" and len(memory) > 7:
            assert (memory[3], int.from_bytes(memory[4:6], "little")) == (0, ROW)
            rows = int.from_bytes(memory[6:8], "little")
            if len(memory) < 8 + rows * ROW:
                return None
            self._rows += memory[8 : 8 + rows * ROW]
            self.paper -= rows
            return self._done(8 + rows * ROW)
        if memory[:2] == b"\x1dV" and len(memory) > 3:
            assert memory[2:4] == b"B\0"
            dots = Image.frombytes("1", (ROW * 8, len(self._rows) // ROW), self._rows)
            self.slips.append(ImageOps.invert(dots.convert("L")))
            self._rows = b""
            return self._done(4)
        if memory[:2] == b"\x1dr" and len(memory) > 2:
            return self._done(3, b"\0" if self.in_turn else b"")
        if memory[:1] in b"\x1b\x1d\x10" and len(memory) < 8:
            return None
        self.rubbish += memory[:1]
        return self._done(1)

    def _done(self, size: int, answer: bytes = b"") -> bytes:
        self._memory = self._memory[size:]
        return answer

    def _status(self, which: bytes) -> bytes:
        if not self.answers:
            return b""
        empty = self.paper <= 0
        bad = empty or self.cover_open or self.fault or self.off_line
        bits = {
            b"\1": 0x08 * bad,
            b"\2": 0x04 * self.cover_open | 0x20 * empty | 0x40 * self.fault,
            b"\4": 0x60 * empty,
        }
        return bytes([0x12 | bits[which]])


@contextmanager
def plugged_in(printer: Thermal) -> Iterator[Thermal]:
    """The printer on the network: one connection at a time, as they are."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        printer.port = door.getsockname()[1]
        stopping, alarm = socket.socketpair()
        thread = threading.Thread(target=_serve, args=(door, printer, stopping))
        thread.start()
        try:
            yield printer
        finally:
            alarm.close()
            thread.join()
            stopping.close()


def _serve(door: socket.socket, printer: Thermal, stopping: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([door, stopping], [], [])
        if stopping in ready:
            return
        line, _ = door.accept()
        with line:
            total = 0
            while stopping not in (ready := select.select([line, stopping], [], [])[0]):
                try:
                    came = line.recv(4096)
                except ConnectionResetError:
                    break
                total += len(came)
                if not came or (printer.hangs_up_after is not None and total > printer.hangs_up_after):
                    break
                answer = printer.takes(came)
                if answer:
                    line.sendall(answer)
