"""Open versions: the list, starting one, drafting, submitting, discarding, naming authors."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from js_asset import Media

from procedures import actions, prefill
from procedures import permissions as may
from procedures.comparison import changes
from procedures.content import Content
from procedures.drafting.page import STEP_UNITS, TIME_KIND_CHOICES, PageBuilder, editor_media
from procedures.drafting.suggestions import changes_to_take_up, names_for, suggestions
from procedures.drafting.typed import Typed
from procedures.forms.decisions import CommentForm
from procedures.forms.review import AuthorsForm
from procedures.forms.starting import NewProcedureForm, NextVersionForm
from procedures.models import TTHC, Procedure, ProcedureVersion
from procedures.printing import copy_pdf
from procedures.views.answers import explain
from procedures.views.review import review_page
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import AgencyProfile, Unit, units_of
from qms.organisation.roles import Role
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed


def visible_draft(request: HttpRequest, pk: int) -> ProcedureVersion:
    """Return an open or discarded version that this person may see, or answer 404."""
    versions = may.visible_drafts(request.user).select_related("procedure__owner", "base")
    return get_object_or_404(versions.prefetch_related("author_links__person"), pk=pk)


@require_safe
def draft_list(request: UserRequest) -> HttpResponse:
    versions = (
        may.visible_drafts(request.user)
        .exclude(status=VersionStatus.DISCARDED)
        .select_related("procedure__owner")
        .prefetch_related("author_links__person")
        .order_by("-saved_at")
    )
    context = {"versions": versions, "may_start": may.can_start(request.user)}
    return render(request, "procedures/draft_list.html", context)


@dataclass(frozen=True)
class Start:
    """What a new draft starts from, as asked for in the address."""

    content: Content
    tthc: tuple[TTHC, ...] = ()
    procedure: Procedure | None = None
    base: ProcedureVersion | None = None


@require_http_methods(["GET", "POST"])
def draft_new(request: UserRequest) -> HttpResponse:
    agency = units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path").first()
    if agency is None:
        raise PermissionDenied
    start = _start(request)
    if start.procedure is not None:
        return _next_version(request, start)
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
            return redirect("procedures:draft-detail", version.pk)
    context = {
        "form": form,
        "start": start,
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


def _start(request: HttpRequest) -> Start:
    """Read `?tthc=`, `?tu=` (the next version of one) or `?theo=` (as another one)."""
    codes = request.GET.getlist("tthc")
    if codes:
        rows = list(TTHC.objects.filter(code__in=codes).select_related("field"))
        if len(rows) == len(set(codes)):
            return Start(prefill.from_tthc(rows, on=today()), tuple(rows))
    for name, is_next in (("tu", True), ("theo", False)):
        slug = request.GET.get(name, "")
        if slug:
            procedure = get_object_or_404(may.visible_procedures(request.user), slug=slug)
            latest = _latest(procedure)
            if is_next:
                if not may.can_start(request.user, procedure.owner):
                    raise PermissionDenied
                old = latest.document if latest else Content(title=procedure.title)
                return Start(prefill.from_version(old), procedure=procedure, base=latest)
            if latest:
                return Start(prefill.from_another(latest.document), base=latest)
    return Start(Content())


def _latest(procedure: Procedure) -> ProcedureVersion | None:
    """Return the version in force today, else the last one that was issued."""
    issued = procedure.versions.filter(status=VersionStatus.ISSUED)
    return issued.in_force(on=today()).first() or issued.order_by("-issued_at").first()


def _next_version(request: UserRequest, start: Start) -> HttpResponse:
    assert start.procedure is not None  # noqa: S101  the caller has asked
    profile = AgencyProfile.objects.filter(unit=start.procedure.agency).first()
    one_counter = bool(profile and profile.numbering == AgencyProfile.Numbering.ONE_COUNTER)
    form = NextVersionForm(request.POST if request.method == "POST" and not one_counter else None)
    if request.method == "POST" and (one_counter or form.is_valid()):
        reissue = ProcedureVersion.Change.REISSUE
        try:
            version = actions.start_version(
                start.procedure,
                by=request.user,
                content=start.content,
                change_type=reissue if one_counter else form.cleaned_data["change_type"],
                base=start.base,
            )
        except ValidationError as refusal:
            open_one = start.procedure.versions.open().first()
            where = redirect(open_one) if open_one else redirect(start.procedure)
            return explain(request, where, refusal)
        return redirect("procedures:draft-detail", version.pk)
    context = {
        "form": form,
        "procedure": start.procedure,
        "base": start.base,
        "one_counter": one_counter,
    }
    return render(request, "procedures/draft_next.html", context)


@require_http_methods(["GET", "POST"])
def draft_detail(request: UserRequest, pk: int) -> HttpResponse:
    version = visible_draft(request, pk)
    if not may.can_edit(request.user, version) or version.origin == "paper":
        if request.method == "POST":
            return _too_late(request, version)
        return review_page(request, version)
    if request.method == "GET":
        typed = Typed.of(version.document)
        return _draft_page(request, version, typed, seen=version.content_sha256)
    typed = Typed.posted(request.POST)
    seen = request.POST.get("overwrite") or request.POST.get("seen", "")
    if "op" in request.POST:
        typed.change_rows(request.POST["op"])
        return _draft_page(request, version, typed, seen=seen, is_saved=False)
    return _save(request, version, typed, seen)


def _too_late(request: UserRequest, version: ProcedureVersion) -> HttpResponse:
    wrong = ValidationError(
        f"Bản này đang ở trạng thái “{version.get_status_display()}”, không sửa được nữa."
    )
    return explain(request, redirect("procedures:draft-detail", version.pk), wrong)


def _save(request: UserRequest, version: ProcedureVersion, typed: Typed, seen: str) -> HttpResponse:
    names = names_for(version)
    document, errors = typed.document(version.document, names)
    if document is None:
        return _draft_page(request, version, typed, seen=seen, errors=errors, is_saved=False)
    document = names.completed(document)
    reason = request.POST.get("reason", "").strip() or "Lưu dự thảo"
    try:
        version.save_content(document, by=request.user, seen=seen, reason=reason)
    except SeenVersionChanged:
        mine = document
        return _draft_page(request, visible_draft(request, version.pk), typed, seen=seen, mine=mine)
    except TransitionNotAllowed as refusal:
        return explain(request, redirect("procedures:draft-detail", version.pk), refusal)
    if request.POST.get("action") == "submit":
        return _submit(request, version)
    return explain(request, redirect("procedures:draft-detail", version.pk), "Đã lưu.")


def _submit(request: UserRequest, version: ProcedureVersion) -> HttpResponse:
    prefix = "answer-"
    answers = {
        name.removeprefix(prefix): value
        for name, value in request.POST.items()
        if name.startswith(prefix) and isinstance(value, str)
    }
    try:
        version.submit(by=request.user, answers=answers)
    except TransitionNotAllowed as refusal:
        return explain(request, redirect("procedures:draft-detail", version.pk), refusal)
    except ValidationError as refusal:
        typed = Typed.of(version.document)
        return _draft_page(
            request,
            version,
            typed,
            seen=version.content_sha256,
            refusal=refusal,
            answers=answers,
        )
    where = redirect("procedures:draft-detail", version.pk)
    return explain(request, where, f"Đã trình xem xét {version.procedure.code}.")


def _draft_page(
    request: UserRequest, version: ProcedureVersion, typed: Typed, *, seen: str, **state: Any
) -> HttpResponse:
    """Render the page with what was typed; errors and conflicts answer 422 and 409."""
    errors: dict[str, str] = state.get("errors", {})
    mine: Content | None = state.get("mine")
    problems = version.problems()
    given = {**version.answers, **state.get("answers", {})}
    builder = PageBuilder(
        typed, errors, problems, is_tthc=version.procedure.kind == Procedure.Kind.TTHC
    )
    base_ended = bool(
        version.base_id
        and not ProcedureVersion.objects.in_force(on=today()).filter(pk=version.base_id).exists()
        and ProcedureVersion.objects.in_force(on=today())
        .filter(procedure_id=version.procedure_id)
        .exists()
    )
    context: dict[str, Any] = {
        "version": version,
        "sections": builder.sections(),
        "problems": [(problem, given.get(problem.name, "")) for problem in problems],
        "blocking": sum(problem.is_blocking for problem in problems),
        "errors": errors,
        "seen": seen,
        "is_saved": state.get("is_saved", True) and not errors and mine is None,
        "refusal": state.get("refusal"),
        "conflict": _conflict(version, mine) if mine is not None else None,
        "base_ended": base_ended,
        "returned": _returns(version),
        "step_units": STEP_UNITS,
        "time_kinds": TIME_KIND_CHOICES,
        "taken": _taken(version, typed),
        "may_discard": may.can_discard(request.user, version),
        "may_name_authors": may.is_secretary(request.user, version.procedure.owner),
        "authors_form": AuthorsForm(version=version),
        "discard_form": CommentForm(prefix="discard"),
        "media": Media.from_media(editor_media(), nonce=request.csp_nonce),  # type: ignore[attr-defined]
        **suggestions(version),
    }
    status = 422 if errors or state.get("refusal") else 409 if mine is not None else 200
    return render(request, "procedures/draft_edit.html", context, status=status)


def _conflict(version: ProcedureVersion, mine: Content) -> dict[str, Any]:
    """Return who saved meanwhile, and where the stored text differs from what was typed."""
    last = version.history.select_related("history_user").latest("history_id")
    return {
        "by": last.history_user,
        "at": last.history_date,
        "changes": changes(version.document, mine),
        "sha256": version.content_sha256,
    }


def _returns(version: ProcedureVersion) -> list[Any]:
    """Return the times it was sent back, newest first: who, when, why."""
    rows = version.history.filter(history_change_reason__startswith="Trả lại: ")
    return list(rows.select_related("history_user").order_by("-history_id")[:10])


def _taken(version: ProcedureVersion, typed: Typed) -> list[tuple[str, str, bool]]:
    known = changes_to_take_up(version)
    listed = [(value, label, value in typed.taken_up) for value, label in known]
    values = {value for value, _ in known}
    kept = [(v, v.replace("|", " · "), True) for v in typed.taken_up if v not in values]
    return [*listed, *kept]


@require_POST
def draft_discard(request: UserRequest, pk: int) -> HttpResponse:
    version = visible_draft(request, pk)
    if not may.is_secretary(request.user, version.procedure.owner):
        raise PermissionDenied
    form = CommentForm(request.POST, prefix="discard")
    where = redirect("procedures:draft-detail", version.pk)
    if not form.is_valid():
        return explain(request, where, ValidationError("Hãy ghi lý do hủy."))
    try:
        version.discard(by=request.user, reason=form.cleaned_data["comment"])
    except ValidationError as refusal:
        return explain(request, where, refusal)
    done = f"Đã hủy bản dự thảo của {version.procedure.code}."
    return explain(request, redirect("procedures:draft-list"), done)


@require_POST
def draft_authors(request: UserRequest, pk: int) -> HttpResponse:
    version = visible_draft(request, pk)
    if not may.is_secretary(request.user, version.procedure.owner):
        raise PermissionDenied
    where = redirect("procedures:draft-detail", version.pk)
    form = AuthorsForm(request.POST, version=version)
    if not form.is_valid():
        return explain(request, where, ValidationError("Hãy chọn ít nhất một người soạn thảo."))
    try:
        actions.set_authors(version, form.cleaned_data["people"], by=request.user)
    except ValidationError as refusal:
        return explain(request, where, refusal)
    return explain(request, where, "Đã đổi người soạn thảo.")


@require_safe
def draft_pdf(request: UserRequest, pk: int) -> HttpResponse:
    version = visible_draft(request, pk)
    data = copy_pdf(version, wet_ink="ky-tay" in request.GET)
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{version.procedure.slug}-du-thao.pdf"'
    return answer
