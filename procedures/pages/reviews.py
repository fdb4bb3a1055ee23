"""The pages of an impact sheet and of periodic review, with the forms that were refused."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode

from procedures.actions.reviews import last_verdict
from procedures.forms.reviews import PeriodicForm, SettleForm
from procedures.impact import RowState, rows_of_sheet
from procedures.models import ImpactRow, ImpactSheet, InForcePeriod, Procedure, Review
from procedures.permissions import reader_agencies, visible_procedures
from procedures.permissions.reviews import (
    can_review,
    reviewing_agencies,
    visible_rows,
    visible_sheets,
)
from procedures.reviewing import next_review_on, with_last_look
from qms.foundation.dates import today
from qms.foundation.text import fold
from qms.http import UserRequest
from qms.organisation.models import AgencyProfile
from qms.records.models import Signature

PAGE = 100
_SOON = dt.timedelta(days=30)
REACHES = {"truc-tiep": "direct", "vien-dan": "general", "tthc": "tthc"}


def find_sheet(request: UserRequest, pk: int) -> ImpactSheet:
    """Return a sheet that this person may see, or answer 404."""
    sheets = visible_sheets(request.user).select_related(
        "agency",
        "opened_by",
        "legal_change__document",
        "legal_change__by_document",
        "tthc_change__tthc",
        "tthc_change__replaced_by",
    )
    return get_object_or_404(sheets, pk=pk)


@dataclass(frozen=True)
class SheetView:
    """A sheet as one person sees it, narrowed to what was asked for."""

    states: list[RowState]
    shown: list[RowState]
    reach: str
    standing: str

    @property
    def unsettled(self) -> int:
        return sum(not state.verdict for state in self.states)

    @property
    def unfinished(self) -> int:
        return sum(not state.is_done for state in self.states)

    def count(self, reach: str) -> int:
        return sum(state.row.reach == reach for state in self.states)

    @property
    def reaches(self) -> list[tuple[str, str, int]]:
        """Return (word of the address, label, number) of each way of being touched."""
        labels = dict(ImpactRow.Reach.choices)
        return [
            (word, labels[reach][0].upper() + labels[reach][1:], self.count(reach))
            for word, reach in REACHES.items()
            if self.count(reach)
        ]


def sheet_view(request: UserRequest, sheet: ImpactSheet) -> SheetView:
    """Read the rows that this person may see; as many queries for three as for forty."""
    states = rows_of_sheet(sheet, visible_rows(request.user, sheet))
    reach, standing = request.GET.get("lien-quan", ""), request.GET.get("tinh-trang", "")
    shown = states
    if reach in REACHES:
        shown = [state for state in shown if state.row.reach == REACHES[reach]]
    if standing == "chua":
        shown = [state for state in shown if not state.verdict]
    elif standing == "roi":
        shown = [state for state in shown if state.verdict]
    return SheetView(states, shown, reach, standing)


def impact_page(
    request: UserRequest, sheet: ImpactSheet, form: SettleForm | None = None
) -> HttpResponse:
    """Render the sheet; with the form that was refused, as 422."""
    view = sheet_view(request, sheet)
    change: Any = sheet.legal_change or sheet.tthc_change
    may_settle = can_review(request.user, sheet.agency) and not change.is_void
    status = 422 if form else 200
    if form is None and may_settle:
        form = settle_form(request, sheet, initial=_offered(request, sheet, view))
    batches = list(sheet.batches.select_related("reviewed_by").order_by("pk"))
    signatures = Signature.objects.on_all(batches).order_by("pk") if batches else ()
    signed = {each.object_id: each for each in signatures}
    context = {
        "sheet": sheet,
        "change": change,
        "view": view,
        "form": form,
        "chosen": form.chosen_keys("rows") if form else set(),
        "may_settle": may_settle,
        "is_late": view.unfinished and sheet.due_on < today(),
        "batches": [
            (batch, Review.Verdict(batch.verdict).label, signed.get(batch.pk)) for batch in batches
        ],
    }
    return render(request, "procedures/impact_detail.html", context, status=status)


def settle_form(request: UserRequest, sheet: ImpactSheet, **given: Any) -> SettleForm:
    data = request.POST if request.method == "POST" else None
    rows = visible_rows(request.user, sheet)
    return SettleForm(data, request=request, rows=rows, **given)


def _offered(request: UserRequest, sheet: ImpactSheet, view: SheetView) -> dict[str, Any]:
    """Return what is ticked beforehand: what the address asks for and has no verdict yet."""
    ticked: list[int] = []
    if "chon" in request.GET:
        ticked = [state.row.pk for state in view.shown if not state.verdict]
    return {"rows": ticked, "seen": last_verdict(sheet)}


# --- periodic review ---


@dataclass(frozen=True)
class ReviewLine:
    """A procedure in force and when it is to be looked at again; `due_on` None: no interval."""

    period: InForcePeriod
    last_review: dt.date | None
    due_on: dt.date | None
    may_review: bool

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and self.due_on < today()

    @property
    def is_soon(self) -> bool:
        return self.due_on is not None and today() <= self.due_on <= today() + _SOON


def review_lines(request: UserRequest, agencies: set[int]) -> list[ReviewLine]:
    """Return the procedures in force that this person reads as a member, the most pressing first.

    `agencies` are those for whose procedures they give verdicts.
    """
    periods = with_last_look(InForcePeriod.objects.valid(on=today())).filter(
        procedure__in=visible_procedures(request.user),
        procedure__agency__in=reader_agencies(request.user),
    )
    read = periods.select_related("version", "procedure__agency__profile", "procedure__owner")
    lines = [
        _line(period, period.procedure.agency_id in agencies)
        for period in read.defer("version__content", "version__search_key")
    ]
    return sorted(
        lines, key=lambda line: (line.due_on or dt.date.max, line.period.procedure.sort_key)
    )


def _line(period: Any, may_review: bool) -> ReviewLine:  # noqa: FBT001
    profile: AgencyProfile | None = getattr(period.procedure.agency, "profile", None)
    due = None
    if profile is not None:
        months = profile.review_interval_months
        due = next_review_on(period.valid_from, period.last_review, months)
    return ReviewLine(period, period.last_review, due, may_review)


def reviewable(request: UserRequest) -> QuerySet[Procedure]:
    """Return the procedures in force on which this person gives verdicts."""
    in_force = InForcePeriod.objects.valid(on=today())
    return visible_procedures(request.user).filter(
        agency__in=reviewing_agencies(request.user), pk__in=in_force.values("procedure")
    )


def periodic_form(request: UserRequest, **given: Any) -> PeriodicForm:
    data = request.POST if request.method == "POST" else None
    return PeriodicForm(data, request=request, procedures=reviewable(request), **given)


def review_page(request: UserRequest, form: PeriodicForm | None = None) -> HttpResponse:
    """Render the list; with the form that was refused, as 422."""
    agencies = {agency.pk for agency in reviewing_agencies(request.user)}
    lines = review_lines(request, agencies)
    late = [line for line in lines if line.is_late]
    standing, words = request.GET.get("tinh-trang", ""), request.GET.get("q", "").strip()[:200]
    shown = {"qua-han": late, "sap": [line for line in lines if line.is_soon]}.get(standing, lines)
    for word in fold(words).split():
        shown = [line for line in shown if word in _said(line)]
    asked = (("tinh-trang", standing), ("q", words))
    page = Paginator(shown, PAGE).get_page(request.GET.get("trang"))
    status = 422 if form else 200
    if form is None and agencies:
        ticked = [line.period.procedure_id for line in page.object_list if "chon" in request.GET]
        form = periodic_form(request, initial={"procedures": ticked})
    context = {
        "page": page,
        "form": form,
        "chosen": form.chosen_keys("procedures") if form else set(),
        "standing": standing,
        "words": words,
        "query": "".join(f"{urlencode({k: v})}&" for k, v in asked if v),
        "late": len(late),
        "total": len(lines),
        "may_review": bool(agencies),
    }
    return render(request, "procedures/review_list.html", context, status=status)


def _said(line: ReviewLine) -> str:
    return fold(f"{line.period.procedure.code} {line.period.version.title}")
