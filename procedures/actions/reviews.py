"""Impact sheets are opened and settled; documents are looked at again at their interval."""

import hashlib
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from procedures.actions.requesting import request_change
from procedures.impact import (
    Change,
    RowState,
    Touched,
    has_open_request,
    key_of,
    reviews_of,
    rows_of_sheet,
    touched_by,
)
from procedures.models import (
    ChangeRequest,
    DocumentSettings,
    ImpactRow,
    ImpactSheet,
    InForcePeriod,
    LegalChange,
    Procedure,
    Review,
    ReviewBatch,
    TTHCChange,
)
from procedures.permissions import is_secretary
from qms.foundation.dates import add_months, format_date, today
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import AgencyProfile, Unit, User
from qms.records.models import Signature
from qms.records.numbers import take_number
from qms.records.signatures import Signing, sign
from qms.records.workflow import SeenVersionChanged

_UPDATE_MONTHS = 3  # QĐ 19/2014/QĐ-TTg, Điều 4 khoản 4 điểm a, where an agency has no settings
_ASKED = {
    Review.Verdict.REVISE: (ChangeRequest.Kind.REVISE, "Cập nhật quy trình theo: {}."),
    Review.Verdict.ABOLISH: (ChangeRequest.Kind.ABOLISH, "Bãi bỏ quy trình vì: {}."),
}


def open_impact_sheet(change: Change, *, by: User) -> list[ImpactSheet]:
    """Return the impact sheets of `change`, one an agency that it touches (see the next)."""
    return open_impact_sheets([change], by=by)


@transaction.atomic
def open_impact_sheets(changes: Iterable[Change], *, by: User) -> list[ImpactSheet]:
    """Let each change that touches procedures have one impact sheet an agency; return them.

    The deadline is its effect and the agency's months to take it up, clamped to the month's end
    (QĐ 19/2014/QĐ-TTg, Điều 4 khoản 4 điểm a). What is there stays: once more adds the rows that
    are missing and nothing else. A change recorded by mistake has none made.
    """
    valid = [change for change in changes if not change.is_void]
    if not valid:
        return []
    touched = touched_by(valid, on=today())
    agencies = {each.agency_id for found in touched.values() for each in found}
    # Whoever opens sheets of an agency waits for the one before: a sheet is made once.
    list(Unit.objects.select_for_update(of=("self",)).filter(pk__in=agencies).order_by("pk"))
    known = _known(valid)
    months = dict(
        AgencyProfile.objects.filter(unit__in=agencies).values_list(
            "unit_id", "update_deadline_months"
        )
    )
    for change in valid:
        by_agency: dict[int, list[Touched]] = {}
        for each in touched[key_of(change)]:
            by_agency.setdefault(each.agency_id, []).append(each)
        for agency_id, found in sorted(by_agency.items()):
            place = (agency_id, key_of(change))
            if place not in known:
                known[place] = _open(change, agency_id, months.get(agency_id), by=by)
            _add_rows(known[place], found, by=by)
    return sorted(known.values(), key=lambda sheet: sheet.pk)


def _known(changes: Sequence[Change]) -> dict[tuple[int, tuple[str, int]], ImpactSheet]:
    sheets = ImpactSheet.objects.filter(
        Q(legal_change__in=[c.pk for c in changes if isinstance(c, LegalChange)])
        | Q(tthc_change__in=[c.pk for c in changes if isinstance(c, TTHCChange)])
    ).prefetch_related("rows")
    found = {}
    for sheet in sheets:
        key = ("legal", sheet.legal_change_id or 0)
        if sheet.tthc_change_id:
            key = ("tthc", sheet.tthc_change_id)
        found[sheet.agency_id, key] = sheet
    return found


def _open(change: Change, agency_id: int, months: int | None, *, by: User) -> ImpactSheet:
    agency = Unit.objects.get(pk=agency_id)
    sheet = ImpactSheet(
        agency=agency,
        legal_change=change if isinstance(change, LegalChange) else None,
        tthc_change=change if isinstance(change, TTHCChange) else None,
        due_on=add_months(change.effective_on, months or _UPDATE_MONTHS),
        opened_by=by,
    )
    pattern = DocumentSettings.of(agency).impact_pattern
    sheet.number = take_number(agency, "impact", year=today().year, pattern=pattern)
    sheet.record(by=by, reason="Lập phiếu đánh giá tác động")
    return sheet


def _add_rows(sheet: ImpactSheet, found: Iterable[Touched], *, by: User) -> None:
    there = {row.procedure_id for row in sheet.rows.all()}
    for each in found:
        if each.procedure_id not in there:
            row = ImpactRow(sheet=sheet, procedure_id=each.procedure_id, reach=each.reach)
            row.record(by=by, reason="Thay đổi chạm đến quy trình")


# --- verdicts ---


@transaction.atomic
def settle_rows(
    sheet: ImpactSheet,
    rows: Iterable[ImpactRow],
    *,
    verdict: str,
    reason: str,
    by: User,
    signing: Signing,
    seen: int | None = None,
) -> ReviewBatch:
    """Give one verdict, for one reason and with one signature, on rows of the sheet.

    *Phải sửa* and *bãi bỏ* ask for a change of each procedure, unless that is asked for already;
    where `by` keeps the procedure, the request is accepted at once. A later verdict on a row is
    added to those before it. `seen` is `last_verdict` of the sheet as the person saw it.

    Raises ValidationError without rows, verdict or reason, or when the change was recorded by
    mistake; SeenVersionChanged when somebody gave a verdict meanwhile.
    """
    sheet = _locked(sheet)
    change = sheet.legal_change or sheet.tthc_change
    chosen = {row.pk for row in rows}
    of_sheet = sheet.rows.filter(pk__in=chosen).select_related("procedure__owner")
    listed = list(of_sheet.order_by("procedure__sort_key", "pk"))
    if change is None or change.is_void:
        raise ValidationError("Thay đổi của phiếu này đã được đánh dấu ghi nhầm.")
    if seen is not None and seen != last_verdict(sheet):
        raise SeenVersionChanged(
            "Người khác vừa kết luận trên phiếu này. Hãy xem lại rồi kết luận tiếp."
        )
    if not listed or len(listed) != len(chosen):
        raise ValidationError({"rows": "Hãy chọn ít nhất một quy trình của phiếu."})
    batch = _batch(sheet.agency, sheet, verdict, reason, by=by)
    for state in rows_of_sheet(sheet, listed):
        review = _review(batch, state.row.procedure, by=by)
        review.legal_change, review.tthc_change = sheet.legal_change, sheet.tthc_change
        review.record(by=by, reason=f"Đánh giá tác động theo phiếu {sheet.number}")
        _ask(state, review, str(change), f"Phiếu đánh giá tác động {sheet.number}", by=by)
    _sign(batch, [row.procedure for row in listed], by=by, signing=signing)
    return batch


def _locked(sheet: ImpactSheet) -> ImpactSheet:
    read = ImpactSheet.objects.select_related(
        "agency", "legal_change__document", "legal_change__by_document", "tthc_change__tthc"
    )
    return read.select_for_update(of=("self",)).get(pk=sheet.pk)


def last_verdict(sheet: ImpactSheet) -> int:
    """Return the key of the last verdict on the sheet's change; 0 while there is none."""
    keys = reviews_of(sheet).order_by("-pk").values_list("pk", flat=True)
    return keys.first() or 0


def _batch(
    agency: Unit, sheet: ImpactSheet | None, verdict: str, reason: str, *, by: User
) -> ReviewBatch:
    wrong = {}
    if verdict not in Review.Verdict.values:
        wrong["verdict"] = "Hãy chọn một kết luận."
    if not clean(reason):
        wrong["reason"] = "Hãy ghi lý do."
    if wrong:
        raise ValidationError(wrong)
    batch = ReviewBatch(
        agency=agency,
        sheet=sheet,
        verdict=verdict,
        reason=clean_lines(reason),
        reviewed_by=by,
        reviewed_on=today(),
    )
    batch.record(by=by, reason="Kết luận")
    return batch


def _review(batch: ReviewBatch, procedure: Procedure, *, by: User) -> Review:
    return Review(
        procedure=procedure,
        verdict=batch.verdict,
        reason=batch.reason,
        reviewed_by=by,
        reviewed_on=batch.reviewed_on,
        batch=batch,
    )


def _ask(state: RowState | None, review: Review, cause: str, origin: str, *, by: User) -> None:
    """Ask for the change that the verdict wants; accept it where `by` keeps the procedure."""
    if review.verdict not in _ASKED:
        return
    kind, what = _ASKED[Review.Verdict(review.verdict)]
    if state is not None and has_open_request(state, kind):
        return
    procedure = review.procedure
    request = request_change(
        procedure,
        by=by,
        what=what.format(cause),
        why=review.reason,
        origin_text=origin,
        kind=kind,
        review=review,
    )
    if is_secretary(by, procedure.owner):
        request.accept(by=by)


def _sign(
    batch: ReviewBatch, procedures: Iterable[Procedure], *, by: User, signing: Signing
) -> None:
    text = batch_statement(batch, procedures)
    digest = hashlib.sha256(text.encode()).hexdigest()
    sign(batch, Signature.Act.CONFIRMED, by=by, sha256=digest, signing=signing)


def batch_statement(batch: ReviewBatch, procedures: Iterable[Procedure]) -> str:
    """Return what the signature on the batch says, to the letter; its SHA-256 is what is signed."""
    about = "Xem xét định kỳ tài liệu"
    if batch.sheet is not None:
        about = f"Phiếu đánh giá tác động {batch.sheet.number}: "
        about += str(batch.sheet.legal_change or batch.sheet.tthc_change)
    codes = sorted(procedure.code for procedure in procedures)
    lines = [
        about,
        f"Quy trình: {', '.join(codes)}",
        f"Kết luận: {Review.Verdict(batch.verdict).label}",
        f"Lý do: {batch.reason}",
        f"Ngày {format_date(batch.reviewed_on)}, {batch.reviewed_by.username}",
    ]
    return "\n".join(lines)


@transaction.atomic
def review_periodically(
    agency: Unit,
    procedures: Iterable[Procedure],
    *,
    verdict: str,
    reason: str,
    by: User,
    signing: Signing,
) -> ReviewBatch:
    """Look at documents of the agency again at their interval: one verdict, reason, signature.

    The next review is due an interval later, whatever the verdict. *Phải sửa* and *bãi bỏ* ask for
    a change of each, as on an impact sheet. Raises ValidationError without a procedure of the
    agency that is in force, without verdict or reason, and for one that was reviewed today.
    """
    keys = {procedure.pk for procedure in procedures}
    locked = Procedure.objects.select_for_update(of=("self",)).filter(
        pk__in=keys, agency=agency, periods__in=InForcePeriod.objects.valid(on=today())
    )
    listed = list(locked.select_related("owner").order_by("sort_key", "pk"))
    if not listed or len(listed) != len(keys):
        raise ValidationError({"procedures": "Hãy chọn ít nhất một quy trình đang có hiệu lực."})
    again = Review.objects.filter(
        procedure__in=listed, legal_change=None, tthc_change=None, reviewed_on=today()
    ).select_related("procedure")
    if codes := sorted({review.procedure.code for review in again}):
        raise ValidationError(f"Hôm nay đã xem xét định kỳ: {', '.join(codes)}.")
    batch = _batch(agency, None, verdict, reason, by=by)
    for procedure in listed:
        review = _review(batch, procedure, by=by)
        review.record(by=by, reason="Xem xét định kỳ tài liệu")
        origin = f"Xem xét định kỳ ngày {format_date(batch.reviewed_on)}"
        _ask(None, review, origin.lower(), origin, by=by)
    _sign(batch, listed, by=by, signing=signing)
    return batch
