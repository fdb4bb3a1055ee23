"""What is done about a nonconformity, one address a deed."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from audits.actions import treating, verifying
from audits.actions.writing import save_seen_treatment, written_sha256
from audits.forms.nonconformities_deeds import TreatmentForm, state_of
from audits.forms.refusals import show_refusal
from audits.models import Nonconformity
from audits.pages.nonconformities import find_nonconformity
from audits.pages.nonconformities_deeds import KINDS, deed_form, nonconformity_page
from audits.permissions.nonconformities import can_unlink_repeat
from procedures.answers import explain
from qms.http import UserRequest
from qms.records.models import Signature
from qms.records.signatures import Signing
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed

Said = dict[str, Any]


@require_POST
def nonconformity_confirm(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        nonconformity.confirm(by=request.user, **said)

    return _deed(request, slug, "confirm", do, "Đơn vị đã xác nhận.")


@require_POST
def nonconformity_treatment(request: UserRequest, slug: str) -> HttpResponse:
    nonconformity = find_nonconformity(request, slug)
    if (refused := _refused(request, nonconformity, "treatment")) is not None:
        return refused
    form = deed_form("treatment", request, nonconformity, request.POST)
    assert isinstance(form, TreatmentForm)  # noqa: S101  for the type checker
    status = 422
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            save_seen_treatment(nonconformity, form.given(), by=request.user, seen=seen)
        except SeenVersionChanged as refusal:
            status, form = 409, _over(form, request, slug)
            form.add_error(None, refusal)
        except TransitionNotAllowed as refusal:
            return explain(request, redirect(nonconformity), refusal)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(nonconformity), "Đã lưu khắc phục, nguyên nhân.")
    again = find_nonconformity(request, slug)
    return nonconformity_page(request, again, status=status, given={"treatment": form})


def _over(form: TreatmentForm, request: UserRequest, slug: str) -> Any:
    """Return the form with what was typed, to be put over what is stored by now."""
    nonconformity = find_nonconformity(request, slug)
    data = request.POST.copy()
    data["treatment-seen"] = written_sha256(nonconformity)
    again = deed_form("treatment", request, nonconformity, data)
    again.full_clean()
    return again


@require_POST
def nonconformity_analyse(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        treating.analyse(nonconformity, by=request.user, **said)

    return _deed(request, slug, "analyse", do, "Đã ký khắc phục tức thời và nguyên nhân.")


@require_POST
def nonconformity_action(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        treating.add_action(nonconformity, by=request.user, **said)

    return _deed(request, slug, "action", do, "Đã thêm hành động khắc phục.")


@require_POST
def nonconformity_propose(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        treating.propose_measures(nonconformity, by=request.user, **said)

    return _deed(request, slug, "propose", do, "Đã trình biện pháp.")


@require_POST
def nonconformity_agree(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        treating.agree_measures(nonconformity, by=request.user, **said)

    return _deed(request, slug, "agree", do, "Đã đồng ý với biện pháp.")


@require_POST
def nonconformity_refuse(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        treating.refuse_measures(nonconformity, by=request.user, **said)

    return _deed(request, slug, "refuse", do, "Đã trả biện pháp lại đơn vị.")


@require_POST
def nonconformity_implement(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        treating.implement(nonconformity, by=request.user, **said)

    return _deed(request, slug, "implement", do, "Đã báo thực hiện xong.")


@require_POST
def nonconformity_extend(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        treating.extend(nonconformity, by=request.user, **said)

    return _deed(request, slug, "extend", do, "Đã gia hạn.")


@require_POST
def nonconformity_verify(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        verifying.verify(nonconformity, by=request.user, **said)

    return _deed(request, slug, "verify", do, "Đã ghi kết quả kiểm tra.")


@require_POST
def nonconformity_effect(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        verifying.check_effect(nonconformity, by=request.user, **said)

    return _deed(request, slug, "effect", do, "Đã ghi đánh giá hiệu lực.")


@require_POST
def nonconformity_close(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        signing = Signing(method=Signature.Method.PASSWORD)
        verifying.close(nonconformity, by=request.user, signing=signing, seen=said["seen"])

    return _deed(request, slug, "close", do, "Đã đóng phiếu.")


@require_POST
def nonconformity_follow_up(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        verifying.follow_up(nonconformity, by=request.user, **said)

    return _deed(request, slug, "follow-up", do, "Đã lập phiếu tiếp theo.")


@require_POST
def nonconformity_reject(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        nonconformity.reject(by=request.user, **said)

    return _deed(request, slug, "reject", do, "Đã kết luận không phải sự không phù hợp.")


@require_POST
def nonconformity_regrade(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        nonconformity.regrade(by=request.user, **said)

    return _deed(request, slug, "regrade", do, "Đã đổi mức.")


@require_POST
def nonconformity_repeat(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        if said["repeats"] is not None:
            nonconformity.link_repeat(said["repeats"], by=request.user)
        elif nonconformity.repeats_id and not can_unlink_repeat(request.user, nonconformity):
            raise TransitionNotAllowed(
                "Phiếu đã được liên kết là lặp lại; người theo dõi hoặc thư ký ISO bỏ liên kết."
            )
        else:
            nonconformity.deny_repeat(said["repeat_denied"], by=request.user)

    return _deed(request, slug, "repeat", do, "Đã ghi.")


@require_POST
def nonconformity_external(request: UserRequest, slug: str) -> HttpResponse:
    def do(nonconformity: Nonconformity, said: Said) -> None:
        nonconformity.set_external(said["external"], by=request.user, on=said["on"])

    return _deed(request, slug, "external", do, "Đã ghi báo cáo đoàn kiểm tra.")


def _deed(
    request: UserRequest,
    slug: str,
    name: str,
    do: Callable[[Nonconformity, Said], None],
    done: str,
) -> HttpResponse:
    """Do it and go to the sheet; what is wrong is told at its field, with what was typed."""
    nonconformity = find_nonconformity(request, slug)
    if (refused := _refused(request, nonconformity, name)) is not None:
        return refused
    form = deed_form(name, request, nonconformity, request.POST)
    if form.is_valid():
        said = {key: value for key, value in form.cleaned_data.items() if key != "state"}
        try:
            do(nonconformity, said)
        except TransitionNotAllowed as refusal:
            return explain(request, redirect(nonconformity), refusal)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(nonconformity), done)
    again = find_nonconformity(request, slug)
    return nonconformity_page(request, again, status=422, given={name: form})


def _refused(request: UserRequest, nonconformity: Nonconformity, name: str) -> HttpResponse | None:
    """Return the answer to what moved on while the page stood open; None where all is well.

    Raises PermissionDenied for somebody who may not do it.
    """
    if KINDS[name].may(request.user, nonconformity):
        return None
    looked_at = request.POST.get(f"{name}-state", "")
    if looked_at in ("", state_of(nonconformity)):
        raise PermissionDenied
    state = nonconformity.get_status_display()
    what = ValidationError(f"Trong lúc đó phiếu đã ở trạng thái “{state}”. Chưa ghi gì thêm.")
    return explain(request, redirect(nonconformity), what)
