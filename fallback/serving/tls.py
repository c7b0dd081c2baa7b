"""The server's side of TLS."""

import secrets
import ssl
from pathlib import Path
from tempfile import TemporaryDirectory

from fallback.authority import ServerCertificate


def context(server: ServerCertificate) -> ssl.SSLContext:
    """TLS 1.2 and 1.3 with a desk's certificate.

    Python takes keys from files alone: what lies there for that moment is encrypted, its password is in memory.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    made.set_alpn_protocols(["http/1.1"])
    password = secrets.token_hex(32)
    with TemporaryDirectory() as name:
        chain, key = Path(name) / "chain.pem", Path(name) / "key.pem"
        for path, content in zip((chain, key), server.files(password.encode()), strict=True):
            path.write_bytes(content)
        made.load_cert_chain(chain, key, password)
    return made
