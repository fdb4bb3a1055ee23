"""What a version prints: gathered from its records as they were, never typed."""

import datetime as dt
from collections.abc import Iterable, Iterator

from procedures.models import Decision, InForcePeriod, PrintedCopy, ProcedureVersion
from procedures.pdf import (
    Mark,
    PrintedColumn,
    PrintedRevision,
    PrintedSign,
    PrintedVersion,
    version_pdf,
)
from procedures.revisions import expected_number, revision_rows, taken_up_text
from procedures.stamps import controlled_stamp, uncontrolled_stamp
from procedures.word import version_docx
from procedures.workflow import VersionStatus
from qms.foundation.dates import LOCAL, format_date, today
from qms.organisation.models import AgencyProfile
from qms.records.models import LedgerEntry, Signature
from qms.records.signatures import manner


def printed_version(
    version: ProcedureVersion, *, wet_ink: bool = False, is_copy: bool = False
) -> PrintedVersion:
    """Gather all that the PDF of `version` shows.

    Names and labels are those of the day on which it was issued. `is_copy` marks what is no longer
    in force today; the rendition kept at issue never is. `wet_ink` leaves room to sign by hand.
    """
    procedure = version.procedure
    profile = _profile(version)
    periods = version.periods.filter(voided_at=None)
    period = periods.select_related("begun_by__decision", "ended_by__decision").first()
    decision = period.begun_by.decision if period else None
    mark = _mark(version, period, is_copy=is_copy)
    issue_no, revision_no, is_expected = expected_number(version)
    issuer = (decision.issuer_name if decision else "") or procedure.issuer_name
    signatures = list(Signature.objects.on(version).filter(round=version.round))
    document = version.document
    return PrintedVersion(
        kind=procedure.Kind(procedure.kind),
        agency_parent="" if issuer or profile is None else profile.parent_name,
        agency_name=issuer or (profile.display_name if profile else procedure.agency.name),
        standard=profile.standard if profile else "TCVN ISO 9001:2015",
        code=procedure.code,
        issue_no=issue_no,
        revision_no=revision_no,
        is_expected=is_expected,
        issued_on=decision.signed_on if decision else None,
        effective_on=period.valid_from if period else None,
        decision=str(decision) if decision else "",
        signs=tuple(_columns(signatures, profile)),
        revisions=tuple(_revisions(version)),
        content=document if document.title else document.revised(title=procedure.title),
        sha256=version.content_sha256 if signatures else "",
        mark=mark,
        ledger=LedgerEntry.objects.head().line,
        ended_on=period.valid_to if period and mark is Mark.ENDED else None,
        wet_ink=wet_ink,
        is_on_paper=version.origin == version.Origin.PAPER
        and not (document.steps or document.body),
        notes=tuple(_notes(version, decision, signatures, is_copy=is_copy)),
        taken_up=tuple(map(taken_up_text, document.taken_up)),
        transition=" ".join(period.transition.split()) if period and mark is Mark.ENDED else "",
    )


def copy_pdf(version: ProcedureVersion, *, wet_ink: bool = False) -> bytes:
    """Return a PDF made now: a draft or an ended version carries its mark; it is not kept.

    What was issued says on every page that nobody controls the print, and where to ask for it.
    """
    printed = printed_version(version, wet_ink=wet_ink, is_copy=True)
    stamp = uncontrolled_stamp(version)
    return version_pdf(printed, *([stamp] if stamp else []))


def controlled_pdf(version: ProcedureVersion, copies: Iterable[PrintedCopy]) -> bytes:
    """Return one PDF of numbered copies of `version`, each whole, one after the other.

    Each page bears the number, the holder and the QR code of its copy. Nothing is written.
    """
    stamps = [controlled_stamp(copy) for copy in copies]
    return version_pdf(printed_version(version, is_copy=True), *stamps)


def copy_docx(version: ProcedureVersion, *, made_at: dt.datetime) -> bytes:
    """Return a Word document made at `made_at`, marked as an uncontrolled copy; it is not kept."""
    return version_docx(printed_version(version, is_copy=True), made_at=made_at)


def _profile(version: ProcedureVersion) -> AgencyProfile | None:
    """Return the agency's profile as it was when the version was issued, as it is before that."""
    agency = version.procedure.agency_id
    if version.issued_at is not None:
        profiles = AgencyProfile.history.as_of(version.issued_at)
        if then := profiles.filter(unit_id=agency).first():
            found: AgencyProfile = then
            return found
    return AgencyProfile.objects.filter(unit_id=agency).first()


def _mark(version: ProcedureVersion, period: InForcePeriod | None, *, is_copy: bool) -> Mark:
    if version.status == VersionStatus.DISCARDED:
        return Mark.DISCARDED
    if version.status != VersionStatus.ISSUED:
        return Mark.DRAFT
    if not is_copy:
        return Mark.NONE
    if period is None:
        return Mark.NEVER
    return Mark.ENDED if period.valid_to and period.valid_to <= today() else Mark.NONE


def _columns(signatures: list[Signature], profile: AgencyProfile | None) -> Iterator[PrintedColumn]:
    """Yield who prepared, reviewed and approved; of one who signed twice the last time counts."""
    for act, label in (
        (Signature.Act.PREPARED, profile.prepared_label if profile else ""),
        (Signature.Act.REVIEWED, profile.reviewed_label if profile else ""),
        (Signature.Act.APPROVED, profile.approved_label if profile else ""),
    ):
        signs = [
            PrintedSign(
                name=signature.person_name,
                position=signature.position_name,
                capacity=signature.get_capacity_display() if signature.capacity else "",
                method=manner(signature),
            )
            for signature in signatures
            if signature.act == act
        ]
        yield PrintedColumn(label or act.label, tuple(signs) or (PrintedSign(),))


def _revisions(version: ProcedureVersion) -> Iterator[PrintedRevision]:
    """Yield one row an edition up to this one, in the order of their numbers."""
    for row in revision_rows(version):
        yield PrintedRevision(
            summary=row.summary or (f"Sửa đổi: {row.location}" if row.location else ""),
            reason=row.decision,
            issue_no=row.issue_no,
            revision_no=row.revision_no,
            date=row.date,
        )


def _notes(
    version: ProcedureVersion,
    decision: Decision | None,
    signatures: list[Signature],
    *,
    is_copy: bool,
) -> Iterator[str]:
    """Yield where a version comes from that was taken over from paper, or made up to show.

    A copy made now also tells what was corrected; the rendition kept at issue is older than that.
    """
    if version.origin == version.Origin.PAPER:
        note = "Tài liệu đã ban hành trên bản giấy, ghi nhận vào hệ thống để quản lý."
        if version.scan_id:
            note += " Bản chụp của bản giấy được lưu trên hệ thống."
        yield note
        for signature in signatures:
            if signature.act == Signature.Act.ACCEPTED:
                who = f"{signature.person_name}, {signature.position_name}".strip(", ")
                yield f"Người chấp nhận ghi nhận: {who}, ngày {format_date(signature.signed_on)}."
    for mended in decision.corrections.all() if decision and is_copy else ():
        yield (
            f"Đính chính ngày {format_date(mended.corrected_at.astimezone(LOCAL).date())}: quyết "
            f"định ban hành trước ghi số {mended.old_number} ngày "
            f"{format_date(mended.old_signed_on)}, hiệu lực từ "
            f"{format_date(mended.old_effective_on)}."
        )
    if decision and decision.is_illustrative:
        yield decision.note or "Quyết định ban hành được lập để minh họa."
