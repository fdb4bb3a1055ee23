"""`manage.py import_tthc` as it is typed."""

import datetime as dt
import time
from pathlib import Path

import pytest

from procedures.models import TTHC, Responsibility, TTHCChange
from qms.organisation.models import Unit, User
from tests.factories import make_agency, make_tthc, make_unit
from tests.procedures.imports.bad_files import BAD_FILES
from tests.procedures.imports.running import (
    FIXTURE,
    everything,
    refused,
    run,
    run_json,
    saved,
)

pytestmark = pytest.mark.django_db

LIST = "Mã TTHC,Tên TTHC,Thời hạn\n1.004494,Thành lập trường,5 ngày\n1.004555,Giải thể,7 ngày\n"
DECISION = ("--decision", "632/QĐ-UBND", "--effective-on", "2024-05-01")


def _saved(folder: Path, text: str = LIST) -> Path:
    return saved(folder, "danh-muc.csv", text.encode())


def test_import_of_our_own_list_into_an_empty_database_is_new_once() -> None:
    assert not Unit.objects.exists()
    before = everything()

    told = run_json(FIXTURE)
    assert everything() == before
    assert not User.objects.exists()

    first = run_json(FIXTURE, "--wet-run")
    after = everything()
    second = run_json(FIXTURE, "--wet-run")

    assert (first["rows"], len(first["new"]), first["invalid"]) == (43, 43, [])
    assert first == told
    assert (second["new"], second["changed"]) == ([], [])
    assert second["unchanged"] == first["new"]
    assert everything() == after
    assert Responsibility.objects.count() == TTHC.objects.count() == 43


def test_import_of_our_own_list_by_a_decision_is_new_once() -> None:
    first = run_json(FIXTURE, "--wet-run", *DECISION)
    after = everything()
    second = run_json(FIXTURE, "--wet-run", *DECISION)

    assert len(first["new"]) == len(second["unchanged"]) == 43
    assert everything() == after
    assert TTHCChange.objects.filter(kind="announced").count() == 43


def test_import_prints_nothing_but_json(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make_agency()

    printed = run(_saved(tmp_path, LIST + "x,Sai\n1.004494,Tên khác,\n,Không mã,\n"), "--json")

    assert printed.count("\n") == 1
    assert printed.startswith('{"rows": 5, "new": [')
    assert capfd.readouterr() == ("", "")


def test_import_tells_people_what_it_would_do(tmp_path: Path) -> None:
    make_tthc(code="1.004494", name="Thành lập trường", limit_text="")
    path = _saved(tmp_path, LIST + "x,Sai,\n1.00666,Mã hỏng,\n-,Giải thể,\n1.004555,Khác,\n")

    assert run(path) == (
        "Xem trước, chưa ghi gì.\n"
        "6 dòng: 2 mới, 1 thay đổi, 0 không đổi, 0 bỏ ra\n"
        "  Mới 1.004555 Giải thể\n"
        "  Mới 1.006660 Mã hỏng\n"
        "  Thay đổi 1.004494 Thành lập trường – Thời hạn: (trống) → 5 ngày\n"
        "  Dòng 4 sai: Mã “x” không đọc được: cần dạng 1.004494 (một chữ số, dấu chấm, sáu chữ "
        "số).\n"
        "  Mã 1.004555 trùng, nội dung khác nhau: dòng 3, 7\n"
        "  Dòng 5: mã “1.00666” khôi phục thành 1.006660\n"
        "  Dòng 6 không có mã: Giải thể\n"
    )


def test_import_gives_new_tthc_to_the_unit_that_is_named(tmp_path: Path) -> None:
    section = make_unit(make_agency())

    run(_saved(tmp_path), "--wet-run", "--unit", section.code)

    assert {duty.unit for duty in Responsibility.objects.all()} == {section}


def test_import_by_a_decision_takes_its_number_and_day(tmp_path: Path) -> None:
    make_tthc(code="1.004494", name="Tên cũ")

    said = run_json(_saved(tmp_path), "--wet-run", *DECISION)

    assert (said["new"], said["changed"]) == (["1.004555"], ["1.004494"])
    changes = TTHCChange.objects.order_by("tthc__code")
    assert [(c.kind, c.decision_no, c.effective_on) for c in changes] == [
        ("amended", "632/QĐ-UBND", dt.date(2024, 5, 1)),
        ("announced", "632/QĐ-UBND", dt.date(2024, 5, 1)),
    ]


def test_import_with_blocking_rows_tells_them_and_writes_nothing(tmp_path: Path) -> None:
    make_agency()
    path = _saved(tmp_path, LIST + "x,Sai,\n1.004555,Khác,\n")
    before = everything()

    printed, why = refused(path, "--wet-run")

    assert "  Dòng 4 sai: " in printed
    assert printed.startswith("Xem trước, chưa ghi gì.")
    assert why.splitlines() == [
        "Dòng 4: Mã “x” không đọc được: cần dạng 1.004494 (một chữ số, dấu chấm, sáu chữ số).",
        "Mã 1.004555 có nhiều dòng khác nhau: 3, 5.",
        "Hãy sửa tệp, hoặc bỏ các dòng này ra rồi nhập lại.",
    ]
    assert everything() == before


def test_import_leaves_out_the_rows_that_are_named(tmp_path: Path) -> None:
    make_agency()
    path = _saved(tmp_path, LIST + "x,Sai,\n1.004555,Khác,\n")

    run(path, "--wet-run", "--leave-out", "4, 3")

    assert set(TTHC.objects.values_list("code", "name")) == {
        ("1.004494", "Thành lập trường"),
        ("1.004555", "Khác"),
    }


@pytest.mark.parametrize("mode", [(), ("--wet-run",), ("--json",), ("--wet-run", "--json")])
@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--unit", "KHONG-CO"), "Không có đơn vị mã “KHONG-CO”."),
        (("--decision", "1/QĐ"), "Nhập theo quyết định thì phải ghi ngày hiệu lực."),
        (
            ("--effective-on", "2024-05-01"),
            "Đã ghi ngày hiệu lực thì phải ghi quyết định công bố.",
        ),
        (
            ("--decision", "1/QĐ", "--effective-on", "2024-02-30"),
            "“2024-02-30” không phải là ngày; hãy ghi như 30/06/2022.",
        ),
        (("--leave-out", "99"), "Danh sách không có dòng 99 để bỏ ra."),
    ],
)
def test_import_refuses_what_cannot_be_meant(
    tmp_path: Path, options: tuple[str, ...], why: str, mode: tuple[str, ...]
) -> None:
    path, before = _saved(tmp_path), everything()

    assert refused(path, *options, *mode) == ("", why)
    assert everything() == before


def test_import_of_no_file_is_one_sentence(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.csv") == ("", f"Không có tệp “{tmp_path / 'a.csv'}”.")
    assert refused(tmp_path) == ("", f"Không có tệp “{tmp_path}”.")


@pytest.mark.parametrize("kind", BAD_FILES)
def test_import_of_a_bad_file_is_one_sentence_and_writes_nothing(kind: str, tmp_path: Path) -> None:
    name, data, words = BAD_FILES[kind]
    path, before, started = saved(tmp_path, name, data()), everything(), time.monotonic()

    printed, why = refused(path, "--wet-run", "--json")

    assert printed == ""
    assert words in why
    assert "\n" not in why
    assert why.endswith(".")
    assert everything() == before
    assert time.monotonic() - started < 5  # seconds
