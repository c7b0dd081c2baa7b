"""One door to every way in: the connector of a hospital system, chosen by its kind in hospital.toml."""

from collections.abc import Callable
from pathlib import Path

from fallback.ehospital import Connector
from fallback.ehospital.beep import BeepConnector
from fallback.ehospital.fhir import FhirConnector
from fallback.ehospital.gnuhealth import GnuHealthConnector
from fallback.ehospital.hl7 import Hl7Connector
from fallback.ehospital.sheet import SheetConnector
from fallback.ehospital.webform import WebFormConnector
from fallback.hospital import Hospital, Target


def connect(
    target: Target,
    hospital: Hospital,
    secret: str = "",
    *,
    authority: Path | None = None,
    picture: Callable[[str], bytes] | None = None,
    keep: Callable[[bytes], str] | None = None,
) -> Connector:
    """The connector of a target. `secret` is its token or password, which is logged nowhere; `authority` a file with
    the hospital's own certificate authority; `picture` gives a page's picture by its SHA-256 (hex);
    `keep` stores a picture of the system's own page as evidence, and gives its SHA-256.

    Raises TargetNotFhir, or what the way itself says of an address or a secret that is none.
    """
    match target.kind:
        case "fhir":
            return FhirConnector(target, hospital, secret, authority=authority, picture=picture)
        case "hl7":
            return Hl7Connector(target, hospital, authority=authority)
        case "gnuhealth":
            return GnuHealthConnector(target, hospital, secret, authority=authority)
        case "web-form":
            return WebFormConnector(target, hospital, keep=keep)
        case "sheet":
            return SheetConnector(target, hospital)
        case "beep":
            return BeepConnector(target, hospital)
        case other:
            raise AssertionError(f"toml_targets.py let a kind through that no way is for: {other}")
