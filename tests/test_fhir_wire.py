"""The line to a FHIR server: who speaks at its other end, how long we listen, and what we never follow."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from fallback.authority import public_key_digest
from fallback.ehospital import Outcome
from fallback.ehospital.fhir import FhirConnector
from fallback.ehospital.fhir.wire import Transient, Wire
from fallback.ehospital.ways import connect as connect_way
from fallback.errors import TargetBusy, TargetChanged, TargetNotFhir, TargetUnreachable
from fallback.hospital import Target
from fallback.rehearsal.target import TestSystem
from tests.backlog import HOSPITAL
from tests.proxy import Proxy, Reply, Trouble, changed, say
from tests.test_ehospital import QUICK, certificate, connect, ok, put, slip, visits


@pytest.fixture(scope="module")
def system() -> Iterator[TestSystem]:
    with TestSystem() as running:
        yield running


@pytest.fixture
def proxy(system: TestSystem) -> Iterator[Proxy]:
    with Proxy(system.url) as running:
        yield running


@contextmanager
def listener(answer: bytes, pause: float) -> Iterator[str]:
    """A server that says one thing to everybody, a byte at a time."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=drip, args=(line,), daemon=True).start()

        def drip(line: socket.socket) -> None:
            with line:
                try:
                    line.recv(65536)
                    for place in range(len(answer)):
                        line.sendall(answer[place : place + 1])
                        time.sleep(pause)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/fhir"


def wire(url: str, **more: Any) -> Wire:
    limits: dict[str, Any] = {"pauses": (0.01,), "timeout": 5.0} | more
    return Wire(url, "token", **limits)


# --- how long we listen


@pytest.mark.parametrize("what", [b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 9000, b"H" * 9000])
def test_a_head_that_never_ends_is_cut(what: bytes) -> None:
    with listener(what, 0.02) as url:
        line = wire(url, timeout=0.4)
        with pytest.raises(TargetUnreachable, match=r"gave no answer in 0\.4 seconds"):
            line.get("metadata")
        line.close()


def test_an_answer_that_is_larger_than_anything_is_not_read_to_its_end() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b" " * 20_000_002
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.recv(65536)
                with pytest.raises(OSError, match=""):
                    while True:
                        line.sendall(endless)

        threading.Thread(target=serve, daemon=True).start()
        reader = wire(f"http://127.0.0.1:{server.getsockname()[1]}/fhir")
        with pytest.raises(TargetNotFhir, match="larger than 20 MB"):
            reader.get("metadata")
        reader.close()


# --- a server that is busy


def in_an_hour() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


@pytest.mark.target
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("told", "least", "most"),
    [("120", 120, 120), ("", 0, 0), ("soon", 0, 0), ("-5", 0, 0), ("9" * 40, 86_400, 86_400), (None, 3500, 3600)],
)
def test_a_busy_server_says_for_how_long(
    system: TestSystem, proxy: Proxy, status: int, told: str | None, least: int, most: int
) -> None:
    waits = in_an_hour() if told is None else told
    proxy.trouble("POST", "", *[say(status, b"", **{"Retry-After": waits})] * 3)
    answer = ok(connect(system, proxy.url).send(slip()), Outcome.UNREACHABLE)
    assert isinstance(answer.error, TargetBusy)
    assert least <= int(str(answer.error.values["seconds"])) <= most
    asked = [each for each in proxy.seen if each.path == "/fhir"]
    assert len(asked) == (1 if most else 3), "it was asked again while it wanted to be left alone"


def test_a_busy_server_that_is_well_again_soon_is_waited_for() -> None:
    line, replies = wire("http://127.0.0.1:9/fhir", sleep=lambda _: None), iter([0, 0])

    def attempt() -> Any:
        later = next(replies, None)
        if later is not None:
            raise Transient(why="busy", later=later)
        return "done"

    with pytest.raises(TargetBusy):
        line.patiently(attempt)
    done: Any = line.patiently(attempt)
    assert done == "done"
    line.close()


# --- who speaks


@pytest.mark.target
def test_the_key_of_a_server_is_pinned_and_stays_with_a_renewed_certificate(system: TestSystem, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    (file, context), (other_file, other) = certificate(tmp_path / "a"), certificate(tmp_path / "b", "other.example")
    with Proxy(system.url, tls=context) as proxy:
        connector = connect(system, proxy.url, authority=file)
        said = connector.identify()
        assert len(said.certificate) == 64
        assert said.certificate != ""
        assert connector.identify() == said
        connector.close()
    with Proxy(system.url, tls=other) as proxy:
        assert connect(system, proxy.url, authority=other_file).identify().certificate != said.certificate
    assert connect(system).identify().certificate == ""
    assert public_key_digest(_der(file)) == said.certificate


def _der(file: Path) -> bytes:
    import ssl

    return ssl.PEM_cert_to_DER_cert(file.read_text())


@pytest.mark.target
def test_another_key_in_the_middle_of_a_run_stops_it_before_anything_is_said(
    system: TestSystem, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    (file, context), (other_file, other) = certificate(tmp_path / "a"), certificate(tmp_path / "b", "other.example")
    both = tmp_path / "both.pem"
    both.write_bytes(file.read_bytes() + other_file.read_bytes())
    with Proxy(system.url, tls=context) as first, Proxy(system.url, tls=other) as second:
        connector = connect(system, first.url, authority=both)
        ok(connector.send(slip()))
        connector._wire.url = second.url  # as if the name led to another machine now
        one = slip()
        answer = ok(connector.send(one), Outcome.UNREACHABLE)
        assert isinstance(answer.error, TargetChanged)
        assert second.seen == []
        assert visits(system, one) == []


@pytest.mark.target
def test_the_organisation_is_asked_for_and_told(system: TestSystem) -> None:
    put(
        system,
        {
            "resourceType": "Organization",
            "name": "Rajdhani General Hospital",
            "identifier": [{"system": "https://facility.ndhm.gov.in", "value": "IN0710000001"}],
        },
    )

    def says(wanted: str) -> str:
        target = replace(system.target, organisation=wanted)
        connector = FhirConnector(target, HOSPITAL, system.token, pauses=QUICK)
        try:
            return connector.identify().organisation
        finally:
            connector.close()

    right = "https://facility.ndhm.gov.in|IN0710000001"
    assert says(right) == right
    assert says("IN0710000001") == "IN0710000001"
    assert says("IN0799999999") == right, "what it says that it serves"
    assert says("https://elsewhere.example|IN0710000001") == right
    assert says("") == ""


@pytest.mark.target
def test_what_a_server_can_do_is_part_of_who_it_is(system: TestSystem, proxy: Proxy) -> None:
    before = connect(system, proxy.url).identify()

    def fewer(body: bytes) -> bytes:
        statement = json.loads(body)
        statement["rest"][0]["resource"] = statement["rest"][0]["resource"][:3]
        return json.dumps(statement).encode()

    def later(body: bytes) -> bytes:
        return json.dumps(json.loads(body) | {"date": "2030-01-01", "text": {"status": "generated"}}).encode()

    proxy.trouble("GET", "/metadata", changed(later), changed(fewer))
    assert connect(system, proxy.url).identify() == before
    assert connect(system, proxy.url).identify().fingerprint != before.fingerprint


# --- what it answers


@pytest.mark.target
@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (say(200, b"<Bundle xmlns='http://hl7.org/fhir'/>", "application/fhir+xml"), "XML"),
        (say(200, b"<Bundle xmlns='http://hl7.org/fhir'/>", "text/plain"), "XML"),
        (say(200, b"<html><h1>Login</h1>", "text/html"), "web page"),
        (say(302, b"", Location="https://elsewhere.example/fhir"), "another address"),
        (say(308, b"{}", Location="/fhir2"), "another address"),
    ],
)
def test_what_is_no_fhir_answer_is_named(system: TestSystem, proxy: Proxy, trouble: Trouble, words: str) -> None:
    proxy.trouble("POST", "", trouble)
    answer = ok(connect(system, proxy.url).send(slip()), Outcome.UNREACHABLE)
    assert isinstance(answer.error, TargetNotFhir)
    assert words in str(answer.error)


@pytest.mark.target
def test_a_redirect_is_not_followed_with_our_token(system: TestSystem, proxy: Proxy) -> None:
    with Proxy(system.url) as elsewhere:
        proxy.always = lambda _request, _forward: Reply(307, b"", headers={"Location": f"{elsewhere.url}"})
        ok(connect(system, proxy.url).send(slip()), Outcome.UNREACHABLE)
        assert elsewhere.seen == []


@pytest.mark.target
def test_no_patient_stands_in_an_address_that_we_ask(system: TestSystem, proxy: Proxy) -> None:
    one = slip(uhid="345678912")
    connector = connect(system, proxy.url)
    connector.typed(one)
    connector.send(one)
    told = [one.number.text, "345678912", "9810012345", "Sunita"]
    assert not [each.path for each in proxy.seen if any(word in each.path for word in told)]


def test_the_way_is_chosen_by_the_kind() -> None:
    target = Target(name="his", url="http://127.0.0.1:9/fhir", test=True)
    way = connect_way(target, HOSPITAL, "token", picture=lambda _digest: b"")
    assert isinstance(way, FhirConnector)
    assert way.target is target
    assert way.abilities.back_dates
    way.close()
