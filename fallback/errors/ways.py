"""What can be wrong with a hospital system that is no FHIR server: an interface engine, GNU Health."""

from fallback.errors.sentence import ParchiError


class TargetAnswersOddly(ParchiError):
    """A system that answers, but not as its kind does: another protocol, garbage, another message's answer."""

    says = (
        "{url} did not answer as expected: {why}. The import stopped and nothing is lost. Check the address and the "
        "kind of the system in hospital.toml with the hospital's IT staff."
    )
    http_status = 502
    exit_code = 5


class TargetLoginRefused(ParchiError):
    """A system that does not know our login, or not our password, or not any more."""

    says = (
        "{url} did not let the login {login} in. The import stopped and nothing is lost. Ask the hospital's IT staff "
        "for a login that may register patients, and run the import again."
    )
    http_status = 502
    exit_code = 5
