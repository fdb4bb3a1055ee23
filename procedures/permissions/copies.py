"""Who keeps the numbered copies on paper, and who may look on."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from procedures.models import PrintedCopy, ProcedureVersion, RecallRecord
from procedures.models.copies import PrintedCopyQuerySet
from procedures.permissions import visible_procedures
from qms.organisation.models import Unit, has_role, roles_of, units_of
from qms.organisation.roles import Role

_KEEPERS = (Role.ISO_SECRETARY, Role.CLERK)
_READERS = (*_KEEPERS, Role.LEADER, Role.INTERNAL_AUDITOR, Role.EXTERNAL_CHECKER)


def reads_copies(user: Any, *, on: dt.date | None = None) -> bool:
    """Reads who holds which copy, of some unit: keepers, leaders, auditors and checkers."""
    return has_role(user, *_READERS, on=on)


def keeps_copies(user: Any, unit: Unit | None = None, *, on: dt.date | None = None) -> bool:
    """Hands out and calls back the copies of what `unit` (None: any) owns: secretary or clerk."""
    return has_role(user, *_KEEPERS, unit=unit, on=on)


def can_hand_out(user: Any, version: ProcedureVersion, *, on: dt.date | None = None) -> bool:
    """Prints a controlled copy of the version, which the person may read."""
    return keeps_copies(user, version.procedure.owner, on=on)


def can_read_original(user: Any, version: ProcedureVersion, *, on: dt.date | None = None) -> bool:
    """Opens the rendition that was kept at issue; the version itself is readable to the person."""
    return has_role(user, *_READERS, unit=version.procedure.owner, on=on) or any(
        role == Role.INTERNAL_AUDITOR and path.startswith(version.procedure.agency.path or "-")
        for role, path in roles_of(user, on=on)
    )


def visible_copies(user: Any, *, on: dt.date | None = None) -> PrintedCopyQuerySet:
    """Return the copies whose holder `user` may know, all of procedures that they may read.

    Keepers and leaders see those of their units, auditors and checkers those of the agency.
    """
    wanted = Q(pk__in=[])
    for role in _READERS:
        wanted |= Q(version__procedure__owner__in=units_of(user, role, on=on))
    inside = [path for role, path in roles_of(user, on=on) if role == Role.INTERNAL_AUDITOR]
    above = {int(part) for path in inside for part in path.split("/") if part}
    wanted |= Q(version__procedure__agency__in=above)
    return PrintedCopy.objects.filter(wanted, version__procedure__in=visible_procedures(user))


def kept_copies(user: Any, *, on: dt.date | None = None) -> PrintedCopyQuerySet:
    """Return the copies that `user` may call back."""
    wanted = Q(pk__in=[])
    for role in _KEEPERS:
        wanted |= Q(version__procedure__owner__in=units_of(user, role, on=on))
    return PrintedCopy.objects.filter(wanted, version__procedure__in=visible_procedures(user))


def visible_recalls(user: Any, *, on: dt.date | None = None) -> QuerySet[RecallRecord]:
    """Return the records of which `user` may see every copy: none is shown in part."""
    told = PrintedCopy.history.filter(record_of_end=OuterRef("pk"))
    seen = visible_copies(user, on=on).values("pk")
    return RecallRecord.objects.filter(
        Exists(told.filter(id__in=seen)), ~Exists(told.exclude(id__in=seen))
    )


def can_attach(user: Any, record: RecallRecord, *, on: dt.date | None = None) -> bool:
    """Lays the signed paper to a record that has none: secretary or clerk of the agency."""
    return record.file_id is None and (
        record.recorded_by_id == user.pk or keeps_copies(user, record.agency, on=on)
    )
