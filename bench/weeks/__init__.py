"""Two weeks without computers, made up: a journal of slips with all that recovery has said of them by its middle."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.town import DAY, Made, Town
from fallback import enrolment, hospital_file
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.hospital import Target
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction
from fallback.recovery import gates
from fallback.recovery.episodes import all_learnt
from fallback.slip import Age, Kind, Patient, Slip, SlipNumber, Visit
from fallback.vault import Cost

PIN = "739164"
TARGET = "his"
CHEAP = Cost(passes=1, lanes=1, memory_kib=64)
CLINICS, DAYS, DESKS = 30, 14, 12
ADMITTED = 500  # of 150,000
_BEGAN = datetime(2026, 11, 9, 3, 30, tzinfo=UTC)
_AT_ONCE = 500  # lines of a transaction
_REASONS = [["name", {"says": "the name is the same", "values": {}}, 9.1], ["mobile", {"says": "", "values": {}}, 6.0]]
_HOLDS = ("lacks", "uhid_missing", "typed_by_hand", "differs", "sealed", "other")
Said = tuple[FactKind, dict[str, Any], int]


class Weeks:
    """The installation, made, or opened where an earlier run left it."""

    def __init__(self, folder: Path, slips: int) -> None:
        self.now = _BEGAN
        self.slips = slips
        self.rng = random.Random(7)
        made, fresh = folder / "data", not (folder / "data").exists()
        if fresh:
            self.installation: Installation = enrolment.init(
                made, "bench", clock=self.now_and_on, state=folder / "state", cost=CHEAP
            )[0]
        else:
            self.now = _BEGAN + timedelta(days=DAYS + 2)
            self.installation = enrolment.open_installation(
                made, "bench", clock=self.now_and_on, state=folder / "state"
            )
        file = hospital_file.load(Path(__file__).parents[2] / "hospital.toml")
        target = Target(name=TARGET, url="http://127.0.0.1:9/fhir", test=False, kind="fhir")
        self.hospital = replace(file, targets=(target,), clinics=file.clinics[:CLINICS])
        self.numbers: list[SlipNumber] = []
        self._digests: dict[str, str] = {}
        self._tokens: dict[tuple[int, int, int], list[SlipNumber]] = {}
        if fresh:
            begun = time.perf_counter()
            self._make()
            self.took = time.perf_counter() - begun
        else:
            self.took = 0.0

    def now_and_on(self) -> datetime:
        """The clock: a thousandth of a second later at each look."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def write(self) -> None:
        """Something that is written while others look: a patient was seen."""
        number = self.installation.ledger.db().execute("SELECT max(number) FROM seen").fetchone()[0]
        told = {"number": number, "outcome": "seen", "clinic": 0, "room": ""}
        self.installation.ledger.write(lambda tx: tx.append(FactKind.VISIT_SEEN, told, by="asha"))

    def _make(self) -> None:
        ledger = self.installation.ledger
        for desk in range(1, DESKS + 1):
            enrolment.enrol_desk(self.installation, f"Counter {desk}")
        people = (("asha", Role.CLERK), ("meena", Role.SUPERVISOR), ("ravi", Role.RECORDS), ("kavita", Role.RECORDS))
        for login, role in people:
            enrolment.set_user(ledger, login, login.title(), role, PIN)
        ledger.write(
            lambda tx: tx.append(FactKind.DOWNTIME_STARTED, {"reason": "the servers are down", "drill": False})
        )
        self._register()
        self.now = _BEGAN + timedelta(days=DAYS)
        for source in (self._voided, self._read, self._sheets, self._matched, self._sent):
            self._say(source())
        for point, answers in gates.ANSWERS.items():
            gates.check(ledger, TARGET, point, answers.good[-1], "as agreed in writing", by="meena")

    def _register(self) -> None:
        people, left = Town(27).people(self.slips), self.slips
        while left:
            count = min(_AT_ONCE, left)
            self.now = _BEGAN + timedelta(days=(self.slips - left) * DAYS // self.slips, seconds=left % 20_000)
            self.installation.ledger.write(partial(self._issue, people=people, count=count))
            left -= count

    def _issue(self, tx: Transaction, people: Iterator[Made], count: int) -> None:
        rng, day = self.rng, (self.now - _BEGAN).days
        for each in [next(people) for _ in range(count)]:
            series, clinic = rng.randint(1, DESKS), rng.randint(1, CLINICS)
            number = tx.take_number(series)
            if rng.random() < 0.0002:  # one of which nobody knows
                number = tx.take_number(series)
            of_day = self._tokens.setdefault((series, clinic, day), [])
            of_day.append(number)
            patient = Patient(
                name=each.name, sex=each.sex, age=Age(value=DAY.year - int(each.birth[:4])), guardian=each.guardian,
                mobile=each.mobile, locality=each.locality, district="South Delhi", state=7,
            )  # fmt: skip
            visit = Visit(clinic=clinic, token=len(of_day), token_series=series, fee=10)
            first = rng.choice(self.numbers) if self.numbers and rng.random() < 0.1 else None
            kind, in_bed = Kind.OPD, rng.random() < ADMITTED / 150_000
            if in_bed:
                kind, visit = Kind.ADMISSION, replace(visit, ward=rng.randint(1, 8), bed=str(rng.randint(1, 30)))
            slip = Slip(
                number=number, kind=kind, signer=series, issued=tx.now.replace(microsecond=0), patient=patient,
                visit=visit, medico_legal=rng.random() < 0.02, patient_number=None if in_bed else first,
            )  # fmt: skip
            if first is None:
                self.numbers.append(number)
            digest = self._digests[number.text] = f"{number.text:0>64}"
            content = {"slip": slip.record(), "receipt": "", "digest": digest, "cut": []}
            tx.append(FactKind.SLIP_ISSUED, content, payload=b"\0" * 150, series=series, shift="", by="asha")

    def _say(self, lines: Iterator[Said]) -> None:
        def job(tx: Transaction, portion: list[Said]) -> None:
            for fact, content, series in portion:
                tx.append(fact, content, series=series, by="ravi")

        portion: list[Said] = []
        for line in lines:
            portion.append(line)
            if len(portion) == _AT_ONCE:
                self.installation.ledger.write(partial(job, portion=portion))
                portion = []
        self.installation.ledger.write(partial(job, portion=portion))

    def _all(self) -> list[SlipNumber]:
        return [SlipNumber.parse(text) for text in self._digests]

    def _voided(self) -> Iterator[Said]:
        for number in self._all():
            if self.rng.random() < 0.005:
                slip = Slip(
                    number=number, kind=Kind.VOID, revision=1, replaces=bytes.fromhex(self._digests[number.text])[:4],
                    signer=number.series, reason="wrong person",
                )  # fmt: skip
                told = {"slip": slip.record(), "reason": "wrong person", "digest": f"{number.text:0>62}ff", "cut": []}
                yield FactKind.SLIP_VOIDED, told | {"allowed_by": "meena", "refunds": False}, number.series

    def _page(self, at: int, outcome: str, codes: list[dict[str, str]], form: str, marks: dict[str, str]) -> Said:
        forms = [{"place": 0, "form": form, "sure": True, "marks": marks}] if form else []
        return FactKind.PAGE_ACCEPTED, {
            "batch": f"box-{at // 1000}", "file": f"box-{at // 100}.pdf", "page": at % 100, "picture": f"{at:064x}",
            "outcome": outcome, "codes": codes, "problem": "", "forms": forms,
        }, 0  # fmt: skip

    def _read(self) -> Iterator[Said]:
        """Pages of 40 %: some with ticks, some that need eyes; what the nurse said of half."""
        rng = self.rng
        for at, number in enumerate(self._all()):
            if rng.random() < 0.5:
                seen = "seen" if rng.random() < 0.9 else "not_seen"
                yield FactKind.VISIT_SEEN, {"number": number.text, "outcome": seen, "clinic": 0, "room": ""}, 0
            if rng.random() < 0.4:
                eyes = rng.random() < 0.03
                code = {"outcome": "number" if eyes else "genuine", "number": number.text, "digest": ""}
                marks = {"outcome.seen": "ticked"} if rng.random() < 0.8 else {}
                marks |= {"outcome.investigations": "ticked"} if rng.random() < 0.15 else {}
                marks |= {"days.7": "ticked"} if rng.random() < 0.2 else {}
                outcome = "number_only" if eyes else "read"
                yield self._page(at, outcome, [code], "slip.hospital", marks)

    def _sheets(self) -> Iterator[Said]:
        """Day sheets of every second desk and clinic."""
        for at, ((series, clinic, day), slips) in enumerate(sorted(self._tokens.items())):
            if series % 2:
                continue
            text = (_BEGAN + timedelta(days=day)).date().isoformat()
            digest = f"{at:0>62}da"
            record = {
                "type": "day", "hospital": "00000000", "drill": False, "series": series, "clinic": clinic, "day": text,
                "token_series": series, "first": 1, "last": len(slips), "page": 1, "pages": 1,
            }  # fmt: skip
            yield (
                FactKind.STATEMENT_READ,
                {"statement": record, "digest": digest, "revoked": False, "vouched": False},
                0,
            )
            marks = {f"reached.{row}": "ticked" for row in range(1, len(slips) + 1) if self.rng.random() < 0.9}
            code = {"outcome": "genuine", "number": "", "digest": digest}
            yield self._page(2_000_000 + at, "read", [code], "day-sheet.sheet", marks)

    def _matched(self) -> Iterator[Said]:
        rng = self.rng
        for number in self.numbers:
            dice = rng.random()
            outcome = "same" if dice < 0.55 else "new" if dice < 0.88 else "ask"
            uhid = f"uhid:{rng.randint(100_000_000, 120_000_000)}"
            sample = outcome != "ask" and rng.random() < 0.004
            told = {
                "number": number.text, "digest": self._digests[number.text], "index": "1b2c3d4e5f607182",
                "outcome": outcome, "to": uhid if outcome == "same" else "",
                "chance": 0.6 if outcome == "ask" else 0.999,
                "reasons": _REASONS, "others": [[uhid, 0.4]] if outcome != "new" else [], "sample": sample,
            }  # fmt: skip
            yield FactKind.SLIP_MATCHED, told, number.series
            if (outcome == "ask" or sample) and rng.random() < 0.5:
                word = rng.choices(("same", "new", "ask"), (5, 4, 1))[0]
                said = {
                    "number": number.text, "digest": self._digests[number.text], "to": uhid if word == "same" else "",
                    "decision": word, "reason": "", "shown": [uhid], "sample": sample, "risky": rng.random() < 0.1,
                    "risks": [],
                }  # fmt: skip
                yield FactKind.MATCH_DECIDED, said, number.series

    def _sent(self) -> Iterator[Said]:
        """Half is there; the rest is approved, held, failed, in the air, left for the live counter, or not yet."""
        rng, known = self.rng, all_learnt(self.installation.ledger.db(), TARGET)
        for number in self._all():
            told = known[number.text].text if number.text in known and rng.random() < 0.97 else ""
            who = {"number": number.text, "revision": 0, "target": TARGET}
            stage = rng.choices(
                ("confirmed", "approved", "held", "failed", "sending", "on_return", ""), (50, 20, 5, 1, 0.01, 1, 23)
            )[0]
            if stage == "on_return":
                yield FactKind.SLIP_DEFERRED, who | {"reason": "the patient is asked to come"}, number.series
            elif stage:
                yield FactKind.SLIP_APPROVED, who, number.series
            if stage in ("confirmed", "failed", "sending"):
                yield FactKind.SLIP_SENDING, who | {"run": "old", "person": number.text, "told": told}, number.series
            if stage == "confirmed":
                uhid, new = str(rng.randint(100_000_000, 120_000_000)), rng.random() < 0.4
                there = {"patient": uhid, "encounter": f"e{number.text}", "uhid": uhid, "created": new, "told": told}
                yield FactKind.SLIP_CONFIRMED, who | there, number.series
                if rng.random() < 0.002:
                    wrong = {"wrong": f"uhid:{uhid}", "right": "new", "reason": "another", "sent": {}, "steps": []}
                    yield FactKind.REPAIR_OPENED, {"number": number.text, "target": TARGET} | wrong, number.series
            elif stage in ("held", "failed"):
                fact = FactKind.SLIP_HELD if stage == "held" else FactKind.SLIP_FAILED
                hold = rng.choice(_HOLDS) if stage == "held" else ""
                yield fact, who | {"reason": "The system said no.", "hold": hold}, number.series
