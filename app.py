"""The door for any WSGI server: `app:create_app`, on this computer alone. It reads the settings."""

from datetime import UTC, datetime
from wsgiref.types import WSGIApplication

from fallback import hospital_file, web
from fallback.enrolment import open_installation
from fallback.errors import PassphraseMissing
from fallback.settings import Settings


def create_app() -> WSGIApplication:
    """The desk, for the data folder and the passphrase file of the environment."""
    if (settings := Settings.read()).passphrase_file is None:
        raise PassphraseMissing(file="PARCHI_PASSPHRASE_FILE")
    secret = settings.passphrase_file.read_text(encoding="utf-8").strip()
    installation = open_installation(settings.data, secret, clock=lambda: datetime.now(UTC))
    hospital = hospital_file.load(settings.hospital)
    return web.create_app(installation, hospital, language=settings.language, uidai=settings.uidai).wsgi_app
