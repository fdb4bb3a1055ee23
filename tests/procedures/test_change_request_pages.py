"""The pages of requests: asking, the list, the answer, and the draft that takes them up."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import ChangeRequest, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from tests.factories import (
    Office,
    advance,
    make_accepted_request,
    make_change_request,
    make_draft,
    make_next_draft,
    make_user,
    make_version,
    restrict,
    sign_in,
    system,
)

pytestmark = pytest.mark.django_db

LONG_AGO = {"paper_on": dt.date(2022, 3, 10), "effective_on": dt.date(2022, 3, 15)}
DEEDS = ("accept", "refuse", "answer", "take-up", "release")


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def issued(office: Office) -> ProcedureVersion:
    return make_version(VersionStatus.ISSUED, office, **LONG_AGO)


def _new(version: ProcedureVersion) -> str:
    return reverse("procedures:change-request-new", args=[version.procedure.slug])


def _post(client: Client, deed: str, change: ChangeRequest, **data: Any) -> Any:
    return client.post(reverse(f"procedures:change-request-{deed}", args=[change.pk]), data)


def _text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def _stored(change: ChangeRequest) -> ChangeRequest:
    return ChangeRequest.objects.get(pk=change.pk)


# --- asking ---


def test_new_request_is_asked_of_a_step(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    step = issued.document.steps[1]
    sign_in(client, office.staff)

    page = client.get(_new(issued))
    answer = client.post(
        _new(issued), {"place": step.key, "what": "Thêm bước kiểm tra", "why": "Hay sót"}
    )

    change = ChangeRequest.objects.get()
    assert f'<option value="{step.key}">Bước 2. Thẩm định</option>' in _text(page)
    back = f'<a href="{issued.procedure.get_absolute_url()}">{issued.procedure.code}</a>'
    assert back in _text(page)
    assert answer["Location"] == change.get_absolute_url()
    assert (change.step_key, change.step_text) == (step.key, "Bước 2. Thẩm định")
    assert (change.what, change.why) == ("Thêm bước kiểm tra", "Hay sót")
    assert (change.requested_by, change.requested_on) == (office.staff, today())
    assert change.origin_text == ""


def test_new_request_may_be_about_a_part_or_the_whole(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    sign_in(client, office.staff)

    client.post(_new(issued), {"place": "ho-so", "what": "Bớt bản sao", "why": "Luật"})
    client.post(_new(issued), {"place": "", "what": "Viết gọn hơn", "why": "Dài"})

    places = ChangeRequest.objects.order_by("pk").values_list("step_key", "step_text")
    assert list(places) == [("ho-so", "Thành phần hồ sơ"), ("", "")]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("what", "", "Chưa điền mục này"),
        ("what", "\u200b", "Hãy ghi mục này."),
        ("why", " ", "Chưa điền mục này"),
        ("what", "x" * 4001, "4000"),
        ("place", "khac", "khac"),
    ],
)
def test_new_request_says_what_is_wrong_and_keeps_what_was_typed(
    client: Client, issued: ProcedureVersion, office: Office, field: str, value: str, message: str
) -> None:
    typed = {"place": "", "what": "Thêm bước", "why": "Hay sót"} | {field: value}

    answer = sign_in(client, office.staff).post(_new(issued), typed)

    assert answer.status_code == 422
    assert message in " ".join(answer.context["form"].errors[field])
    assert ("Hay sót" if field != "why" else "Thêm bước") in answer.content.decode()
    assert not ChangeRequest.objects.exists()


def test_new_request_sent_twice_is_one(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    typed = {"place": "", "what": "Thêm bước", "why": "Hay sót"}
    sign_in(client, office.staff)

    first, second = client.post(_new(issued), typed), client.post(_new(issued), typed)

    assert first["Location"] == second["Location"]
    assert ChangeRequest.objects.count() == 1


def test_new_request_shows_what_was_asked_already_but_nothing_refused(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    own = make_change_request(office, issued.procedure)
    refused = make_change_request(office, issued.procedure)
    refused.refuse(by=office.secretary, reason="Đã có")
    make_change_request(office, issued.procedure, by=office.clerk)

    page = sign_in(client, office.staff).get(_new(issued))

    assert list(page.context["known"]) == [own]
    assert refused.what not in _text(page)


def test_nothing_is_asked_of_what_one_may_not_read(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    restrict(issued.procedure)
    draft = make_draft(office)
    sign_in(client, office.staff)

    for version in (issued, draft):
        assert client.get(_new(version)).status_code == 404
        assert client.post(_new(version), {"what": "Thêm", "why": "Vì"}).status_code == 404
    assert not ChangeRequest.objects.exists()


def test_strangers_sign_in_before_they_ask(client: Client, issued: ProcedureVersion) -> None:
    answer = client.post(_new(issued), {"what": "Thêm", "why": "Vì"})

    assert answer["Location"].startswith(reverse("account_login"))
    assert not ChangeRequest.objects.exists()


def test_a_guest_asks_while_the_procedure_is_lent(client: Client) -> None:
    office, guest = Office(public_reading=False), make_user()
    version = make_version(VersionStatus.ISSUED, office)
    grant = actions.grant_reading(
        version.procedure, guest, by=system(), valid_from=today(), valid_to=None
    )
    sign_in(client, guest)

    client.post(_new(version), {"place": "", "what": "Thêm", "why": "Vì"})
    change = ChangeRequest.objects.get()
    before = client.get(change.get_absolute_url()).status_code
    grant.end(by=system(), on=today())

    assert (before, client.get(change.get_absolute_url()).status_code) == (200, 404)


# --- the reading page ---


def test_reading_page_leads_members_to_the_form_and_strangers_not(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    link = f'href="{_new(issued)}"'

    stranger = _text(client.get(issued.procedure.get_absolute_url()))
    member = _text(sign_in(client, office.staff).get(issued.procedure.get_absolute_url()))

    assert link not in stranger
    assert link in member


def test_reading_page_shows_nothing_of_requests(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    change = make_change_request(office, issued.procedure, what="Bỏ bước 2")
    change.refuse(by=office.secretary, reason="Bước 2 do luật định")

    for person in (office.staff, office.secretary):
        page = _text(sign_in(client, person).get(issued.procedure.get_absolute_url()))
        assert "Bỏ bước 2" not in page
        assert "do luật định" not in page


# --- the list ---


def test_list_shows_each_their_own_and_the_secretary_all(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    of_staff = make_change_request(office, issued.procedure)
    of_clerk = make_change_request(office, issued.procedure, by=office.clerk)
    other = Office()
    make_change_request(other, make_version(VersionStatus.ISSUED, other).procedure)

    seen = {}
    for who in ("staff", "clerk", "secretary", "leader", "admin"):
        sign_in(client, getattr(office, who))
        page = client.get(reverse("procedures:change-request-list"))
        seen[who] = list(page.context["page"])

    both = [of_clerk, of_staff]
    assert seen == {
        "staff": [of_staff],
        "clerk": [of_clerk],
        "secretary": both,
        "leader": both,
        "admin": [],
    }


def test_list_can_be_narrowed_to_a_state(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    make_change_request(office, issued.procedure)
    accepted = make_accepted_request(office, issued.procedure)
    sign_in(client, office.secretary)
    address = reverse("procedures:change-request-list")

    page = client.get(address, {"trang-thai": "accepted"})
    odd = client.get(address, {"trang-thai": "khac"})

    assert list(page.context["page"]) == [accepted]
    assert len(odd.context["page"]) == 2
    assert [count for _, _, count in page.context["statuses"]] == [1, 1]


# --- one request ---


def test_detail_tells_what_why_who_and_where_it_comes_from(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    change = actions.request_change(
        issued.procedure,
        by=office.staff,
        what="Thêm <b>giấy</b>\nủy quyền",
        why="Khoản 2",
        origin_text="KPH-2022-003",
        step_text="Bước 1. Tiếp nhận",
        requested_on=dt.date(2022, 5, 4),
    )

    page = _text(sign_in(client, office.staff).get(change.get_absolute_url()))

    assert "Thêm &lt;b&gt;giấy&lt;/b&gt;<br>ủy quyền" in page
    for said in ("Khoản 2", "KPH-2022-003", "Bước 1. Tiếp nhận", "ngày 04/05/2022", "Chờ trả lời"):
        assert said in page
    assert "<form" not in page[page.index("<main") : page.index("</main>")]


def test_detail_is_absent_for_who_may_not_see_it(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    change = make_change_request(office, issued.procedure)

    for person in (office.clerk, office.admin, make_user(), Office().secretary):
        sign_in(client, person)
        assert client.get(change.get_absolute_url()).status_code == 404
        for deed in DEEDS:
            assert _post(client, deed, change).status_code == 404
    restrict(issued.procedure)
    assert sign_in(client, office.staff).get(change.get_absolute_url()).status_code == 404
    assert _stored(change).status == "requested"


@pytest.mark.parametrize("who", ["staff", "leader"])
def test_only_the_secretary_answers(
    client: Client, issued: ProcedureVersion, office: Office, who: str
) -> None:
    waiting, accepted = (
        make_change_request(office, issued.procedure),
        make_accepted_request(office, issued.procedure),
    )
    draft = make_next_draft(office, issued)
    sign_in(client, getattr(office, who))
    given = {"refuse-reason": "Thôi", "answer-version": issued.pk}

    answers = [
        _post(client, deed, change, **given).status_code
        for deed in DEEDS
        for change in (waiting, accepted)
    ]

    assert answers == [403] * 10
    assert [_stored(change).status for change in (waiting, accepted)] == ["requested", "accepted"]
    assert not draft.change_requests.exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_deeds_are_posted(
    client: Client, issued: ProcedureVersion, office: Office, deed: str
) -> None:
    change = make_change_request(office, issued.procedure)
    sign_in(client, office.secretary)

    answer = client.get(reverse(f"procedures:change-request-{deed}", args=[change.pk]))

    assert answer.status_code == 405


def test_secretary_accepts_with_or_without_a_word(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    first, second = (make_change_request(office, issued.procedure) for _ in range(2))
    sign_in(client, office.secretary)

    answer = _post(client, "accept", first, **{"accept-reason": ""})
    _post(client, "accept", second, **{"accept-reason": "Làm trong quý II"})

    assert answer["Location"] == first.get_absolute_url()
    assert [_stored(c).verdict_reason for c in (first, second)] == ["", "Làm trong quý II"]
    page = _text(sign_in(client, office.staff).get(second.get_absolute_url()))
    assert "“Làm trong quý II”" in page


def test_refusing_asks_why_and_the_requester_reads_it(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    change = make_change_request(office, issued.procedure)
    sign_in(client, office.secretary)

    empty = _post(client, "refuse", change, **{"refuse-reason": " "})
    before = _stored(change).status
    _post(client, "refuse", change, **{"refuse-reason": "Do luật định"})

    assert (empty.status_code, before) == (422, "requested")
    assert "Hãy ghi lý do không chấp nhận." in _text(empty)
    page = _text(sign_in(client, office.staff).get(change.get_absolute_url()))
    assert "Không chấp nhận." in page
    assert "“Do luật định”" in page


def test_what_was_answered_already_says_so(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    change = make_change_request(office, issued.procedure)
    change.refuse(by=office.secretary, reason="Đã có")

    answer = _post(sign_in(client, office.secretary), "accept", change)
    page = _text(client.get(answer["Location"]))

    assert "không thể chuyển sang “Đã chấp nhận”" in page
    assert _stored(change).status == "refused"


def test_secretary_marks_which_issued_version_answered(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure)
    sign_in(client, office.secretary)
    before = client.get(change.get_absolute_url()).context["answer_form"]
    wrong = _post(client, "answer", change, **{"answer-version": issued.pk})
    second = advance(make_next_draft(office, issued), VersionStatus.ISSUED, office)

    _post(client, "answer", change, **{"answer-version": second.pk})

    assert (before, wrong.status_code) == (None, 422)
    assert (_stored(change).status, _stored(change).version) == ("answered", second)
    page = _text(sign_in(client, office.staff).get(change.get_absolute_url()))
    assert f'tại <a href="{second.get_absolute_url()}">lần ban hành 01, sửa đổi 01</a>' in page


def test_accepted_request_is_put_into_the_open_draft_and_out_again(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure)
    sign_in(client, office.secretary)
    without = client.get(change.get_absolute_url()).context["open_version"]
    _post(client, "take-up", change)
    none_open = _stored(change).version
    draft = make_next_draft(office, issued)

    offered = client.get(change.get_absolute_url()).context["open_version"]
    _post(client, "take-up", change)
    taken = _stored(change).version
    page = _text(client.get(change.get_absolute_url()))
    _post(client, "release", change)

    assert (without, none_open, offered, taken) == (None, None, draft, draft)
    assert f'đang đưa vào <a href="{draft.get_absolute_url()}">bản đang soạn</a>' in page
    assert _stored(change).version is None


def test_requester_is_not_led_to_a_draft_they_may_not_see(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure, by=office.clerk)
    draft = make_next_draft(office, issued, change)

    page = _text(sign_in(client, office.clerk).get(change.get_absolute_url()))

    assert "đang đưa vào bản đang soạn" in page
    assert draft.get_absolute_url() not in page


# --- queries ---


@pytest.mark.parametrize("count", [1, 3])
def test_list_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int, office: Office
) -> None:
    for _ in range(count):
        version = make_version(VersionStatus.ISSUED, office)
        change = make_accepted_request(office, version.procedure)
        change.mark_answered(version, by=office.secretary)
    sign_in(client, office.secretary)

    with django_assert_num_queries(7):
        page = client.get(reverse("procedures:change-request-list"))

    assert len(page.context["page"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_detail_query_count_is_constant(
    client: Client,
    django_assert_num_queries: Any,
    count: int,
    issued: ProcedureVersion,
    office: Office,
) -> None:
    change = make_accepted_request(office, issued.procedure)
    draft = make_next_draft(office, issued)
    for _ in range(count):
        change.take_up(draft, by=office.secretary)
        change.release(by=office.secretary, reason="")
    sign_in(client, office.secretary)

    with django_assert_num_queries(8):
        page = client.get(change.get_absolute_url())

    assert len(page.context["history"]) == 2 + 2 * count


@pytest.mark.parametrize("count", [1, 3])
def test_new_request_query_count_is_constant(
    client: Client,
    django_assert_num_queries: Any,
    count: int,
    issued: ProcedureVersion,
    office: Office,
) -> None:
    for _ in range(count):
        make_change_request(office, issued.procedure)
    sign_in(client, office.staff)

    with django_assert_num_queries(7):
        page = client.get(_new(issued))

    assert len(page.context["known"]) == count
