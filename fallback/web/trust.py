"""Whom a browser must trust: the hospital's authority, its certificate to take along, the steps for each computer."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from fallback.authority import fingerprint
from fallback.errors import PageUnknown
from fallback.web.access import public
from fallback.web.place import here

blueprint = Blueprint("trust", __name__)
_TYPE = "application/x-x509-ca-cert"  # what makes phones and Windows offer to install it


@blueprint.get("/trust")
@public
def steps() -> ResponseReturnValue:
    """The steps, and the fingerprint to compare with the poster."""
    authority = here().authority
    return render_template("trust/steps.html", fingerprint=fingerprint(authority) if authority else "")


@blueprint.get("/trust/hospital.cer")
@public
def certificate() -> ResponseReturnValue:
    """The authority's certificate. Raises PageUnknown while there is none."""
    authority = here().authority
    if authority is None:
        raise PageUnknown()
    disposition = {"Content-Disposition": 'attachment; filename="hospital.cer"'}
    return Response(authority, mimetype=_TYPE, headers=disposition)
