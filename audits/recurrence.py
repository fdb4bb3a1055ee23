"""Whether a nonconformity happened before: same procedure, step, clause or cause, of late."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from audits.models import AuditSettings, Nonconformity, Treatment
from audits.workflow import NonconformityStatus
from qms.foundation.dates import add_months
from qms.organisation.models import Unit

# Why one is similar, from the strongest on; `similar_to` annotates the place as `why`.
WHYS = {
    1: "cùng quy trình, cùng bước",
    2: "cùng quy trình",
    3: "cùng điều khoản",
    4: "cùng nhóm nguyên nhân",
}


@dataclass(frozen=True)
class Likeness:
    """By what one is compared that may not be stored yet: what is typed so far."""

    agency: Unit
    found_on: dt.date
    procedure_id: int | None = None
    step_key: str = ""
    clause: str = ""
    category: str = ""
    pk: int | None = None

    @classmethod
    def of(cls, nonconformity: Nonconformity) -> "Likeness":
        treatment = nonconformity.treatment() if nonconformity.pk else None
        return cls(
            agency=nonconformity.agency,
            found_on=nonconformity.found_on,
            procedure_id=nonconformity.procedure_id,
            step_key=nonconformity.step_key,
            clause=nonconformity.clause,
            category=treatment.category if treatment else "",
            pk=nonconformity.pk,
        )


def similar_to(
    what: Nonconformity | Likeness, *, on: dt.date | None = None
) -> QuerySet[Nonconformity]:
    """Return those of the agency found in the months before that are alike, most alike first.

    The months are a setting and count back from `on` (None: the day it was found), a day exactly
    that long ago being too old. Each bears `why`, a key of `WHYS`. Itself and rejected ones are
    left out, and those found on the day itself but recorded later.
    """
    key = Likeness.of(what) if isinstance(what, Nonconformity) else what
    day = on or key.found_on
    months = AuditSettings.of(key.agency).recurrence_months
    found = Nonconformity.objects.filter(
        agency=key.agency, found_on__gt=add_months(day, -months), found_on__lte=day
    ).exclude(status=NonconformityStatus.REJECTED)
    if key.pk is not None:
        found = found.exclude(found_on=key.found_on, pk__gte=key.pk).exclude(pk=key.pk)
        found = found.exclude(found_on__gt=key.found_on)
    whens = _whens(key)
    if not whens:
        return found.none()
    why = Case(*whens, default=Value(0), output_field=IntegerField())
    return found.annotate(why=why).filter(why__gt=0).order_by("why", "-found_on", "-pk")


def why_label(nonconformity: Nonconformity) -> str:
    """Return in words why one that `similar_to` gave is alike."""
    return WHYS[getattr(nonconformity, "why", 2)]


def _whens(key: Likeness) -> list[When]:
    whens = []
    if key.procedure_id and key.step_key:
        same = Q(procedure=key.procedure_id, step_key=key.step_key)
        whens.append(When(same, then=Value(1)))
    if key.procedure_id:
        whens.append(When(procedure=key.procedure_id, then=Value(2)))
    if key.clause:
        whens.append(When(clause=key.clause, then=Value(3)))
    if key.category:
        causes = Treatment.objects.filter(nonconformity=OuterRef("pk"), category=key.category)
        whens.append(When(Exists(causes), then=Value(4)))
    return whens
