"""The redline of two versions: who may see it, what it shows, on the page and on paper."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures.content import DossierItem, Step, StepTime
from procedures.models import Procedure, ProcedureVersion
from procedures.pages.comparing import newer_than_base
from procedures.revisions import revision_rows
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from tests.factories import (
    Office,
    advance,
    make_accepted_request,
    make_next_draft,
    make_next_version,
    make_user,
    make_version,
    restrict,
    sign_in,
)
from tests.pdfs import squeezed, whole
from tests.procedures.test_drafting import page_data, send

pytestmark = pytest.mark.django_db

LONG_AGO = {"paper_on": dt.date(2022, 3, 10), "effective_on": dt.date(2022, 3, 15)}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def office() -> Office:
    return Office()


def _address(procedure: Procedure, query: str = "", name: str = "compare") -> str:
    return reverse(f"procedures:{name}", args=[procedure.slug]) + query


def _text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def _steps(version: ProcedureVersion, minutes: int) -> tuple[Step, ...]:
    """The steps of a version, the second one quicker and in other words."""
    first, second, last = version.document.steps
    time = StepTime(case="c1", kind="working", minutes=minutes)
    changed = second.model_copy(update={"times": (time,), "work": "Thẩm định hồ sơ"})
    return (first, changed, last)


def test_the_version_in_force_is_set_against_the_one_before(client: Client, office: Office) -> None:
    first = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    second = make_next_version(office, first, steps=_steps(first, 1440), change_summary="Nhanh hơn")
    sign_in(client, office.staff)

    page = _text(client.get(_address(second.procedure)))

    assert "3 thay đổi" in page
    assert "Bước 2, thời gian" in page
    assert '<del><span class="visually-hidden">[bỏ: </span>4 <' in page
    assert '<ins><span class="visually-hidden">[thêm: </span>hồ sơ<' in page
    assert "Không thay đổi: " in page
    assert client.get(_address(second.procedure, "?tu=01-00&den=01-01")).status_code == 200
    turned = _text(client.get(_address(second.procedure, "?tu=01-01&den=01-00")))
    assert "[bỏ: </span>hồ sơ<" in turned
    assert "Hai bên là một phiên bản" in _text(
        client.get(_address(second.procedure, "?tu=01-01&den=01-01"))
    )


@pytest.mark.parametrize("query", ["?tu=99-00", "?den=du-thao-99", "?den=x", "?tu=01-00&den=²"])
def test_what_is_not_there_is_not_found(client: Client, office: Office, query: str) -> None:
    version = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    sign_in(client, office.secretary)

    assert client.get(_address(version.procedure, query)).status_code == 404


def test_one_edition_alone_has_nothing_to_be_compared_with(client: Client, office: Office) -> None:
    version = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    sign_in(client, office.staff)

    assert "Chưa có gì để so sánh" in _text(client.get(_address(version.procedure)))
    assert client.get(_address(version.procedure, name="compare-pdf")).status_code == 404


def test_a_draft_is_compared_only_by_who_sees_it(client: Client, office: Office) -> None:
    first = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    draft = make_next_draft(office, first, steps=_steps(first, 1440))
    query = f"?den=du-thao-{draft.pk}"
    outsider = make_user()

    for name in ("compare", "compare-pdf"):
        for person in (office.clerk, office.leader, outsider):
            sign_in(client, person)
            assert client.get(_address(first.procedure, query, name)).status_code == 404
        client.logout()
        assert client.get(_address(first.procedure, query, name)).status_code == 404
        sign_in(client, office.staff)
        assert client.get(_address(first.procedure, query, name)).status_code == 200
    sign_in(client, office.clerk)
    assert f"du-thao-{draft.pk}" not in _text(client.get(_address(first.procedure)))
    restrict(first.procedure)
    assert client.get(_address(first.procedure)).status_code == 404


def test_the_address_of_a_draft_holds_after_it_was_issued(client: Client, office: Office) -> None:
    first = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    draft = make_next_draft(office, first, steps=_steps(first, 1440))
    advance(draft, VersionStatus.ISSUED, office)
    client.logout()

    page = client.get(_address(first.procedure, f"?tu=01-00&den=du-thao-{draft.pk}"))

    assert page.status_code == 200
    assert "Bước 2, thời gian" in _text(page)


def test_nothing_active_passes(client: Client, office: Office) -> None:
    first = make_version(VersionStatus.ISSUED, office, title=HOSTILE, **LONG_AGO)
    draft = make_next_draft(
        office,
        first,
        dossier=(DossierItem(name=f"Đơn {HOSTILE}", condition="<img src=x onerror=alert(1)>"),),
        purpose=f"<p>Một</p>{HOSTILE}<p onclick='x()'>Hai &lt;script&gt;</p>",
        change_summary=HOSTILE,
    )
    sign_in(client, office.staff)

    for address in (
        _address(first.procedure, f"?den=du-thao-{draft.pk}"),
        reverse("procedures:procedure-history", args=[first.procedure.slug]),
    ):
        page = client.get(address).content.decode()
        assert HOSTILE not in page
        assert "<img src=x" not in page
        assert "onclick" not in page
        assert "&lt;script&gt;" in page
    answer = client.get(_address(first.procedure, f"?tu={HOSTILE}"))
    assert answer.status_code == 404
    assert HOSTILE not in answer.content.decode()


def test_the_pdf_reads_in_black_and_white(client: Client, office: Office) -> None:
    first = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    make_next_version(office, first, steps=_steps(first, 1440), change_summary="Nhanh <b>hơn</b>")
    client.logout()

    answer = client.get(_address(first.procedure, name="compare-pdf"))

    assert answer["Content-Type"] == "application/pdf"
    text = whole(answer.content)
    for said in (
        "[4] {3} ngày làm việc",
        "Thẩm định {hồ sơ}",
        "{Nhanh <b>hơn</b>}",
        f"In ngày {today():%d/%m/%Y}",
    ):
        assert squeezed(said) in text


def test_the_redline_is_one_click_from_where_one_works(client: Client, office: Office) -> None:
    first = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    draft = make_next_draft(office, first, steps=_steps(first, 1440))
    link = f'{_address(first.procedure)}?den=du-thao-{draft.pk}"'
    detail = reverse("procedures:draft-detail", args=[draft.pk])

    sign_in(client, office.staff)
    for address in (reverse("procedures:draft-list"), reverse("home:my-work"), detail):
        assert link in client.get(address).content.decode()
    advance(draft, VersionStatus.REVIEWED, office)
    sign_in(client, office.reviewer)
    assert link in client.get(detail).content.decode()
    versions = reverse("procedures:procedure-versions", args=[first.procedure.slug])
    assert 'name="tu"' in client.get(versions).content.decode()


def test_queries_stay_the_same_whatever_the_number_of_editions(
    client: Client, office: Office, django_assert_max_num_queries: Any
) -> None:
    version = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    for number in range(3):
        draft = make_next_draft(office, version, purpose=f"<p>Lần {number}</p>")
        day = dt.date(2023, 1, 1 + number)
        version = advance(draft, VersionStatus.ISSUED, office, paper_on=day, effective_on=day)
    client.logout()

    for name in ("compare", "procedure-versions"):
        with django_assert_max_num_queries(14):
            assert client.get(_address(version.procedure, name=name)).status_code == 200


def test_a_draft_whose_base_was_superseded_says_so(client: Client, office: Office) -> None:
    first = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    second = make_next_version(office, first, purpose="<p>Khác.</p>")
    draft = make_next_draft(office, first, steps=_steps(first, 1440))
    offered = f"?tu={second.side_slug}&amp;den=du-thao-{draft.pk}"
    sign_in(client, office.staff)

    assert newer_than_base(draft) == second
    detail = reverse("procedures:draft-detail", args=[draft.pk])
    page = client.get(detail).content.decode()
    assert "Bản làm gốc không còn là bản có hiệu lực" in page
    assert offered in page
    advance(draft, VersionStatus.IN_REVIEW, office)
    sign_in(client, office.reviewer)
    assert offered in client.get(detail).content.decode()


# --- the table of revisions ---


def test_the_table_of_revisions_is_computed(client: Client, office: Office) -> None:
    first = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    asked = make_accepted_request(office, first.procedure, why="Người dân chờ lâu.")
    draft = make_next_draft(office, first, asked, steps=_steps(first, 1440), change_summary="")
    advance(draft, VersionStatus.ISSUED, office)

    before, row = revision_rows(draft)

    assert (before.seq, before.numbers, before.summary) == (1, "01/00", "Ban hành lần đầu")
    assert (row.seq, row.numbers, row.summary) == (2, "01/01", "")
    assert row.request_ref == asked.number
    assert row.reason == "Người dân chờ lâu."
    assert row.location == "Các bước"
    assert "Bước 2, thời gian: 4 ngày làm việc" in row.old_text
    assert "Bước 2, thời gian: 3 ngày làm việc" in row.new_text
    assert "Bước 2, thời gian: từ “4 ngày làm việc” thành “3 ngày làm việc”." in row.told
    assert row.date == today()
    versions = reverse("procedures:procedure-versions", args=[first.procedure.slug])
    sign_in(client, office.staff)
    assert "Người dân chờ lâu." in _text(client.get(versions))
    client.logout()
    page = _text(client.get(versions))
    assert "Bảng theo dõi sửa đổi" in page
    assert "Người dân chờ lâu." not in page
    assert asked.number not in page


# --- the proposed summary ---


def _propose(client: Client, draft: ProcedureVersion, op: str, **typed: str) -> Any:
    """Press the button of the drafting page, with what the page held and `typed` over it."""
    data = page_data(draft, **typed)
    data["op"] = op
    return send(client, draft, data)


def test_a_summary_is_proposed_and_nothing_typed_is_lost(client: Client, office: Office) -> None:
    first = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    draft = make_next_draft(office, first, change_summary="")
    sign_in(client, office.staff)
    proposal = "Nơi tiếp nhận và trả kết quả: ghi “Một cửa”."

    nothing = _propose(client, draft, "summary")
    assert "chưa có gì để đề xuất" in _text(nothing)
    filled = _propose(client, draft, "summary", reception_place="Một cửa")
    assert f">{proposal}</textarea>" in filled.content.decode()
    assert "Một cửa" in filled.context["shown"].typed.scalars["reception_place"]
    kept = _propose(client, draft, "summary", reception_place="Một cửa", change_summary="Của tôi")
    assert ">Của tôi</textarea>" in kept.content.decode()
    assert proposal in _text(kept)
    changed = _propose(
        client, draft, "summary-replace", reception_place="Một cửa", change_summary="Của tôi"
    )
    assert f">{proposal}</textarea>" in changed.content.decode()
    draft.refresh_from_db()
    assert draft.document.change_summary == ""
    assert draft.document.reception_place == first.document.reception_place
