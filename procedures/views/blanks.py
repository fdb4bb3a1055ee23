"""The register of forms, and their files."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.forms.blanks import BlankForm
from procedures.models import Form, FormIssue, InForcePeriod, LegalDocument
from procedures.pages.blanks import sources_in_register
from procedures.views.reach import open_to_strangers
from qms.foundation.dates import today
from qms.foundation.text import fold, sort_key
from qms.http import UserRequest
from qms.organisation.models import Unit, units_of
from qms.organisation.roles import Role
from qms.records import files


@dataclass(frozen=True)
class BlankRow:
    """A form in the register: the issue to fill in today, the next, where it comes from."""

    form: Form
    current: FormIssue | None
    coming: FormIssue | None
    is_used: bool
    source: LegalDocument | None

    @classmethod
    def of(cls, form: Form, day: dt.date, source: LegalDocument | None) -> "BlankRow":
        is_used = form.is_used(on=day)
        coming = [issue for issue in form.issues.all() if issue.valid_from > day]
        current = form.issue_on(day) if is_used else None
        return cls(form, current, coming[0] if coming else None, is_used, source)


@require_safe
def blank_list(request: UserRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:200]
    page = Paginator(_found(request, words), 50).get_page(request.GET.get("trang"))
    agency = _agency(request)
    sources = sources_in_register(page.object_list)
    context = {
        "page": page,
        "rows": [BlankRow.of(form, today(), sources.get(form.pk)) for form in page.object_list],
        "words": words,
        "query": f"{urlencode({'q': words})}&" if words else "",
        "may_start": agency is not None,
        "agency": agency,
    }
    return render(request, "procedures/blank_list.html", context)


def _found(request: UserRequest, words: str) -> list[Form]:
    """Return the forms of the person's agencies that bear all the words, in Vietnamese order,
    those in use first.

    An office has some hundreds at most; the database cannot sort them as a dictionary does.
    """
    in_force = InForcePeriod.objects.valid(on=today()).filter(
        procedure__in=may.visible_procedures(request.user)
    )
    citing = Q(version_links__version__in=in_force.values("version"))
    forms = (
        Form.objects.filter(agency__in=may.reader_agencies(request.user))
        .annotate(used=Count("version_links__version__procedure", filter=citing, distinct=True))
        .select_related("successor")
        .prefetch_related("issues__file")
    )
    wanted = fold(words).split()
    found = [
        form
        for form in forms
        if all(word in fold(f"{form.code} {form.name} {form.source}") for word in wanted)
    ]
    day = today()
    return sorted(
        found,
        key=lambda form: (
            not form.is_used(on=day),
            form.kind,
            sort_key(form.code),
            sort_key(form.name),
        ),
    )


def _agency(request: UserRequest) -> Unit | None:
    """Return the agency whose forms this person keeps, None where they keep none."""
    return units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path").first()


@require_http_methods(["GET", "POST"])
def blank_new(request: UserRequest) -> HttpResponse:
    """Add a form; with the code and name of a known one, its next issue."""
    agency = _agency(request)
    if agency is None:
        raise PermissionDenied
    form = BlankForm(request.POST or None, request.FILES or None, agency=agency)
    if form.is_valid():
        try:
            blank = _keep(form, request)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return explain(request, redirect("procedures:blank-list"), f"Đã ghi {blank}.")
    status = 422 if form.errors else 200
    return render(request, "procedures/blank_new.html", {"form": form}, status=status)


@transaction.atomic
def _keep(form: BlankForm, request: UserRequest) -> Form:
    # Whoever sends the same form at the same moment waits here, and then finds it known.
    Unit.objects.select_for_update(of=("self",)).get(pk=form.agency.pk)
    known, data = form.known(), form.cleaned_data
    form.refuse_repeat(known)
    blank = known or Form(
        agency=form.agency,
        kind=data["kind"],
        code=data["code"],
        name=data["name"],
        source=data["source"],
    )
    if known is None:
        blank.record(by=request.user, reason="Thêm biểu mẫu")
    upload = data["file"]
    if upload is not None:
        stored = files.store(form.file_data, upload.name, kind=form.file_kind, by=request.user)
        actions.issue_form(blank, stored, valid_from=data["valid_from"], by=request.user)
    return blank


@require_safe
@open_to_strangers
def blank_file(request: HttpRequest, pk: int) -> FileResponse:
    """Serve a form's file to members of its agency, or to all where a public procedure uses it."""
    issue = FormIssue.objects.select_related("form", "file").filter(pk=pk).first()
    if issue is None or not _may_have(request, issue):
        raise Http404
    return files.response(issue.file)


def _may_have(request: HttpRequest, issue: FormIssue) -> bool:
    if may.reader_agencies(request.user).filter(pk=issue.form.agency_id).exists():
        return True
    # What replaced a form is offered in its place by the versions that still name the old one.
    replaced = Form.objects.filter(successor=issue.form_id, ended_on__lte=today())
    named = Q(version__form_links__form=issue.form_id) | Q(
        version__form_links__form__in=replaced.values("pk")
    )
    used = InForcePeriod.objects.valid(on=today()).filter(
        named, procedure__in=may.visible_procedures(request.user)
    )
    return used.exists()
