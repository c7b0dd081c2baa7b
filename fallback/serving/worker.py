"""The worker: the one process that opens the vault, holds the writer and the print queue, and answers requests.

It is started anew (spawn, as on Windows), gets its order and the secret over a pipe, and ends when that pipe is closed,
so that it never outlives whoever started it.
"""

import gc
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from wsgiref.types import WSGIApplication

from fallback import frontdesk, hospital_file
from fallback.authority import ServerCertificate
from fallback.custody.network.link import Link
from fallback.enrolment import DeskCertificate, Installation, desk_certificate, known_certificate, open_installation
from fallback.errors import ParchiError
from fallback.frontdesk import Counter
from fallback.keys import hospital_id
from fallback.kit.ready import stick_of
from fallback.printing.spool import spooler
from fallback.serving.order import Order
from fallback.serving.wsgi import answering
from fallback.web import close, create_app
from fallback.web.lan import beside


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
        link = linked(installation, order) if order.lan else None
        counter = Counter(
            ledger=installation.ledger,
            hospital=hospital,
            hospital_id=hospital_id(installation.root),
            drill=installation.drill,
            sign=link.signing(installation.sign) if link else installation.sign,
        )
        queue = None
        if any(printer.desks for printer in hospital.printers):
            queue = stack.enter_context(frontdesk.PrintQueue(counter, spooler))
        app = create_app(
            installation, hospital, language=order.language, hosts=order.names, https=order.secure, queue=queue,
            authority=known.authority if known else None, index_address=order.index,
            uidai=order.uidai, stick=stick_of(installation, order.kit) if order.kit else None, link=link,
        )  # fmt: skip
        stack.callback(close, app)
        if link is None:
            yield app, certificate
            return
        link.start()
        stack.callback(link.stop)
        yield beside(app, link), certificate


def linked(installation: Installation, order: Order) -> Link:
    """The link of an order to the other desks, not started yet."""
    assert order.lan is not None
    return Link(
        installation.ledger,
        port=order.lan.port,
        certificate=order.lan.certificate,
        serves=order.secure,
        give_up=installation.seat.give_up,
    )


def _now() -> datetime:
    return datetime.now(UTC)
