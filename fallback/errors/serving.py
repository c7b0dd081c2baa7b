"""The desk on the hospital's network: its certificate, its server, and who asks too often."""

from fallback.errors.sentence import ParchiError


class CertificateMissing(ParchiError):
    """A desk that was never served on the network is to be, and a card opened the vault."""

    says = (
        "The data folder {folder} has no certificate for the hospital's network yet, and a card cannot make one. Start "
        "it once with the passphrase; from then on a card is enough. On this computer alone it can be served now: "
        "--host 127.0.0.1."
    )
    exit_code = 3


class AddressUnknown(ParchiError):
    """An address that this computer does not have, so nobody can be served there."""

    says = "This computer does not have the address {host}. Use --host 0.0.0.0 for all addresses that it has."
    exit_code = 3


class ServerStopped(ParchiError):
    """The desk's server died again and again."""

    says = (
        "The desk's server stopped by itself, {times} times within a minute, and was not started again. Everything "
        "that was acknowledged is stored. Start it once more; if it stops again, restore the second copy on another "
        "computer."
    )
    exit_code = 4


class TooOften(ParchiError):
    """More requests of one kind from one computer or one login than any person sends."""

    says = "This was asked for too often from here. Wait {seconds} seconds and do it again; nothing was stored."
    http_status = 429


class ServerAway(ParchiError):
    """The desk's worker died while it had a request, and is being started again."""

    says = (
        "The desk stopped for a moment and is starting again. Wait ten seconds, go back and send it once more: a form "
        "that was stored already gives the same slip, never a second one."
    )
    http_status = 503


class ServerBusy(ParchiError):
    """All of the desk's hands have been full for a minute."""

    says = "The desk is too busy and did not take this. Wait a moment and send it again; nothing was stored."
    http_status = 503
