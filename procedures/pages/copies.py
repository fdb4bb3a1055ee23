"""Pages of numbered copies: handing out, the recall list, one record of copies that ended."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from procedures.forms.copies import HandedForm, HolderFormSet, RecallForm, SignedPaperForm
from procedures.models import (
    DocumentSettings,
    InForcePeriod,
    PrintedCopy,
    ProcedureVersion,
    RecallRecord,
)
from procedures.models.copies import PrintedCopyQuerySet
from procedures.papers.recall import RecallFacts
from procedures.permissions import copies as may
from procedures.permissions import visible_issued
from procedures.reading import State, state_of
from procedures.workflow import CopyStatus
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import AgencyProfile, Unit

RECALL = "phai-thu-hoi"
GROUPS = {
    RECALL: "Phải thu hồi",
    "dang-giu": "Đang giữ",
    "da-thu-hoi": "Đã thu hồi",
    "da-huy": "Đã hủy",
    "": "Tất cả",
}
_MOST_CHOSEN = 500  # copies in one record


@dataclass(frozen=True)
class CopyRow:
    """A copy in a list, and how its version stands today."""

    copy: PrintedCopy
    state: State
    may_end: bool


# --- one version ---


def find_edition(request: HttpRequest, slug: str, number: str) -> ProcedureVersion:
    """Return an issued version, withdrawn ones too, that this person may read; or answer 404."""
    issue, _, revision = number.partition("-")
    if not issue.isdecimal() or (revision and not revision.isdecimal()) or len(number) > 9:
        raise Http404
    versions = visible_issued(request.user).filter(
        procedure__slug=slug, issue_no=int(issue), revision_no=int(revision) if revision else None
    )
    return get_object_or_404(versions.select_related("procedure__agency", "procedure__owner"))


def copy_new_page(
    request: UserRequest,
    version: ProcedureVersion,
    *,
    form: HandedForm | None = None,
    holders: Any = None,
    status: int = 200,
) -> HttpResponse:
    """Render the form to hand out copies, above those that the version has."""
    state = state_of(version, standing_period(version), on=today())
    copies = list(version.copies.select_related("unit", "record_of_end"))
    new = chosen_keys(request.GET)
    context = {
        "version": version,
        "procedure": version.procedure,
        "state": state,
        "may_print": not state.is_ended,
        "form": form or HandedForm(),
        "holders": holders if holders is not None else empty_holders(version),
        "copies": copies,
        "held": [copy for copy in copies if copy.status == CopyStatus.HELD],
        "new": [copy for copy in copies if copy.pk in new and copy.status == CopyStatus.HELD],
    }
    return render(request, "procedures/copy_new.html", context, status=status)


def empty_holders(version: ProcedureVersion, data: QueryDict | None = None) -> Any:
    """Return the rows of holders, those of `data` if it is given."""
    units = Unit.objects.within(version.procedure.agency).existing(on=today()).order_by("path")
    choices = {str(unit.pk): unit for unit in units}
    return HolderFormSet(data, prefix="ban", form_kwargs={"units": choices})


def standing_period(version: ProcedureVersion) -> InForcePeriod | None:
    periods = version.periods.filter(voided_at=None).select_related("ended_by")
    return periods.order_by("-valid_from").first()


def chosen_keys(given: QueryDict) -> set[int]:
    """Return the keys of copies that an address or a form names; what is no key is left out."""
    return {int(key) for key in given.getlist("ban") if key.isdecimal() and len(key) < 10}


# --- the recall list ---


def copy_list_page(request: UserRequest) -> HttpResponse:
    """Render the copies of a group; the one to recall first, where nothing else is asked."""
    visible = may.visible_copies(request.user)
    slug = request.GET.get("quy-trinh", "")
    if slug:
        visible = visible.filter(version__procedure__slug=slug)
    group = request.GET.get("nhom", RECALL)
    group = group if group in GROUPS else RECALL
    listed = _of_group(visible, group).select_related("version__procedure", "unit", "record_of_end")
    order = ("version__procedure__sort_key", "version", "number")
    page: Any = Paginator(listed.defer(*_HEAVY).order_by(*order), 50).get_page(
        request.GET.get("trang")
    )
    rows = _rows(request, list(page.object_list))
    kept = f"quy-trinh={slug}&" if slug else ""
    context = {
        "page": page,
        "rows": rows,
        "group": group,
        "groups": [(key, word, _of_group(visible, key).count()) for key, word in GROUPS.items()],
        "kept": kept,
        "query": f"{kept}nhom={group}&",
        "slug": slug,
        "may_keep": any(row.may_end for row in rows),
        "records": may.visible_recalls(request.user).order_by("-done_on", "-pk")[:10],
    }
    return render(request, "procedures/copy_list.html", context)


_HEAVY = ("version__content", "version__search_key")


def _of_group(copies: PrintedCopyQuerySet, group: str) -> PrintedCopyQuerySet:
    if group == RECALL:
        return copies.to_recall(on=today())
    if group == "dang-giu":
        return copies.in_use(on=today())
    if group == "da-thu-hoi":
        return copies.filter(status=CopyStatus.RETURNED)
    return copies.filter(status=CopyStatus.DESTROYED) if group == "da-huy" else copies.all()


def _rows(request: UserRequest, copies: list[PrintedCopy]) -> list[CopyRow]:
    keys = {copy.version_id for copy in copies}
    periods = InForcePeriod.objects.standing().filter(version__in=keys)
    of_version = {period.version_id: period for period in periods.select_related("ended_by")}
    kept = set(
        may.kept_copies(request.user)
        .filter(pk__in=[copy.pk for copy in copies])
        .values_list("pk", flat=True)
    )
    return [
        CopyRow(
            copy,
            state_of(copy.version, of_version.get(copy.version_id), on=today()),
            copy.pk in kept and copy.status != CopyStatus.DESTROYED,
        )
        for copy in copies
    ]


# --- one record ---


def chosen_copies(request: UserRequest, given: QueryDict) -> list[PrintedCopy]:
    """Return the copies named that this person may call back and that are not destroyed yet.

    With `nhom=phai-thu-hoi` all that are to be recalled, of one procedure where it is named.
    """
    kept = may.kept_copies(request.user).exclude(status=CopyStatus.DESTROYED)
    if given.get("nhom") == RECALL and not given.getlist("ban"):
        wanted: QuerySet[PrintedCopy] = kept.to_collect(on=today())
        if slug := given.get("quy-trinh"):
            wanted = wanted.filter(version__procedure__slug=slug)
    else:
        wanted = kept.filter(pk__in=chosen_keys(given))
    read = wanted.select_related("version__procedure__agency", "unit").defer(*_HEAVY)
    order = ("version__procedure__sort_key", "version", "number")
    return list(read.order_by(*order)[:_MOST_CHOSEN])


def recall_new_page(
    request: UserRequest,
    copies: list[PrintedCopy],
    form: RecallForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render the form for one record over the chosen copies."""
    if form is None:
        form = RecallForm(initial={"performed_by": str(request.user), "reason": _reason(copies)})
    context = {"form": form, "copies": copies}
    return render(request, "procedures/recall_new.html", context, status=status)


def _reason(copies: list[PrintedCopy]) -> str:
    """Return the usual reason, where it is the reason for all of them."""
    keys = [copy.pk for copy in copies]
    strays = PrintedCopy.objects.filter(pk__in=keys).to_collect(on=today()).count()
    return "Tài liệu đã hết hiệu lực." if keys and strays == len(keys) else ""


def find_recall(request: HttpRequest, pk: int) -> RecallRecord:
    """Return a record of copies that this person may see, or answer 404."""
    records = may.visible_recalls(request.user).select_related("agency", "file", "recorded_by")
    return get_object_or_404(records, pk=pk)


def recall_facts(record: RecallRecord) -> RecallFacts:
    """Return what the minutes of `record` tell."""
    copies = record.told_copies().select_related("version__procedure", "unit").defer(*_HEAVY)
    return RecallFacts(
        record=record,
        copies=list(copies),
        profile=AgencyProfile.objects.filter(unit=record.agency_id).first(),
        settings=DocumentSettings.of(record.agency),
    )


def recall_page(
    request: UserRequest,
    record: RecallRecord,
    form: SignedPaperForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render the record with its copies, its prints and the signed paper."""
    may_attach = may.can_attach(request.user, record)
    context = {
        "record": record,
        "copies": recall_facts(record).copies,
        "form": (form or SignedPaperForm()) if may_attach else None,
    }
    return render(request, "procedures/recall_detail.html", context, status=status)
