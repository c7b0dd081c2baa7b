"""The desk in a browser: the Flask app, its blueprints, its guard, and what every page may say."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from fallback import printing
from fallback.custody.network.link import Link
from fallback.enrolment import Installation
from fallback.enrolment.readiness import Stick
from fallback.errors import ParchiError
from fallback.frontdesk import Counter, PrintQueue
from fallback.frontdesk.practising import Practising
from fallback.hospital import Hospital
from fallback.keys import hospital_id
from fallback.patients import PatientIndex
from fallback.recovery import Imports, Intake, Matcher, Standings, Worklist
from fallback.recovery.reviews import Reviews
from fallback.settings import PROGRAM
from fallback.web import (
    access,
    access_log,
    computers,
    enrolment,
    failures,
    frontdesk,
    guard,
    limits,
    place,
    practice,
    recovery,
    trust,
    words,
)
from fallback.web.buckets import Limiter
from fallback.web.cutter import Cutter
from fallback.web.lens import Lens
from fallback.web.numbers import SlipNumberConverter
from fallback.web.sessions import Sessions
from fallback.web.signers import read_signers
from fallback.web.unsent import Unsent

__all__ = ["close", "create_app"]

STATIC = PROGRAM / "static"


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    installation: Installation,
    hospital: Hospital,
    *,
    clock: Callable[[], datetime] = _now,
    language: str = "en",
    hosts: Iterable[str] = (),
    https: bool = False,
    queue: PrintQueue | None = None,
    index_address: str = "",
    authority: bytes | None = None,
    uidai: Path | None = None,
    practising: Practising | None = None,
    stick: Stick | None = None,
    link: Link | None = None,
) -> Flask:
    """The app for one installation and hospital.

    `hosts` are names that it answers under besides this machine's own, `language` that of first screens; `https` says
    that the browser reaches it encrypted, so that its cookie is never sent otherwise. `queue` prints for desks with a
    printer of the server's, and is started and stopped by whoever made it. `index_address` leads to the computer that
    answers for the patient index; `authority` is the certificate (DER) that browsers of the network are told to trust;
    `uidai` is the file of UIDAI's certificates; `practising` is the guided drill that the app is there for;
    `stick` looks at the stick that the program came from; `link` is the one to the other desks. Whoever made the app
    closes it, before the installation. Raises AccessNotStated or SettingWrong.
    """
    index = PatientIndex(installation.folder, installation.vault)
    reviews, standings = Reviews(installation.ledger, index, clock), Standings(installation.ledger)
    app = Flask("fallback.web", static_folder=None, template_folder=str(PROGRAM / "templates"))
    app.config.update(
        SECRET_KEY=installation.vault.key("web session"),
        # a name that browsers take only encrypted, for the whole of this host and no other
        # a browser does not tell ports apart: a practice beside the real desk would log it out
        SESSION_COOKIE_NAME="__Host-parchi" if https else "parchi-practice" if practising else "parchi",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=https,
        MAX_CONTENT_LENGTH=access.FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=access.FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # a form lives as long as its login
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        TRAP_HTTP_EXCEPTIONS=False,
    )
    app.extensions[place.NAME] = place.Place(
        installation=installation,
        hospital=hospital,
        counter=Counter(
            ledger=installation.ledger,
            hospital=hospital,
            hospital_id=hospital_id(installation.root),
            drill=installation.drill,
            sign=link.signing(installation.sign) if link else installation.sign,
        ),
        clock=clock,
        language=language,
        hosts=guard.LOOPBACK | guard.named(hosts),
        logbook=access_log.open_log(installation, clock),
        intake=Intake(installation, hospital),
        worklist=Worklist(installation.ledger, clock),
        imports=Imports(installation.ledger),
        matcher=Matcher(installation.ledger, index, (reviews.forget, standings.forget)),
        standings=standings,
        reviews=reviews,
        cutter=Cutter(),
        lens=Lens(),
        signers=read_signers(uidai),
        sessions=Sessions(),
        unsent=Unsent(installation.folder, installation.vault),
        queue=queue,
        practising=practising,
        stick=stick,
        link=link,
        index=index,
        index_address=index_address,
        authority=authority,
        limiter=Limiter(),
    )
    app.url_map.converters["slip"] = SlipNumberConverter
    app.before_request(access_log.begin)
    app.after_request(access_log.end)  # the first one named is the last one called: it sees the whole answer
    app.before_request(guard.check_host)
    app.before_request(guard.check_form)
    app.before_request(access.gate)
    app.before_request(limits.gate)
    app.after_request(guard.add_headers)
    app.register_error_handler(ParchiError, failures.told)
    app.register_error_handler(HTTPException, failures.refused)
    app.register_error_handler(Exception, failures.broken)
    app.add_url_rule("/static/<path:name>", "static", _static_file)
    for room in (frontdesk, enrolment, recovery, practice, trust, computers):
        app.register_blueprint(room.blueprint)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals |= words.GLOBALS | {
        "csrf_token": access.csrf_token,
        "asked_path": access.asked_path,
        "static": _fingerprinted(),
    }
    app.jinja_env.filters |= words.FILTERS
    app.context_processor(words.of_request)
    access.check(app)
    limits.check(app)
    printing.warm()
    frontdesk.lists.warm()
    return app


def close(app: Flask) -> None:
    """Ends what the app started: the reading of scans stops after its page, and the next app goes on with it."""
    found: place.Place = app.extensions[place.NAME]
    found.imports.close()
    found.matcher.close()
    found.intake.close()
    found.cutter.close()
    found.lens.close()
    found.logbook.write("stopped", "web")


@access.public
def _static_file(name: str) -> ResponseReturnValue:
    return send_from_directory(STATIC, name)


def _fingerprinted() -> Callable[[str], str]:
    """Makes addresses of static files that change with their content, so that a browser may keep them for ever."""
    marks = {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:10]
        for path in STATIC.rglob("*")
        if path.is_file()
    }
    return lambda name: url_for("static", name=name, v=marks[name])
