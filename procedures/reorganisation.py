"""What a reorganisation would do: read before it is confirmed, and once more when it is done."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.core.exceptions import ValidationError

from procedures.models import (
    Exclusion,
    OrganisationChange,
    Procedure,
    ProcedureVersion,
    Responsibility,
)
from procedures.renaming import Names, is_named, remaining
from qms.foundation.dates import format_date, today
from qms.organisation.models import Position, Post, Unit, UnitGrant
from qms.organisation.reorganising import lasting

Kind = OrganisationChange.Kind
_OPEN = "đang có bản dự thảo chưa xong"
_HELD = "đang nằm trong một quyết định chưa ban hành"
_EDIT_THERE = f"{_OPEN}; hãy sửa tên ngay trong bản đó"


@dataclass(frozen=True)
class Reorganisation:
    """What is to change from the day `on` on.

    `olds` are the units that end (for a position: none), `names` what begins is called, `targets`
    the units there already that take over, `parent` what stands above those that begin. `choices`
    says which of several successors takes what, by `Question.name`: the first where it is silent.
    """

    kind: str
    agency: Unit
    on: dt.date
    reason: str
    olds: tuple[Unit, ...] = ()
    names: tuple[str, ...] = ()
    targets: tuple[Unit, ...] = ()
    parent: Unit | None = None
    position: Position | None = None
    choices: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_handover(self) -> bool:
        """Tell whether another agency takes over."""
        return self.kind == Kind.END_UNIT

    @property
    def successors(self) -> list[str]:
        """Return the names of what follows, in order."""
        return [unit.name for unit in self.targets] + list(self.names)

    @property
    def title(self) -> str:
        label = Kind(self.kind).label
        old = self.position.name if self.position else ", ".join(unit.name for unit in self.olds)
        return f"{label}: {old} từ {format_date(self.on)}"

    def chosen(self, name: str) -> int:
        index = self.choices.get(name, 0)
        return index if 0 <= index < len(self.successors) else 0


@dataclass(frozen=True)
class Question:
    """What several successors leave open: who, or what, goes to which."""

    name: str
    label: str


@dataclass(frozen=True)
class Rewriting:
    """A procedure in force that names the old; `texts` are sections to be looked at by hand.

    `codes` are the TTHC that go over to another agency (all others: None).
    """

    base: ProcedureVersion
    texts: tuple[str, ...] = ()
    codes: frozenset[str] | None = None
    is_abolished: bool = False

    @property
    def procedure(self) -> Procedure:
        return self.base.procedure


@dataclass(frozen=True)
class Plan:
    """Everything a reorganisation touches, as it stands now."""

    change: Reorganisation
    units: tuple[Unit, ...] = ()  # those that end, all below them too; from above downwards
    posts: tuple[Post, ...] = ()
    grants: tuple[UnitGrant, ...] = ()
    duties: tuple[Responsibility, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    owned: tuple[Procedure, ...] = ()
    rewritings: tuple[Rewriting, ...] = ()
    left: tuple[tuple[Procedure, str], ...] = ()

    @property
    def below(self) -> list[Unit]:
        """Return the units below those that end of themselves."""
        roots = {unit.pk for unit in self.change.olds}
        return [unit for unit in self.units if unit.pk not in roots]

    @property
    def abolished(self) -> list[Procedure]:
        return [each.procedure for each in self.rewritings if each.is_abolished]

    @cached_property
    def questions(self) -> list[Question]:
        """Return what has to be chosen where there are several successors; a person goes once."""
        if len(self.change.successors) < 2:
            return []
        people = {row.person_id: row.person for row in self.posts}
        people |= {row.user_id: row.user for row in self.grants}
        asked = [Question(f"person-{pk}", str(people[pk])) for pk in people]
        asked += [
            Question(f"unit-{unit.pk}", unit.name)
            for unit in self.below
            if is_carried(self.change, unit)
        ]
        if self.change.is_handover:
            return asked  # each of the successors serves all the TTHC
        asked += [Question(f"duty-{duty.pk}", str(duty.tthc)) for duty in self.duties]
        procedures = {each.pk: each for each in self.owned}
        procedures |= {each.procedure.pk: each.procedure for each in self.rewritings}
        return asked + [Question(f"procedure-{pk}", str(each)) for pk, each in procedures.items()]

    def digest(self) -> str:
        """Return the hash of what would be touched, so that nobody confirms something else."""
        change = self.change
        said = [change.kind, str(change.on), *change.successors]
        for rows in (self.units, self.posts, self.grants, self.duties, self.owned):
            said.append(",".join(str(row.pk) for row in rows))
        said += [f"{each.base.pk}/{each.is_abolished}" for each in self.rewritings]
        said += [f"{procedure.pk} {why}" for procedure, why in self.left]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()


def is_carried(change: Reorganisation, unit: Unit) -> bool:
    """Tell whether a unit below goes on by itself; handed over, only a school does."""
    return not change.is_handover or unit.kind == Unit.Kind.SCHOOL


def plan_of(change: Reorganisation) -> Plan:
    """Return what `change` would do. Raises ValidationError where it cannot be done."""
    _must_be_possible(change)
    if change.position is not None:
        return _plan_of_position(change, change.position)
    units = _subtree(change)
    keys = [unit.pk for unit in units]
    posts = Post.objects.filter(lasting(change.on), unit__in=keys)
    grants = UnitGrant.objects.filter(lasting(change.on), content_object__in=keys)
    duties = Responsibility.objects.filter(lasting(change.on), unit__in=keys)
    exclusions = Exclusion.objects.filter(
        lasting(change.on), responsibility__in=duties.values("pk"), refused_at=None
    )
    held = list(duties.select_related("tthc", "unit").order_by("tthc__code", "pk"))
    rewritings, left = (
        _handed_over(change, units, {duty.tthc.code for duty in held})
        if change.is_handover
        else _rewritten(change, Names({unit.code: unit for unit in units}, units))
    )
    owned = Procedure.objects.filter(owner__in=keys).select_related("owner")
    return Plan(
        change,
        tuple(units),
        tuple(posts.select_related("person", "unit", "position").order_by("person__sort_key")),
        tuple(
            grants.select_related("user", "permission", "content_object").order_by(
                "user__sort_key", "pk"
            )
        ),
        tuple(held),
        tuple(exclusions.select_related("responsibility__tthc").order_by("pk")),
        () if change.is_handover else tuple(owned),
        tuple(rewritings),
        tuple(left),
    )


def _must_be_possible(change: Reorganisation) -> None:
    for unit in (*change.olds, *change.targets):
        if unit.valid_to and unit.valid_to <= change.on:
            raise ValidationError(f"{unit} kết thúc từ ngày {format_date(unit.valid_to)}.")
    for unit in change.olds:
        if unit.kind == Unit.Kind.AGENCY and not change.is_handover:
            raise ValidationError(
                f"{unit} là cơ quan: đổi tên ở phần thiết lập cơ quan, rồi ban hành lại quy trình."
            )
        if unit.valid_from and unit.valid_from >= change.on:
            raise ValidationError(f"{unit} chưa hoạt động trước ngày {format_date(change.on)}.")
        above = [*change.targets, *([change.parent] if change.parent else [])]
        if any((each.path or "").startswith(unit.path or "-") for each in above):
            raise ValidationError(f"{unit} không thể về chính nó hoặc đơn vị cấp dưới của nó.")
    nested = [a for a in change.olds for b in change.olds if a != b and _is_below(a, b)]
    if nested:
        raise ValidationError(f"{nested[0]} đã nằm trong một đơn vị khác được chọn.")


def _is_below(unit: Unit, other: Unit) -> bool:
    return (unit.path or "").startswith(other.path or "-")


def _subtree(change: Reorganisation) -> list[Unit]:
    """Return the units that end with `olds`, parents before children."""
    roots = [unit.pk for unit in change.olds]
    found: dict[int, Unit] = {}
    for root in change.olds:
        below = Unit.objects.within(root).filter(lasting(change.on)).select_related("parent")
        found |= {unit.pk: unit for unit in below}
    for unit in found.values():
        if unit.kind == Unit.Kind.AGENCY and unit.pk not in roots:
            raise ValidationError(f"{unit} là cơ quan trực thuộc; hãy bàn giao cơ quan đó trước.")
        if unit.valid_from and unit.valid_from >= change.on:
            raise ValidationError(f"{unit} chưa hoạt động trước ngày {format_date(change.on)}.")
    return sorted(
        found.values(), key=lambda unit: [int(k) for k in (unit.path or "").split("/") if k]
    )


def _plan_of_position(change: Reorganisation, position: Position) -> Plan:
    posts = Post.objects.filter(
        lasting(change.on), position=position, unit__path__startswith=change.agency.path or "/"
    )
    rewritings, left = _rewritten(change, Names(positions={position.name: position}))
    return Plan(
        change,
        posts=tuple(
            posts.select_related("person", "unit", "position").order_by("person__sort_key")
        ),
        rewritings=tuple(rewritings),
        left=tuple(left),
    )


def _in_force(change: Reorganisation) -> list[ProcedureVersion]:
    """Return the versions of the agency in force on the day, or today where that is past."""
    versions = ProcedureVersion.objects.filter(procedure__agency=change.agency)
    found = versions.in_force(on=max(change.on, today())).select_related("procedure")
    return list(found.defer("search_key").order_by("procedure__sort_key"))


def _hindrances(bases: Iterable[ProcedureVersion]) -> dict[int, str]:
    """Return by procedure why no draft of it can begin now."""
    keys = [base.procedure_id for base in bases]
    procedures = Procedure.objects.filter(pk__in=keys).order_by()
    held = procedures.filter(decision_items__closed_at=None, decision_items__isnull=False)
    opened = ProcedureVersion.objects.open().filter(procedure__in=keys).order_by()
    found = dict.fromkeys(held.values_list("pk", flat=True), _HELD)
    return found | dict.fromkeys(opened.values_list("procedure", flat=True), _OPEN)


def _rewritten(
    change: Reorganisation, names: Names
) -> tuple[list[Rewriting], list[tuple[Procedure, str]]]:
    gone = _gone(change, names.old_units)
    naming: list[Rewriting] = []
    left: list[tuple[Procedure, str]] = []
    for base in _in_force(change):
        texts = _texts(base, names, gone)
        if is_named(base.document, names):
            naming.append(Rewriting(base, texts))
        elif texts:
            left.append((base.procedure, f"còn nhắc tên cũ ở: {', '.join(texts)}"))
    hindered = _hindrances(each.base for each in naming)
    hindered = {key: _EDIT_THERE if why == _OPEN else why for key, why in hindered.items()}
    left = [
        (e.procedure, hindered[e.procedure.pk]) for e in naming if e.procedure.pk in hindered
    ] + left
    return [each for each in naming if each.procedure.pk not in hindered], left


def _gone(change: Reorganisation, units: Iterable[Unit] = ()) -> list[str]:
    """Return the names that nothing is called any more after the change."""
    if change.position is not None:
        return [change.position.name]
    roots = {unit.pk for unit in change.olds}
    ended = [u.name for u in units if u.pk in roots or not is_carried(change, u)]
    return [name for name in ended if name not in change.successors]


def _texts(base: ProcedureVersion, names: Names, gone: Iterable[str]) -> tuple[str, ...]:
    """Return where an old name stands besides who does a step, which is renamed of itself."""
    bare = {"unit_code": "", "unit_name": "", "position": ""}
    steps = tuple(
        step.model_copy(update=bare | ({"responsible": ""} if names.responsible_of(step) else {}))
        for step in base.document.steps
    )
    return tuple(remaining(base.document.revised(steps=steps), gone))


def _handed_over(
    change: Reorganisation, units: list[Unit], codes: set[str]
) -> tuple[list[Rewriting], list[tuple[Procedure, str]]]:
    """Return what goes over to another agency: the procedures in force that serve its TTHC."""
    names = Names({unit.code: unit for unit in units}, units)
    gone = _gone(change, units)
    serving: list[Rewriting] = []
    left: list[tuple[Procedure, str]] = []
    for base in _in_force(change):
        served = {covered.code for covered in base.document.tthc}
        if served & codes:
            texts = _texts(base, names, gone)
            serving.append(Rewriting(base, texts, frozenset(served & codes), served <= codes))
        elif base.procedure.owner_id in {unit.pk for unit in units}:
            left.append((base.procedure, "không phục vụ TTHC nào được bàn giao, giữ nguyên"))
    hindered = _hindrances(each.base for each in serving)
    handed = []
    for each in serving:
        why = hindered.get(each.procedure.pk)
        if why:
            left.append((each.procedure, f"chưa đề nghị bãi bỏ được: {why}"))
        elif not each.is_abolished:
            left.append((each.procedure, "còn phục vụ TTHC không bàn giao, không bãi bỏ"))
        is_abolished = each.is_abolished and not why
        handed.append(Rewriting(each.base, each.texts, each.codes, is_abolished))
    return handed, left
