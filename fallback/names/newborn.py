"""What a newborn is called until it has a name: after its mother, as she is called on her slip."""

from fallback.slip import TEXT_LIMIT, Sex

_HIS = ("", "पहला ", "दूसरा ", "तीसरा ", "चौथा ", "पाँचवाँ ", "छठा ", "सातवाँ ", "आठवाँ ", "नौवाँ ")
_HERS = ("", "पहली ", "दूसरी ", "तीसरी ", "चौथी ", "पाँचवीं ", "छठी ", "सातवीं ", "आठवीं ", "नौवीं ")
_CHILD = {Sex.FEMALE: ("Baby girl", "की", _HERS, "बेटी"), Sex.MALE: ("Baby boy", "का", _HIS, "बेटा")}
_ANY = ("Baby", "का", _HIS, "शिशु")


def newborn(mother: str, mother_hindi: str, sex: Sex, order: int) -> tuple[str, str]:
    """The name in Latin and in Devanagari: `Baby girl 1 of Sunita Devi`; `order` is 1 to 9, 0 when it is not told.

    No Hindi name where the mother has none; a mother's name that is too long loses its end.
    """
    child, of, counted, hindi = _CHILD.get(sex, _ANY)
    latin = f"{child}{f' {order}' if order else ''} of {mother}"[:TEXT_LIMIT].rstrip()
    devanagari = f"{mother_hindi} {of} {counted[order]}{hindi}" if mother_hindi else ""
    return latin, devanagari if len(devanagari) <= TEXT_LIMIT else ""
