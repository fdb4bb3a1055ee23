"""Who must read a version: the people whose positions act in it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from procedures.models import ProcedureVersion, StepDuty
from qms.foundation.dates import valid_on
from qms.organisation.models import Post, User


def readers_of(versions: Sequence[ProcedureVersion], on: dt.date) -> dict[int, list[User]]:
    """Return, by the key of each version, who holds on the day a position that acts in it.

    A step of a unit is the duty of those in that unit, one without a unit of all in the agency.
    Two queries, however many versions and people; people in the order of their names.
    """
    duties = (
        StepDuty.objects.filter(version__in=[version.pk for version in versions])
        .values_list("version_id", "position_id", "unit_id", "version__procedure__agency__path")
        .distinct()
    )
    wanted = list(duties.order_by("version_id"))
    posts = Post.objects.filter(
        valid_on(on), position__in={duty[1] for duty in wanted}, person__is_active=True
    ).select_related("person", "unit")
    holders: dict[int, list[Post]] = defaultdict(list)
    for post in posts:
        holders[post.position_id].append(post)
    found: dict[int, dict[int, User]] = {version.pk: {} for version in versions}
    for version_id, position_id, unit_id, path in wanted:
        for post in holders[position_id]:
            at_home = post.unit_id == unit_id if unit_id else _is_within(post, path)
            if at_home:
                found[version_id][post.person_id] = post.person
    return {
        pk: sorted(people.values(), key=lambda person: person.sort_key)
        for pk, people in found.items()
    }


def _is_within(post: Post, path: str | None) -> bool:
    return (post.unit.path or "").startswith(path or "")
