"""Taking a responsibility out of the count of coverage: proposed, accepted (DESIGN §2)."""

import datetime as dt

from django.db import transaction

from procedures.models import Exclusion, Responsibility
from procedures.models.capacities import in_capacity, matter_of_tthc
from qms.foundation.text import clean_lines
from qms.organisation.models import User
from qms.records.signatures import Signing


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


@transaction.atomic
def accept_exclusion(exclusion: Exclusion, *, by: User, signing: Signing) -> None:
    """Take the responsibility out of the count, in the capacity in which `by` signs for its field.

    Raises what `in_capacity` and `Exclusion.accept` raise.
    """
    duty = exclusion.responsibility
    matter = matter_of_tthc(duty.tthc)
    signing = in_capacity(signing, by=by, agency=duty.unit.agency(), matter=matter)
    exclusion.accept(by=by, signing=signing)
