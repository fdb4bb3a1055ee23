"""Taking a responsibility out of the count of coverage: the proposal (DESIGN §2, Catalogue)."""

import datetime as dt

from django.db import transaction

from procedures.models import Exclusion, Responsibility
from qms.foundation.text import clean_lines
from qms.organisation.models import User


@transaction.atomic
def propose_exclusion(
    responsibility: Responsibility,
    *,
    by: User,
    reason: str,
    note: str = "",
    valid_from: dt.date | None = None,
) -> Exclusion:
    """Propose to count the responsibility no more from `valid_from` (None: always) on.

    It counts as before until a leader accepts. Raises ValidationError when a proposal waits, or one
    was accepted without end.
    """
    Responsibility.objects.select_for_update(of=("self",)).get(pk=responsibility.pk)
    exclusion = Exclusion(
        responsibility=responsibility,
        reason=Exclusion.Reason(reason),
        note=clean_lines(note),
        valid_from=valid_from,
        proposed_by=by,
    )
    exclusion.validate_constraints()
    exclusion.record(by=by, reason="Đề nghị đưa ra khỏi phạm vi")
    return exclusion
