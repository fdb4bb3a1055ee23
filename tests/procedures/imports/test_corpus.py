"""Whole files through the command: what it says, what it writes, and that it says so once."""

from pathlib import Path
from typing import Any

import pytest

from procedures.models import TTHC
from tests.factories import make_agency
from tests.procedures.imports.corpus import CASES
from tests.procedures.imports.making import Case
from tests.procedures.imports.running import EMPTY, everything, refused, run_json, saved

pytestmark = pytest.mark.django_db

READABLE = [case for case in CASES if not case.is_blocked]
STOPPED = [case for case in CASES if case.is_blocked]


def _name(case: Case) -> str:
    return case.name


def _known(code: str, names: Any) -> dict[str, Any]:
    tthc = TTHC.objects.select_related("field").get(code=code)
    return {
        name: str(tthc.field) if name == "field" and tthc.field else getattr(tthc, name)
        for name in names
    }


@pytest.mark.parametrize("case", READABLE, ids=_name)
def test_file_is_told_then_imported_as_told_and_only_once(case: Case, tmp_path: Path) -> None:
    make_agency()
    path, before = saved(tmp_path, case.filename, case.data), everything()

    told = run_json(path)
    assert told == EMPTY | case.said
    assert everything() == before

    assert run_json(path, "--wet-run") == told
    assert {code: _known(code, facts) for code, facts in case.facts.items()} == case.facts
    assert TTHC.objects.count() == len(told["new"])

    after = everything()
    again = run_json(path, "--wet-run")
    assert (again["new"], again["changed"], again["unchanged"]) == ([], [], told["new"])
    assert everything() == after


@pytest.mark.parametrize("case", STOPPED, ids=_name)
def test_file_with_blocking_rows_writes_nothing(case: Case, tmp_path: Path) -> None:
    make_agency()
    path, before = saved(tmp_path, case.filename, case.data), everything()

    assert run_json(path) == EMPTY | case.said
    printed, why = refused(path, "--wet-run", "--json")

    assert [line.startswith("{") for line in printed.splitlines()] == [True]
    assert all(row["reason"] in why for row in case.said["invalid"])
    assert everything() == before


@pytest.mark.parametrize("case", STOPPED, ids=_name)
def test_file_without_its_blocking_rows_is_imported(case: Case, tmp_path: Path) -> None:
    make_agency()
    path = saved(tmp_path, case.filename, case.data)
    rows = ",".join(str(row["row"]) for row in case.said["invalid"])

    said = run_json(path, "--wet-run", "--leave-out", rows)

    assert said == EMPTY | case.said | {"invalid": []}
    assert sorted(TTHC.objects.values_list("code", flat=True)) == sorted(case.said["new"])
