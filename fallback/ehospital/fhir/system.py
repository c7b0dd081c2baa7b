"""A FHIR server as we talk to it: what it has under our numbers, what is written there, what it refuses."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from fallback.ehospital import Acknowledgement, Found, Hold, Outcome
from fallback.ehospital.elements import in_words
from fallback.ehospital.fhir.answers import ID, leads_on, matches_of, read_by_batch, subject_of
from fallback.ehospital.fhir.compare import values
from fallback.ehospital.fhir.resources import Resource, batch, replacement, search_token
from fallback.ehospital.fhir.wire import Reply, Transient, Wire
from fallback.errors import ParchiError, Sentence
from fallback.hospital import Hospital, Target
from fallback.slip import Slip

MOST_MATCHES = 50
_GONE = (404, 410)


class Held(Exception):
    """This slip waits for a person, because of `why`, which holds no patient data. `found` is what is there."""

    def __init__(self, why: str, found: Found | None = None, hold: Hold = Hold.OTHER) -> None:
        super().__init__(why)
        self.why, self.found, self.hold = why, found, hold


class System:
    """One server, for one hospital. Everything raises ParchiError where nobody can work with the server now."""

    def __init__(
        self,
        wire: Wire,
        target: Target,
        hospital: Hospital,
        *,
        picture: Callable[[str], bytes] | None,
        now: Callable[[], datetime],
    ) -> None:
        """`picture` gives a page's picture by its SHA-256 (hex)."""
        self.wire, self.target, self.hospital, self.picture, self.now = wire, target, hospital, picture, now
        self.batches = False  # whether its capability statement says that it takes several questions at once
        self._ahead: dict[tuple[str, str], Mapping[str, Any]] = {}

    # --- what is there

    def find(self, slip: Slip) -> Found | None:
        """The slip's visit, by its number."""
        found = self.numbered("Encounter", (self.hospital.slip_system, slip.number.text))
        if not found:
            return None
        return Found(patient=subject_of(found[0]), encounter=str(found[0].get("id", "")), doubled=len(found) > 1)

    def own(self, slip: Slip) -> tuple[Found, Mapping[str, Any], Mapping[str, Any]]:
        """The visit of a slip that was sent, and its patient. Raises Held where it is gone, or there twice."""
        found = self.find(slip)
        if found is None:
            why = "The visit is no longer in the system. Look for it there before anything is sent again."
            raise Held(why, hold=Hold.NOT_THERE)
        self.once_only(found)
        return found, self.read("Encounter", found.encounter, found), self.read("Patient", found.patient, found)

    def once_only(self, found: Found) -> None:
        """Raises Held for a visit that is there twice."""
        if found.doubled:
            why = "The system has this slip's visit more than once. Remove one there by hand."
            raise Held(why, found, Hold.TWO_MATCHES)

    def numbered(self, kind: str, *numbers: tuple[str, str]) -> list[Mapping[str, Any]]:
        """The resources with exactly one of these identifiers; some systems' own search is by part of it."""
        tokens = ",".join(search_token(system, value) for system, value in numbers)
        found, more = self.search(kind, {"identifier": tokens})
        exact = [each for each in found if any(value in values(each, system) for system, value in numbers)]
        if more and len(exact) < 2:
            raise self.wire.not_fhir(why="searching by an identifier finds everything")
        return exact

    def search(self, kind: str, wanted: Mapping[str, str | list[str]]) -> tuple[list[Mapping[str, Any]], bool]:
        """What a search finds on its first page, and whether there is more. Whether it fits is for who asks."""
        reply = self.wire.search(kind, {**wanted, "_count": str(MOST_MATCHES)})
        if reply.status != 200 or reply.body.get("type") != "searchset":
            raise self.wire.not_fhir(Sentence("searching is answered with {status}", status=reply.status))
        found = [each for each in matches_of(reply) if each.get("resourceType") == kind]
        return found, leads_on(reply) or len(found) >= MOST_MATCHES

    def peek(self, kind: str, key: str) -> Mapping[str, Any] | None:
        """One resource by its id, None when it is not there."""
        if ahead := self._ahead.pop((kind, key), None):
            return ahead
        reply = self.wire.get(f"{kind}/{key}") if ID.fullmatch(key) else None
        if reply is not None and reply.status == 200 and reply.body.get("resourceType") == kind:
            return reply.body
        if reply is None or reply.status in _GONE or reply.status < 300:
            return None
        raise self.wire.not_fhir(Sentence("reading a {kind} is answered with {status}", kind=kind, status=reply.status))

    @contextmanager
    def ahead(self, *places: tuple[str, str]) -> Iterator[None]:
        """Reads resources by kind and id in one request, for those who read each of them once, and soon.

        What does not come back so, or as something else, is read by itself.
        """
        asked = [place for place in dict.fromkeys(places) if ID.fullmatch(place[1])]
        if self.batches and len(asked) > 1:
            try:
                reply = self.wire.patiently(lambda: self.wire.once("POST", "", resource=batch(asked)))
                told = read_by_batch(reply)
            except ParchiError:  # whoever says that it can and cannot would stop every import for ever
                told = []
            found = {(str(each["resourceType"]), str(each.get("id"))): each for each in told}
            self.batches = bool(found)
            self._ahead = {place: found[place] for place in asked if place in found}
        try:
            yield
        finally:
            self._ahead = {}

    def read(self, kind: str, key: str, found: Found) -> Mapping[str, Any]:
        """One resource by its id. Raises Held when it is not there: a system may say that it took what it lost."""
        resource = self.peek(kind, key)
        if resource is None:
            why = Sentence(
                "The system says that it took the slip, but does not have this: {kind}.", kind=in_words([kind])
            )
            raise Held(why, found, Hold.NOT_THERE)
        return resource

    def mother(self, slip: Slip) -> str:
        """The id of a newborn's mother, "" for all others. Raises Held where she is not there yet."""
        if slip.mother is None:
            return ""
        found = self.numbered("Encounter", (self.hospital.slip_system, slip.mother.text))
        if len(found) != 1 or not subject_of(found[0]):
            raise Held(why="The mother's slip is not in the system. Import it first, then approve the newborn's again.")
        return subject_of(found[0])

    def page(self, digest: str) -> bytes:
        """A page's picture. Raises Held where it is gone: the slip waits, and the others go on."""
        try:
            return self.picture(digest) if self.picture else b""
        except ParchiError as gone:
            raise Held(str(gone)) from gone

    # --- what is written

    def create(self, bundle: Resource, look: Callable[[], Found | None]) -> Reply | Found:
        """Sends a transaction until there is an answer; before each repetition looks whether it was done already."""
        for pause in (*self.wire.pauses(), None):
            try:
                reply = self.wire.once("POST", "", resource=bundle)
                if reply.status != 409 or pause is None:
                    return reply
                self.wire.wait(Transient(why=""), pause)
            except Transient as failed:
                self.wire.wait(failed, pause)
            if found := look():
                return found
        raise AssertionError("the last attempt returns or raises")

    def replace(self, changes: list[tuple[Resource, str | None]], found: Found) -> Acknowledgement | None:
        """Puts resources in one transaction, each at the version that was read (none: it is new), so that repeating is
        safe; None when that is done.
        """
        if not changes:
            return None
        reply = self.wire.patiently(lambda: self.wire.once("POST", "", resource=replacement(changes)))
        if reply.status in (409, 412):
            why = "It was changed in the system at the same moment. Look there, then approve it again."
            raise Held(why, found, Hold.CHANGED_THERE)
        return self.refusal(reply)

    def put(self, resource: Resource, version: str | None) -> Acknowledgement | None:
        """Puts one resource at its own id, where it is new or still the version that was read; None when it is done."""
        self._ahead = {}
        place = f"{resource['resourceType']}/{resource['id']}"
        reply = self.wire.patiently(lambda: self.wire.once("PUT", place, resource=resource, version=version))
        if reply.status in (409, 412):
            why = "It was changed in the system at the same moment. Look there, then approve it again."
            raise Held(why, hold=Hold.CHANGED_THERE)
        return _refused(reply) if reply.status >= 300 else None

    def refusal(self, reply: Reply) -> Acknowledgement | None:
        """FAILED with the target's words where it refuses a transaction; None where it took it."""
        if reply.status < 300 and reply.body.get("type") == "transaction-response":
            return None
        if reply.status < 300 or reply.status in (404, 405, 501):
            raise self.wire.not_fhir(why="it takes no transactions at its base address")
        return _refused(reply)


def _refused(reply: Reply) -> Acknowledgement:
    words = reply.words or "it gave no reason"
    reason = Sentence("The system refused the slip ({status}): {words}", status=reply.status, words=words)
    return Acknowledgement(outcome=Outcome.FAILED, reason=reason)
