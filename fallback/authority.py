"""The hospital's own small certificate authority: it says which computers on the hospital's network are its desks."""

import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_AUTHORITY_DAYS = 3652
# Phones refuse a longer one, also from an authority that a person has told them to trust.
_SERVER_DAYS = 820
_EARLY = timedelta(days=1)  # a desk whose clock runs behind still takes a certificate of this hour

# What the authority may vouch for. Whoever steals its key cannot pose as a bank to the computers that trust it.
_NETWORKS = (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
    "::1/128", "fc00::/7", "fe80::/10",
)  # fmt: skip
_DOMAINS = ("localhost", "local", "lan", "internal", "home.arpa")

_NETWORK = (ipaddress.IPv4Network, ipaddress.IPv6Network)
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """What a desk shows to a browser: the authority's certificate, its own (both DER), and its private key (PKCS8)."""

    authority: bytes
    certificate: bytes
    key: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """The authority's: see `fingerprint`."""
        return fingerprint(self.authority)

    def covers(self, names: Iterable[str]) -> bool:
        """Whether it holds for all these names and addresses."""
        return set(names) <= set(_named(self.certificate))

    def ends(self) -> datetime:
        """Until when it is valid."""
        return x509.load_der_x509_certificate(self.certificate).not_valid_after_utc

    def files(self, password: bytes) -> tuple[bytes, bytes]:
        """The chain as PEM, and the key as PEM that only the password opens."""
        chain = x509.load_der_x509_certificate(self.certificate).public_bytes(Encoding.PEM)
        key = _key(self.key).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
        return chain, key


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The authority itself: its certificate (DER) and its private key (PKCS8)."""

    certificate: bytes
    key: bytes = field(repr=False)

    @classmethod
    def new(cls, hospital: str, names: Sequence[str], now: datetime) -> Self:
        """Makes one for ten years. `names`, beside addresses of private networks, are all that it may vouch for."""
        private = ec.generate_private_key(ec.SECP256R1())
        called = x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, "Parchi desks"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, (hospital or "Hospital")[:64]),
            ]
        )
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        certificate = (
            _begun(called, called, private.public_key(), now, _AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
            .sign(private, SHA256())
        )
        return cls(certificate=certificate.public_bytes(Encoding.DER), key=_pkcs8(private))

    def may_vouch_for(self, name: str) -> bool:
        """Whether a name or address is within what it was made for."""
        constraints = x509.load_der_x509_certificate(self.certificate).extensions.get_extension_for_class(
            x509.NameConstraints
        )
        permitted = constraints.value.permitted_subtrees or ()
        address = _address(name)
        if address is not None:
            networks = (each.value for each in permitted if isinstance(each, x509.IPAddress))
            return any(address in network for network in networks if isinstance(network, _NETWORK))
        domains = [each.value for each in permitted if isinstance(each, x509.DNSName)]
        return any(name == domain or name.endswith("." + domain) for domain in domains)

    def issue(self, names: Sequence[str], now: datetime) -> ServerCertificate:
        """A certificate for a desk's server, with a key of its own. Names that it may not vouch for are left out."""
        own = x509.load_der_x509_certificate(self.certificate)
        private = ec.generate_private_key(ec.SECP256R1())
        called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Parchi desk server")])
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        subject = [_general(name) for name in dict.fromkeys(names) if self.may_vouch_for(name)]
        key_id = own.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        certificate = (
            _begun(called, own.subject, private.public_key(), now, _SERVER_DAYS, own.not_valid_after_utc)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(subject), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
            .sign(_key(self.key), SHA256())
        )
        return ServerCertificate(
            authority=self.certificate, certificate=certificate.public_bytes(Encoding.DER), key=_pkcs8(private)
        )


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate as it is read aloud: sixteen groups of four, as `3f9a c0d1 ...`."""
    digits = hashlib.sha256(certificate).hexdigest()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def public_key_digest(certificate: bytes) -> str:
    """SHA-256 (hex) of a certificate's public key: it stays when a server's certificate is renewed with its key."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    days: int,
    latest: datetime | None = None,
) -> x509.CertificateBuilder:
    ends = now + timedelta(days=days)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLY)
        .not_valid_after(min(ends, latest) if latest else ends)
    )


def _permitted(names: Sequence[str]) -> list[x509.GeneralName]:
    networks = [ipaddress.ip_network(each) for each in _NETWORKS]
    domains = list(_DOMAINS)
    for name in names:
        address = _address(name)
        if address is None:
            domains.append(name)
        elif not any(address in network for network in networks):
            networks.append(ipaddress.ip_network(address))
    return [
        *(x509.IPAddress(network) for network in dict.fromkeys(networks)),
        *(x509.DNSName(domain) for domain in dict.fromkeys(domains)),
    ]


def _named(certificate: bytes) -> list[str]:
    found = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [str(each.value) for each in found.value]


def _general(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _address(name: str) -> _Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _pkcs8(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _key(pkcs8: bytes) -> ec.EllipticCurvePrivateKey:
    found = load_der_private_key(pkcs8, None)
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's keys are of P-256")
    return found
