"""The checklist of an audit and the page of one question, with what this person may do there."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from audits.board import Cell, Line, board_of
from audits.forms.checklist import (
    AssignForm,
    CellAnswerForm,
    ItemConfirmForm,
    ItemFindingForm,
    QuestionForm,
    WordingForm,
)
from audits.forms.evidence import EvidenceForm, WithdrawForm
from audits.independence import auditing_members
from audits.models import Audit, ChecklistItem, Finding, ItemAnswer, Result
from audits.pages.audits import frame_of
from audits.permissions.audits import can_answer, unread_procedures, visible_audits
from audits.permissions.checklist import can_prepare, can_see_checklist
from audits.workflow import AuditStatus
from qms.foundation.dates import today

# How the list may be cut: the word in the address, what it says, which lines it keeps.
FILTERS: tuple[tuple[str, str, Callable[[Line, int], bool]], ...] = (
    ("", "Tất cả", lambda line, me: True),
    ("chua-tra-loi", "Chưa trả lời", lambda line, me: not line.result),
    ("khong-phu-hop", "Không phù hợp", lambda line, me: line.result == Result.NONCONFORM),
    ("luu-y", "Lưu ý", lambda line, me: line.result == Result.OBSERVATION),
    (
        "cua-toi",
        "Của tôi",
        lambda line, me: bool(line.item.auditor and line.item.auditor.person_id == me),
    ),
)


@dataclass(frozen=True)
class Group:
    """Questions under one heading, a procedure's or a unit's."""

    heading: str
    lines: list[Line]
    shown: list[Line]

    @property
    def answered(self) -> int:
        return sum(bool(line.result) for line in self.lines)

    @property
    def member(self) -> int | None:
        """Return who asks all of it, None where it is nobody or several."""
        members = {line.item.auditor_id for line in self.lines}
        return members.pop() if len(members) == 1 else None

    @property
    def keys(self) -> str:
        """Return the keys of its questions, for the form that gives them to somebody."""
        return ",".join(str(line.item.pk) for line in self.lines)


@dataclass(frozen=True)
class Progress:
    """How far a checklist is filled."""

    lines: list[Line]

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def first(self) -> Line:
        """Return where to go on: the first question without an answer, else the first."""
        return next((line for line in self.lines if not line.result), self.lines[0])

    @property
    def answered(self) -> int:
        return sum(bool(line.result) for line in self.lines)

    @property
    def disputed(self) -> list[Line]:
        return [line for line in self.lines if line.all_disputed]


def visible_audit(request: HttpRequest, slug: str) -> Audit:
    """Return an audit whose checklist this person may read; 404 for an audit they do not see."""
    audits = visible_audits(request.user).select_related("agency")
    audit = get_object_or_404(audits, slug=slug)
    if not can_see_checklist(request.user, audit):
        raise PermissionDenied
    return audit


def visible_item(audit: Audit, pk: int) -> ChecklistItem:
    item = audit.items.standing().select_related("unit", "version").filter(pk=pk).first()
    if item is None:
        raise Http404
    item.audit = audit
    return item


def checklist_page(
    request: HttpRequest, audit: Audit, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """Render the checklist, cut by `?loc=`."""
    user: Any = request.user
    lines = board_of(audit, hidden=unread_procedures(user, audit))
    chosen = request.GET.get("loc", "")
    keeps = next((keep for code, _, keep in FILTERS if code == chosen), FILTERS[0][2])
    may_prepare = can_prepare(user, audit)
    context = frame_of(user, audit) | {
        "progress": Progress(lines),
        "groups": _groups(lines, lambda line: keeps(line, user.pk)),
        "chosen": chosen,
        "filters": [
            (code, label, sum(keep(line, user.pk) for line in lines))
            for code, label, keep in FILTERS
        ],
        "may_prepare": may_prepare,
        "may_answer": can_answer(user, audit) and audit.status == AuditStatus.UNDER_WAY,
        "has_dossiers": audit.subjects.filter(removed_at=None, procedure__isnull=False).exists(),
        "assign_form": AssignForm(members=auditing_members(audit)) if may_prepare else None,
        "question_form": QuestionForm(audit=audit) if may_prepare else None,
    }
    return render(request, "audits/checklist.html", context | forms, status=status)


def _groups(lines: list[Line], keeps: Callable[[Line], bool]) -> list[Group]:
    groups = []
    for heading, found in groupby(lines, key=lambda line: line.group):
        listed = list(found)
        shown = [line for line in listed if keeps(line)]
        if shown:
            groups.append(Group(heading, listed, shown))
    return groups


@dataclass(frozen=True)
class Place:
    """Where a question stands among the others."""

    number: int
    total: int
    before: Line | None
    after: Line | None

    @property
    def label(self) -> str:
        return f"{self.number}/{self.total}"


def item_page(
    request: HttpRequest,
    audit: Audit,
    pk: int,
    *,
    dossier: int | None = None,
    is_general: bool = False,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    """Render one question; with `dossier` its cell of that sampled dossier is answered.

    Without one, the first of the dossiers is, unless `is_general` or it was answered in general.
    """
    user: Any = request.user
    lines = board_of(audit, hidden=unread_procedures(user, audit))
    index = next((n for n, line in enumerate(lines) if line.item.pk == pk), None)
    if index is None:
        raise Http404
    line = lines[index]
    if dossier is None and not is_general and line.cells and not (line.answer or line.disputed):
        dossier = line.cells[0].dossier.pk
    cell = _cell(line, dossier)
    may_answer = can_answer(user, audit) and audit.status == AuditStatus.UNDER_WAY
    place = Place(
        index + 1,
        len(lines),
        lines[index - 1] if index else None,
        lines[index + 1] if index + 1 < len(lines) else None,
    )
    standing = cell.answer if cell else line.answer
    context: dict[str, Any] = {
        "audit": audit,
        "line": line,
        "item": line.item,
        "cell": cell,
        "place": place,
        "standing": standing,
        "disputed": cell.disputed if cell else line.disputed,
        "progress": Progress(lines),
        "may_answer": may_answer,
        "may_prepare": can_prepare(user, audit),
        "wants_finding": line.result == Result.NONCONFORM and not line.findings,
        "is_worked_on": bool(line.answers or line.all_disputed or line.evidence or line.findings),
    }
    if may_answer:
        context |= _answering_forms(line, cell, standing)
    if context["may_prepare"]:
        initial = {"question": line.item.question, "expects": line.item.expects}
        context["wording_form"] = WordingForm(initial=initial, prefix="wording")
    return render(request, "audits/item_detail.html", context | forms, status=status)


def _cell(line: Line, dossier: int | None) -> Cell | None:
    if dossier is None:
        return None
    cell = next((cell for cell in line.cells if cell.dossier.pk == dossier), None)
    if cell is None:
        raise Http404
    return cell


def _answering_forms(line: Line, cell: Cell | None, standing: ItemAnswer | None) -> dict[str, Any]:
    dossier = cell.dossier.pk if cell else None
    answer: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "dossier": dossier,
        "base": standing.pk if standing else None,
        "seen_on": standing.seen_on if standing else today(),
    }
    if standing is not None:
        answer |= {
            "result": standing.result,
            "note": standing.note,
            "is_verbal": standing.is_verbal,
        }
    is_bad = line.result == Result.NONCONFORM
    return {
        "answer_form": CellAnswerForm(initial=answer),
        "evidence_form": EvidenceForm(initial={"client_id": uuid.uuid4()}, prefix="evidence"),
        "withdraw_form": WithdrawForm(auto_id=False),
        "confirm_form": ItemConfirmForm(initial={"client_id": uuid.uuid4()}, prefix="confirm"),
        "finding_form": ItemFindingForm(
            initial={
                "client_id": uuid.uuid4(),
                "dossier": dossier,
                "grade": Finding.Grade.NONCONFORM if is_bad else Finding.Grade.OBSERVATION,
                "requirement": line.requirement,
                "evidence_text": standing.note if standing else "",
            },
            prefix="finding",
        ),
    }


def settling_page(
    request: HttpRequest,
    audit: Audit,
    item: ChecklistItem,
    disputed: ItemAnswer,
    *,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    """Render *Hai người cùng trả lời*: both answers side by side, and a common one to write."""
    answers = item.answers.standing().filter(dossier=disputed.dossier_id)
    standing = answers.select_related("answered_by").first()
    both = [answer for answer in (standing, disputed) if answer is not None]
    said = {
        "client_id": uuid.uuid4(),
        "dossier": disputed.dossier_id,
        "base": standing.pk if standing else None,
        "settles": disputed.pk,
        "note": "\n".join(f"{answer.answered_by}: {a}" for answer in both if (a := answer.note)),
        "is_verbal": any(answer.is_verbal for answer in both),
        "seen_on": max(answer.seen_on for answer in both),
    }
    context = {
        "audit": audit,
        "item": item,
        "dossier": disputed.dossier,
        "choices": [(answer, _as_settling(answer, said)) for answer in both],
        "form": CellAnswerForm(initial=said),
        "may_answer": can_answer(request.user, audit) and audit.status == AuditStatus.UNDER_WAY,
    }
    return render(request, "audits/item_settle.html", context | forms, status=status)


def _as_settling(answer: ItemAnswer, said: dict[str, Any]) -> CellAnswerForm:
    """Return a form, all hidden, that takes `answer` as it is."""
    taken = {
        "client_id": uuid.uuid4(),
        "result": answer.result,
        "note": answer.note,
        "is_verbal": answer.is_verbal,
        "seen_on": answer.seen_on,
    }
    return CellAnswerForm(initial=said | taken, auto_id=False)
