"""The page of the journal."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from home.journal import JournalForm, journal
from qms.http import UserRequest
from qms.organisation.models import has_role
from qms.organisation.roles import Role
from qms.records.models import LedgerEntry


@require_safe
def journal_page(request: UserRequest) -> HttpResponse:
    if not has_role(request.user, Role.ISO_SECRETARY, Role.SYSTEM_ADMIN):
        raise PermissionDenied
    form = JournalForm(request.GET)
    asked = request.GET.get("truoc", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    part = journal(request.user, form.condition(), before=before)
    kept = {name: form[name].value() for name in form.fields if form[name].value()}
    context = {
        "form": form,
        "part": part,
        "opens_records": has_role(request.user, Role.ISO_SECRETARY),  # an administrator reads none
        "head": LedgerEntry.objects.head(),
        "is_later": before is not None,
        "newest": f"?{urlencode(kept)}",
        "older": f"?{urlencode(kept | {'truoc': part.before})}" if part.before else "",
    }
    return render(request, "home/journal.html", context)
