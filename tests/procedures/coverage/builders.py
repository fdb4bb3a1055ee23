"""What the tests of coverage are built from: changes, periods, reviews, and how a TTHC stands."""

import datetime as dt
from typing import Any

from procedures import actions
from procedures.content import LegalBasis
from procedures.coverage import Row, coverage_on
from procedures.models import (
    TTHC,
    Exclusion,
    LegalChange,
    LegalDocument,
    ProcedureVersion,
    Responsibility,
    Review,
    TTHCChange,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import LOCAL
from qms.organisation.models import Unit
from tests.factories import (
    BY_PASSWORD,
    Office,
    advance,
    make_version,
    system,
)

Kind = TTHCChange.Kind
BEGUN = dt.date(2022, 3, 15)
LATER = dt.date(2024, 11, 20)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def make_change(
    tthc: TTHC, kind: Kind, effective_on: dt.date, *, decision_no: str = "99/QĐ-UBND", **more: Any
) -> TTHCChange:
    change = TTHCChange(
        tthc=tthc, kind=kind, effective_on=effective_on, decision_no=decision_no, **more
    )
    change.record(by=system(), reason="Ghi thay đổi")
    return change


def make_legal(number: str = "46/2017/NĐ-CP") -> LegalDocument:
    document = LegalDocument(number=number, kind="Nghị định")
    document.record(by=system(), reason="Ghi văn bản")
    return document


def make_legal_change(
    document: LegalDocument,
    effective_on: dt.date,
    kind: LegalChange.Kind = LegalChange.Kind.REPLACED,
    **more: Any,
) -> LegalChange:
    change = LegalChange(document=document, kind=kind, effective_on=effective_on, **more)
    change.record(by=system(), reason="Ghi thay đổi")
    return change


def in_force(
    office: Office,
    *tthc: TTHC,
    since: dt.date = BEGUN,
    decided: dt.date | None = None,
    **fields: Any,
) -> ProcedureVersion:
    """A version that a paper decision put in force on `since`."""
    return make_version(
        VersionStatus.ISSUED,
        office,
        *tthc,
        paper_on=decided or since,
        effective_on=since,
        **fields,
    )


def revise(
    old: ProcedureVersion, office: Office, since: dt.date, **fields: Any
) -> ProcedureVersion:
    draft = actions.start_version(
        old.procedure,
        by=office.staff,
        content=old.document.revised(change_summary="Cập nhật", **fields),
        change_type=ProcedureVersion.Change.REVISION,
        base=old,
    )
    return advance(draft, VersionStatus.ISSUED, office, paper_on=since, effective_on=since)


def row_of(tthc: TTHC, on: dt.date, unit: Unit) -> Row | None:
    rows = {row.code: row for row in coverage_on(on, unit).rows}
    return rows.get(tthc.code)


def standing(tthc: TTHC, on: dt.date, unit: Unit) -> str | None:
    row = row_of(tthc, on, unit)
    return row.status if row else None


def exclude(duty: Responsibility, office: Office, **fields: Any) -> Exclusion:
    exclusion = Exclusion(
        responsibility=duty,
        reason=Exclusion.Reason.ONLY_ASSISTS,
        proposed_by=office.secretary,
        **fields,
    )
    exclusion.record(by=office.secretary, reason="Đề nghị")
    exclusion.accept(by=office.leader, signing=BY_PASSWORD)
    return exclusion


def basis(number: str = "46/2017/NĐ-CP", **fields: Any) -> LegalBasis:
    return LegalBasis(number=number, **fields)


def make_review(
    version: ProcedureVersion, office: Office, on: str, verdict: str, **change: Any
) -> None:
    Review(
        procedure=version.procedure,
        verdict=verdict,
        reason="Không ảnh hưởng",
        reviewed_by=office.secretary,
        reviewed_on=day(on),
        **change,
    ).record(by=office.secretary, reason="Xem xét")


def set_times(version: ProcedureVersion, **moments: str) -> None:
    """Say when it was recorded, past the verbs: recording is never dated back."""
    values = {
        name: dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)
        for name, text in moments.items()
    }
    ProcedureVersion.objects.filter(pk=version.pk).update(**values)


def many_tthc(unit: Unit, number: int) -> None:
    """Rows past their history: a test alone may, for speed."""
    tthc = TTHC.objects.bulk_create(
        TTHC(
            code=f"2.{n:06d}",
            name=f"TTHC {n}",
            search_key=f"2 {n:06d} tthc {n}",
            sort_key=f"{n:06d}",
        )
        for n in range(number)
    )
    Responsibility.objects.bulk_create(Responsibility(tthc=t, unit=unit) for t in tthc)
    TTHCChange.objects.bulk_create(
        TTHCChange(tthc=t, kind=Kind.ANNOUNCED, effective_on=BEGUN, decision_no="1/QĐ")
        for t in tthc
    )
