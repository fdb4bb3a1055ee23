"""One form: its page, its next issue, what replaces it; who is refused."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from procedures.models import ChangeRequest, Form, LegalDocument
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from qms.records.models import StoredFile
from tests.factories import (
    Office,
    make_blank,
    make_blank_issue,
    make_user,
    make_version,
    restrict,
    sign_in,
    system,
)

pytestmark = pytest.mark.django_db
LONG_AGO = {"paper_on": dt.date(2022, 3, 10), "effective_on": dt.date(2022, 3, 15)}
PDF = b"%PDF-1.4 mau moi %%EOF"
USES = ({"code": "BM-01", "name": "Mẫu BM-01"},)


def address(form: Form, deed: str) -> str:
    return reverse(f"procedures:blank-{deed}", args=[form.pk])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def replace(client: Client, form: Form, **typed: Any) -> Any:
    values = {"ended_on": format_date(today()), "reason": "Mẫu cũ thiếu mục"} | typed
    return client.post(address(form, "replace"), values)


def in_use(office: Office, code: str = "BM-01") -> Form:
    form = make_blank(office, code)
    make_blank_issue(form, valid_from=dt.date(2022, 3, 1))
    return form


def test_page_shows_issues_source_and_who_uses_it_as_far_as_one_may_read(client: Client) -> None:
    office = Office()
    document = LegalDocument(number="01/2018/TT-VPCP")
    document.record(by=system(), reason="Thêm văn bản")
    form = make_blank(
        office, "BM-01", kind=Form.Kind.LEGAL, source="Thông tư 01/2018/TT-VPCP", name="Giấy hẹn"
    )
    make_blank_issue(form, valid_from=dt.date(2022, 3, 1))
    coming = make_blank_issue(form, valid_from=dt.date(2100, 1, 1), data=PDF)
    uses = ({"kind": "legal", "code": "BM-01", "name": "Giấy hẹn", "source": form.source},)
    open_one = make_version(VersionStatus.ISSUED, office, forms=uses)
    draft = make_version(VersionStatus.DRAFT, office, forms=uses)
    secret = make_version(VersionStatus.ISSUED, office, forms=uses)
    restrict(secret.procedure)

    sign_in(client, office.clerk)
    page = text(client.get(form.get_absolute_url()))
    sign_in(client, office.secretary)
    whole = text(client.get(form.get_absolute_url()))

    assert document.get_absolute_url() in page
    assert "Đang dùng" in page
    assert "Chưa dùng" in page
    assert reverse("procedures:blank-file", args=[coming.pk]) in page
    assert open_one.procedure.code in page
    assert draft.procedure.code not in page
    assert secret.procedure.code not in page
    assert "Ban hành lần mới" not in page
    assert draft.procedure.code in whole
    assert secret.procedure.code in whole
    assert "Ban hành lần mới" in whole


def test_next_issue_is_the_file_itself_and_a_wrong_one_is_told(client: Client) -> None:
    office = Office()
    form = in_use(office)
    sign_in(client, office.secretary)
    before = StoredFile.objects.count()

    def send(day: str, data: bytes = PDF) -> Any:
        file = SimpleUploadedFile("mau.pdf", data)
        return client.post(address(form, "issue"), {"file": file, "valid_from": day})

    missing = client.post(address(form, "issue"), {"valid_from": "01/05/2023"})
    early = send("01/03/2022")
    wrong = send("01/05/2023", b"MZ khong phai pdf")
    assert [answer.status_code for answer in (missing, early, wrong)] == [422, 422, 422]
    assert "Hãy chọn tệp của lần ban hành mới." in text(missing)
    assert "Đã có lần ban hành mẫu dùng từ ngày này hoặc sau đó." in text(early)
    assert 'value="01/03/2022"' in text(early)
    assert (form.issues.count(), StoredFile.objects.count()) == (1, before)

    done = send("01/05/2023")

    assert done.headers["Location"] == form.get_absolute_url()
    issue = form.issues.get(issue_no=2)
    kept = client.get(reverse("procedures:blank-file", args=[issue.pk]))
    assert (issue.valid_from, kept.getvalue()) == (dt.date(2023, 5, 1), PDF)


def test_replacing_shows_who_uses_it_and_asks_each_procedure_for_a_change(client: Client) -> None:
    office = Office()
    old, new = in_use(office), in_use(office, "BM-02")
    versions = [make_version(VersionStatus.ISSUED, office, forms=USES) for _ in range(2)]
    make_version(VersionStatus.ISSUED, office)
    sign_in(client, office.secretary)

    page = text(client.get(address(old, "replace")))
    done = replace(client, old, successor=new.pk, is_asking="on")
    again = replace(client, old, successor=new.pk, is_asking="on")

    assert all(version.procedure.code in page for version in versions)
    assert done.headers["Location"] == old.get_absolute_url()
    old.refresh_from_db()
    assert (old.ended_on, old.successor) == (today(), new)
    row = old.history.latest()
    assert (row.history_user, row.history_change_reason) == (office.secretary, "Mẫu cũ thiếu mục")
    requests = ChangeRequest.objects.order_by("pk")
    assert [change.procedure for change in requests] == [v.procedure for v in versions]
    assert requests[0].what.startswith("Thay biểu mẫu BM-01 Mẫu BM-01 bằng BM-02 Mẫu BM-02")
    assert requests[0].number
    assert again.status_code == 422
    assert requests.count() == 2


def test_reading_page_offers_what_is_in_force_and_marks_what_has_ended(client: Client) -> None:
    office = Office(public_reading=True)
    old, new = in_use(office), in_use(office, "BM-02")
    version = make_version(VersionStatus.ISSUED, office, forms=USES)
    files = [reverse("procedures:blank-file", args=[f.issues.get().pk]) for f in (old, new)]
    before = text(client.get(version.procedure.get_absolute_url()))
    sign_in(client, office.secretary)
    replace(client, old, successor=new.pk)
    client.logout()
    page = text(client.get(version.procedure.get_absolute_url()))

    assert files[0] in before
    assert "ngừng dùng" not in before
    assert files[0] not in page
    assert files[1] in page
    assert f"ngừng dùng từ {format_date(today())}, đã thay bằng BM-02 Mẫu BM-02" in page
    assert client.get(files[1]).getvalue()  # open to strangers, as the procedure is


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"ended_on": "31/02/2022"}, "ended_on"),
        ({"ended_on": "01/03/2022"}, "ended_on"),
        ({"successor": "self"}, "successor"),
        ({"successor": "ended"}, "successor"),
        ({"successor": "other"}, "successor"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_written(
    client: Client, typed: dict[str, str], field: str
) -> None:
    office = Office()
    form, ended, other = in_use(office), in_use(office, "BM-02"), make_blank(Office(), "BM-03")
    ended.end(on=dt.date(2023, 1, 1), successor=None, by=office.secretary, reason="Thôi")
    names = {"self": form.pk, "ended": ended.pk, "other": other.pk}
    make_version(VersionStatus.ISSUED, office, forms=USES)
    sign_in(client, office.secretary)
    values = {key: names.get(value, value) for key, value in typed.items()}

    answer = replace(client, form, is_asking="on", **values)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Form.objects.get(pk=form.pk).ended_on is None
    assert not ChangeRequest.objects.exists()


def test_an_ended_form_gets_no_issue_and_is_taken_into_use_again(client: Client) -> None:
    office = Office()
    form = in_use(office)
    sign_in(client, office.secretary)
    replace(client, form)

    refused = client.post(
        address(form, "issue"),
        {"file": SimpleUploadedFile("mau.pdf", PDF), "valid_from": format_date(today())},
    )
    unsaid = client.post(address(form, "resume"), {"reason": ""})
    done = client.post(address(form, "resume"), {"reason": "Ghi nhầm"})

    assert f"Biểu mẫu ngừng dùng từ {format_date(today())}." in text(refused)
    assert unsaid.status_code == 422
    assert done.status_code == 302
    form.refresh_from_db()
    assert (form.ended_on, form.successor) == (None, None)
    assert form.history.latest().history_change_reason == "Ghi nhầm"


def test_only_the_secretary_of_the_agency_touches_a_form(client: Client) -> None:
    office, other = Office(), Office()
    form = in_use(office)
    people = [(role, make_user(role, unit=office.agency)) for role in Role]

    for role, user in (*people, (None, other.secretary)):
        if role == Role.ISO_SECRETARY:
            continue
        sign_in(client, user)
        is_member = role not in (None, Role.SYSTEM_ADMIN)
        refusal = 403 if is_member else 404
        assert client.get(form.get_absolute_url()).status_code == (200 if is_member else 404)
        assert client.get(address(form, "issue")).status_code == refusal
        assert client.get(address(form, "replace")).status_code == refusal
        assert replace(client, form).status_code == refusal
        assert client.post(address(form, "resume"), {"reason": "x"}).status_code == refusal
    form.refresh_from_db()
    assert form.ended_on is None
