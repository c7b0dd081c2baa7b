"""A clinic as it is typed: its code, its name in either language, or the beginning of one."""

from fallback.hospital import Clinic, Hospital


def find_clinic(hospital: Hospital, typed: str) -> Clinic | None:
    """The one clinic that is meant; None when there is none, or more than one begins so.

    A code wins over a name, a whole name over the beginning of one. What a list of suggestions puts behind the code
    (`ENT · Ear, Nose and Throat`) may stand there too.
    """
    wanted = " ".join(typed.partition("·")[0].casefold().split())
    if not wanted or len(wanted) > 120:
        return None
    if by_code := [each for each in hospital.clinics if each.code.casefold() == wanted]:
        return by_code[0] if len(by_code) == 1 else None
    named = [(each, (each.name.casefold(), each.name_hindi.casefold())) for each in hospital.clinics]
    by_name = [each for each, names in named if wanted in names]
    by_beginning = [each for each, names in named if any(name.startswith(wanted) for name in names)]
    found = by_name or by_beginning
    return found[0] if len(found) == 1 else None
