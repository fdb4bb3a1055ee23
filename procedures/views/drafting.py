"""Writing a draft: save, hand on to review, name its authors, give it up, print it."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.drafting.layout import shown_parts
from procedures.drafting.suggestions import names_for
from procedures.drafting.typed import Typed
from procedures.forms.attaching import AttachmentForm
from procedures.forms.decisions import CommentForm
from procedures.forms.review import AuthorsForm
from procedures.models import Procedure, ProcedureVersion
from procedures.pages.drafting import Shown, draft_page, propose_summary
from procedures.pages.review import review_page, visible_draft
from procedures.printing import copy_pdf
from procedures.workflow import VersionStatus
from qms.http import UserRequest
from qms.records import files
from qms.records.models import StoredFile
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed

_ANSWER = "answer-"
_PROPOSALS = ("summary", "summary-replace")


@require_http_methods(["GET", "POST"])
def draft_detail(request: UserRequest, pk: int) -> HttpResponse:
    version = visible_draft(request, pk)
    is_paper = version.origin == ProcedureVersion.Origin.PAPER
    may_edit = may.can_edit(request.user, version) and not is_paper
    if request.method == "GET":
        if not may_edit:
            return review_page(request, version)
        typed = Typed.of(version.document)
        return draft_page(request, version, Shown(typed, version.content_sha256))
    is_tthc = version.procedure.kind == Procedure.Kind.TTHC
    typed = Typed.posted(request.POST, parts=shown_parts(is_tthc=is_tthc))
    if not may_edit:
        return _too_late(request, version, typed)
    if request.POST.get("op") in _PROPOSALS:
        replaces = request.POST["op"] == "summary-replace"
        summary = propose_summary(version, typed, replaces=replaces)
        return draft_page(request, version, _unsaved(request, typed, summary=summary))
    if "op" in request.POST:
        typed.change_rows(request.POST["op"])
        return draft_page(request, version, _unsaved(request, typed))
    return _save(request, version, typed)


def _unsaved(request: UserRequest, typed: Typed, **more: object) -> Shown:
    return Shown(
        typed,
        request.POST.get("seen", ""),
        is_saved=False,
        answers=_answers(request),
        reason=request.POST.get("reason", ""),
        **more,  # type: ignore[arg-type]
    )


def _answers(request: UserRequest) -> dict[str, str]:
    return {
        name.removeprefix(_ANSWER): str(value)
        for name, value in request.POST.items()
        if name.startswith(_ANSWER)
    }


def _too_late(request: UserRequest, version: ProcedureVersion, typed: Typed) -> HttpResponse:
    """Tell that it is no draft any more; what was typed is shown, for it is stored nowhere."""
    if version.status == VersionStatus.DRAFT:
        raise PermissionDenied
    mine = typed.readable(version.document, names_for(typed))
    if mine != version.document:
        return review_page(request, version, status=409, unsaved=mine)
    state = version.get_status_display()
    what = ValidationError(f"Bản này đang ở trạng thái “{state}”, không sửa được nữa.")
    return explain(request, redirect("procedures:draft-detail", version.pk), what)


def _save(request: UserRequest, version: ProcedureVersion, typed: Typed) -> HttpResponse:
    names = names_for(typed)
    document, errors = typed.document(version.document, names)
    attachment = AttachmentForm(request.POST, request.FILES)
    if document is None or not attachment.is_valid():
        shown = _unsaved(request, typed, errors=errors, attachment=attachment)
        return draft_page(request, version, shown)
    document = names.completed(document)
    if version.procedure.kind != Procedure.Kind.TTHC:
        file = attachment.attached(document.file, by=request.user)
        document = document.revised(file=file)
    try:
        version.save_content(
            document,
            by=request.user,
            seen=request.POST.get("overwrite") or request.POST.get("seen", ""),
            reason=request.POST.get("reason", "").strip() or "Lưu dự thảo",
            answers=_answers(request),
        )
    except SeenVersionChanged:
        stored = visible_draft(request, version.pk)
        return draft_page(request, stored, _unsaved(request, typed, mine=document))
    except TransitionNotAllowed:
        return _too_late(request, visible_draft(request, version.pk), typed)
    if request.POST.get("action") == "submit":
        return _submit(request, version)
    return explain(request, redirect("procedures:draft-detail", version.pk), "Đã lưu.")


def _submit(request: UserRequest, version: ProcedureVersion) -> HttpResponse:
    try:
        version.submit(by=request.user, answers=version.answers)
    except TransitionNotAllowed as refusal:
        return explain(request, redirect("procedures:draft-detail", version.pk), refusal)
    except ValidationError as refusal:
        shown = Shown(Typed.of(version.document), version.content_sha256, refusal=refusal)
        return draft_page(request, version, shown)
    where = redirect("procedures:draft-detail", version.pk)
    return explain(request, where, f"Đã trình xem xét {version.procedure.code}.")


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
        actions.discard_version(version, by=request.user, reason=form.cleaned_data["comment"])
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
def draft_file(request: UserRequest, pk: int) -> FileResponse:
    """The file that is the document itself, of a version that this person may see."""
    versions = may.visible_drafts(request.user) | may.visible_issued(request.user)
    version = get_object_or_404(versions.distinct(), pk=pk)
    attached = version.document.file
    if attached is None:
        raise Http404
    kept = get_object_or_404(StoredFile, sha256=attached.sha256)
    return files.response(kept, name=attached.label, inline=True)


@require_safe
def draft_pdf(request: UserRequest, pk: int) -> HttpResponse:
    version = visible_draft(request, pk)
    data = copy_pdf(version, wet_ink="ky-tay" in request.GET)
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{version.procedure.slug}-du-thao.pdf"'
    return answer
