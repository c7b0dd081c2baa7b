"""What `read --keys` trusts: one root and its desks' certificates, from keys.json or from paper that was scanned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fallback.errors import KeysWrong, Sentence
from fallback.keys import Certificate, PublicKeys
from fallback.payload import CodeOutcome, judge
from fallback.scanning import read_files
from fallback.statement import CertificateStatement, RootStatement


@dataclass(frozen=True, slots=True)
class Trusted:
    """The keys; `poster` is where the root comes from when that is paper: a person must then compare its id."""

    keys: PublicKeys
    poster: RootStatement | None


def trusted(paths: Sequence[Path]) -> Trusted:
    """The keys in files: keys.json, or scans (files, folders) of the poster, desks' cards, pad covers, shift sheets.

    Raises KeysWrong when they give no root, two roots, a poster that its own key did not sign, a certificate that the
    root did not sign, or when a file gives nothing; what scanning says when a page cannot be read.
    """
    roots: dict[bytes, tuple[str, RootStatement | None]] = {}
    certificates: list[tuple[str, Certificate]] = []
    for path in paths:
        if _is_keys_file(path):
            keys = PublicKeys.load(path)
            roots[keys.root] = (path.name, None)
            certificates += [(path.name, each) for each in keys.certificates]
            continue
        for place, statement in _on_paper(path):
            if isinstance(statement, RootStatement):
                roots.setdefault(statement.public, (place, statement))
            else:
                certificates.append((place, statement.certificate))
    if not roots:
        place = ", ".join(dict.fromkeys(path.name for path in paths))
        raise KeysWrong(place=place, why="there is no root; a poster or keys.json must be among them")
    (root, (first, poster)), *others = roots.items()
    for _, (place, _) in others:
        raise KeysWrong(place=place, why=Sentence("its root is not that of {first}", first=first))
    found: dict[Certificate, None] = {}
    for place, certificate in certificates:
        if certificate not in found:
            PublicKeys.checked(root, (certificate,), place)
            found[certificate] = None
    return Trusted(PublicKeys(root=root, certificates=tuple(found)), poster)


def _is_keys_file(path: Path) -> bool:
    """Whether a file means to be keys.json, by its name or its first sign; a scan begins otherwise."""
    if path.suffix.lower() == ".json":
        return True
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip().startswith(b"{")
    except OSError:  # a folder, or what scanning has a sentence for
        return False


def _on_paper(path: Path) -> Iterator[tuple[str, RootStatement | CertificateStatement]]:
    """The roots and certificates on the pages of a scan, each with its place."""
    given = 0
    for page in read_files([path]):
        if page.error is not None:
            raise page.error
        place = Sentence("{file}, page {page}", file=page.file, page=page.page)
        for code in page.texts:
            judged = judge(code.text, None)
            if not isinstance(judged.statement, RootStatement | CertificateStatement):
                continue
            if judged.outcome is CodeOutcome.FORGED:
                raise KeysWrong(place=place, why="the key on the poster did not sign it")
            given += 1
            yield place, judged.statement
    if not given:
        raise KeysWrong(place=path.name, why="no code of a poster or of a desk's card was found on it")
