"""The command that serves the desk, and the one that shows whom a browser trusts here."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fallback import serving
from fallback.authority import ServerCertificate
from fallback.cli.data import Data
from fallback.cli.spoken import _
from fallback.disk import write_file
from fallback.errors import CertificateMissing
from fallback.lan import PORT
from fallback.settings import host as checked

if TYPE_CHECKING:
    from fallback.enrolment import Installation


@click.command()
@click.option("--host", help="The address (else PARCHI_HOST, else this computer only); 0.0.0.0 is all that it has.")
@click.option("--port", type=click.IntRange(1, 65_535), help="The port (else PARCHI_PORT, else 8000).")
@click.option(
    "--lan", type=click.IntRange(1, 65_535), is_flag=False, flag_value=PORT,
    help="Open a door to the other desks of the network, too, at this port (else PARCHI_LAN; alone: 8443).",
)  # fmt: skip
@click.option("--no-lan", is_flag=True, help="Open no such door, even where other computers reach this desk.")
@click.pass_obj
def serve(data: Data, host: str | None, port: int | None, lan: int | None, no_lan: bool) -> None:
    """Serves the desk until Ctrl-C, and prints for desks with a printer.

    On this computer alone, at http://127.0.0.1:8000; on the hospital's network by HTTPS only, with a certificate of the
    hospital's own authority, whose fingerprint is shown here and on the poster. There, the door to the other desks is
    open, too, at port 8443, unless --no-lan says otherwise.

    Example: python -m fallback --data /srv/parchi serve --host 0.0.0.0 --port 8000
    """
    settings = data.settings
    bound = checked(host) if host else settings.host
    names = serving.answering(bound, settings.names)
    secure = not serving.is_loopback(bound)
    order = serving.Order(
        data=settings.data,
        hospital=settings.hospital,
        secret=data.passphrase(),
        language=settings.language,
        copies=settings.copies,
        names=names,
        secure=secure,
        index=settings.index,
        uidai=settings.uidai,
        kit=settings.kit,
    )
    serving.serve(
        order, bound, port or settings.port, lambda opened: _tell(opened, bound, names),
        lan=None if no_lan else lan or settings.lan or (PORT if secure else None),
    )  # fmt: skip


def _tell(opened: serving.Opened, host: str, names: tuple[str, ...]) -> None:
    if opened.lan:
        click.echo(_("Other desks of the network reach it at port {port}.", port=str(opened.lan)))
    if opened.server is None:
        address = f"http://{host}:{opened.port}"
        click.echo(_("The desk is open at {address}  (Ctrl-C closes it)", address=address))
        return
    click.echo(_("The desk is open on the hospital's network  (Ctrl-C closes it):"))
    for name in names[: -len(serving.LOOPBACK) + 1]:  # all but the addresses that nobody types
        shown = f"[{name}]" if ":" in name else name
        warns = _("(not in its certificate: browsers warn here)") if name in opened.missing else ""
        click.echo(f"  https://{shown}:{opened.port}   {warns}".rstrip())
    if opened.missing:
        click.echo(_("Start it once with the passphrase for a certificate with these names, or: trust --renew"))
    click.echo(_("Fingerprint of the hospital's authority, as on the poster:"))
    click.echo(f"  {opened.server.fingerprint}")
    click.echo(_("A computer that does not trust it yet: open /trust there and follow its steps."))


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the authority's certificate here.")
@click.option("--renew", is_flag=True, help="Make a new authority. Every computer must be told to trust it, again.")
@click.pass_obj
def trust(data: Data, out: Path | None, renew: bool) -> None:
    """Shows the fingerprint of the hospital's authority; its certificate is what each computer must trust once.

    Example: python -m fallback trust --out hospital.cer
    """
    from fallback import enrolment

    with data.installation() as installation:
        vault, folder = installation.vault, installation.folder
        found = enrolment.known_certificate(vault, folder)
        if renew or (found is None and vault.whole):
            found = make_authority(data, installation)
        if found is None:
            raise CertificateMissing(folder=folder)
        if out:
            write_file(out, found.authority)
        click.echo(found.fingerprint)


def make_authority(data: Data, installation: "Installation") -> ServerCertificate:
    """A new authority for the hospital, and this computer's certificate for all names that it has."""
    from fallback import enrolment

    names = serving.answering("0.0.0.0", data.settings.names)  # noqa: S104 -- names only, nothing is bound
    vault, folder = installation.vault, installation.folder
    return enrolment.make_authority(vault, folder, data.hospital().name, names, data.clock())
