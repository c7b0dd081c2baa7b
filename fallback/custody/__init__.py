"""Custody: the journal's keeping, its copies and what proves them."""

from fallback.custody.carriers import ExportReport, RestoreReport, export, merge, rebuild, restore, verify
from fallback.custody.pictures import PagesReport, copy_pages

__all__ = [
    "ExportReport",
    "PagesReport",
    "RestoreReport",
    "copy_pages",
    "export",
    "merge",
    "rebuild",
    "restore",
    "verify",
]
