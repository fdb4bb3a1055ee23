"""Reorganising units and positions from a day on, with all that hangs on them; all or none."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.actions.bundles import add_draft, draft_into, open_bundle
from procedures.actions.deciding import compose_decision
from procedures.actions.drafting import NewProcedure, lock_agency, make_procedure, start_version
from procedures.models import (
    Decision,
    DraftBundle,
    Exclusion,
    OrganisationChange,
    Procedure,
    ProcedureVersion,
    Responsibility,
)
from procedures.permissions.bundles import can_reorganise
from procedures.prefill import next_code
from procedures.renaming import Names, renamed
from procedures.reorganisation import Kind, Plan, Reorganisation, Rewriting, is_carried, plan_of
from qms.foundation.dates import format_date, today
from qms.foundation.text import fold
from qms.organisation.models import Position, Unit, User
from qms.organisation.reorganising import (
    begin_position,
    begin_unit,
    end_unit,
    hand_over,
)
from qms.records.workflow import SeenVersionChanged


@dataclass(frozen=True)
class Reorganised:
    """What was made: a bundle of drafts for each agency, and the decision that abolishes."""

    bundles: list[DraftBundle]
    decision: Decision | None = None


@transaction.atomic
def reorganise(change: Reorganisation, *, by: User, seen: str) -> Reorganised:
    """Carry `change` out: units, posts, roles, responsibilities, owners, drafts.

    `seen` is `Plan.digest()` as it was shown. Old rows end on the day, new ones begin; versions
    that exist stay as they are. Raises ValidationError where `by` is not the secretary of all
    concerned or it cannot be done, SeenVersionChanged where it would touch something else by now.
    """
    _must_be_allowed(change, by)
    lock_agency(change.agency)
    plan = plan_of(change)
    if plan.digest() != seen:
        raise SeenVersionChanged(
            "Dữ liệu đã thay đổi sau khi bạn mở trang. Hãy xem lại rồi xác nhận."
        )
    if change.position is not None:
        return _rename_position(plan, change.position, by)
    work = _Work(plan, by, _successors(change, by))
    work.succeed_units()
    work.hand_over_people()
    work.hand_over_duties()
    work.hand_over_procedures()
    if change.is_handover:
        return _hand_to_agencies(work)
    return Reorganised([_redraft(work)])


def _must_be_allowed(change: Reorganisation, by: User) -> None:
    concerned = [change.agency, *change.olds, *change.targets]
    concerned += [change.parent] if change.parent else []
    for unit in concerned:
        if not can_reorganise(by, unit):
            raise ValidationError(f"Chỉ thư ký ISO phụ trách {unit} mới sắp xếp được đơn vị này.")


def _successors(change: Reorganisation, by: User) -> list[Unit]:
    """Return what follows the units that end: those there already, then those that begin now."""
    begun = [
        begin_unit(
            name,
            like=change.olds[0],
            parent=change.parent or change.olds[0].parent,
            on=change.on,
            by=by,
            reason=change.title,
        )
        for name in change.names
    ]
    return [*change.targets, *begun]


@dataclass
class _Work:
    """A plan being carried out: which unit has come in the place of which."""

    plan: Plan
    by: User
    successors: list[Unit]
    carried: dict[int, Unit] = field(default_factory=dict)  # by the key of the old unit

    @property
    def change(self) -> Reorganisation:
        return self.plan.change

    @property
    def reason(self) -> str:
        return f"{self.change.title}: {self.change.reason}"[:500]

    def place(self, unit: Unit, index: int) -> Unit:
        """Return what has come in the place of `unit` for what goes to the successor `index`."""
        if unit.pk in self.carried:
            return self.carried[unit.pk]
        if any(unit.pk == old.pk for old in self.change.olds):
            return self.successors[index]
        return _counterpart(unit, self.successors[index], self.change)

    def succeed_units(self) -> None:
        """Begin what goes on below, parents first, and end what was, each with its successor."""
        for unit in self.plan.below:
            if is_carried(self.change, unit) and unit.parent is not None:
                above = self.place(unit.parent, self.change.chosen(f"unit-{unit.pk}"))
                self.carried[unit.pk] = begin_unit(
                    unit.name,
                    like=unit,
                    parent=above,
                    on=self.change.on,
                    by=self.by,
                    reason=self.reason,
                )
        for unit in self.plan.units:
            several = len(self.successors) > 1 and unit.pk not in self.carried
            successor = None if several else self.place(unit, 0)
            end_unit(unit, on=self.change.on, successor=successor, by=self.by, reason=self.reason)

    def hand_over_people(self) -> None:
        """Let posts and roles end on the day and begin anew where each person goes."""
        for post in self.plan.posts:
            unit = self.place(post.unit, self.change.chosen(f"person-{post.person_id}"))
            hand_over(post, [{"unit": unit}], on=self.change.on, by=self.by, reason=self.reason)
        for grant in self.plan.grants:
            unit = self.place(grant.content_object, self.change.chosen(f"person-{grant.user_id}"))
            hand_over(
                grant, [{"content_object": unit}], on=self.change.on, by=self.by, reason=self.reason
            )

    def hand_over_duties(self) -> None:
        """Let responsibilities end and begin anew; what was out of the count is proposed anew.

        A leader's signature is on the old responsibility alone, so the new one counts meanwhile.
        """
        excluded = {each.responsibility_id: each for each in self.plan.exclusions}
        for duty in self.plan.duties:
            places = (
                range(len(self.successors))
                if self.change.is_handover
                else [self.change.chosen(f"duty-{duty.pk}")]
            )
            units = {self.place(duty.unit, index).pk: index for index in places}
            to = [{"unit": self.place(duty.unit, index)} for index in units.values()]
            old = Responsibility.objects.get(pk=duty.pk)
            begun = hand_over(old, to, on=self.change.on, by=self.by, reason=self.reason)
            exclusion = excluded.get(duty.pk)
            if exclusion is None or self.change.is_handover:
                continue
            for new in begun:
                if new.pk != duty.pk and not new.exclusions.filter(valid_to=None).exists():
                    self._propose(new, exclusion)

    def _propose(self, duty: Responsibility, excluded: Exclusion) -> None:
        proposal = Exclusion(
            responsibility=duty,
            reason=excluded.reason,
            note=excluded.note,
            valid_from=self.change.on,
            proposed_by=self.by,
        )
        proposal.record(by=self.by, reason=self.reason)

    def hand_over_procedures(self) -> None:
        """Let the procedures of the units that end be kept by what follows, at once."""
        for procedure in self.plan.owned:
            procedure.owner = self.place(
                procedure.owner, self.change.chosen(f"procedure-{procedure.pk}")
            )
            procedure.record(by=self.by, reason=self.reason, fields=["owner"])

    def names(self, index: int) -> Names:
        """Return the new names for what goes to the successor `index`."""
        return Names(
            {unit.code: self.place(unit, index) for unit in self.plan.units}, self.plan.units
        )

    def note(self, bundle: DraftBundle, successor: Unit | None = None) -> None:
        """Write into the bundle what was done to each unit."""
        for old in self.plan.units:
            followers = [successor] if successor is not None else self.successors
            if old.pk in self.carried:
                followers = [self.carried[old.pk]]
            for new in followers:
                row = OrganisationChange(
                    bundle=bundle, kind=self.change.kind, old_unit=old, new_unit=new
                )
                row.record(by=self.by, reason=self.reason)


def _counterpart(unit: Unit, agency: Unit, change: Reorganisation) -> Unit:
    """Return the unit of the other agency that does what `unit` did: its namesake, or the only one
    of its kind at the one-stop desk; else the agency itself.
    """
    below = list(Unit.objects.within(agency).existing(on=change.on).exclude(pk=agency.pk))
    namesakes = [each for each in below if fold(each.name) == fold(unit.name)]
    if len(namesakes) == 1:
        return namesakes[0]
    desks = [each for each in below if each.kind == Unit.Kind.ONE_STOP]
    if unit.kind == Unit.Kind.ONE_STOP and len(desks) == 1:
        return desks[0]
    return agency


def _open(plan: Plan, agency: Unit, by: User) -> DraftBundle:
    change = plan.change
    return open_bundle(
        agency,
        DraftBundle.Kind.REORGANISATION,
        title=change.title,
        reason=change.reason,
        effective_on=change.on,
        by=by,
    )


def _redraft(work: _Work) -> DraftBundle:
    bundle = _open(work.plan, work.change.agency, work.by)
    work.note(bundle)

    def names(each: Rewriting) -> Names:
        return work.names(work.change.chosen(f"procedure-{each.procedure.pk}"))

    _draft(work.plan, bundle, names, work.by)
    return bundle


def _draft(plan: Plan, bundle: DraftBundle, names: Callable[[Rewriting], Names], by: User) -> None:
    """Begin a draft of each procedure that names the old; a mere name asks nobody to read anew."""
    mere = plan.change.kind in (Kind.RENAME_UNIT, Kind.MOVE_UNIT, Kind.RENAME_POSITION)
    for each in plan.rewritings:
        content = renamed(each.base.document, names(each)).revised(
            change_summary=plan.change.title, is_significant=not mere
        )
        draft_into(bundle, _fresh(each.base), content, by=by)


def _fresh(base: ProcedureVersion) -> ProcedureVersion:
    """Return the version as it is now, for its procedure may have another owner meanwhile."""
    return ProcedureVersion.objects.select_related("procedure").get(pk=base.pk)


def _rename_position(plan: Plan, old: Position, by: User) -> Reorganised:
    change = plan.change
    reason = f"{change.title}: {change.reason}"[:500]
    new = begin_position(change.names[0], like=old, by=by, reason=reason)
    if new.pk == old.pk:
        raise ValidationError({"name": "Tên mới trùng tên cũ."})
    for post in plan.posts:
        hand_over(post, [{"position": new}], on=change.on, by=by, reason=reason)
    still_held = old.posts.filter(valid_to=None).exists()
    if not still_held and change.on <= today() and old.is_active:
        old.is_active = False
        old.record(by=by, reason=reason, fields=["is_active"])
    bundle = _open(plan, change.agency, by)
    row = OrganisationChange(bundle=bundle, kind=change.kind, old_position=old, new_position=new)
    row.record(by=by, reason=reason)
    _draft(plan, bundle, lambda _: Names(positions={old.name: new}), by)
    return Reorganised([bundle])


def _hand_to_agencies(work: _Work) -> Reorganised:
    """Give each agency that takes over its own procedures, and propose to abolish the old ones."""
    bundles = []
    for index, target in enumerate(work.successors):
        agency = target.agency()
        lock_agency(agency)
        bundle = _open(work.plan, agency, work.by)
        work.note(bundle, target)
        for each in work.plan.rewritings:
            _begin_in(agency, target, each, work.names(index), bundle, by=work.by)
        bundles.append(bundle)
    abolished = work.plan.abolished
    if not abolished:
        return Reorganised(bundles)
    decision = compose_decision(
        work.change.agency,
        by=work.by,
        subject=f"Bãi bỏ quy trình do bàn giao nhiệm vụ từ ngày {format_date(work.change.on)}",
        abolish=abolished,
    )
    for item in decision.standing_items():
        item.take_effect_on(work.change.on, by=work.by)
    return Reorganised(bundles, decision)


def _begin_in(
    agency: Unit, owner: Unit, each: Rewriting, names: Names, bundle: DraftBundle, *, by: User
) -> Procedure:
    """Make the procedure of another agency that follows, with its first draft."""
    old = each.procedure
    new = NewProcedure(agency, owner, old.kind, next_code(agency), old.title)
    procedure = make_procedure(new, by=by, reason=bundle.title)
    procedure.predecessor = old
    procedure.is_restricted = old.is_restricted
    procedure.record(by=by, reason=bundle.title, fields=["predecessor", "is_restricted"])
    content = renamed(each.base.document, names)
    codes = each.codes or frozenset()
    content = content.revised(
        tthc=tuple(covered for covered in content.tthc if covered.code in codes),
        change_summary=f"Tiếp nhận từ {old.agency}, quy trình {old.code}",
        is_significant=True,
    )
    version = start_version(
        procedure,
        by=by,
        content=content,
        change_type=ProcedureVersion.Change.REISSUE,
        base=each.base,
    )
    add_draft(bundle, version, by=by)
    return procedure
