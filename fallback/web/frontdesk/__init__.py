"""The front desk in a browser: the desk, its slips, shifts, blank slips, and the supervisor's page."""

from fallback.web.frontdesk import (
    desk,
    handing_over,
    identities,
    incident,
    index,
    papers,
    prints,
    shifts,
    slips,
    supervisor,
)
from fallback.web.frontdesk.blueprint import blueprint

__all__ = [
    "blueprint",
    "desk",
    "handing_over",
    "identities",
    "incident",
    "index",
    "papers",
    "prints",
    "shifts",
    "slips",
    "supervisor",
]
