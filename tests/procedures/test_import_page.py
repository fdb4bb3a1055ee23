"""The page that imports a list of TTHC: choose, look, leave out, confirm."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from procedures.models import TTHC, ImportRun, Responsibility, TTHCChange
from qms.organisation.roles import Role
from qms.records.models import StoredFile
from tests.factories import Office, make_agency, make_field, make_tthc, make_unit, make_user, system
from tests.procedures.imports.corpus import CASES
from tests.procedures.imports.making import Case, Page, workbook
from tests.procedures.imports.pages import (
    CONFLICT,
    LIST,
    URL,
    as_secretary,
    messages_of,
    press,
    signed_in,
    text_of,
    upload,
)
from tests.procedures.imports.running import FIXTURE, everything

pytestmark = pytest.mark.django_db

# Who


@pytest.mark.parametrize("who", ["staff", "leader", "clerk", "admin"])
def test_tthc_import_is_for_the_secretary(client: Client, who: str) -> None:
    office = Office()
    client = signed_in(client, getattr(office, who))

    assert client.get(reverse(URL)).status_code == 403
    assert upload(client, office.agency).status_code == 403
    assert StoredFile.objects.count() == 0


def test_tthc_import_offers_only_the_units_of_the_secretary(client: Client) -> None:
    office, foreign = Office(), make_agency()
    section = make_unit(office.agency)
    client = signed_in(client, office.secretary)

    page = client.get(reverse(URL))
    refused = upload(client, foreign)

    assert list(page.context["form"].fields["unit"].queryset) == [office.agency, section]
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["unit"]


def test_tthc_import_of_a_unit_one_keeps_no_more_is_refused(client: Client) -> None:
    office = Office()
    page = upload(signed_in(client, office.secretary), office.agency)

    other = make_user(Role.ISO_SECRETARY, unit=make_agency())
    answer = press(signed_in(client, other), page, "nhap")

    assert answer.status_code == 403
    assert TTHC.objects.count() == 0


def test_tthc_import_file_is_given_to_its_secretary_alone(client: Client) -> None:
    office, stranger = Office(), make_user(Role.ISO_SECRETARY, unit=make_agency())
    page = upload(signed_in(client, office.secretary), office.agency)
    press(client, page, "nhap")
    address = reverse("procedures:tthc-import-file", args=[ImportRun.objects.get().pk])

    given: Any = client.get(address)

    assert b"".join(given.streaming_content) == LIST.encode()
    assert given["Content-Disposition"].startswith("attachment")
    for user in (stranger, office.staff, office.leader, office.admin):
        assert signed_in(client, user).get(address).status_code == 404


# Looking


def test_tthc_import_shows_each_kind_of_row(client: Client) -> None:
    client, unit = as_secretary(client)
    early = make_field("Mầm non")
    make_tthc(unit, code="1.004494", name="Thành lập trường", limit_text="5 ngày", field=early)
    make_tthc(unit, code="1.004442", name="Cho phép hoạt động", limit_text="9 ngày")
    make_tthc(unit, code="1.004443", name="Vắng mặt", field=early)
    rows = (
        "1.004442,Cho phép hoạt động,9 ngày,\n"
        "1.00666,Mã hỏng,9 ngày,Mầm non\n"
        "-,Vắng mặt,,\n"
        "1.00A,Mã sai,,\n"
        "1.004555,Giải thể trường,9 ngày,Mầm non\n"
        "1.004444,Hai dòng,1 ngày,Mầm non\n"
        "1.004444,Hai dòng,2 ngày,Mầm non\n"
    )

    page = upload(client, unit, LIST + rows)
    text = text_of(page)

    assert page.status_code == 200
    assert page.context["counts"] == {"new": 3, "changed": 1, "unchanged": 1}
    assert "Chưa nhập được: còn 2 chỗ phải xử lý." in text
    assert "1.004494 dòng 2 Thành lập trường Thời hạn: 5 ngày → 7 ngày" in text
    assert "1.004555 dòng 3 Giải thể trường Mầm non 9 ngày" in text
    assert "Dòng 7 : Mã sai Mã “1.00A” không đọc được" in text
    assert "Mã 1.004444 có ở 2 dòng khác nhau: Hai dòng Giữ dòng 9 Thời hạn: 1 ngày" in text
    assert "trong tệp là “1.00666”, đọc là 1.006660 – Mã hỏng" in text
    assert "Dòng 6, không có mã: Vắng mặt trùng tên với 1.004443 Vắng mặt" in text
    assert "Dòng không có mã, không nhập (1)" in text
    assert "vắng trong tệp (1)" in text
    assert "1.004555 ở các dòng 3, 8: Giải thể trường" in text
    assert "Không đổi (1) 1.004442 Cho phép hoạt động" in text


def test_tthc_import_writes_nothing_but_the_file_before_it_is_confirmed(client: Client) -> None:
    client, unit = as_secretary(client)
    make_tthc(unit, code="1.004494", name="Tên cũ")
    before = everything()

    upload(client, unit)

    changed = {name: count for name, count in everything().items() if count != before[name]}
    assert set(changed) <= {
        "records.LedgerEntry",
        "records.StoredFile",
        "files",
        "sessions.Session",
    }


def test_tthc_import_escapes_what_stands_in_the_file(client: Client) -> None:
    client, unit = as_secretary(client)
    nasty = "<script>alert(1)</script> &amp; x"

    page = upload(client, unit, f"Mã TTHC,Tên TTHC\n1.004494,{nasty}\n", name="<b>a</b>.csv")

    assert "<script>alert" not in page.content.decode()
    assert escape(nasty) in page.content.decode()
    assert "<b>a</b>" not in page.content.decode()


# Confirming


def test_tthc_import_does_what_was_shown(client: Client) -> None:
    client, unit = as_secretary(client)
    make_tthc(unit, code="1.004494", name="Thành lập trường", limit_text="5 ngày")

    page = upload(client, unit)
    answer = press(client, page, "nhap")

    assert answer.status_code == 302
    assert answer["Location"] == reverse("procedures:tthc-list")
    assert TTHC.objects.get(code="1.004494").limit_text == "7 ngày"
    new = TTHC.objects.get(code="1.004555")
    duty = Responsibility.objects.get(tthc=new)
    assert (duty.unit, duty.valid_from) == (unit, None)
    assert TTHCChange.objects.count() == 0
    run = ImportRun.objects.get()
    assert run.counts == {"new": 1, "changed": 1, "unchanged": 0, "left_out": 0}
    assert run.imported_by == new.history.get().history_user
    said = messages_of(answer)
    assert said == ["Đã nhập danh mục: 1 TTHC mới, 1 thay đổi, 0 không đổi."]


def test_tthc_import_by_a_decision_records_its_changes(client: Client) -> None:
    client, unit = as_secretary(client)
    section = make_unit(unit)
    make_tthc(unit, code="1.004494", name="Thành lập trường", limit_text="5 ngày")

    page = upload(client, section, decision=" 632/QĐ-UBND ", effective_on="01/05/2024")
    press(client, page, "nhap")

    assert "632/QĐ-UBND, có hiệu lực từ 01/05/2024" in text_of(page)
    assert {(c.tthc.code, c.kind, c.decision_no) for c in TTHCChange.objects.all()} == {
        ("1.004494", "amended", "632/QĐ-UBND"),
        ("1.004555", "announced", "632/QĐ-UBND"),
    }
    duty = Responsibility.objects.get(tthc__code="1.004555")
    assert (duty.unit, duty.valid_from) == (section, dt.date(2024, 5, 1))


def test_tthc_import_shows_what_ends_under_both_its_names(client: Client) -> None:
    client, unit = as_secretary(client)
    make_tthc(unit, code="1.004494", name="Tên trong danh mục")
    terms = {"decision": "632/QĐ-UBND", "effective_on": "01/05/2024"}

    page = upload(
        client, unit, "Mã TTHC,Tên TTHC,Tình trạng\n1.004494,Tên trong tệp,Bãi bỏ\n", **terms
    )
    press(client, page, "nhap")

    assert (
        "Tên trong tệp Trong danh mục: Tên trong danh mục Tình trạng: còn hiệu lực → bị bãi bỏ"
    ) in text_of(page)
    assert TTHCChange.objects.get().kind == "abolished"
    assert TTHC.objects.get().name == "Tên trong danh mục"


def test_tthc_import_of_what_is_known_offers_nothing_to_import(client: Client) -> None:
    client, unit = as_secretary(client)
    press(client, upload(client, unit), "nhap")
    after = everything()

    page = upload(client, unit)

    assert "không có gì để nhập" in text_of(page)
    assert 'value="nhap"' not in page.content.decode()
    now = everything()
    assert {n for n in now if now[n] != after[n]} <= {"sessions.Session"}


def test_tthc_import_pressed_twice_imports_once(client: Client) -> None:
    client, unit = as_secretary(client)
    page = upload(client, unit)

    press(client, page, "nhap")
    after = everything()
    again = press(client, page, "nhap")

    assert again.status_code == 302
    said = messages_of(again)[-1]
    assert re.fullmatch(r"Tệp này đã được nhập lúc .*; không nhập lần thứ hai\.", said)
    now = everything()
    assert {n for n in now if now[n] != after[n]} <= {"sessions.Session"}
    assert ImportRun.objects.count() == 1


def test_tthc_import_is_refused_when_the_catalogue_has_moved(client: Client) -> None:
    client, unit = as_secretary(client)
    tthc = make_tthc(unit, code="1.004494", name="Thành lập trường", limit_text="5 ngày")
    page = upload(client, unit)
    tthc.limit_text = "6 ngày"
    tthc.record(by=system(), reason="Đính chính")

    refused = press(client, page, "nhap")

    assert refused.status_code == 409
    assert "danh mục đã thay đổi sau khi bạn xem trước" in text_of(refused)
    assert "Thời hạn: 6 ngày → 7 ngày" in text_of(refused)
    assert (ImportRun.objects.count(), TTHC.objects.count()) == (0, 1)
    assert press(client, refused, "nhap").status_code == 302
    assert TTHC.objects.get(code="1.004494").limit_text == "7 ngày"


# Leaving out


def test_tthc_import_with_blocking_rows_cannot_be_confirmed(client: Client) -> None:
    client, unit = as_secretary(client)
    page = upload(client, unit, LIST + "1.00A,Mã sai,,\n")
    before = everything()

    refused = press(client, page, "nhap")

    assert 'value="nhap"' not in page.content.decode()
    assert refused.status_code == 422
    assert "Chưa nhập được" in text_of(refused)
    assert everything() == before


def test_tthc_import_leaves_out_invalid_rows_one_by_one_or_all(client: Client) -> None:
    client, unit = as_secretary(client)
    page = upload(client, unit, LIST + "1.00A,Mã sai,,\n1.00B,Mã sai nữa,,\n")

    one = press(client, page, "xem", bo=["4"])
    all_of_them = press(client, page, "bo-sai")
    press(client, all_of_them, "nhap")

    assert [row.row for row in one.context["plan"].invalid] == [5]
    assert [row.row for row in all_of_them.context["plan"].left_out] == [4, 5]
    assert "Nhập 2 TTHC mới, 0 thay đổi" in text_of(all_of_them)
    assert TTHC.objects.count() == 2
    assert ImportRun.objects.get().counts["left_out"] == 2


@pytest.mark.parametrize(("kept", "limit"), [("3", "9 ngày"), ("4", "3 ngày"), ("", None)])
def test_tthc_import_keeps_the_row_that_is_chosen_of_a_code(
    client: Client, kept: str, limit: str | None
) -> None:
    client, unit = as_secretary(client)
    page = upload(client, unit, CONFLICT)

    chosen = press(client, page, "xem", **{"giu-1.004555": kept})
    press(client, chosen, "nhap")

    known = TTHC.objects.filter(code="1.004555").values_list("limit_text", flat=True).first()
    assert known == limit
    assert TTHC.objects.filter(code="1.004494").exists()


def test_tthc_import_shows_anew_what_is_chosen_while_confirming(client: Client) -> None:
    client, unit = as_secretary(client)
    page = upload(client, unit)

    shown = press(client, page, "nhap", bo=["1.004494"])

    assert shown.status_code == 200
    assert "Chưa nhập: bạn vừa chọn bỏ ra hoặc lấy lại một số dòng." in text_of(shown)
    assert "Nhập 1 TTHC mới, 0 thay đổi" in text_of(shown)
    assert TTHC.objects.count() == 0
    press(client, shown, "nhap")
    assert [tthc.code for tthc in TTHC.objects.all()] == ["1.004555"]


def test_tthc_import_takes_back_what_was_left_out(client: Client) -> None:
    client, unit = as_secretary(client)
    page = press(client, upload(client, unit), "xem", bo=["1.004494", "1.004555"])

    back = press(client, page, "xem", lay=["2"])

    assert page.context["counts"]["new"] == 0
    assert [row.row for row in back.context["plan"].left_out] == [3]
    assert back.context["plan"].codes("new") == ["1.004494"]


def test_tthc_import_leaves_out_a_sheet_at_once(client: Client) -> None:
    client, unit = as_secretary(client)
    header = ("Mã TTHC", "Tên TTHC", "Thời hạn")
    book = workbook(
        Page(
            [header, ("1.004494", "Một", "5 ngày"), ("1.004555", "Hai", "5 ngày")], name="Chi tiết"
        ),
        Page([header[:2], ("1.004494", "Một"), ("1.004555", "Hai")], name="Tổng hợp"),
    )
    page = upload(client, unit, book, name="a.xlsx")

    shown = press(client, page, "xem", bo=["Tổng hợp!*"])

    assert [code for code, _ in page.context["plan"].conflicts] == ["1.004494", "1.004555"]
    assert not shown.context["plan"].is_blocked
    assert [row.key for row in shown.context["plan"].left_out] == ["Tổng hợp!2", "Tổng hợp!3"]


def test_tthc_import_passes_over_rows_the_list_does_not_have(client: Client) -> None:
    client, unit = as_secretary(client)
    page = upload(client, unit)

    shown = press(client, page, "xem", bo=["99", "<x>"], lay=["7"])

    assert (shown.status_code, shown.context["plan"].left_out) == (200, ())


# All of it


def test_tthc_import_takes_our_own_list(client: Client) -> None:
    client, unit = as_secretary(client)

    page = upload(client, unit, FIXTURE.read_bytes(), name=FIXTURE.name)
    press(client, page, "nhap")

    assert len(page.context["plan"].codes("new")) == 43
    assert TTHC.objects.count() == 43


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.filename.endswith(".xlsx")], ids=lambda case: case.name
)
def test_tthc_import_shows_what_the_command_says(client: Client, case: Case) -> None:
    client, unit = as_secretary(client)

    page = upload(client, unit, case.data, name=case.filename)

    said = page.context["plan"].as_json()
    assert {key: said[key] for key in case.said} == case.said
    for code in said["new"]:
        assert code in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_tthc_import_query_counts_are_constant(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    client, unit = as_secretary(client)
    rows = [f"1.00{n}000,TTHC {n},5 ngày,Mầm non\n" for n in range(count)]
    for n in range(count):
        make_tthc(unit, code=f"1.00{n}000", name=f"Cũ {n}", field=make_field("Mầm non"))
        page = upload(client, unit, LIST.splitlines(keepends=True)[0] + rows[n])
        press(client, page, "nhap")
        make_tthc(unit, code=f"2.00{n}000", name=f"Vắng {n}", field=make_field("Mầm non"))

    with django_assert_num_queries(8):
        start = client.get(reverse(URL))
    assert len(start.context["runs"]) == count
    text = LIST + "".join(rows)
    upload(client, unit, text)  # the file is kept now
    with django_assert_num_queries(11):
        upload(client, unit, text)
