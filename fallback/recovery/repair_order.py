"""The repair order on paper: both patients, everything that was sent, the system's own steps, and who was told."""

from datetime import datetime

from fallback.errors import SlipNumberWrong
from fallback.hospital import Hospital
from fallback.language import format_date, format_moment
from fallback.ledger import queries
from fallback.ledger.queries import Database
from fallback.ledger.queries.after import Repair
from fallback.printing import Column, Report, Table, render_report
from fallback.printing.fields import age_sex
from fallback.printing.labels import spoken
from fallback.recovery.repairs import steps_of
from fallback.slip import SlipNumber

_TITLE = spoken("Repair order: a visit stands under the wrong patient")
_WHAT, _VALUE = spoken("What"), spoken("Value")
_STEPS, _STEP, _DONE = spoken("How it is taken apart in the system"), spoken("Step"), spoken("Done: signature")
_TOLD, _WHO, _NOTE, _WHEN = spoken("Who was told"), spoken("Who"), spoken("Note"), spoken("When")
_SENT = spoken("What the system has of it")
_OF_IT = {
    "uhid": spoken("UHID"),
    "patient": spoken("Patient's record"),
    "encounter": spoken("Visit"),
    "revision": spoken("Version of the slip"),
    "at": _WHEN,
}
_SLIP, _PATIENT, _VISIT = spoken("Slip number"), spoken("Patient as registered"), spoken("Visit")
_WRONG, _RIGHT, _WHY = spoken("Stands under"), spoken("Belongs to"), spoken("Why")
_NEW = spoken("a patient who is new there")
_HIDDEN = spoken("confidential: the supervisor knows")
_BY_HAND = spoken("Ask the hospital's IT staff how a visit is taken off a patient in this system.")
_LAST = spoken("Look in the system that the visit stands under the right patient alone, then confirm it in Parchi.")


def repair_pdf(db: Database, order: Repair, hospital: Hospital) -> bytes:
    """The order as PDF. It is for the hospital's own team, and names the patient as the slip does."""
    row = queries.slip(db, order.number)
    slip = row.slip if row else None
    patient = ""
    if slip is not None:
        patient = _HIDDEN.both if slip.sealed else f"{slip.patient.name} · {age_sex(slip.patient)}"
    clinic = hospital.clinic(slip.visit.clinic) if slip else None
    visit = f"{format_date(slip.visit_day)} · {clinic.shown if clinic else '?'}" if slip else "?"
    facts = [
        (_SLIP.both, order.number.grouped),
        (_PATIENT.both, patient),
        (_VISIT.both, visit),
        (_WRONG.both, said(order.wrong)),
        (_RIGHT.both, said(order.right) or _NEW.both),
        (_WHY.both, order.reason),
    ]
    has = dict(order.sent)
    if has.get("at"):
        has["at"] = format_moment(datetime.fromisoformat(has["at"]))
    sent = [(says.both, str(has[name])) for name, says in _OF_IT.items() if has.get(name)]
    steps = [*(order.steps or steps_of(hospital, order.target) or (_BY_HAND.both,)), _LAST.both]
    told = [(each.who, each.note, format_moment(datetime.fromisoformat(each.at))) for each in order.told]
    return render_report(
        Report(
            title=_TITLE.both,
            subtitle=(f"{hospital.name} · {order.target}", f"{format_moment(datetime.fromisoformat(order.at))}"),
            tables=[
                Table(title=_WHAT.both, columns=[Column(_WHAT.both, 1.0), Column(_VALUE.both, 2.6)], rows=facts),
                Table(title=_SENT.both, columns=[Column(_WHAT.both, 1.0), Column(_VALUE.both, 2.6)], rows=sent),
                Table(
                    title=_STEPS.both,
                    columns=[Column(_STEP.both, 3.0), Column(_DONE.both, 1.2)],
                    rows=[(f"{place}. {step}", "") for place, step in enumerate(steps, 1)],
                ),
                Table(
                    title=_TOLD.both,
                    columns=[Column(_WHO.both, 1.4), Column(_NOTE.both, 1.8), Column(_WHEN.both, 0.9)],
                    rows=[*told, *[("", "", "")] * 4],
                ),
            ],
            footer=f"{order.number.grouped} · {order.target} · {order.login}",
        )
    )


def said(person: str) -> str:
    """A person of an order as people say it: a UHID, a slip number in groups, or the system's own number."""
    if person.startswith("uhid:"):
        return f"UHID {person.removeprefix('uhid:')}"
    try:
        return SlipNumber.parse(person).grouped if person else ""
    except SlipNumberWrong:
        return person
