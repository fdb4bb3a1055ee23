"""Who may do what, one predicate a capability; all stand on the grants of the day (DESIGN §3).

The verbs and the constraints enforce separation once more; these spare people the refusal.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from procedures.models import (
    ChangeRequest,
    Decision,
    Exclusion,
    InForcePeriod,
    Procedure,
    ProcedureGrant,
    ProcedureVersion,
    VersionAuthor,
)
from procedures.workflow import ChangeRequestStatus, DecisionStatus, VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import (
    AgencyProfile,
    Unit,
    has_role,
    held_objects,
    holders_of,
    roles_of,
    units_of,
)
from qms.organisation.roles import Role

_READERS = tuple(role for role in Role if role is not Role.SYSTEM_ADMIN)


def reader_agencies(user: Any, *, on: dt.date | None = None) -> QuerySet[Unit]:
    """Return the agencies whose documents in force `user` reads: those they belong to."""
    wanted = Q(pk__in=[])
    for role, path in roles_of(user, on=on):
        if role in _READERS:
            ids = [int(part) for part in path.split("/") if part]
            wanted |= Q(path__startswith=path) | Q(pk__in=ids)
    return Unit.objects.agencies().filter(wanted)


def visible_procedures(user: Any) -> QuerySet[Procedure]:
    """Return the procedures whose issued versions `user` may read.

    Members of the agency read all that is not restricted; everybody reads the TTHC procedures of
    an agency that allows it. A restricted one is for its secretary and leaders. Members of the
    agency to which one was handed over read what it was. Beyond that, each may read what was
    granted to them for today.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        public = Q(kind=Procedure.Kind.TTHC, agency__profile__public_reading=True)
        return Procedure.objects.filter(public, is_restricted=False)
    open_to_all = Q(kind=Procedure.Kind.TTHC, agency__profile__public_reading=True)
    agencies = reader_agencies(user)
    taken_over = Procedure.objects.filter(agency__in=agencies, predecessor__isnull=False)
    members = Q(agency__in=agencies) | Q(pk__in=taken_over.order_by().values("predecessor"))
    trusted = Q(owner__in=units_of(user, Role.ISO_SECRETARY, Role.LEADER))
    granted = Q(pk__in=ProcedureGrant.objects.held_by(user, on=today()).values("content_object"))
    return Procedure.objects.filter(
        ((open_to_all | members) & Q(is_restricted=False)) | trusted | granted
    )


def is_closed_to_strangers() -> bool:
    """Tell whether no agency lets people without an account read its TTHC procedures."""
    allowed = set(AgencyProfile.objects.values_list("public_reading", flat=True))
    return allowed == {False}


def visible_issued(user: Any) -> QuerySet[ProcedureVersion]:
    """Return the issued versions, of any time, that `user` may read."""
    return ProcedureVersion.objects.filter(
        status=VersionStatus.ISSUED, procedure__in=visible_procedures(user)
    )


def visible_drafts(user: Any, *, on: dt.date | None = None) -> QuerySet[ProcedureVersion]:
    """Return the versions not yet issued that `user` may see.

    Its authors and the secretary always; those who may review once it is in review; leaders once
    it is reviewed; the clerk once it is approved.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return ProcedureVersion.objects.none()
    writes = VersionAuthor.objects.filter(version=OuterRef("pk"), person=user, removed_at=None)

    def over(role: Role) -> Q:
        return Q(procedure__owner__in=units_of(user, role, on=on))

    started = Q(
        status__in=[VersionStatus.IN_REVIEW, VersionStatus.REVIEWED, VersionStatus.APPROVED]
    )
    paper = Q(origin=ProcedureVersion.Origin.PAPER)
    wanted = (
        Exists(writes)
        | Q(created_by=user)
        | over(Role.ISO_SECRETARY)
        | (over(Role.UNIT_HEAD) & started)
        | (over(Role.LEADER) & (started | paper))
        | (over(Role.CLERK) & Q(status=VersionStatus.APPROVED))
    )
    return ProcedureVersion.objects.exclude(status=VersionStatus.ISSUED).filter(wanted)


def visible_decisions(user: Any, *, on: dt.date | None = None) -> QuerySet[Decision]:
    """Return the decisions `user` may see: members the issued ones, the deciding roles all."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Decision.objects.none()
    deciding = Q(pk__in=[])
    for role in (Role.ISO_SECRETARY, Role.LEADER, Role.CLERK):
        deciding |= Q(agency__in=units_of(user, role, on=on))
    issued = Q(status__in=[DecisionStatus.ISSUED, DecisionStatus.WITHDRAWN])
    return Decision.objects.filter(deciding | (issued & Q(agency__in=reader_agencies(user, on=on))))


def is_secretary(user: Any, unit: Unit | None = None, *, on: dt.date | None = None) -> bool:
    """Keeps the quality system of `unit` (None: of any)."""
    return has_role(user, Role.ISO_SECRETARY, unit=unit, on=on)


def is_leader(user: Any, unit: Unit | None = None, *, on: dt.date | None = None) -> bool:
    """Signs for `unit` (None: for any)."""
    return has_role(user, Role.LEADER, unit=unit, on=on)


def is_clerk(user: Any, unit: Unit | None = None, *, on: dt.date | None = None) -> bool:
    """Numbers what is signed: văn thư or secretary of `unit` (None: of any)."""
    return has_role(user, Role.CLERK, Role.ISO_SECRETARY, unit=unit, on=on)


def can_start(user: Any, unit: Unit | None = None, *, on: dt.date | None = None) -> bool:
    """Starts drafts, imports lists, registers paper, composes decisions: the secretary."""
    return is_secretary(user, unit, on=on)


def can_start_for(user: Any, unit_paths: Iterable[str], *, on: dt.date | None = None) -> bool:
    """Starts a draft for what a unit on one of the paths answers for: its secretary."""
    held = [path for role, path in roles_of(user, on=on) if role == Role.ISO_SECRETARY]
    return any(path.startswith(above) for path in unit_paths for above in held)


def can_edit(user: Any, version: ProcedureVersion, *, on: dt.date | None = None) -> bool:
    """Writes the draft: its named authors, and the secretary of its owner."""
    return version.status == VersionStatus.DRAFT and (
        user.pk in version.author_ids() or is_secretary(user, version.procedure.owner, on=on)
    )


def can_submit(user: Any, version: ProcedureVersion, *, on: dt.date | None = None) -> bool:
    return version.origin == ProcedureVersion.Origin.SYSTEM and can_edit(user, version, on=on)


def can_discard(user: Any, version: ProcedureVersion, *, on: dt.date | None = None) -> bool:
    """Gives a draft up: the secretary of its owner."""
    return version.status == VersionStatus.DRAFT and is_secretary(
        user, version.procedure.owner, on=on
    )


def can_review(
    user: Any,
    version: ProcedureVersion,
    *,
    on: dt.date | None = None,
    heads: Sequence[tuple[str, int]] | None = None,
) -> bool:
    """Reviews what is in review and somebody else wrote.

    The head of the owning unit; where it has none but the authors, a leader, who then may not
    approve. `heads` are the holders of that role, where the caller has them for many versions.
    """
    writers = version.author_ids()
    if version.submitted_by_id:
        writers.add(version.submitted_by_id)
    if version.status != VersionStatus.IN_REVIEW or user.pk in writers:
        return False
    owner = version.procedure.owner
    if has_role(user, Role.UNIT_HEAD, unit=owner, on=on):
        return True
    if not is_leader(user, owner, on=on):
        return False
    holders = holders_of(Role.UNIT_HEAD, on=on) if heads is None else heads
    over = {person for path, person in holders if (owner.path or "").startswith(path)}
    return not over - writers


def can_return(user: Any, version: ProcedureVersion, *, on: dt.date | None = None) -> bool:
    """Returns a version with a comment: the reviewer, the secretary, and leaders once reviewed."""
    if version.status == VersionStatus.IN_REVIEW:
        return can_review(user, version, on=on)
    if version.status != VersionStatus.REVIEWED:
        return False
    owner = version.procedure.owner
    return is_leader(user, owner, on=on) or is_secretary(user, owner, on=on)


def can_accept_paper(user: Any, version: ProcedureVersion, *, on: dt.date | None = None) -> bool:
    """Takes over what was issued on paper: a leader who did not record it."""
    return (
        version.origin == ProcedureVersion.Origin.PAPER
        and version.status == VersionStatus.DRAFT
        and user.pk != version.created_by_id
        and is_leader(user, version.procedure.owner, on=on)
    )


def can_compose(user: Any, decision: Decision, *, on: dt.date | None = None) -> bool:
    """Puts procedures in and out of a decision made here, and lays it before the leader."""
    return (
        decision.origin == Decision.Origin.SYSTEM
        and decision.status == DecisionStatus.COMPOSING
        and is_secretary(user, decision.agency, on=on)
    )


def can_cancel(user: Any, decision: Decision, *, on: dt.date | None = None) -> bool:
    """Gives up a decision made here that was not issued: its secretary, or a leader."""
    waiting = (DecisionStatus.COMPOSING, DecisionStatus.SUBMITTED, DecisionStatus.APPROVED)
    is_open = decision.origin == Decision.Origin.SYSTEM and decision.status in waiting
    return is_open and (
        is_secretary(user, decision.agency, on=on) or is_leader(user, decision.agency, on=on)
    )


def can_approve(user: Any, decision: Decision, *, on: dt.date | None = None) -> bool:
    """Signs the decision: a leader who wrote, submitted and reviewed none of its versions."""
    return (
        decision.status == DecisionStatus.SUBMITTED
        and is_leader(user, decision.agency, on=on)
        and not had_a_part(user, decision)
    )


def had_a_part(user: Any, decision: Decision) -> bool:
    """Wrote, submitted or reviewed a version that stands in the decision."""
    versions = (item.version for item in decision.items.all() if item.removed_at is None)
    return any(
        user.pk in version.author_ids() | {version.submitted_by_id, version.reviewed_by_id}
        for version in versions
        if version
    )


def can_number(user: Any, decision: Decision, *, on: dt.date | None = None) -> bool:
    """Enters number, date and effect of an approved decision: văn thư or secretary."""
    return decision.status == DecisionStatus.APPROVED and is_clerk(user, decision.agency, on=on)


def in_force_exists(on: dt.date | None = None) -> Exists:
    """Return the condition that a procedure has a version in force on the day (None: today)."""
    periods = InForcePeriod.objects.valid(on=on or today())
    return Exists(periods.filter(procedure=OuterRef("pk")))


def readable_units(user: Any, *, on: dt.date | None = None) -> QuerySet[Unit]:
    """Return the units whose TTHC and coverage `user` sees: all of the agencies they belong to."""
    agencies = reader_agencies(user, on=on).filter(path__isnull=False)
    # Bare, an outer column knows no lookup; it has to say what type of column it is.
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    above = agencies.annotate(below=path).filter(below__startswith=F("path"))
    return Unit.objects.filter(Exists(above))


def may_read(user: Any, *, is_restricted: bool, owner_path: str, procedure_id: int) -> bool:
    """Reads a procedure of the own agency, as `visible_procedures` has it, of facts read before.

    A restricted one its secretary and leaders, and those to whom it is granted today.
    """
    if not is_restricted:
        return True
    trusted = any(
        role in (Role.ISO_SECRETARY, Role.LEADER) and owner_path.startswith(path)
        for role, path in roles_of(user)
    )
    return trusted or procedure_id in _granted_today(user)


def _granted_today(user: Any) -> set[int]:
    """Return the keys of what `user` was granted; read once for each user object and day."""
    kept: dict[dt.date, set[int]] = user.__dict__.setdefault("_granted_reading", {})
    day = today()
    if day not in kept:
        kept[day] = held_objects(user, ProcedureGrant, on=day)
    return kept[day]


def can_restrict(user: Any, procedure: Procedure, *, on: dt.date | None = None) -> bool:
    """Says who reads the procedure beside those who always do: the secretary of its owner."""
    return is_secretary(user, procedure.owner, on=on)


def can_propose_exclusion(user: Any, unit: Unit, *, on: dt.date | None = None) -> bool:
    """Proposes to take a responsibility of `unit` out of the count: its secretary."""
    return is_secretary(user, unit, on=on)


def can_answer_exclusion(user: Any, exclusion: Exclusion, *, on: dt.date | None = None) -> bool:
    """Accepts or refuses it: a leader of the unit who did not propose it."""
    return (
        exclusion.accepted_at is None
        and exclusion.refused_at is None
        and exclusion.proposed_by_id != user.pk
        and is_leader(user, exclusion.responsibility.unit, on=on)
    )


def requestable_procedures(user: Any) -> QuerySet[Procedure]:
    """Return the procedures of which `user` may ask a change: those they read an issue of."""
    editions = InForcePeriod.objects.standing().filter(procedure=OuterRef("pk"))
    return visible_procedures(user).annotate(has_edition=Exists(editions)).filter(has_edition=True)


def visible_change_requests(user: Any) -> QuerySet[ChangeRequest]:
    """Return the requests `user` may see, all on procedures that they may read.

    The secretary and the leaders see those of their units, others their own, and the authors of a
    version those that it takes up.
    """
    writes = VersionAuthor.objects.filter(
        version=OuterRef("version"), person=user.pk, removed_at=None
    )
    wanted = (
        Q(requested_by=user.pk)
        | Q(procedure__owner__in=units_of(user, Role.ISO_SECRETARY))
        | Q(procedure__owner__in=units_of(user, Role.LEADER))
        | Exists(writes)
    )
    return ChangeRequest.objects.filter(wanted, procedure__in=visible_procedures(user))


def can_answer_change(user: Any, change: ChangeRequest, *, on: dt.date | None = None) -> bool:
    """Accepts or refuses it, says which version answers it: the secretary of the procedure."""
    open_states = (ChangeRequestStatus.REQUESTED, ChangeRequestStatus.ACCEPTED)
    return change.status in open_states and is_secretary(user, change.procedure.owner, on=on)
