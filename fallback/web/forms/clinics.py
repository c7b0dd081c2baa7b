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

    def spellings(clinic: Clinic) -> tuple[str, ...]:
        return (clinic.code.casefold(), clinic.name.casefold(), clinic.name_hindi.casefold())

    for fits in (
        lambda clinic: wanted == spellings(clinic)[0],
        lambda clinic: wanted in spellings(clinic)[1:],
        lambda clinic: any(each.startswith(wanted) for each in spellings(clinic)[1:]),
    ):
        found = [clinic for clinic in hospital.clinics if fits(clinic)]
        if found:
            return found[0] if len(found) == 1 else None
    return None
