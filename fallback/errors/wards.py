"""Wards and beds: admissions, stays, the census."""

from fallback.errors.sentence import ParchiError


class WardUnknown(ParchiError):
    """A ward's number that hospital.toml does not know."""

    says = "There is no ward {ward} in hospital.toml. Choose one from the list of wards."
    http_status = 404
    exit_code = 3


class NotAdmitted(ParchiError):
    """A move or an end is told of a slip that is no admission, or is void."""

    says = "Slip {number} is no admission slip that counts, so nobody lies in a bed by it. Admit the patient first."
    http_status = 409
    exit_code = 3


class StayOver(ParchiError):
    """A move or an end is told of a stay that has ended."""

    says = "The stay of slip {number} has ended already. If that is wrong, open it again on the slip's page."
    http_status = 409
    exit_code = 3


class StayLasts(ParchiError):
    """A stay is to be opened again that has not ended."""

    says = "The stay of slip {number} has not ended: there is nothing to open again."
    http_status = 409
    exit_code = 3


class BedEmpty(ParchiError):
    """A bed is named in which nobody lies."""

    says = "Nobody lies in bed {bed} of this ward. Look at the list, or type the slip number."
    http_status = 409
    exit_code = 3


class BedShared(ParchiError):
    """A bed is named in which several lie."""

    says = "Several patients lie in bed {bed} of this ward. Type the slip number of the one that you mean."
    http_status = 409
    exit_code = 3


class AdmissionSlip(ParchiError):
    """An admission is to be corrected as if it were a visit to a clinic."""

    says = "Slip {number} is an admission slip. Open the slip, and correct it from there: it has a form of its own."
    http_status = 409
    exit_code = 3


class InBedAlready(ParchiError):
    """A patient is to be admitted who lies in a bed."""

    says = "This patient lies in a bed already, by slip {number}. Move them on the ward's page; nobody lies in two."
    http_status = 409
    exit_code = 3
