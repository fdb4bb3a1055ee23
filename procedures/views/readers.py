"""Who reads a procedure beside those who always do: restricting it, granting and taking back."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from procedures import actions
from procedures import permissions as may
from procedures.actions.granting import restrict_reading
from procedures.answers import explain
from procedures.forms.readers import ReaderForm, RestrictForm
from procedures.models import Procedure, ProcedureGrant
from qms.foundation.dates import today
from qms.http import UserRequest


@require_http_methods(["GET", "POST"])
def procedure_readers(request: UserRequest, slug: str) -> HttpResponse:
    """Show who was let in, and let somebody in."""
    procedure = _restrictable(request, slug)
    form = ReaderForm(request.POST or None, procedure=procedure, initial={"valid_from": today()})
    if form.is_valid():
        person = form.cleaned_data["person"]
        try:
            actions.grant_reading(procedure, person, by=request.user, **form.days())
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            return explain(request, _back(procedure), f"{person} đọc được {procedure.code}.")
    return _page(request, procedure, form=form)


@require_POST
def procedure_restrict(request: UserRequest, slug: str) -> HttpResponse:
    """Leave it to some, or open it again: what the page did not show is what is done."""
    procedure = _restrictable(request, slug)
    form = RestrictForm(request.POST, prefix="han-che")
    if not form.is_valid():
        return _page(request, procedure, restrict=form)
    wanted = request.POST.get("han-che") == "1"
    try:
        restrict_reading(
            procedure, restricted=wanted, by=request.user, reason=form.cleaned_data["reason"]
        )
    except ValidationError as refusal:
        return explain(request, _back(procedure), refusal)
    said = "Đã hạn chế người đọc" if wanted else "Đã bỏ hạn chế người đọc"
    return explain(request, _back(procedure), f"{said}: {procedure.code}.")


@require_POST
def procedure_reader_end(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    procedure = _restrictable(request, slug)
    grant = get_object_or_404(
        ProcedureGrant.objects.select_related("user"), pk=pk, content_object=procedure
    )
    if grant.end(by=request.user, on=today()):
        return explain(request, _back(procedure), f"Đã thu hồi quyền đọc của {grant.user}.")
    told = ValidationError(f"Quyền đọc của {grant.user} đã kết thúc. Chưa ghi gì thêm.")
    return explain(request, _back(procedure), told)


def _restrictable(request: UserRequest, slug: str) -> Procedure:
    readable = may.visible_procedures(request.user).select_related("owner", "agency")
    procedure = get_object_or_404(readable, slug=slug)
    if not may.can_restrict(request.user, procedure):
        raise PermissionDenied
    return procedure


def _back(procedure: Procedure) -> HttpResponse:
    return redirect("procedures:procedure-readers", procedure.slug)


def _page(
    request: UserRequest,
    procedure: Procedure,
    *,
    form: forms.Form | None = None,
    restrict: forms.Form | None = None,
) -> HttpResponse:
    grants = ProcedureGrant.objects.filter(content_object=procedure)
    context = {
        "procedure": procedure,
        "grants": grants.select_related("user", "granted_by").order_by("-valid_from", "-pk"),
        "form": form or ReaderForm(procedure=procedure, initial={"valid_from": today()}),
        "restrict": restrict or RestrictForm(prefix="han-che"),
    }
    has_errors = any(each is not None and each.errors for each in (form, restrict))
    status = 422 if has_errors else 200
    return render(request, "procedures/procedure_readers.html", context, status=status)
