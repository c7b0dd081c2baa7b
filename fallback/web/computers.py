"""The other computers with a desk: who is there, what they lack, an invitation for one more; and that we are there."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fallback import enrolment
from fallback.custody.network.invitations import Invitation
from fallback.custody.network.link import Link
from fallback.custody.network.neighbours import Computer
from fallback.errors import LanClosed, NetworkMissing, ParchiError
from fallback.lan import Way, read
from fallback.language import say
from fallback.printing.on_screen import Shape, qr_shape
from fallback.web.access import newcomers, public, shown_again, supervisor
from fallback.web.forms.small import ComputersForm
from fallback.web.place import here, language, user

blueprint = Blueprint("computers", __name__)


def _page(form: ComputersForm | None = None, error: ParchiError | None = None) -> str:
    form = form or ComputersForm(formdata=None)
    sentence, link = form.mark(error), here().link
    found = link.computers() if link else []
    invitation = link.invitations.current() if link else None
    port = link.port if link else 0
    return render_template(
        "computers/computers.html",
        form=form,
        sentence=sentence,
        open=link is not None,
        own=[(way.address, way) for way in _ways(link)] if link else [],
        port=port,
        names=link.about().names if link else (),
        computers=found,
        ways={each: Way(address=each.address, port=each.port).words for each in found},
        troubles={each: say(each.trouble, language()) for each in found if each.trouble is not None},
        warnings=_warnings(link, found) if link else [],
        invitation=invitation,
        shape=_shape(invitation),
        minutes=int(invitation.left) // 60 + 1 if invitation else 0,
        mints=here().installation.vault.whole,
    )


def _ways(link: Link) -> list[Way]:
    """The ways to this computer; those that have words come first, for they can be read aloud."""
    return sorted((Way(address=each, port=link.port) for each in link.addresses()), key=lambda way: not way.words)


def _warnings(link: Link, found: list[Computer]) -> list[str]:
    """What is wrong among the computers: the kinds that the page has sentences for."""
    serving = sum(each.serves and each.here for each in found) + link.serves
    told = {
        "forked": link.forked,
        "twin": bool(link.twin),
        "servers": serving > 1,
        "forks": any(each.forks for each in found),
        "clocks": any(each.clock_differs for each in found),
        "deaf": bool(link.trouble),
    }
    return [name for name, is_so in told.items() if is_so]


def _shape(invitation: Invitation | None) -> Shape | None:
    return qr_shape(invitation.way.code) if invitation else None


@blueprint.get("/computers")
@supervisor
def computers() -> ResponseReturnValue:
    """Every computer with a desk of its own, and how one more joins."""
    return _page()


def _again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return _page(ComputersForm(formdata=typed), error)


@blueprint.post("/computers/invite")
@supervisor
@shown_again(_again)
def invite() -> ResponseReturnValue:
    """Six words and a code for one more computer, with a card: a new one, or one that was scanned."""
    link, form = _link(), ComputersForm()
    addresses = [way.address for way in _ways(link)]
    if not addresses:
        raise NetworkMissing()
    typed = form.typed("card").strip()
    series, card = _card(link, typed)
    chosen = form.typed("address")
    link.invitations.make(chosen if chosen in addresses else addresses[0], link.port, series, card)
    return redirect(url_for("computers.computers") + "#invitation")


def _card(link: Link, typed: str) -> tuple[int, str]:
    """The card that the invitation gives away: what was scanned, one that nobody took, or a new one."""
    installation = here().installation
    if not typed and (spare := link.invitations.spare()):
        try:
            enrolment.unused_card(installation, spare[1])
        except ParchiError:
            pass  # somebody enrolled a desk with it
        else:
            return spare
    if typed:
        return enrolment.unused_card(installation, typed).series, typed
    made = enrolment.make_cards(installation, 1, lambda _: None, by=user().login)[0]
    return made.certificate.series, made.text


@blueprint.post("/computers/end")
@supervisor
@shown_again(_again)
def end_invitation() -> ResponseReturnValue:
    """Ends the invitation; its card stays for the next one."""
    _link().invitations.end()
    return redirect(url_for("computers.computers"))


@blueprint.post("/computers/call")
@supervisor
@shown_again(_again)
def call() -> ResponseReturnValue:
    """Tries a computer by its three words: where the network lets no beacon through, nobody finds it otherwise."""
    link, form = _link(), ComputersForm()
    way = read(form.typed("words"))
    link.call_at(way.address, way.port)
    return redirect(url_for("computers.computers"))


@blueprint.get("/alive")
@public
@newcomers
def alive() -> ResponseReturnValue:
    """Nothing: that it comes at all tells a browser of another computer that the desk is there."""
    return Response(status=204)


def _link() -> Link:
    link = here().link
    if link is None:
        raise LanClosed()
    return link
