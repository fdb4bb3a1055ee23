"""What of audits can be recomputed: plans, reports, closed sheets, what was confirmed in the field.

Each is asked only where the database lets nothing of it change any more.
"""

from collections.abc import Iterator

from audits.models import Audit, AuditProgramme, Nonconformity
from audits.models.reports import report_sha256
from audits.workflow import NonconformityStatus, ProgrammeStatus
from procedures.models import Procedure
from procedures.verifying import has_changed
from qms.organisation.models import Unit
from qms.records.models import Signature
from qms.records.verifying.found import CHUNK, Difference, Report

_SIGNATURES = Signature._meta.db_table
_OTHER = "Chữ ký không phải trên nội dung này."


def check_reports(report: Report) -> Iterator[Difference]:
    """A signed report says what was signed; who signed or approved it, signed a report it had."""
    for audit in Audit.objects.order_by("pk").iterator(chunk_size=CHUNK):
        if audit.is_signed and report_sha256(audit) != audit.report_sha256:
            message = "Báo cáo không còn như khi được ký."
            yield Difference(
                "content", message, Audit._meta.db_table, str(audit.pk), "report_sha256"
            )
        had = Audit.history.filter(id=audit.pk).exclude(report_sha256="")
        hashes = had.order_by().values_list("report_sha256", flat=True).distinct()
        for key in (
            Signature.objects.on(audit).exclude(sha256__in=hashes).values_list("pk", flat=True)
        ):
            yield Difference("signature", _OTHER, _SIGNATURES, str(key), "sha256")


def check_programmes(report: Report) -> Iterator[Difference]:
    """A plan that lies before the leader, or was approved, says what was signed in this round."""
    stands = (ProgrammeStatus.SUBMITTED, ProgrammeStatus.APPROVED)
    signed_plans = AuditProgramme.objects.filter(status__in=stands)
    for programme in signed_plans.order_by("pk").iterator(chunk_size=CHUNK):
        signed = Signature.objects.on(programme).filter(round=programme.round)
        other = signed.exclude(sha256=programme.sha256())
        for key in other.values_list("pk", flat=True):
            lines = list(programme.standing_lines())
            if has_changed(Unit, [line.unit_id for line in lines], "code"):
                continue
            if not has_changed(Procedure, [line.procedure_id for line in lines], "code"):
                yield Difference("signature", _OTHER, _SIGNATURES, str(key), "sha256")


def check_closed(report: Report) -> Iterator[Difference]:
    """A closed nonconformity says what was closed."""
    closed = Nonconformity.objects.filter(status=NonconformityStatus.CLOSED)
    for nonconformity in closed.order_by("pk").iterator(chunk_size=CHUNK):
        signed = Signature.objects.on(nonconformity).filter(act=Signature.Act.CLOSED)
        last = signed.order_by("-round").first()
        if last is not None and last.sha256 != nonconformity.sha256():
            yield Difference("signature", _OTHER, _SIGNATURES, str(last.pk), "sha256")
