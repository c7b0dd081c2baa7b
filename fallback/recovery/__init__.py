"""After the outage: the paper accepted, slips approved and imported exactly once, the account closed."""

from fallback.recovery.accept import ScanReport, WorkItem, accept_scan
from fallback.recovery.account import account_of, account_pdf, account_record, message
from fallback.recovery.decisions import Decision, decide_page
from fallback.recovery.importing import ImportReport, Planned, pin, plan, run_import
from fallback.recovery.stages import Choice, Step, Work, approve, work_at

__all__ = [
    "Choice",
    "Decision",
    "ImportReport",
    "Planned",
    "ScanReport",
    "Step",
    "Work",
    "WorkItem",
    "accept_scan",
    "account_of",
    "account_pdf",
    "account_record",
    "approve",
    "decide_page",
    "message",
    "pin",
    "plan",
    "run_import",
    "work_at",
]
