"""What every view stands on: the installation, the hospital, the counter, the clock; who asks, in which language."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from typing import TypeVar, cast

from flask import current_app, g, request, session
from markupsafe import Markup

from fallback.computer import PowerWatch
from fallback.custody.network.link import Link
from fallback.downtime import Shift, User
from fallback.enrolment import Installation
from fallback.enrolment.readiness import Stick
from fallback.errors import FieldWrong, LoggedOut, ShiftNotOpen
from fallback.frontdesk import Counter, Looks, PrintQueue
from fallback.frontdesk.practising import Practising
from fallback.hospital import Hospital
from fallback.idcards import Signers
from fallback.language import LANGUAGES, translate
from fallback.ledger import queries
from fallback.ledger.queries import Database
from fallback.logbook import Logbook
from fallback.patients import PatientIndex
from fallback.recovery import Imports, Intake, Matcher, Standings, Worklist
from fallback.recovery.reviews import Reviews
from fallback.slip import INDIA
from fallback.web.buckets import Limiter
from fallback.web.checks import Checks
from fallback.web.cutter import Cutter
from fallback.web.lens import Lens
from fallback.web.sessions import Sessions
from fallback.web.unsent import Unsent

NAME = "parchi"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the app was made with. `language` is that of first screens; `hosts` are the names it answers under.

    `index` is the frozen patient index, where this computer holds one; `index_address` is where another computer of the
    hospital answers for it, "" when none does.
    `queue` prints for the desks that have a printer of the server's; without one every desk prints from its browser.
    `authority` is the certificate (DER) that browsers of the network are told to trust, None while there is none;
    `limiter` counts what is asked too often. `logbook` is the access log. `intake` reads what is handed in, `worklist`
    says who has which page and `reviews` who has which match, `cutter` cuts pages, `lens` reads codes off a camera,
    `signers` are UIDAI's certificates.
    `imports` are the runs of this server into hospital systems, `standings` where all slips stand on their way, and
    `matcher` says whose they are.
    `unsent` keeps the forms that are being typed, `looks` which of them asked the index. `clinics` keeps the form's
    list of clinics as they stand, by language and by whether the patient is a returning one. `practising` is the guided
    drill that this app is there for, None of every other app. `stick` looks at the stick that the program came from,
    None where it came from none; `power` at the battery; `checks` keeps the monthly check that was made last.
    `link` is the one to the other desks, None where this desk is alone.
    """

    installation: Installation
    hospital: Hospital
    counter: Counter
    clock: Callable[[], datetime]
    language: str
    hosts: frozenset[str]
    index: PatientIndex
    index_address: str
    authority: bytes | None
    limiter: Limiter
    logbook: Logbook
    intake: Intake
    worklist: Worklist
    imports: Imports
    matcher: Matcher
    standings: Standings
    reviews: Reviews
    cutter: Cutter
    lens: Lens
    signers: Signers
    sessions: Sessions
    unsent: Unsent
    queue: PrintQueue | None
    practising: Practising | None = None
    stick: Stick | None = None
    link: Link | None = None
    power: PowerWatch = field(default_factory=PowerWatch)
    checks: Checks = field(default_factory=Checks)
    clinics: dict[tuple[str, bool], tuple[object, Markup]] = field(default_factory=dict)
    looks: Looks = field(default_factory=Looks)


def once(make: Callable[[], T]) -> Callable[[], T]:
    """What a page asks for in several places is worked out once a request."""
    name = f"once {make.__module__}.{make.__name__}"

    @wraps(make)
    def made() -> T:
        if name not in g:
            setattr(g, name, make())
        return cast(T, g.get(name))

    return made


def here() -> Place:
    """The place of this app."""
    return cast(Place, current_app.extensions[NAME])


def db() -> Database:
    """The ledger, for reading."""
    return here().installation.ledger.db()


def visitor() -> User | None:
    """Who is logged in, None when nobody is."""
    return cast("User | None", g.get("user"))


def locked() -> User | None:
    """Whose screen is locked: logged in, but the PIN must be typed again. None when nobody's is."""
    return cast("User | None", g.get("locked"))


def address() -> str:
    """The address of the computer that asks."""
    return request.remote_addr or ""


def is_thin() -> bool:
    """Whether this browser is another computer's, which has no journal of its own."""
    return bool(address()) and not address().startswith(("127.", "::1"))


def user() -> User:
    """Who is logged in. Raises LoggedOut when nobody is."""
    found = visitor()
    if found is None:
        raise LoggedOut()
    return found


def shift() -> Shift | None:
    """The user's open shift, None when there is none here.

    One that is open at another computer is that computer's as long as it is there; of one that died, it can be closed.
    """
    found = visitor()
    own = queries.open_shift(db(), login=found.login) if found else None
    link = here().link
    if own is not None and link is not None and (chain := queries.began_here(db(), own)) and link.is_here(chain):
        return None
    return own


def open_shift() -> Shift:
    """The user's open shift. Raises ShiftNotOpen."""
    found = shift()
    if found is None:
        raise ShiftNotOpen()
    return found


def today() -> date:
    """Today's date in India."""
    return here().clock().astimezone(INDIA).date()


def language() -> str:
    """The language that this browser asked for, else the app's first."""
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else here().language


def why(error: FieldWrong) -> str:
    """The reason of a wrong field, without the field's name before it, in the language of this request."""
    reason = error.values["why"]
    return translate(reason if isinstance(reason, str) else str(reason), language())


def _(text: str) -> str:
    """The text in the language of this request."""
    return translate(text, language())
