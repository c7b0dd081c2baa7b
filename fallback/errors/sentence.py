"""A sentence with its values, and the root of all failures that are told to a person."""

from typing import Any, ClassVar, Self


class Sentence(str):
    """An English sentence with its values filled in, which remembers both, so that it can be said in another language.

    Use it for the `why` of an error when the sentence has values; a plain str does for one that has none.
    """

    says: str
    values: dict[str, object]

    def __new__(cls, says: str, **values: object) -> Self:
        """Fills `{names}` in `says` from `values`."""
        sentence = super().__new__(cls, says.format(**values) if values else says)
        sentence.says = says
        sentence.values = values
        return sentence


class ParchiError(Exception):
    """The root of all failures that are told to a person.

    `says` is the English sentence and the key of its translation; `{names}` in it are filled from `values`.
    """

    says: ClassVar[str] = "Something went wrong that Parchi has no sentence for. Tell the hospital's IT staff."
    http_status: ClassVar[int] = 400
    exit_code: ClassVar[int] = 2

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.values = values

    def __str__(self) -> str:
        """The English sentence."""
        return self.says.format(**self.values)

    def record(self) -> dict[str, Any]:
        """The failure as JSON values, for a fact: so it can be told later in any language."""
        plain = {name: each if isinstance(each, int) else str(each) for name, each in self.values.items()}
        return {"kind": type(self).__name__, "values": plain}

    @staticmethod
    def from_record(record: dict[str, Any]) -> "ParchiError | None":
        """The failure of a record; None for a kind that this version does not know."""
        kinds: list[type[ParchiError]] = [ParchiError]
        for kind in kinds:
            kinds += kind.__subclasses__()
        known = next((kind for kind in kinds if kind.__name__ == record.get("kind")), None)
        return known(**record["values"]) if known else None

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process borders: the scanning workers send theirs home pickled."""
        return _rebuild, (type(self), self.values)


def _rebuild(kind: type[ParchiError], values: dict[str, object]) -> ParchiError:
    return kind(**values)
