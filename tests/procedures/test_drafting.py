"""The drafting page: who may, what is stored, what two editors see, and what is refused."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.drafting.typed import Typed
from procedures.models import Procedure, ProcedureVersion
from procedures.workflow import VersionStatus
from tests.factories import (
    Office,
    make_content,
    make_draft,
    make_field,
    make_tthc,
    make_user,
    make_version,
)
from tests.procedures.test_typed import posted

pytestmark = pytest.mark.django_db


def sign_in(client: Client, user: Any) -> Client:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_data(version: ProcedureVersion, **changes: str) -> QueryDict:
    data = posted(Typed.of(version.document))
    data["seen"] = version.content_sha256
    for name, value in changes.items():
        data[name] = value
    return data


def send(client: Client, version: ProcedureVersion, data: QueryDict, **more: Any) -> Any:
    address = reverse("procedures:draft-detail", args=[version.pk])
    return client.post(
        address, data.urlencode(), content_type="application/x-www-form-urlencoded", **more
    )


def test_save_stores_content_with_person_and_reason(client: Client) -> None:
    office = Office()
    version = make_draft(office)

    answer = send(
        sign_in(client, office.staff),
        version,
        page_data(version, title="Tên mới", reason="Sửa tên theo góp ý", action="save"),
    )

    assert answer.status_code == 302
    version.refresh_from_db()
    row = version.history.latest("history_id")
    assert version.document.title == "Tên mới"
    assert (row.history_user, row.history_change_reason) == (office.staff, "Sửa tên theo góp ý")


def test_row_buttons_work_without_scripts_and_store_nothing(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    first = version.document.steps[0].key
    before = version.history.count()

    answer = send(
        sign_in(client, office.staff),
        version,
        page_data(version, title="Gõ dở", op=f"down:steps:{first}"),
    )

    html = answer.content.decode()
    assert 'value="Gõ dở"' in html
    steps = [s for s in answer.context["sections"] if s.name == "steps"][0].parts[0]
    assert steps.rows[1].key == first
    assert version.history.count() == before


def test_wrong_value_is_shown_at_its_field_with_all_that_was_typed(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    key = version.document.steps[1].key
    data = page_data(version, title="Tên đang gõ", action="save")
    data[f"steps-{key}-times-c1-value"] = "bốn"

    answer = send(sign_in(client, office.staff), version, data)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Hãy ghi một số" in html
    assert 'value="bốn"' in html
    assert 'value="Tên đang gõ"' in html
    version.refresh_from_db()
    assert version.document.title != "Tên đang gõ"


def test_second_editor_sees_both_texts_and_may_overwrite(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    mine = page_data(version, title="Tên của tôi", action="save")
    send(sign_in(client, office.secretary), version, page_data(version, title="Tên của thư ký"))
    version.refresh_from_db()
    sign_in(client, office.staff)

    refused = send(client, version, mine)
    html = refused.content.decode()
    stored_after_refusal = ProcedureVersion.objects.get(pk=version.pk).document.title
    mine["overwrite"] = version.content_sha256
    send(client, version, mine)

    assert refused.status_code == 409
    assert "Tên của thư ký" in html
    assert 'value="Tên của tôi"' in html
    assert str(office.secretary) in html
    assert stored_after_refusal == "Tên của thư ký"
    assert ProcedureVersion.objects.get(pk=version.pk).document.title == "Tên của tôi"


def test_submit_refuses_what_blocks_and_keeps_it(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency, code="1.005099")
    version = make_draft(office, tthc)
    key = version.document.steps[1].key
    data = page_data(version, action="submit")
    data[f"steps-{key}-times-c1-value"] = "4,5"

    answer = send(sign_in(client, office.staff), version, data)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert (
        "Tổng thời gian các bước là 5½ ngày, vượt hạn 5 ngày của TTHC 1.005099. "
        "Giảm bớt ½ ngày ở một bước." in html
    )
    version.refresh_from_db()
    assert version.status == VersionStatus.DRAFT


def test_submit_needs_a_reason_for_each_warning(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency, decision_no="")
    version = make_draft(office, tthc)
    name = f"answer-decision_unknown:{tthc.code}"
    sign_in(client, office.staff)

    silent = send(client, version, page_data(version, action="submit"))
    send(client, version, page_data(version, action="submit", **{name: "Đang chờ tỉnh công bố"}))

    assert "Cần giải trình: Chưa rõ quyết định công bố" in silent.content.decode()
    version.refresh_from_db()
    assert version.status == VersionStatus.IN_REVIEW
    assert version.answers == {f"decision_unknown:{tthc.code}": "Đang chờ tỉnh công bố"}


@pytest.mark.parametrize("who", ["reviewer", "leader", "clerk", "admin"])
def test_draft_is_absent_for_who_may_not_see_it(client: Client, who: str) -> None:
    office = Office()
    version = make_draft(office)
    before = version.history.count()
    sign_in(client, getattr(office, who))

    read = client.get(reverse("procedures:draft-detail", args=[version.pk]))
    written = send(client, version, page_data(version, title="Lén sửa"))

    assert (read.status_code, written.status_code) == (404, 404)
    assert version.history.count() == before


def test_other_staff_and_other_agencies_do_not_see_a_draft(client: Client) -> None:
    office, other = Office(), Office()
    version = make_draft(office)
    colleague = make_user(unit=office.agency)

    for person in (colleague, other.secretary, other.leader):
        sign_in(client, person)
        assert client.get(reverse("procedures:draft-detail", args=[version.pk])).status_code == 404
        assert list(client.get(reverse("procedures:draft-list")).context["versions"]) == []


def test_stale_save_after_submission_is_refused_with_what_happened(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    data = page_data(version, title="Muộn")
    version.submit(by=office.staff, answers={})

    answer = send(sign_in(client, office.staff), version, data, follow=True)

    assert "đang ở trạng thái “Đang xem xét”, không sửa được nữa" in answer.content.decode()
    version.refresh_from_db()
    assert version.document.title != "Muộn"


def test_new_draft_is_prefilled_from_the_catalogue(client: Client) -> None:
    office = Office()
    tthc = make_tthc(
        office.agency,
        name="Chuyển trường",
        fee="Không",
        receiving_place="Một cửa",
        field=make_field(),
    )
    address = f"{reverse('procedures:draft-new')}?tthc={tthc.code}"
    sign_in(client, office.secretary)
    page = client.get(address)

    client.post(
        address,
        {"code": "QT-07/GDĐT", "title": "Chuyển trường", "kind": "tthc", "owner": office.agency.pk},
    )

    assert page.context["form"].initial["code"] == "QT-01/GDĐT"
    document = ProcedureVersion.objects.get().document
    assert [(c.code, c.name, c.decision) for c in document.tthc] == [
        (tthc.code, "Chuyển trường", "12/QĐ-UBND")
    ]
    assert document.limits[0].minutes == 5 * 480
    assert (document.fees[0].text, document.reception_place) == ("Không", "Một cửa")


def test_new_draft_refuses_a_code_in_another_spelling(client: Client) -> None:
    office = Office()
    make_draft(office, code="QT-01/GDĐT")

    answer = sign_in(client, office.secretary).post(
        reverse("procedures:draft-new"),
        {"code": "qt – 01/gdđt", "title": "Khác", "kind": "tthc", "owner": office.agency.pk},
    )

    assert "Mã hiệu này đã dùng cho" in " ".join(answer.context["form"].errors["code"])
    assert 'value="qt – 01/gdđt"' in answer.content.decode()
    assert Procedure.objects.count() == 1


@pytest.mark.parametrize(("choice", "expected"), [("revision", (1, 1)), ("reissue", (2, 0))])
def test_next_version_is_numbered_as_chosen(
    client: Client, choice: str, expected: tuple[int, int]
) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    address = f"{reverse('procedures:draft-new')}?tu={first.procedure.slug}"

    sign_in(client, office.secretary).post(address, {"change_type": choice})

    draft = first.procedure.versions.open().get()
    assert (draft.base, draft.next_number()) == (first, expected)
    assert draft.document.steps == first.document.steps


def test_next_version_is_not_started_twice(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    address = f"{reverse('procedures:draft-new')}?tu={first.procedure.slug}"
    sign_in(client, office.secretary)

    for _ in range(2):
        client.post(address, {"change_type": "revision"})

    assert first.procedure.versions.open().count() == 1


def test_content_of_another_procedure_gets_new_keys(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    address = f"{reverse('procedures:draft-new')}?theo={first.procedure.slug}"

    sign_in(client, office.secretary).post(
        address, {"code": "QT-50/GDĐT", "title": "Mới", "kind": "tthc", "owner": office.agency.pk}
    )

    draft = ProcedureVersion.objects.open().get().document
    assert [s.work for s in draft.steps] == [s.work for s in first.document.steps]
    assert not {s.key for s in draft.steps} & {s.key for s in first.document.steps}
    assert draft.tthc == ()
    assert draft.case_total(draft.cases[0].key) == first.document.case_total("c1")


@pytest.mark.parametrize("who", ["staff", "reviewer", "leader", "clerk", "admin"])
def test_starting_a_draft_is_for_the_secretary(client: Client, who: str) -> None:
    office = Office()

    answer = sign_in(client, getattr(office, who)).get(reverse("procedures:draft-new"))

    assert answer.status_code == 403


def test_authors_named_by_the_secretary_may_edit(client: Client) -> None:
    office = Office()
    version = make_draft(office, by=office.secretary)
    address = reverse("procedures:draft-authors", args=[version.pk])

    sign_in(client, office.secretary).post(address, {"people": [office.staff.pk]})

    assert version.author_ids() == {office.staff.pk}
    sign_in(client, office.staff)
    assert client.get(reverse("procedures:draft-detail", args=[version.pk])).status_code == 200


def test_discard_asks_for_a_reason(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    address = reverse("procedures:draft-discard", args=[version.pk])
    sign_in(client, office.secretary)

    client.post(address, {})
    status_without = ProcedureVersion.objects.get().status
    client.post(address, {"discard-comment": "Gộp vào QT-02"})

    assert status_without == VersionStatus.DRAFT
    version.refresh_from_db()
    assert version.status == VersionStatus.DISCARDED
    last = version.history.latest("history_id")
    assert last.history_change_reason == "Hủy: Gộp vào QT-02"


def test_superseded_base_says_so(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    other = make_draft(office)
    ProcedureVersion.objects.filter(pk=other.pk).update(base=first)
    draft = actions.start_version(
        first.procedure,
        by=office.staff,
        content=make_content(*[link.tthc for link in first.tthc_links.all()]),
        change_type="revision",
        base=other,
    )

    page = sign_in(client, office.staff).get(reverse("procedures:draft-detail", args=[draft.pk]))

    assert "Bản làm gốc không còn là bản có hiệu lực" in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_draft_list_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    versions = [make_draft(office) for _ in range(count)]
    sign_in(client, office.secretary)

    with django_assert_num_queries(7):
        page = client.get(reverse("procedures:draft-list"))

    assert list(page.context["versions"]) == versions[::-1]
