"""The paper coming back: files and folders of scans become pages, and pages become the texts of their codes."""

from fallback.scanning.codes import ReadCode
from fallback.scanning.pages import page_picture, pictures
from fallback.scanning.reader import ReadPage, count_pages, read_files

__all__ = ["ReadCode", "ReadPage", "count_pages", "page_picture", "pictures", "read_files"]
