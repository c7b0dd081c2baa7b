"""Hostile texts in every field, query and address, and in everything that is stored: what pages, papers and tables say.

Let in is an element, an attribute, a comment or code in a page that no template of ours writes; a template that was
typed and worked out; a header of the attacker's; an answer without our policy; SQL that holds what was typed; a paper
with a link or code in it, or from which the text is gone; a cell that a spreadsheet takes for a formula.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from bench.siege import Tried
from bench.siege.eyes import (
    FORMULAS,
    MARK,
    TEXTS,
    Statements,
    formulas_in,
    let_in_by_markup_in_papers,
    let_in_by_pasted_sql,
    let_in_by_plain_tables,
    strange,
    strange_in_pdf,
    text_of,
)
from bench.siege.town import HOSPITAL, PIN, Browser, Town, clock, registration
from fallback import custody, enrolment, frontdesk, payload
from fallback.downtime import Role
from fallback.errors import ParchiError
from fallback.ledger.facts import FactKind
from fallback.logbook import FOLDER_NAME, Logbook
from fallback.recovery import accept_scan, export_folder
from fallback.rehearsal.clerk import Form
from fallback.scanning import ReadCode, ReadPage
from fallback.slip import Age, Patient, Relation, Sex, Slip, SlipNumber, Visit

_LAST = ("/logout", "/lock", "/shift/close", "/hand-over", "/downtime", "/revoke", "/retire", "/users", "/pin")
_QUERIES = ("batch", "identity", "name", "next", "noticed", "number", "outcome")
# What makes a form one that would be taken, but for its one hostile field.
_GOOD = {
    "name": "Sunita Devi", "sex": "female", "age": "34", "age_unit": "years", "clinic": "MED", "fee_status": "exempt",
    "reason": "the paper says so", "login": "meena", "pin": PIN, "role": "clerk", "desk": "1", "opening_float": "0",
    "counted_cash": "0", "count": "1", "issued_to": "Ward 5", "day": "23-11-2026", "clock": "y", "batch": "Box 1",
}  # fmt: skip
_WHO = ("meena", "asha", "ravi", "tara", "")


def fields(town: Town, texts: int, *, step: int = 1) -> tuple[Tried, Tried]:
    """So many hostile texts in each field, or each so-manieth, of every form, hidden ones too: for XSS and for SQL."""
    told, sql = Tried("markup and templates typed into fields (XSS)"), Tried("SQL typed into fields")
    seen, turn = Statements(), 0
    with seen.watched():
        found = [(who, page, form) for who in _WHO[: 3 if step > 1 else None]
                 for page, form in _forms(town, town.browser(who))]  # fmt: skip
        found.sort(key=lambda each: _is_last(each[2]))
        asked = {(urlsplit(form.action).path, *sorted(form.fields)): (who, page, form) for who, page, form in found}
        browsers = {who: town.browser(who) for who, _, _ in asked.values()}
        for who, page, form in asked.values():
            browser = browsers[who]
            for name in sorted({*form.fields, *form.choices} - {"csrf_token", ""})[::step]:
                for _ in range(texts):
                    turn += 1
                    text = TEXTS[turn % len(TEXTS)]
                    before = len(seen.with_input)
                    wrong = _send(town, browser, who, page, form, name, text)
                    told.count(let_in=bool(wrong), as_told=f"{who} {form.action} {name}={text!r}: {wrong[:2]}")
                    sql.count(let_in=len(seen.with_input) > before, as_told=f"{form.action} {name}={text!r}")
    sql.beside = {"SQL statements looked at": seen.seen, "the same pasted into SQL": let_in_by_pasted_sql()}
    return told, sql


def _forms(town: Town, browser: Browser, begin: tuple[str, ...] = ("/",)) -> Iterator[tuple[str, Form]]:
    """Every form of every page whose address begins so."""
    for path, methods, endpoint in town.views():
        if "GET" in methods and endpoint != "static" and path.startswith(begin):
            yield from ((path, form) for form in browser.page(path).forms)


def _is_last(form: Form) -> bool:
    """Whether a form ends something that the others need."""
    return any(urlsplit(form.action).path.startswith(end) for end in _LAST)


def _send(town: Town, browser: Browser, who: str, page: str, form: Form, name: str, text: str) -> list[str]:
    town.unlimited()
    if not who or not browser.is_in():
        browser.client = (town.again(who) if who else town.browser()).client
        browser.known = ""
    token = browser.known = browser.known or browser.token()
    path = urlsplit(form.action).path or page
    good = {each: _GOOD[each] for each in {*form.fields, *form.choices} if each in _GOOD and not form.fields.get(each)}
    sent = form.fields | good | {name: text, "csrf_token": token}
    sent.pop("", None)
    found = []
    answer = browser.post(path, sent, content_type="multipart/form-data" if path.endswith("/scans") else None)
    found += strange(answer)
    if answer.status_code in (302, 303) and answer.location:
        if urlsplit(answer.location).netloc not in ("", "localhost"):
            found.append(f"leads to {answer.location}")
        else:
            there = browser.get(answer.location)
            found += strange(there)
            there.close()
    answer.close()
    return found


def addresses(town: Town, texts: int, *, people: tuple[str, ...] = ("meena", "ravi", "")) -> tuple[Tried, Tried]:
    """Hostile texts as a part of each address and as each query."""
    told, sql = Tried("markup in addresses and queries (XSS)"), Tried("SQL in addresses and queries")
    seen, turn = Statements(), 0
    rules = [rule for rule in town.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    with seen.watched():
        for who in people:
            browser = town.browser(who)
            for rule in rules:
                bare = re.sub(r"<[^>]+>", "1", rule.rule)
                for _ in range(texts):
                    turn += 1
                    text = TEXTS[turn % len(TEXTS)]
                    asked = [f"{bare}?" + "&".join(f"{name}={quote(text)}" for name in _QUERIES)]
                    if rule.arguments:
                        asked.append(re.sub(r"<[^>]+>", quote(text, safe=""), rule.rule))
                        asked.append(re.sub(r"<[^>]+>", quote(text), rule.rule))
                    for path in asked:
                        before = len(seen.with_input)
                        answer = browser.get(path)
                        found = strange(answer)
                        answer.close()
                        told.count(let_in=bool(found), as_told=f"{who} {path}: {found[:2]}")
                        sql.count(let_in=len(seen.with_input) > before, as_told=path)
    sql.beside = {"SQL statements looked at": seen.seen, "the same pasted into SQL": let_in_by_pasted_sql()}
    return told, sql


def sow(town: Town, texts: tuple[str, ...]) -> None:
    """Hostile texts as they would lie in the journal: past the forms, by paper, by another desk, by a command."""
    keys, ledger = town.installation.keys(), town.installation.ledger
    pages = []
    for place, text in enumerate(texts):
        number = SlipNumber(1, 100 + place)
        patient = Patient(
            name=text, name_hindi=text, sex=Sex.FEMALE, age=Age(value=34), guardian=text, relation=Relation.HUSBAND,
            district=text, locality=text,
        )  # fmt: skip
        slip = Slip(
            number=number, hospital=town.counter.hospital_id, signer=1, issued=clock().replace(microsecond=0),
            patient=patient, visit=Visit(clinic=HOSPITAL.clinics[0].number, token=900 + place, token_series=1),
        )  # fmt: skip
        for one in (slip, replace(slip, patient=replace(patient, name=f"Other {MARK}"))):  # a conflict, both shown
            code = ReadCode(
                text=payload.to_digits(payload.encode(one, town.installation.sign(1))), symbology="qr", box=(0, 0, 9, 9)
            )
            pages.append(_page(f"{text}.pdf", f"{place} {one.patient.name}", code))
        pages.append(_page(text, f"{place} torn", ReadCode(text=text, symbology="qr", box=(0, 0, 9, 9))))
    accept_scan(ledger, pages, keys, drill=False, by="ravi", batch=texts[0])
    for place, text in enumerate(texts):
        accept_scan(ledger, [_page(text, f"{place} batch")], keys, drill=False, by="ravi", batch=text)
        with suppress(ParchiError):
            enrolment.enrol_desk(town.installation, text[:40])
        content = {"login": f"{MARK}{place}", "name": text, "role": Role.CLERK.value, "pin_hash": "x", "active": True}
        ledger.write(lambda tx, content=content: tx.append(FactKind.USER_SET, content))  # type: ignore[misc]
        asked = registration()
        asked = replace(asked, patient=replace(asked.patient, locality=text[:60], district=text[:60]))
        try:
            number = frontdesk.register(town.counter, town.shift, asked, form=f"sown {place}").row.slip.number
            town.numbers.append(number)
            if place % 3 == 0:
                frontdesk.void(town.counter, town.shift, number, text, allowed_by="meena")
            elif place % 3 == 1:
                frontdesk.correct(town.counter, town.shift, number, asked, text)
        except ParchiError:
            continue  # what the desk does not take comes by paper, above
        finally:
            town.numbers.append(SlipNumber(1, 100 + place))


def _page(file: str, name: str, *codes: ReadCode) -> ReadPage:
    return ReadPage(file=file, page=1, picture_hash=hashlib.sha256(name.encode()).hexdigest(), texts=codes)


def stored(town: Town, *, quick: bool = False) -> Tried:
    """Every page that shows what is stored, to everybody who may look; and the same with careless templates."""
    told = Tried("stored texts shown on pages (XSS)")
    everybody = ("meena",) if quick else ("meena", "asha", "ravi", "tara")
    for found, where in _looked_at(town, everybody, ("en",) if quick else ("en", "hi")):
        told.count(let_in=bool(found), as_told=f"{where}: {found[:2]}")
    environment = town.app.jinja_env
    careful, environment.autoescape = environment.autoescape, False
    if environment.cache is not None:
        environment.cache.clear()
    careless = sum(bool(found) for found, _ in _looked_at(town, ("ravi" if quick else "meena",), ("en",)))
    environment.autoescape = careful
    if environment.cache is not None:
        environment.cache.clear()
    told.beside = {"pages of the same app without escaping": careless}
    return told


def _looked_at(town: Town, everybody: tuple[str, ...], languages: tuple[str, ...]) -> Iterator[tuple[list[str], str]]:
    for who in everybody:
        for language in languages:
            browser = town.browser(who)
            browser.post("/language", {"csrf_token": browser.token(), "language": language, "back": "/"})
            paths = [path for path, methods, endpoint in town.views() if "GET" in methods and endpoint != "static"]
            for number in town.numbers[3:]:
                paths += [f"/slips/{number.text}", f"/slips/{number.text}/next"]
            links = {link for path in ("/records/pages", "/records/batches") for link in browser.page(path).links}
            paths += [link for link in links if link.startswith("/")][:40]
            for path in paths:
                answer = browser.get(path)
                if answer.mimetype == "text/html":
                    yield strange(answer), f"{who} {path}"
                answer.close()


def papers(town: Town, most: int, *, quick: bool = False) -> Tried:
    """Every paper that the app prints, of so many slips: text stays text, and nothing in it acts."""
    told, shown = Tried("stored texts printed (PDF)"), 0
    boss = town.browser("meena")
    asked = [path for path, methods, endpoint in town.views() if "GET" in methods and endpoint != "static"]
    for number in town.numbers[3 : 3 + most]:
        asked.append(f"/slips/{number.text}/print")
        asked += [] if quick else [f"/slips/{number.text}/sheet/{name}" for name in sorted(frontdesk.SLIP_SHEETS)]
    for path in asked:
        answer = boss.get(path)
        if answer.mimetype == "application/pdf":
            shown += MARK in text_of(answer.get_data())
            found = strange(answer)
            told.count(let_in=bool(found), as_told=f"{path}: {found[:2]}")
        answer.close()
    for path, form in _forms(town, boss, ("/sheets", "/slips") if quick else ("/",)):
        if _is_last(form):
            continue
        answer = boss.post(urlsplit(form.action).path or path, form.fields | {"csrf_token": boss.token()})
        if answer.mimetype == "application/pdf":
            found = strange(answer)
            shown += MARK in text_of(answer.get_data())
            told.count(let_in=bool(found), as_told=f"{form.action}: {found[:2]}")
        answer.close()
    for number in town.numbers[3 : 3 + most]:
        try:
            content = frontdesk.slip_sheet(town.counter, number, "referral", by="meena")
        except ParchiError:
            continue
        found = strange_in_pdf(content)
        told.count(let_in=bool(found), as_told=f"{number} referral: {found[:2]}")
    told.count(let_in=not shown, as_told="no paper shows what was typed: nothing was looked at")
    told.beside = {
        "papers that show such a text as text": shown,
        f"of {len(TEXTS) + 2} texts in ReportLab's paragraphs": let_in_by_markup_in_papers(),
    }
    return told


def tables(town: Town, folder: Path) -> Tried:
    """Every CSV that the program writes: the access log, its export, the list of pictures."""
    told = Tried("formulas in tables (CSV)")
    log = Logbook(folder / FOLDER_NAME, clock)
    for text in (*FORMULAS, *TEXTS):
        log.write("request", text, address=text, login=text, role=text, method=text)
    out, pictures = folder / "logs-out", folder / "pictures-out"
    today = clock().date()
    custody.export_logs(town.installation.ledger, folder / FOLDER_NAME, out, today.replace(day=1), today)
    contents = []
    for place, text in enumerate(FORMULAS):
        content = b"\xff\xd8\xff\xe0" + f"{place}".encode() * 400
        name = hashlib.sha256(content).hexdigest()
        contents.append((name, content))
        page = ReadPage(file=text, page=1, picture_hash=name, texts=())
        accept_scan(town.installation.ledger, [page], town.installation.keys(), drill=False, by="ravi", batch=text)
    town.installation.pages.put(contents)
    export_folder(town.installation.ledger, town.installation.pages, pictures, by="meena")
    for path in [*(folder / FOLDER_NAME).glob("*.csv"), *out.glob("*"), *pictures.glob("*.csv")]:
        table = path.read_bytes().decode()
        cells = table.count(",") + table.count("\n")
        found = formulas_in(table)
        told.tried += cells - 1
        told.count(let_in=bool(found), as_told=f"{path.name}: {found[:3]}")
        told.let_in += max(0, len(found) - 1)
    told.beside = {f"of {len(FORMULAS)} texts as Python's csv writes them": let_in_by_plain_tables()}
    return told
