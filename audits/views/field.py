"""What a phone in the field reads and sends, as JSON; never a page in place of an answer."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from audits.actions.answering import record_answer
from audits.actions.evidence import add_evidence, confirm_on_site
from audits.actions.findings import FindingGiven, add_finding
from audits.forms.field import AnswerForm, FieldFindingForm, UploadForm
from audits.models import (
    Audit,
    ChecklistItem,
    Evidence,
    Finding,
    ItemAnswer,
    SampledDossier,
    SiteConfirmation,
)
from audits.pages.field import answer_data, evidence_data, outcome_data, snapshot
from audits.permissions.audits import can_answer, membership, visible_audits
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import Unit, User
from qms.records.workflow import TransitionNotAllowed

View = Callable[..., HttpResponseBase]
FieldView = Callable[[UserRequest, Audit], HttpResponse]


class Refused(Exception):
    """Nothing was changed; the answer says why, by field; `why` where the phone has to act."""

    def __init__(self, code: int, errors: dict[str, list[str]], why: str = "") -> None:
        super().__init__(code)
        self.code, self.errors, self.why = code, errors, why


def _refused(status: int, sentence: str, why: str = "") -> Refused:
    return Refused(status, {"__all__": [sentence]}, why)


def in_the_field(view: FieldView) -> View:
    """Give the view the audit of the person's team; refusals are JSON, with 403, 404, 409 or 422.

    A person whose session ended is told so, and is not led to a page to sign in: what the phone
    has not sent yet stays with it.
    """

    @login_not_required
    @wraps(view)
    def answer(request: UserRequest, slug: str) -> HttpResponseBase:
        try:
            if not request.user.is_authenticated:
                if "application/json" not in request.headers.get("Accept", ""):
                    return redirect_to_login(request.get_full_path())
                raise _refused(
                    403, "Phiên làm việc đã hết, hãy đăng nhập lại để gửi.", "signed_out"
                )
            if request.headers.get("X-Field-Person", str(request.user.pk)) != str(request.user.pk):
                # What one person queued is never recorded as another's.
                raise _refused(403, "Nội dung này do tài khoản khác ghi trên máy.", "other")
            audit = visible_audits(request.user).filter(slug=slug).first()
            if audit is None:
                raise _refused(404, "Không có cuộc đánh giá này, hoặc bạn không được xem.")
            if membership(request.user, audit) is None:
                raise _refused(403, "Chỉ người trong đoàn đánh giá mở được phiếu này.")
            return view(request, audit)
        except TransitionNotAllowed as refusal:
            return _errors(409, by_field(refusal))
        except ValidationError as refusal:
            return _errors(422, by_field(refusal))
        except Refused as refusal:
            return _errors(refusal.code, refusal.errors, refusal.why)

    return answer


def _errors(status: int, errors: dict[str, list[str]], why: str = "") -> JsonResponse:
    return JsonResponse({"errors": errors} | ({"why": why} if why else {}), status=status)


def by_field(refusal: ValidationError) -> dict[str, list[str]]:
    """Return the sentences of a refusal by the field at fault."""
    if hasattr(refusal, "error_dict"):
        return refusal.message_dict
    return {"__all__": list(refusal.messages)}


@in_the_field
@require_safe
def field_data(request: UserRequest, audit: Audit) -> HttpResponse:
    return JsonResponse(snapshot(request, audit, can_answer=can_answer(request.user, audit)))


@in_the_field
@require_POST
def field_sync(request: UserRequest, audit: Audit) -> HttpResponse:
    """Take one answer or one finding."""
    sent = _sent(request)
    deeds = {"answer": _answer, "finding": _finding}
    deed = deeds.get(str(sent.get("op")))
    if deed is None:
        raise Refused(422, {"op": ["Không rõ việc cần ghi; hãy tải lại trang."]})
    return JsonResponse(deed(request, audit, sent))


def _sent(request: HttpRequest) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError) as error:  # a bracket within a bracket, a thousand times
        raise _refused(422, "Dữ liệu gửi lên không đọc được.") from error
    if not isinstance(sent, dict):
        raise _refused(422, "Dữ liệu gửi lên không đọc được.")
    # Forms read text; a number or a list where a date is asked is no date, and no failure.
    return {name: str(value) for name, value in sent.items() if value is not None}


def _answer(request: UserRequest, audit: Audit, sent: dict[str, Any]) -> dict[str, Any]:
    form = AnswerForm(sent)
    item = _item(request, audit, form)
    return outcome_data(record_answer(item, form.given(), by=request.user))


def _finding(request: UserRequest, audit: Audit, sent: dict[str, Any]) -> dict[str, Any]:
    form = FieldFindingForm(sent)
    item = _item(request, audit, form)
    data = form.cleaned_data
    known = audit.findings.filter(client_id=data["client_id"]).exists()
    given = FindingGiven(
        client_id=data["client_id"],
        grade=data["grade"],
        found_on=data["found_on"] or today(),
        item=item,
        dossier=_dossier(audit, data["dossier"]),
        unit=None if item.unit_id else Unit.objects.filter(pk=data["unit"]).first(),
        requirement=data["requirement"],
        evidence_text=data["evidence_text"],
        gap=data["gap"],
    )
    finding = add_finding(audit, given, by=request.user)
    return {
        "state": "known" if known else "stored",
        "finding": {"seq": finding.seq, "label": finding.label, "url": finding.get_absolute_url()},
    }


@in_the_field
@require_POST
def field_upload(request: UserRequest, audit: Audit) -> HttpResponse:
    """Take a photo or a file as evidence, or the confirmation of the unit."""
    form = UploadForm(request.POST, request.FILES)
    item = _item(request, audit, form)
    data = form.cleaned_data
    if data["kind"] == "confirmation":
        state, confirmation = confirm_on_site(
            item, form.confirmation(), data["file"], by=request.user
        )
        standing = item.answers.standing().filter(dossier=None).select_related("answered_by")
        return JsonResponse(
            {
                "state": state,
                "confirmation": {"id": confirmation.pk, "name": confirmation.name},
                "standing": answer_data(standing.first()),
            }
        )
    known = item.evidence.filter(client_id=data["client_id"]).exists()
    evidence = add_evidence(
        item,
        data["file"],
        caption=data["caption"],
        evidence_on=form.day,
        client_id=data["client_id"],
        by=request.user,
        dossier=data["dossier"],
    )
    state = "known" if known else "stored"
    return JsonResponse({"state": state, "evidence": evidence_data(evidence)})


def _item(request: UserRequest, audit: Audit, form: forms.Form) -> ChecklistItem:
    """Return the question that a valid `form` names, if this person may answer it now."""
    if not form.is_valid():
        errors = form.errors.get_json_data()
        raise Refused(422, {name: [e["message"] for e in es] for name, es in errors.items()})
    if not can_answer(request.user, audit) and not _was_sent(request.user, form):
        if not audit.is_changeable:
            raise _refused(
                409, "Báo cáo đã được ký hoặc cuộc đánh giá đã xong, không gửi được nữa."
            )
        raise _refused(403, "Chỉ người đánh giá trong đoàn ghi được vào phiếu này.")
    item = audit.items.filter(pk=form.cleaned_data["item"]).first()
    if item is None:
        raise Refused(422, {"item": ["Câu hỏi này không thuộc cuộc đánh giá."]})
    item.audit = audit
    return item


def _was_sent(user: User, form: forms.Form) -> bool:
    """Tell whether this was stored already: then it is said again, even when nothing is taken."""
    mine = {"client_id": form.cleaned_data["client_id"]}
    return (
        ItemAnswer.objects.filter(**mine, answered_by=user).exists()
        or Finding.objects.filter(**mine, found_by=user).exists()
        or Evidence.objects.filter(**mine, added_by=user).exists()
        or SiteConfirmation.objects.filter(**mine, recorded_by=user).exists()
    )


def _dossier(audit: Audit, pk: int | None) -> SampledDossier | None:
    if pk is None:
        return None
    dossier = audit.dossiers.standing().filter(pk=pk).first()
    if dossier is None:
        raise Refused(422, {"dossier": ["Hồ sơ này không còn trong mẫu."]})
    return dossier
