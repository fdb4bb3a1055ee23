"""The drafting page: who may, what is stored, what two editors see, and what is refused."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from procedures.drafting.typed import Typed
from procedures.models import ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import LOCAL
from tests.factories import (
    Office,
    make_draft,
    make_tthc,
    make_version,
    sign_in,
)
from tests.procedures.test_typed import posted

pytestmark = pytest.mark.django_db


def page_data(version: ProcedureVersion, **changes: str) -> QueryDict:
    """What a browser would send of the page of `version`, with `changes` typed over it."""
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


def read(client: Client, version: ProcedureVersion) -> Any:
    return client.get(reverse("procedures:draft-detail", args=[version.pk]))


def stored(version: ProcedureVersion) -> ProcedureVersion:
    return ProcedureVersion.objects.get(pk=version.pk)


def table(answer: Any, name: str) -> Any:
    """The table `name` of the page as it was drawn."""
    parts = [part for section in answer.context["sections"] for part in section.parts]
    return next(part for part in parts if part.name == name)


# --- saving ---


def test_save_stores_content_with_person_and_reason(client: Client) -> None:
    office = Office()
    version = make_draft(office)

    answer = send(
        sign_in(client, office.staff),
        version,
        page_data(version, title="Tên mới", reason="Sửa tên theo góp ý", action="save"),
        follow=True,
    )

    row = version.history.latest("history_id")
    assert stored(version).document.title == "Tên mới"
    assert (row.history_user, row.history_change_reason) == (office.staff, "Sửa tên theo góp ý")
    time = stored(version).saved_at.astimezone(LOCAL).strftime("%H:%M")
    assert f"Đã lưu {time}" in answer.content.decode()


def test_save_of_the_same_writes_no_history(client: Client) -> None:
    office = Office()
    version = make_draft(office)

    send(sign_in(client, office.staff), version, page_data(version, action="save"))

    assert version.history.count() == 1


def test_save_keeps_the_reasons_given_for_warnings(client: Client) -> None:
    office = Office()
    version = make_draft(office, make_tthc(office.agency, decision_no=""))
    name = f"decision_unknown:{version.document.tthc[0].code}"
    sign_in(client, office.staff)

    send(client, version, page_data(version, **{f"answer-{name}": " Đang chờ ", "action": "save"}))

    assert stored(version).answers == {name: "Đang chờ"}
    assert 'value="Đang chờ"' in read(client, version).content.decode()


def test_names_of_the_catalogue_are_filled_in_where_left_empty(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    tthc = make_tthc(office.agency, name="Thủ tục thứ hai", decision_no="7/QĐ-UBND")
    data = page_data(version, action="save")
    data.appendlist("tthc", "n1")
    data["tthc-n1-code"] = tthc.code

    send(sign_in(client, office.staff), version, data)

    second = stored(version).document.tthc[1]
    assert (second.name, second.decision) == ("Thủ tục thứ hai", "7/QĐ-UBND")
    assert set(stored(version).tthc_links.values_list("tthc__code", flat=True)) >= {tthc.code}


def test_text_pasted_from_word_keeps_tables_and_drops_decoration(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    word = (
        '<p class="MsoNormal" style="color:red"><span lang="VI">Một</span><o:p></o:p></p>'
        '<table border="1"><tr><td width="9" onclick="x()"><p>Ô</p></td></tr></table>'
        "<script>alert(1)</script>"
    )

    send(sign_in(client, office.staff), version, page_data(version, purpose=word, action="save"))

    assert stored(version).document.purpose == (
        "<p>Một</p><table><tbody><tr><td><p>Ô</p></td></tr></tbody></table>"
    )


# --- rows without scripts ---


@pytest.mark.parametrize(
    ("deed", "order"),
    [("down:steps:{0}", [1, 0, 2]), ("up:steps:{2}", [0, 2, 1]), ("remove:steps:{1}", [0, 2])],
)
def test_row_buttons_work_without_scripts_and_store_nothing(
    client: Client, deed: str, order: list[int]
) -> None:
    office = Office()
    version = make_draft(office)
    keys = [step.key for step in version.document.steps]

    answer = send(
        sign_in(client, office.staff),
        version,
        page_data(version, title="Gõ dở", reason="Vì sao", op=deed.format(*keys)),
    )

    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="Gõ dở"' in html
    assert 'value="Vì sao"' in html
    assert "Chưa lưu" in html
    assert [row.key for row in table(answer, "steps").rows] == [keys[place] for place in order]
    assert version.history.count() == 1


def test_case_added_without_scripts_gives_each_step_a_time_for_it(client: Client) -> None:
    office = Office()
    version = make_draft(office)

    answer = send(sign_in(client, office.staff), version, page_data(version, op="add:cases"))

    cases = [row.key for row in table(answer, "cases").rows]
    times = next(cell for cell in table(answer, "steps").rows[0].cells if cell.times).times
    assert (len(cases), cases[0]) == (2, "c1")
    assert [(time.case, time.value) for time in times] == [("c1", "0,5"), (cases[1], "")]


# --- what is wrong ---


def test_wrong_value_is_shown_at_its_field_with_all_that_was_typed(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    key = version.document.steps[1].key
    field = f"steps-{key}-times-c1-value"
    data = page_data(version, title="Tên đang gõ", reason="Lý do đang gõ", action="save")
    data[field] = "bốn"

    answer = send(sign_in(client, office.staff), version, data)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in html
    assert f'<a href="#id_{field}">Hãy ghi một số' in html
    for value in ("bốn", "Tên đang gõ", "Lý do đang gõ"):
        assert f'value="{value}"' in html
    assert stored(version).document.title != "Tên đang gõ"


def test_outline_tells_what_each_section_lacks(client: Client) -> None:
    office = Office()
    version = make_draft(office, records=(), scope="")

    page = read(sign_in(client, office.staff), version)

    states = {section.name: section.state for section in page.context["sections"]}
    assert (states["general"], states["records"]) == ("blocking", "warning")
    assert set(states.values()) == {"blocking", "warning", "done"}


def test_checks_lead_to_the_place_where_each_is_mended(client: Client) -> None:
    office = Office()
    version = make_draft(office, make_tthc(office.agency, decision_no=""), scope="", records=())

    page = read(sign_in(client, office.staff), version)

    places = [placed.place for placed in page.context["problems"]]
    assert places == ["cell-scope", "row-tthc-t0", "section-records"]
    ids = set(re.findall(r'\bid="([^"]+)"', page.content.decode()))
    assert set(places) <= ids


def test_sums_stand_beside_the_limit_without_scripts(client: Client) -> None:
    office = Office()
    version = make_draft(
        office, make_tthc(office.agency, local_unit="working_day", local_minutes=1440)
    )

    html = read(sign_in(client, office.staff), version).content.decode()

    assert "5 / 3 ngày làm việc – vượt 2 ngày" in html


# --- documents that are files ---


def _send_file(client: Client, version: ProcedureVersion, upload: Any, **typed: str) -> Any:
    address = reverse("procedures:draft-detail", args=[version.pk])
    data = {"title": version.title, "seen": stored(version).content_sha256, **typed}
    return client.post(address, data | {"file": upload} if upload else data)


def test_document_of_another_kind_may_be_a_file(client: Client) -> None:
    office = Office()
    version = make_draft(office, kind="policy", steps=(), body="")
    pdf = b"%PDF-1.4\n%%EOF"
    sign_in(client, office.staff)

    _send_file(client, version, SimpleUploadedFile("Sổ tay.pdf", pdf))
    attached = stored(version).document.file
    served = client.get(reverse("procedures:draft-file", args=[version.pk]))
    sign_in(client, office.clerk)
    hidden = client.get(reverse("procedures:draft-file", args=[version.pk]))
    _send_file(sign_in(client, office.staff), version, None, is_removed="on")

    assert attached is not None
    assert attached.label == "Sổ tay.pdf"
    assert b"".join(served.streaming_content) == pdf  # type: ignore[attr-defined]
    assert hidden.status_code == 404
    assert stored(version).document.file is None
    assert client.get(reverse("procedures:draft-file", args=[version.pk])).status_code == 404


@pytest.mark.parametrize(
    ("name", "data"), [("so-tay.exe", b"MZ"), ("so-tay.pdf", b"<html>"), ("so-tay.pdf", b"")]
)
def test_file_of_another_type_is_refused_at_its_field(
    client: Client, name: str, data: bytes
) -> None:
    office = Office()
    version = make_draft(office, kind="policy")
    sign_in(client, office.staff)

    answer = _send_file(client, version, SimpleUploadedFile(name, data), title="Tên đang gõ")

    assert answer.status_code == 422
    assert list(answer.context["attachment"].errors) == ["file"]
    assert 'value="Tên đang gõ"' in answer.content.decode()
    assert stored(version).title != "Tên đang gõ"


# --- two editors ---


def test_second_editor_sees_both_texts_and_may_overwrite(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    mine = page_data(version, title="Tên của tôi", action="save")
    send(sign_in(client, office.secretary), version, page_data(version, title="Tên của thư ký"))
    sign_in(client, office.staff)

    refused = send(client, version, mine)
    again = send(client, version, mine)
    title_after_refusals = stored(version).document.title
    mine["overwrite"] = stored(version).content_sha256
    send(client, version, mine)

    html = refused.content.decode()
    assert (refused.status_code, again.status_code) == (409, 409)
    assert "Tên của thư ký" in html
    assert 'value="Tên của tôi"' in html
    assert str(office.secretary) in html
    assert title_after_refusals == "Tên của thư ký"
    assert stored(version).document.title == "Tên của tôi"


def test_overwriting_is_refused_when_a_third_save_came_between(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    mine = page_data(version, title="Tên của tôi", action="save")
    send(sign_in(client, office.secretary), version, page_data(version, title="Một"))
    mine["overwrite"] = stored(version).content_sha256
    send(client, stored(version), page_data(stored(version), title="Hai"))

    answer = send(sign_in(client, office.staff), version, mine)

    assert answer.status_code == 409
    assert stored(version).document.title == "Hai"


def test_text_that_came_too_late_is_shown_to_be_copied(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    data = page_data(version, title="Muộn")
    version.submit(by=office.staff, answers={})

    answer = send(sign_in(client, office.staff), version, data)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "đang ở trạng thái “Đang xem xét”, không sửa được nữa" in html
    assert "Muộn" in html
    assert stored(version).document.title != "Muộn"


# --- queries ---


@pytest.mark.parametrize("count", [1, 3])
def test_draft_list_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    versions = [make_draft(office) for _ in range(count)]
    sign_in(client, office.secretary)

    with django_assert_num_queries(8):
        page = client.get(reverse("procedures:draft-list"))

    assert list(page.context["versions"]) == versions[::-1]


@pytest.mark.parametrize("count", [1, 3])
def test_draft_page_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    tthc = [make_tthc(office.agency) for _ in range(count)]
    version = make_draft(office, *tthc)
    sign_in(client, office.secretary)

    with django_assert_num_queries(21):
        page = read(client, version)

    assert len(table(page, "tthc").rows) == count


def test_draft_list_can_be_narrowed_to_a_state(client: Client) -> None:
    office = Office()
    make_draft(office)
    waiting = make_version(VersionStatus.IN_REVIEW, office)
    sign_in(client, office.secretary)

    page = client.get(reverse("procedures:draft-list"), {"trang-thai": "in_review"})
    odd = client.get(reverse("procedures:draft-list"), {"trang-thai": "issued"})

    assert list(page.context["versions"]) == [waiting]
    assert len(odd.context["versions"]) == 2
