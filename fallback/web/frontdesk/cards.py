"""What a patient's own card, or the hospital's index, puts into the registration form, and what is said of it."""

from datetime import date

from fallback import frontdesk
from fallback.downtime import LookReason
from fallback.errors import Sentence
from fallback.hospital import Hospital
from fallback.idcards import CardKind, Check, IdCard
from fallback.language import format_date
from fallback.patients import IndexedPatient, LookField
from fallback.slip import Sex
from fallback.web.forms import RegistrationForm, blank
from fallback.web.place import _, here, shift, today as this_day, user

LUHN = Sentence("Its check digit does not fit: compare it with the card, and keep it if it is the same.")


def card_form(hospital: Hospital, card: IdCard, today: date) -> RegistrationForm:
    """A new registration with what a card says; what it does not say is left for asking."""
    age = str(today.year - card.birth_year) if card.birth_year else format_date(card.birth_date)
    told = {
        "name": card.name,
        "name_hindi": card.name_hindi,
        "sex": card.sex.value if card.sex else "",
        "age": age,
        "guardian": card.guardian,
        "relation": card.relation.value if card.relation else "",
        "mobile": card.mobile,
        "abha": card.abha,
        "pin_code": card.pin_code,
        "locality": card.locality,
        "shown": shown(card),
    }
    if card.state or card.district:  # the hospital's own district would be wrong
        told |= {"state": str(card.state or ""), "district": card.district}
    return blank(hospital, **{name: text for name, text in told.items() if text or name in ("state", "district")})


def shown(card: IdCard) -> str:
    """The card as the form carries it into the journal: its last four digits and what is known of its signature."""
    return f"{card.last4} {card.check.value}" if card.kind is CardKind.AADHAAR else ""


def card_notice(card: IdCard) -> str:
    """What is said of a card that was scanned."""
    if card.kind is CardKind.ABHA:
        told = _("From the ABHA card. Ask name and age, and complete what is missing.")
        return told if card.luhn else told + " " + _(LUHN)
    told = _("From the Aadhaar, which is not kept: only its last four digits ({last4}) are. Ask name and age.")
    return told.format(last4=card.last4) + " " + _(_SIGNED[card.check])


_SIGNED = {
    Check.GENUINE: Sentence("UIDAI's signature was checked and is genuine."),
    Check.UNCHECKED: Sentence("UIDAI's signature was not checked: no certificate of theirs is installed here."),
    Check.DOUBTFUL: Sentence(
        "Its signature is none of UIDAI's that are installed here: the card may be false. Ask for another."
    ),
}


def index_form(hospital: Hospital, patient: IndexedPatient, today: date) -> RegistrationForm:
    """The visit of a patient whom the index knows, to be confirmed by asking."""
    whole = len(patient.birth) > 4
    age = patient.age_on(today)
    told = {
        "uhid": patient.uhid,
        "name": patient.name,
        "sex": patient.sex.value if patient.sex is not Sex.UNKNOWN else "",
        "age": format_date(date.fromisoformat(patient.birth)) if whole else "" if age is None else str(age),
        "guardian": patient.guardian,
        "locality": patient.locality,
    }
    return blank(hospital, **{name: text for name, text in told.items() if text})


def of_index(uhid: str, reason: LookReason) -> tuple[IndexedPatient, ...]:
    """Whoever has this UHID in the frozen index: a look of this login, written down. Raises as `frontdesk.look_up`."""
    own = shift()
    return frontdesk.look_up(
        here().counter,
        here().index,
        LookField.UHID,
        uhid,
        reason,
        login=user().login,
        today=this_day(),
        series=own.series if own else 0,
        shift=own.key if own else "",
    )
