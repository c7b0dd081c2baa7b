"""Pictures of pages in the records room: cut-outs of what a pen left, and pages that no decoder survives."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from fallback import enrolment
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.web import close, create_app
from fallback.web.cutter import Cutter
from tests import factories, scans
from tests.web.ending import ends
from tests.web.paper import Box, png, scanned
from tests.web.visitor import Visitor


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Box]]:
    """A box that was really scanned; its tests change nothing."""
    folder = tmp_path_factory.mktemp("box")
    made = factories.installation(folder / "data")
    yield made, scanned(made, folder / "box")
    made.close()


def test_the_picture_and_the_cut_outs_of_a_real_page(box: tuple[Installation, Box]) -> None:
    made, papers = box
    app = create_app(made, factories.hospital(), clock=factories.clock())
    room = Visitor(app)
    room.log_in("ravi")
    try:
        shown = {}
        answer = room.get("/records/work")
        while "type it in" not in answer.text:
            shown[answer.path] = answer
            answer = room.send(answer.page.form(action="/skip"))
            assert answer.path not in shown
        pictures = [unescape(each) for each in re.findall(r'<img [^>]*src="([^"]+)"', answer.text)]
        cuts = [each for each in pictures if "/cutouts/" in each]
        assert {each.rpartition("/")[2] for each in cuts} >= {"name", "guardian", "mobile", "sex", "age", "locality"}
        for each in pictures[:4]:
            got = room.get(each)
            assert got.status == 200, each
            assert got.content.startswith(b"\x89PNG") or each.startswith("/static/")
            assert got.headers["Cache-Control"] == "no-store" or each.startswith("/static/")
        assert room.get(cuts[0].replace("/name", "/nothing")).status == 404
        assert room.get(cuts[0].replace("/cutouts/0/", "/cutouts/9/")).status == 404
        assert papers.pad.grouped in answer.text
        marks = next(each for each in shown.values() if "Which of these boxes" in each.text)
        assert re.search(r"/cutouts/\d+/outcome.seen", marks.text)
        assert papers.ticked.grouped in marks.text
        auditor = Visitor(app)
        enrolment.set_user(made.ledger, "anil", "Anil Rao", Role.AUDITOR, factories.PIN)
        auditor.log_in("anil")
        assert auditor.get(cuts[0]).status == 200
        clerk = Visitor(app)
        clerk.log_in("asha")
        assert clerk.get(cuts[0]).status == 403
    finally:
        close(app)


def test_a_page_that_ends_its_worker_has_no_cut_outs_and_the_next_one_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fallback.web.cutter.snippets", ends)
    cutter = Cutter(seconds=0.5)
    try:
        for content, found in ((b"dies", {}), (b"one", {"name": b"one"}), (b"hangs", {}), (b"two", {"name": b"two"})):
            assert cutter.cut(content.decode(), "1", lambda content=content: (content, ())) == found  # type: ignore[misc]
    finally:
        cutter.close()


def test_what_is_no_picture_has_no_cut_outs() -> None:
    cutter = Cutter()
    try:
        for content in (b"", b"no picture", b"\x89PNG\r\n\x1a\nx"):
            assert cutter.cut(f"{len(content)}", "1", lambda content=content: (content, ())) == {}  # type: ignore[misc]
        assert cutter.cut("white", "1", lambda: (png(scans.page()), ())) == {}
    finally:
        cutter.close()
