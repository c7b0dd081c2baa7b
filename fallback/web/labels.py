"""What the outcomes of scanned pages and of numbers are called on screens."""

from collections.abc import Mapping

from fallback.web.place import _

LABELS: Mapping[str, str] = {
    # pages
    "unread": "no code could be read",
    "problem": "the page could not be read",
    "foreign": "a code that is not ours",
    "damaged": "a damaged code",
    "wrong_version": "a code of a newer program",
    "forged": "a forged slip: its signature is wrong",
    "unknown_desk": "signed by a desk that was never enrolled",
    "other_hospital": "another hospital's slip",
    "drill": "a drill's slip, or a real one in a drill",
    "number_only": "only the number could be read",
    "pad": "a blank slip to be typed in",
    # what a person says of a page
    "scanned_again": "scanned again",
    "typed_in": "typed in by hand",
    "not_ours": "not our slip",
    "set_aside": "set aside",
    # what became of numbers
    "imported": "imported",
    "voided": "voided",
    "spoiled": "spoiled",
    "unused": "unused",
    "held": "held",
    "failed": "failed",
    "waiting": "waiting",
    "missing": "missing",
}


def called(word: str) -> str:
    """An outcome in the language of this request; the word itself when it has no name here."""
    return _(LABELS.get(word, word))
