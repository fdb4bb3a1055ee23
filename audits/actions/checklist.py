"""Writing a checklist down: generated, completed with own questions, shared among the team."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audits.generation import Key, WantedItem, key_of, wanted_items
from audits.law_points import LAW_POINTS
from audits.models import Audit, AuditMember, AuditSubject, ChecklistItem
from qms.foundation.text import clean_lines
from qms.organisation.models import Unit, User
from qms.records.workflow import TransitionNotAllowed

Kind = ChecklistItem.Kind
_TYPED = frozenset({Kind.OWN, Kind.LAW})  # what people added: no regenerating takes it away
_LAW_POSITION = 2_000_000_000
_OWN_POSITION = 1_900_000_000
_OWN_OF_SUBJECT = 95_000


@dataclass(frozen=True)
class Generated:
    """What generating changed: how many questions were added, taken away, left as they were."""

    added: int
    removed: int
    kept: int


@dataclass(frozen=True)
class QuestionGiven:
    """A question of somebody's own; it belongs to a part of the scope, or to the whole audit."""

    question: str
    expects: str = ""
    subject: AuditSubject | None = None
    unit: Unit | None = None
    clause: str = ""


@transaction.atomic
def generate_checklist(audit: Audit, *, by: User) -> Generated:
    """Let the checklist hold what the scope and the dossiers ask for now.

    What is missing is added; what is not wanted any more is taken away while nobody worked on it.
    Whatever was answered, typed or reworded stays as it is; a second run writes nothing. Raises
    TransitionNotAllowed once the report is signed.
    """
    stored = audit.must_be_open()
    items = list(stored.items.order_by("pk"))
    standing = {key_of(item): item for item in items if item.removed_at is None}
    dismissed = {key_of(item) for item in items if item.removed_at and item.kind == Kind.OWN}
    wanted = {want.key: want for want in wanted_items(stored) if want.key not in dismissed}
    worked_on = _worked_on(stored)
    added = removed = 0
    for key, want in wanted.items():
        if key not in standing:
            _add(stored, want, by)
            added += 1
        elif standing[key].subject_id != want.subject.pk and standing[key].pk not in worked_on:
            standing[key].subject = want.subject
            standing[key].record(by=by, reason="Phạm vi đánh giá thay đổi")
    for item in _unwanted(stored, standing, wanted, worked_on):
        _remove(item, by, "Không còn trong phạm vi đánh giá")
        removed += 1
    return Generated(added, removed, len(standing) - removed)


def _worked_on(audit: Audit) -> set[int]:
    """Return the keys of questions that have an answer, evidence, a finding or a confirmation."""
    keys: set[int] = set()
    for what in ("answers", "evidence", "findings", "confirmations"):
        keys |= set(audit.items.filter(**{f"{what}__isnull": False}).values_list("pk", flat=True))
    return keys


def _unwanted(
    audit: Audit,
    standing: dict[Key, ChecklistItem],
    wanted: dict[Key, WantedItem],
    worked_on: set[int],
) -> Iterable[ChecklistItem]:
    gone = set(audit.subjects.filter(removed_at__isnull=False).values_list("pk", flat=True))
    for key, item in standing.items():
        is_typed = item.kind in _TYPED and item.subject_id not in gone
        if key not in wanted and item.pk not in worked_on and not is_typed:
            yield item


def _add(audit: Audit, want: WantedItem, by: User) -> None:
    item = ChecklistItem(
        audit=audit,
        subject=want.subject,
        kind=want.kind,
        unit=want.unit,
        version=want.version,
        row_key=want.row_key,
        row_text=want.row_text,
        clause=want.clause,
        question=want.question,
        expects=want.expects,
        position=want.position,
        source=want.source,
    )
    item.record(by=by, reason="Lập phiếu hỏi")


@transaction.atomic
def add_law_points(audit: Audit, *, by: User) -> int:
    """Ask the points of Thông tư 26/2014/TT-BKHCN, Điều 36 that are not asked yet; return how many.

    They are asked of the agency as a whole.
    """
    stored = audit.must_be_open()
    asked = set(stored.items.standing().filter(kind=Kind.LAW).values_list("row_key", flat=True))
    missing = [point for point in LAW_POINTS if point.key not in asked]
    for point in missing:
        item = ChecklistItem(
            audit=stored,
            kind=Kind.LAW,
            unit=stored.agency,
            row_key=point.key,
            row_text=point.text,
            question=point.question,
            expects=point.expects,
            position=_LAW_POSITION + LAW_POINTS.index(point),
        )
        item.record(by=by, reason="Thêm nội dung theo TT 26/2014/TT-BKHCN, Điều 36")
    return len(missing)


@transaction.atomic
def add_question(audit: Audit, given: QuestionGiven, *, by: User) -> ChecklistItem:
    """Add a question of one's own. Raises ValidationError at the field at fault."""
    stored = audit.must_be_open()
    _check_question(given.question)
    subject = given.subject
    if subject is not None and (subject.audit_id != stored.pk or subject.removed_at is not None):
        raise ValidationError({"subject": "Nội dung này không còn trong phạm vi."})
    item = ChecklistItem(
        audit=stored,
        kind=Kind.OWN,
        subject=subject,
        unit=given.unit or _unit_of(subject) or stored.agency,
        clause=given.clause,
        question=clean_lines(given.question),
        expects=clean_lines(given.expects),
        position=_own_position(stored, subject),
    )
    item.record(by=by, reason="Thêm câu hỏi")
    return item


def _check_question(question: str) -> None:
    if not clean_lines(question):
        raise ValidationError({"question": "Hãy ghi câu hỏi."})


def _unit_of(subject: AuditSubject | None) -> Unit | None:
    if subject is None:
        return None
    return subject.unit or (subject.procedure.owner if subject.procedure else None)


def _own_position(audit: Audit, subject: AuditSubject | None) -> int:
    """Return a place after what its subject asks, or before the points of the law."""
    if subject is None:
        return _OWN_POSITION
    rank = audit.subjects.filter(pk__lt=subject.pk).count()
    return rank * 100_000 + _OWN_OF_SUBJECT


@transaction.atomic
def change_question(item: ChecklistItem, *, question: str, expects: str, by: User) -> None:
    """Word a question better while nobody answered it; the requirement it comes from stays."""
    stored = _unanswered(item)
    _check_question(question)
    said = clean_lines(question), clean_lines(expects)
    if said == (stored.question, stored.expects):
        return
    stored.question, stored.expects = said
    stored.record(by=by, reason="Sửa câu hỏi")


@transaction.atomic
def remove_question(item: ChecklistItem, *, by: User) -> None:
    """Take away a question that somebody added, while nobody answered it.

    What the procedure asks for goes with the scope only.
    """
    stored = _unanswered(item)
    if stored.kind not in _TYPED:
        raise TransitionNotAllowed(
            "Câu hỏi lấy từ quy trình, điều khoản chỉ bỏ bằng cách sửa phạm vi. "
            "Không xem được thì chọn “Không áp dụng” và ghi lý do."
        )
    _remove(stored, by, "Bỏ câu hỏi")


def _unanswered(item: ChecklistItem) -> ChecklistItem:
    audit = item.audit.must_be_open()
    stored = audit.items.standing().filter(pk=item.pk).first()
    if stored is None:
        raise TransitionNotAllowed("Câu hỏi này đã được bỏ khỏi phiếu.")
    if stored.pk in _worked_on(audit):
        raise TransitionNotAllowed("Câu hỏi đã có người trả lời nên không sửa, không bỏ được.")
    return stored


def _remove(item: ChecklistItem, by: User, reason: str) -> None:
    item.removed_at = timezone.now()
    item.record(by=by, reason=reason)


@transaction.atomic
def assign_items(
    audit: Audit, items: Sequence[ChecklistItem], member: AuditMember | None, *, by: User
) -> int:
    """Give questions to a member of the team, or to nobody; return how many that changed."""
    stored = audit.must_be_open()
    if member is not None and (member.audit_id != stored.pk or not member.is_auditing):
        raise ValidationError({"member": "Hãy chọn một người đánh giá trong đoàn."})
    changed = 0
    for item in stored.items.standing().filter(pk__in=[item.pk for item in items]):
        if item.auditor_id != (member.pk if member else None):
            item.auditor = member
            item.record(by=by, reason=f"Phân công {member.person}" if member else "Bỏ phân công")
            changed += 1
    return changed
