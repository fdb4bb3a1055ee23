"""Each deed about a nonconformity by its page: who is refused, the walk, wrong input."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audits.actions.writing import written_sha256
from audits.forms.nonconformities_deeds import state_of
from audits.models import CorrectiveAction, Evidence
from audits.pages.nonconformities_deeds import KINDS
from audits.workflow import NonconformityStatus as Status
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from qms.records.models import Signature
from tests.audits.cases import Case, main_text, standing_out
from tests.audits.making_nc import (
    DEMANDING,
    make_action,
    make_nonconformity,
    treatment_of,
)
from tests.factories import PASSWORD, Office, make_user, sign_in

pytestmark = pytest.mark.django_db


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(KINDS))
@pytest.mark.parametrize("status", [Status.OPEN, Status.ANALYSED, Status.IMPLEMENTED])
def test_who_only_reads_does_nothing(client: Client, name: str, status: str) -> None:
    case = Case(client).advance(status)
    checker = make_user(Role.EXTERNAL_CHECKER, unit=case.office.agency)
    before = case.nc.history.count()

    answer = case.post(checker, name, reason="Thôi", comment="Thôi")

    assert answer.status_code == 403
    assert (case.nc.history.count(), case.nc.status) == (before, status)


@pytest.mark.parametrize("name", list(KINDS))
def test_who_does_not_see_it_is_told_of_nothing(client: Client, name: str) -> None:
    case = Case(client)

    assert case.post(case.field.stranger, name).status_code == 404
    assert case.nc.history.count() == 1


@pytest.mark.parametrize("name", ["complete", "remove", "change"])
def test_an_action_is_carried_on_by_its_people_alone(client: Client, name: str) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.PLANNED)
    action = case.nc.actions.get()
    checker = make_user(Role.EXTERNAL_CHECKER, unit=case.office.agency)

    answer = case.post(checker, f"action-{name}", action.pk, note="Xong", what="Sửa", why="Vì")

    assert answer.status_code == 403
    assert action.history.count() == 1


def test_an_action_of_another_sheet_is_not_there(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.PLANNED)
    other = make_nonconformity(case.office, unit=case.field.unit)
    url = reverse("audits:nonconformity-action-remove", args=[other.slug, case.nc.actions.get().pk])

    assert sign_in(client, case.head).post(url).status_code == 404


def test_what_moved_on_meanwhile_is_told_and_stores_nothing(client: Client) -> None:
    case = Case(client)
    looked_at = state_of(case.nc)
    case.advance(Status.REJECTED)
    before = case.nc.history.count()

    answer = case.post(case.head, "confirm", state=looked_at)

    assert answer["Location"] == case.nc.get_absolute_url()
    text = main_text(client.get(case.nc.get_absolute_url()))
    assert "Trong lúc đó phiếu đã ở trạng thái “Không phải KPH”. Chưa ghi gì thêm." in text
    assert case.nc.history.count() == before


def test_a_signature_is_of_what_was_read(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.PLANNED)
    seen = "0" * 64

    case.post(case.office.reviewer, "implement", seen=seen)

    assert case.nc.status == Status.PLANNED
    text = main_text(client.get(case.nc.get_absolute_url()))
    assert "Nội dung phiếu đã thay đổi sau khi bạn mở trang" in text


# --- the walk -------------------------------------------------------------------------------------


def _whys(office: Office) -> dict[str, Any]:
    return {
        "correction": "Ghi bù phiếu",
        "corrected_by": office.staff.pk,
        "corrected_on": format_date(today()),
        "why1": DEMANDING["whys"][0],
        "why2": DEMANDING["whys"][1],
        "root": "2",
        "category": "method",
        "has_similar": "False",
    }


def _plan(case: Case) -> CorrectiveAction:
    """Bring a major one by its pages to where its one action is to be carried out."""
    case.post(case.worker, "confirm")
    case.post(case.worker, "treatment", **_whys(case.office))
    case.post(case.head, "analyse")
    person = case.office.staff.pk
    due = format_date(case.nc.due_on)
    case.post(case.worker, "action", what="Kiểm tra tuần", person=person, due_on=due)
    case.post(case.head, "propose")
    case.post(case.secretary, "agree")
    assert case.nc.status == Status.PLANNED
    return case.nc.actions.get()


def test_a_major_one_goes_from_found_to_closed_by_its_pages(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu")
    action = _plan(case)
    photo = SimpleUploadedFile("so.pdf", b"%PDF-1.4 so tuan %%EOF", content_type="application/pdf")

    case.post(
        case.office.staff,
        "action-complete",
        action.pk,
        note="Sổ kiểm tra tuần",
        file=photo,
        client_id=str(uuid.uuid4()),
    )
    case.post(case.head, "implement")
    case.post(case.secretary, "verify", is_effective="True")
    case.post(case.secretary, "effect", is_effective="True", comment="Ba tháng không lặp lại")
    wrong = case.post(case.leader, "close", password="sai")
    assert wrong.status_code == 422
    assert "Mật khẩu không đúng" in main_text(wrong)
    case.post(case.leader, "close", password=PASSWORD)

    assert (case.nc.status, case.nc.closed_on) == (Status.CLOSED, today())
    assert Evidence.objects.get().action == action
    closing = Signature.objects.get(act=Signature.Act.CLOSED)
    assert (closing.person, closing.method) == (case.leader, Signature.Method.PASSWORD)
    text = main_text(client.get(case.nc.get_absolute_url()))
    assert "Lãnh đạo đóng: Hoàng Văn Trưởng" in text
    assert "Ba tháng không lặp lại" in text
    assert "so.pdf" in text


def test_a_minor_one_needs_no_action(client: Client) -> None:
    case = Case(client)
    case.post(case.worker, "confirm")
    case.post(
        case.worker,
        "treatment",
        correction="Ghi bù",
        corrected_by=case.worker.pk,
        corrected_on=format_date(today()),
        cause="Quên",
        no_action_reason="Chỉ một lần",
    )
    case.post(case.head, "analyse")

    assert standing_out(case.page(case.head)) == "implement"
    case.post(case.head, "implement")

    assert case.nc.status == Status.IMPLEMENTED


def test_measures_that_are_refused_come_back_to_the_unit(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.ANALYSED)
    make_action(case.office, case.nc)
    case.post(case.head, "propose")

    silent = case.post(case.secretary, "refuse", comment="")
    assert silent.status_code == 422
    assert "Hãy ghi điểm chưa đồng ý" in main_text(silent)
    case.post(case.secretary, "refuse", comment="Chưa nói ai kiểm tra")

    text = main_text(case.page(case.head))
    assert "Người theo dõi chưa đồng ý: Chưa nói ai kiểm tra" in text
    assert case.nc.status == Status.ANALYSED


def test_who_did_it_neither_agrees_nor_verifies(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.ANALYSED)
    make_action(case.office, case.nc, person=case.secretary)
    case.post(case.head, "propose")

    assert case.post(case.secretary, "agree").status_code == 403
    assert case.nc.status == Status.ANALYSED


def test_what_does_not_work_begins_a_round_and_keeps_the_old(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.IMPLEMENTED)

    silent = case.post(case.secretary, "verify", is_effective="False", comment="")
    assert "Hãy ghi điểm chưa đạt" in main_text(silent)
    assert case.nc.status == Status.IMPLEMENTED
    case.post(case.secretary, "verify", is_effective="False", comment="Sổ bỏ trống hai tuần")

    assert (case.nc.status, case.nc.round) == (Status.ANALYSED, 2)
    text = main_text(case.page(case.head))
    assert "Lần 1: kiểm tra chưa đạt" in text
    assert "Chưa đạt : Sổ bỏ trống hai tuần" in text
    assert "2. Khắc phục tức thời và nguyên nhân (lần 2)" in text


def test_an_action_asks_for_a_change_and_shows_its_answer(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.PLANNED)
    action = case.nc.actions.get()

    missing = case.post(case.office.staff, "action-change", action.pk, what="", why="")
    assert missing.status_code == 422
    assert "Hãy ghi nội dung cần sửa" in main_text(missing)
    case.post(case.office.staff, "action-change", action.pk, what="Thêm phiếu", why=case.nc.number)

    action.refresh_from_db()
    assert action.change_request is not None
    assert action.change_request.origin_text == case.nc.number
    assert "Đề nghị sửa đổi quy trình Chờ trả lời" in main_text(case.page(case.office.staff))
    action.change_request.refuse(by=case.secretary, reason="Đã có trong bước 2")
    assert "“Đã có trong bước 2”" in main_text(case.page(case.head))


# --- wrong input, conflicts -----------------------------------------------------------------------


def test_treatment_over_anothers_words_is_kept_and_asked(client: Client) -> None:
    case = Case(client)
    seen = written_sha256(case.nc)
    case.post(case.head, "treatment", correction="Của trưởng bộ phận")

    answer = case.post(case.worker, "treatment", seen=seen, correction="Của chuyên viên")

    assert answer.status_code == 409
    text = main_text(answer)
    assert "Của trưởng bộ phận" in text
    assert "Của chuyên viên" in text
    treatment = case.nc.treatment()
    assert treatment is not None
    assert treatment.correction == "Của trưởng bộ phận"
    case.post(case.worker, "treatment", correction="Của chuyên viên")
    treatment.refresh_from_db()
    assert treatment.correction == "Của chuyên viên"


def test_treatment_tells_what_is_wrong_and_keeps_what_was_typed(client: Client) -> None:
    case = Case(client, grade="major")

    answer = case.post(case.worker, "treatment", why1="Phiếu thiếu giờ", root="3")

    assert answer.status_code == 422
    assert "Hãy chọn nguyên nhân gốc trong các câu trả lời" in main_text(answer)
    assert "Phiếu thiếu giờ" in answer.content.decode()
    assert case.nc.treatment() is None


def test_a_box_that_is_not_shown_keeps_what_was_written(client: Client) -> None:
    case = Case(client)
    case.post(case.worker, "treatment", cause="Quên", no_action_reason="Một lần")
    case.post(case.secretary, "regrade", grade="major", reason="Có hệ thống")

    case.post(case.worker, "treatment", why1="Không ai nhắc", root="1")

    treatment = case.nc.treatment()
    assert treatment is not None
    assert (treatment.cause, treatment.whys, treatment.root) == ("Quên", ["Không ai nhắc"], 0)


@pytest.mark.parametrize(
    ("name", "data", "field", "message"),
    [
        ("confirm", {"on": "{tomorrow}"}, "on", "Ngày không được ở tương lai"),
        ("reject", {"reason": ""}, "reason", "Hãy ghi lý do không phải"),
        ("reject", {"reason": "Nhầm", "on": "{tomorrow}"}, "on", "Ngày không được ở tương lai"),
        ("extend", {"reason": "Chờ", "new_due_on": "{today}"}, "new_due_on", "Hạn mới phải sau"),
        ("action", {"what": "Làm", "due_on": "{late}"}, "due_on", "Hạn của hành động không được"),
        ("regrade", {"grade": "major", "reason": ""}, "reason", "Hãy ghi lý do đổi mức"),
    ],
)
def test_wrong_input_is_told_at_its_field(
    client: Client, name: str, data: dict[str, str], field: str, message: str
) -> None:
    case = Case(client)
    days = {
        "today": format_date(today()),
        "tomorrow": format_date(today() + dt.timedelta(days=1)),
        "late": format_date(case.nc.due_on + dt.timedelta(days=1)),
    }
    typed: dict[str, Any] = {"person": case.worker.pk}
    typed |= {key: text.format(**days) for key, text in data.items()}
    person = case.head if name in ("confirm", "action") else case.secretary

    answer = case.post(person, name, **typed)

    assert answer.status_code == 422
    given = next(
        deed.form
        for deed in [answer.context["primary"], *answer.context["deeds"]]
        if deed and deed.name == name
    )
    assert message in " ".join(given.errors[field])
    assert case.nc.history.count() == 1


def test_extending_keeps_the_old_deadline_and_why(client: Client) -> None:
    case = Case(client)
    old = case.nc.due_on
    new = old + dt.timedelta(days=10)

    case.post(case.secretary, "extend", new_due_on=format_date(new), reason="Chờ mẫu mới")

    assert case.nc.due_on == new
    text = main_text(case.page(case.head))
    assert f"gia hạn từ {format_date(old)} đến {format_date(new)}" in text
    assert "Chờ mẫu mới" in text


def test_a_repeat_is_linked_or_denied_on_the_sheet(client: Client) -> None:
    case = Case(client, grade="major")
    later = make_nonconformity(
        case.office, unit=case.field.unit, version=case.nc.version, grade="major"
    )
    earlier, case.nc = case.nc, later

    silent = case.post(case.worker, "repeat", repeats="", repeat_denied="")
    assert "Hãy ghi lý do không coi là lặp lại" in main_text(silent)
    case.post(case.worker, "repeat", repeats=str(earlier.pk))

    assert case.nc.repeats == earlier
    assert f"Lặp lại phiếu {earlier.number}" in main_text(case.page(case.head))
    assert f"Bị lặp lại ở phiếu {later.number}" in main_text(client.get(earlier.get_absolute_url()))


def test_the_checking_body_is_reported_to(client: Client) -> None:
    case = Case(client, source="external_check", minutes_on=today())

    assert case.post(case.head, "external", external="reported").status_code == 403
    case.post(case.secretary, "external", external="reported")

    assert case.nc.external_state == "reported"
    assert "Đoàn kiểm tra Đã báo cáo" in main_text(case.page(case.head))


def test_moves_bear_their_day_beside_the_time_of_recording(client: Client) -> None:
    found = today() - dt.timedelta(days=9)
    case = Case(client, found_on=found)
    day = found + dt.timedelta(days=2)

    case.post(case.worker, "confirm", on=format_date(day))

    move = case.nc.moves.get(reason="Đơn vị xác nhận")
    assert (move.on, move.recorded_at.date() >= today() - dt.timedelta(days=1)) == (day, True)
    assert format_date(day) in main_text(case.page(case.head))


def test_treatment_of_matches_the_page(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu")
    whole = treatment_of(case.office, case.nc)

    case.post(case.worker, "treatment", **_whys(case.office))

    treatment = case.nc.treatment()
    assert treatment is not None
    assert (tuple(treatment.whys), treatment.root) == (whole.whys, whole.root)
