"""Three systems behind one face: how we reach each, what plain posts of the same cost, and what it has in the end."""

import json
import socket
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from fallback.ehospital import Connector
from fallback.ehospital.fhir import FhirConnector
from fallback.ehospital.fhir.resources import birth_date
from fallback.ehospital.gnuhealth import GnuHealthConnector
from fallback.ehospital.gnuhealth.records import SEXES
from fallback.ehospital.gnuhealth.wire import Tryton
from fallback.ehospital.hl7 import Hl7Connector, messages as hl7_messages
from fallback.hospital import Target
from fallback.rehearsal.target import TestSystem
from fallback.slip import AgeUnit, Slip
from tests.backlog import HOSPITAL
from tests.targets.bridge import PATIENTS, Bridge
from tests.targets.gnuhealth import GnuHealth

PATIENCE = 2.0  # seconds for one answer
_PAUSES = (0.05, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Seen:
    """One visit as a system has it: whose (the system's id), and what is said of them."""

    patient: str
    name: frozenset[str]
    sex: str
    born: str
    mobile: str
    came: str


def told(slip: Slip, patient: str = "", *, born: str | None = None, sex: str | None = None) -> Seen:
    """The same of a slip."""
    who, came = slip.patient, slip.issued
    name = frozenset(f"{who.name} {who.name_hindi}".split())
    return Seen(
        patient,
        name,
        who.sex.value if sex is None else sex,
        birth_date(slip) if born is None else born,
        who.mobile,
        came.astimezone(UTC).isoformat() if came else "",
    )


class System(ABC):
    """One target. `port` is where it listens; a connector may be told another: a line's that stands before it."""

    name: str
    mllp = False

    port: int
    secret = ""

    @abstractmethod
    def target(self, port: int) -> Target:
        """It, as hospital.toml would name it."""

    @abstractmethod
    def bare(self, slips: list[Slip]) -> None:
        """Plain posts of what those slips are sent as: nothing is looked for, read back or written down."""

    @abstractmethod
    def seen(self) -> dict[str, list[Seen]]:
        """Every visit there by slip number, read past our connectors."""

    def expected(self, slip: Slip) -> Seen:
        """What it should have of a slip; whose visit it is is compared elsewhere."""
        return told(slip)


def connector(target: Target, secret: str) -> Connector:
    """The way into a target as the bench takes it: less patient than usual, else as it is."""
    match target.kind:
        case "fhir":
            return FhirConnector(target, HOSPITAL, secret, timeout=PATIENCE, pauses=_PAUSES)
        case "hl7":
            return Hl7Connector(target, HOSPITAL, timeout=PATIENCE, pauses=_PAUSES)
        case _:
            return GnuHealthConnector(target, HOSPITAL, secret, timeout=PATIENCE)


class Sekmet(System):
    """A FHIR R4 server."""

    name = "SEKMET"

    def __init__(self, system: TestSystem) -> None:
        self._system, self.secret = system, system.token
        self.port = int(system.url.rpartition(":")[2].split("/")[0])

    def target(self, port: int) -> Target:
        """It, behind a port."""
        return replace(self._system.target, name="sekmet", url=self._system.url.replace(str(self.port), str(port)))

    def bare(self, slips: list[Slip]) -> None:
        """Each resource by a POST of its own."""
        way = connector(self.target(self.port), self.secret)
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/fhir+json"}
        made: dict[str, str] = {}
        with httpx.Client(headers=headers, trust_env=False, timeout=30) as client:
            for slip in slips:
                names = {}
                for entry in way.preview(slip)["entry"]:
                    kind, person = entry["resource"]["resourceType"], slip.person
                    urn = entry.get("fullUrl", kind)
                    if kind == "Patient" and person in made:
                        names[urn] = made[person]
                        continue
                    text = json.dumps(entry["resource"])
                    for each, reference in names.items():
                        text = text.replace(each, reference)
                    answer = client.post(f"{self._system.url}/{kind}", content=text)
                    answer.raise_for_status()
                    names[urn] = f"{kind}/{answer.json()['id']}"
                    if kind == "Patient":
                        made[person] = names[urn]
        way.close()

    def seen(self) -> dict[str, list[Seen]]:
        """Every visit there."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        return _fhir(self._system.url, headers, HOSPITAL.slip_system)


class BridgeSystem(System):
    """HL7 into a bridge; what it has is read from the server behind."""

    name, mllp = "HL7 bridge", True

    def __init__(self, bridge: Bridge, behind: TestSystem) -> None:
        self._bridge, self._behind, self.port = bridge, behind, bridge.port

    def target(self, port: int) -> Target:
        """It, behind a port."""
        return replace(self._bridge.target, url=f"mllp://127.0.0.1:{port}")

    def bare(self, slips: list[Slip]) -> None:
        """Each message, one after the other."""
        target = self.target(self.port)
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            for slip in slips:
                line.sendall(b"\x0b" + hl7_messages.register(slip, HOSPITAL, target).encode() + b"\x1c\r")
                answer = b""
                while b"\x1c\r" not in answer:
                    answer += line.recv(65_536)

    def seen(self) -> dict[str, list[Seen]]:
        """Every visit there."""
        return _fhir(self._behind.url, {}, PATIENTS)


class Gnu(System):
    """GNU Health by its own JSON-RPC."""

    name = "GNU Health"

    def __init__(self, system: GnuHealth) -> None:
        self._system, self.secret = system, system.password
        self.port = int(system.url.rpartition(":")[2])

    def target(self, port: int) -> Target:
        """It, behind a port."""
        return replace(self._system.target, url=f"http://127.0.0.1:{port}")

    def _wire(self) -> Tryton:
        return Tryton(self._system.url, self._system.database, self._system.login, self._system.password, timeout=300)

    def bare(self, slips: list[Slip]) -> None:
        """Each record by a call of its own."""
        way, wire = connector(self.target(self.port), self.secret), self._wire()
        made: dict[str, int] = {}
        for slip in slips:
            records = way.preview(slip)
            if slip.person not in made:
                party = records["party.party"] | {"activation_date": slip.visit_day}
                (key,) = wire.call("model.party.party.create", [party])
                (made[slip.person],) = wire.call("model.gnuhealth.patient.create", [{"party": key}])
            visit = records["gnuhealth.appointment"] | {"patient": made[slip.person]}
            visit |= {"appointment_date": slip.issued, "checked_in_date": slip.issued}
            wire.call("model.gnuhealth.appointment.create", [visit])
        way.close()
        wire.close()

    def seen(self) -> dict[str, list[Seen]]:
        """Every visit there."""
        wire, party = self._wire(), "patient.party"
        fields = ["name", "patient", "appointment_date", f"{party}.contact_mechanisms.value"]
        fields += [f"{party}.{name}" for name in ("name", "lastname", "gender", "dob", "est_years")]
        found: dict[str, list[Seen]] = defaultdict(list)
        for each in wire.read("gnuhealth.appointment", [], fields, limit=1_000_000):
            who = each["patient."]["party."]
            name = frozenset(f"{who['name']} {who['lastname'] or ''}".split())
            born = who["dob"].isoformat() if who["dob"] else str(who["est_years"])
            mobiles = [one["value"] for one in who["contact_mechanisms."]]
            came = each["appointment_date"].astimezone(UTC).isoformat()
            told = Seen(str(each["patient"]), name, who["gender"], born, "".join(mobiles), came)
            found[str(each["name"])].append(told)
        wire.close()
        return found

    def expected(self, slip: Slip) -> Seen:
        """An age is kept as years there, and a name in one script."""
        who = slip.patient
        born = who.birth_date.isoformat() if who.birth_date else ""
        if who.age:
            years = {AgeUnit.YEARS: who.age.value, AgeUnit.MONTHS: who.age.value // 12, AgeUnit.DAYS: 0}
            born = str(years[who.age.unit])
        return replace(told(slip, born=born, sex=SEXES[who.sex]), name=frozenset((who.name or who.name_hindi).split()))


def _fhir(url: str, headers: dict[str, str], system: str) -> dict[str, list[Seen]]:
    patients = {each["id"]: each for each in _all(url, headers, "Patient")}
    found: dict[str, list[Seen]] = defaultdict(list)
    for visit in _all(url, headers, "Encounter"):
        key = visit["subject"]["reference"].rpartition("/")[2]
        who = patients[key]
        words = [f"{n.get('text', '')} {n.get('family', '')} {' '.join(n.get('given', []))}" for n in who["name"]]
        mobile = "".join(each["value"] for each in who.get("telecom", []))
        came = _utc(visit["period"]["start"])
        told = Seen(key, frozenset(" ".join(words).split()), who["gender"], who.get("birthDate", ""), mobile, came)
        for each in visit["identifier"]:
            if each["system"] == system:
                found[each["value"]].append(told)
    return found


def _utc(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()


def _all(url: str, headers: dict[str, str], kind: str) -> Iterator[dict[str, Any]]:
    with httpx.Client(headers=headers, trust_env=False, timeout=120) as client:
        address = f"{url}/{kind}?_count=500"
        while address:
            bundle = client.get(address).raise_for_status().json()
            yield from (entry["resource"] for entry in bundle.get("entry", []))
            address = next((each["url"] for each in bundle.get("link", []) if each["relation"] == "next"), "")


def started(folder: Path, names: set[str]) -> Iterator[System]:
    """The systems of those names, each started when its turn comes and ended after it."""
    if Sekmet.name in names:
        with TestSystem(folder / "sekmet") as fhir:
            yield Sekmet(fhir)
    if BridgeSystem.name in names:
        with (
            TestSystem(folder / "behind", lets_all_in=True) as behind,
            Bridge(folder / "bridge", behind.url) as bridge,
        ):
            yield BridgeSystem(bridge, behind)
    if Gnu.name in names:
        with GnuHealth(folder / "gnuhealth") as gnu:
            yield Gnu(gnu)
