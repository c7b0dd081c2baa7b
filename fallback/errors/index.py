"""The frozen copy of the hospital's patient index."""

from fallback.errors.sentence import ParchiError


class IndexMissing(ParchiError):
    """A look into an index that this machine does not hold."""

    says = (
        "This computer holds no copy of the hospital's patient index. Look the patient up at a supervisor's computer "
        "that does, or register by name: both can be matched afterwards."
    )
    http_status = 404
    exit_code = 3


class TableWrong(ParchiError):
    """A file that another program wrote and that is no table, or not to its end."""

    says = "{file} cannot be read as a table: {why}"
    exit_code = 3


class IndexFileWrong(ParchiError):
    """A file of patients that cannot be loaded; `why` names what is missing in it."""

    says = "{file} cannot be loaded as a patient index: {why} Nothing was changed."
    exit_code = 3


class IndexBusy(ParchiError):
    """Two loads into one folder at once."""

    says = "Another program is loading a patient index into {folder}. Wait until it is done, or stop it."
    http_status = 409
    exit_code = 3


class IndexColumnsWrong(ParchiError):
    """A file that says which column is which, and is not right."""

    says = "{file}, line {line}, {key}: {why}"
    exit_code = 3


class IndexDamaged(ParchiError):
    """An index file that is damaged or of another vault."""

    says = "The patient index in {folder} cannot be read ({why}). Load it again from the hospital's file."
    http_status = 500
    exit_code = 3


class IndexOld(IndexDamaged):
    """An index that an older version of Parchi loaded, without what finds look-alikes."""

    says = (
        "The patient index in {folder} was loaded by an older version of Parchi, which kept less. Load it again from "
        "the hospital's file."
    )


class LooksUsedUp(ParchiError):
    """A clerk who has looked up as many patients as an hour's work needs."""

    says = (
        "{login} has looked up {limit} patients within an hour, which is the limit. Register the patient by name; a "
        "supervisor can look patients up meanwhile."
    )
    http_status = 429
    exit_code = 3


class LookTooWide(ParchiError):
    """A search that would show strangers by the dozen."""

    says = (
        "That search fits more than {most} patients, so none is shown. Add the age, the sex, the guardian or a second "
        "name, or use the mobile number."
    )
    http_status = 422


class NobodyTaken(ParchiError):
    """A look-alike that was chosen and is not there (any more)."""

    says = (
        "The person chosen beside the form is not there any more. Nothing was lost: choose again, or register as new."
    )
    http_status = 404
