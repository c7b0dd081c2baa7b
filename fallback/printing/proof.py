"""The printer test's codes: the texts in them, and what follows from those that were read back. Pure.

Its codes are no payload and no slip number: they begin with 9, their check digits are no slip's, and each digit
follows from the first seven, so a code that was read is a code that was printed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from hashlib import sha256
from itertools import pairwise

from fallback.printing.codes import (
    BAR_QUIET,
    BAR_SLOT,
    QR_LIMIT,
    QR_SLOT,
    QUIET,
    Drawing,
    code128,
    dot_of,
    modules_of,
    qr,
)

COPIES = 3
_HEAD = 7  # digits: 9, the dpi, the dots, the copy
_NEVER = 2  # the remainder by 97 of the Code 128's number: a slip's is 1
_QR_SIZE = modules_of(10)
_BAR_SIZE = 112  # modules of eleven digits
_SLACK = 1e-6
_QR_DOTS = {203: (2, 3, 4, 5, 6, 7), 300: (2, 3, 4, 5, 6, 8, 10), 600: (4, 6, 8, 10, 12, 16, 20)}
_BAR_DOTS = {203: (1, 2, 3, 4), 300: (2, 3, 4, 5), 600: (4, 6, 8, 10)}


class ProofKind(StrEnum):
    """QR as long as the longest slip's, or the Code 128 of eleven digits."""

    QR = "qr"
    BARS = "code128"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ProofCode:
    """One code of the page: made for a printer of `dpi`, a module `dots` wide, `copy` 1 to 3."""

    kind: ProofKind
    dpi: int
    dots: int
    copy: int

    @property
    def module(self) -> float:
        """A module in mm."""
        return self.dots * dot_of(self.dpi)

    @property
    def width(self) -> float:
        """The code in mm, without its quiet zone."""
        return (_QR_SIZE if self.kind is ProofKind.QR else _BAR_SIZE) * self.module

    @property
    def quiet(self) -> float:
        """The quiet zone of one side in mm."""
        return (QUIET if self.kind is ProofKind.QR else BAR_QUIET) * self.module


def dots_of(kind: ProofKind, dpi: int) -> tuple[int, ...]:
    """The sizes on the page, in dots a module, the smallest first."""
    return (_QR_DOTS if kind is ProofKind.QR else _BAR_DOTS)[dpi]


def standard_dots(kind: ProofKind, dpi: int) -> int:
    """The dots a module that a slip's own code has on such a printer, when it is as long as it may be."""
    slot, modules = (QR_SLOT, _QR_SIZE + 2 * QUIET) if kind is ProofKind.QR else (BAR_SLOT, _BAR_SIZE + 2 * BAR_QUIET)
    return int(slot / dot_of(dpi) / modules + _SLACK)


def standard_code(kind: ProofKind, dpi: int) -> ProofCode:
    """The first copy of the standard size."""
    return ProofCode(kind=kind, dpi=dpi, dots=standard_dots(kind, dpi), copy=1)


# --- The texts ---------------------------------------------------------------------------------------------------


def proof_text(code: ProofCode) -> str:
    """The digits of a code: 512 in a QR, eleven in a Code 128."""
    head = f"9{code.dpi:03}{code.dots:02}{code.copy}"
    if code.kind is ProofKind.BARS:
        return f"{head}00{(_NEVER - int(head) * 10_000) % 97:02}"
    digits = head
    while len(digits) < QR_LIMIT:
        digits += str(int.from_bytes(sha256(digits.encode()).digest(), "big"))
    return digits[:QR_LIMIT]


def parse_proof(text: str) -> ProofCode | None:
    """The code that a text was printed in; None when it is of no printer test, or a single digit is wrong."""
    kind = {QR_LIMIT: ProofKind.QR, len("90000000000"): ProofKind.BARS}.get(len(text))
    if kind is None or not text.isascii() or not text.isdigit() or text[0] != "9":
        return None
    code = ProofCode(kind=kind, dpi=int(text[1:4]), dots=int(text[4:6]), copy=int(text[6]))
    known = code.dpi in _QR_DOTS and code.dots in dots_of(kind, code.dpi) and 1 <= code.copy <= COPIES
    return code if known and proof_text(code) == text else None


@cache
def proof_drawing(code: ProofCode) -> Drawing:
    """The code ready to be drawn."""
    text = proof_text(code)
    drawing = qr(text, dpi=code.dpi) if code.kind is ProofKind.QR else code128(text, dpi=code.dpi)
    return replace(drawing, width=code.width, module=code.module, quiet=code.quiet)


# --- The judgement -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofSize:
    """How often one size was read, of how many times that it was on the scanned pages."""

    code: ProofCode
    read: int
    of: int

    @property
    def whole(self) -> bool:
        """Whether none was missed."""
        return self.read == self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFinding:
    """What a printer and a scanner can do together, for one kind of code.

    `fit` is the size to use: the standard one or, where that has no margin, a larger one; None: this kind of code
    is not read safely.
    """

    kind: ProofKind
    standard: int
    sizes: tuple[ProofSize, ...]
    fit: ProofCode | None

    @property
    def is_standard(self) -> bool:
        """Whether slips may be printed as they are."""
        return self.fit is not None and self.fit.dots == self.standard


def judge_proof(pages: Sequence[Iterable[ProofCode]], kind: ProofKind, dpi: int) -> ProofFinding:
    """Judges what was read of each scanned page: the least size that is not below the standard and has a margin.

    A QR has it when no copy of it was missed, and none of the next smaller size: paper gets creased, a drum wears, the
    next scanner is a worse one. Of the bars none may be missed; a thermal head has no useful step below theirs.
    """
    seen = [set(page) for page in pages]
    # A page is a sheet with all copies or a strip with one. A copy of which nothing was read at all was missed once.
    tries = [max(1, sum(any(code.copy == copy for code in page) for page in seen)) for copy in range(1, COPIES + 1)]
    sizes = []
    for dots in dots_of(kind, dpi):
        copies = [ProofCode(kind=kind, dpi=dpi, dots=dots, copy=copy) for copy in range(1, COPIES + 1)]
        read = sum(copy in page for page in seen for copy in copies)
        sizes.append(ProofSize(code=copies[0], read=read, of=sum(tries)))
    standard = standard_dots(kind, dpi)
    fit = next(
        (
            size.code
            for smaller, size in pairwise(sizes)
            if size.code.dots >= standard and size.whole and (smaller.whole or kind is ProofKind.BARS)
        ),
        None,
    )
    return ProofFinding(kind=kind, standard=standard, sizes=tuple(sizes), fit=fit)
