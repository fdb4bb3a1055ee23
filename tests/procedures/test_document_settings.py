"""The settings of document control: who changes them, what is refused, what they change."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures.forms.registers import DocumentSettingsForm
from procedures.models import DocumentSettings
from procedures.models.settings import PAPERS
from procedures.workflow import VersionStatus
from qms.organisation.roles import Role
from tests.factories import Office, make_user, make_version, sign_in
from tests.pdfs import squeezed, whole

pytestmark = pytest.mark.django_db
PAGE = reverse("procedures:document-settings")
REGISTER = reverse("procedures:register-detail", args=["tai-lieu-noi-bo"])
PAPER = reverse("procedures:register-pdf", args=["tai-lieu-noi-bo"])


def typed(office: Office, **other: Any) -> dict[str, Any]:
    """The page as it stands, with `other` typed over it."""
    form = DocumentSettingsForm(instance=DocumentSettings.of(office.agency))
    return {name: form[name].value() for name in form.fields} | other


@pytest.mark.parametrize("who", ["secretary", "leader"])
def test_codes_titles_and_labels_are_the_offices_own(client: Client, who: str) -> None:
    office = Office()
    make_version(VersionStatus.ISSUED, office)
    user = getattr(office, who)
    sign_in(client, user)

    assert client.get(PAGE).status_code == 200
    assert not DocumentSettings.objects.exists()
    client.post(
        PAGE,
        typed(
            office,
            reading_days="10",
            code_internal="BM.HT01.01",
            title_internal="Danh mục tài liệu ISO",
            column_internal_title="Tên gọi",
            title_external="",
            column_internal_code="",
        ),
    )

    kept = DocumentSettings.objects.get(agency=office.agency)
    assert kept.reading_days == 10
    assert kept.papers == {"internal": {"code": "BM.HT01.01", "title": "Danh mục tài liệu ISO"}}
    assert kept.columns == {"internal": {"title": "Tên gọi"}}
    row = kept.history.get()
    assert (row.history_user, row.history_change_reason) == (
        user,
        "Sửa thiết lập kiểm soát tài liệu",
    )
    page = client.get(REGISTER).content.decode()
    assert "BM.HT01.01 – Danh mục tài liệu ISO" in page
    assert "Tên gọi" in page
    said = whole(client.get(PAPER).content)
    assert squeezed("BM.HT01.01") in said
    assert squeezed("Tên gọi") in said

    client.post(PAGE, typed(office, reading_days="12"))
    told = " ".join(client.get(PAGE).content.decode().split())
    assert "<del>10</del> → <ins>12</ins>" in told
    assert kept.history.count() == 2


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("reading_days", "0", "nhỏ nhất là 1"),
        ("change_request_pattern", "PYC-{year}", "Mẫu số phải có {seq} đúng một lần"),
        ("recall_pattern", "BB-{seq}-{month}", "Trong dấu ngoặc nhọn"),
        ("code_internal", "B" * 41, "40 ký tự"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(
    client: Client, name: str, value: str, message: str
) -> None:
    office = Office()
    sign_in(client, office.secretary)

    answer = client.post(PAGE, typed(office, **{name: value, "title_forms": "SỔ BIỂU MẪU"}))

    assert answer.status_code == 422
    assert message in str(answer.context["form"].errors[name])
    assert 'value="SỔ BIỂU MẪU"' in answer.content.decode()
    assert not DocumentSettings.objects.exists()


def test_every_paper_has_its_row_and_others_are_refused(client: Client) -> None:
    office = Office()
    sign_in(client, office.secretary)
    page = client.get(PAGE).content.decode()
    assert all(f'name="code_{key}"' in page for key in PAPERS)

    for role in set(Role) - {Role.ISO_SECRETARY, Role.LEADER}:
        sign_in(client, make_user(role, unit=office.agency))
        assert client.get(PAGE).status_code == 403
        assert client.post(PAGE, typed(office)).status_code == 403
    assert not DocumentSettings.objects.exists()
