"""The worker: the one process that opens the vault, holds the writer and the print queue, and answers requests.

It is started anew (spawn, as on Windows), gets its order and the secret over a pipe, and ends when that pipe is closed,
so that it never outlives whoever started it.
"""

import gc
import signal
import socket
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from wsgiref.types import WSGIApplication

from fallback import frontdesk, hospital_file
from fallback.authority import ServerCertificate
from fallback.enrolment import DeskCertificate, desk_certificate, known_certificate, open_installation
from fallback.errors import ParchiError
from fallback.frontdesk import Counter
from fallback.keys import hospital_id
from fallback.printing.spool import spooler
from fallback.serving.lanes import WorkerLane
from fallback.serving.wsgi import answer
from fallback.web import close, create_app


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker serves. `names` are those it answers under; `secure` says that browsers reach it by HTTPS."""

    data: Path
    hospital: Path
    secret: str = field(repr=False)
    language: str
    copies: tuple[Path, ...]
    names: tuple[str, ...]
    secure: bool
    index: str = ""
    uidai: Path | None = None


def work(control: Connection, lanes: Sequence[socket.socket]) -> None:
    """A worker's life. It sends the desk's certificate (None without HTTPS) when it is ready, or the error."""
    for number in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C reaches both; whoever started us says when to end
        signal.signal(number, signal.SIG_IGN)
    try:
        order: Order = control.recv()
        with serving(order) as (app, certificate):
            gc.collect()
            gc.freeze()  # what was made by now stays: to look through it again would stop every desk for 0.1 s
            control.send(certificate)
            with answering(app, lanes):
                control.poll(None)
    except EOFError:  # whoever started us is gone
        return
    except ParchiError as error:
        control.send(error)


@contextmanager
def serving(order: Order) -> Iterator[tuple[WSGIApplication, DeskCertificate | None]]:
    """The app of an order, all that it stands on opened and closed again."""
    with ExitStack() as stack:
        hospital = hospital_file.load(order.hospital)
        installation = open_installation(order.data, order.secret, clock=_now, copies=order.copies)
        stack.callback(installation.close)
        if order.copies:
            installation.ledger.copy_to(*order.copies)
        vault, folder = installation.vault, installation.folder
        certificate = desk_certificate(vault, folder, hospital.name, order.names, _now()) if order.secure else None
        known: ServerCertificate | None = certificate.server if certificate else known_certificate(vault, folder)
        counter = Counter(
            ledger=installation.ledger,
            hospital=hospital,
            hospital_id=hospital_id(installation.root),
            drill=installation.drill,
            sign=installation.sign,
        )
        queue = None
        if any(printer.desks for printer in hospital.printers):
            queue = stack.enter_context(frontdesk.PrintQueue(counter, spooler))
        app = create_app(
            installation, hospital, language=order.language, hosts=order.names, https=order.secure, queue=queue,
            authority=known.authority if known else None, index_address=order.index,
            uidai=order.uidai,
        )  # fmt: skip
        stack.callback(close, app)
        yield app, certificate


@contextmanager
def answering(app: WSGIApplication, lanes: Iterable[socket.socket]) -> Iterator[None]:
    """A thread for each lane. It ends with its lane, which the door closes; whatever has come is answered first."""
    threads = [threading.Thread(target=_answer, args=(app, sock), daemon=True, name="lane") for sock in lanes]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join(30)


def _answer(app: WSGIApplication, sock: socket.socket) -> None:
    lane = WorkerLane(sock)
    try:
        while asked := lane.take():
            answer(app, asked, lane)
    except OSError:  # the door is gone
        pass
    finally:
        lane.close()


def _now() -> datetime:
    return datetime.now(UTC)
