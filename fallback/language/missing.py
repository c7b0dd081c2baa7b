"""Finds every text that the program says, and tells which of them a catalogue does not translate.

A text is found where it is: `says = "..."` of an error class; the first argument of `_`, `gettext`, `translate`,
`Sentence` or `spoken`; anything called `why`, `what` or `field`; the second argument of `fail` and `say`; the values of
a table called LABELS or ..._LABELS; and in templates `_("...")` and `{% trans %}`.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from fallback.language import LANGUAGES, SOURCE, catalogue
from fallback.language.fields import LABELS as FIELDS

ROOT = Path(__file__).parent.parent.parent
USAGE = "usage: python -m fallback.language missing [--po] | unused\n  --po prints entries to append to a catalogue"

_CALLS = frozenset({"_", "gettext", "lazy_gettext", "translate", "Sentence", "spoken"})
_CALLS_WITH_PLACE = frozenset({"fail", "say"})  # the place or field first, then the sentence
_SPOKEN = frozenset({"says", "why", "what", "field"})
_CALL_IN_TEMPLATE = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_TRANS_IN_TEMPLATE = re.compile(r"{%-?\s*trans\b[^%]*%}(.*?){%-?\s*endtrans\s*-?%}", re.DOTALL)


def texts(root: Path = ROOT) -> dict[str, str]:
    """Every text the program says, and the first place it stands at (`file:line`)."""
    found: dict[str, str] = {}
    for path in sorted([*root.glob("fallback/**/*.py"), *root.glob("app.py")]):
        for line, text in _in_python(path.read_text(encoding="utf-8")):
            found.setdefault(text, f"{path.relative_to(root)}:{line}")
    for path in sorted(root.glob("templates/**/*.*")):
        for line, text in _in_template(path.read_text(encoding="utf-8")):
            found.setdefault(text, f"{path.relative_to(root)}:{line}")
    return found


def missing(language: str, root: Path = ROOT) -> dict[str, str]:
    """The texts that a language has no translation for, and where each stands."""
    known = catalogue(language)
    return {text: place for text, place in texts(root).items() if text not in known}


def main(words: Sequence[str]) -> int:
    """The command: prints what is missing, or what nobody says any more; 1 when there is any, 2 for a wrong call."""
    if list(words) not in (["missing"], ["missing", "--po"], ["unused"]):
        print(USAGE)
        return 2
    count = 0
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        if words[0] == "unused":
            said = texts()
            report = {text: f"{language}.po" for text in catalogue(language) if text not in said}
        else:
            report = missing(language)
        count += len(report)
        for text, place in report.items():
            quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            print(f'#: {place}\nmsgid "{quoted}"\nmsgstr ""\n' if "--po" in words else f"{language}: {place}: {text}")
    return 1 if count else 0


def _in_python(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        spoken: list[ast.expr | None] = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            spoken += node.args[:1] if name in _CALLS else node.args[1:2] if name in _CALLS_WITH_PLACE else []
            spoken += [word.value for word in node.keywords if word.arg in _SPOKEN]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            spoken += [node.value] if names & _SPOKEN else []
            spoken += [node.value] if any(name.endswith("LABELS") for name in names) else []
        for expression in spoken:
            yield from _constants(expression)


def _constants(expression: ast.expr | None) -> Iterator[tuple[int, str]]:
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        if expression.value.strip() and expression.value not in FIELDS:
            yield expression.lineno, expression.value
    elif isinstance(expression, ast.Dict):
        for value in expression.values:
            yield from _constants(value)
    elif isinstance(expression, ast.IfExp):
        yield from _constants(expression.body)
        yield from _constants(expression.orelse)


def _in_template(source: str) -> Iterator[tuple[int, str]]:
    for call in _CALL_IN_TEMPLATE.finditer(source):
        yield source.count("\n", 0, call.start()) + 1, ast.literal_eval(call[1])
    for block in _TRANS_IN_TEMPLATE.finditer(source):
        text = re.sub(r"\s+", " ", block[1]).strip()
        yield source.count("\n", 0, block.start()) + 1, re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", text)
