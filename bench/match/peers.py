"""The same slips matched by others: the NHA's rule, and Splink with the same keys, untrained by labels."""

import logging
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

from bench.town import Made
from fallback import names
from fallback.patients.reading import IndexReader
from fallback.person import Person, places_of, words_of

Scored = list[tuple[float, bool]]  # the likeliest of each slip: its chance, and whether it is right


def f1(scored: Scored, present: int) -> float:
    """Of taking everybody's likeliest from some chance on, at the best such chance."""
    right, best = 0, 0.0
    for taken, (_, true) in enumerate(sorted(scored, reverse=True), 1):
        right += true
        best = max(best, 2 * right / (taken + present))
    return round(best, 4)


def nha(told: Sequence[tuple[Person, str]], reader: IndexReader) -> Scored:
    """Whom the NHA's rule names, where it is one: mobile and sex exact, age within two years, the name close."""
    found = []
    for person, truth in told:
        likely = [
            patient.uhid
            for mobile in person.mobiles
            for patient in reader.with_mobile(mobile, 50)
            if patient.sex is person.sex
            and abs(int(patient.birth[:4]) - person.year) <= 2
            and names.similarity(patient.name.casefold(), person.name.casefold()) >= 0.85
        ]
        if len(likely) == 1:
            found.append((1.0, likely[0] == truth))
    return found


def splink(told: Sequence[tuple[Person, str]], people: Iterable[Made]) -> Scored | None:
    """Whom Splink finds likeliest; None where it is not installed."""
    try:
        pandas: Any = import_module("pandas")
        linker_of: Any = import_module("splink").Linker
        duck: Any = import_module("splink").DuckDBAPI()
        cl: Any = import_module("splink.comparison_library")
        block_on: Any = import_module("splink").block_on
        settings_of: Any = import_module("splink").SettingsCreator
    except (ImportError, AttributeError):
        return None
    logging.getLogger("splink").setLevel(logging.ERROR)
    ours = pandas.DataFrame([_row(str(at), person) for at, (person, _) in enumerate(told)])
    theirs = pandas.DataFrame([_row(each.uhid, _person(each)) for each in people])
    settings = settings_of(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=[
            cl.JaroWinklerAtThresholds("given", [0.9, 0.8]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("last", [0.9]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("sex"),
            cl.CustomComparison(
                output_column_name="year",
                comparison_levels=[
                    {
                        "sql_condition": "year_l IS NULL OR year_r IS NULL",
                        "label_for_charts": "null",
                        "is_null_level": True,
                    },
                    {"sql_condition": "year_l = year_r", "label_for_charts": "same"},
                    {"sql_condition": "abs(year_l - year_r) <= 2", "label_for_charts": "two"},
                    {"sql_condition": "ELSE", "label_for_charts": "else"},
                ],
            ),
            cl.ExactMatch("mobile"),
            cl.JaroWinklerAtThresholds("guardian", [0.9]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("place").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("mobile"),
            block_on("given_key", "guardian_key"),
            block_on("given_key", "place"),
            block_on("guardian_key", "place"),
            "l.given_key = r.given_key AND l.last_key = r.last_key AND abs(l.year - r.year) <= 2",
        ],
    )
    linker = linker_of([duck.register(ours), duck.register(theirs)], settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6)
    for rule in (block_on("mobile"), block_on("given_key", "guardian_key")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    scored = linker.inference.predict(threshold_match_probability=0.01).as_duckdbpyrelation().fetchall()
    columns = linker.inference.predict(threshold_match_probability=0.99999).as_pandas_dataframe().columns
    return _likeliest(scored, list(columns), told)


def _likeliest(rows: Iterable[tuple[Any, ...]], columns: list[str], told: Sequence[tuple[Person, str]]) -> Scored:
    at = [columns.index(name) for name in ("match_probability", "id_l", "id_r")]
    best: dict[str, tuple[float, str]] = {}
    for row in rows:
        chance, one, two = (row[place] for place in at)
        slip, patient = (one, two) if len(one) < len(two) else (two, one)
        best[slip] = max(best.get(slip, (0.0, "")), (chance, patient))
    return [(chance, told[int(slip)][1] == uhid) for slip, (chance, uhid) in best.items()]


def _row(key: str, person: Person) -> dict[str, Any]:
    own, guardian = words_of(person.name), words_of(person.guardian)
    return {
        "id": key,
        "given": own[0].text if own else None,
        "given_key": own[0].key if own else None,
        "last": own[-1].text if len(own) > 1 else None,
        "last_key": own[-1].key if len(own) > 1 else None,
        "sex": person.sex.value,
        "year": person.year,
        "mobile": next(iter(person.mobiles), None),
        "guardian": guardian[0].text if guardian else None,
        "guardian_key": guardian[0].key if guardian else None,
        "place": next(iter(places_of(person.locality)), None),
    }


def _person(made: Made) -> Person:
    mobiles = (made.mobile,) if made.mobile else ()
    return Person(
        name=made.name, sex=made.sex, birth=made.birth, guardian=made.guardian, mobiles=mobiles, locality=made.locality
    )
