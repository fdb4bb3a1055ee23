"""One decision: what it changes, what the leader must know of it, what this person may do."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime

from procedures import permissions as may
from procedures.answers import explain
from procedures.checks import Facts, Problem, TimeCheck, check, time_checks
from procedures.comparison import Change, changes
from procedures.coverage import Coverage, count, load_facts, profile_of
from procedures.coverage.outlook import after_decision
from procedures.forms.decisions import ApproveForm, CommentForm, ItemsForm, NumberingForm
from procedures.models import Decision, DecisionItem
from procedures.models.capacities import (
    Allowed,
    allowed_capacities,
    matter_of_decision,
    why_none,
)
from procedures.models.facts import gather_all
from procedures.permissions.decisions import (
    can_correct,
    can_withdraw,
    hidden_procedures,
    knows_all_names,
)
from procedures.readers import readers_of
from procedures.signers import signing_facts
from procedures.workflow import OPEN_DECISION, DecisionStatus
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import User
from qms.records.models import Signature


@dataclass(frozen=True)
class Line:
    """One item as the leader judges it: what changes, the time check, what was answered for."""

    item: DecisionItem
    sentence: str
    form: forms.Form
    changes: list[Change] = field(default_factory=list)
    times: list[TimeCheck] = field(default_factory=list)
    answered: list[tuple[Problem, str]] = field(default_factory=list)
    readers: list[User] = field(default_factory=list)

    @property
    def is_first(self) -> bool:
        return self.item.version is not None and self.item.version.base is None


@dataclass(frozen=True)
class Outlook:
    """Coverage today, and as it would be with this decision in effect."""

    before: Coverage
    after: Coverage


def visible_decision(request: HttpRequest, pk: int) -> Decision:
    """Return a decision that this person may see, with all that it holds, or answer 404."""
    decisions = may.visible_decisions(request.user).select_related(
        "agency__profile", "composed_by", "signed_file"
    )
    return get_object_or_404(
        decisions.prefetch_related("items__version__author_links"),
        pk=pk,
    )


def decision_page(
    request: UserRequest,
    decision: Decision,
    *,
    status: int = 200,
    item_forms: Mapping[int, forms.Form] | None = None,
    **given: forms.Form,
) -> HttpResponse:
    """Render the decision with the forms that this person may use now, or those `given` back."""
    user = request.user
    items = list(
        decision.standing_items().select_related(
            "version__procedure",
            "version__base",
            "version__submitted_by",
            "version__reviewed_by",
            "procedure",
        )
    )
    hidden = hidden_procedures(user, items)
    read = [item for item in items if item.procedure_id not in hidden]
    is_open = decision.status in OPEN_DECISION
    may_return = decision.status == DecisionStatus.SUBMITTED and may.is_leader(
        user, decision.agency
    )
    context: dict[str, Any] = {
        "decision": decision,
        "lines": _lines(read, item_forms or {}, is_open=is_open),
        "item_count": len(items),
        "hidden": len(items) - len(read),
        "may_have_file": not hidden or knows_all_names(user, decision),
        "signed_check": checked_signatures(decision),
        "corrections": decision.corrections.select_related("corrected_by", "file")
        if not is_open
        else (),
        "withdrawal": decision.history.filter(status=DecisionStatus.WITHDRAWN).last()
        if decision.status == DecisionStatus.WITHDRAWN
        else None,
        "may_correct": can_correct(user, decision),
        "may_withdraw": can_withdraw(user, decision),
        "outlook": _outlook(decision, items) if is_open and items else None,
        "signatures": Signature.objects.on(decision).select_related("mandate"),
        "may_compose": may.can_compose(user, decision),
        "may_approve": may.can_approve(user, decision),
        "may_return": may_return,
        "may_number": may.can_number(user, decision),
        "may_cancel": may.can_cancel(user, decision),
        "issue_count": sum(item.version is not None for item in items),
        "history": decision.history.select_related("history_user").order_by("-history_id")[:30],
    }
    context |= signing_facts(user, decision) if items else {}
    context |= _forms(request, decision, items, context) | given
    return render(request, "procedures/decision_detail.html", context, status=status)


def _lines(
    items: list[DecisionItem], given: Mapping[int, forms.Form], *, is_open: bool
) -> list[Line]:
    versions = [item.version for item in items if item.version]
    # What an issued version was checked against is past; today's registers say nothing of it.
    facts = gather_all(versions, on=today()) if is_open else {v.pk: Facts() for v in versions}
    readers = readers_of(versions, today()) if versions else {}
    return [
        _line(item, given.get(item.pk) or CommentForm(prefix=f"item{item.pk}"), facts, readers)
        for item in items
    ]


def _line(
    item: DecisionItem,
    form: forms.Form,
    facts: Mapping[int, Facts],
    readers: Mapping[int, list[User]],
) -> Line:
    version = item.version
    if version is None:
        return Line(item, "Bãi bỏ quy trình.", form)
    document = version.document
    known = facts[version.pk]
    first = "Ban hành lần đầu." if version.base is None else "Chưa ghi tóm tắt thay đổi."
    return Line(
        item,
        document.change_summary or first,
        form,
        changes=changes(version.base.document, document) if version.base else [],
        times=time_checks(document, known),
        answered=[
            (problem, version.answers[problem.name])
            for problem in check(document, known)
            if problem.name in version.answers
        ],
        readers=readers[version.pk],
    )


def _outlook(decision: Decision, items: list[DecisionItem]) -> Outlook:
    day = today()
    facts = load_facts(decision.agency, profile_of(decision.agency))
    after = after_decision(
        facts,
        issued={item.version_id for item in items if item.version_id},
        ended={item.procedure_id for item in items},
        on=day,
    )
    return Outlook(count(facts, day), count(after, day))


def _forms(
    request: UserRequest, decision: Decision, items: list[DecisionItem], context: dict[str, Any]
) -> dict[str, Any]:
    made: dict[str, Any] = {"cancel_form": CommentForm(prefix="cancel")}
    if context["may_compose"]:
        made["items_form"] = ItemsForm(agency=decision.agency)
    if context["may_return"]:
        made["return_form"] = CommentForm(prefix="return")
    if context["may_approve"]:
        initial = {"seen": decision.sha256()}
        capacities = capacities_for(request.user, decision)
        made["approve_form"] = ApproveForm(request=request, initial=initial, capacities=capacities)
        if not capacities:
            made["no_capacity"] = no_capacity(request.user, decision)
    if context["may_number"]:
        made["numbering_form"] = NumberingForm(initial={"signed_on": today()}, items=items)
    return made


def capacities_for(user: User, decision: Decision) -> list[Allowed]:
    """Return the capacities in which `user` may sign what the decision holds today."""
    matter = matter_of_decision(decision)
    return allowed_capacities(user, decision.agency, on=today(), matter=matter)


def no_capacity(user: User, decision: Decision) -> str:
    """Return why there is no capacity in which `user` may sign it; empty where there is one."""
    return why_none(user, decision.agency, on=today(), matter=matter_of_decision(decision))


@dataclass(frozen=True)
class CheckedSignature:
    """What was found of one electronic signature on the signed original; `at` may be unknown."""

    signer: str
    at: dt.datetime | None
    is_stamped: bool
    is_trusted: bool
    unchecked: str


def checked_signatures(decision: Decision) -> list[CheckedSignature]:
    """Return what was found when the signed original was taken in."""
    return [
        CheckedSignature(
            signer=row.get("signer", ""),
            at=parse_datetime(row.get("at", "")),
            is_stamped=row.get("by_stamp", False),
            is_trusted=row.get("trusted", False),
            unchecked=row.get("unchecked", ""),
        )
        for row in decision.signed_check
    ]


def moved_on(request: HttpRequest, decision: Decision) -> HttpResponse:
    """Tell what happened while the page stood open."""
    state = decision.get_status_display()
    what = ValidationError(f"Trong lúc đó quyết định đã ở trạng thái “{state}”. Chưa ghi gì thêm.")
    return explain(request, redirect(decision), what)
