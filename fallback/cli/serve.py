"""The command that serves the desk."""

from contextlib import nullcontext
from ipaddress import ip_address

import click
from waitress import buffers, create_server

from fallback import frontdesk
from fallback.cli.data import Data
from fallback.errors import AddressNotLoopback, PortTaken
from fallback.printing.spool import spooler
from fallback.scratch import Scratch
from fallback.web import close, create_app


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), help="The port (else PARCHI_PORT, else 8000).")
@click.pass_obj
def serve(data: Data, port: int | None) -> None:
    """Serves the desk on this machine, at http://127.0.0.1:8000, until Ctrl-C, and prints for desks with a printer.

    Example: python -m fallback --data /srv/parchi serve --port 8000
    """
    with data.installation() as installation:
        host, number = data.settings.host, port or data.settings.port
        if host != "localhost" and not _is_loopback(host):
            raise AddressNotLoopback(host=host)
        counter = data.counter(installation)
        served = any(printer.desks for printer in counter.hospital.printers)
        queue = frontdesk.PrintQueue(counter, spooler) if served else None
        app = create_app(installation, counter.hospital, language=data.settings.language, queue=queue)
        # What a browser sends is kept in a file while it arrives: scans of patients' papers, and never in plain.
        buffers.TempfileBasedBuffer.newfile = lambda _: Scratch()
        try:
            server = create_server(app, host=host, port=number, threads=32, ident=None)
        except OSError as wrong:
            raise PortTaken(port=number) from wrong
        click.echo(f"The desk is open at http://{host}:{number}  (Ctrl-C closes it)")
        try:
            with queue or nullcontext():
                server.run()
        finally:
            server.close()
            close(app)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
