"""What a package is to hold, as those who know the records say it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet

from qms.records.models import Signature


@dataclass(frozen=True)
class Part:
    """Rows of one model, and of its history those that go with them (None: all of them)."""

    rows: QuerySet[Any]
    history: QuerySet[Any] | None = None
    withheld: frozenset[str] = frozenset()  # fields whose files are not for this person


@dataclass(frozen=True)
class Selection:
    """What is packed; `title` names it in the package, `note` says what was left out and why.

    Files, people and, where `signatures` is None, all signatures come by themselves: whatever the
    rows name.
    """

    kind: str
    name: str
    title: str
    parts: tuple[Part, ...]
    signatures: QuerySet[Signature] | None = None
    note: str = ""
    agency: str = ""


def history_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return all history rows of the records."""
    return rows.model.history.filter(
        **{f"{rows.model._meta.pk.attname}__in": rows.order_by().values("pk")}
    )


def latest(rows: QuerySet[Any]) -> Part:
    """Return records that others belong to as they stand, without how they came to."""
    later = rows.model.history.model._base_manager.filter(
        id=OuterRef("id"), history_id__gt=OuterRef("history_id")
    )
    return Part(rows, history_of(rows).filter(~Exists(later)))


def since(history: QuerySet[Any], moment: dt.datetime) -> QuerySet[Any]:
    """Return of the history rows those from the aware moment on, and how each record stood then."""
    later = history.model._base_manager.filter(
        id=OuterRef("id"), history_date__lte=moment, history_id__gt=OuterRef("history_id")
    )
    return history.filter(Q(history_date__gt=moment) | ~Exists(later))


def signatures_on(*records: QuerySet[Any], round_of: str = "") -> QuerySet[Signature]:
    """Return the signatures on all of the records, or those of the round that they are in now.

    `round_of` names the field that holds that round; where it is empty, rounds are not asked.
    """
    wanted = Q(pk__in=[])
    for rows in records:
        kind = ContentType.objects.get_for_model(rows.model)
        if round_of:
            keys = rows.filter(pk=OuterRef("object_id"), **{round_of: OuterRef("round")})
            wanted |= Q(Exists(keys), content_type=kind)
        else:
            wanted |= Q(content_type=kind, object_id__in=rows.order_by().values("pk"))
    return Signature.objects.filter(wanted)
