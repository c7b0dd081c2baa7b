"""The command `match`: with our own processes and on a cluster; what it prints and how it ends."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fallback import frontdesk, recovery
from fallback.cli import group
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.queries import matches
from fallback.patients import Columns, PatientIndex
from fallback.recovery import match_portion
from tests import factories

FILE = """uhid,name,sex,birth_date,guardian,mobile,locality
100000001,Sunita Devi,F,1992,Ramesh Kumar,9876501234,Karol Bagh
"""


@pytest.fixture
def house(installation: Installation, tmp_path: Path) -> Installation:
    """With an index of one patient, who came, and somebody else."""
    counter = factories.counter(installation)
    path = tmp_path / "patients.csv"
    path.write_text(FILE, encoding="utf-8")
    frontdesk.load_index(installation.ledger, PatientIndex(installation.folder, installation.vault), path, Columns())
    shift = frontdesk.open_shift(counter, series=1, login="asha", opening_float=0)
    for name in ("Suneeta Devi", "Zubeda Shirazi"):
        frontdesk.register(counter, shift.key, factories.registration(name))
    return installation


def test_the_command_says_of_every_slip_whose_it_is(house: Installation, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(factories.PASSPHRASE, encoding="utf-8")
    words = ["--data", str(house.folder), "--passphrase-file", str(secret), "match", "--by", "ravi", "--workers", "1"]
    first = CliRunner().invoke(group, [*words, "--json"])
    told = json.loads(first.stdout)
    assert (first.exit_code, told["left"], told["same"] + told["new"] + told["ask"]) == (4 if told["ask"] else 0, 0, 2)
    rows = list(queries.slips(house.ledger.db()))
    found = [matches.matched(house.ledger.db(), row.slip.number) for row in rows]
    assert all(each is not None and each.index for each in found)
    again = CliRunner().invoke(group, words)
    assert again.exit_code == 0 and "0 same as somebody known, 0 new, 0 for a person." in again.stdout
    unknown = CliRunner().invoke(group, [*words[:-2], "--dask", "tcp://127.0.0.1:1"])
    assert unknown.exit_code in (3, 5) and unknown.stdout == "", "a sentence, and nothing done"


def test_a_cluster_gets_the_people_and_no_key_and_says_the_same(house: Installation) -> None:
    distributed = pytest.importorskip("distributed", reason="distributed is not installed: see requirements-more.txt")
    seen: list[match_portion.Portion] = []
    index = PatientIndex(house.folder, house.vault)
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        executor = client.get_executor(pure=False)
        real = executor.submit

        def submit(task: Callable[[match_portion.Portion], Any], portion: match_portion.Portion) -> Future[Any]:
            seen.append(portion)
            done: Future[Any] = real(task, portion)
            return done

        executor.submit = submit
        report = recovery.match(house.ledger, index, by="ravi", executor=executor)
    assert report.done == 2 and seen and all(each.reader is None for each in seen)
    assert any(question.index and question.index[0] for portion in seen for question in portion.questions)
