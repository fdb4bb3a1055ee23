"""What a version prints: gathered from its records as they were, never typed."""

from procedures.models import InForcePeriod, ProcedureVersion
from procedures.pdf import PrintedRevision, PrintedSign, PrintedVersion, version_pdf
from procedures.workflow import FROZEN_VERSION, VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import AgencyProfile
from qms.records.models import Signature

_ACTS = (Signature.Act.PREPARED, Signature.Act.REVIEWED, Signature.Act.APPROVED)


def printed_version(
    version: ProcedureVersion, *, wet_ink: bool = False, is_copy: bool = False
) -> PrintedVersion:
    """Gather all that the PDF of `version` shows.

    `is_copy` marks what is no longer in force today; the rendition kept at issue never is.
    """
    procedure = version.procedure
    profile = AgencyProfile.objects.filter(unit_id=procedure.agency_id).first()
    period = version.periods.filter(voided_at=None).select_related("begun_by__decision").first()
    decision = period.begun_by.decision if period else None
    is_issued = version.status == VersionStatus.ISSUED
    has_ended = bool(is_copy and period and period.valid_to and period.valid_to <= today())
    return PrintedVersion(
        agency_parent=profile.parent_name if profile else "",
        agency_name=procedure.issuer_name
        or (profile.display_name if profile else procedure.agency.name),
        standard=profile.standard if profile else "TCVN ISO 9001:2015",
        code=procedure.code,
        issue_no=version.issue_no,
        revision_no=version.revision_no,
        issued_on=decision.signed_on if decision else None,
        effective_on=period.valid_from if period else None,
        decision=str(decision) if decision else "",
        signs=_signs(version, profile),
        revisions=_revisions(version),
        content=version.document,
        mark="" if is_issued and not has_ended else ("ended" if is_issued else "draft"),
        ended_on=period.valid_to if has_ended and period else None,
        wet_ink=wet_ink,
    )


def copy_pdf(version: ProcedureVersion, *, wet_ink: bool = False) -> bytes:
    """Return a PDF made now: a draft or an ended version carries its mark; it is not kept."""
    return version_pdf(printed_version(version, wet_ink=wet_ink, is_copy=True))


def _signs(version: ProcedureVersion, profile: AgencyProfile | None) -> tuple[PrintedSign, ...]:
    labels = {
        Signature.Act.PREPARED: profile.prepared_label if profile else "Soạn thảo",
        Signature.Act.REVIEWED: profile.reviewed_label if profile else "Xem xét",
        Signature.Act.APPROVED: profile.approved_label if profile else "Phê duyệt",
    }
    signatures = list(Signature.objects.on(version).filter(act__in=_ACTS, round=version.round))
    made = []
    for act in _ACTS:
        of_act = [s for s in signatures if s.act == act]
        made += [
            PrintedSign(labels[act], s.person_name, s.position_name, s.capacity, _method(s))
            for s in of_act
        ] or [PrintedSign(labels[act], "", "", "", "")]
    return tuple(made)


def _method(signature: Signature) -> str:
    day = format_date(signature.signed_on)
    if signature.method == Signature.Method.PAPER:
        return f"Đã ký trên bản giấy ngày {day}"
    how = "bằng mật khẩu " if signature.method == Signature.Method.PASSWORD else ""
    return f"Đã xác nhận {how}trên hệ thống ngày {day}"


def _revisions(version: ProcedureVersion) -> tuple[PrintedRevision, ...]:
    """Return one row an edition up to this one, in order."""
    editions = version.procedure.versions.filter(status__in=FROZEN_VERSION, pk__lte=version.pk)
    periods = {
        period.version_id: period
        for period in InForcePeriod.objects.standing()
        .filter(version__in=editions)
        .select_related("begun_by__decision")
    }
    rows = []
    ordered = sorted(editions, key=lambda v: (v.issue_no or 0, v.revision_no or 0))
    for seq, edition in enumerate(ordered, 1):
        period = periods.get(edition.pk)
        decision = period.begun_by.decision if period else None
        rows.append(
            PrintedRevision(
                seq=seq,
                summary=edition.document.change_summary or ("Ban hành lần đầu" if seq == 1 else ""),
                reason=str(decision) if decision else "",
                issue_no=edition.issue_no,
                revision_no=edition.revision_no,
                date=decision.signed_on if decision else None,
            )
        )
    return tuple(rows)
