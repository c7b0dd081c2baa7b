"""The one box: what patients' own cards say, and pictures of codes."""

from fallback.errors.sentence import ParchiError


class IdCardUnread(ParchiError):
    """A code of a patient's own card (ABHA, Aadhaar) that gives nothing to register with; `why` is a sentence."""

    says = "This card's code gives nothing to register with: {why}"


class PictureUnread(ParchiError):
    """A picture for the one box in which no code was found, or that is no picture."""

    says = "No code was found in the picture. Hold the code flat, whole and near, in good light, and take it once more."


class PictureWaits(ParchiError):
    """More pictures at once than the one reader can take."""

    says = "Another picture is being read. Take yours once more in a moment, or type the number."
    http_status = 503
