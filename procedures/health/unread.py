"""Who was asked to read a version and has not, past the time that the agency gives."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from procedures.models import Acknowledgement, DocumentSettings, ProcedureVersion, StepDuty
from qms.foundation.dates import LOCAL, valid_on
from qms.organisation.models import Post


@dataclass(frozen=True)
class Unread:
    """How many people are late to acknowledge a version, and since when the first of them is."""

    version: ProcedureVersion
    people: int
    due_on: dt.date


def unread_of(versions: Sequence[ProcedureVersion], *, on: dt.date) -> list[Unread]:
    """Return the significant versions that somebody is late to read; four queries.

    Those are asked whose positions act in its steps (ISO 9001 7.3); the time runs from the issue,
    or from the day on which somebody came. A restricted document asks nobody here, for not all
    who act in it may read it.
    """
    asking = [v for v in versions if v.is_significant and not v.procedure.is_restricted]
    duties = defaultdict(list)
    for duty in StepDuty.objects.filter(version__in=[v.pk for v in asking]).select_related("unit"):
        duties[duty.version_id].append(duty)
    positions = {duty.position_id for rows in duties.values() for duty in rows}
    posts = list(
        Post.objects.filter(
            valid_on(on), position__in=positions, person__is_active=True
        ).select_related("unit")
    )
    read = set(
        Acknowledgement.objects.filter(version__in=list(duties)).values_list("version", "person")
    )
    days = dict(DocumentSettings.objects.values_list("agency", "reading_days"))
    found = []
    for version in asking:
        since = _asked(version, duties[version.pk], posts, on)
        given = days.get(version.procedure.agency_id, DocumentSettings().reading_days)
        late = [
            day + dt.timedelta(days=given)
            for person, day in since.items()
            if (version.pk, person) not in read and day + dt.timedelta(days=given) < on
        ]
        if late:
            found.append(Unread(version, len(late), min(late)))
    return found


def _asked(
    version: ProcedureVersion, duties: Sequence[StepDuty], posts: Sequence[Post], on: dt.date
) -> dict[int, dt.date]:
    """Return since when each person, by key, is asked to read `version`."""
    issued = version.issued_at.astimezone(LOCAL).date() if version.issued_at else on
    agency = version.procedure.agency.path or "/"
    asked: dict[int, dt.date] = {}
    for post in posts:
        homes = [
            (duty.unit.path or "/") if duty.unit else agency
            for duty in duties
            if duty.position_id == post.position_id
        ]
        if any((post.unit.path or "").startswith(home) for home in homes):
            since = max(issued, post.valid_from or issued)
            asked[post.person_id] = min(since, asked.get(post.person_id, since))
    return asked
