"""One document of the legal register: read on a day, added, edited, its file, its changes."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from procedures.models import Form, ImpactSheet, LegalChange, LegalDocument, VersionBasis
from qms.foundation.dates import today
from tests.factories import Office, make_draft, make_tthc, sign_in, system
from tests.procedures.coverage.builders import (
    basis,
    in_force,
    make_legal,
    make_legal_change,
    standing,
)

pytestmark = pytest.mark.django_db


def _text(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


def test_page_tells_validity_and_all_that_cites_it_on_the_day(client: Client) -> None:
    office, other = Office(), Office()
    old, new = make_legal("46/2017/NĐ-CP"), make_legal("125/2024/NĐ-CP")
    make_legal_change(old, dt.date(2024, 11, 20), by_document=new)
    named, covered = make_tthc(office.agency), make_tthc(office.agency)
    in_catalogue = make_tthc(office.agency, legal_basis="Nghị định 46/2017/NĐ-CP ngày 21/4/2017")
    direct = in_force(office, named, covered, bases=(basis(tthc=(named.code,)),))
    general = make_draft(office, bases=(basis(kind="general"),))
    elsewhere = make_draft(other, bases=(basis(),))
    Form(agency=office.agency, kind="legal", name="Tờ trình", source="46/2017/NĐ-CP").record(
        by=system(), reason="Thêm"
    )
    sign_in(client, office.secretary)

    page = _text(client, f"{old.get_absolute_url()}?ngay=19/11/2024")
    assert "văn bản đã bị thay thế" not in page
    page = _text(client, f"{old.get_absolute_url()}?ngay=20/11/2024")
    assert "Vào ngày 20/11/2024, văn bản đã bị thay thế bởi" in page
    assert direct.procedure.code in page
    assert "Căn cứ trực tiếp" in page
    assert page.count(named.code) >= 2
    assert covered.code not in page  # cited for the other one alone
    assert in_catalogue.code in page
    assert general.get_absolute_url() in page
    assert elsewhere.procedure.code not in page
    assert "Tờ trình" in page
    assert "Thay thế: " in _text(client, new.get_absolute_url())

    sign_in(client, office.clerk)
    page = _text(client, old.get_absolute_url())
    assert general.get_absolute_url() not in page  # a draft is not for everybody
    assert "Ghi thay đổi" not in page
    sign_in(client, office.admin)
    assert client.get(old.get_absolute_url()).status_code == 403


def test_secretary_adds_a_document_with_its_file_and_edits_it(client: Client) -> None:
    office = Office()
    sign_in(client, office.staff)
    assert client.get("/van-ban/moi/").status_code == 403
    sign_in(client, office.secretary)
    pdf = SimpleUploadedFile("vb.pdf", b"%PDF-1.4 van ban %%EOF")
    typed = {
        "number": "28/2020/TT-BGDĐT",
        "kind": "Thông tư",
        "issued_on": "04/09/2020",
        "effective_on": "20/10/2020",
        "kept_at": "Tủ số 1",
        "trust": "yes",
    }

    wrong = client.post("/van-ban/moi/", typed | {"effective_on": "01/01/2020"})
    assert wrong.status_code == 422
    assert "Ngày có hiệu lực không được trước ngày ban hành." in wrong.content.decode()
    bad = SimpleUploadedFile("vb.pdf", b"MZ not a pdf")
    assert client.post("/van-ban/moi/", typed | {"file": bad}).status_code == 422
    assert not LegalDocument.objects.exists()

    client.post("/van-ban/moi/", typed | {"file": pdf})
    document = LegalDocument.objects.get()
    twice = client.post("/van-ban/moi/", typed | {"number": "28/2020/tt – BGDĐT"})
    assert "đã có trong danh mục văn bản" in twice.content.decode()
    served = client.get(f"{document.get_absolute_url()}tep/")
    assert b"".join(served) == b"%PDF-1.4 van ban %%EOF"

    edit = f"{document.get_absolute_url()}sua/"
    seen = client.get(edit).context["form"]["seen"].value()
    again = typed | {"kept_at": "Tủ số 2", "seen": seen}
    client.post(edit, again)
    document.refresh_from_db()
    assert (document.kept_at, document.number) == ("Tủ số 2", "28/2020/TT-BGDĐT")
    assert document.file is not None
    late = client.post(edit, again | {"kept_at": "Tủ số 3"})
    assert "Người khác vừa sửa văn bản này" in late.content.decode()

    sign_in(client, office.admin)
    assert client.get(f"{document.get_absolute_url()}tep/").status_code == 403


def test_change_is_recorded_once_and_the_new_document_with_it(client: Client) -> None:
    office = Office()
    document = make_legal("46/2017/NĐ-CP")
    url = f"{document.get_absolute_url()}thay-doi/"
    typed = {
        "kind": "replaced",
        "by_number": "125/2024/NĐ-CP",
        "by_kind": "Nghị định",
        "effective_on": "20/11/2024",
        "is_verified": "on",
    }
    for person in (office.staff, office.leader):
        sign_in(client, person)
        assert client.post(url, typed).status_code == 403
    sign_in(client, office.secretary)
    for field, value, message in (
        ("by_number", "", "Hãy ghi số, ký hiệu văn bản sửa đổi hoặc thay thế."),
        ("by_number", "46 / 2017/NĐ-CP", "Văn bản không tự thay đổi chính nó."),
        ("effective_on", "32/13/2024", "Ngày phải ghi theo dạng"),
    ):
        refused = client.post(url, typed | {field: value})
        assert (refused.status_code, LegalChange.objects.count()) == (422, 0)
        assert message in refused.content.decode()

    done = client.post(url, typed, follow=True).content.decode()
    client.post(url, typed)

    change = LegalChange.objects.get()
    assert "không lập phiếu" in done
    assert change.by_document is not None
    assert (change.by_document.number, change.by_document.kind) == ("125/2024/NĐ-CP", "Nghị định")
    assert change.is_verified
    other = client.post(url, typed | {"by_number": "1/2024/NĐ-CP"})
    assert "đã được ghi trước đó" in other.content.decode()
    assert not LegalDocument.objects.filter(number="1/2024/NĐ-CP").exists()

    void = f"/van-ban/thay-doi/{change.pk}/ghi-nham/"
    assert client.post(void, {f"v{change.pk}-reason": " "}).status_code == 422
    client.post(void, {f"v{change.pk}-reason": "Nhầm số"})
    change.refresh_from_db()
    assert change.is_void
    client.post(url, typed | {"by_number": "1/2024/NĐ-CP"})
    assert LegalChange.objects.filter(is_void=False).get().by_document == (
        LegalDocument.objects.get(number="1/2024/NĐ-CP")
    )


def test_number_that_no_register_has_is_offered_and_tied_when_it_is_added(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    version = in_force(office, tthc, bases=(basis("7/2020/TT-BTC", title="Về phí"),))
    assert not VersionBasis.objects.exists()
    sign_in(client, office.leader)
    assert client.get("/van-ban/chua-ghi/").status_code == 403
    sign_in(client, office.secretary)

    page = _text(client, "/van-ban/chua-ghi/")
    assert "7/2020/TT-BTC" in page
    assert version.procedure.code in page
    client.post("/van-ban/moi/", {"number": "7/2020/TT-BTC", "trust": "no"})

    document = LegalDocument.objects.get()
    assert list(VersionBasis.objects.values_list("version", "document", "is_direct")) == [
        (version.pk, document.pk, True)
    ]
    assert "Danh mục đã đủ" in _text(client, "/van-ban/chua-ghi/")
    client.post(
        f"{document.get_absolute_url()}thay-doi/",
        {"kind": "expired", "effective_on": f"{today():%d/%m/%Y}"},
    )
    assert ImpactSheet.objects.get().rows.get().procedure == version.procedure
    assert standing(tthc, today(), office.agency) == "stale"
    stranger = make_legal("1/1999/TT")
    with pytest.raises(DatabaseError, match="Nội dung đã phê duyệt"), transaction.atomic():
        VersionBasis.objects.bulk_create([VersionBasis(version=version, document=stranger)])


def test_list_is_narrowed_to_what_is_amended_or_cited(client: Client) -> None:
    office = Office()
    cited, amended = make_legal("1/2020/TT"), make_legal("2/2020/TT")
    make_legal_change(amended, dt.date(2021, 1, 1), LegalChange.Kind.AMENDED)
    in_force(office, make_tthc(office.agency), bases=(basis("1/2020/TT"),))
    sign_in(client, office.staff)

    def found(query: str) -> Any:
        return [line.document for line in client.get(f"/van-ban/?{query}").context["lines"]]

    assert found("dan=1") == [cited]
    assert found("tinh-trang=sua") == [amended]
    assert found("tinh-trang=sua&dan=1") == []
