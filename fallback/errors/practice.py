"""Practice: a certificate that is none, that counts already, or that says too little was done."""

from fallback.errors.sentence import ParchiError


class PracticeCodeWrong(ParchiError):
    """A text that is no certificate's."""

    says = (
        "This is not the code of a practice certificate, or it was not read whole. Scan it again, slowly; if it goes "
        "on, enter the practice by hand."
    )
    http_status = 400
    exit_code = 3


class PracticeCodeLong(ParchiError):
    """More names than a certificate's code holds."""

    says = "So many names do not fit into the certificate's code. Write fewer of them, or in Latin letters."
    http_status = 400
    exit_code = 3


class PracticeKnown(ParchiError):
    """A practice that was told of before."""

    says = "This practice of {day} at {counter} counts already. Nothing was added."
    http_status = 409
    exit_code = 3


class PracticeNotPassed(ParchiError):
    """A certificate below what counts."""

    says = (
        "{score} % of the steps were done, and {least} % are needed. It does not count: practise again, it takes five "
        "minutes."
    )
    http_status = 409
    exit_code = 3


class PracticeDayWrong(ParchiError):
    """A practice on a day that cannot be."""

    says = (
        "The certificate is of {day}, and that day is yet to come. Look at this computer's clock, and at the other's."
    )
    http_status = 409
    exit_code = 3
