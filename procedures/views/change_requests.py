"""Asking for a change of a procedure, and answering who asked."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.content import Content
from procedures.forms.change_requests import (
    AcceptChangeForm,
    AnsweredForm,
    ChangeRequestForm,
    RefuseChangeForm,
)
from procedures.models import ChangeRequest, Procedure
from procedures.pages.change_request import (
    change_request_page,
    printed_request,
    visible_change_request,
)
from procedures.workflow import ChangeRequestStatus, VersionStatus
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.records import files
from qms.records.paper import to_docx, to_pdf

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_http_methods(["GET", "POST"])
def change_request_new(request: UserRequest, slug: str) -> HttpResponse:
    asked_of = may.requestable_procedures(request.user).select_related("agency")
    procedure = get_object_or_404(asked_of, slug=slug)
    document, place = _read_by_all(procedure), request.GET.get("phan", "")
    current = next((step.work for step in document.steps if step.key == place), "")
    initial = {"place": place, "kind": ChangeRequest.Kind.REVISE, "current_text": current}
    form = ChangeRequestForm(request.POST or None, document=document, initial=initial)
    if form.is_valid():
        try:
            change = actions.request_change(procedure, by=request.user, **form.asked())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            done = "Đã gửi góp ý. Thư ký ISO sẽ trả lời; câu trả lời hiện ở Việc của tôi."
            return explain(request, redirect(change), done)
    known = may.visible_change_requests(request.user).filter(procedure=procedure)
    context = {
        "form": form,
        "procedure": procedure,
        "known": known.exclude(status=ChangeRequestStatus.REFUSED)[:10],
    }
    status = 422 if form.errors else 200
    return render(request, "procedures/change_request_new.html", context, status=status)


def _read_by_all(procedure: Procedure) -> Content:
    """Return what the reading page shows: the version in force, else the last one issued."""
    issued = procedure.versions.filter(status=VersionStatus.ISSUED)
    version = issued.in_force(on=today()).first() or issued.order_by("-issued_at").first()
    return version.document if version else Content(title=procedure.title)


@require_safe
def change_request_list(request: UserRequest) -> HttpResponse:
    visible = may.visible_change_requests(request.user)
    counts = dict(visible.order_by().values_list("status").annotate(Count("pk")))
    status = request.GET.get("trang-thai", "")
    listed = visible.filter(status=status) if status in counts else visible
    listed = listed.select_related("procedure", "requested_by", "version").defer(
        "version__content", "version__search_key"
    )
    context = {
        "page": Paginator(listed.order_by("-pk"), 50).get_page(request.GET.get("trang")),
        "status": status if status in counts else "",
        "total": sum(counts.values()),
        "query": f"trang-thai={status}&" if status in counts else "",
        "statuses": [
            (value, label, counts[value])
            for value, label in ChangeRequestStatus.choices
            if value in counts
        ],
    }
    return render(request, "procedures/change_request_list.html", context)


@require_safe
def change_request_detail(request: UserRequest, pk: int) -> HttpResponse:
    return change_request_page(request, visible_change_request(request, pk))


@require_safe
def change_request_paper(request: UserRequest, pk: int, ending: str) -> HttpResponse:
    """Print the request as a form (BM-01-03), PDF or Word."""
    change = visible_change_request(request, pk)
    printers = {"pdf": (to_pdf, "application/pdf"), "docx": (to_docx, _WORD)}
    if ending not in printers:
        raise Http404
    printer, media_type = printers[ending]
    answer = HttpResponse(printer(printed_request(change)), content_type=media_type)
    name = files.label_of(f"{change.label} {change.procedure.code}.{ending}")
    header = content_disposition_header(ending != "pdf", name)
    answer.headers["Content-Disposition"] = header or "attachment"
    return answer


def _answerable(request: UserRequest, pk: int) -> ChangeRequest:
    """Return the request; one that was answered meanwhile is refused by its verb, with a word."""
    change = visible_change_request(request, pk)
    if not may.is_secretary(request.user, change.procedure.owner):
        raise PermissionDenied
    return change


def _do(
    request: UserRequest, change: ChangeRequest, deed: Callable[[], None], done: str
) -> HttpResponse:
    """Do it and tell so, or tell why not, on the page of the request."""
    try:
        deed()
    except ValidationError as refusal:
        return explain(request, redirect(change), refusal)
    return explain(request, redirect(change), done)


@require_POST
def change_request_accept(request: UserRequest, pk: int) -> HttpResponse:
    change = _answerable(request, pk)
    form = AcceptChangeForm(request.POST, prefix="accept")
    if not form.is_valid():
        return change_request_page(request, change, status=422, accept_form=form)
    reason = form.cleaned_data["reason"]
    done = "Đã chấp nhận. Góp ý được đưa ra chọn khi soạn bản tiếp theo của quy trình."
    return _do(request, change, lambda: change.accept(by=request.user, reason=reason), done)


@require_POST
def change_request_refuse(request: UserRequest, pk: int) -> HttpResponse:
    change = _answerable(request, pk)
    form = RefuseChangeForm(request.POST, prefix="refuse")
    if not form.is_valid():
        return change_request_page(request, change, status=422, refuse_form=form)
    reason = form.cleaned_data["reason"]
    done = "Đã trả lời: không chấp nhận."
    return _do(request, change, lambda: change.refuse(by=request.user, reason=reason), done)


@require_POST
def change_request_answer(request: UserRequest, pk: int) -> HttpResponse:
    change = _answerable(request, pk)
    form = AnsweredForm(request.POST, prefix="answer", change=change)
    if not form.is_valid():
        return change_request_page(request, change, status=422, answer_form=form)
    version = form.cleaned_data["version"]
    done = f"Đã ghi: góp ý được tiếp thu tại {version.number_text}."
    return _do(request, change, lambda: change.mark_answered(version, by=request.user), done)


@require_POST
def change_request_take_up(request: UserRequest, pk: int) -> HttpResponse:
    change = _answerable(request, pk)
    draft = change.procedure.versions.open().first()
    if draft is None:
        what = ValidationError("Quy trình này không có bản nào đang soạn.")
        return explain(request, redirect(change), what)
    done = f"Đã đưa vào bản đang soạn của {change.procedure.code}."
    return _do(request, change, lambda: change.take_up(draft, by=request.user), done)


@require_POST
def change_request_release(request: UserRequest, pk: int) -> HttpResponse:
    change = _answerable(request, pk)
    done = "Đã bỏ khỏi bản đang soạn; góp ý chờ bản tiếp theo."
    return _do(request, change, lambda: change.release(by=request.user, reason=""), done)
