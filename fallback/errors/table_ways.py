"""The way in by a table: the hospital's own columns, and the return sheet that brings its numbers back."""

from fallback.errors.sentence import ParchiError


class SheetColumnsWrong(ParchiError):
    """A file that says which columns the hospital's table has, with something in it that cannot be."""

    says = "{file}, line {line}, {key}: {why}"
    exit_code = 3


class SheetColumnsMissing(ParchiError):
    """A way in that needs a file of columns, and hospital.toml names none."""

    says = "The system {target} needs a file that names its table's columns. Name it in hospital.toml: file = ..."
    http_status = 409
    exit_code = 3


class NoTableWay(ParchiError):
    """A table is asked of a system that takes none."""

    says = "The system {target} takes no table. Choose one whose kind is sheet in hospital.toml (--to)."
    http_status = 409
    exit_code = 3


class SentByTable(ParchiError):
    """An import is started for a system that takes a table."""

    says = (
        "Nothing can be sent to {target} from here: it takes a table. Approve the slips, then make the table "
        "(python -m fallback hand-over), and read back what the hospital returns (python -m fallback take-back)."
    )
    http_status = 409
    exit_code = 3


class NothingToHandOver(ParchiError):
    """A table that would be empty."""

    says = "No approved slip waits for {target}. Approve some first; a later visit waits until the first one is back."
    http_status = 409
    exit_code = 3


class TableUnknown(ParchiError):
    """A table that was never made here."""

    says = "No table {run} was handed over to {target}, or all its slips are back."
    http_status = 404
    exit_code = 3


class ReturnWrong(ParchiError):
    """A return sheet of which not one row can be taken."""

    says = "{file} cannot be taken as a return sheet: {why} Nothing was changed."
    exit_code = 3
