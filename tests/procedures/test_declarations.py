"""The declaration of the quality system, and what coverage tells of it."""

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook

from procedures import actions
from procedures.coverage import coverage_on, scope_on
from procedures.models import Declaration, DeclaredTTHC
from procedures.pages.yearly import offer_on
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from tests.factories import Office, abolish, make_tthc, make_unit, make_user, make_version, sign_in

pytestmark = pytest.mark.django_db
NEW = "/cong-bo-htqlcl/moi/"
LONG_AGO = today() - dt.timedelta(60)


def _in_force(office: Office, *tthc: Any, **fields: Any) -> Any:
    return make_version(
        VersionStatus.ISSUED, office, *tthc, paper_on=LONG_AGO, effective_on=LONG_AGO, **fields
    )


def _declare(office: Office, *, on: dt.date | None = None, number: str = "45/QĐ") -> Declaration:
    day = on or today() - dt.timedelta(30)
    offer = offer_on(office.agency, day)
    values = {"number": number, "signed_on": day}
    declared = offer.declared(offer.usual)
    return actions.declare_system(office.agency, values, declared, by=office.secretary)


def test_secretary_declares_what_has_a_procedure_on_the_day(client: Client) -> None:
    office = Office()
    with_procedure, without = make_tthc(office.agency), make_tthc(office.agency)
    version = _in_force(office, with_procedure)
    sign_in(client, office.secretary)
    day = format_date(today())

    page = client.get(NEW)
    assert page.context["form"]["tthc"].value() == [with_procedure.code]
    assert f"{without.name} (chưa có quy trình)" in page.content.decode()
    picked = client.post(NEW, {"signed_on": day, "number": "45/QĐ-PGDĐT", "chon": "danh-muc"})
    assert picked.context["form"]["number"].value() == "45/QĐ-PGDĐT"
    assert not Declaration.objects.exists()

    answer = client.post(
        NEW,
        {
            "number": "45/QĐ-PGDĐT",
            "signed_on": day,
            "tthc": [with_procedure.code],
            "file": SimpleUploadedFile("qd.pdf", b"%PDF-1.4 qd %%EOF"),
            "notified_on": day,
            "website_url": "https://example.gov.vn/iso",
        },
    )

    declaration = Declaration.objects.get()
    assert answer.headers["Location"] == f"/cong-bo-htqlcl/{declaration.pk}/"
    row = DeclaredTTHC.objects.get()
    assert (row.tthc, row.name) == (with_procedure, with_procedure.name)
    assert (row.procedure, row.procedure_code) == (version.procedure, version.procedure.code)
    sign_in(client, office.staff)
    detail = client.get(answer.headers["Location"]).content.decode()
    assert "phạm vi khớp với hôm nay" in detail
    assert "Ghi nhầm quyết định này" not in detail
    kept = client.get(f"/cong-bo-htqlcl/{declaration.pk}/tep/")
    assert kept.headers["Content-Type"] == "application/pdf"
    kept.close()


def test_bad_declarations_are_told_at_the_field_and_write_nothing(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    _in_force(office, tthc)
    sign_in(client, office.secretary)
    late = format_date(today() + dt.timedelta(1))
    good = {"number": "45/QĐ", "signed_on": format_date(today()), "tthc": [tthc.code]}

    def told(**given: Any) -> str:
        answer = client.post(NEW, good | given)
        assert answer.status_code == 422
        assert answer.context["form"]["number"].value() == given.get("number", "45/QĐ")
        return answer.content.decode()

    assert "Ngày không được ở tương lai." in told(signed_on=late)
    assert "Hãy chọn ít nhất một TTHC" in told(tthc=[])
    assert "Có TTHC không được tính vào ngày quyết định" in told(tthc=["9.999999"])
    assert "bắt đầu bằng https://" in told(website_url="javascript:alert(1)")
    early = format_date(today() - dt.timedelta(1))
    assert "không được trước ngày quyết định" in told(posted_on=early)
    assert not Declaration.objects.exists()

    client.post(NEW, good)
    assert "Quyết định này đã được ghi." in told()
    assert Declaration.objects.count() == 1


def test_only_the_secretary_of_the_agency_declares(client: Client) -> None:
    office, other = Office(), Office()
    _in_force(office)
    declaration = _declare(office)
    edit, void = (f"/cong-bo-htqlcl/{declaration.pk}/{deed}/" for deed in ("sua", "ghi-nham"))
    for user in (office.staff, office.leader, office.clerk):
        sign_in(client, user)
        assert client.get(NEW).status_code == 403
        assert client.get(edit).status_code == 403
        assert client.post(void, {"reason": "x"}).status_code == 403
    sign_in(client, other.secretary)
    assert client.get(f"/cong-bo-htqlcl/{declaration.pk}/").status_code == 404
    assert client.get(edit).status_code == 404
    sign_in(client, office.admin)
    assert client.get("/cong-bo-htqlcl/").status_code == 403


def test_what_follows_is_added_and_a_mistake_counts_no_more(client: Client) -> None:
    office = Office()
    _in_force(office)
    declaration = _declare(office)
    edit = f"/cong-bo-htqlcl/{declaration.pk}/sua/"
    sign_in(client, office.secretary)
    seen = client.get(edit).context["form"]["seen"].value()
    day = format_date(today())

    client.post(edit, {"posted_on": day, "notified_number": "12/CV", "seen": seen})
    stale = client.post(edit, {"posted_on": day, "notified_number": "13/CV", "seen": seen})

    assert stale.status_code == 422
    assert "Người khác vừa sửa mục này" in stale.content.decode()
    declaration.refresh_from_db()
    assert (declaration.notified_number, declaration.posted_on) == ("12/CV", today())
    void = f"/cong-bo-htqlcl/{declaration.pk}/ghi-nham/"
    assert client.post(void, {"reason": " "}).status_code == 422
    client.post(void, {"reason": "Ghi sai số"})
    declaration.refresh_from_db()
    assert declaration.is_void
    assert declaration.history.first().history_change_reason == "Ghi nhầm: Ghi sai số"
    assert scope_on(coverage_on(today(), office.agency)).declarations == ()
    assert client.get(edit).status_code == 403
    sign_in(client, office.staff)
    assert client.get(f"/cong-bo-htqlcl/{declaration.pk}/").status_code == 404


def test_coverage_tells_what_differs_from_the_declaration(client: Client) -> None:
    office = Office()
    kept, moved, gone, replaced = (make_tthc(office.agency) for _ in range(4))
    for tthc in (kept, moved, gone, replaced):
        _in_force(office, tthc)
    declaration = _declare(office)
    added = make_tthc(office.agency)
    missing = make_tthc(office.agency)
    before = declaration.tthc.get(tthc=moved)
    assert before.procedure is not None
    abolish(before.procedure, office, on=today())
    make_version(VersionStatus.ISSUED, office, moved)
    make_version(VersionStatus.ISSUED, office, added)
    by = office.secretary
    actions.record_tthc_change(
        gone, kind="abolished", decision_no="1/QĐ-UBND", effective_on=today(), by=by
    )
    actions.record_tthc_change(
        replaced,
        kind="replaced",
        decision_no="1/QĐ-UBND",
        effective_on=today(),
        replaced_by=added,
        by=by,
    )

    scope = scope_on(coverage_on(today(), office.agency))

    assert [row.code for row in scope.added] == [added.code]
    assert [(e.declared.tthc.code, e.successor) for e in scope.removed] == [
        (gone.code, ""),
        (replaced.code, added.code),
    ]
    assert [each.row.code for each in scope.changed] == [moved.code]
    assert scope.ratio == "2/4"  # kept, moved of kept, moved, added, missing
    assert missing.code in {row.code for row in scope.undeclared}
    sign_in(client, office.staff)
    shown = client.get("/bao-phu/").content.decode()
    assert "Phải công bố lại HTQLCL: 04 điểm khác" in shown
    assert "(50,00%)" in shown
    assert f"được thay thế bằng TTHC {added.code}" in shown
    listed = client.get("/bao-phu/?nhom=ngoai-cong-bo").context["selection"]
    assert {row.code for row in listed.rows} == {added.code, missing.code}
    rows = _sheet(client)
    at = next(n for n, row in enumerate(rows) if row[0] == "Mã TTHC")
    assert {row[0]: row[9] for row in rows[at + 1 :]} == {
        kept.code: "có", moved.code: "có", added.code: "không", missing.code: "không"
    }  # fmt: skip
    assert any("phải công bố lại HTQLCL" in str(row[0]) for row in rows[:at])


def _sheet(client: Client) -> list[list[Any]]:
    answer = client.get(reverse("procedures:coverage-sheet"), {"nhom": "tat-ca"})
    return load_workbook(BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def test_the_day_decides_which_declaration_counts(client: Client) -> None:
    office = Office()
    _in_force(office)
    first = _declare(office)
    second = _declare(office, on=today(), number="46/QĐ")
    sign_in(client, office.staff)

    def standing(day: dt.date) -> tuple[Declaration, ...]:
        return scope_on(coverage_on(day, office.agency)).declarations

    assert standing(first.signed_on - dt.timedelta(1)) == ()
    assert standing(today() - dt.timedelta(1)) == (first,)
    assert standing(today()) == (second,)
    before = (first.signed_on - dt.timedelta(1)).isoformat()
    assert (
        "Chưa ghi QĐ công bố HTQLCL nào đến ngày này"
        in client.get(f"/bao-phu/?ngay={before}").content.decode()
    )


def test_a_part_of_the_agency_has_the_figure_without_the_differences() -> None:
    office = Office()
    part = make_unit(office.agency)
    here, elsewhere = make_tthc(part), make_tthc(office.agency)
    _in_force(office, here)
    _in_force(office, elsewhere)
    _declare(office)

    scope = scope_on(coverage_on(today(), part))

    assert (scope.ratio, scope.is_outdated) == ("1/1", False)


def test_an_outside_checker_reads_the_declarations(client: Client) -> None:
    office = Office()
    _in_force(office)
    _declare(office)
    sign_in(client, make_user(Role.EXTERNAL_CHECKER, unit=office.agency))

    assert "45/QĐ" in client.get("/cong-bo-htqlcl/").content.decode()


def test_the_list_of_a_declaration_never_changes() -> None:
    office = Office()
    _in_force(office)
    row = _declare(office).tthc.get()
    row.name = "khác"

    with pytest.raises(Exception, match="TTHC đã công bố"):
        row.record(by=office.secretary, reason="x")


def test_nothing_to_declare_is_refused() -> None:
    office = Office()

    with pytest.raises(ValidationError, match="ít nhất một TTHC"):
        actions.declare_system(
            office.agency, {"number": "1", "signed_on": today()}, [], by=office.secretary
        )
