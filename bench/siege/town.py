"""The place that is attacked: an installation with users, slips and a shift, its web app, and browsers."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from werkzeug.test import TestResponse

from fallback import enrolment, frontdesk, hospital_file
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.keys import hospital_id
from fallback.rehearsal.clerk import Form, Page
from fallback.slip import Age, FeeStatus, Patient, Sex
from fallback.vault import Cost
from fallback.web import close, create_app, place

HOME = Path(__file__).parent.parent.parent
SECRET, PIN = "bench of the siege", "739164"
USERS = {"asha": Role.CLERK, "meena": Role.SUPERVISOR, "ravi": Role.RECORDS, "tara": Role.AUDITOR}
CHEAP = Cost(passes=1, lanes=1, memory_kib=64)
HOSPITAL = hospital_file.load(HOME / "hospital.toml")


def clock() -> datetime:
    """The time that the town has."""
    return datetime.now(UTC)


class Town:
    """A data folder with a desk, four users and three slips, and the app on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder / "data", folder / "state"
        self.installation, _, _ = enrolment.init(self.folder, SECRET, clock=clock, cost=CHEAP, state=self.state)
        enrolment.enrol_desk(self.installation, "Counter 1")
        for login, role in USERS.items():
            enrolment.set_user(self.installation.ledger, login, login.title(), role, PIN)
        self.counter = counter(self.installation)
        frontdesk.start_downtime(self.counter, "the servers are down")
        self.shift = frontdesk.open_shift(self.counter, series=1, login="asha").key
        self.numbers = [frontdesk.register(self.counter, self.shift, registration()).row.slip.number for _ in range(3)]
        self.app = create_app(self.installation, HOSPITAL, clock=clock)

    def browser(self, login: str = "") -> "Browser":
        """A browser of its own, of a user who is logged in where one is named."""
        made = Browser(self)
        if login:
            made.log_in(login)
        return made

    def again(self, login: str) -> "Browser":
        """A browser of a user who was changed, switched off or sent away by an attack."""
        enrolment.set_user(self.installation.ledger, login, login.title(), USERS[login], PIN)
        enrolment.set_active(self.installation.ledger, login, active=True)
        return self.browser(login)

    def unlimited(self) -> None:
        """Forgets how often anybody asked: what is attacked here is not the rate."""
        self.app.extensions[place.NAME].limiter._spent.clear()

    def lines(self) -> int:
        """How many lines all chains have."""
        return sum(head.sequence for head in self.installation.ledger.heads().values())

    def facts(self, after: int) -> list[str]:
        """The kinds of the lines beyond so many."""
        return [line.fact.value for line in self.installation.ledger.lines()][after:]

    def views(self) -> list[tuple[str, list[str], str]]:
        """Address, methods and endpoint of every page, with arguments that lead somewhere."""
        found = []
        for rule in self.app.url_map.iter_rules():
            values: dict[str, Any] = {name: self._value(rule.endpoint, name) for name in rule.arguments}
            with self.app.test_request_context():
                adapter = self.app.url_map.bind("localhost")
                found.append((adapter.build(rule.endpoint, values), sorted(rule.methods or ()), rule.endpoint))
        return found

    def _value(self, endpoint: str, name: str) -> Any:
        known = {"number": self.numbers[0], "series": 1, "place": 0, "picture": "0" * 64, "path": "parchi.css"}
        if name == "key":
            return self.shift if "shift" in endpoint else "0" * 16
        if name == "name":
            return "parchi.css" if endpoint == "static" else "label"
        return known[name]

    def close(self) -> None:
        """Ends it."""
        close(self.app)
        self.installation.close()


class Browser:
    """One browser: its cookies."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.client = town.app.test_client()
        self.known = ""  # the token of its session, where it was asked for

    def get(self, path: str, **more: Any) -> TestResponse:
        """A page, without following where it leads."""
        return self.client.get(path, **more)

    def post(self, path: str, data: Any = None, **more: Any) -> TestResponse:
        """A form, without following where it leads."""
        return self.client.post(path, data=data or {}, **more)

    def page(self, path: str) -> Page:
        """A page, read."""
        return read(self.client.get(path, follow_redirects=True))

    def log_in(self, login: str, pin: str = PIN) -> TestResponse:
        """Logs in, as a person does."""
        self.town.unlimited()
        form = self.page("/login").form("login", "pin")
        return self.post(form.action, form.fields | {"login": login, "pin": pin})

    def is_in(self) -> bool:
        """Whether the app takes this browser for a user's."""
        return self.get("/keys").status_code == httpx.codes.OK

    def token(self) -> str:
        """The token that this browser's forms carry."""
        for path in ("/", "/records", "/users", "/login"):
            for form in self.page(path).forms:
                if found := form.fields.get("csrf_token"):
                    return found
        return ""

    def cookie(self) -> str:
        """The session's cookie."""
        found = self.client.get_cookie("parchi")
        return found.value if found else ""

    def wear(self, cookie: str) -> "Browser":
        """Takes another cookie on."""
        self.client.set_cookie("parchi", cookie)
        return self


def counter(made: Installation) -> frontdesk.Counter:
    """The counter of an installation."""
    return frontdesk.Counter(
        ledger=made.ledger, hospital=HOSPITAL, hospital_id=hospital_id(made.root), drill=made.drill, sign=made.sign
    )


def registration(name: str = "Sunita Devi") -> frontdesk.Registration:
    """A registration that can be taken."""
    patient = Patient(name=name, sex=Sex.FEMALE, age=Age(value=34), mobile="9810000001")
    return frontdesk.Registration(patient=patient, clinic=HOSPITAL.clinics[0].number, fee_status=FeeStatus.EXEMPT)


def read(response: TestResponse) -> Page:
    """A response as a page with its forms."""
    text = response.get_data().decode(errors="replace") if response.mimetype == "text/html" else ""
    request = httpx.Request("GET", f"http://localhost{response.request.path}")
    return Page(httpx.Response(response.status_code, text=text, request=request))


def named(form: Form) -> Form:
    """A form without what has no name, and with its address as a path."""
    fields = {name: value for name, value in form.fields.items() if name}
    with suppress(ValueError):
        form.action = httpx.URL(form.action).raw_path.decode()
    return Form(form.action, fields, form.choices)
