"""Who may audit what: doubts of independence and of competence, only read here.

ISO 9001:2015, 9.2.2 c; DESIGN §2, audits: the named handler of sampled work and whoever approved
the procedure are refused; author, reviewer, owner, same title or unit need one reason,
countersigned. A small office has no one else.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from audits.models import (
    Audit,
    AuditMember,
    AuditorCertificate,
    AuditSubject,
    DossierHandler,
    SampledDossier,
)
from procedures.models import Procedure, ProcedureVersion, StepDuty
from qms.foundation.dates import format_date, valid_on
from qms.foundation.text import comparison_key
from qms.organisation.models import Post, Unit, UnitGrant, User
from qms.organisation.roles import Role

REFUSE = "refuse"
WARN = "warn"


@dataclass(frozen=True)
class Conflict:
    """One doubt about one person. `text` is the sentence that a leader countersigns."""

    kind: str
    level: str
    text: str


@dataclass(frozen=True)
class Doubt:
    """A member of the team with what stands against auditing now."""

    member: AuditMember
    conflicts: tuple[Conflict, ...]

    @property
    def is_refused(self) -> bool:
        return any(conflict.level == REFUSE for conflict in self.conflicts)

    @property
    def texts(self) -> list[str]:
        return [conflict.text for conflict in self.conflicts]


@dataclass
class _Scope:
    """What is audited on the day, and the people it names; read once for all of a team."""

    versions: list[ProcedureVersion]
    units: list[Unit]
    handlers: list[DossierHandler]
    duties: dict[int, list[ProcedureVersion]] = field(default_factory=dict)  # by position


@dataclass
class _Person:
    """Where a person works on the day."""

    posts: list[Post] = field(default_factory=list)
    headed: set[str] = field(default_factory=set)  # paths of units


def conflicts(audit: Audit, person: User) -> list[Conflict]:
    """Return the doubts about `person` auditing what is in scope now, the gravest first."""
    return conflicts_of(audit, [person])[person.pk]


def conflicts_of(
    audit: Audit, people: Sequence[User], *, procedures: Iterable[Procedure] = ()
) -> dict[int, list[Conflict]]:
    """Return the doubts by person, with a number of queries that does not grow with the team.

    `procedures` are looked at as if they were in scope too.
    """
    scope = _read_scope(audit, procedures)
    known = _read_people(people, on=audit.day)
    return {person.pk: _judge(person, known[person.pk], scope) for person in people}


def versions_on(audit: Audit, procedures: Iterable[Procedure] = ()) -> list[ProcedureVersion]:
    """Return the versions that the audit judges by: in force on its day, or of a dossier."""
    subjects = AuditSubject.objects.filter(
        audit=audit, removed_at=None, procedure__isnull=False
    ).values("procedure")
    named = [procedure.pk for procedure in procedures]
    in_force = ProcedureVersion.objects.in_force(on=audit.day)
    sampled = SampledDossier.objects.filter(audit=audit, removed_at=None).values("version")
    wanted = (
        in_force.filter(procedure__in=subjects)
        | in_force.filter(procedure__in=named)
        | ProcedureVersion.objects.filter(pk__in=sampled)
    )
    return list(
        ProcedureVersion.objects.filter(pk__in=wanted.values("pk"))
        .select_related("procedure__owner")
        .prefetch_related("author_links")
        .order_by("procedure__sort_key", "pk")
    )


def _read_scope(audit: Audit, procedures: Iterable[Procedure]) -> _Scope:
    versions = versions_on(audit, procedures)
    subjects = AuditSubject.objects.filter(audit=audit, removed_at=None, unit__isnull=False)
    handlers = DossierHandler.objects.filter(
        dossier__audit=audit, dossier__removed_at=None, removed_at=None
    ).select_related("dossier__procedure")
    by_key = {version.pk: version for version in versions}
    duties: dict[int, list[ProcedureVersion]] = defaultdict(list)
    for version_id, position_id in (
        StepDuty.objects.filter(version__in=by_key)
        .values_list("version_id", "position_id")
        .distinct()
        .order_by("version_id", "position_id")
    ):
        duties[position_id].append(by_key[version_id])
    units = {s.unit_id: s.unit for s in subjects.select_related("unit") if s.unit}
    return _Scope(versions, list(units.values()), list(handlers), duties)


def _read_people(people: Sequence[User], *, on: dt.date) -> dict[int, _Person]:
    known = {person.pk: _Person() for person in people}
    posts = Post.objects.filter(valid_on(on), person__in=people)
    for post in posts.select_related("unit", "position"):
        known[post.person_id].posts.append(post)
    heads = UnitGrant.objects.valid(on=on).filter(
        user__in=people, permission__codename=Role.UNIT_HEAD
    )
    for user_id, path in heads.values_list("user_id", "content_object__path"):
        known[user_id].headed.add(path or "")
    return known


def _judge(person: User, place: _Person, scope: _Scope) -> list[Conflict]:
    found = [
        *_handled(person, scope.handlers),
        *_wrote(person, scope.versions),
        *_belongs(place, scope),
        *_same_title(place, scope),
    ]
    unique = dict.fromkeys(found)
    return sorted(unique, key=lambda conflict: conflict.level != REFUSE)


def _handled(person: User, handlers: Iterable[DossierHandler]) -> Iterable[Conflict]:
    for handler in handlers:
        where = f"hồ sơ {handler.dossier.code} ({handler.dossier.procedure.code})"
        if handler.person_id == person.pk:
            yield Conflict("handler", REFUSE, f"Đã giải quyết {where} trong mẫu.")
        elif handler.person_id is None and comparison_key(handler.name) == comparison_key(
            person.full_name
        ):
            yield Conflict("namesake", WARN, f"Trùng tên với người giải quyết {where}.")


def _wrote(person: User, versions: Iterable[ProcedureVersion]) -> Iterable[Conflict]:
    for version in versions:
        if version.approved_by_id == person.pk:
            yield Conflict("approver", REFUSE, f"Đã phê duyệt {version}.")
        if person.pk in version.author_ids() or version.submitted_by_id == person.pk:
            yield Conflict("author", WARN, f"Đã soạn thảo {version}.")
        if version.reviewed_by_id == person.pk:
            yield Conflict("reviewer", WARN, f"Đã xem xét {version}.")


def _works_in(place: _Person, unit: Unit) -> bool:
    """Tell whether the person works in the unit or below it, or heads it.

    Of an agency only those who are in no section of it: else everybody would.
    """
    path = unit.path or ""
    if path in place.headed:
        return True
    if unit.kind == Unit.Kind.AGENCY:
        return any(post.unit_id == unit.pk for post in place.posts)
    return any((post.unit.path or "").startswith(path) for post in place.posts)


def _belongs(place: _Person, scope: _Scope) -> Iterable[Conflict]:
    for version in scope.versions:
        procedure = version.procedure
        if _works_in(place, procedure.owner):
            owner = f"{procedure.owner}, đơn vị quản lý {procedure.code}"
            yield Conflict("owner", WARN, f"Công tác tại {owner}.")
    for unit in scope.units:
        if _works_in(place, unit):
            yield Conflict("unit", WARN, f"Công tác tại đơn vị được đánh giá: {unit}.")


def _same_title(place: _Person, scope: _Scope) -> Iterable[Conflict]:
    for post in place.posts:
        for version in scope.duties.get(post.position_id, []):
            title = f"{post.position}, chức danh thực hiện {version.procedure.code}"
            yield Conflict("title", WARN, f"Cùng chức danh {title}.")


# --- the team ---


def standing_doubts(audit: Audit) -> list[Doubt]:
    """Return the auditing members against whom something stands that nobody has borne.

    What is refused can be borne by nobody. A warning is borne where its very sentence is among
    those that a leader countersigned.
    """
    members = auditing_members(audit)
    found = conflicts_of(audit, [member.person for member in members])
    return [
        Doubt(member, open_conflicts)
        for member in members
        if (open_conflicts := unborne(member, found[member.person_id]))
    ]


def unborne(member: AuditMember, found: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """Return those of `found` that no leader has borne for this member."""
    borne = set(member.conflicts) if member.countersigned_at else set()
    return tuple(c for c in found if c.level == REFUSE or c.text not in borne)


def auditing_members(audit: Audit) -> list[AuditMember]:
    """Return those who audit, the lead first; observers look on and need no independence."""
    members = audit.members.filter(removed_at=None).exclude(role=AuditMember.Role.OBSERVER)
    listed = members.select_related("person").order_by("pk")
    return sorted(listed, key=lambda member: member.role != AuditMember.Role.LEAD)


def check_handlers(
    audit: Audit, people: Iterable[User], *, version: ProcedureVersion | None = None
) -> list[str]:
    """Return why a dossier that `people` handled cannot be sampled here; empty if it can.

    Whoever handled it, or approved the `version` it is judged by, may not be of the team. Call it
    with the audit locked (`must_be_open`), lest somebody joins meanwhile.
    """
    members = auditing_members(audit)
    auditing = {member.person_id for member in members}
    wrong = [
        f"{person} là thành viên đoàn đánh giá nên không được đánh giá hồ sơ do mình giải quyết. "
        "Hãy chọn hồ sơ khác, hoặc thay thành viên đoàn."
        for person in people
        if person.pk in auditing
    ]
    wrong += [
        f"{member.person} đã phê duyệt {version} nên không được đánh giá hồ sơ theo bản này."
        for member in members
        if version is not None and version.approved_by_id == member.person_id
    ]
    return wrong


def certificate_warnings(person: User, edition: str, on: dt.date) -> list[str]:
    """Return what is wanting in the person's certificates on the day; no one countersigns it."""
    return certificate_warnings_of([person], edition, on)[person.pk]


def certificate_warnings_of(
    people: Sequence[User], edition: str, on: dt.date
) -> dict[int, list[str]]:
    """Return `certificate_warnings` by person, in one query."""
    held: dict[int, list[AuditorCertificate]] = defaultdict(list)
    for certificate in AuditorCertificate.objects.filter(person__in=people, withdrawn_at=None):
        held[certificate.person_id].append(certificate)
    return {person.pk: _wanting(held[person.pk], edition, on) for person in people}


def _wanting(held: list[AuditorCertificate], edition: str, on: dt.date) -> list[str]:
    if not held:
        return ["Chưa có chứng chỉ chuyên gia đánh giá."]
    valid = [c for c in held if c.issued_on <= on and (c.valid_to is None or c.valid_to > on)]
    if any(c.edition == edition for c in valid):
        return []
    if valid:
        named = ", ".join(sorted({c.edition for c in valid}))
        return [f"Chứng chỉ theo {named}, không theo {edition}."]
    ended = [c.valid_to for c in held if c.valid_to and c.valid_to <= on]
    if ended:
        return [f"Chứng chỉ đã hết hạn từ {format_date(max(ended))}."]
    return ["Chứng chỉ cấp sau ngày đánh giá."]
