"""The paper coming back: files of scans become pages, pages the texts of their codes and what was ticked."""

from fallback.scanning.cascade import open_picture
from fallback.scanning.codes import ReadCode
from fallback.scanning.marks import MarkReading, read_marks, snippet
from fallback.scanning.pages import PageScan, page_picture
from fallback.scanning.reader import (
    Keeper,
    ReadForm,
    ReadPage,
    WantedForm,
    count_pages,
    read_files,
    read_scans,
)

__all__ = [
    "Keeper",
    "MarkReading",
    "PageScan",
    "ReadCode",
    "ReadForm",
    "ReadPage",
    "WantedForm",
    "count_pages",
    "open_picture",
    "page_picture",
    "read_files",
    "read_marks",
    "read_scans",
    "snippet",
]
