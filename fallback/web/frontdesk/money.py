"""Money in a browser: a fee that is paid later, a refund against its receipt, and what shifts carry to the bank."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk
from fallback.downtime import Desk, Role, Shift, User
from fallback.errors import FieldWrong, ParchiError, ReceiptMissing
from fallback.ledger import queries
from fallback.ledger.queries import money as sums
from fallback.money import Mode
from fallback.slip import SlipNumber
from fallback.web.access import clerk, shown_again, supervisor
from fallback.web.forms import text, whole_rupees
from fallback.web.forms.money import BankForm, FeeForm, RefundForm
from fallback.web.forms.reading import to_payment
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.slips import known
from fallback.web.place import db, here, open_shift, today, user
from fallback.web.word import typed_word

MOST_SHIFTS = 120  # of one page: two days of 60 counters


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """A shift's money as the list shows it: what should be there, and what can go to the bank."""

    shift: Shift
    desk: Desk | None
    clerk: User | None
    money: sums.Drawer
    in_hand: int

    @property
    def due(self) -> int:
        """The cash that should be in the drawer."""
        return self.shift.opening_float + self.money.drawer

    def taken(self, mode: Mode) -> int:
        """What one way of paying brought, less what was given back."""
        return sum(each.rupees - each.refunded for each in self.money.modes if each.mode is mode)


def _fee_page(typed: Mapping[str, str] | None, error: ParchiError | None, number: SlipNumber) -> ResponseReturnValue:
    form = FeeForm(formdata=typed)
    return render_template("frontdesk/fee.html", form=form, sentence=form.mark(error), row=known(number))


@blueprint.route("/slips/<slip:number>/fee", methods=["GET", "POST"])
@clerk
@shown_again(_fee_page)
def take_fee(number: SlipNumber) -> ResponseReturnValue:
    """The fee of a slip that was to be paid later, taken in the user's shift."""
    if request.method != "POST":
        return _fee_page(None, None, number)
    paid = to_payment(FeeForm(), here().hospital)
    frontdesk.take_fee(here().counter, open_shift().key, number, paid)
    return redirect(url_for("frontdesk.slip", number=number))


def _refund_page(typed: Mapping[str, str] | None, error: ParchiError | None, number: SlipNumber) -> ResponseReturnValue:
    form, found = RefundForm(formdata=typed), sums.receipt_of(db(), number)
    if found is None:
        raise ReceiptMissing(number=number.grouped)
    return render_template(
        "frontdesk/refund.html",
        form=form,
        sentence=form.mark(error),
        row=known(number),
        receipt=found,
        needs_word=user().role is not Role.SUPERVISOR,
    )


@blueprint.route("/slips/<slip:number>/refund", methods=["GET", "POST"])
@clerk
@shown_again(_refund_page)
def refund(number: SlipNumber) -> ResponseReturnValue:
    """A fee given back: the original receipt in hand, and a supervisor's word."""
    if request.method != "POST":
        return _refund_page(None, None, number)
    form = RefundForm()
    if not form.typed("receipt").strip():
        raise FieldWrong(field="receipt", why="Read it from the original receipt, or scan its bars.")
    reason = text("reason", form.typed("reason"))
    allowed_by = user().login if user().role is Role.SUPERVISOR else typed_word(form)
    shown = form.typed("receipt")
    frontdesk.refund(here().counter, open_shift().key, number, shown, reason, allowed_by=allowed_by)
    return redirect(url_for("frontdesk.slip", number=number))


def _money_page(typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    form = BankForm(formdata=typed)
    desks = {each.series: each for each in queries.desks(db())}
    users = {each.login: each for each in queries.users(db())}
    shown = queries.shifts(db())[:MOST_SHIFTS]
    drawers = sums.drawers(db(), [each.key for each in shown])
    tills = []
    for each in shown:
        money = drawers.get(each.key, sums.Drawer())
        hand = frontdesk.bankable(each, money)
        tills.append(
            Till(shift=each, desk=desks.get(each.series), clerk=users.get(each.login), money=money, in_hand=hand)
        )
    return render_template(
        "frontdesk/money.html",
        form=form,
        typed=typed or {},
        sentence=form.mark(error),
        tills=tills,
        modes=tuple(Mode),
        today=sums.day_modes(db(), today().isoformat()),
        bankings=sums.bankings(db()),
        doubts=sums.doubts(db()),
    )


@blueprint.get("/money")
@supervisor
def money() -> ResponseReturnValue:
    """What every shift took, what should be in its drawer, and what went to the bank."""
    return _money_page(None, None)


@blueprint.post("/money/bank")
@supervisor
@shown_again(_money_page)
def bank() -> ResponseReturnValue:
    """A challan: cash of one or more shifts that goes to the bank."""
    form, parts = BankForm(), {}
    for name, typed in request.form.items():
        if name.startswith("cash-") and typed.strip():
            parts[name.removeprefix("cash-")] = whole_rupees("rupees", typed)
    told = {name: text(name, form.typed(name)) for name in ("bank", "challan")}
    frontdesk.bank(here().counter, parts, by=user().login, **told)
    return redirect(url_for("frontdesk.money"))
