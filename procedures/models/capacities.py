"""In what capacity somebody signs for an agency (NĐ 30/2020/NĐ-CP, Điều 13; ADR 0026)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import F, Q, QuerySet

from procedures.models.assignments import FieldAssignment
from procedures.models.catalogue import TTHC, TTHCQuerySet
from procedures.models.decisions import Decision, DecisionItem, InForcePeriod
from procedures.models.documents import Procedure
from procedures.models.versions import ProcedureVersion
from qms.foundation.dates import format_date, today, valid_on
from qms.organisation.models import AgencyProfile, Position, Post, Unit, UnitGrant, User
from qms.organisation.roles import Role
from qms.records.models import Mandate, Signature
from qms.records.signatures import Signing
from qms.records.workflow import TransitionNotAllowed

_TO_BE_RECORDED = (
    "Thư ký ISO hoặc lãnh đạo khác ghi văn bản phân công, ủy quyền ở trang “Phân công, ủy quyền”."
)


@dataclass(frozen=True)
class Matter:
    """What a paper is about: fields of TTHC {key: name}, the quality system, an audit."""

    fields: Mapping[int, str] = field(default_factory=dict)
    is_of_system: bool = False
    is_audit: bool = False


AUDITING = Matter(is_of_system=True, is_audit=True)


@dataclass(frozen=True)
class Allowed:
    """A capacity that somebody may sign in, why, and by which mandate, if by one."""

    capacity: Signature.Capacity
    why: str
    mandate: Mandate | None = None

    @property
    def key(self) -> str:
        """Return what names it in a form: `KT.`, `TUQ.:12`."""
        return f"{self.capacity}:{self.mandate.pk}" if self.mandate else str(self.capacity)


def allowed_capacities(user: User, agency: Unit, *, on: dt.date, matter: Matter) -> list[Allowed]:
    """Return the capacities in which `user` may sign the matter on the day, the usual one first.

    Whether they may sign at all is asked elsewhere: a capacity is no role.
    """
    return weigh(user, agency, on=on, matter=matter)[0]


def weigh(user: User, agency: Unit, *, on: dt.date, matter: Matter) -> tuple[list[Allowed], str]:
    """Return the capacities in which `user` may sign, and, where there is none, why.

    The reason has no subject, so that it can be told of anybody: "chưa được phân công …".
    """
    allowed, refused = _weigh(user, agency, on=on, matter=matter)
    return allowed, "" if allowed else refused


def why_none(user: User, agency: Unit, *, on: dt.date, matter: Matter) -> str:
    """Return why `user` can sign it in no capacity; empty where they can."""
    refused = weigh(user, agency, on=on, matter=matter)[1]
    return f"Bạn {refused}. {_TO_BE_RECORDED}" if refused else ""


def check_capacity(signing: Signing, *, by: User, agency: Unit, matter: Matter) -> None:
    """Raise TransitionNotAllowed where `by` may not sign in exactly this capacity on its day."""
    allowed, refused = _weigh(by, agency, on=signing.day, matter=matter)
    asked = (signing.capacity, signing.mandate)
    if asked in [(each.capacity, each.mandate) for each in allowed]:
        return
    if not refused:
        label = Signature.Capacity(signing.capacity).label
        refused = f"không ký văn bản này với quyền hạn “{label}” được"
    raise TransitionNotAllowed(f"Bạn {refused}. {_TO_BE_RECORDED}")


def in_capacity(signing: Signing, *, by: User, agency: Unit, matter: Matter) -> Signing:
    """Return `signing` in the usual capacity of `by`; one that was chosen is checked.

    For papers that ask for no choice. Raises TransitionNotAllowed where they have none.
    """
    if signing.capacity == Signature.Capacity.OWN:
        found = allowed_capacities(by, agency, on=signing.day, matter=matter)
        if found:
            signing = replace(signing, capacity=found[0].capacity, mandate=found[0].mandate)
    check_capacity(signing, by=by, agency=agency, matter=matter)
    return signing


def chief_position(agency: Unit, *, on: dt.date) -> Position | None:
    """Return the highest position that leaders of the agency hold on the day or held before.

    Where the head has gone, the office keeps its head's position, and deputies stay deputies.
    """
    leaders = UnitGrant.objects.filter(content_object=agency, permission__codename=Role.LEADER)
    posts = Post.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=on),
        Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gt=F("valid_from")),
        person__in=leaders.values("user"),
        unit__path__startswith=agency.path or "",
    )
    first = posts.select_related("position").order_by("position__rank", "pk").first()
    return first.position if first else None


def _posts_in(agency: Unit, *, on: dt.date) -> QuerySet[Post]:
    return Post.objects.filter(valid_on(on), unit__path__startswith=agency.path or "")


def holds_post(person: User, agency: Unit, *, on: dt.date) -> bool:
    """Tell whether the person has a post in the agency on the day."""
    return _posts_in(agency, on=on).filter(person=person).exists()


def heads_on(agency: Unit, *, on: dt.date) -> QuerySet[User]:
    """Return who holds the head's position on the day, acting or not; mostly one."""
    chief = chief_position(agency, on=on)
    posts = _posts_in(agency, on=on).filter(position__rank__lte=chief.rank if chief else -1)
    return User.objects.filter(pk__in=posts.values("person"))


def chief_of(agency: Unit, *, on: dt.date) -> str:
    """Return what the head of the agency is called; may be empty."""
    position = chief_position(agency, on=on)
    return position.name if position else ""


def matter_of_decision(decision: Decision) -> Matter:
    """Return what the decision issues and abolishes."""
    return matter_of_decisions([decision])


def matter_of_decisions(decisions: Iterable[Decision]) -> Matter:
    """Return what the decisions issue and abolish, all of them together."""
    standing_items = DecisionItem.objects.filter(decision__in=list(decisions), removed_at=None)
    items = list(standing_items.select_related("procedure"))
    ended = [item.procedure_id for item in items if item.version_id is None]
    standing = InForcePeriod.objects.standing().filter(procedure__in=ended)
    versions = {item.version_id for item in items if item.version_id}
    versions |= set(standing.valid(on=today()).values_list("version_id", flat=True))
    kinds = {item.procedure.kind for item in items}
    return _matter(versions, kinds)


def matter_of_version(version: ProcedureVersion) -> Matter:
    """Return what a version that is taken over from paper is about."""
    return _matter([version.pk], {version.procedure.kind})


def matter_of_tthc(tthc: TTHC) -> Matter:
    """Return the field of a TTHC; one without a field is of the quality system."""
    return _of_fields(TTHC.objects.filter(pk=tthc.pk))


def _matter(versions: Iterable[int], kinds: Iterable[str]) -> Matter:
    covered = TTHC.objects.filter(version_links__version__in=list(versions)).distinct()
    matter = _of_fields(covered)
    is_common = any(kind != Procedure.Kind.TTHC for kind in kinds)
    return replace(matter, is_of_system=True) if is_common else matter


def _of_fields(listed: TTHCQuerySet) -> Matter:
    rows: Any = listed.as_of(today())
    fields = {row.field_on_id: row.field_name_on for row in rows if row.field_on_id is not None}
    return Matter(fields, is_of_system=not fields)


def _weigh(user: User, agency: Unit, *, on: dt.date, matter: Matter) -> tuple[list[Allowed], str]:
    """Return what is allowed, and why signing for the head, or as the head, is not."""
    posts = _posts_in(agency, on=on).filter(person=user)
    post = posts.select_related("position").order_by("position__rank", "pk").first()
    chief = chief_position(agency, on=on)
    if chief is None:
        own = [Allowed(Signature.Capacity.OWN, "chưa ghi ai giữ chức danh lãnh đạo")]
        return own + _mandated(user, agency, on, matter), ""
    if post is not None and post.position.rank <= chief.rank:
        return _as_head(post, agency), ""
    deputy, refused = _as_deputy(user, agency, on, matter)
    if post is None:
        deputy, refused = [], f"chưa có vị trí công tác tại {agency}, nên không ký được"
    return deputy + _mandated(user, agency, on, matter), refused


def _as_head(post: Post, agency: Unit) -> list[Allowed]:
    if post.is_acting:
        return [Allowed(Signature.Capacity.Q, f"quyền {post.position}")]
    own = Allowed(Signature.Capacity.OWN, f"{post.position}")
    behalf = AgencyProfile.objects.filter(unit=agency, signs_on_behalf=True).exists()
    return [Allowed(Signature.Capacity.TM, f"thay mặt {agency}"), own] if behalf else [own]


def _as_deputy(user: User, agency: Unit, on: dt.date, matter: Matter) -> tuple[list[Allowed], str]:
    held = list(FieldAssignment.objects.held_by(user, agency, on=on).select_related("field"))
    scopes = {assignment.scope for assignment in held}
    if FieldAssignment.Scope.AGENCY in scopes:
        missing: list[str] = []
    else:
        own = {assignment.field_id for assignment in held}
        missing = sorted(f"lĩnh vực {n}" for key, n in matter.fields.items() if key not in own)
        if matter.is_of_system and FieldAssignment.Scope.SYSTEM not in scopes:
            missing.append("hệ thống quản lý chất lượng")
    if missing:
        what = "; ".join(missing)
        day = "" if on == today() else f" vào ngày {format_date(on)}"
        return [], f"chưa được phân công phụ trách {what}{day}, nên không ký thay (KT.) được"
    papers = ", ".join(dict.fromkeys(f"số {assignment.number}" for assignment in held))
    return [Allowed(Signature.Capacity.KT, f"được phân công theo văn bản {papers}")], ""


def _mandated(user: User, agency: Unit, on: dt.date, matter: Matter) -> list[Allowed]:
    mandates = Mandate.objects.held_by(user, agency, on=on)
    wanted = (
        mandates.filter(for_audits=True) if matter.is_audit else mandates.filter(for_documents=True)
    )
    return [
        Allowed(Signature.Capacity(mandate.kind), f"theo {mandate}", mandate)
        for mandate in wanted.order_by("-kind", "pk")
    ]
