"""Every sheet but the slip: made from the journal, signed by a desk or the hospital, ready to be printed."""

from datetime import date, datetime

from fallback import payload
from fallback.downtime import Shift, shift_ordinal
from fallback.errors import (
    DeskNotUsable,
    FieldWrong,
    ReceiptMissing,
    Sentence,
    ShiftStillOpen,
    ShiftUnknown,
    SlipIsVoid,
    SlipUnknown,
)
from fallback.frontdesk.counter import Counter, Issued, printed
from fallback.hospital import STICKER_SHEETS, ServiceCounter
from fallback.keys import Certificate, Sign
from fallback.ledger import Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import SlipRow, papers
from fallback.printing import (
    BoxSheet,
    DaySheet,
    DeskCard,
    Entry,
    PadCover,
    Poster,
    Register,
    Reprint,
    ShiftSheet,
    render_paper,
    render_sheet,
)
from fallback.slip import EPOCH, SERIES_LIMIT, TUBES_LIMIT, Kind, SlipNumber
from fallback.statement import HEAD_SIZE, TOKENS_A_PAGE, BoxStatement, DayStatement, RootStatement, ShiftStatement

STICKERS = STICKER_SHEETS
SINGLE_SHEETS = ("wristband", "receipt", "token", "referral")
SLIP_SHEETS = (*STICKERS, *SINGLE_SHEETS)
MOST_TOKENS = 2_500  # of one printing: a hundred pages
MOST_BOXES = 1_000


def slip_sheet(
    counter: Counter,
    number: SlipNumber,
    name: str,
    *,
    count: int = 1,
    first_tube: int = 0,
    start: int = 1,
    at: ServiceCounter | None = None,
    by: str = "",
    series: int = 0,
) -> bytes:
    """A sheet made of one slip, by its layout's name (see SLIP_SHEETS); of stickers and labels `count` pieces.

    `first_tube` is the number of the first tube, 0: the next that has no sticker yet. `start` is the first sticker of
    the sheet that is still there. `at` is the counter that makes stickers, which has tube numbers of its own; None: a
    desk. Each sheet is a fact, so a second receipt, token or referral says REPRINT. Raises SlipUnknown, SlipIsVoid,
    ReceiptMissing, and FieldWrong for a count, tube or sticker that there is not.
    """
    if not 0 < count <= TUBES_LIMIT:
        raise _not_within("count", TUBES_LIMIT)

    def draw(row: SlipRow, first: int, again: Reprint | None = None) -> bytes:
        slip = printed(counter, Issued(row=row, reprint=again))
        return render_sheet(name, [slip], counter.hospital, tubes=range(first, first + count), skip=start - 1)

    stickers, lowest = name in STICKERS, at.tubes.start if at else 1
    asked = (_with_sheets(counter.ledger.db(), number, name), first_tube or (lowest if stickers else 1), None)
    made = draw(*asked)  # what cannot be drawn was not made

    def job(tx: Transaction) -> tuple[SlipRow, int, Reprint | None]:
        found = _with_sheets(tx.db, number, name)
        before = papers.sheets_made(tx.db, number, name)
        first = (first_tube or _next_tube(tx, counter, number, at)) if stickers else 1
        last = first + count - 1 if stickers else 0
        if last > TUBES_LIMIT:
            raise _not_within("count", TUBES_LIMIT)
        if stickers:
            _check_tubes(counter, at, range(first, last + 1))
        content = {"number": number.text, "sheet": name, "count": before + 1, "last_tube": last}
        tx.append(FactKind.SHEET_PRINTED, content, series=series, by=by)
        marked = before and name not in (*STICKERS, "wristband")
        return found, first, Reprint(count=before, at=tx.now, by=by or "-") if marked else None

    told = counter.ledger.write(job)
    return made if told == asked else draw(*told)


def _next_tube(tx: Transaction, counter: Counter, number: SlipNumber, at: ServiceCounter | None) -> int:
    """The tube after all that whoever asks has put stickers on: a desk, or a counter among its own numbers."""
    elsewhere = [tube for each in counter.hospital.counters if each != at for tube in each.tubes]
    made = [tube for tube in papers.last_tubes(tx.db, number) if tube not in elsewhere and (not at or tube in at.tubes)]
    return max(made, default=at.tubes.start - 1 if at else 0) + 1


def _check_tubes(counter: Counter, at: ServiceCounter | None, tubes: range) -> None:
    """Refuses a tube number that another counter may be putting on this patient's blood at this moment."""
    if at is not None and not (tubes.start in at.tubes and tubes[-1] in at.tubes):
        why = "This counter has the tubes {first} to {last}."
        raise FieldWrong(field="count", why=Sentence(why, first=at.tubes.start, last=at.tubes.stop - 1))
    for each in counter.hospital.counters:
        if each != at and set(each.tubes) & set(tubes):
            why = "The tubes {first} to {last} are the counter's: {name}. Take other numbers."
            last = each.tubes.stop - 1
            raise FieldWrong(field="tubes", why=Sentence(why, first=each.tubes.start, last=last, name=each.name))


def _with_sheets(db: queries.Database, number: SlipNumber, name: str) -> SlipRow:
    row = queries.slip(db, number)
    if row is None or row.slip.kind is Kind.PAD:
        raise SlipUnknown(number=number.grouped)
    if row.voided:
        raise SlipIsVoid(number=number.grouped)
    if name == "receipt" and not row.receipt:
        raise ReceiptMissing(number=number.grouped)
    return row


def shift_sheet(counter: Counter, key: str) -> bytes:
    """The sheet of a closed shift, a page for each code; made again, it is the same to the byte.

    Raises ShiftUnknown, ShiftStillOpen, or DeskNotUsable when the desk's key is not on this machine.
    """
    db = counter.ledger.db()
    shift, end = queries.shift(db, key), papers.shift_end(db, key)
    if shift is None:
        raise ShiftUnknown(shift=key[:12] if key.isprintable() else "?")
    if end is None:
        raise ShiftStillOpen(shift=key)
    sign, sums = counter.sign(shift.series), queries.shift_sums(db, key)
    whole = ShiftStatement(
        hospital=counter.hospital_id,
        drill=counter.drill,
        series=shift.series,
        ordinal=shift_ordinal(key),
        opened=_second(shift.opened),
        closed=_second(shift.closed),
        issued=sums.slips,
        first=SlipNumber.parse(sums.first).serial if sums.first else 0,
        last=SlipNumber.parse(sums.last).serial if sums.last else 0,
        voids=tuple(papers.shift_voids(db, key)),
        corrections=sums.corrections,
        reprints=sums.reprints,
        receipts=queries.receipts(db, key),
        receipts_rupees=sums.paid_rupees,
        refunded_rupees=sums.refunded_rupees,
        exempt=sums.exempt,
        later=sums.later,
        opening_float=shift.opening_float,
        counted_cash=shift.counted_cash or 0,
        head_sequence=end.sequence,
        head=end.hash[:HEAD_SIZE],
    )
    pages = payload.pages_of(whole)
    copies, carrier = papers.shift_copies(db, end)
    sheet = ShiftSheet(
        pages=[(page, payload.to_digits(payload.encode_statement(page, sign))) for page in pages],
        desk=_desk_name(counter, shift.series),
        clerk=_clerk(counter, shift),
        note=shift.note,
        copies=[(each.label, each.at, each.sequence) for each in copies],
        carrier=carrier,
        modes=sums.modes,
        banked=sums.banked,
        waived=sums.waived,
        opening=shift.opening_notes,
        counted=shift.counted_notes,
        certificate=_certificate_digits(counter, _enrolment(counter, shift.series)[0]),
        chain=end.chain,
        hash=end.hash.hex(),
    )
    return render_paper(sheet, counter.hospital)


def day_sheets(counter: Counter, *, clinic: int, day: date, series: int, tokens: int = TOKENS_A_PAGE) -> bytes:
    """Day sheets for a desk's tokens of a clinic and day, from the first on, with who is known here.

    Raises FieldWrong for a number of tokens that there is not, DeskNotUsable.
    """
    if not 0 < tokens <= MOST_TOKENS:
        raise _not_within("tokens", MOST_TOKENS)
    sign = counter.sign(series)
    pages = []
    for first in range(1, tokens + 1, TOKENS_A_PAGE):
        page = DayStatement(
            hospital=counter.hospital_id,
            drill=counter.drill,
            signer=series,
            clinic=clinic,
            day=day,
            token_series=series,
            first=first,
        )
        pages.append((page, payload.to_digits(payload.encode_statement(page, sign))))
    sheet = DaySheet(pages=pages, desk=_desk_name(counter, series), entries=_entries(counter, clinic, day))
    return render_paper(sheet, counter.hospital)


def box_sheet(counter: Counter, *, clinic: int, day: date, series: int, box: int = 1, count: int = 0) -> bytes:
    """The sheet of one of a clinic's boxes of a day; a count of 0 is written by hand.

    Raises FieldWrong, DeskNotUsable.
    """
    if not 0 < box <= MOST_BOXES:
        raise _not_within("box", MOST_BOXES)
    statement = BoxStatement(
        hospital=counter.hospital_id,
        drill=counter.drill,
        signer=series,
        clinic=clinic,
        day=day,
        box=box,
        count=count,
    )
    digits = payload.to_digits(payload.encode_statement(statement, counter.sign(series)))
    sheet = BoxSheet(statement=statement, digits=digits, desk=_desk_name(counter, series))
    return render_paper(sheet, counter.hospital)


def register_sheets(counter: Counter, *, clinic: int, day: date) -> bytes:
    """The department register of a clinic and day, void slips marked, with the journal's head on each page."""
    entries, head = _entries(counter, clinic, day), counter.ledger.head()
    sheet = Register(
        clinic=clinic, day=day, entries=entries, head=(head.chain, head.sequence, head.hash.hex()), drill=counter.drill
    )
    return render_paper(sheet, counter.hospital)


def poster(counter: Counter, root: bytes, sign: Sign, authority: str = "") -> bytes:
    """The poster with the hospital's root key; `root` is the public key, `sign` its signature.

    `authority` is the fingerprint of the authority that browsers of the network trust, "" while there is none.

    Raises SecretMissing when the root's key is not on this machine, PayloadTooLong when the hospital's name is too
    long.
    """
    statement = RootStatement(public=root, name=counter.hospital.name)
    digits = payload.to_digits(payload.encode_root(statement, sign))
    sheet = Poster(root=statement, digits=digits, authority=authority, drill=counter.drill)
    return render_paper(sheet, counter.hospital)


def desk_card(counter: Counter, series: int) -> bytes:
    """A desk's card with its certificate; a retired desk has one, too.

    Raises DeskNotUsable when it was never enrolled.
    """
    certificate, day = _enrolment(counter, series)
    digits = _certificate_digits(counter, certificate)
    card = DeskCard(certificate=certificate, digits=digits, hospital_id=counter.hospital_id, day=day)
    return render_paper(card, counter.hospital)


def pad_cover(counter: Counter, numbers: list[SlipNumber], *, issued_to: str, by: str, day: date) -> PadCover:
    """The cover of a pad; `by` is a login. Raises DeskNotUsable when its desk was never enrolled."""
    certificate, _ = _enrolment(counter, numbers[0].series)
    user = queries.user(counter.ledger.db(), by)
    return PadCover(
        numbers=numbers,
        certificate=certificate,
        digits=_certificate_digits(counter, certificate),
        issued_to=issued_to,
        by=user.name if user else by,
        day=day,
    )


def _not_within(field: str, most: int) -> FieldWrong:
    return FieldWrong(field=field, why=Sentence("Write a number from 1 to {most}.", most=most))


def _enrolment(counter: Counter, series: int) -> tuple[Certificate, date]:
    known = 0 < series <= SERIES_LIMIT  # a longer number is none of the database's
    found = papers.enrolment(counter.ledger.db(), series) if known else None
    if found is None:
        raise DeskNotUsable(series=series, why="it was never enrolled")
    return found


def _certificate_digits(counter: Counter, certificate: Certificate) -> str:
    return payload.to_digits(payload.encode_certificate(certificate, counter.hospital_id))


def _entries(counter: Counter, clinic: int, day: date) -> list[Entry]:
    rows = queries.clinic_slips(counter.ledger.db(), clinic, day.isoformat())
    return [Entry(row.slip, row.voided) for row in rows]


def _desk_name(counter: Counter, series: int) -> str:
    desk = queries.desk(counter.ledger.db(), series)
    return desk.name if desk else f"{series:03d}"


def _clerk(counter: Counter, shift: Shift) -> str:
    user = queries.user(counter.ledger.db(), shift.login)
    return user.name if user else shift.login


def _second(at: datetime | None) -> datetime | None:
    """The moment as a statement carries it; None for one that only a clock that is not set can say."""
    return at.replace(microsecond=0) if at and at > EPOCH else None
