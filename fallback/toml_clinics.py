"""Reads the clinics of hospital.toml: their days, rooms, units, fees, and how many patients they take."""

import re
from datetime import date, datetime, time

from fallback.errors import Sentence
from fallback.hospital import Clinic, Fee, Unit
from fallback.toml_lines import Place
from fallback.toml_table import Tables

RUPEES_LIMIT = 100_000
CLINICS_LIMIT = 255
CAPS = (1, 5_000)  # patients of one clinic in one day
OVERBOOK = (0, 300)  # per cent; a hall holds no more
PACE = (0, 60)  # minutes
COMPUTERS = (1, 200)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_ALWAYS = ("number", "code", "weekdays")
_AT_WILL = ("fees", "casualty", "discreet", "units", "cap", "overbook", "starts", "pace")
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}")


class ClinicTables(Tables):
    """The part of the file's reader that knows clinics."""

    __slots__ = ()

    def clinics(self, tables: object, fees: tuple[Fee, ...]) -> tuple[Clinic, ...]:
        """All [[clinic]] tables; `fees` hold for a clinic that states none."""
        if not isinstance(tables, list) or not tables:
            self.fail(("clinic",), "There is no [[clinic]] table. A hospital has at least one clinic.")
        texts = ("name", "name_hindi", "room", "unit")
        clinics: list[Clinic] = []
        for index, table in enumerate(tables):
            at: Place = ("clinic", index)
            self.only(at, table, {*texts, *_ALWAYS, *_AT_WILL})
            if "fees" not in table and not fees:
                self.fail((*at, "fees"), "The key is missing, and [hospital] has no fees that hold for all clinics.")
            clinic = Clinic(
                number=self.need(at, table, "number", self.whole(1, CLINICS_LIMIT)),
                code=self.need(at, table, "code", self.code),
                **{name: self.need(at, table, name, self.text) for name in texts},
                weekdays=self.need(at, table, "weekdays", self.weekdays),
                fees=self.fees((*at, "fees"), table["fees"]) if "fees" in table else fees,
                casualty=self.flag((*at, "casualty"), table.get("casualty", False)),
                discreet=self.flag((*at, "discreet"), table.get("discreet", False)),
                units=self.units((*at, "units"), table["units"]) if "units" in table else (),
                cap=self.whole(*CAPS)((*at, "cap"), table["cap"]) if "cap" in table else None,
                overbook=self.whole(*OVERBOOK)((*at, "overbook"), table["overbook"]) if "overbook" in table else None,
                starts=self.time_of_day((*at, "starts"), table["starts"]) if "starts" in table else None,
                pace=self.whole(*PACE)((*at, "pace"), table.get("pace", 0)),
            )
            if "overbook" in table and clinic.cap is None:
                self.fail((*at, "overbook"), "A clinic without a cap is never full. Write its cap, or leave this out.")
            for unit in clinic.units:
                if not unit.weekdays <= clinic.weekdays:
                    why = "{unit} sits on a day on which the clinic does not. Add the day to the clinic's weekdays."
                    self.fail((*at, "units"), Sentence(why, unit=unit.name))
            for earlier in clinics:
                if earlier.number == clinic.number:
                    why = "Clinic {code} has the number {number} already. A number belongs to one clinic for ever."
                    self.fail((*at, "number"), Sentence(why, code=earlier.code, number=clinic.number))
                if earlier.code == clinic.code:
                    why = "Clinic number {number} has the code {code} already. Give this one another code."
                    self.fail((*at, "code"), Sentence(why, code=clinic.code, number=earlier.number))
            clinics.append(clinic)
        return tuple(clinics)

    def units(self, at: Place, value: object) -> tuple[Unit, ...]:
        """The teams of a clinic, from a list like [{ name = "Unit I", room = "101", weekdays = ["mon", "thu"] }]."""
        if not isinstance(value, list) or not value:
            self.fail(
                at, 'A list of units was expected, like [{ name = "Unit I", room = "101", weekdays = ["mon", "thu"] }].'
            )
        units: list[Unit] = []
        for index, table in enumerate(value):
            row: Place = (*at, index)
            self.only(row, table, {"name", "room", "weekdays"})
            named = {name: self.need(row, table, name, self.text) for name in ("name", "room")}
            if any(unit.name == named["name"] for unit in units):
                self.fail((*row, "name"), "Another unit of this clinic has this name already.")
            units.append(Unit(**named, weekdays=self.need(row, table, "weekdays", self.weekdays)))
        return tuple(units)

    def time_of_day(self, at: Place, value: object) -> time:
        """A time on the clock, in India."""
        if not isinstance(value, time):
            self.fail(at, "A time without quotation marks was expected, like 09:00:00.")
        return value.replace(second=0, microsecond=0)

    def computers(self, table: object) -> int:
        """The table [caps]: how many computers give slips without seeing each other."""
        found = self.only(("caps",), table, {"computers"})
        return self.whole(*COMPUTERS)(("caps", "computers"), found.get("computers", 1))

    def code(self, at: Place, value: object) -> str:
        """What clerks type to choose the clinic."""
        if not isinstance(value, str) or not _CODE.fullmatch(value):
            self.fail(at, 'A code has 2 to 8 capital letters or digits and begins with a letter, like "ENT".')
        return value

    def weekdays(self, at: Place, value: object) -> frozenset[int]:
        """ISO weekdays from a list like ["mon", "thu"]."""
        if not isinstance(value, list) or not value:
            self.fail(at, 'A list of days was expected, like ["mon", "thu"].')
        for day in value:
            if day not in WEEKDAYS:
                why = "{day} is not a day. Use {names}."
                self.fail(at, Sentence(why, day=_short(day), names=", ".join(WEEKDAYS)))
        if len(set(value)) != len(value):
            self.fail(at, "A day stands there twice.")
        return frozenset(WEEKDAYS.index(day) + 1 for day in value)

    def fees(self, at: Place, value: object) -> tuple[Fee, ...]:
        """Dated fees, from a list like [{ from = 2022-11-01, rupees = 0 }], oldest first."""
        if not isinstance(value, list) or not value:
            self.fail(at, "A list of dated fees was expected, like [{ from = 2022-11-01, rupees = 0 }].")
        fees: list[Fee] = []
        for index, table in enumerate(value):
            row: Place = (*at, index)
            self.only(row, table, {"from", "rupees"})
            since = self.need(row, table, "from", self.day)
            rupees = self.need(row, table, "rupees", self.whole(0, RUPEES_LIMIT))
            if fees and fees[-1].since >= since:
                self.fail((*row, "from"), "The dates must rise from one fee to the next, and no date stands twice.")
            fees.append(Fee(since=since, rupees=rupees))
        return tuple(fees)

    def day(self, at: Place, value: object) -> date:
        """A date without a time."""
        if not isinstance(value, date) or isinstance(value, datetime):
            self.fail(at, "A date without quotation marks was expected, year first, like 2022-11-01.")
        return value


def _short(value: object) -> str:
    """A value as it may stand in a sentence."""
    text = value if isinstance(value, str) and value.isprintable() else repr(value)
    return text[:20]
