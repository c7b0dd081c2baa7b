"""Custody: the journal's keeping, its copies and what proves them."""

from fallback.custody.carriers import ExportReport, RestoreReport, export, merge, rebuild_views, restore, verify
from fallback.custody.compare import CompareReport, Count, Difference, compare, read_other
from fallback.custody.dossier import EvidenceReport, make_evidence
from fallback.custody.incident import incident_sheet, personal_data_sheet
from fallback.custody.logs import (
    HASHES,
    LogsReport,
    LogTrouble,
    close_logs,
    destroy_logs,
    due_logs,
    export_logs,
    verify_logs,
)
from fallback.custody.pictures import PagesReport, copy_pages
from fallback.custody.printed import SheetHead, printed_head, sheet_heads
from fallback.custody.sticks import label_stick, stick_is_gone

__all__ = [
    "HASHES",
    "CompareReport",
    "Count",
    "Difference",
    "EvidenceReport",
    "ExportReport",
    "LogTrouble",
    "LogsReport",
    "PagesReport",
    "RestoreReport",
    "SheetHead",
    "close_logs",
    "compare",
    "copy_pages",
    "destroy_logs",
    "due_logs",
    "export",
    "export_logs",
    "incident_sheet",
    "label_stick",
    "make_evidence",
    "merge",
    "personal_data_sheet",
    "printed_head",
    "read_other",
    "rebuild_views",
    "restore",
    "sheet_heads",
    "stick_is_gone",
    "verify",
    "verify_logs",
]
