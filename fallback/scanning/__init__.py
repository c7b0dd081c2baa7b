"""The paper coming back: files of scans become pages, pages the texts of their codes and what was ticked."""

from fallback.scanning.codes import ReadCode
from fallback.scanning.marks import MarkReading, read_marks, snippet
from fallback.scanning.pages import page_picture, pictures
from fallback.scanning.reader import ReadPage, count_pages, read_files

__all__ = [
    "MarkReading",
    "ReadCode",
    "ReadPage",
    "count_pages",
    "page_picture",
    "pictures",
    "read_files",
    "read_marks",
    "snippet",
]
