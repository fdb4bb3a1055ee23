"""Deeds that change several records together, all or none."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from procedures.content import Content
from procedures.models import (
    Decision,
    DecisionItem,
    Form,
    FormIssue,
    Procedure,
    ProcedureVersion,
    Rendition,
    VersionAuthor,
    end_period,
    open_period,
    rebuild_links,
)
from procedures.pdf import version_pdf
from procedures.printing import printed_version
from procedures.workflow import OPEN_DECISION, DecisionStatus, VersionStatus
from qms.foundation.dates import LOCAL, format_date, today
from qms.foundation.text import clean
from qms.organisation.models import Unit, User
from qms.records import files
from qms.records.models import Signature, StoredFile
from qms.records.signatures import Signing, sign_as_text
from qms.records.workflow import TransitionNotAllowed


@dataclass(frozen=True)
class NewProcedure:
    """What identifies a new procedure."""

    agency: Unit
    owner: Unit
    kind: str
    code: str
    title: str
    issuer_name: str = ""


@transaction.atomic
def start_procedure(new: NewProcedure, *, by: User, content: Content) -> ProcedureVersion:
    """Make a procedure with its first draft, written by `by`.

    Raises ValidationError at `code` when another procedure of the agency has it, in any spelling.
    """
    taken = Procedure.objects.coded(new.agency, new.code)
    if taken is not None:
        raise ValidationError({"code": f"Mã hiệu này đã dùng cho “{taken.title}”."})
    procedure = Procedure(
        agency=new.agency,
        owner=new.owner,
        kind=new.kind,
        code=new.code,
        title=new.title,
        issuer_name=new.issuer_name,
    )
    procedure.record(by=by, reason="Lập quy trình")
    return start_version(
        procedure,
        by=by,
        content=content.revised(title=content.title or new.title),
        change_type=ProcedureVersion.Change.REISSUE,
    )


@transaction.atomic
def start_version(
    procedure: Procedure,
    *,
    by: User,
    content: Content,
    change_type: str,
    base: ProcedureVersion | None = None,
    origin: str = ProcedureVersion.Origin.SYSTEM,
) -> ProcedureVersion:
    """Start a draft of `procedure`, `by` its first author.

    Raises ValidationError when one is open already, or the procedure is being abolished.
    """
    Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)
    if procedure.versions.open().exists():
        raise ValidationError("Quy trình này đang có một bản dự thảo chưa xong.")
    if procedure.decision_items.filter(closed_at=None).exists():
        raise ValidationError("Quy trình này đang nằm trong một quyết định chưa ban hành.")
    version = ProcedureVersion(
        procedure=procedure, created_by=by, change_type=change_type, base=base, origin=origin
    )
    version.put(content)
    version.record(by=by, reason="Bắt đầu dự thảo")
    VersionAuthor(version=version, person=by).record(by=by, reason="Người soạn thảo")
    rebuild_links(version)
    return version


@transaction.atomic
def set_authors(version: ProcedureVersion, people: Iterable[User], *, by: User) -> None:
    """Name exactly `people` as the authors of a draft.

    Raises ValidationError for nobody, TransitionNotAllowed when it is no draft any more.
    """
    wanted = {person.pk: person for person in people}
    if not wanted:
        raise ValidationError("Phải có ít nhất một người soạn thảo.")
    if version.locked().status != VersionStatus.DRAFT:
        raise TransitionNotAllowed("Chỉ đổi người soạn thảo khi đang dự thảo.")
    links = {link.person_id: link for link in version.author_links.all()}
    for pk, person in wanted.items():
        link = links.get(pk) or VersionAuthor(version=version, person=person)
        if link.pk is None or link.removed_at:
            link.removed_at = None
            link.record(by=by, reason="Thêm người soạn thảo")
    for pk, link in links.items():
        if pk not in wanted and link.removed_at is None:
            link.removed_at = timezone.now()
            link.record(by=by, reason="Bớt người soạn thảo")


@transaction.atomic
def compose_decision(
    agency: Unit,
    *,
    by: User,
    subject: str,
    versions: Iterable[ProcedureVersion] = (),
    abolish: Iterable[Procedure] = (),
    issuer_name: str = "",
) -> Decision:
    """Begin a decision over reviewed versions and procedures to abolish.

    Raises ValidationError for a version not reviewed, or one that another open decision holds.
    """
    decision = Decision(
        agency=agency, subject=clean(subject), composed_by=by, issuer_name=issuer_name
    )
    decision.record(by=by, reason="Soạn quyết định")
    for version in versions:
        add_version(decision, version, by=by)
    for procedure in abolish:
        add_abolition(decision, procedure, by=by)
    return decision


@transaction.atomic
def add_version(decision: Decision, version: ProcedureVersion, *, by: User) -> DecisionItem:
    """Put a reviewed version into a decision that is being composed."""
    _must_compose(decision)
    if version.locked().status != VersionStatus.REVIEWED:
        raise ValidationError(f"{version.procedure.code} chưa xem xét xong, chưa đưa vào được.")
    return _add(decision, DecisionItem.Kind.ISSUE, version.procedure, version, by=by)


@transaction.atomic
def add_abolition(decision: Decision, procedure: Procedure, *, by: User) -> DecisionItem:
    """Put the abolition of a procedure into a decision; not while a version of it is open."""
    _must_compose(decision)
    if procedure.versions.open().exists():
        raise ValidationError(f"{procedure.code} đang có bản dự thảo; hãy hủy bản đó trước.")
    return _add(decision, DecisionItem.Kind.ABOLISH, procedure, None, by=by)


@transaction.atomic
def remove_item(item: DecisionItem, *, by: User, reason: str) -> None:
    """Take a line out of a decision that is being composed; its version stays reviewed."""
    _must_compose(item.decision)
    item.removed_at = item.closed_at = timezone.now()
    item.record(by=by, reason=clean(reason) or "Bỏ khỏi quyết định")


@transaction.atomic
def return_item(item: DecisionItem, *, by: User, comment: str) -> None:
    """Send one version of a submitted decision back to its authors, with a comment.

    The rest stays before the leader; an empty rest goes back to composing.
    """
    decision = item.decision.locked()
    if decision.status != DecisionStatus.SUBMITTED or item.version is None:
        raise TransitionNotAllowed("Chỉ trả lại từng quy trình khi quyết định đang chờ phê duyệt.")
    item.version.send_back(by=by, comment=comment)
    item.removed_at = item.closed_at = timezone.now()
    item.record(by=by, reason=f"Trả lại: {clean(comment)}")
    if not decision.standing_items().exists():
        decision.send_back(by=by, comment=comment)


@transaction.atomic
def approve_decision(
    decision: Decision, *, by: User, seen: Mapping[int, str], signing: Signing
) -> None:
    """Approve the decision and every version in it, frozen from now on; all or none.

    `seen` gives for each version's key the SHA-256 of the content `by` was shown. Raises
    TransitionNotAllowed when `by` wrote or reviewed one, or one is not what was seen.
    """
    stored = decision.locked()
    if stored.status != DecisionStatus.SUBMITTED:
        raise TransitionNotAllowed(
            f"Trong lúc đó quyết định đã ở trạng thái “{stored.get_status_display()}”."
        )
    for item in decision.standing_items():
        if item.version:
            item.version.approve(by=by, seen=seen.get(item.version.pk, ""), signing=signing)
    decision.mark_approved(by=by, signing=signing)


@dataclass(frozen=True)
class Numbering:
    """What the văn thư enters: number, day, effect, and the signed original if there is one."""

    number: str
    signed_on: dt.date
    effective_on: dt.date
    signed_file: StoredFile | None = None


@transaction.atomic
def issue_decision(decision: Decision, numbering: Numbering, *, by: User) -> None:
    """Issue: periods open and end, versions are issued; their PDFs are made right afterwards.

    Raises ValidationError at the field that is wrong: a number used twice, a day in the future, or
    (for an approval by password) one before the day of approval.
    """
    stored = decision.locked()
    if stored.status != DecisionStatus.APPROVED:
        raise TransitionNotAllowed(
            f"Quyết định đang ở trạng thái “{stored.get_status_display()}”, không vào số được."
        )
    _check_numbering(stored, numbering)
    decision.mark_issued(
        by=by,
        number=numbering.number,
        signed_on=numbering.signed_on,
        effective_on=numbering.effective_on,
        signed_file=numbering.signed_file,
    )
    for item in decision.standing_items():
        begins = item.effective_on or numbering.effective_on
        if item.version is None:
            end_period(item, on=begins, by=by)
        else:
            item.version.issue(by=by)
            open_period(item, valid_from=begins, by=by)
            _take_title(item.version, by=by)
        item.closed_at = timezone.now()
        item.record(by=by, reason="Ban hành")
    keys = [item.version_id for item in decision.standing_items() if item.version_id]
    transaction.on_commit(lambda: make_renditions(keys, by=by))


def _check_numbering(decision: Decision, numbering: Numbering) -> None:
    if not clean(numbering.number):
        raise ValidationError({"number": "Hãy ghi số, ký hiệu của quyết định."})
    if numbering.signed_on > today():
        raise ValidationError({"signed_on": "Ngày quyết định không được ở tương lai."})
    if numbering.effective_on < numbering.signed_on:
        raise ValidationError({"effective_on": "Ngày hiệu lực không được trước ngày quyết định."})
    by_password = Signature.objects.on(decision).filter(method=Signature.Method.PASSWORD)
    if decision.approved_at and by_password.exists():
        approved_on = decision.approved_at.astimezone(LOCAL).date()
        if numbering.signed_on < approved_on:
            raise ValidationError(
                {
                    "signed_on": "Ngày quyết định không được trước ngày phê duyệt "
                    f"({format_date(approved_on)})."
                }
            )
    same = Decision.objects.filter(
        agency=decision.agency, number=clean(numbering.number), signed_on=numbering.signed_on
    )
    if same.exclude(pk=decision.pk).exists():
        raise ValidationError({"number": "Số này cùng ngày đã có ở một quyết định khác."})


def _take_title(version: ProcedureVersion, *, by: User) -> None:
    procedure = version.procedure
    if procedure.title != version.title:
        procedure.title = version.title
        procedure.record(by=by, reason=f"Tên theo {version.number_text}")


@transaction.atomic
def cancel_decision(decision: Decision, *, by: User, reason: str) -> None:
    """Give a decision up that was not issued.

    Before approval its versions stay reviewed. After it they are discarded, for their content is
    frozen, and each continues as a new draft with the same content.
    """
    if not clean(reason):
        raise ValidationError("Hãy ghi lý do hủy.")
    was_approved = decision.locked().status == DecisionStatus.APPROVED
    items = list(decision.standing_items())
    decision.mark_cancelled(by=by, reason=reason)
    for item in items:
        item.closed_at = timezone.now()
        item.record(by=by, reason="Quyết định bị hủy")
        if was_approved and item.version:
            _redraft(item.version, by=by, reason=reason)


def _redraft(version: ProcedureVersion, *, by: User, reason: str) -> None:
    people = [link.person for link in version.author_links.filter(removed_at=None)]
    version.discard(by=by, reason=reason)
    draft = start_version(
        version.procedure,
        by=version.created_by,
        content=version.document,
        change_type=version.change_type,
        base=version.base,
    )
    set_authors(draft, people or [version.created_by], by=by)


@dataclass(frozen=True)
class PaperIssue:
    """What a paper shows of a procedure that was issued before this system."""

    issue_no: int
    revision_no: int | None
    decision_no: str
    decided_on: dt.date
    effective_on: dt.date
    ended_on: dt.date | None = None
    signers: tuple[tuple[str, str, str], ...] = ()  # act, name, position
    scan: StoredFile | None = None


@transaction.atomic
def register_paper(
    procedure: Procedure, paper: PaperIssue, *, by: User, content: Content
) -> ProcedureVersion:
    """Record a version that was issued on paper; it counts only when a leader accepts it.

    Raises ValidationError for dates that contradict each other or lie in the future, or a number
    that the procedure has already.
    """
    if paper.decided_on > today():
        raise ValidationError({"decided_on": "Ngày quyết định không được ở tương lai."})
    if paper.effective_on < paper.decided_on:
        raise ValidationError({"effective_on": "Ngày hiệu lực không được trước ngày quyết định."})
    same = procedure.versions.filter(
        issue_no=paper.issue_no, revision_no=paper.revision_no
    ).exclude(status=VersionStatus.DISCARDED)
    if same.exists():
        raise ValidationError({"issue_no": "Lần ban hành này đã có."})
    version = start_version(
        procedure,
        by=by,
        content=content,
        change_type=ProcedureVersion.Change.REISSUE,
        origin=ProcedureVersion.Origin.PAPER,
    )
    version.issue_no, version.revision_no = paper.issue_no, paper.revision_no
    version.scan = paper.scan
    version.record(by=by, reason="Ghi nhận tài liệu đã ban hành trên giấy")
    for act, name, position in paper.signers:
        sign_as_text(
            version,
            act,
            name=name,
            position=position,
            on=paper.decided_on,
            sha256=version.content_sha256,
            recorded_by=by,
        )
    item = DecisionItem(
        decision=_paper_decision(procedure, paper, by=by),
        kind=DecisionItem.Kind.ISSUE,
        procedure=procedure,
        version=version,
        effective_on=paper.effective_on,
    )
    item.record(by=by, reason="Ghi nhận tài liệu đã ban hành trên giấy")
    return version


def _paper_decision(procedure: Procedure, paper: PaperIssue, *, by: User) -> Decision:
    known = Decision.objects.filter(
        agency=procedure.agency, number=clean(paper.decision_no), signed_on=paper.decided_on
    ).first()
    if known is not None:
        return known
    decision = Decision(
        agency=procedure.agency,
        issuer_name=procedure.issuer_name,
        origin=Decision.Origin.PAPER,
        subject="Ban hành tài liệu hệ thống quản lý chất lượng",
        number=clean(paper.decision_no),
        signed_on=paper.decided_on,
        effective_on=paper.effective_on,
        composed_by=by,
    )
    decision.record(by=by, reason="Ghi nhận quyết định trên giấy")
    return decision


@transaction.atomic
def accept_paper(
    version: ProcedureVersion,
    *,
    by: User,
    seen: str,
    signing: Signing,
    ended_on: dt.date | None = None,
) -> None:
    """Take a version over from paper: it is issued, and in force for the days its paper says.

    `ended_on` is the first day on which it was not in force any more. Raises what
    `ProcedureVersion.accept_paper` and `open_period` raise.
    """
    version.accept_paper(by=by, seen=seen, signing=signing)
    item = version.decision_items.get(closed_at=None)
    decision = item.decision
    if decision.status != DecisionStatus.ISSUED:
        decision.mark_issued(
            by=by,
            number=decision.number,
            signed_on=decision.signed_on or today(),
            effective_on=decision.effective_on or today(),
            signed_file=None,
        )
    begins = item.effective_on or decision.effective_on
    if begins is None:
        raise ValidationError("Chưa ghi ngày hiệu lực.")
    open_period(item, valid_from=begins, by=by, valid_to=ended_on)
    item.closed_at = timezone.now()
    item.record(by=by, reason="Chấp nhận tài liệu đã ban hành trên giấy")
    keys = [version.pk]
    transaction.on_commit(lambda: make_renditions(keys, by=by))


@transaction.atomic
def issue_form(form: Form, file: StoredFile, *, valid_from: dt.date, by: User) -> FormIssue:
    """Give a form its next issue, the one to fill in from `valid_from` on.

    Raises ValidationError where an issue begins on that very day or a later one stands.
    """
    later = form.issues.filter(valid_from__gte=valid_from).exists()
    if later:
        raise ValidationError(
            {"valid_from": "Đã có lần ban hành mẫu dùng từ ngày này hoặc sau đó."}
        )
    last = form.issues.order_by("-issue_no").first()
    issue = FormIssue(
        form=form, issue_no=(last.issue_no if last else 0) + 1, file=file, valid_from=valid_from
    )
    issue.record(by=by, reason="Ban hành biểu mẫu")
    return issue


def make_renditions(keys: Iterable[int], *, by: User) -> int:
    """Make and keep the PDF of each issued version that has none yet; return how many.

    Runs after the transaction that issued them; a failure is mended by running it again.
    """
    made = 0
    waiting = ProcedureVersion.objects.filter(
        pk__in=list(keys), status=VersionStatus.ISSUED, rendition=None
    )
    for version in waiting.select_related("procedure__agency__profile"):
        data = version_pdf(printed_version(version))
        stored = files.store(
            data, f"{version.procedure.slug}-{version.number_slug}.pdf", kind="pdf", by=by
        )
        with transaction.atomic():
            Rendition.objects.get_or_create(version=version, defaults={"file": stored})
        made += 1
    return made


def _must_compose(decision: Decision) -> None:
    if decision.locked().status != DecisionStatus.COMPOSING:
        raise TransitionNotAllowed("Quyết định không còn ở bước soạn, không thêm bớt được.")


def _add(
    decision: Decision,
    kind: str,
    procedure: Procedure,
    version: ProcedureVersion | None,
    *,
    by: User,
) -> DecisionItem:
    held = procedure.decision_items.filter(closed_at=None).select_related("decision").first()
    if held is not None:
        raise ValidationError(f"{procedure.code} đang nằm trong “{held.decision}”.")
    item = DecisionItem(decision=decision, kind=kind, procedure=procedure, version=version)
    item.record(by=by, reason="Đưa vào quyết định")
    return item


def open_decisions_of(agency: Unit) -> list[Decision]:
    """Return the agency's decisions that are neither issued nor given up."""
    return list(Decision.objects.filter(agency=agency, status__in=OPEN_DECISION))
