"""What a person may do about a nonconformity now: one deed stands out, the others are folded."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from audits.actions.writing import written_sha256
from audits.forms.evidence import EvidenceForm
from audits.forms.nonconformities_deeds import (
    ActionForm,
    ChangeForm,
    CloseForm,
    DayForm,
    DeedForm,
    DoneForm,
    ExtendForm,
    ExternalForm,
    RefuseForm,
    RegradeForm,
    RejectForm,
    RepeatForm,
    SeenForm,
    TreatmentForm,
    VerdictForm,
    VerifyForm,
)
from audits.models import CorrectiveAction, Nonconformity
from audits.models.nonconformities import EXTERNAL_MOVES
from audits.pages.nonconformities import (
    Sheet,
    change_requests_of,
    days_over,
    read_sheet,
    similar_for,
)
from audits.permissions import nonconformities as may
from audits.permissions.evidence import can_withdraw
from audits.workflow import NonconformityStatus
from qms.http import UserRequest
from qms.organisation.models import User

_OPEN, _ANALYSED = NonconformityStatus.OPEN, NonconformityStatus.ANALYSED


@dataclass(frozen=True)
class Kind:
    """A deed: its form, who may do it now, and its words on the page."""

    form: type[forms.Form]
    may: Callable[[User, Nonconformity], bool]
    title: str
    button: str
    text: str = ""
    is_danger: bool = False


@dataclass(frozen=True)
class Deed:
    """A deed as one person is offered it."""

    name: str
    kind: Kind
    form: forms.Form
    url: str
    is_primary: bool = False


def _is_laid(nonconformity: Nonconformity) -> bool:
    treatment = nonconformity.treatment()
    return treatment is not None and treatment.is_laid


def _may_write(user: User, nonconformity: Nonconformity) -> bool:
    return may.can_write(user, nonconformity) and not _is_laid(nonconformity)


def _may_analyse(user: User, nonconformity: Nonconformity) -> bool:
    is_due = nonconformity.status == _OPEN and nonconformity.confirmed_at is not None
    return is_due and may.can_treat(user, nonconformity)


def _may_propose(user: User, nonconformity: Nonconformity) -> bool:
    is_due = nonconformity.status == _ANALYSED and not _is_laid(nonconformity)
    return is_due and may.can_treat(user, nonconformity) and _has_actions(nonconformity)


def _may_implement(user: User, nonconformity: Nonconformity) -> bool:
    if not may.can_treat(user, nonconformity):
        return False
    if nonconformity.status == NonconformityStatus.PLANNED:
        return True
    treatment = nonconformity.treatment()
    return (
        nonconformity.status == _ANALYSED
        and not nonconformity.is_demanding
        and treatment is not None
        and treatment.no_action_reason != ""
        and not _has_actions(nonconformity)
    )


def _has_actions(nonconformity: Nonconformity) -> bool:
    return bool(nonconformity.actions_now())


def _may_judge_repeat(user: User, nonconformity: Nonconformity) -> bool:
    return may.can_judge_repeat(user, nonconformity) and not _is_laid(nonconformity)


def _may_set_external(user: User, nonconformity: Nonconformity) -> bool:
    has_next = bool(EXTERNAL_MOVES.get(nonconformity.external_state))
    return has_next and may.can_set_external(user, nonconformity)


_SIGNS = "Bấm nút là ký tên bạn vào nội dung đang thấy trên phiếu."
# In the order in which one of them stands out.
KINDS: dict[str, Kind] = {
    "confirm": Kind(
        SeenForm,
        may.can_confirm,
        "Đơn vị xác nhận",
        "Xác nhận sự không phù hợp",
        "Đúng như mô tả thì xác nhận; có ý kiến khác thì báo thư ký ISO. " + _SIGNS,
    ),
    "agree": Kind(SeenForm, may.can_agree, "Đồng ý biện pháp", "Đồng ý với biện pháp", _SIGNS),
    "treatment": Kind(
        TreatmentForm,
        _may_write,
        "Khắc phục tức thời và nguyên nhân",
        "Lưu",
        "Lưu được nhiều lần, chưa đủ cũng lưu được.",
    ),
    "analyse": Kind(
        SeenForm, _may_analyse, "Ký khắc phục, nguyên nhân", "Ký phân tích nguyên nhân", _SIGNS
    ),
    "action": Kind(
        ActionForm,
        _may_write,
        "Thêm hành động khắc phục",
        "Thêm hành động",
        "Biện pháp để nguyên nhân không gây ra lần nữa, do ai làm, đến ngày nào.",
    ),
    "propose": Kind(
        SeenForm,
        _may_propose,
        "Trình biện pháp",
        "Ký, trình người theo dõi",
        "Trình rồi thì không sửa nữa, trừ khi người theo dõi chưa đồng ý. " + _SIGNS,
    ),
    "implement": Kind(
        SeenForm, _may_implement, "Báo đã thực hiện xong", "Báo thực hiện xong", _SIGNS
    ),
    "verify": Kind(
        VerifyForm,
        may.can_verify,
        "Kiểm tra xác nhận",
        "Ký kết quả kiểm tra",
        "Chưa đạt thì phiếu trở lại phân tích nguyên nhân, lần mới; lần cũ được giữ nguyên.",
    ),
    "follow-up": Kind(
        DayForm,
        may.can_follow_up,
        "Lập phiếu tiếp theo",
        "Lập phiếu tiếp theo",
        "Biện pháp không có hiệu lực: phiếu mới nối tiếp phiếu này.",
    ),
    "close": Kind(CloseForm, may.can_close, "Đóng phiếu", "Đóng phiếu"),
    "effect": Kind(
        VerdictForm,
        may.can_check_effect,
        "Đánh giá hiệu lực",
        "Ghi kết quả",
        "Sau một thời gian: nguyên nhân có còn gây ra sự không phù hợp không?",
    ),
    "refuse": Kind(
        RefuseForm,
        may.can_agree,
        "Chưa đồng ý biện pháp",
        "Trả lại đơn vị",
        "Đơn vị sửa biện pháp rồi trình lại.",
        is_danger=True,
    ),
    "repeat": Kind(RepeatForm, _may_judge_repeat, "Có phải lặp lại không", "Ghi"),
    "regrade": Kind(
        RegradeForm, may.can_regrade, "Đổi mức", "Đổi mức", "Đơn vị xác nhận lại sau khi đổi."
    ),
    "external": Kind(
        ExternalForm,
        _may_set_external,
        "Báo cáo đoàn kiểm tra",
        "Ghi",
        "Đã báo cáo hay được trả lời.",
    ),
    "extend": Kind(
        ExtendForm, may.can_extend, "Gia hạn", "Gia hạn", "Hạn cũ và lý do vẫn được giữ trên phiếu."
    ),
    "reject": Kind(
        RejectForm,
        may.can_reject,
        "Không phải sự không phù hợp",
        "Kết luận không phải KPH",
        "Phiếu được giữ cùng lý do, không xử lý tiếp.",
        is_danger=True,
    ),
}
ACTION_FORMS: dict[str, type[DeedForm]] = {"complete": DoneForm, "change": ChangeForm}
# Those that bring a sheet on, in the order of `KINDS`.
_STANDING_OUT = tuple(KINDS)[: tuple(KINDS).index("effect") + 1]


def deed_form(
    name: str,
    request: UserRequest,
    nonconformity: Nonconformity,
    data: Any = None,
    similar: list[Nonconformity] | None = None,
) -> forms.Form:
    """Return the form of a deed, bound where `data` is given; `similar` where they are read."""
    options: dict[str, Any] = {"prefix": name, "nonconformity": nonconformity}
    initial: dict[str, Any] = {}
    if name == "confirm":
        initial["seen"] = nonconformity.statement_sha256()
    elif name == "treatment":
        options["treatment"] = nonconformity.treatment()
        initial["seen"] = written_sha256(nonconformity)
    elif "seen" in KINDS[name].form.base_fields:
        initial["seen"] = nonconformity.sha256()
    if name == "repeat":
        known = similar_for(nonconformity, request.user) if similar is None else similar
        options["similar"] = known
        initial["repeat_denied"] = nonconformity.repeat_denied
        initial["repeats"] = nonconformity.repeats_id or ""
    if name == "close":
        options["request"] = request
    return KINDS[name].form(data, initial=initial, **options)


def action_form(
    name: str, action: CorrectiveAction, data: Any = None, files: Any = None
) -> forms.Form:
    """Return the form of a deed about one action, bound where `data` is given."""
    return ACTION_FORMS[name](
        data,
        files,
        prefix=f"{name}{action.pk}",
        nonconformity=action.nonconformity,
        initial={"client_id": uuid.uuid4()},
    )


def nonconformity_page(
    request: UserRequest,
    nonconformity: Nonconformity,
    *,
    status: int = 200,
    given: Mapping[str, forms.Form] | None = None,
) -> HttpResponse:
    """Render the sheet with what this person may do now; `given` are forms that were refused."""
    given = given or {}
    sheet = read_sheet(nonconformity, request.user)
    deeds = _deeds(request, sheet, given)
    primary = next((deed for deed in deeds if deed.is_primary), None)
    moves = list(nonconformity.moves.select_related("by"))
    context = {
        "sheet": sheet,
        "nonconformity": nonconformity,
        "primary": primary,
        "deeds": [deed for deed in deeds if deed is not primary],
        "actions": _action_rows(request, sheet, given),
        "open_requests": change_requests_of(sheet, request.user),
        "days_over": days_over(nonconformity),
        "waits_for": waits_for(nonconformity),
        "moves": moves,
        "rejection": next((m for m in moves if m.status == NonconformityStatus.REJECTED), None),
        "extensions": nonconformity.extensions.select_related("granted_by", "action"),
        "checks": nonconformity.effectiveness_checks.select_related("checked_by"),
        "linked": _linked(request, nonconformity),
        "withdrawable": {each.pk for each in sheet.shown if can_withdraw(request.user, each)},
        "evidence_form": given.get("evidence") or _evidence_form(request, nonconformity),
    }
    return render(request, "audits/nonconformity_detail.html", context, status=status)


def may_add_evidence(user: User, nonconformity: Nonconformity) -> bool:
    """Adds a photo or a file: who reported it, follows it, belongs to its unit; the secretary."""
    if nonconformity.is_settled:
        return False
    if user.pk in (nonconformity.reported_by_id, nonconformity.auditor_id):
        return True
    return may.is_of_unit(user, nonconformity) or may.is_secretary_of(user, nonconformity)


def _evidence_form(request: UserRequest, nonconformity: Nonconformity) -> forms.Form | None:
    if not may_add_evidence(request.user, nonconformity):
        return None
    return EvidenceForm(prefix="evidence", initial={"client_id": uuid.uuid4()})


def waits_for(nonconformity: Nonconformity) -> str:
    """Return in words who is asked next for what."""
    status = nonconformity.status
    if status == _OPEN:
        if nonconformity.confirmed_at is None:
            return "Chờ đơn vị xác nhận."
        return "Chờ đơn vị ghi khắc phục tức thời, nguyên nhân; trưởng đơn vị ký."
    if status == _ANALYSED:
        if _is_laid(nonconformity):
            return "Chờ người theo dõi xem xét biện pháp."
        return "Chờ đơn vị trình biện pháp, hoặc báo thực hiện xong nếu không cần hành động."
    words = {
        NonconformityStatus.PLANNED: "Đang thực hiện các hành động khắc phục.",
        NonconformityStatus.IMPLEMENTED: "Chờ kiểm tra xác nhận bởi người không thực hiện.",
        NonconformityStatus.VERIFIED: "Chờ lãnh đạo đóng phiếu.",
    }
    return words.get(NonconformityStatus(status), "")


def _linked(request: UserRequest, nonconformity: Nonconformity) -> list[tuple[str, Nonconformity]]:
    """Return the sheets it stands together with that this person may see, each with how."""
    visible = may.visible_nonconformities(request.user)
    pairs = [("Lặp lại phiếu", nonconformity.repeats), ("Tiếp theo phiếu", nonconformity.follows)]
    before = [(how, each) for how, each in pairs if each is not None]
    later = list(visible.filter(Q(repeats=nonconformity) | Q(follows=nonconformity)))
    after = [("Bị lặp lại ở phiếu", x) for x in later if x.repeats_id == nonconformity.pk]
    after += [("Phiếu tiếp theo", x) for x in later if x.follows_id == nonconformity.pk]
    return before + after


def _deeds(request: UserRequest, sheet: Sheet, given: Mapping[str, forms.Form]) -> list[Deed]:
    nonconformity = sheet.nonconformity
    names = [
        name
        for name, kind in KINDS.items()
        if name in given or kind.may(request.user, nonconformity)
    ]
    if not sheet.similar and "repeat" not in given and "repeat" in names:
        names.remove("repeat")
    primary = _standing_out(sheet, names, is_theirs=may.is_of_unit(request.user, nonconformity))
    return [
        Deed(
            name=name,
            kind=KINDS[name],
            form=given.get(name) or deed_form(name, request, nonconformity, similar=sheet.similar),
            url=reverse(f"audits:nonconformity-{name}", args=[nonconformity.slug]),
            is_primary=name == primary,
        )
        for name in names
    ]


def _standing_out(sheet: Sheet, names: list[str], *, is_theirs: bool) -> str:
    """Return the deed that brings the sheet on, of those this person may do; empty if none.

    What the unit writes stands out for its people alone (`is_theirs`).
    """
    wanted = [name for name in _STANDING_OUT if name in names]
    nonconformity, missing = sheet.nonconformity, bool(sheet.missing)
    lacks_action = missing and not sheet.now.actions
    idle = {
        # written down already: what remains is to sign it, or to add an action
        "treatment": not is_theirs
        or not missing
        or (nonconformity.status == _ANALYSED and _lacks_action_alone(sheet)),
        "analyse": missing,
        "action": not (is_theirs and nonconformity.status == _ANALYSED and lacks_action),
        "propose": missing,
        "implement": missing,
        "close": missing,
        "effect": nonconformity.status == NonconformityStatus.CLOSED,
    }
    return next((name for name in wanted if not idle.get(name, False)), "")


def _lacks_action_alone(sheet: Sheet) -> bool:
    return sheet.missing == ["Chưa có hành động khắc phục nào."]


@dataclass(frozen=True)
class ActionRow:
    """An action, with the forms by which this person may carry it on."""

    action: CorrectiveAction
    complete_form: forms.Form | None
    change_form: forms.Form | None
    may_remove: bool
    is_primary: bool


def _action_rows(
    request: UserRequest, sheet: Sheet, given: Mapping[str, forms.Form]
) -> list[ActionRow]:
    user = request.user
    may_write = bool(sheet.now.actions) and _may_write(user, sheet.nonconformity)

    def form(name: str, action: CorrectiveAction, *, is_open: bool) -> forms.Form | None:
        refused = given.get(f"{name}{action.pk}")
        return refused or (action_form(name, action) if is_open else None)

    rows: list[ActionRow] = []
    for action in sheet.now.actions:
        may_complete = may.can_complete(user, action)
        rows.append(
            ActionRow(
                action=action,
                complete_form=form("complete", action, is_open=may_complete),
                change_form=form("change", action, is_open=may.can_ask_for_change(user, action)),
                may_remove=may_write,
                is_primary=may_complete and not any(row.is_primary for row in rows),
            )
        )
    return rows
