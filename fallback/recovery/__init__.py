"""After the outage: the paper accepted, slips approved and imported exactly once, the account closed."""

from fallback.recovery.accept import ScanReport, WorkItem, accept_scan, batch_name
from fallback.recovery.account import account_of, account_pdf, account_record, message
from fallback.recovery.background import RunState
from fallback.recovery.batches import Progress, scan
from fallback.recovery.by_hand import link, returned, seen_there
from fallback.recovery.contradictions import Contradictions, contradictions
from fallback.recovery.decisions import Decision, Done, decide_page, doubtful_boxes, last_decisions, reopen_page
from fallback.recovery.destruction import DestroyReport, Kept, destroy, destroyable, due_pictures
from fallback.recovery.gates import (
    CANARY,
    Point,
    canary_left,
    check,
    confirm_canary,
    open_points,
    pause,
    paused,
    pin,
    resume,
)
from fallback.recovery.handing import HandedOver, OpenTable, hand_over, handed_over, open_tables
from fallback.recovery.import_report import ImportReport
from fallback.recovery.importing import Planned, open_way, plan, run_import
from fallback.recovery.imports import Imports
from fallback.recovery.intake import BatchState, Intake
from fallback.recovery.judging import judge
from fallback.recovery.matcher import Matcher
from fallback.recovery.matching import MatchProgress, MatchReport, match
from fallback.recovery.paper_only import PaperOnly, paper_only
from fallback.recovery.pictures import ExportReport, export_fhir, export_folder, keeper, picture
from fallback.recovery.returns import RowHeld, TakenBack, take_back
from fallback.recovery.stages import Choice, Step, Work, approve, defer, standing, work_at
from fallback.recovery.standings import Standings
from fallback.recovery.transcription import (
    IDENTITY,
    Entries,
    Prefill,
    choose,
    compare,
    enter_first,
    enter_second,
    entries,
    prefill,
)
from fallback.recovery.worklist import Item, Known, WorkKind, Worklist, look_up

__all__ = [
    "CANARY",
    "IDENTITY",
    "BatchState",
    "Choice",
    "Contradictions",
    "Decision",
    "DestroyReport",
    "Done",
    "Entries",
    "ExportReport",
    "HandedOver",
    "ImportReport",
    "Imports",
    "Intake",
    "Item",
    "Kept",
    "Known",
    "MatchProgress",
    "MatchReport",
    "Matcher",
    "OpenTable",
    "PaperOnly",
    "Planned",
    "Point",
    "Prefill",
    "Progress",
    "RowHeld",
    "RunState",
    "ScanReport",
    "Standings",
    "Step",
    "TakenBack",
    "Work",
    "WorkItem",
    "WorkKind",
    "Worklist",
    "accept_scan",
    "account_of",
    "account_pdf",
    "account_record",
    "approve",
    "batch_name",
    "canary_left",
    "check",
    "choose",
    "compare",
    "confirm_canary",
    "contradictions",
    "decide_page",
    "defer",
    "destroy",
    "destroyable",
    "doubtful_boxes",
    "due_pictures",
    "enter_first",
    "enter_second",
    "entries",
    "export_fhir",
    "export_folder",
    "hand_over",
    "handed_over",
    "judge",
    "keeper",
    "last_decisions",
    "link",
    "look_up",
    "match",
    "message",
    "open_points",
    "open_tables",
    "open_way",
    "paper_only",
    "pause",
    "paused",
    "picture",
    "pin",
    "plan",
    "prefill",
    "reopen_page",
    "resume",
    "returned",
    "run_import",
    "scan",
    "seen_there",
    "standing",
    "take_back",
    "work_at",
]
