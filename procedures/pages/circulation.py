"""What the pages of reading show: what is asked of me, how far the others are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from procedures.circulation import (
    Asked,
    Reader,
    Standing,
    asked_of,
    before_of,
    standing_of,
    what_changed,
)
from procedures.comparison import Change
from procedures.content import Step
from procedures.models import Acknowledgement, Decision, ProcedureVersion, StepDuty
from procedures.permissions import visible_issued
from procedures.permissions.circulation import can_see_distribution, watched_paths
from qms.foundation.dates import today, valid_on
from qms.organisation.models import Post, Unit, User


@dataclass(frozen=True)
class OwnStep:
    number: int
    step: Step


@dataclass(frozen=True)
class ToRead:
    """A version I am asked to read: my steps in it, and what changed in them.

    `before` is the version that it follows, None for the first one.
    """

    asked: Asked
    version: ProcedureVersion
    steps: tuple[OwnStep, ...]
    before: ProcedureVersion | None
    changes: tuple[Change, ...]


def asked_by_decision(user: Any, *, on: dt.date) -> list[tuple[Decision, list[Asked]]]:
    """Return what `user` is asked to read by its decision, the most urgent first."""
    groups: dict[int, list[Asked]] = defaultdict(list)
    for asked in asked_of(user, on=on):
        groups[asked.period.begun_by.decision_id].append(asked)
    found = [(rows[0].period.begun_by.decision, rows) for rows in groups.values()]
    return sorted(found, key=lambda pair: (min(row.reader.due_on for row in pair[1]), pair[0].pk))


def to_read(user: User, rows: Sequence[Asked]) -> list[ToRead]:
    """Return each of the versions with the steps that are theirs and what changed in them."""
    versions = ProcedureVersion.objects.select_related("procedure").in_bulk(
        [row.version.pk for row in rows]
    )
    before = before_of(list(versions.values()))
    had = _steps_held(user, [version.pk for version in before.values()])
    found = []
    for row in rows:
        version, former = versions[row.version.pk], before.get(row.version.pk)
        keys = row.reader.step_keys
        steps = tuple(
            OwnStep(number, step)
            for number, step in enumerate(version.document.steps, start=1)
            if step.key in keys
        )
        held = had[former.pk] if former else frozenset()
        changed = tuple(what_changed(version, former, keys | held))
        found.append(ToRead(row, version, steps, former, changed))
    return found


def _steps_held(user: User, versions: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return the keys of the steps that were theirs in each of the versions."""
    posts = list(Post.objects.filter(valid_on(today()), person=user).select_related("unit"))
    duties = StepDuty.objects.filter(
        version__in=list(versions), position__in={post.position_id for post in posts}
    ).select_related("unit")
    held: dict[int, frozenset[str]] = defaultdict(frozenset)
    for duty in duties:
        home = (duty.unit.path or "/") if duty.unit else "/"
        if any(
            post.position_id == duty.position_id and (post.unit.path or "").startswith(home)
            for post in posts
        ):
            held[duty.version_id] |= {duty.step_key}
    return held


def watched(user: User, unit: Unit | None = None, *, on: dt.date) -> list[Standing]:
    """Return how the reading stands of the people that `user` follows, the latest first.

    With `unit`, of those of this unit and all below it. What nobody of them is asked is left out.
    """
    paths = watched_paths(user)
    if not paths:
        return []
    if unit is not None:
        paths = [
            path if path.startswith(unit.path or "-") else unit.path or "-"
            for path in paths
            if path.startswith(unit.path or "-") or (unit.path or "").startswith(path)
        ]
    narrowed = (
        [each.within(paths) for each in standing_of(visible_issued(user), on=on)] if paths else []
    )
    return sorted(
        (each for each in narrowed if each.readers),
        key=lambda each: (
            -len(each.overdue),
            each.due_on or dt.date.max,
            -each.period.valid_from.toordinal(),
        ),
    )


def followed_units(user: User) -> list[Unit]:
    """Return the units by which the list may be narrowed."""
    paths = watched_paths(user)
    units = Unit.objects.existing(on=today()).order_by("path")
    return [unit for unit in units if (unit.path or "").startswith(tuple(paths))] if paths else []


def visible_readers(user: User, standing: Standing) -> tuple[Reader, ...]:
    """Return the readers of a version that `user` may see: the people they follow, and themself."""
    paths = tuple(watched_paths(user))
    return tuple(
        reader
        for reader in standing.readers
        if reader.person.pk == user.pk
        or (paths and (reader.post.unit.path or "").startswith(paths))
    )


@dataclass(frozen=True)
class ReadingState:
    """What the page of a version says about its reading: how far, mine, who is missing."""

    standing: Standing
    mine: Reader | None
    waiting: tuple[Reader, ...]
    is_watched: bool


def reading_state(user: Any, version: ProcedureVersion, *, on: dt.date) -> ReadingState | None:
    """Return it for members; None where nobody is to read the version any more."""
    if not getattr(user, "is_authenticated", False):
        return None
    found = standing_of(ProcedureVersion.objects.filter(pk=version.pk), on=on)
    if not found:
        return None
    standing, paths = found[0], tuple(watched_paths(user))
    waiting = standing.within(paths).waiting if paths else []
    return ReadingState(standing, standing.of(user), tuple(waiting), bool(paths))


def circulation_context(user: Any, version: ProcedureVersion, *, on: dt.date) -> dict[str, Any]:
    """Return what the reading page is given of circulation."""
    return {
        "reading_state": reading_state(user, version, on=on),
        "may_see_distribution": can_see_distribution(user, version.procedure.agency),
    }


def own_record(user: User) -> list[Acknowledgement]:
    """Return what `user` acknowledged, the last first."""
    rows = Acknowledgement.objects.filter(person=user).select_related(
        "version__procedure", "dissemination"
    )
    return list(
        rows.filter(version__in=visible_issued(user))
        .defer("version__content", "version__search_key")
        .order_by("-acknowledged_on", "-pk")
    )


def places_on(people: Iterable[int], *, on: dt.date) -> dict[int, str]:
    """Return position and unit of each person on the day, the highest position first."""
    posts = Post.objects.filter(valid_on(on), person__in=list(people))
    places: dict[int, str] = {}
    for post in posts.select_related("position", "unit").order_by("position__rank", "pk"):
        places.setdefault(post.person_id, f"{post.position.name}, {post.unit.name}")
    return places
