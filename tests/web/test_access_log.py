"""The access log of the web: every request leaves a line, no line holds a value; the clock that a shift confirms."""

from pathlib import Path

import pytest
from flask import Flask

from fallback import logbook
from fallback.enrolment import Installation
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.events import events
from fallback.web import close, create_app
from tests import factories
from tests.test_printing import text_of
from tests.web.visitor import NEW, Visitor


def log(made: Installation) -> list[dict[str, str]]:
    folder = made.folder / "logs"
    return [row for day in logbook.days(folder) for row in logbook.rows(folder, day)]


def test_every_request_leaves_a_line_without_a_value(desk: Visitor, installation: Installation) -> None:
    desk.register()
    desk.find("Sunita")
    desk.find("9810000001")
    desk.get("/slips/00100000114?next=Sunita")
    desk.get("/no-such-place/Sunita")
    desk.get("/static/parchi.css")
    rows = log(installation)
    assert rows[0]["event"] == "started"
    assert [int(row["sequence"]) for row in rows] == list(range(1, len(rows) + 1))
    made = [row for row in rows if row["endpoint"] == "frontdesk.register" and row["method"] == "POST"]
    assert [(row["login"], row["role"], row["address"]) for row in made] == [("asha", "clerk", "127.0.0.1")]
    assert {"frontdesk.slip", "unknown", "static"} <= {row["endpoint"] for row in rows}
    assert "404" in {row["status"] for row in rows}
    whole = "".join(path.read_text() for path in (installation.folder / "logs").glob("*.csv"))
    for value in (*NEW.values(), "Sunita", "00100000114", "no-such-place", factories.PIN):
        if len(value) > 3 and value not in ("female", "years"):
            assert value not in whole


def test_refused_logins_and_hosts_are_told_apart(visitor: Visitor, installation: Installation) -> None:
    visitor.log_in("asha", "000111")
    visitor.log_in("9810000001", "000111")
    visitor.get("/login", headers={"Host": "evil.example"})
    rows = [row for row in log(installation) if row["event"].startswith("refused")]
    assert [(row["event"], row["login"]) for row in rows] == [
        ("refused_login", "asha"), ("refused_login", "unknown"), ("refused_host", ""),
    ]  # fmt: skip


def test_a_login_that_is_too_large_is_refused_and_logged(visitor: Visitor, installation: Installation) -> None:
    answer = visitor.client.post("/login", data={"login": "x" * 2_000_000})
    assert answer.status_code == 413
    (row,) = [row for row in log(installation) if row["event"].startswith("refused")]
    assert (row["event"], row["login"], row["status"]) == ("refused_login", "unknown", "413")


def test_a_log_that_cannot_be_written_stops_no_registration(app: Flask, installation: Installation) -> None:
    folder = installation.folder / "logs"
    desk = Visitor(app).at_desk()
    for path in [*folder.iterdir()]:
        path.chmod(0o600)
        path.unlink()
    folder.rmdir()
    folder.write_text("something else")
    assert "001 000 001 14" in desk.register().text
    folder.unlink()
    desk.get("/")
    assert "lines_lost" in [row["event"] for row in log(installation)]


def test_a_start_and_a_stop_are_told_and_the_day_before_is_closed(installation: Installation, tmp_path: Path) -> None:
    for day in range(2):
        start = factories.START.replace(day=23 + day)
        app = create_app(installation, factories.hospital(), clock=factories.clock(start))
        close(app)
    assert [row["event"] for row in log(installation)] == ["started", "stopped"] * 2
    assert [event.content["day"] for event in events(installation.ledger.db(), FactKind.LOGS_CLOSED)] == ["2026-11-23"]


def test_a_shift_confirms_the_clock_or_tells_the_right_time(desk: Visitor, installation: Installation) -> None:
    (told,) = events(installation.ledger.db(), FactKind.CLOCK_TOLD)
    assert (told.content["offset_seconds"], told.login, told.series) == (0, "asha", 1)
    other = Visitor(desk.client.application)
    other.log_in("meena")
    form = other.get("/shift/open").page.form("opening_float")
    assert "Write day and time" in other.send(form, desk="2", opening_float="0", right_time="soon").says
    answer = other.send(form, desk="2", opening_float="0", right_time="23-11-2026 11:30")
    assert answer.path == "/", answer.says
    told = events(installation.ledger.db(), FactKind.CLOCK_TOLD)[-1]
    assert told.content["offset_seconds"] == pytest.approx(7200, abs=120)
    assert "wrong by" in answer.text, "the bar says so, and the desk works"
    assert "001 000 001 14" in desk.register().text


def test_a_supervisor_makes_the_reports_from_the_page_of_sheets(desk: Visitor, app: Flask) -> None:
    desk.register()
    assert desk.get("/sheets/incident?noticed=23-11-2026+06:10").status == 403
    boss = Visitor(app)
    boss.log_in("meena")
    form = boss.get("/sheets").page.form("noticed")
    assert form.fields["noticed"].startswith("23-11-2026")
    for path, due in (("incident", "23-11-2026 12:10 IST"), ("personal-data", "26-11-2026 06:10 IST")):
        answer = boss.get(f"/sheets/{path}?noticed=23-11-2026+06:10")
        assert answer.status == 200
        assert due in text_of(answer.content)
    assert "Write day and time" in boss.get("/sheets/incident?noticed=x").text
