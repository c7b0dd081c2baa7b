"""Scanned pages accepted: genuine slips join the ledger, everything else becomes a work item that stops nothing."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from fallback import payload
from fallback.keys import PublicKeys
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import doubts
from fallback.payload import CodeOutcome, Judged
from fallback.reconcile import PageState, Verdict, page_state, verdict
from fallback.recovery.ticks import ReadTicks, ticks_of
from fallback.scanning import ReadPage
from fallback.slip import INDIA, Kind
from fallback.statement import ShiftStatement, SignedByDesk, Statement

_PORTION = 32  # pages in one transaction: one wait for the disk, and little to read again after a power cut
_WAIT = 1.0  # seconds that a read page waits for others to share its transaction
# What a page with several codes is called: the first of these that it has. What needs eyes comes before what does not.
_RANK = (
    "forged", "unknown_desk", "revoked", "other_hospital", "wrong_version", "damaged", "drill", "number_only", "pad",
    "read",
)  # fmt: skip
_DONE = ("read", "repeat", "blank")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """A page that needs a person; `problem` is a sentence, "" where the outcome says all."""

    file: str
    page: int
    outcome: str
    problem: str
    picture: str


@dataclass(slots=True)
class ScanReport:
    """What a scan brought. `outcomes` counts the pages whose picture was not known, `again` those whose picture was.

    `verdicts` counts genuine codes: new slips are those of which only the paper had the record. `stopped`: somebody
    stopped it before all pages of `batch` were read.
    """

    batch: str = ""
    pages: int = 0
    again: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    work: list[WorkItem] = field(default_factory=list)
    stopped: bool = False

    @property
    def read(self) -> int:
        """How many pages gave what they hold, with nothing left to do."""
        return self.outcomes["read"]

    @property
    def repeats(self) -> int:
        """How many pages brought nothing: the same picture again, or paper whose slips and ticks were read before."""
        return self.again + self.outcomes["repeat"]

    @property
    def unread(self) -> int:
        """How many pages need a person."""
        return len(self.work)

    @property
    def states(self) -> Counter[PageState]:
        """The pages by their state; each has exactly one."""
        states = Counter({PageState.REPEAT: self.again}) if self.again else Counter[PageState]()
        for outcome, count in self.outcomes.items():
            states[page_state(outcome)] += count
        return states

    def record(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "batch": self.batch,
            "pages": self.pages,
            "read": self.read,
            "unread": self.unread,
            "repeats": self.repeats,
            "stopped": self.stopped,
            "states": {each.value: self.states[each] for each in PageState},
            "outcomes": dict(sorted(self.outcomes.items())),
            "verdicts": {each.value: count for each, count in sorted(self.verdicts.items())},
            "work": [
                {"file": item.file, "page": item.page, "outcome": item.outcome, "problem": item.problem}
                for item in self.work
            ],
        }

    def add(self, part: "ScanReport") -> None:
        """Counts another report's pages in."""
        self.pages += part.pages
        self.again += part.again
        self.outcomes += part.outcomes
        self.verdicts += part.verdicts
        self.work += part.work


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    """A code on a page, judged, with what it means for the page; `signed` is its record's bytes."""

    judged: Judged
    outcome: str
    signed: bytes = b""
    verdict: Verdict | None = None

    @property
    def digest(self) -> str:
        """The identity (hex) of its slip or statement, "" where it has none."""
        if self.judged.decoded is not None:
            return self.judged.decoded.digest.hex()
        return payload.digest(self.signed).hex() if self.signed else ""

    def content(self) -> dict[str, str]:
        number = self.judged.number
        return {
            "outcome": self.outcome if self.outcome in ("drill", "revoked") else self.judged.outcome.value,
            "number": number.text if number else "",
            "digest": self.digest,
        }


def accept_scan(
    ledger: Ledger,
    pages: Iterable[ReadPage],
    keys: PublicKeys,
    *,
    drill: bool,
    batch: str = "",
    by: str = "",
    stop: Callable[[], bool] = lambda: False,
    told: Callable[[ScanReport], None] = lambda _: None,
) -> ScanReport:
    """Accepts pages in any order, any number of times: the same picture twice changes nothing, either copy is enough.

    `drill` says whether the ledger is a drill's: a drill's slips stay out of a real one and the reverse. `batch` names
    the scan (else its time does). `told` is called with the report so far when pages are durable; `stop` ends it after
    the page that is being read.
    """
    report = ScanReport(batch=batch or batch_name(ledger))
    portion: list[ReadPage] = []
    since = time.monotonic()

    def flush() -> None:
        nonlocal since
        if portion:
            job = partial(_accept, pages=tuple(portion), keys=keys, drill=drill, batch=report.batch, by=by)
            report.add(ledger.write(job))
            portion.clear()
            told(report)
        since = time.monotonic()

    for page in pages:
        portion.append(page)
        if len(portion) >= _PORTION or time.monotonic() - since > _WAIT:
            flush()
        if stop():
            report.stopped = True
            break
    flush()
    return report


def batch_name(ledger: Ledger) -> str:
    """What a batch is called that nobody gave a name: the time, by the ledger's clock, as the wall says it."""
    return f"{ledger.write(lambda tx: tx.now).astimezone(INDIA):%d-%m-%Y %H:%M:%S}"


def _accept(
    tx: Transaction, pages: Sequence[ReadPage], keys: PublicKeys, drill: bool, batch: str, by: str
) -> ScanReport:
    """One transaction's pages. Its report is of what it wrote, so that a failed one counts nothing."""
    report = ScanReport()
    for page in pages:
        report.pages += 1
        known = queries.has_page(tx.db, page.picture_hash)
        if known and (page.error is not None or not queries.may_read_now(tx.db, page.picture_hash)):
            report.again += 1
            continue
        texts = list(dict.fromkeys(each.text for each in page.texts))
        codes = [_judge(tx, text, keys, drill) for text in texts]
        forms = ticks_of(page, texts)
        outcome = _outcome(page, codes)
        if known and outcome == "unknown_desk":  # still: no journal and no card that came since knows it
            report.again += 1
            continue
        if outcome == "read":
            outcome = _outcome_of_read(tx, codes, forms)
        if outcome == "pad" and any(form.doubtful for form in forms):
            outcome = "doubtful"  # of a slip beside the blank: the page is not done when the blank is typed in
        if outcome == "repeat":
            forms = []  # what it ticks is known, and a box that is less clear than before must raise no doubt
        for code in codes:
            _take(tx, code, by)
            if code.verdict is not None:
                report.verdicts[code.verdict] += 1
        problem = str(page.error) if page.error else ""
        content = {
            "batch": batch,
            "file": page.file,
            "page": page.page,
            "picture": page.picture_hash,
            "outcome": outcome,
            "codes": [code.content() for code in codes],
            "problem": problem,
            "trouble": page.error.record() if page.error else {},
            "suggested": page.suggested,
            "forms": [form.content() for form in forms],
        }
        tx.append(FactKind.PAGE_ACCEPTED, content, by=by)
        report.outcomes[outcome] += 1
        if outcome not in _DONE:
            item = WorkItem(file=page.file, page=page.page, outcome=outcome, problem=problem, picture=page.picture_hash)
            report.work.append(item)
    return report


def _judge(tx: Transaction, text: str, keys: PublicKeys, drill: bool) -> _Code:
    judged = payload.judge(text, keys)
    if judged.statement is not None:
        return _judge_statement(tx, judged, judged.statement, text, drill)
    decoded = judged.decoded
    if decoded is not None and decoded.slip.drill != drill:
        genuine = judged.outcome is CodeOutcome.GENUINE
        return _Code(judged=judged, outcome="drill", verdict=Verdict.DRILL if genuine else None)
    if judged.outcome is not CodeOutcome.GENUINE or decoded is None:
        return _Code(judged=judged, outcome=judged.outcome.value)
    if decoded.slip.kind is Kind.SHIFT:  # no visit: it would wait for an import for ever
        return _Code(judged=judged, outcome="read")
    slip = decoded.slip
    known = queries.digests(tx.db, slip.number)
    blank = queries.pad_payload(tx.db, slip.number)
    if blank is not None:
        known = known | {payload.digest(blank).hex(): 0}
    row = queries.slip(tx.db, slip.number)
    filled = row is not None and row.slip.kind is not Kind.PAD
    return _Code(
        judged=judged,
        outcome="pad" if slip.kind is Kind.PAD and not filled else "read",
        signed=payload.from_digits(text),
        verdict=verdict(
            slip,
            decoded.digest.hex(),
            known,
            drill=drill,
            revoked=doubts.is_revoked(tx.db, slip.signer)
            and not doubts.is_on_a_sheet(
                tx.db, slip.number, signer=slip.signer, revision=slip.revision, kind=slip.kind
            ),
        ),
    )


def _judge_statement(tx: Transaction, judged: Judged, statement: Statement, text: str, drill: bool) -> _Code:
    """What a sheet that is no slip means for its page: a genuine one is read, and brings no slip.

    One by a key in strange hands that tells what nobody knew by then waits for a person: it could void what is true.
    """
    if isinstance(statement, SignedByDesk) and statement.drill != drill:
        return _Code(judged=judged, outcome="drill")
    if judged.outcome is not CodeOutcome.GENUINE:
        return _Code(judged=judged, outcome=judged.outcome.value)
    if not isinstance(statement, SignedByDesk):
        return _Code(judged=judged, outcome="read")
    found = _Code(judged=judged, outcome="read", signed=payload.from_digits(text))
    if not doubts.is_revoked(tx.db, statement.signer) or queries.has_statement(tx.db, found.digest):
        return found
    if isinstance(statement, ShiftStatement) and doubts.knows_all(tx.db, statement):
        return found
    return replace(found, outcome="revoked")


def _take(tx: Transaction, code: _Code, by: str) -> None:
    """Journals a record, or a desk's statement, that the ledger did not have. Of a conflict both are kept."""
    decoded, statement = code.judged.decoded, code.judged.statement
    if statement is not None and code.signed:
        doubted = code.outcome == "revoked"
        if not (queries.has_statement(tx.db, code.digest) or (doubted and doubts.doubted(tx.db, code.digest))):
            content: dict[str, Any] = {"statement": statement.record(), "digest": code.digest}
            if doubted or (isinstance(statement, SignedByDesk) and doubts.is_revoked(tx.db, statement.signer)):
                content["revoked" if doubted else "vouched"] = True
            tx.append(FactKind.STATEMENT_READ, content, payload=code.signed, by=by)
        return
    if decoded is None or code.verdict in (None, Verdict.SAME_AGAIN, Verdict.DRILL):
        return
    content = {"slip": decoded.slip.record(), "digest": decoded.digest.hex(), "cut": list(decoded.cut)}
    if code.verdict is Verdict.REVOKED:
        content["revoked"] = True
    tx.append(FactKind.SLIP_READ, content, payload=code.signed, series=decoded.slip.number.series, by=by)


def _outcome(page: ReadPage, codes: Sequence[_Code]) -> str:
    if page.error is not None:
        return "problem"
    if not codes:
        return "blank" if page.blank else "unread"
    whole = {code.judged.number for code in codes if code.outcome in ("read", "pad")}
    found = {
        code.outcome
        for code in codes
        if code.outcome != "number_only" or code.judged.number not in whole  # the bars beside a QR say it again
    }
    return next((outcome for outcome in _RANK if outcome in found), "foreign")


def _outcome_of_read(tx: Transaction, codes: Sequence[_Code], forms: Sequence[ReadTicks]) -> str:
    """Whether a page whose codes were read brings anything, and whether a person must look at its ticks.

    It is a repeat when its papers were on earlier pages and it shows no form, and no tick, that they did not: the same
    paper laid on the glass again, or a slip's other copy.
    """
    papers = [code.digest for code in codes if code.outcome == "read" and code.digest]
    known = bool(papers) and all(queries.is_on_a_page(tx.db, digest) for digest in papers)
    if known and not any(form.is_new(tx.db, codes[form.place].digest) for form in forms):
        return "repeat"
    return "doubtful" if any(form.doubtful for form in forms) else "read"
