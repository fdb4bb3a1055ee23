"""The command `coverage`: what it prints, and what it answers to a slip of the pen."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from procedures.management.commands.coverage import Command
from procedures.models import (
    TTHCChange,
)
from qms.foundation.dates import today
from tests.factories import (
    Office,
    make_agency,
    make_tthc,
    make_unit,
)
from tests.procedures.coverage.builders import day, in_force, make_change

pytestmark = pytest.mark.django_db

Kind = TTHCChange.Kind


def run(*args: str) -> str:
    out = StringIO()
    call_command("coverage", *args, stdout=out)
    return out.getvalue()


def test_coverage_command_prints_only_json_with_the_keys_in_order() -> None:
    office = Office(catalogue_until=day("2025-06-30"))
    in_force(office, make_tthc(office.agency))

    found = json.loads(run("--on", "2022-06-30", "--json"))

    assert list(found) == [
        "on", "catalogue_until", "in_force", "excluded", "covered", "stale", "overdue",
        "in_progress", "missing", "covered_ratio", "fresh_ratio", "covered_codes", "stale_codes",
        "overdue_codes", "in_progress_codes", "missing_codes",
    ]  # fmt: skip
    assert (found["on"], found["covered_ratio"]) == ("2022-06-30", "1/1")


def test_coverage_command_takes_today_and_the_first_agency_unless_told() -> None:
    office = Office()
    section = make_unit(office.agency)
    make_tthc(office.agency)
    make_tthc(section)

    assert json.loads(run("--json"))["on"] == today().isoformat()
    assert json.loads(run("--json"))["in_force"] == 2
    assert json.loads(run("--json", "--unit", section.code))["in_force"] == 1


def test_coverage_command_tells_people_in_vietnamese() -> None:
    office = Office(catalogue_until=day("2022-01-01"))
    tthc = make_tthc(office.agency, name="Cho phép trường hoạt động")
    make_change(tthc, Kind.ANNOUNCED, day("2022-01-15"))

    told = run("--on", "30/06/2022")

    assert "Lưu ý: danh mục TTHC mới cập nhật đến 01/01/2022." in told
    assert "Có quy trình ISO: 0/1 (0,00%)" in told
    assert f"{tthc.code} Cho phép trường hoạt động – chưa có quy trình; quá hạn 15/04/2022" in told


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--on", "31/02/2022"), "không phải là ngày"),
        (("--on", "0001-01-01"), "Ngày phải từ 02/09/1945"),
        (("--unit", "KHONG-CO"), "Không có đơn vị nào mã “KHONG-CO”"),
    ],
)
def test_coverage_command_says_what_is_wrong(args: tuple[str, ...], message: str) -> None:
    make_agency()

    with pytest.raises(CommandError, match=message):
        run(*args)


@pytest.mark.parametrize("args", [("--on", "2022-13-01"), ("--unit", "KHONG-CO")])
def test_coverage_command_says_it_beside_the_json_and_fails(
    capsys: pytest.CaptureFixture[str], args: tuple[str, str]
) -> None:
    make_agency()

    with pytest.raises(SystemExit) as end:
        Command().run_from_argv(["manage.py", "coverage", "--json", *args])

    said = capsys.readouterr()
    assert (end.value.code, said.out) == (1, "")
    assert len(said.err.splitlines()) == 1
    assert args[1] in said.err


def test_coverage_command_without_any_agency_says_so() -> None:
    with pytest.raises(CommandError, match="Chưa có cơ quan nào"):
        run()
