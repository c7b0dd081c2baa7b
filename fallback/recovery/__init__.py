"""After the outage: the paper accepted, slips approved and imported exactly once, the account closed."""

from fallback.recovery.accept import ScanReport, WorkItem, accept_scan, batch_name
from fallback.recovery.account import account_of, account_pdf, account_record, message
from fallback.recovery.batches import Progress, scan
from fallback.recovery.contradictions import Contradictions, contradictions
from fallback.recovery.decisions import Decision, Done, decide_page, doubtful_boxes, last_decisions, reopen_page
from fallback.recovery.destruction import DestroyReport, Kept, destroy, destroyable, due_pictures
from fallback.recovery.importing import ImportReport, Planned, pin, plan, run_import
from fallback.recovery.intake import BatchState, Intake
from fallback.recovery.judging import judge
from fallback.recovery.paper_only import PaperOnly, paper_only
from fallback.recovery.pictures import ExportReport, export_fhir, export_folder, picture
from fallback.recovery.stages import Choice, Step, Work, approve, work_at
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
    "IDENTITY",
    "BatchState",
    "Choice",
    "Contradictions",
    "Decision",
    "DestroyReport",
    "Done",
    "Entries",
    "ExportReport",
    "ImportReport",
    "Intake",
    "Item",
    "Kept",
    "Known",
    "PaperOnly",
    "Planned",
    "Prefill",
    "Progress",
    "ScanReport",
    "Step",
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
    "choose",
    "compare",
    "contradictions",
    "decide_page",
    "destroy",
    "destroyable",
    "doubtful_boxes",
    "due_pictures",
    "enter_first",
    "enter_second",
    "entries",
    "export_fhir",
    "export_folder",
    "judge",
    "last_decisions",
    "look_up",
    "message",
    "paper_only",
    "picture",
    "pin",
    "plan",
    "prefill",
    "reopen_page",
    "run_import",
    "scan",
    "work_at",
]
