"""What the printed records of audits say, in both kinds of file."""

from typing import Any

import pytest

from audits.actions.keeping import keep_report, kept_report
from audits.actions.programmes import LineGiven
from audits.models import (
    Audit,
    AuditPaper,
    AuditProgramme,
    AuditSettings,
    Finding,
)
from audits.papers.letterhead import DRAFT, ILLUSTRATIVE, Letterhead
from audits.papers.report import EXTRACT
from audits.printing.audits import closing_minutes, planning_paper, report
from audits.printing.checklists import blank_checklist, filled_checklist
from audits.printing.programmes import plan_paper
from audits.workflow import ProgrammeStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.roles import Role
from qms.records import files
from qms.records.workflow import TransitionNotAllowed
from tests.audits import making_papers
from tests.audits.making import audited_unit, lead_of, make_audit, make_clause, make_programme
from tests.audits.making_papers import Told, close_and_contest, make_told
from tests.audits.reading_papers import must_say, says
from tests.factories import Office, make_user, make_version, restrict, system
from tests.pdfs import squeezed, whole

pytestmark = pytest.mark.django_db

REPORT_QUERIES = 23


@pytest.fixture
def told() -> Told:
    return make_told()


# --- the report ---


def test_report_holds_every_finding_comment_and_piece_of_evidence(told: Told) -> None:
    close_and_contest(told)
    nc = making_papers.report(told)

    paper = report(told.audit)

    must_say(
        paper,
        "BÁO CÁO ĐÁNH GIÁ NỘI BỘ",
        "BM-03-05",
        told.audit.number,
        "Hồ sơ đầy đủ.",
        "Hệ thống phù hợp.",
        f"PH-01. Không phù hợp nặng – phiếu {nc.number}",
        "Bước 2 phải thẩm định trong 04 ngày",
        "Phiếu của hồ sơ H20.12-0007 ghi 06 ngày",
        "Thẩm định trễ 02 ngày",
        "Đơn vị có ý kiến khác – Ông Ích Ý Kiến",
        "Hồ sơ bị tạm dừng chờ bổ sung.",
        "Ảnh phiếu kiểm soát quá trình",
        "Ảnh sổ giao nhận",
        "PH-02. Cơ hội cải tiến",
        "Tủ có khóa, đã thử",
        "H20.12-0007",
        told.filled.version.number_text,
        "Dương Thị Thụ Lý",
        "Đã xác nhận bằng mật khẩu trên hệ thống",
    )
    assert squeezed(DRAFT) not in says(paper)


def test_report_is_a_draft_until_a_leader_approves_it(told: Told) -> None:
    close_and_contest(told)

    paper = report(told.audit, told.filled.lead)

    must_say(paper, DRAFT, "Lập khi báo cáo được phê duyệt")


def test_report_of_a_unit_holds_its_own_findings_only(told: Told) -> None:
    close_and_contest(told)
    making_papers.report(told)
    theirs = audited_unit(told.audit)
    head = make_user(Role.UNIT_HEAD, unit=theirs)
    other = make_user(Role.UNIT_HEAD, unit=make_audit(told.filled.office).subjects.get().unit)

    own, none = report(told.audit, head), report(told.audit, other)

    assert squeezed(EXTRACT) in says(own)
    assert "PH-01" in says(own)
    assert squeezed("Tủ có khóa, đã thử") not in says(own)
    assert "PH-01" not in says(none)


def test_report_tells_the_reason_and_the_countersignature(told: Told) -> None:
    member = told.audit.members.get(person=told.filled.auditor)
    member.reason, member.conflicts = "Không còn ai khác", ["Đã xem xét QT-01."]
    member.countersigned_by = told.filled.office.leader
    member.countersigned_at = told.audit.planned_at
    member.record(by=system(), reason="Ký xác nhận")
    certificate = told.filled.auditor.certificates.get()
    certificate.withdraw(by=system(), reason="Nhầm người")

    text = says(report(told.audit))

    for part in (
        "Đã lưu ý: Đã xem xét QT-01.",
        "Lý do vẫn phân công: Không còn ai khác",
        f"{told.filled.office.leader} ký xác nhận ngày",
        "Chưa có chứng chỉ chuyên gia đánh giá.",
    ):
        assert squeezed(part) in text


def test_report_leaves_out_what_was_withdrawn(told: Told) -> None:
    finding = Finding.objects.get(pk=told.improvement.pk)
    finding.withdraw(by=told.filled.lead, reason="Nhầm phòng")

    assert "PH-02" not in says(report(told.audit))


def test_what_was_made_up_says_so_on_every_page() -> None:
    office = Office()
    audit = make_audit(office, is_illustrative=True)

    for kind in ("team", "timetable", "notification", "opening"):
        assert squeezed(ILLUSTRATIVE) in says(planning_paper(audit, kind, office.secretary))
    assert squeezed(ILLUSTRATIVE) in says(report(audit))
    assert ILLUSTRATIVE in report(audit).footer_note


# --- the report that is kept ---


def test_approved_report_is_kept_once_and_byte_for_byte(
    told: Told, django_capture_on_commit_callbacks: Any
) -> None:
    close_and_contest(told)

    with django_capture_on_commit_callbacks(execute=True):
        making_papers.report(told)

    kept = AuditPaper.objects.get(audit=told.audit)
    assert (kept.kind, kept.made_by) == ("report", told.filled.office.leader)
    assert kept.sha256 == kept.file.sha256
    assert squeezed("Thẩm định trễ 02 ngày") in whole(files.read(kept.file))
    assert keep_report(told.audit, system()) == kept
    assert AuditPaper.objects.count() == 1


def test_report_is_not_kept_before_it_is_approved(told: Told) -> None:
    with pytest.raises(TransitionNotAllowed, match="chưa được phê duyệt"):
        keep_report(told.audit, system())

    assert kept_report(told.audit) is None


# --- the checklist, the minutes ---


def test_filled_checklist_holds_answers_dossiers_disputes_and_confirmations(told: Told) -> None:
    paper = filled_checklist(told.audit, told.filled.lead)

    must_say(
        paper,
        "BM-03-03",
        "Hồ sơ H20.12-0007: Lưu ý. Giờ giao nhận viết tay",
        "Phù hợp. Tủ có khóa, đã thử (đã nhắc tại chỗ)",
        "Không phù hợp. Tủ hồ sơ không khóa",
        "Phù hợp. Tủ hồ sơ có khóa (đã nhắc tại chỗ)",
        "Ảnh sổ giao nhận",
        "Quách Văn Nhận, Chuyên viên một cửa xác nhận ngày",
        "PH-01",
        "Ghi thiếu",
    )
    assert paper.landscape


def test_confirmation_of_an_answer_that_changed_says_so(told: Told) -> None:
    before = says(filled_checklist(told.audit, told.filled.lead))
    item = told.filled.item("clause")

    making_papers.answer(item, told.filled.lead, note="Đã xem lại")

    changed = squeezed("Câu trả lời đã thay đổi sau xác nhận này.")
    assert changed not in before
    assert changed in says(filled_checklist(told.audit, told.filled.lead))


def test_blank_checklist_holds_questions_and_no_answer(told: Told) -> None:
    paper = blank_checklist(told.audit, told.filled.lead)

    must_say(paper, told.filled.item().question, "Cần xem")
    assert squeezed("Giờ giao nhận viết tay") not in says(paper)


def test_minutes_tell_who_was_there_and_what_was_said(told: Told) -> None:
    close_and_contest(told)
    lead = told.filled.lead

    opening = planning_paper(told.audit, "opening", lead)
    closing = closing_minutes(told.audit, lead)

    must_say(opening, "BIÊN BẢN HỌP KHAI MẠC", str(told.filled.office.staff))
    must_say(
        closing,
        "Tạ Thị Dự Họp",
        "Trưởng bộ phận một cửa",
        "Bộ phận một cửa đề nghị xem lại thời gian tạm dừng.",
        "PH-01",
        "PH-02",
    )
    assert closing.is_administrative


def test_minutes_hold_the_findings_that_the_reader_may_see(told: Told) -> None:
    close_and_contest(told)

    text = says(closing_minutes(told.audit, make_user(Role.STAFF, unit=told.audit.agency)))

    assert "PH-01" not in text
    assert squeezed("chỉ gồm phát hiện mà người in được xem") in text


# --- papers of planning ---


def test_decision_on_the_team_has_dots_until_it_is_numbered() -> None:
    office = Office(place="Bắc Giang")
    audit = make_audit(office)

    before = planning_paper(audit, "team", office.secretary)
    audit.record_team_decision(
        number="15/QĐ-PGDĐT",
        decided_on=today(),
        signer="Hoàng Văn Trưởng",
        file=None,
        by=office.clerk,
    )
    after = planning_paper(audit, "team", office.secretary)

    assert (before.number, before.place_and_date) == ("", "Bắc Giang, ngày … tháng … năm …")
    must_say(before, "Số: ……………", str(lead_of(audit)), "Nơi nhận:", "Lưu: VT.")
    assert after.number == "15/QĐ-PGDĐT"
    must_say(after, "Số: 15/QĐ-PGDĐT", "Hoàng Văn Trưởng")


@pytest.mark.parametrize(
    ("chief", "issuer", "expected"),
    [
        ("Trưởng phòng", "PHÒNG GIÁO DỤC", "TRƯỞNG PHÒNG GIÁO DỤC"),
        ("Chủ tịch", "ỦY BAN NHÂN DÂN XÃ", "CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ"),
        ("", "TRUNG TÂM", "THỦ TRƯỞNG TRUNG TÂM"),
    ],
)
def test_authority_names_the_office_once(chief: str, issuer: str, expected: str) -> None:
    assert Letterhead("", issuer, "", {}, {}, chief).authority == expected


def test_timetable_and_notification_tell_days_places_and_auditors() -> None:
    office = Office()
    audit = make_audit(office, is_illustrative=False, scope="Hồ sơ năm nay")

    for kind in ("timetable", "notification"):
        must_say(
            planning_paper(audit, kind, office.secretary),
            "Hồ sơ năm nay",
            "Họp khai mạc",
            "Họp kết thúc",
            "09:00 – 09:30",
            "Phòng họp",
            str(audited_unit(audit)),
            str(lead_of(audit)),
        )


def test_codes_and_titles_are_those_of_the_settings() -> None:
    office = Office()
    audit = make_audit(office)
    own = {"timetable": {"code": "BM.HT03.02", "title": "LỊCH ĐÁNH GIÁ"}}
    AuditSettings(agency=office.agency, papers=own).record(by=system(), reason="Thiết lập")

    paper = planning_paper(audit, "timetable", office.secretary)

    assert (paper.code, paper.title) == ("BM.HT03.02", "LỊCH ĐÁNH GIÁ")


def test_plan_has_months_and_the_matrix() -> None:
    office = Office()
    make_clause("7.5")
    make_clause("8.5")
    version = make_version(VersionStatus.ISSUED, office)
    line = LineGiven(months=[3, 9], clauses=["7.5"], scope="Lưu hồ sơ", team="Đoàn số 1")
    programme = make_programme(
        office,
        line,
        LineGiven(months=[5], procedure=version.procedure),
        status=ProgrammeStatus.APPROVED,
    )

    paper = plan_paper(programme, office.secretary)

    must_say(paper, "BM-03-01", "Lưu hồ sơ", "Đoàn số 1", version.procedure.code, "3, 9", "8.5")
    assert paper.landscape
    assert squeezed(DRAFT) not in says(paper)
    open_plan = make_programme(office, line, year=2023)
    assert squeezed(DRAFT) in says(plan_paper(open_plan, office.secretary))


def test_plan_names_no_procedure_that_the_reader_may_not_read() -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    programme = make_programme(office, LineGiven(months=[5], procedure=version.procedure))
    restrict(version.procedure)
    programme = AuditProgramme.objects.get(pk=programme.pk)

    text = says(plan_paper(programme, office.staff))

    assert squeezed(version.procedure.code) not in text
    assert squeezed("Tài liệu hạn chế người đọc") in text


# --- how many queries ---


@pytest.mark.parametrize("count", [1, 3])
def test_report_query_count_is_constant(count: int, django_assert_num_queries: Any) -> None:
    office = Office()
    units = making_papers.units_of(office, count)
    audit = making_papers.make_wide(office, units)

    with django_assert_num_queries(REPORT_QUERIES):
        paper = report(Audit.objects.select_related("agency").get(pk=audit.pk))

    assert says(paper).count(squeezed("Hồ sơ không được bảo vệ")) >= count
