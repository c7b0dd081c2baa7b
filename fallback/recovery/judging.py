"""A number with versions that contradict each other: a person says which one stands; all are kept."""

from collections.abc import Sequence

from fallback.errors import FieldWrong, SlipUnknown
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import doubts
from fallback.ledger.queries.doubts import Rival
from fallback.slip import SlipNumber


def judge(ledger: Ledger, number: SlipNumber, version: str, reason: str, *, by: str) -> None:
    """Says which version of a number stands, by the beginning of its digest (hex). Any later word wins.

    The patient of another version needs a number of their own: register them again. Raises SlipUnknown, FieldWrong.
    """

    def job(tx: Transaction) -> None:
        rivals = doubts.rivals(tx.db, number)
        if not rivals:
            raise SlipUnknown(number=number.grouped)
        meant = [each for each in rivals if version and each.digest.startswith(version)]
        if len(meant) != 1:
            raise FieldWrong(field="version", why="Choose one of the versions that the slip's page lists.")
        if not reason:
            raise FieldWrong(field="reason", why="Write something here: it is kept with your name.")
        stands = below(meant[0], rivals)
        aside = [each.digest for each in rivals if each.digest not in stands]
        content = {"number": number.text, "digest": meant[0].digest, "aside": aside, "reason": reason}
        tx.append(FactKind.SLIP_JUDGED, content, series=number.series, by=by)

    ledger.write(job)


def below(chosen: Rival, rivals: Sequence[Rival]) -> set[str]:
    """The digests of a version and of those that it replaced, one after the other."""
    found, last = {chosen.digest}, chosen
    for each in reversed(rivals):
        if each.slip.revision == last.slip.revision - 1 and each.digest.startswith(last.slip.replaces.hex()):
            found.add(each.digest)
            last = each
    return found


def vouch(tx: Transaction, picture: str, by: str) -> None:
    """Counts the sheets on a page that a revoked key signed: a person knows the hands that signed the paper.

    Raises FieldWrong when there is none on the page.
    """
    found = {code.digest: doubts.doubted(tx.db, code.digest) for code in queries.codes(tx.db, picture)}
    sheets = {digest: sheet for digest, sheet in found.items() if sheet is not None}
    if not sheets:
        raise FieldWrong(field="decision", why="There is no sheet of a revoked desk on this page.")
    for digest, sheet in sheets.items():
        if not sheet.counts:
            content = {"statement": sheet.record, "digest": digest, "vouched": True}
            tx.append(FactKind.STATEMENT_READ, content, payload=sheet.payload, by=by)
