"""The command that says of every slip whose it is: on this machine's cores or a cluster's."""

import sys
import time
from collections.abc import Callable

import click

from fallback import recovery
from fallback.cli.data import Data, json_option, show
from fallback.cli.recover import by_option
from fallback.cli.scan import cluster, ctrl_c, time_left
from fallback.cli.spoken import _
from fallback.language import grouped
from fallback.patients import PatientIndex
from fallback.recovery import MatchProgress

_EVERY = 0.5  # seconds between two lines of progress


@click.command()
@click.option("--workers", type=click.IntRange(1), help="How many processes compare; as many as there are cores.")
@click.option("--dask", default="", help="Compare on the cluster of this Dask scheduler, as tcp://10.0.0.5:8786.")
@by_option
@json_option
@click.pass_context
def match(context: click.Context, workers: int | None, dask: str, by: str, as_json: bool) -> None:
    """Says of every slip whose it is: a patient of the hospital, of another slip, or new; a person decides the rest.

    It learns from the backlog itself, and compares with the copy of the patient index where one is loaded. Ctrl-C stops
    it; the same again goes on. With --dask, the patients who may be meant are sent to the cluster, unencrypted unless
    its own connections are. Exits 4 when slips need a person.

    Example: python -m fallback match --by asha
    """
    data: Data = context.obj
    with data.installation() as installation, cluster(dask) as executor, ctrl_c(_STOPS) as stop:
        index = PatientIndex(installation.folder, installation.vault)
        report = recovery.match(
            installation.ledger, index, by=by, workers=workers, executor=executor, stop=stop, progress=_progress()
        )
    words = [
        _(
            "{same} same as somebody known, {new} new, {ask} for a person.",
            same=report.same,
            new=report.new,
            ask=report.ask,
        )
    ]
    if report.left:
        words.append(_("Stopped: {left} slips are left. The same command goes on.", left=report.left))
    show(report.record(), as_json=as_json, text="\n".join(words))
    if report.ask or report.left:
        context.exit(4)


_STOPS = "Stopping after the slips that are being compared."


def _progress() -> Callable[[MatchProgress], None]:
    """Tells on stderr how far it is, how fast, and how long it will take, twice a second."""
    last = 0.0

    def tell(far: MatchProgress) -> None:
        nonlocal last
        now, over = time.monotonic(), far.done >= far.total
        if now - last < _EVERY and not over:
            return
        last = now
        counts = {"done": grouped(far.done), "total": grouped(far.total)}
        words = [
            _("learning from {done} of {total} slips", **counts)
            if far.learning
            else _("{done} of {total} slips", **counts)
        ]
        if far.slips_a_second:
            words.append(_("{speed} a second", speed=f"{far.slips_a_second:.0f}"))
        if far.seconds_left is not None:
            words.append(_("{time} left", time=time_left(far.seconds_left)))
        sys.stderr.write(f"\r{', '.join(words):<100}" + ("\n" if over else ""))
        sys.stderr.flush()

    return tell
