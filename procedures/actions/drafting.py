"""Starting drafts, and naming who writes them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from procedures.content import Content
from procedures.models import (
    ChangeRequest,
    Procedure,
    ProcedureVersion,
    VersionAuthor,
    rebuild_links,
)
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.text import clean
from qms.organisation.models import Unit, User
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
    return start_version(
        make_procedure(new, by=by, reason="Lập quy trình"),
        by=by,
        content=content.revised(title=content.title or new.title),
        change_type=ProcedureVersion.Change.REISSUE,
    )


def make_procedure(new: NewProcedure, *, by: User, reason: str) -> Procedure:
    """Make a procedure without any version; call it in the transaction that gives it one."""
    lock_agency(new.agency)
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
    procedure.record(by=by, reason=reason)
    return procedure


def lock_agency(agency: Unit) -> None:
    """Let who gives out codes and numbers of the agency wait for each other."""
    Unit.objects.select_for_update(of=("self",)).get(pk=agency.pk)


@transaction.atomic
def start_version(
    procedure: Procedure,
    *,
    by: User,
    content: Content,
    change_type: str,
    base: ProcedureVersion | None = None,
    origin: str = ProcedureVersion.Origin.SYSTEM,
    takes_up: Iterable[ChangeRequest] = (),
) -> ProcedureVersion:
    """Start a draft of `procedure`, `by` its first author; it takes up the requests `takes_up`.

    Raises ValidationError when one is open already, or the procedure is being abolished, and what
    `ChangeRequest.take_up` raises.
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
    for change in takes_up:
        change.take_up(version, by=by)
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


def taken_up_by(version: ProcedureVersion) -> list[ChangeRequest]:
    """Return the requests that wait for `version`, locked; call it inside a transaction."""
    waiting = ChangeRequest.objects.taken_up_by(version).select_for_update(of=("self",))
    return list(waiting.select_related("procedure", "version__procedure").order_by("pk"))


@transaction.atomic
def discard_version(version: ProcedureVersion, *, by: User, reason: str) -> None:
    """Give a draft up. One taken over from paper leaves its decision, which falls with its last.

    The requests that it took up are parked again. Raises TransitionNotAllowed for an approved
    version, which falls with its decision alone, and what `ProcedureVersion.discard` raises.
    """
    if version.status == VersionStatus.APPROVED:
        raise TransitionNotAllowed(
            "Bản này đã được phê duyệt trong một quyết định, không hủy riêng được. "
            "Nếu không ban hành nữa, hãy hủy quyết định đó."
        )
    item = version.decision_items.filter(closed_at=None).select_related("decision").first()
    version.discard(by=by, reason=reason)
    for change in taken_up_by(version):
        change.release(by=by, reason=f"Bản đang soạn bị hủy: {clean(reason)}")
    if item is None:
        return
    item.take_out(by=by, reason=f"Hủy: {clean(reason)}")
    decision = item.decision.locked()
    if decision.status == DecisionStatus.COMPOSING and not decision.standing_items().exists():
        decision.mark_cancelled(by=by, reason=reason)
