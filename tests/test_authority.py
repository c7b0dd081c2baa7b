"""The hospital's authority: what it vouches for, and what nobody could make a browser believe with it."""

import hashlib
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from fallback.authority import Authority, ServerCertificate, _begun, _key, fingerprint
from fallback.serving import tls

NOW = datetime.now(UTC)
NAMES = ["10.0.0.5", "opd-1", "opd-1.local", "192.0.2.9", "fd00::5"]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.new("राजधानी Hospital", NAMES, NOW)


def shake(server: ServerCertificate, name: str, trusted: bytes) -> None:
    """A TLS handshake as a browser does it; raises when it does not believe."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        thread = threading.Thread(target=_serve, args=(server, theirs))
        thread.start()
        try:
            ssl.create_default_context(cadata=trusted).wrap_socket(ours, server_hostname=name).close()
        finally:
            ours.close()
            thread.join()


def _serve(server: ServerCertificate, sock: socket.socket) -> None:
    with suppress(OSError):
        tls.context(server).wrap_socket(sock, server_side=True).close()


@pytest.mark.parametrize("name", NAMES)
def test_a_browser_that_trusts_it_believes_the_desk(authority: Authority, name: str) -> None:
    server = authority.issue(NAMES, NOW)
    assert server.covers(NAMES)
    shake(server, name, authority.certificate)


def test_others_are_not_believed(authority: Authority) -> None:
    server = authority.issue(NAMES, NOW)
    stranger = Authority.new("Other", NAMES, NOW)
    for trusted, name in ((stranger.certificate, NAMES[0]), (authority.certificate, "10.0.0.6")):
        with pytest.raises(ssl.SSLCertVerificationError):
            shake(server, name, trusted)


def test_it_issues_for_the_hospitals_network_alone(authority: Authority) -> None:
    assert authority.may_vouch_for("opd-1") and authority.may_vouch_for("desk.opd-1.local")
    assert authority.may_vouch_for("172.16.3.4") and authority.may_vouch_for("192.0.2.9")
    for name in ("bank.example", "192.0.2.10", "8.8.8.8", "xopd-1", "2001:db8::1", ""):
        assert not authority.may_vouch_for(name)
    assert not authority.issue([*NAMES, "bank.example"], NOW).covers(["bank.example"])


@pytest.mark.parametrize("name", ["bank.example", "8.8.8.8"])
def test_whoever_steals_it_cannot_pose_as_a_bank(authority: Authority, name: str) -> None:
    good = authority.issue(NAMES, NOW)
    key = _key(good.key)
    general = x509.DNSName(name) if "bank" in name else x509.IPAddress(ip_address(name))
    issuer = x509.load_der_x509_certificate(authority.certificate).subject
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A bank")])
    forged = (
        _begun(subject, issuer, key.public_key(), NOW, 30)
        .add_extension(x509.SubjectAlternativeName([general]), critical=False)
        .sign(_key(authority.key), SHA256())
    )
    server = ServerCertificate(
        authority=authority.certificate, certificate=forged.public_bytes(Encoding.DER), key=good.key
    )
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shake(server, name, authority.certificate)


def test_what_a_certificate_says_of_itself(authority: Authority) -> None:
    own = x509.load_der_x509_certificate(authority.certificate)
    constraints = own.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    assert own.not_valid_after_utc > NOW + timedelta(days=3650)
    server = authority.issue(NAMES, NOW)
    assert NOW + timedelta(days=800) < server.ends() < NOW + timedelta(days=825)  # phones refuse more
    late = own.not_valid_after_utc - timedelta(days=10)
    assert authority.issue(NAMES, late).ends() == own.not_valid_after_utc


def test_the_fingerprint_is_read_aloud_and_is_what_certutil_says(authority: Authority) -> None:
    words = fingerprint(authority.certificate).split(" ")
    assert [len(word) for word in words] == [4] * 16
    assert "".join(words) == hashlib.sha256(authority.certificate).hexdigest()


def test_keys_are_shown_nowhere(authority: Authority) -> None:
    server = authority.issue(NAMES, NOW)
    for shown in (repr(authority), repr(server)):
        assert "key" not in shown
    _, key = server.files(b"a password")
    assert key.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY")
