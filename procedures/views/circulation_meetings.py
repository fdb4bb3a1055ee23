"""Meetings that disseminate: listing, recording, their signed list, their minutes."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.circulation import standing_of
from procedures.forms.circulation import MeetingForm, SignedListForm, meeting_versions
from procedures.models import Dissemination, ProcedureVersion
from procedures.pages.circulation import places_on
from procedures.pages.circulation_papers import (
    head_of,
    meeting_told,
    meeting_versions_of,
)
from procedures.papers.circulation import meeting_paper
from procedures.permissions.circulation import can_record_meeting, visible_meetings
from procedures.views.circulation import printed
from procedures.views.reach import key_of
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import Unit, people_of, units_of
from qms.organisation.roles import Role
from qms.records import files
from qms.records.paper import to_docx, to_pdf

_PAGE = 50


@require_safe
def dissemination_list(request: UserRequest) -> HttpResponse:
    if not may.reader_agencies(request.user).exists():
        raise PermissionDenied
    meetings = (
        visible_meetings(request.user)
        .annotate(
            people=Count("attendees", distinct=True), documents=Count("versions", distinct=True)
        )
        .order_by("-held_on", "-pk")
    )  # counting drops the order of the model
    context = {
        "page": Paginator(meetings, _PAGE).get_page(request.GET.get("trang")),
        "may_record": may.is_secretary(request.user),
    }
    return render(request, "procedures/dissemination_list.html", context)


def _own_agency(request: UserRequest, versions: list[int]) -> Unit:
    """Return the agency of the first of the versions, else the secretary's own."""
    agencies = units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path")
    named = agencies.filter(pk__in=_agencies_of(versions)).first() if versions else None
    agency = named or agencies.first()
    if agency is None:
        raise PermissionDenied
    return agency


def _agencies_of(versions: list[int]) -> list[int]:
    rows = ProcedureVersion.objects.filter(pk__in=versions)
    return list(rows.values_list("procedure__agency", flat=True))


@require_http_methods(["GET", "POST"])
def dissemination_new(request: UserRequest) -> HttpResponse:
    """Record a meeting; “Chọn những người chưa đọc” ticks them and saves nothing."""
    chosen = _chosen(request)
    agency = _own_agency(request, chosen)
    people = list(people_of(agency, on=today()).values_list("pk", flat=True))
    waiting = _waiting(agency, request, chosen)
    known: dict[str, Any] = {
        "agency": agency,
        "user": request.user,
        "places": places_on(people, on=today()),
        "waiting": waiting,
        "chosen": chosen,
    }
    if request.method == "POST" and "chon" not in request.POST:
        form = MeetingForm(request.POST, request.FILES, **known)
        if form.is_valid():
            return _record(request, agency, form)
        return _new_page(request, form, status=422)
    if request.method == "POST":
        names = ("held_on", "place", "led_by", "content")
        initial: dict[str, Any] = {name: request.POST.get(name, "") for name in names}
        ticked = {key for text in request.POST.getlist("people") if (key := key_of(text))}
        initial |= {"versions": chosen, "people": sorted(ticked | set(waiting))}
    else:
        initial = {"versions": chosen, "led_by": str(request.user)}
    return _new_page(request, MeetingForm(initial=initial, **known))


def _new_page(request: UserRequest, form: MeetingForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "has_waiting": bool(form.fields["people"].waiting)}  # type: ignore[attr-defined]
    return render(request, "procedures/dissemination_new.html", context, status=status)


def _chosen(request: UserRequest) -> list[int]:
    """Return the versions that the form or the address names: by themselves, or by a decision."""
    if request.method == "POST":
        return [key for text in request.POST.getlist("versions") if (key := key_of(text))]
    keys = [key for text in request.GET.getlist("ban") if (key := key_of(text))]
    decision = key_of(request.GET.get("quyet-dinh", ""))
    if decision:
        items = may.visible_issued(request.user).filter(
            decision_items__decision=decision, decision_items__removed_at=None
        )
        keys += list(items.order_by("procedure__sort_key").values_list("pk", flat=True))
    return list(dict.fromkeys(keys))


def _waiting(agency: Unit, request: UserRequest, chosen: list[int]) -> dict[int, int]:
    """Return how many of the chosen versions (none: of all) each person has still to read."""
    versions = meeting_versions(agency, request.user)
    if chosen:
        versions = versions.filter(pk__in=chosen)
    counts: dict[int, int] = {}
    for standing in standing_of(versions.order_by(), on=today()):
        for reader in standing.waiting:
            counts[reader.person.pk] = counts.get(reader.person.pk, 0) + 1
    return counts


def _record(request: UserRequest, agency: Unit, form: MeetingForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        meeting = actions.record_dissemination(
            agency,
            by=request.user,
            held_on=data["held_on"],
            content=data["content"],
            versions=data["versions"],
            people=data["people"],
            place=data["place"],
            led_by=data["led_by"],
            file=form.stored(by=request.user),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _new_page(request, form, status=422)
    done = f"Đã ghi nhận buổi phổ biến; {len(data['people']):02d} người được ghi là đã đọc."
    return explain(request, redirect(meeting), done)


def _visible(request: UserRequest, pk: int) -> Dissemination:
    meetings = visible_meetings(request.user).select_related("agency", "recorded_by", "file")
    return get_object_or_404(meetings, pk=pk)


@require_safe
def dissemination_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _detail(request, _visible(request, pk))


def _detail(
    request: UserRequest, meeting: Dissemination, *, status: int = 200, form: Any = None
) -> HttpResponse:
    versions, hidden = meeting_versions_of(meeting, request.user)
    may_attach = can_record_meeting(request.user, meeting.agency) and meeting.file_id is None
    context = {
        "meeting": meeting,
        "told": meeting_told(meeting, request.user),
        "versions": versions,
        "hidden": hidden,
        "form": form or (SignedListForm() if may_attach else None),
    }
    return render(request, "procedures/dissemination_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def dissemination_file(request: UserRequest, pk: int) -> HttpResponseBase:
    """Serve the signed list, or take it in where there is none yet."""
    meeting = _visible(request, pk)
    if request.method == "GET":
        if meeting.file is None:
            raise Http404
        return files.response(meeting.file, inline=True)
    if not can_record_meeting(request.user, meeting.agency):
        raise PermissionDenied
    form = SignedListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _detail(request, meeting, status=422, form=form)
    stored = form.stored(by=request.user)
    try:
        if stored is not None:
            actions.attach_signed_list(meeting, stored, by=request.user)
    except ValidationError as refusal:
        return explain(request, redirect(meeting), refusal)
    return explain(request, redirect(meeting), "Đã đính danh sách ký tên.")


@require_safe
def dissemination_paper(request: UserRequest, pk: int, ending: str) -> HttpResponse:
    """Print the minutes with the list of who was there, as PDF or Word."""
    if ending not in ("pdf", "docx"):
        raise Http404
    meeting = _visible(request, pk)
    head = head_of(meeting.agency, "dissemination")
    paper = meeting_paper(head, meeting_told(meeting, request.user))
    name = f"Bien ban pho bien {meeting.held_on:%Y-%m-%d}"
    return printed(to_pdf(paper) if ending == "pdf" else to_docx(paper), ending, name)
