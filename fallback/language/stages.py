"""What a slip's places on its way into a system are called, on screens and by the command line."""

from collections.abc import Mapping

STAGE_LABELS: Mapping[str, str] = {
    "read": "read",
    "matched": "whose is it?",
    "ready": "ready",
    "approved": "approved",
    "sending": "sent, no answer yet",
    "confirmed": "in the system",
    "held": "held",
    "failed": "refused",
    "on_return": "on return",
    "void": "void",
}
HOLD_LABELS: Mapping[str, str] = {
    "other": "something else",
    "lacks": "the system needs what the slip lacks",
    "sealed": "a confidential patient",
    "two_matches": "two matches in the system",
    "typed_by_hand": "typed by hand?",
    "changed_there": "changed in the system since",
    "differs": "read back, it is different",
    "not_there": "read back, it is not there",
    "redirected": "answered from somewhere else",
    "conflict": "two versions contradict each other",
    "doubt": "a person looks first",
    "uhid_missing": "the system does not have this UHID",
    "uhid_another": "the system has somebody else under this UHID",
}
STEP_LABELS: Mapping[str, str] = {
    "nothing": "nothing to do",
    "send": "to be sent",
    "update": "to be updated",
    "withdraw": "to be withdrawn",
    "wait": "waits: whose is it?",
}
FACET_LABELS: Mapping[str, str] = {"clinic": "Clinic", "day": "Day", "series": "Desk", "hold": "Why held"}
