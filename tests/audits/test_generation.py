"""A checklist holds what the scope asks for; what was worked on is never touched."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audits.actions.checklist import (
    Generated,
    QuestionGiven,
    add_law_points,
    add_question,
    assign_items,
    change_question,
    generate_checklist,
    remove_question,
)
from audits.actions.planning import SubjectGiven, add_subject, remove_subject
from audits.actions.sampling import DossierGiven, add_dossier
from audits.board import board_of
from audits.models import Audit, ChecklistItem
from audits.workflow import AuditStatus
from procedures.content import DossierItem, FormUse, KeptRecord, Step
from procedures.models import Procedure
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.records.workflow import TransitionNotAllowed
from tests.audits.filling import Filled, answer, make_filled
from tests.audits.making import (
    advance_audit,
    first_subject,
    make_audit,
    make_auditor,
    make_clause,
)
from tests.factories import (
    Office,
    make_blank,
    make_draft,
    make_next_version,
    make_unit,
    make_version,
)

pytestmark = pytest.mark.django_db
Kind = ChecklistItem.Kind


@pytest.fixture
def planned() -> Filled:
    return make_filled(status=AuditStatus.PLANNED)


def asked(audit: Audit, kind: str | None = None) -> list[str]:
    items = audit.items.standing()
    return [item.question for item in (items.filter(kind=kind) if kind else items)]


def written(audit: Audit) -> int:
    """How many history rows the questions of the audit have."""
    return ChecklistItem.history.filter(audit=audit).count()


def test_each_row_of_the_content_is_asked_once(planned: Filled) -> None:
    items = list(planned.audit.items.exclude(kind=Kind.CLAUSE))

    assert [item.kind for item in items] == ["step", "step", "step", "dossier", "record"]
    assert [item.row_key for item in items[:3]] == [s.key for s in planned.version.document.steps]
    assert items[0].row_text == "Tiếp nhận hồ sơ"
    assert items[0].question == (
        "Bước 1. Tiếp nhận hồ sơ: thực tế có làm theo quy trình, đúng người thực hiện, đúng thời "
        "hạn không?"
    )
    assert items[0].expects == "Người thực hiện: Văn thư\nThời gian: ½ ngày làm việc"
    assert (
        items[3].question == "Hồ sơ có “Đơn đề nghị” đúng thành phần, số lượng theo quy định không?"
    )
    assert items[4].expects == "Nơi lưu: Văn thư\nThời hạn lưu: 05 năm"
    assert {item.unit for item in items} == {planned.office.agency}


def test_a_clause_is_asked_by_its_title(planned: Filled) -> None:
    item = planned.item(Kind.CLAUSE)

    assert item.clause == "7.5"
    assert item.question == (
        "Yêu cầu “Điều 7.5” (điều 7.5) được thực hiện thế nào, hồ sơ nào cho thấy điều đó?"
    )
    assert item.unit == first_subject(planned.audit).unit


def test_every_kind_of_row_reads_as_an_office_speaks() -> None:
    form = FormUse(code="BM-05.01", name="Phiếu kiểm soát")
    office = Office()
    make_blank(office, "BM-05.01", name="Phiếu kiểm soát")
    filled = make_filled(
        office,
        clauses=0,
        status=AuditStatus.PLANNED,
        steps=(Step(work="Ký duyệt", position="Văn thư", output="Đã ký", forms=(form.key,)),),
        forms=(form,),
        dossier=(DossierItem(name="Căn cước", kind="present"), DossierItem(name="Đơn")),
        records=(KeptRecord(name="Sổ", is_permanent=True),),
    )

    assert asked(filled.audit) == [
        "Bước 1. Ký duyệt: thực tế có làm theo quy trình, đúng người thực hiện, dùng đúng biểu "
        "mẫu, có đủ kết quả, hồ sơ không?",
        "Khi tiếp nhận, “Căn cước” có được xuất trình và đối chiếu không?",
        "Hồ sơ có “Đơn” đúng thành phần, số lượng theo quy định không?",
        "Hồ sơ có dùng đúng “BM-05.01 Phiếu kiểm soát”, bản còn hiệu lực khi đó không?",
        "“Sổ” có được lưu đủ, đúng nơi và tìm lại được không?",
    ]


def test_generating_twice_writes_nothing(planned: Filled) -> None:
    before = written(planned.audit)

    done = generate_checklist(planned.audit, by=planned.lead)

    assert done == Generated(added=0, removed=0, kept=6)
    assert written(planned.audit) == before


def test_a_later_version_never_changes_an_old_audit() -> None:
    office = Office()
    past = today() - dt.timedelta(days=30)
    version = make_version(VersionStatus.ISSUED, office, paper_on=past)
    audit = make_audit(office, version.procedure, starts_on=past, ends_on=today())
    generate_checklist(audit, by=office.secretary)
    before = asked(audit)

    make_next_version(office, version, steps=(Step(work="Bước mới", position="Văn thư"),))
    done = generate_checklist(audit, by=office.secretary)

    assert (done.added, done.removed) == (0, 0)
    assert asked(audit) == before


def test_a_dossier_is_asked_by_the_version_of_its_day() -> None:
    office = Office()
    past = today() - dt.timedelta(days=60)
    old = make_version(VersionStatus.ISSUED, office, paper_on=past)
    new = make_next_version(office, old, steps=(Step(work="Bước mới", position="Văn thư"),))
    audit = make_audit(office, old.procedure)
    generate_checklist(audit, by=office.secretary)
    assert set(audit.items.values_list("version", flat=True)) == {new.pk}

    given = DossierGiven(old.procedure, "HS-01", past + dt.timedelta(days=1))
    dossier = add_dossier(audit, given, by=office.secretary)

    assert dossier.version == old
    assert set(audit.items.values_list("version", flat=True)) == {new.pk, old.pk}
    assert "Tiếp nhận hồ sơ" in {item.row_text for item in audit.items.filter(version=old)}


def test_a_procedure_without_a_version_in_force_is_one_question() -> None:
    office = Office()
    draft = make_draft(office)
    audit = make_audit(office, draft.procedure)

    generate_checklist(audit, by=office.secretary)

    item = audit.items.get()
    assert item.kind == Kind.DOCUMENT
    assert item.question.startswith(f"Ngày {today():%d/%m/%Y} quy trình {draft.procedure.code} ")
    assert item.question.endswith("Đơn vị đang làm theo tài liệu nào?")


def test_a_document_without_rows_is_one_question() -> None:
    office = Office()
    version = make_version(
        VersionStatus.ISSUED,
        office,
        kind=Procedure.Kind.SYSTEM,
        steps=(),
        dossier=(),
        records=(),
        forms=(),
        body="<p>Toàn văn</p>",
    )
    audit = make_audit(office, version.procedure)

    generate_checklist(audit, by=office.secretary)

    assert [item.kind for item in audit.items.all()] == [Kind.DOCUMENT]


def test_what_leaves_the_scope_is_taken_away_unless_answered(planned: Filled) -> None:
    subject = planned.audit.subjects.get(procedure=planned.version.procedure)
    kept = planned.item(Kind.DOSSIER)
    advance_audit(planned.audit, AuditStatus.UNDER_WAY, planned.office)
    answer(kept, planned.lead)
    subject.removed_at = subject.audit.planned_at
    subject.record(by=planned.lead, reason="Bỏ")

    done = generate_checklist(Audit.objects.get(pk=planned.audit.pk), by=planned.lead)

    assert done == Generated(added=0, removed=4, kept=2)
    assert {item.kind for item in planned.audit.items.standing()} == {Kind.CLAUSE, Kind.DOSSIER}
    assert kept.history.count() == 1


def test_a_subject_taken_in_again_takes_its_questions_along(planned: Filled) -> None:
    subject = planned.audit.subjects.get(procedure=planned.version.procedure)
    remove_subject(subject, by=planned.office.secretary)
    again = add_subject(
        planned.audit, SubjectGiven(procedure=planned.version.procedure), by=planned.lead
    )

    done = generate_checklist(planned.audit, by=planned.lead)

    assert done.added == 0
    assert planned.item().subject == again


def test_the_thirteen_points_are_added_once(planned: Filled) -> None:
    first = add_law_points(planned.audit, by=planned.lead)
    again = add_law_points(planned.audit, by=planned.lead)

    points = planned.audit.items.filter(kind=Kind.LAW)
    assert (first, again, points.count()) == (13, 0, 13)
    assert generate_checklist(planned.audit, by=planned.lead).removed == 0
    assert board_of(planned.audit)[-1].item.kind == Kind.LAW


def test_own_questions_are_added_worded_better_and_removed(planned: Filled) -> None:
    subject = planned.audit.subjects.get(procedure=planned.version.procedure)
    item = add_question(
        planned.audit, QuestionGiven("Có niêm yết không?", subject=subject), by=planned.lead
    )
    item.audit = planned.audit

    change_question(item, question="Có niêm yết ở Một cửa không?", expects="Ảnh", by=planned.lead)
    assert generate_checklist(planned.audit, by=planned.lead).removed == 0
    assert asked(planned.audit, Kind.OWN) == ["Có niêm yết ở Một cửa không?"]

    remove_question(item, by=planned.lead)
    assert asked(planned.audit, Kind.OWN) == []


@pytest.mark.parametrize("deed", [change_question, remove_question])
def test_an_answered_question_stays_as_it_was_asked(deed: Any) -> None:
    filled = make_filled()
    add_law_points(filled.audit, by=filled.lead)
    item = filled.item(Kind.LAW)
    answer(item, filled.lead)
    extra = {"question": "Khác?", "expects": ""} if deed is change_question else {}

    with pytest.raises(TransitionNotAllowed):
        deed(item, by=filled.lead, **extra)

    assert item.history.count() == 1


def test_what_the_procedure_asks_is_not_removed_by_hand(planned: Filled) -> None:
    with pytest.raises(TransitionNotAllowed):
        remove_question(planned.item(), by=planned.lead)

    assert planned.item().history.count() == 1


def test_a_question_says_something(planned: Filled) -> None:
    with pytest.raises(ValidationError) as refusal:
        add_question(planned.audit, QuestionGiven("  "), by=planned.lead)

    assert list(refusal.value.message_dict) == ["question"]


def test_questions_are_given_to_a_member_once(planned: Filled) -> None:
    items = list(planned.audit.items.all())
    member = planned.audit.members.get(person=planned.auditor)

    first = assign_items(planned.audit, items, member, by=planned.lead)
    again = assign_items(planned.audit, items, member, by=planned.lead)

    assert (first, again) == (6, 0)
    assert set(planned.audit.items.values_list("auditor", flat=True)) == {member.pk}


def test_the_last_audit_is_reused_and_shown() -> None:
    office = Office()
    lead, past = make_auditor(office), today() - dt.timedelta(days=200)
    unit = make_unit(office.agency)
    version = make_version(VersionStatus.ISSUED, office, paper_on=past)
    clause = make_clause().number
    about: dict[str, Any] = {"lead": lead, "unit": unit, "clauses": (clause,)}
    last = make_audit(office, version.procedure, starts_on=past, **about)
    generate_checklist(last, by=lead)
    step = last.items.filter(kind=Kind.STEP).select_related("audit").first()
    assert step is not None
    change_question(step, question="Bước 1 có ghi sổ không?", expects="Sổ", by=lead)
    subject = last.subjects.get(procedure=version.procedure)
    add_question(last, QuestionGiven("Có niêm yết không?", subject=subject), by=lead)
    advance_audit(last, AuditStatus.UNDER_WAY, office, on=past)
    answer(ChecklistItem.objects.get(pk=step.pk), lead, "observation", note="Thiếu", seen_on=past)

    audit = make_audit(office, version.procedure, **about)
    generate_checklist(audit, by=lead)
    again = generate_checklist(audit, by=lead)

    line = next(line for line in board_of(audit) if line.item.row_key == step.row_key)
    assert (again.added, again.removed) == (0, 0)
    assert (line.item.question, line.item.source) == ("Bước 1 có ghi sổ không?", step)
    assert line.last is not None
    assert (line.last.audit, line.last.result, line.last.note) == (last, "observation", "Thiếu")
    assert asked(audit, Kind.OWN) == ["Có niêm yết không?"]


def test_an_own_question_of_last_time_that_was_removed_stays_away() -> None:
    office = Office()
    lead, past = make_auditor(office), today() - dt.timedelta(days=200)
    version = make_version(VersionStatus.ISSUED, office, paper_on=past)
    last = make_audit(office, version.procedure, lead=lead, starts_on=past)
    add_question(last, QuestionGiven("Cũ?", subject=first_subject(last)), by=lead)
    advance_audit(last, AuditStatus.UNDER_WAY, office, on=past)
    audit = make_audit(office, version.procedure, lead=lead)
    generate_checklist(audit, by=lead)
    own = audit.items.select_related("audit").get(kind=Kind.OWN)

    remove_question(own, by=lead)
    generate_checklist(audit, by=lead)

    assert asked(audit, Kind.OWN) == []


def test_a_reported_audit_is_not_generated_anew() -> None:
    filled = make_filled(clauses=0)
    advance_audit(filled.audit, AuditStatus.REPORTED, filled.office)
    before = written(filled.audit)

    with pytest.raises(TransitionNotAllowed):
        generate_checklist(filled.audit, by=filled.lead)

    assert written(filled.audit) == before
