"""What of versions and decisions can be recomputed: hashes, and what was signed."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count

from procedures.actions.correcting import correction_sha256
from procedures.content import sha256_of
from procedures.models import (
    Acknowledgement,
    Decision,
    DecisionCorrection,
    Procedure,
    ProcedureVersion,
)
from procedures.workflow import DecisionStatus
from qms.records.models import Signature
from qms.records.verifying.found import CHUNK, Difference, Report, chunks

_VERSIONS = ProcedureVersion._meta.db_table
_SIGNATURES = Signature._meta.db_table
# One that was cancelled after its approval still says what was approved.
_DECIDED = (
    DecisionStatus.APPROVED,
    DecisionStatus.ISSUED,
    DecisionStatus.WITHDRAWN,
    DecisionStatus.CANCELLED,
)
_SIGNED_OTHER = "Chữ ký không phải trên nội dung này."


def check_contents(report: Report) -> Iterator[Difference]:
    """Each content has its hash; signatures and acknowledgements are of a content it had."""
    for versions in chunks(ProcedureVersion):
        keys = [version.pk for version in versions]
        for version in versions:
            report.counts["versions"] += 1
            if sha256_of(version.content) != version.content_sha256:
                message = "Nội dung không còn khớp mã băm của nó."
                yield Difference("content", message, _VERSIONS, str(version.pk), "content_sha256")
        yield from _signed_contents(keys)
        for read in Acknowledgement.objects.filter(version__in=keys).select_related("version"):
            if read.content_sha256 != read.version.content_sha256:
                message = "Xác nhận đã đọc không phải của nội dung này."
                table = Acknowledgement._meta.db_table
                yield Difference("content", message, table, str(read.pk), "content_sha256")


def _signed_contents(keys: list[int]) -> Iterator[Difference]:
    rows = ProcedureVersion.history.filter(id__in=keys).order_by()
    had = set(rows.values_list("id", "round", "content_sha256").distinct())
    if not keys:
        return
    signed = Signature.objects.on_all([ProcedureVersion(pk=key) for key in keys])
    for signature in signed:
        if (signature.object_id, signature.round, signature.sha256) not in had:
            yield Difference("signature", _SIGNED_OTHER, _SIGNATURES, str(signature.pk), "sha256")


def check_decided(report: Report) -> Iterator[Difference]:
    """Each approval is of what the decision says, each correction of what it corrects."""
    decisions = Decision.objects.filter(status__in=_DECIDED, origin=Decision.Origin.SYSTEM)
    for decision in decisions.order_by("pk").iterator(chunk_size=CHUNK):
        approved = Signature.objects.on(decision).filter(
            act=Signature.Act.APPROVED, round=decision.round
        )
        for signature in approved.exclude(sha256=decision.sha256()):
            procedures = [item.procedure_id for item in decision.standing_items()]
            if not has_changed(Procedure, procedures, "code"):
                yield Difference(
                    "signature", _SIGNED_OTHER, _SIGNATURES, str(signature.pk), "sha256"
                )
    for row in DecisionCorrection.objects.select_related("file").order_by("pk"):
        other = Signature.objects.on(row).exclude(sha256=correction_sha256(row))
        for key in other.values_list("pk", flat=True):
            yield Difference("signature", _SIGNED_OTHER, _SIGNATURES, str(key), "sha256")


def has_changed(model: Any, keys: Iterable[int | None], column: str) -> bool:
    """Tell whether one of the records ever had another value in `column`."""
    rows = model.history.filter(id__in=[key for key in keys if key]).order_by()
    return bool(rows.values("id").annotate(n=Count(column, distinct=True)).filter(n__gt=1).exists())
