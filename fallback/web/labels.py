"""What the outcomes of scanned pages and of numbers are called on screens."""

from fallback.language.stages import FACET_LABELS, HOLD_LABELS, STAGE_LABELS, STEP_LABELS
from fallback.web.place import _

LABELS: dict[str, str] = {
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
    "doubtful": "read; some boxes are doubtful",
    # where pages ended
    "page read": "read",
    "page repeat": "repeats",
    "page foreign": "foreign",
    "page forged": "forged",
    "page blank": "blank",
    "page needs_eyes": "need eyes",
    # what the worklist asks for, in short
    "work pad_ready": "Slips to be made",
    "work damaged": "A number, no record",
    "work unread": "Nothing read",
    "work marks": "Doubtful boxes",
    "work pad_differs": "Two readings differ",
    "work pad_second": "Pads, second reading",
    "work pad": "Pads to be typed in",
    "work problem": "Could not be opened",
    "work revoked": "Sheets of revoked desks",
    "work forged": "Forged",
    "work foreign": "Not our code",
    # and as a question
    "ask pad_ready": "Two people agree: make the slip",
    "ask damaged": "A number without its record: whose page is it?",
    "ask unread": "Nothing could be read: whose page is it?",
    "ask marks": "Which of these boxes are ticked?",
    "ask pad_differs": "Two people read this differently: which is right?",
    "ask pad_second": "Read once more who this is",
    "ask pad": "A blank slip filled in by pen: type it in",
    "ask problem": "This page could not be opened",
    "ask revoked": "A sheet signed with a key in strange hands: do you know the signatures on it?",
    "ask forged": "The signature is wrong: what is this?",
    "ask foreign": "A code that is not ours: what is this?",
    # whose slip it is
    "ask match who": "Whose slip is this?",
    "ask match second": "Look once more: whose slip is this?",
    "ask match differs": "Two people differ: whose slip is this?",
    "ask match patient": "The patient was asked: whose slip is this?",
    "match same": "the same person",
    "match new": "a new person",
    "match ask": "ask the patient",
    "match left who": "nobody has looked",
    "match left second": "need a second person",
    "match left differs": "two people differ",
    "match left patient": "patients to be asked",
    # what a person says of a page
    "scanned_again": "scanned again",
    "typed_in": "typed in by hand",
    "not_ours": "not our slip",
    "set_aside": "set aside",
    "belongs": "given to a slip",
    "blank": "nothing on it",
    "marks": "boxes answered",
    "too_damaged": "too damaged",
    "vouched": "vouched for",
    "first": "typed in",
    "second": "read once more",
    "chosen": "chosen",
    # why a page or a blank brings nothing
    "torn": "torn",
    "wet or stained": "wet or stained",
    "too faint": "too faint",
    "cut off by the scanner": "cut off by the scanner",
    "crossed out by pen": "crossed out by pen",
    "written on the wrong patient": "written on the wrong patient",
    "ask a supervisor": "ask a supervisor",
    "ask the clinic": "ask the clinic",
    # who decided where a slip belongs
    "decided rule": "the matcher",
    "decided person": "a person",
    # departments that every hospital has
    "Laboratory": "Laboratory",
    "X-ray": "X-ray",
    "Blood bank": "Blood bank",
    "Pharmacy": "Pharmacy",
    # what became of numbers
    "imported": "imported",
    "on_return": "on return",
    "voided": "voided",
    "spoiled": "spoiled",
    "unused": "unused",
    "held": "held",
    "failed": "failed",
    "waiting": "waiting",
    "missing": "missing",
    # whether a patient was seen, who says so, and what the doctor ticked
    "seen seen": "seen",
    "seen not_seen": "not seen",
    "seen unknown": "nobody says",
    "by nurse": "the nurse",
    "by day_sheet": "the clinic's day sheet",
    "by copy": "the hospital copy",
    "told admitted": "admitted",
    "told referred": "referred",
    "told investigations": "investigations asked",
    "told medico_legal": "medico-legal",
    # how an account stands
    "account open": "open",
    "account ready": "nothing is left: sign it",
    "account closed": "closed and signed",
    "account changed": "changed after it was signed",
    # an Aadhaar that was scanned
    "card genuine": "signature checked",
    "card unchecked": "signature not checked",
    "card doubtful": "signature is none of UIDAI's",
    # figures of sheets that came back
    "box copies": "copies in the boxes",
    "day slips": "ticked tokens that have a slip",
    "day copies": "ticked tokens whose copy is back",
    "shift issued": "slips issued",
    "shift voids": "void slips",
    "shift first": "first number",
    "shift last": "last number",
    "shift receipts": "receipts",
    "shift taken": "fees received, ₹",
}
for _kind, _labels in (("stage", STAGE_LABELS), ("hold", HOLD_LABELS), ("step", STEP_LABELS), ("facet", FACET_LABELS)):
    LABELS |= {f"{_kind} {_name}": _says for _name, _says in _labels.items()}


def called(word: str) -> str:
    """An outcome in the language of this request; the word itself when it has no name here."""
    return _(LABELS.get(word, word))
