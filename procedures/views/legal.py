"""The register of external documents (ISO 9001 7.5.3): a list with today's validity."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from procedures import permissions as may
from procedures.models import InForcePeriod, LegalChange, LegalDocument
from qms.foundation.dates import today
from qms.foundation.text import fold
from qms.http import UserRequest


@require_safe
def legal_list(request: UserRequest) -> HttpResponse:
    if not may.reader_agencies(request.user).exists():
        raise PermissionDenied
    words, state = request.GET.get("q", "").strip()[:200], request.GET.get("tinh-trang", "")
    page = Paginator(_documents(request, words, state), 50).get_page(request.GET.get("trang"))
    given = urlencode({k: v for k, v in (("q", words), ("tinh-trang", state)) if v})
    rows = [(document, _status(document)) for document in page.object_list]
    context = {
        "page": page,
        "rows": rows,
        "words": words,
        "state": state,
        "query": f"{given}&" if given else "",
    }
    return render(request, "procedures/legal_list.html", context)


def _documents(request: UserRequest, words: str, state: str) -> QuerySet[LegalDocument]:
    """Return the documents asked for, with how many procedures that this person reads cite each."""
    in_force = InForcePeriod.objects.valid(on=today()).filter(
        procedure__in=may.visible_procedures(request.user)
    )
    cited = Q(version_links__version__in=in_force.values("version"))
    ended = LegalChange.objects.filter(
        document=OuterRef("pk"),
        kind__in=LegalChange.ENDING,
        is_void=False,
        effective_on__lte=today(),
    )
    documents = (
        LegalDocument.objects.annotate(
            has_ended=Exists(ended),
            direct=Count(
                "version_links__version",
                filter=cited & Q(version_links__is_direct=True),
                distinct=True,
            ),
            general=Count(
                "version_links__version",
                filter=cited & Q(version_links__is_direct=False),
                distinct=True,
            ),
        )
        .prefetch_related("changes__by_document")
        .order_by("number_key")
    )
    for word in fold(words).split():
        documents = documents.filter(search_key__contains=word)
    if state in ("con", "het"):
        documents = documents.filter(has_ended=state == "het")
    return documents


def _status(document: LegalDocument) -> tuple[str, str]:
    """Return (badge, words) of the document today."""
    past = [c for c in document.changes.all() if not c.is_void and c.effective_on <= today()]
    ending = [change for change in past if change.kind in LegalChange.ENDING]
    if not past:
        return "unknown", document.status_note
    shown = (ending or past)[-1]
    by = f" bởi {shown.by_document.number}" if shown.by_document else ""
    code = {"replaced": "replaced", "expired": "ended"}.get(shown.kind, "in_force")
    return code, f"{shown.get_kind_display()}{by} từ {shown.effective_on:%d/%m/%Y}"
