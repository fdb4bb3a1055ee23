"""The sheet of a nonconformity: what stands out for whom, each deed by its page, each refusal."""

import datetime as dt
import re
import uuid
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audits.actions.writing import written_sha256
from audits.forms.nonconformities_deeds import state_of
from audits.models import CorrectiveAction, Evidence, Nonconformity
from audits.pages.nonconformities_deeds import KINDS
from audits.workflow import NonconformityStatus as Status
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import User
from qms.organisation.roles import Role
from qms.records.models import Signature
from tests.audits.making_findings import Field
from tests.audits.making_nc import (
    DEMANDING,
    advance_nonconformity,
    make_action,
    make_nonconformity,
    treatment_of,
)
from tests.factories import PASSWORD, Office, make_user, make_version, sign_in

pytestmark = pytest.mark.django_db


def _main(answer: Any) -> str:
    html = answer.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


class Case:
    """A unit with a head and a worker, a nonconformity of it, and who judges it."""

    def __init__(self, client: Client, **fields: Any) -> None:
        self.client = client
        self.field = Field()
        self.office = self.field.office
        self.head, self.worker = self.field.head, self.field.worker
        self.secretary, self.leader = self.office.secretary, self.office.leader
        version = make_version(VersionStatus.ISSUED, self.office)
        self.nc = make_nonconformity(self.office, unit=self.field.unit, version=version, **fields)

    def advance(self, status: str, **options: Any) -> "Case":
        advance_nonconformity(self.nc, status, self.office, **options)
        return self

    def post(self, by: User, name: str, /, *args: Any, seen: str = "", **data: Any) -> Any:
        """Send a deed as its form on the page would, today."""
        self.nc = Nonconformity.objects.get(pk=self.nc.pk)
        prefix = name if not args else f"{name.removeprefix('action-')}{args[0]}"
        if name == "confirm":
            seen = seen or self.nc.statement_sha256()
        elif name == "treatment":
            seen = seen or written_sha256(self.nc)
        values = {"on": format_date(today()), "seen": seen or self.nc.sha256()}
        values |= {"state": state_of(self.nc)} | data
        url = reverse(f"audits:nonconformity-{name}", args=[self.nc.slug, *args])
        sign_in(self.client, by)
        answer = self.client.post(url, {f"{prefix}-{key}": each for key, each in values.items()})
        self.nc = Nonconformity.objects.get(pk=self.nc.pk)
        return answer

    def page(self, person: User) -> Any:
        return sign_in(self.client, person).get(self.nc.get_absolute_url())


def _primary(answer: Any) -> str:
    deed = answer.context["primary"]
    if deed is not None:
        return str(deed.name)
    rows = answer.context["actions"]
    return "complete" if any(row.is_primary for row in rows) else ""


# --- what stands out ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "who", "primary"),
    [
        (Status.OPEN, "head", "confirm"),
        (Status.OPEN, "worker", "confirm"),
        (Status.OPEN, "secretary", ""),
        (Status.ANALYSED, "head", "action"),
        (Status.ANALYSED, "leader", "action"),
        (Status.PLANNED, "staff", "complete"),
        (Status.PLANNED, "secretary", ""),
        (Status.IMPLEMENTED, "secretary", "verify"),
        (Status.IMPLEMENTED, "head", ""),
        (Status.VERIFIED, "leader", ""),
        (Status.VERIFIED, "secretary", "effect"),
        (Status.CLOSED, "secretary", ""),
        (Status.REJECTED, "secretary", ""),
    ],
)
def test_one_deed_stands_out_for_each_person(
    client: Client, status: str, who: str, primary: str
) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(status)
    person = getattr(case, who, None) or getattr(case.office, who)

    answer = case.page(person)

    assert _primary(answer) == primary
    assert answer.content.decode().count("btn-primary") <= 2  # the masthead has none


@pytest.mark.parametrize("status", list(Status))
def test_the_sheet_reads_like_the_paper_in_every_state(client: Client, status: str) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(status)

    text = _main(case.page(case.secretary))

    parts = ["1. Sự không phù hợp", "2. Khắc phục tức thời", "3. Hành động", "4. Kiểm tra"]
    places = [text.index(part) for part in [*parts, "5. Đánh giá hiệu lực", "6. Đóng phiếu"]]
    assert places == sorted(places)
    assert Status(status).label in text
    assert "Người phát hiện: Trần Thị Thư" in text


@pytest.mark.parametrize("count", [1, 3])
def test_nonconformity_detail_query_count_is_constant(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.ANALYSED)
    for _ in range(count):
        make_action(case.office, case.nc)
    sign_in(client, case.secretary)

    with django_assert_max_num_queries(60):
        answer = client.get(case.nc.get_absolute_url())

    assert len(answer.context["actions"]) == count


def test_overdue_is_said_in_days(client: Client) -> None:
    case = Case(client, found_on=today() - dt.timedelta(days=40))

    assert "Quá hạn 10 ngày" in _main(case.page(case.head))


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
    text = _main(client.get(case.nc.get_absolute_url()))
    assert "Trong lúc đó phiếu đã ở trạng thái “Không phải KPH”. Chưa ghi gì thêm." in text
    assert case.nc.history.count() == before


def test_a_signature_is_of_what_was_read(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.PLANNED)
    seen = "0" * 64

    case.post(case.office.reviewer, "implement", seen=seen)

    assert case.nc.status == Status.PLANNED
    text = _main(client.get(case.nc.get_absolute_url()))
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
    photo = SimpleUploadedFile("so.pdf", b"%PDF-1.4 so tuan", content_type="application/pdf")

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
    assert "Mật khẩu không đúng" in _main(wrong)
    case.post(case.leader, "close", password=PASSWORD)

    assert (case.nc.status, case.nc.closed_on) == (Status.CLOSED, today())
    assert Evidence.objects.get().action == action
    closing = Signature.objects.get(act=Signature.Act.CLOSED)
    assert (closing.person, closing.method) == (case.leader, Signature.Method.PASSWORD)
    text = _main(client.get(case.nc.get_absolute_url()))
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

    assert _primary(case.page(case.head)) == "implement"
    case.post(case.head, "implement")

    assert case.nc.status == Status.IMPLEMENTED


def test_measures_that_are_refused_come_back_to_the_unit(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.ANALYSED)
    make_action(case.office, case.nc)
    case.post(case.head, "propose")

    silent = case.post(case.secretary, "refuse", comment="")
    assert silent.status_code == 422
    assert "Hãy ghi điểm chưa đồng ý" in _main(silent)
    case.post(case.secretary, "refuse", comment="Chưa nói ai kiểm tra")

    text = _main(case.page(case.head))
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
    assert "Hãy ghi điểm chưa đạt" in _main(silent)
    assert case.nc.status == Status.IMPLEMENTED
    case.post(case.secretary, "verify", is_effective="False", comment="Sổ bỏ trống hai tuần")

    assert (case.nc.status, case.nc.round) == (Status.ANALYSED, 2)
    text = _main(case.page(case.head))
    assert "Lần 1: kiểm tra chưa đạt" in text
    assert "Chưa đạt : Sổ bỏ trống hai tuần" in text
    assert "2. Khắc phục tức thời và nguyên nhân (lần 2)" in text


def test_an_action_asks_for_a_change_and_shows_its_answer(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.PLANNED)
    action = case.nc.actions.get()

    missing = case.post(case.office.staff, "action-change", action.pk, what="", why="")
    assert missing.status_code == 422
    assert "Hãy ghi nội dung cần sửa" in _main(missing)
    case.post(case.office.staff, "action-change", action.pk, what="Thêm phiếu", why=case.nc.number)

    action.refresh_from_db()
    assert action.change_request is not None
    assert action.change_request.origin_text == case.nc.number
    assert "Đề nghị sửa đổi quy trình Chờ trả lời" in _main(case.page(case.office.staff))
    action.change_request.refuse(by=case.secretary, reason="Đã có trong bước 2")
    assert "“Đã có trong bước 2”" in _main(case.page(case.head))


# --- wrong input, conflicts -----------------------------------------------------------------------


def test_treatment_over_anothers_words_is_kept_and_asked(client: Client) -> None:
    case = Case(client)
    seen = written_sha256(case.nc)
    case.post(case.head, "treatment", correction="Của trưởng bộ phận")

    answer = case.post(case.worker, "treatment", seen=seen, correction="Của chuyên viên")

    assert answer.status_code == 409
    text = _main(answer)
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
    assert "Hãy chọn nguyên nhân gốc trong các câu trả lời" in _main(answer)
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
    text = _main(case.page(case.head))
    assert f"gia hạn từ {format_date(old)} đến {format_date(new)}" in text
    assert "Chờ mẫu mới" in text


def test_a_repeat_is_linked_or_denied_on_the_sheet(client: Client) -> None:
    case = Case(client, grade="major")
    later = make_nonconformity(
        case.office, unit=case.field.unit, version=case.nc.version, grade="major"
    )
    earlier, case.nc = case.nc, later

    silent = case.post(case.worker, "repeat", repeats="", repeat_denied="")
    assert "Hãy ghi lý do không coi là lặp lại" in _main(silent)
    case.post(case.worker, "repeat", repeats=str(earlier.pk))

    assert case.nc.repeats == earlier
    assert f"Lặp lại phiếu {earlier.number}" in _main(case.page(case.head))
    assert f"Bị lặp lại ở phiếu {later.number}" in _main(client.get(earlier.get_absolute_url()))


def test_the_checking_body_is_reported_to(client: Client) -> None:
    case = Case(client, source="external_check", minutes_on=today())

    assert case.post(case.head, "external", external="reported").status_code == 403
    case.post(case.secretary, "external", external="reported")

    assert case.nc.external_state == "reported"
    assert "Đoàn kiểm tra Đã báo cáo" in _main(case.page(case.head))


def test_moves_bear_their_day_beside_the_time_of_recording(client: Client) -> None:
    found = today() - dt.timedelta(days=9)
    case = Case(client, found_on=found)
    day = found + dt.timedelta(days=2)

    case.post(case.worker, "confirm", on=format_date(day))

    move = case.nc.moves.get(reason="Đơn vị xác nhận")
    assert (move.on, move.recorded_at.date() >= today() - dt.timedelta(days=1)) == (day, True)
    assert format_date(day) in _main(case.page(case.head))


def test_a_photo_is_added_to_the_sheet_by_its_people(client: Client) -> None:
    case = Case(client)
    url = reverse("audits:nonconformity-evidence", args=[case.nc.slug])

    def send(person: User) -> Any:
        data = {
            "evidence-client_id": str(uuid.uuid4()),
            "evidence-evidence_on": format_date(today()),
            "evidence-file": SimpleUploadedFile("bien-ban.pdf", b"%PDF-1.4 bien ban"),
        }
        return sign_in(client, person).post(url, data)

    checker = make_user(Role.EXTERNAL_CHECKER, unit=case.office.agency)
    assert send(checker).status_code == 403
    assert not Evidence.objects.exists()
    send(case.worker)

    assert Evidence.objects.get().nonconformity == case.nc
    assert "bien-ban.pdf" in _main(case.page(case.head))


def test_treatment_of_matches_the_page(client: Client) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu")
    whole = treatment_of(case.office, case.nc)

    case.post(case.worker, "treatment", **_whys(case.office))

    treatment = case.nc.treatment()
    assert treatment is not None
    assert (tuple(treatment.whys), treatment.root) == (whole.whys, whole.root)
