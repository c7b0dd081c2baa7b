"""A FHIR server that answers anything at all: every act ends in an answer or in a named error, and nothing else."""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from fallback.ehospital import Acknowledgement, Found
from fallback.ehospital.fhir import FhirConnector, resources
from fallback.ehospital.fhir.wire import Reply, Wire
from fallback.episode import Episode, Learnt, Seen
from fallback.errors import ParchiError
from fallback.hospital import Target
from fallback.slip import SlipNumber
from tests.backlog import HOSPITAL, ISSUED, SUNITA

PAGE = "a" * 64
SENT = Episode(
    number=SlipNumber(500, 1),
    issued=ISSUED,
    patient=SUNITA,
    uhid="123456789",
    learnt=Learnt(seen=Seen.SEEN, days=3, pages=(PAGE,)),
)
LEAF = st.none() | st.booleans() | st.integers() | st.sampled_from(["", "1", "Patient/1", "2026-11-23", "secondary"])
NAMES = [
    "id", "identifier", "system", "value", "use", "meta", "tag", "versionId", "code", "subject", "reference", "status",
    "period", "start", "extension", "url", "name", "text", "given", "telecom", "link", "type", "entry", "resource",
    "deceasedDateTime", "serviceType", "coding", "response", "location", "relation",
]  # fmt: skip
ANSWER = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=14,
)
BODY = st.dictionaries(st.sampled_from(NAMES), ANSWER, max_size=8)


class Liar(Wire):
    """Says of every address what it was told to say."""

    def __init__(self, bodies: Callable[[str], Mapping[str, Any]]) -> None:
        super().__init__("http://127.0.0.1:9/fhir", "token", pauses=())
        self.bodies = bodies

    def once(self, method: str, path: str, **_more: Any) -> Reply:
        kind = path.partition("/")[0]
        body: dict[str, Any] = {"resourceType": kind, "id": "1", **self.bodies(kind or "Bundle")}
        if path.endswith("_search"):
            body = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": body}]}
        elif not path:
            body = {"resourceType": "Bundle", "type": "transaction-response", **self.bodies("Bundle")}
        return Reply(status=200, body=body)


ACTS: dict[str, Callable[[FhirConnector], object]] = {
    "send": lambda way: way.send(SENT),
    "confirm": lambda way: way.confirm(SENT, Found(patient="1", encounter="1")),
    "update": lambda way: way.update(SENT, Episode.of(SENT, learnt=Learnt())),
    "withdraw": lambda way: way.withdraw(SENT),
    "link": lambda way: way.link(SENT, Found(patient="1", encounter="1")),
    "typed": lambda way: way.typed(SENT),
    "identify": lambda way: way.identify(),
}


def spoilt(draw: st.DrawFn, resource: dict[str, Any]) -> dict[str, Any]:
    """A right answer with one of its parts, at any depth, replaced by anything."""
    found: dict[str, Any] = copy.deepcopy(resource)
    here: Any = found
    while True:
        places = list(here) if isinstance(here, dict) else list(range(len(here)))
        place = draw(st.sampled_from(places))
        inner = here[place]
        if not isinstance(inner, dict | list) or not inner or draw(st.booleans()):
            here[place] = draw(ANSWER)
            return found
        here = inner


@st.composite
def answers(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """What a server says of each kind of resource."""
    visit = resources.encounter(SENT, HOSPITAL, "Patient/1") | {"id": "1"}
    person = resources.patient(SENT, HOSPITAL) | {"id": "1"}
    if draw(st.booleans()):
        visit["identifier"][0]["use"] = "secondary"
    return {
        "Encounter": draw(st.one_of(BODY, st.just(spoilt(draw, visit)), st.just(visit))),
        "Patient": draw(st.one_of(BODY, st.just(spoilt(draw, person)), st.just(person))),
        "": draw(BODY),
    }


@pytest.fixture(scope="module")
def way() -> Iterator[FhirConnector]:
    target = Target(name="t", url="http://127.0.0.1:9/fhir", test=True, pictures=True, documents=True, organisation="1")
    found = FhirConnector(target, HOSPITAL, "token", picture=lambda _digest: b"\xff\xd8\xff")
    found.close()
    found._wire = found._system.wire = Liar(lambda _kind: {})
    yield found
    found.close()


@pytest.mark.parametrize("act", list(ACTS))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(said=answers())
def test_whatever_it_answers_the_act_ends_in_words(
    way: FhirConnector, act: str, said: dict[str, dict[str, Any]]
) -> None:
    liar = way._wire
    assert isinstance(liar, Liar)
    liar.bodies = lambda kind: said.get(kind, said[""])
    try:
        answer = ACTS[act](way)
    except ParchiError:
        answer = None
    if isinstance(answer, Acknowledgement):
        assert answer.reason or answer.encounter or act == "withdraw"
