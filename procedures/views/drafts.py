"""Open versions: the list of them, and starting one."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from procedures import actions, prefill
from procedures import permissions as may
from procedures.answers import explain
from procedures.content import Content
from procedures.forms.starting import NewProcedureForm, NextVersionForm
from procedures.imports.codes import read_code
from procedures.models import TTHC, Procedure, ProcedureVersion
from procedures.workflow import OPEN_VERSION, VersionStatus
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import AgencyProfile, Unit, units_of
from qms.organisation.roles import Role

_OPEN = [(status.value, status.label) for status in VersionStatus if status in OPEN_VERSION]


@require_safe
def draft_list(request: UserRequest) -> HttpResponse:
    versions = may.visible_drafts(request.user).exclude(status=VersionStatus.DISCARDED)
    status = request.GET.get("trang-thai", "")
    if status in OPEN_VERSION:
        versions = versions.filter(status=status)
    listed = (
        versions.select_related("procedure__owner")
        .prefetch_related("author_links__person")
        .defer("content", "search_key")
        .order_by("-saved_at", "-pk")
    )
    context = {
        "versions": Paginator(listed, 50).get_page(request.GET.get("trang")),
        "status": status,
        "statuses": _OPEN,
        "query": f"trang-thai={status}&" if status else "",
        "may_start": may.can_start(request.user),
    }
    return render(request, "procedures/draft_list.html", context)


@dataclass(frozen=True)
class Start:
    """What a new draft starts from, as asked for in the address; `wrong` is what was not found."""

    content: Content
    tthc: tuple[TTHC, ...] = ()
    procedure: Procedure | None = None
    base: ProcedureVersion | None = None
    wrong: str = ""


@require_http_methods(["GET", "POST"])
def draft_new(request: UserRequest) -> HttpResponse:
    agency = units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path").first()
    if agency is None:
        raise PermissionDenied
    start = _start(request)
    if start.procedure is not None:
        return _next_version(request, start, start.procedure)
    initial = {
        "code": prefill.next_code(agency),
        "title": start.content.title,
        "kind": Procedure.Kind.TTHC,
    }
    form = NewProcedureForm(request.POST or None, agency=agency, initial=initial)
    if form.is_valid():
        try:
            version = _begin(form, agency, start, request)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _begun(request, version)
    if begun := form.begun_already(by=request.user):
        return redirect("procedures:draft-detail", begun.pk)
    context = {
        "form": form,
        "start": start,
        "known": list(prefill.serving(start.tthc, agency)),
        "sources": may.visible_procedures(request.user).filter(may.in_force_exists()),
    }
    status = 422 if form.errors else 200
    return render(request, "procedures/draft_new.html", context, status=status)


def _begin(
    form: NewProcedureForm, agency: Unit, start: Start, request: UserRequest
) -> ProcedureVersion:
    data = form.cleaned_data
    new = actions.NewProcedure(
        agency, data["owner"], data["kind"], data["code"], data["title"], data["issuer_name"]
    )
    content = start.content.revised(title=data["title"])
    return actions.start_procedure(new, by=request.user, content=content)


def _begun(request: UserRequest, version: ProcedureVersion) -> HttpResponse:
    """Go to the draft; a code that is easily mistaken is told while giving it up costs nothing."""
    other = version.procedure.confusable()
    if other is not None:
        messages.warning(
            request,
            f"Mã hiệu {version.procedure.code} dễ nhầm với “{other}”. Nếu gõ nhầm, hãy hủy bản "
            "này và soạn lại với mã khác.",
        )
    return redirect("procedures:draft-detail", version.pk)


def _start(request: HttpRequest) -> Start:
    """Read `?tthc=`, `?tu=` (the next version of one) or `?theo=` (as another one)."""
    asked = [text for text in request.GET.getlist("tthc") if text.strip()]
    if asked:
        return _from_tthc(asked)
    if slug := request.GET.get("tu", ""):
        procedure = get_object_or_404(may.visible_procedures(request.user), slug=slug)
        if not may.can_start(request.user, procedure.owner):
            raise PermissionDenied
        latest = _latest(procedure)
        old = latest.document if latest else Content(title=procedure.title)
        return Start(prefill.from_version(old), procedure=procedure, base=latest)
    if slug := request.GET.get("theo", ""):
        procedure = get_object_or_404(may.visible_procedures(request.user), slug=slug)
        if latest := _latest(procedure):
            return Start(prefill.from_another(latest.document), base=latest)
    return Start(Content())


def _from_tthc(asked: list[str]) -> Start:
    codes = {text: read_code(text).code or text for text in asked}
    rows = {row.code: row for row in TTHC.objects.filter(code__in=codes.values())}
    missing = [text for text, code in codes.items() if code not in rows]
    if missing:
        return Start(Content(), wrong=f"TTHC {', '.join(missing)} không có trong danh mục.")
    found = [rows[code] for code in dict.fromkeys(codes.values())]
    return Start(prefill.from_tthc(found, on=today()), tuple(found))


def _latest(procedure: Procedure) -> ProcedureVersion | None:
    """Return the version in force today, else the last one that was issued."""
    issued = procedure.versions.filter(status=VersionStatus.ISSUED)
    return issued.in_force(on=today()).first() or issued.order_by("-issued_at").first()


def _next_version(request: UserRequest, start: Start, procedure: Procedure) -> HttpResponse:
    """Ask once whether this is a revision or a new issue and what it takes up, and begin."""
    profile = AgencyProfile.objects.filter(unit=procedure.agency).first()
    one_counter = bool(profile and profile.numbering == AgencyProfile.Numbering.ONE_COUNTER)
    given = request.POST if request.method == "POST" else None
    form = NextVersionForm(given, procedure=procedure, one_counter=one_counter)
    if form.is_valid():
        try:
            version = actions.start_version(
                procedure,
                by=request.user,
                content=start.content,
                change_type=form.chosen_type,
                base=start.base,
                takes_up=form.chosen_requests,
            )
        except ValidationError as refusal:
            return explain(request, redirect(_open_or_itself(procedure)), refusal)
        return redirect("procedures:draft-detail", version.pk)
    context = {
        "form": form,
        "procedure": procedure,
        "base": start.base,
        "one_counter": one_counter,
        "open": procedure.versions.open().first(),
        "scheduled": procedure.periods.standing()
        .filter(valid_from__gt=today())
        .select_related("version")
        .first(),
    }
    status = 422 if form.errors else 200
    return render(request, "procedures/draft_next.html", context, status=status)


def _open_or_itself(procedure: Procedure) -> ProcedureVersion | Procedure:
    return procedure.versions.open().first() or procedure
