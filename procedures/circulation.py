"""Who is asked to read what (ISO 9001 7.3, 7.5.3.1): computed of a day, never stored.

A person is asked for a version that is issued, in force on the day or later, in which a position
of theirs acts, and which they have not acknowledged. A version that is not significant is also
settled by an acknowledgement of an earlier one, back to the last significant one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from procedures.comparison import Change, changes
from procedures.models import (
    Acknowledgement,
    DocumentSettings,
    InForcePeriod,
    Procedure,
    ProcedureGrant,
    ProcedureVersion,
    StepDuty,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import LOCAL, valid_on
from qms.organisation.models import Post, User, holders_of
from qms.organisation.roles import Role

_PERIODS = ("version__procedure__agency", "version__procedure__owner", "begun_by__decision")


@dataclass(frozen=True)
class Reader:
    """Somebody whose position acts in a version.

    `due_on` is the last day on which reading it is on time; `read` is their acknowledgement of
    this version or of an earlier one that settles it, None while they are asked.
    """

    person: User
    post: Post
    step_keys: frozenset[str]
    due_on: dt.date
    read: Acknowledgement | None
    is_overdue: bool


@dataclass(frozen=True)
class Standing:
    """How far the reading of a version has come on a day."""

    version: ProcedureVersion
    period: InForcePeriod
    readers: tuple[Reader, ...]

    @property
    def read(self) -> list[Reader]:
        return [reader for reader in self.readers if reader.read]

    @property
    def waiting(self) -> list[Reader]:
        return [reader for reader in self.readers if not reader.read]

    @property
    def overdue(self) -> list[Reader]:
        return [reader for reader in self.readers if reader.is_overdue]

    @property
    def due_on(self) -> dt.date | None:
        """Return the first deadline that somebody has still to keep."""
        return min((reader.due_on for reader in self.waiting), default=None)

    def of(self, user: Any) -> Reader | None:
        return next((each for each in self.readers if each.person.pk == user.pk), None)

    def within(self, paths: Sequence[str]) -> "Standing":
        """Return the same of those alone whose post is in a unit at or below one of `paths`."""
        kept = tuple(r for r in self.readers if (r.post.unit.path or "").startswith(tuple(paths)))
        return Standing(self.version, self.period, kept)


@dataclass(frozen=True)
class Asked:
    """A version that a person is asked to read."""

    version: ProcedureVersion
    period: InForcePeriod
    reader: Reader


def asking_periods(*, on: dt.date) -> Any:
    """Return the periods of the issued versions in force on the day or later, first to last."""
    return InForcePeriod.objects.standing().filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), version__status=VersionStatus.ISSUED
    )


def standing_of(versions: Iterable[ProcedureVersion] | Any, *, on: dt.date) -> list[Standing]:
    """Return how the reading of those of `versions` that ask somebody to read stands on the day.

    `versions` is a queryset. By code of the procedure, then by day of effect; without their text.
    """
    return _standings(asking_periods(on=on).filter(version__in=versions), on)


def asked_of(user: Any, *, on: dt.date) -> list[Asked]:
    """Return what `user` is asked to read on the day, by procedure; nothing for strangers."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    posts = list(_posts(on).filter(person=user))
    if not posts:
        return []
    held = StepDuty.objects.filter(position__in={post.position_id for post in posts})
    periods = asking_periods(on=on).filter(version__in=held.values("version"))
    return [
        Asked(standing.version, standing.period, reader)
        for standing in _standings(periods, on, posts=posts)
        for reader in standing.waiting
    ]


def what_changed(
    version: ProcedureVersion, before: ProcedureVersion | None, step_keys: Iterable[str]
) -> list[Change]:
    """Return what `version` changed in the steps of those keys; nothing without one before.

    A step that is gone is told too where its key is among them.
    """
    if before is None:
        return []
    wanted, old, new = set(step_keys), before.document, version.document
    were = {step.key: step for step in old.steps}
    are = {step.key for step in new.steps}
    # The steps of others count as unchanged, and each stays where it is: the numbers are the new.
    steps = [
        were[step.key] if step.key in wanted else step
        for step in new.steps
        if step.key not in wanted or step.key in were
    ]
    steps += [step for step in old.steps if step.key in wanted and step.key not in are]
    compared = changes(old.revised(steps=tuple(steps), forms=_forms_of(old, new)), new)
    return [change for change in compared if change.section == "steps"]


def _forms_of(old: Any, new: Any) -> tuple[Any, ...]:
    """Return the forms that steps of either may name, as `old` has them where it has them."""
    known = {form.key for form in old.forms}
    return (*old.forms, *(form for form in new.forms if form.key not in known))


def before_of(versions: Sequence[ProcedureVersion]) -> dict[int, ProcedureVersion]:
    """Return, by the key of each of `versions`, the one issued before it in its procedure."""
    chain = _chains({version.procedure_id for version in versions})
    wanted: dict[int, int] = {}
    for version in versions:
        earlier = [row.pk for row in chain[version.procedure_id] if row.order < _order(version)]
        if earlier:
            wanted[version.pk] = earlier[-1]
    found = ProcedureVersion.objects.in_bulk(set(wanted.values()))
    return {key: found[earlier] for key, earlier in wanted.items()}


# --- how it is computed ---


@dataclass(frozen=True)
class _Link:
    pk: int
    order: tuple[int, int]
    is_significant: bool


def _order(version: ProcedureVersion) -> tuple[int, int]:
    return version.issue_no or 0, version.revision_no or 0


def _posts(on: dt.date) -> Any:
    posts = Post.objects.filter(valid_on(on), person__is_active=True)
    return posts.select_related("person", "unit", "position").order_by("position__rank", "pk")


def _standings(periods: Any, on: dt.date, *, posts: list[Post] | None = None) -> list[Standing]:
    """Return the standings in which somebody is to read; `posts` are those looked at, else all."""
    found = list(
        periods.select_related(*_PERIODS)
        .defer("version__content", "version__search_key")
        .order_by("procedure__sort_key", "procedure_id", "valid_from")
    )
    if not found:
        return []
    duties = defaultdict(list)
    keys = {period.version_id for period in found}
    for duty in StepDuty.objects.filter(version__in=keys).select_related("unit"):
        duties[duty.version_id].append(duty)
    if posts is None:
        positions = {duty.position_id for rows in duties.values() for duty in rows}
        posts = list(_posts(on).filter(position__in=positions))
    by_position: dict[int, list[Post]] = defaultdict(list)
    for post in posts:
        by_position[post.position_id].append(post)
    procedures = {period.procedure_id: period.version.procedure for period in found}
    facts = _Facts(
        on=on,
        trusted=_trusted(procedures.values(), on),
        settled=_settled(found),
        days=_reading_days({procedure.agency_id for procedure in procedures.values()}),
    )
    made = (
        Standing(
            period.version,
            period,
            tuple(_readers(period.version, duties[period.version_id], by_position, facts)),
        )
        for period in found
    )
    return [standing for standing in made if standing.readers]


@dataclass(frozen=True)
class _Facts:
    on: dt.date
    trusted: Mapping[int, set[int]]  # who may read a restricted procedure, by its key
    settled: Mapping[int, Mapping[int, Acknowledgement]]  # by version, by person
    days: Mapping[int, int]  # to read in, by agency


def _readers(
    version: ProcedureVersion,
    duties: Iterable[StepDuty],
    by_position: Mapping[int, list[Post]],
    facts: _Facts,
) -> Iterator[Reader]:
    steps: dict[int, set[str]] = defaultdict(set)
    places: dict[int, list[Post]] = defaultdict(list)
    agency = version.procedure.agency.path or "/"
    for duty in duties:
        home = (duty.unit.path or "/") if duty.unit else agency
        for post in by_position.get(duty.position_id, ()):
            if (post.unit.path or "").startswith(home):
                steps[post.person_id].add(duty.step_key)
                places[post.person_id].append(post)
    allowed = facts.trusted.get(version.procedure_id)
    settled = facts.settled[version.pk]
    people = {person: held[0].person for person, held in places.items()}
    for key, person in sorted(people.items(), key=lambda pair: (pair[1].sort_key, pair[0])):
        if allowed is not None and key not in allowed:
            continue
        due_on = _due(version, places[key], facts)
        read = settled.get(key)
        yield Reader(
            person=person,
            post=places[key][0],
            step_keys=frozenset(steps[key]),
            due_on=due_on,
            read=read,
            is_overdue=read is None and due_on < facts.on,
        )


def _due(version: ProcedureVersion, posts: Iterable[Post], facts: _Facts) -> dt.date:
    """Return the last day on time: some days after the issue, or after the person came."""
    issued_on = version.issued_at.astimezone(LOCAL).date() if version.issued_at else facts.on
    since = min(max(issued_on, post.valid_from or issued_on) for post in posts)
    return since + dt.timedelta(days=facts.days[version.procedure.agency_id])


def _reading_days(agencies: set[int]) -> dict[int, int]:
    saved = DocumentSettings.objects.filter(agency__in=agencies)
    usual = DocumentSettings().reading_days
    return dict.fromkeys(agencies, usual) | dict(saved.values_list("agency", "reading_days"))


def _trusted(procedures: Iterable[Procedure], on: dt.date) -> dict[int, set[int]]:
    """Return who may read each restricted procedure: its secretary, leaders, and those granted."""
    restricted = [procedure for procedure in procedures if procedure.is_restricted]
    if not restricted:
        return {}
    holders = holders_of(Role.ISO_SECRETARY, on=on) + holders_of(Role.LEADER, on=on)
    grants = ProcedureGrant.objects.valid(on=on).filter(content_object__in=restricted)
    granted: dict[int, set[int]] = defaultdict(set)
    for procedure_id, person in grants.values_list("content_object", "user"):
        granted[procedure_id].add(person)
    return {
        procedure.pk: granted[procedure.pk]
        | {who for path, who in holders if (procedure.owner.path or "").startswith(path)}
        for procedure in restricted
    }


def _chains(procedures: set[int]) -> dict[int, list[_Link]]:
    """Return the versions of each procedure that came, or come, into force, in their order."""
    rows = (
        InForcePeriod.objects.standing()
        .filter(procedure__in=procedures, version__status=VersionStatus.ISSUED)
        .values_list(
            "procedure",
            "version",
            "version__issue_no",
            "version__revision_no",
            "version__is_significant",
        )
    )
    chains: dict[int, list[_Link]] = defaultdict(list)
    for procedure, version, issue, revision, is_significant in rows:
        chains[procedure].append(_Link(version, (issue or 0, revision or 0), is_significant))
    for chain in chains.values():
        chain.sort(key=lambda link: (link.order, link.pk))
    return chains


def _settled(periods: Iterable[InForcePeriod]) -> dict[int, dict[int, Acknowledgement]]:
    """Return, for each version, who has settled it by which acknowledgement."""
    chains = _chains({period.procedure_id for period in periods})
    given: dict[int, list[Acknowledgement]] = defaultdict(list)
    versions = [link.pk for chain in chains.values() for link in chain]
    rows = Acknowledgement.objects.filter(version__in=versions).select_related("dissemination")
    for row in rows:
        given[row.version_id].append(row)
    settled: dict[int, dict[int, Acknowledgement]] = {}
    for period in periods:
        found: dict[int, Acknowledgement] = {}
        for key in _settling(chains[period.procedure_id], period.version):
            for row in given[key]:
                found.setdefault(row.person_id, row)
        settled[period.version_id] = found
    return settled


def _settling(chain: Sequence[_Link], version: ProcedureVersion) -> Iterator[int]:
    """Yield the version, then earlier ones back to the last significant one, itself included."""
    yield version.pk
    if version.is_significant:
        return
    for link in reversed([link for link in chain if link.order < _order(version)]):
        yield link.pk
        if link.is_significant:
            return
