"""Which two versions of a procedure are set side by side, and what is told of each."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from procedures import permissions as may
from procedures.comparison import Change, Section, by_section, changes, untouched
from procedures.models import InForcePeriod, Procedure, ProcedureVersion
from procedures.pdf.redline import PrintedRedline
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import AgencyProfile

_DRAFT = "du-thao-"


@dataclass(frozen=True)
class Side:
    """One version that may be compared: its word in an address, its name, and since when."""

    slug: str
    version: ProcedureVersion
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    @property
    def label(self) -> str:
        """Return `Lần ban hành 02, sửa đổi 01 (từ 15/03/2022)`; of a draft its state."""
        if self.valid_from is None:
            return f"Bản {self.version.get_status_display().lower()}"
        until = f" đến trước {format_date(self.valid_to)}" if self.valid_to else ""
        text = self.version.number_text
        return f"{text[0].upper()}{text[1:]} (từ {format_date(self.valid_from)}{until})"

    def holds(self, on: dt.date) -> bool:
        """Tell whether it is in force on the day."""
        begun = self.valid_from is not None and self.valid_from <= on
        return begun and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True)
class Pair:
    """The two sides; an earlier one is missing where there is nothing to compare with."""

    procedure: Procedure
    old: Side | None
    new: Side | None
    sides: list[Side]  # all that may be chosen

    @cached_property
    def changes(self) -> list[Change]:
        """Return what changed from the one to the other."""
        if self.old is None or self.new is None:
            return []
        return changes(self.old.version.document, self.new.version.document)

    @property
    def sections(self) -> list[Section]:
        """Return what changed, section by section."""
        return by_section(self.changes)

    @property
    def untouched(self) -> list[str]:
        """Return the titles of the sections in which nothing changed."""
        return untouched(self.sections, self.new.version.document) if self.new else []

    @property
    def is_one(self) -> bool:
        """Tell whether both sides are the same version."""
        return bool(self.old and self.new and self.old.version.pk == self.new.version.pk)


def sides_of(user: Any, procedure: Procedure) -> list[Side]:
    """Return the versions that `user` may compare, the newest first; without their content.

    Those issued and not withdrawn, in order of their effect, before them the drafts under way.
    """
    standing = InForcePeriod.objects.standing().filter(version=OuterRef("pk"))
    issued = (
        may.visible_issued(user)
        .filter(procedure=procedure)
        .annotate(
            begins=Subquery(standing.values("valid_from")[:1]),
            ends=Subquery(standing.values("valid_to")[:1]),
        )
        .filter(begins__isnull=False)
        .order_by("-begins", "-pk")
    )
    drafts = may.visible_drafts(user).filter(procedure=procedure)
    kept = drafts.exclude(status=VersionStatus.DISCARDED).order_by("-pk")
    return [
        *(_draft(version) for version in _bare(kept)),
        *(
            Side(version.side_slug, version, version.begins, version.ends)
            for version in _bare(issued)
        ),
    ]


def pair_of(user: Any, procedure: Procedure, old: str, new: str) -> Pair | None:
    """Return the versions that `old` and `new` name; None where one is not there for `user`.

    Without `new` it is the version in force, else the last one issued, else the draft; without
    `old` what `new` was made from, if it is a draft, else the edition before it. Where nothing
    stands before the version in force, the draft under way is set beside it.
    """
    sides = sides_of(user, procedure)
    later = _named(user, procedure, sides, new) if new else _current(sides)
    if later is None:
        return None if new or not sides else Pair(procedure, None, None, sides)
    earlier = _named(user, procedure, sides, old) if old else _before(sides, later)
    if earlier is None and not old and not new and (draft := _open_draft(sides)) is not None:
        later, earlier = draft, _before(sides, draft)  # the first edition has nothing before it
    if earlier is None and old:
        return None
    return Pair(procedure, earlier, later, sides)


def newer_than_base(version: ProcedureVersion) -> ProcedureVersion | None:
    """Return the version in force where it is not the one that a draft was made from."""
    if version.base_id is None or not version.is_open:
        return None
    current = version.procedure.versions.in_force(on=today()).first()
    return None if current is None or current.pk == version.base_id else current


def redline_of(pair: Pair) -> PrintedRedline:
    """Return what is printed of a pair that has both sides."""
    if pair.old is None or pair.new is None:
        raise ValueError("Two versions are compared.")
    profile: AgencyProfile | None = getattr(pair.procedure.agency, "profile", None)
    return PrintedRedline(
        superior=profile.parent_name if profile else "",
        office=profile.display_name if profile else pair.procedure.agency.name,
        code=pair.procedure.code,
        title=pair.new.version.title or pair.procedure.title,
        old=pair.old.label,
        new=pair.new.label,
        sections=tuple(pair.sections),
        printed_on=today(),
    )


def _bare(versions: Any) -> Any:
    return versions.select_related("procedure").defer("content", "search_key")


def _draft(version: ProcedureVersion) -> Side:
    return Side(version.side_slug, version)


def _named(user: Any, procedure: Procedure, sides: list[Side], slug: str) -> Side | None:
    """Return the side of that word; a draft that was issued meanwhile is still found by its own."""
    found = next((side for side in sides if side.slug == slug), None)
    if found is not None or not slug.startswith(_DRAFT):
        return found
    key = slug.removeprefix(_DRAFT)
    if not key.isascii() or not key.isdecimal() or len(key) > 9:
        return None
    issued = next((side for side in sides if side.version.pk == int(key)), None)
    if issued is not None:
        return issued
    seen = Q(pk=int(key), procedure=procedure)
    version = _bare(may.visible_drafts(user).filter(seen)).first()
    return _draft(version) if version else None


def _open_draft(sides: list[Side]) -> Side | None:
    return next((side for side in sides if side.valid_from is None), None)


def _current(sides: list[Side]) -> Side | None:
    issued = [side for side in sides if side.valid_from is not None]
    in_force = next((side for side in issued if side.holds(today())), None)
    return in_force or next(iter(issued or sides), None)


def _before(sides: list[Side], side: Side) -> Side | None:
    """Return what the side was made from, if it is a draft; else the edition before it."""
    issued = [each for each in sides if each.valid_from is not None]
    if side.valid_from is None:
        base = next((each for each in issued if each.version.pk == side.version.base_id), None)
        return base or (_current(issued) if issued else None)
    places = [each.version.pk for each in issued]
    return next(iter(issued[places.index(side.version.pk) + 1 :]), None)
