"""A counter (laboratory, pharmacy, ward): reads a slip by its paper alone, and says what was done there."""

from dataclasses import dataclass

from fallback import payload, wedge
from fallback.errors import (
    CodeNotGenuine,
    DeskNotMet,
    DoneAlready,
    FieldWrong,
    NotDone,
    PayloadWrong,
    SlipIsVoid,
    SlipNumberWrong,
)
from fallback.frontdesk.counter import Counter
from fallback.hospital import ServiceCounter
from fallback.keys import PublicKeys
from fallback.language import format_moment
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import doubts, services
from fallback.ledger.writer import Transaction
from fallback.payload import CodeOutcome, Decoded
from fallback.reconcile import Verdict, verdict
from fallback.slip import NUMBER_LENGTH, TUBE_LENGTH, Kind, Sample, SlipNumber, digits_of, number_on

_LONGEST = 1200  # signs: a QR has at most 512 digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What was scanned at a counter: whose it is; `digest` (hex) of the code's record, "" where only bars were read.

    `keyboard` is the layout of this computer that was wrong and put right ("": none was; see `wedge`).
    """

    number: SlipNumber
    digest: str = ""
    keyboard: str = ""


def read_slip(counter: Counter, keys: PublicKeys, typed: str, *, by: str) -> Scanned:
    """Reads a slip's code, or the number on it or on a sticker; needs no downtime, no shift, no desk on this computer.

    A genuine record that the journal did not have joins it: the counter's copy may be the last that is left. Raises
    FieldWrong, SlipNumberWrong, CodeNotGenuine, DeskNotMet and PayloadWrong.
    """
    digits, keyboard = _meant(typed)
    if not payload.looks_like_payload(digits):
        return Scanned(number=number_on(digits), keyboard=keyboard)
    decoded = _genuine(payload.judge(digits, keys))
    if decoded.slip.drill != counter.drill:
        raise CodeNotGenuine(why="it belongs to another hospital, or to a drill")
    counter.ledger.write(lambda tx: _take(tx, decoded, payload.from_digits(digits), by))
    return Scanned(number=decoded.slip.number, digest=decoded.digest.hex(), keyboard=keyboard)


def do(
    counter: Counter,
    number: SlipNumber,
    at: ServiceCounter,
    what: str,
    *,
    paper: str = "",
    by: str,
    again: bool = False,
) -> None:
    """Journals that a counter did something for a slip; `paper` is the digest (hex) of what was scanned.

    A number that nothing is known of here is taken, too: a tube brings no more than its bars. Raises SlipIsVoid,
    DoneAlready unless `again`, and FieldWrong for what this counter does not do.
    """
    _needs(at, what)

    def job(tx: Transaction) -> None:
        row = queries.slip(tx.db, number)
        if row is not None and row.voided:
            raise SlipIsVoid(number=number.grouped)
        before = services.standing(services.of_slip(tx.db, number)).get((at.name, what))
        if before is not None and not again:
            told = format_moment(before.at)
            raise DoneAlready(what=what, number=number.grouped, at=told, login=before.login)
        digest = paper if paper in _papers(tx, number) else ""
        content: dict[str, object] = {"number": number.text, "digest": digest, "counter": at.name, "what": what}
        if before is not None:
            content["again"] = True
        tx.append(FactKind.SERVICE_DONE, content, by=by)

    counter.ledger.write(job)


def undo(counter: Counter, number: SlipNumber, at: ServiceCounter, what: str, reason: str, *, by: str) -> None:
    """Journals that something is not done after all. Raises NotDone, and FieldWrong for what is not done there."""
    _needs(at, what)

    def job(tx: Transaction) -> None:
        last = services.standing(services.of_slip(tx.db, number)).get((at.name, what))
        if last is None:
            raise NotDone(what=what, number=number.grouped)
        content: dict[str, object] = {"number": number.text, "counter": at.name, "what": what, "reason": reason}
        if last.again:
            content["again"] = True
        tx.append(FactKind.SERVICE_UNDONE, content, by=by)

    counter.ledger.write(job)


def _meant(typed: str) -> tuple[str, str]:
    """The digits of a code or a number, and the keyboard that was wrong. Raises FieldWrong for all that is neither."""
    why = "Scan the slip's code, or type the 11 digits of its number."
    wanted = wedge.cleaned(typed[: _LONGEST + 1])
    if not wanted or len(wanted) > _LONGEST:
        raise FieldWrong(field="typed", why=why)
    for text, keyboard in ((wanted, ""), *((each.text, each.keyboard) for each in wedge.undone(wanted))):
        digits = digits_of(text) or ""
        half = len(digits) // 2
        if len(digits) >= 2 * NUMBER_LENGTH and digits[:half] == digits[half:]:
            digits = digits[:half]  # the same code, scanned twice before anybody looked up
        if len(digits) == NUMBER_LENGTH or _is_sticker(digits) or payload.looks_like_payload(digits):
            return digits, keyboard
    plain = digits_of(wanted)  # what it is instead is said, and an Aadhaar number is not said back
    raise FieldWrong(field="typed", why=(wedge.of_digits(plain) if plain else wedge.of_text(wanted)) or why)


def _is_sticker(digits: str) -> bool:
    try:
        return len(digits) == NUMBER_LENGTH + TUBE_LENGTH and bool(Sample.parse(digits))
    except SlipNumberWrong:
        return False


def _needs(at: ServiceCounter, what: str) -> None:
    if what not in at.what:
        raise FieldWrong(field="what", why="Choose one from the list.")


def _papers(tx: Transaction, number: SlipNumber) -> dict[str, int]:
    """The digests (hex) of all papers of a number that are known here, a blank's too, each with its revision."""
    blank = queries.pad_payload(tx.db, number)
    return queries.digests(tx.db, number) | ({payload.digest(blank).hex(): 0} if blank is not None else {})


def _genuine(judged: payload.Judged) -> Decoded:
    match judged.outcome:
        case CodeOutcome.GENUINE if judged.decoded is not None and judged.decoded.slip.kind is not Kind.SHIFT:
            return judged.decoded
        case CodeOutcome.GENUINE:
            raise PayloadWrong(why="it belongs to a poster, a desk's card or a list, not to a patient")
        case CodeOutcome.FORGED:
            raise CodeNotGenuine(why="its signature is not that of the desk it names")
        case CodeOutcome.UNKNOWN_DESK:
            raise DeskNotMet()
        case CodeOutcome.OTHER_HOSPITAL:
            raise CodeNotGenuine(why="it belongs to another hospital, or to a drill")
        case CodeOutcome.WRONG_VERSION:
            raise PayloadWrong(why="it was printed by a newer version of this program")
        case _:
            raise PayloadWrong(why="it is damaged, or was not scanned whole")


def _take(tx: Transaction, decoded: Decoded, signed: bytes, by: str) -> None:
    """Journals a record that the ledger did not have, as a scan of its page would; of a conflict both are kept."""
    slip, digest = decoded.slip, decoded.digest.hex()
    known = _papers(tx, slip.number)
    sheet = doubts.is_on_a_sheet(tx.db, slip.number, signer=slip.signer, revision=slip.revision, kind=slip.kind)
    revoked = doubts.is_revoked(tx.db, slip.signer) and not sheet
    found = verdict(slip, digest, known, drill=slip.drill, revoked=revoked)
    if found is Verdict.SAME_AGAIN:
        return
    content: dict[str, object] = {"slip": slip.record(), "digest": digest, "cut": list(decoded.cut)}
    if found is Verdict.REVOKED:
        content["revoked"] = True
    tx.append(FactKind.SLIP_READ, content, payload=signed, series=slip.number.series, by=by)
