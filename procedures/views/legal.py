"""The register of external documents (ISO 9001 7.5.3): a list with today's validity."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from procedures import permissions as may
from procedures.models import LegalChange, LegalDocument, ProcedureVersion
from procedures.permissions.legal import can_keep_register, can_read_register
from procedures.views.sources import Source, sources_of
from qms.foundation.dates import today
from qms.foundation.text import fold
from qms.http import UserRequest


@dataclass(frozen=True)
class LegalLine:
    """A document of the register; `status` is for the badge, empty where no change is known."""

    document: LegalDocument
    status: str
    changes: list[LegalChange]
    sources: list[Source]


@require_safe
def legal_list(request: UserRequest) -> HttpResponse:
    if not can_read_register(request.user):
        raise PermissionDenied
    words, state = request.GET.get("q", "").strip()[:200], request.GET.get("tinh-trang", "")
    is_cited = "dan" in request.GET
    documents = _documents(request, words, state, is_cited=is_cited)
    page = Paginator(documents, 50).get_page(request.GET.get("trang"))
    asked = (("q", words), ("tinh-trang", state), ("dan", "1" if is_cited else ""))
    given = urlencode({k: v for k, v in asked if v})
    context = {
        "page": page,
        "lines": [_line(document) for document in page.object_list],
        "words": words,
        "state": state,
        "is_cited": is_cited,
        "may_keep": can_keep_register(request.user),
        "today": today(),
        "query": f"{given}&" if given else "",
    }
    return render(request, "procedures/legal_list.html", context)


def _documents(
    request: UserRequest, words: str, state: str, *, is_cited: bool
) -> QuerySet[LegalDocument]:
    readable = may.visible_issued(request.user)
    in_force = ProcedureVersion.objects.in_force(on=today()).filter(pk__in=readable)
    cited = Q(version_links__version__in=in_force)
    ended = LegalChange.objects.filter(
        document=OuterRef("pk"),
        kind__in=LegalChange.ENDING,
        is_void=False,
        effective_on__lte=today(),
    )
    standing = LegalChange.objects.filter(is_void=False).select_related("by_document")
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
        .prefetch_related(Prefetch("changes", queryset=standing))
        .order_by("number_key")
    )
    for word in fold(words).split():
        documents = documents.filter(search_key__contains=word)
    if state in ("con", "het"):
        documents = documents.filter(has_ended=state == "het")
    elif state == "sua":
        amended = standing.filter(document=OuterRef("pk"), kind=LegalChange.Kind.AMENDED)
        documents = documents.filter(Exists(amended), has_ended=False)
    if is_cited:
        documents = documents.filter(Q(direct__gt=0) | Q(general__gt=0))
    return documents


def _line(document: LegalDocument) -> LegalLine:
    changes = list(document.changes.all())
    kinds = [change.kind for change in changes if change.ends_by(today())]
    status = {"replaced": "replaced", "expired": "ended"}.get(kinds[-1], "") if kinds else ""
    return LegalLine(document, status, changes, sources_of(document.source_url))
