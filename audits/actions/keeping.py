"""The PDF of an approved report, made once and kept."""

from django.db import transaction

from audits.models import Audit, AuditPaper
from audits.printing.audits import report
from qms.organisation.models import User
from qms.records import files
from qms.records.paper import to_pdf
from qms.records.workflow import TransitionNotAllowed

REPORT = "report"


def keep_report(audit: Audit, by: User) -> AuditPaper:
    """Return the kept PDF of a reported audit, made now if there is none yet.

    Runs after the transaction that approved it; a failure is mended by running it again. Raises
    TransitionNotAllowed before the approval.
    """
    stored = Audit.objects.select_related("agency").get(pk=audit.pk)
    if not stored.is_reported:
        raise TransitionNotAllowed("Báo cáo chưa được phê duyệt nên chưa lưu bản in.")
    kept = kept_report(stored)
    if kept is not None:
        return kept
    file = files.store(to_pdf(report(stored)), f"bao-cao-{stored.slug}.pdf", kind="pdf", by=by)
    with transaction.atomic():
        made, _ = AuditPaper.objects.get_or_create(
            audit=stored,
            kind=REPORT,
            defaults={"file": file, "sha256": file.sha256, "made_by": by},
        )
    return made


def kept_report(audit: Audit) -> AuditPaper | None:
    """Return the kept PDF of the report, None while there is none."""
    return AuditPaper.objects.filter(audit=audit, kind=REPORT).select_related("file").first()
