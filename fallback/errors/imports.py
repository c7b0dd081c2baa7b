"""What stands between a backlog and a hospital's system: check lists, first slips, pauses, a system that is busy."""

from fallback.errors.sentence import ParchiError


class CheckListOpen(ParchiError):
    """Slips are to go into a system whose check list is not signed: 150,000 text messages, queue tokens, demands."""

    says = (
        "Nothing was sent to {target}: its check list is not signed. Open: {points}. A supervisor answers them on the "
        "import's page, or with: python -m fallback checklist"
    )
    http_status = 409
    exit_code = 4


class CanaryWaits(ParchiError):
    """The first slips are in the system, and nobody has looked at them there yet."""

    says = (
        "It waits, as planned: the first {count} slips are in {target}. Look at each of them there. When a supervisor "
        "has said that they are right, send the rest (on the import's page, or: python -m fallback canary)."
    )
    http_status = 409
    exit_code = 4


class CanaryNotThere(ParchiError):
    """First slips are to be confirmed of which the system has none, or one is on its way."""

    says = "Nothing was confirmed: {why}. Send the first slips, look at them in the system, and say it then."
    http_status = 409
    exit_code = 4


class ImportPaused(ParchiError):
    """Somebody paused the import: every run stops before its next slip."""

    says = "The import into {target} is paused by {login}: {reason}. Let it go on when that is settled."
    http_status = 409
    exit_code = 4


class ImportRuns(ParchiError):
    """A run is to be started while one of this server is going on."""

    says = "An import into {target} is running already. Look at how far it is, or stop it first."
    http_status = 409
    exit_code = 4


class TargetBusy(ParchiError):
    """A system that says that we are too fast, or that it is down for a moment (429, 503). `seconds` as it told."""

    says = (
        "{url} asks us to come back later, and did so for too long. The import stopped and nothing is lost: every slip "
        "stays where it was. Run it again later, or more slowly (speed in hospital.toml)."
    )
    http_status = 502
    exit_code = 5


class TargetNotOurs(ParchiError):
    """A system that serves another hospital than hospital.toml says: every patient would land in strange hands."""

    says = (
        "Nothing was sent: {target} says that it serves the organisation {said}, and the hospital's file expects "
        "{wanted}. Ask the hospital's IT staff which is right."
    )
    http_status = 409
    exit_code = 3


class VisitNotThere(ParchiError):
    """A visit is to be linked that the system does not have for this slip, or more than one could be meant."""

    says = "The slip {number} was linked to nothing: {why}. Look for the visit in the system, and say its number there."
    http_status = 409
    exit_code = 4


class StageWrong(ParchiError):
    """Something is to be done with a slip that stands elsewhere by now."""

    says = "The slip {number} stands elsewhere by now ({stage}). Open it again."
    http_status = 409
    exit_code = 4
