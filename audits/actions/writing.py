"""Writing down what is done about a nonconformity, over nobody else's words unseen."""

import hashlib
import json

from django.db import transaction

from audits.actions.treating import TreatmentGiven, save_treatment
from audits.models import Nonconformity, Treatment
from audits.workflow import NonconformityStatus
from qms.organisation.models import User
from qms.records.workflow import SeenVersionChanged


def written_sha256(nonconformity: Nonconformity) -> str:
    """Return the hash of what is written of the present round, `-` before anything is."""
    treatment = nonconformity.treatment()
    if treatment is None:
        return "-"
    text = json.dumps(treatment.content(), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def save_seen_treatment(
    nonconformity: Nonconformity, given: TreatmentGiven, *, by: User, seen: str
) -> Treatment:
    """Store what is written of the round, where it is still what the person began from.

    `seen` is the `written_sha256` of that. Raises SeenVersionChanged where another one is stored.
    """
    nonconformity.must_be(NonconformityStatus.OPEN, NonconformityStatus.ANALYSED)
    if written_sha256(nonconformity) != seen:
        raise SeenVersionChanged(
            "Trong lúc đó người khác đã ghi vào phần này; bản của họ đang ở trên phiếu. "
            "Nội dung bạn gõ vẫn còn đây, lưu lần nữa thì thay bản của họ."
        )
    return save_treatment(nonconformity, given, by=by)
