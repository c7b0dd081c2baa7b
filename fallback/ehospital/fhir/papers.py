"""What goes beside a visit: who registered it and who wrote it down, the pictures of its pages, the document."""

from collections.abc import Mapping, Set

from fallback.ehospital import Acknowledgement, Found, Hold
from fallback.ehospital.elements import in_words
from fallback.ehospital.fhir.answers import version_of
from fallback.ehospital.fhir.compare import differences, items
from fallback.ehospital.fhir.consultation import consultation, is_due
from fallback.ehospital.fhir.documents import media_type, page_documents, page_id
from fallback.ehospital.fhir.resources import DRILL_TAG, WITHDRAWN, Resource, encounter, patient, stable_id
from fallback.ehospital.fhir.system import Held, System
from fallback.episode import Episode, learnt_of
from fallback.errors import Sentence
from fallback.hospital import Hospital
from fallback.slip import INDIA, Slip

_ROLES = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_OPERATIONS = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"


def papers(
    system: System, slip: Slip, patient_at: str, visit_at: str, *, but: Set[str] = frozenset()
) -> list[Resource]:
    """What goes beside a visit into its transaction, each at an id that never changes: nothing of it is there twice.

    `patient_at` and `visit_at` are references to both; pages in `but` are left out. Raises Held where a picture is
    gone.
    """
    found = [provenance(slip, system.hospital, visit_at, at=system.now().isoformat(timespec="seconds"))]
    for page in pictures_of(system, slip):
        if page not in but:
            content = system.page(page)
            bytes_of, told = page_documents(page, content, media_type(content), slip, system.hospital)
            told["subject"], told["context"]["encounter"] = {"reference": patient_at}, [{"reference": visit_at}]
            found += [bytes_of, told]
    return found


def complete(
    system: System, slip: Slip, found: Found, before: Slip | None = None, *, fresh: bool = False
) -> Acknowledgement | None:
    """Sees to it that all that goes beside a visit is there, as it should be; None when it is, else what was refused.

    What is missing is put there: a run may have ended between a visit and its document. What differs was changed by the
    hospital's staff, and is held. Pages that came with `before` are there already. `fresh`: all was sent just now.
    """
    earlier = frozenset(pictures_of(system, before)) if before else frozenset()
    for wanted in papers(system, slip, f"Patient/{found.patient}", f"Encounter/{found.encounter}", but=earlier):
        taken_back = wanted | {"status": WITHDRAWN} if wanted["resourceType"] == "DocumentReference" else None
        if refusal := _ensure(system, wanted, found, was=taken_back, fresh=fresh):
            return refusal
    for page in sorted(earlier - frozenset(pictures_of(system, slip))):
        if refusal := take_back(system, slip, page, found):
            return refusal
    return _document(system, slip, found, before)


def take_back(system: System, slip: Slip, page: str, found: Found) -> Acknowledgement | None:
    """Marks a page that is not this visit's, or no longer, as entered in error; its bytes stay where they are."""
    current = system.peek("DocumentReference", page_id(page, slip, system.hospital))
    if current is None or current.get("status") == WITHDRAWN:
        return None
    if current.get("status") != "current":
        why = "A page was changed in the system. Take it off the visit there by hand."
        raise Held(why, found, Hold.CHANGED_THERE)
    return _withdraw(system, dict(current) | {"status": WITHDRAWN}, found)


def take_document_back(system: System, slip: Slip, found: Found) -> Acknowledgement | None:
    """Marks the document of a visit as entered in error, where there is one."""
    current = system.peek("Bundle", stable_id(slip, system.hospital, "document")) if is_due(system, slip) else None
    if current is None:
        return None
    entries = [dict(each) for each in items(current, "entry")]
    reports = [each for each in entries if _kind(each) == "Composition"]
    if all(each["resource"].get("status") == WITHDRAWN for each in reports):
        return None
    for each in reports:
        each["resource"] = dict(each["resource"]) | {"status": WITHDRAWN}
    return _withdraw(system, dict(current) | {"entry": entries}, found)


def pictures_of(system: System, slip: Slip) -> tuple[str, ...]:
    """The pages whose pictures go with a visit, where the target takes any."""
    return learnt_of(slip).pages if system.target.pictures and system.picture is not None else ()


def provenance(slip: Slip, hospital: Hospital, visit: str, *, at: str) -> Resource:
    """Who registered the visit, where and when, and that Parchi wrote it down. `at` is now: for a slip without a time.

    It is of the visit alone: another slip may have made the patient.
    """
    clerk, desk = (slip.clerk, slip.desk) if isinstance(slip, Episode) else ("", "")
    issued = slip.issued.astimezone(INDIA).isoformat() if slip.issued else ""
    source = {"identifier": {"system": hospital.slip_system, "value": slip.number.text}}
    found: Resource = {
        "resourceType": "Provenance",
        "id": stable_id(slip, hospital, "provenance"),
        "target": [{"reference": visit}],
        "recorded": issued or at,
        "activity": {"coding": [{"system": _OPERATIONS, "code": "CREATE", "display": "create"}], "text": "create"},
        "agent": [_agent("assembler", "Assembler", "Parchi", hospital)],
        "entity": [{"role": "source", "what": source}],
    }
    if issued:
        found["occurredDateTime"] = issued
    if desk:
        found["location"] = {"display": desk}
    if clerk:
        found["agent"].insert(0, _agent("enterer", "Enterer", clerk, hospital))
    if slip.drill:
        found["meta"] = {"tag": [dict(DRILL_TAG)]}
    return found


def _agent(code: str, display: str, who: str, hospital: Hospital) -> Resource:
    role = {"coding": [{"system": _ROLES, "code": code, "display": display}], "text": display}
    return {"type": role, "who": {"display": who}, "onBehalfOf": {"display": hospital.name}}


def _document(system: System, slip: Slip, found: Found, before: Slip | None) -> Acknowledgement | None:
    """The document as it should be: made, made anew after a change of ours, or taken back."""
    if not is_due(system, slip):
        return take_document_back(system, before, found) if before else None
    if before and is_due(system, before) and _contents(system, slip) == _contents(system, before):
        return None
    was = before if before and is_due(system, before) else None
    return _ensure(system, consultation(system, slip), found, was=consultation(system, was) if was else None)


def _contents(system: System, slip: Slip) -> tuple[object, ...]:
    """All that a document is made of, without opening a picture: one that was destroyed since is not asked for."""
    return patient(slip, system.hospital), encounter(slip, system.hospital, ""), learnt_of(slip).pages


def _ensure(
    system: System, wanted: Resource, found: Found, *, was: Resource | None = None, fresh: bool = False
) -> Acknowledgement | None:
    """One resource, there as it should be, where it was not there at all or as `was`."""
    kind, key = str(wanted["resourceType"]), str(wanted["id"])
    current = system.peek(kind, key)
    if current is not None:
        # Who registered it may be known better by now; what was said at first stays.
        both = [wanted, current] if fresh or kind != "Provenance" else [_bare(wanted), _bare(current)]
        wrong = differences(both[0], both[1])
        if not wrong:
            return None
        if fresh or was is None or differences(was, current):
            raise _differs(wrong, found, Hold.DIFFERS if fresh else Hold.CHANGED_THERE)
    if refusal := system.put(wanted, None if current is None else version_of(current)):
        return refusal
    if wrong := differences(wanted, system.read(kind, key, found)):
        raise _differs(wrong, found, Hold.DIFFERS)
    return None


def _withdraw(system: System, resource: Resource, found: Found) -> Acknowledgement | None:
    """Puts what is taken back, and reads it back. Raises Held where the system has it as before."""
    if refusal := system.put(resource, version_of(resource)):
        return refusal
    kind = str(resource["resourceType"])
    back = system.read(kind, str(resource["id"]), found)
    reports = [each["resource"] for each in items(back, "entry") if _kind(each) == "Composition"]
    if any(each.get("status") != WITHDRAWN for each in (reports if kind == "Bundle" else [back])):
        why = Sentence("The system did not take this back: {kind}. Take it back there by hand.", kind=in_words([kind]))
        raise Held(why, found, Hold.DIFFERS)
    return None


def _kind(entry: Mapping[str, object]) -> str:
    resource = entry.get("resource")
    return str(resource.get("resourceType")) if isinstance(resource, Mapping) else ""


def _bare(resource: Mapping[str, object]) -> Resource:
    return {name: resource.get(name) for name in ("resourceType", "target", "entity")}


def _differs(wrong: tuple[str, ...], found: Found, hold: Hold) -> Held:
    why = Sentence("The system has the visit, but differs from the slip: {fields}", fields=in_words(wrong))
    return Held(why, found, hold)
