"""Looks at what the program answers: did anything of it come from what was typed, and not from us."""

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import patch

import pypdfium2
import pypdfium2.raw as pdfium
from reportlab.platypus import Paragraph, SimpleDocTemplate
from werkzeug.test import TestResponse

from fallback.ledger.complaints import JournalDatabase

HOME = Path(__file__).parent.parent.parent
MARK = "zq7"  # stands in every hostile text: where it is found, input is found
EVALUATED = f"49{MARK}"  # what {{7*7}} became

MARKUP = (
    f"<script>{MARK}()</script>", f'"><img src=x onerror={MARK}()>', f"' onfocus={MARK}() autofocus='",
    f"</textarea><svg onload={MARK}()>", f"</title><b>{MARK}</b>", f"<a href=javascript:{MARK}()>x</a>",
    f"<!--{MARK}--><style>{MARK}", f"javascript:{MARK}()", f"//{MARK}.example/", f"{{{{7*7}}}}{MARK}",
    f"{{% print(7*7) %}}{MARK}", f"{{# {MARK} #}}<i>", f"&lt;{MARK}&gt;&#60;{MARK}>", f"\r\nX-{MARK}: 1",
    f"सुनीता<b>{MARK}</b>", f"<b>{MARK}", f"`${{{MARK}}}`", f"%3Cscript%3E{MARK}",
)  # fmt: skip
SQL = (
    f"{MARK}' OR '1'='1", f"{MARK}'; DROP TABLE slip; --", f"{MARK}\" OR 1=1 --",
    f"{MARK}') UNION SELECT * FROM user --",
    f"{MARK}%' AND 1=1 /*", f"{MARK}\\' OR 1=1 --", f"{MARK}' || (SELECT pin_hash FROM user) || '", f"{MARK}*_%[a-z]",
    f"1 OR 1=1 --{MARK}", f'"{MARK}" NEAR *', f"{MARK}':*",
)  # fmt: skip
FORMULAS = (
    f'=HYPERLINK("http://{MARK}")', f"+{MARK}|' /C calc'!A0", f"-2+3+{MARK}", f"@SUM({MARK})", f"\t={MARK}",
    f"\r={MARK}", f"\n={MARK}", f'x","={MARK}', f"x\n={MARK}", f"\uff1d{MARK}", f"\uff0b{MARK}",
    f" ={MARK}", f"\ufeff={MARK}",
)  # fmt: skip
TEXTS = MARKUP + SQL + FORMULAS[:4]

_LEADS = frozenset({"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href", "background"})
_OURS = frozenset({"id", "class", "name", "type", "for", "method", "http-equiv", "rel", "enctype", "target"})
_OF_PDF = re.compile(
    rb"/(JavaScript|JS|OpenAction|AA|URI|Launch|Annots?|EmbeddedFiles?|AcroForm|SubmitForm|GoToR|RichMedia|ObjStm)\b"
)
_STREAM = re.compile(rb"\bstream\r?\n.*?endstream\b", re.DOTALL)
_FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@cache
def _tags() -> frozenset[str]:
    """The elements that our own templates write."""
    pages = [path.read_text(encoding="utf-8") for path in (HOME / "templates").rglob("*.html")]
    return frozenset(tag for page in pages for tag in re.findall(r"<([a-z][a-z0-9]*)", page))


class _Page(HTMLParser):
    """Collects elements, attributes, comments and code that none of our templates writes."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.strange: list[str] = []
        self._code = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code = tag in ("script", "style")
        if tag not in _tags():
            self.strange.append(f"<{tag}>")
        for name, given in attrs:
            value = (given or "").strip().lower().removeprefix("http://localhost")
            leads_out = name in _LEADS and (value.startswith(("//", "/\\")) or not value.startswith(("/", "#", "?")))
            if (
                name.startswith("on")
                or name in ("style", "srcdoc")
                or MARK in name
                or (leads_out and value)
                or (name in _OURS and MARK in value)
            ):
                self.strange.append(f"<{tag} {name}={value[:40]}>")
            elif tag == "script" and name == "src" and not value.startswith("/static/"):
                self.strange.append(f"<script src={value[:40]}>")

    def handle_endtag(self, _tag: str) -> None:
        self._code = False

    def handle_data(self, data: str) -> None:
        if EVALUATED in data:
            self.strange.append("a template that was typed")
        if self._code and data.strip():
            self.strange.append(f"code in the page: {data[:40]}")

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.strange.append(f"<!--{data[:40]}-->")

    def unknown_decl(self, data: str) -> None:
        self.strange.append(f"<![{data[:40]}]>")


def strange(answer: TestResponse) -> list[str]:
    """What is in an answer that no template of ours wrote, and what of our headers is not in it."""
    found = [f"it broke: {answer.status_code}"] if answer.status_code >= 500 else []
    if answer.mimetype == "text/html":
        found += _Page(answer.get_data().decode(errors="replace")).strange
    elif answer.mimetype == "application/pdf":
        found += strange_in_pdf(answer.get_data())
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or ("unsafe" in policy and answer.mimetype != "application/pdf"):
        found.append(f"its policy is {policy[:40]!r}")
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        found.append("its kind may be guessed")
    names = [name for name in answer.headers.keys() if MARK in name.lower()]  # noqa: SIM118
    return found + [f"the header {name}" for name in names]


def strange_in_pdf(content: bytes) -> list[str]:
    """What a paper has that does something: code, links, annotations, files in it."""
    # what a page draws is squeezed: any word may stand in it by chance
    found = [match.group().decode() for match in _OF_PDF.finditer(_STREAM.sub(b"", content))]
    document = pypdfium2.PdfDocument(content)
    try:
        if pdfium.FPDFDoc_GetJavaScriptActionCount(document):
            found.append("code")
        if pdfium.FPDFDoc_GetAttachmentCount(document):
            found.append("a file")
        if any(pdfium.FPDFPage_GetAnnotCount(page) for page in document):
            found.append("annotations")
    finally:
        document.close()
    return found


def text_of(content: bytes) -> str:
    """The text of a paper, without its spaces."""
    document = pypdfium2.PdfDocument(content)
    try:
        return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)
    finally:
        document.close()


def formulas_in(table: str) -> list[str]:
    """The cells of a CSV that a spreadsheet takes for a formula. A number of ours is none."""
    return [
        cell[:40]
        for row in csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline=""))
        for cell in row
        if cell and cell[0] in _FORMULA and not re.fullmatch(r"-?\d+", cell)
    ]


class Statements:
    """Every SQL that runs, as it is before its values are put in."""

    def __init__(self) -> None:
        self.seen = 0
        self.with_input: list[str] = []

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While it lasts, every SQL text is looked at."""
        real = JournalDatabase.execute

        def execute(db: JournalDatabase, sql: str, parameters: object = None) -> object:
            self.seen += 1
            if MARK in sql:
                self.with_input.append(sql[:60])
            return real(db, sql, parameters)

        with patch.object(JournalDatabase, "execute", execute):
            yield
        if not self.seen:
            raise SystemExit("no SQL was seen: nothing was looked at")


def let_in_by_pasted_sql() -> int:
    """The peer: how many of the texts get more than a name out of a program that writes them into its SQL."""
    db = sqlite3.connect(":memory:")
    db.executescript("CREATE TABLE slip (name TEXT, pin_hash TEXT); INSERT INTO slip VALUES ('Sunita', 'x')")
    found = 0
    for text in TEXTS:
        try:
            found += bool(db.execute(f"SELECT * FROM slip WHERE name = '{text}'").fetchall())
        except sqlite3.Error:
            found += 1
    return found


def let_in_by_markup_in_papers() -> int:
    """The peer: how many of the texts do something in a PDF made with ReportLab's paragraphs, which read markup."""
    found = 0
    for text in (*TEXTS, f'<a href="http://{MARK}.example">x</a>', f'<link href="javascript:{MARK}()">x</link>'):
        buffer = io.BytesIO()
        try:
            SimpleDocTemplate(buffer).build([Paragraph(text)])
            found += bool(strange_in_pdf(buffer.getvalue())) or MARK not in text_of(buffer.getvalue())
        except Exception:  # it takes the text for broken markup: no paper comes out
            found += 1
    return found


def let_in_by_plain_tables() -> int:
    """The peer: how many cells are formulas in a CSV as Python writes it."""
    text = io.StringIO()
    csv.writer(text).writerows([each] for each in FORMULAS)
    return len(formulas_in(text.getvalue()))
