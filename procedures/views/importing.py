"""Import a list of TTHC: choose, look at what it would do, carry it out."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from procedures import permissions as may
from procedures.answers import explain
from procedures.forms.importing import ImportForm, Upload, chosen_left_out
from procedures.imports.carry_out import CatalogueMoved, import_list
from procedures.imports.plan import ImportPlan, plan_import
from procedures.imports.table import read_table
from procedures.imports.wording import differences, fact_changes
from procedures.models import ImportRun
from qms.foundation.templatetags.office import vi_time
from qms.http import UserRequest
from qms.organisation.models import Unit, units_of
from qms.organisation.roles import Role
from qms.records import files

RECENT = 10  # imports listed below the form


@require_http_methods(["GET", "POST"])
def tthc_import(request: UserRequest) -> HttpResponse:
    units = _units(request)
    if not may.can_start(request.user):
        raise PermissionDenied
    try:
        if "token" in request.POST:
            return _decide(request, units)
        form = ImportForm(
            request.POST or None,
            request.FILES or None,
            units=units,
            by=request.user,
            kept=request.POST.get("kept", ""),
        )
    except ValidationError as lost:  # the page is too old, or its file is gone
        return explain(request, redirect("procedures:tthc-import"), lost)
    if not form.is_valid() or form.upload is None or form.table is None:
        return _choose(request, form)
    unit: Unit = form.cleaned_data["unit"]
    upload = replace(form.upload, unit=unit.code, terms=form.terms())
    return _preview(request, upload, plan_import(form.table, upload.terms))


@require_safe
def tthc_import_file(request: UserRequest, pk: int) -> FileResponse:
    """Give back the very file of an import to those who keep the catalogue of its unit."""
    runs = ImportRun.objects.filter(unit__in=_units(request)).select_related("file")
    run = get_object_or_404(runs, pk=pk)
    return files.response(run.file)


def _units(request: UserRequest) -> QuerySet[Unit]:
    return units_of(request.user, Role.ISO_SECRETARY).order_by("path")


def _choose(request: UserRequest, form: ImportForm) -> HttpResponse:
    runs = ImportRun.objects.filter(unit__in=_units(request))
    context = {
        "form": form,
        "runs": runs.select_related("file", "unit", "imported_by")[:RECENT],
    }
    status = 422 if form.errors else 200
    return render(request, "procedures/tthc_import.html", context, status=status)


def _decide(request: UserRequest, units: QuerySet[Unit]) -> HttpResponse:
    """Carry out exactly what was shown, or show it anew: with other rows, or as it is by now."""
    upload = Upload.of(request.POST["token"])
    unit = units.filter(code=upload.unit).first()
    if unit is None:
        raise PermissionDenied
    step = request.POST.get("buoc")
    if step == "sua":
        return _choose(request, _form_of(upload, unit, request, units))
    source = upload.source()
    plan = plan_import(read_table(source.data, source.name), upload.terms)
    left_out = chosen_left_out(request.POST, upload, plan)
    if left_out != {row.key for row in plan.left_out}:
        fewer = upload.leaving_out(left_out)
        told = "more" if step == "nhap" else ""
        return _preview(request, fewer, plan_import(plan.table, fewer.terms), told=told)
    if step != "nhap":
        return _preview(request, upload, plan)
    if plan.is_blocked:
        return _preview(request, upload, plan, told="blocked", status=422)
    try:
        done = import_list(source, upload.terms, unit=unit, by=request.user, seen=upload.seen)
    except CatalogueMoved:
        return _moved(request, upload, plan.table)
    return explain(request, redirect("procedures:tthc-list"), _told(done))


def _form_of(upload: Upload, unit: Unit, request: UserRequest, units: QuerySet[Unit]) -> ImportForm:
    initial = {
        "unit": unit,
        "decision": upload.terms.decision_no,
        "effective_on": upload.terms.effective_on,
    }
    return ImportForm(units=units, by=request.user, kept=upload.token, initial=initial)


def _moved(request: UserRequest, upload: Upload, table: Any) -> HttpResponse:
    """Say that it was imported already, if it was; otherwise show what it would do by now."""
    if run := upload.run_since(by=request.user):
        said = f"Tệp này đã được nhập lúc {vi_time(run.imported_at)}; không nhập lần thứ hai."
        return explain(request, redirect("procedures:tthc-list"), said)
    return _preview(request, upload, plan_import(table, upload.terms), told="moved", status=409)


def _told(plan: ImportPlan) -> str:
    counts = plan.counts()
    said = (
        f"Đã nhập danh mục: {counts['new']} TTHC mới, {counts['changed']} thay đổi, "
        f"{counts['unchanged']} không đổi"
    )
    return f"{said}, bỏ ra {len(plan.left_out)} dòng." if plan.left_out else f"{said}."


def _preview(
    request: UserRequest, upload: Upload, plan: ImportPlan, *, told: str = "", status: int = 200
) -> HttpResponse:
    sheets = {row.sheet for row in plan.table.rows}
    context = {
        "plan": plan,
        "upload": upload.shown(plan),
        "unit": Unit.objects.filter(code=upload.unit).first(),
        "counts": plan.counts(),
        "blocking": len(plan.invalid) + len(plan.conflicts),
        "conflicts": [(code, differences(rows)) for code, rows in plan.conflicts],
        "undecided": {code for code, _ in plan.conflicts},
        "new": plan.of("new"),
        "changed": [(row, fact_changes(row)) for row in plan.of("changed")],
        "unchanged": plan.of("unchanged"),
        "sheets": sorted(sheets) if len(sheets) > 1 else [],
        "told": told,
    }
    return render(request, "procedures/tthc_import_preview.html", context, status=status)
