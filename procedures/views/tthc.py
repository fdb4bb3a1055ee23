"""One TTHC's story on a day, and what of it is out of scope."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from procedures import permissions as may
from procedures.answers import explain
from procedures.coverage import (
    Duty,
    Facts,
    Reason,
    TTHCFacts,
    VersionFacts,
    count,
    load_facts,
    reasons_on,
    serving,
)
from procedures.exclusions import propose_exclusion
from procedures.forms.catalogue import DayForm, ExclusionForm, RefusalForm
from procedures.models import CORE_CODE, TTHC, Exclusion, Responsibility, TTHCOnDay, on_day
from procedures.views.reach import Reach, beyond_catalogue
from procedures.workflow import OPEN_VERSION
from qms.http import UserRequest
from qms.organisation.forms import PasswordForm
from qms.records.models import Signature
from qms.records.signatures import Signing


@dataclass(frozen=True)
class VersionLine:
    """A version that covers the TTHC in a period; `status` is for the badge, as of the day."""

    version: VersionFacts
    valid_from: dt.date | None
    valid_to: dt.date | None
    begun_by: str
    status: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class ExclusionLine:
    """A proposal with the forms of the one who may answer it; `state` is for the reader."""

    exclusion: Exclusion
    state: str
    password_form: forms.Form | None
    refusal_form: forms.Form | None


@require_safe
def tthc_detail(request: UserRequest, code: str) -> HttpResponse:
    return _story(request, _tthc(code))


@require_POST
def exclusion_new(request: UserRequest, code: str) -> HttpResponse:
    tthc, reach = _tthc(code), Reach(request.user)
    facts = load_facts(reach.agency, reach.profile(reach.agency), tthc=[tthc.pk])
    choices = _proposable(request, reach, facts.tthc.get(tthc.pk), _exclusions(tthc, reach))
    if not any(may.can_propose_exclusion(request.user, unit) for unit in reach.units):
        raise PermissionDenied
    form = ExclusionForm(request.POST, duties=choices)
    if not form.is_valid():
        return _story(request, tthc, exclusion_form=form)
    chosen = dict(form.cleaned_data)
    duty = get_object_or_404(Responsibility, pk=chosen.pop("responsibility"), tthc=tthc)
    try:
        propose_exclusion(duty, by=request.user, **chosen)
    except ValidationError as refusal:
        return explain(request, redirect(tthc), refusal)
    return explain(
        request, redirect(tthc), "Đã gửi đề nghị. Lãnh đạo chấp nhận thì mới có tác dụng."
    )


@require_POST
def exclusion_accept(request: UserRequest, pk: int) -> HttpResponse:
    exclusion = _answerable(request, pk)
    form = PasswordForm(request.POST, request=request, prefix=f"x{pk}")
    tthc = exclusion.responsibility.tthc
    if not form.is_valid():
        return _story(request, tthc, password_form=(pk, form))
    try:
        exclusion.accept(by=request.user, signing=Signing(method=Signature.Method.PASSWORD))
    except ValidationError as refusal:
        return explain(request, redirect(tthc), refusal)
    return explain(request, redirect(tthc), f"Đã đưa TTHC {tthc.code} ra khỏi phạm vi.")


@require_POST
def exclusion_refuse(request: UserRequest, pk: int) -> HttpResponse:
    exclusion = _answerable(request, pk)
    form = RefusalForm(request.POST, prefix=f"r{pk}")
    tthc = exclusion.responsibility.tthc
    if not form.is_valid():
        return _story(request, tthc, refusal_form=(pk, form))
    try:
        exclusion.refuse(by=request.user, reason=form.cleaned_data["reason"])
    except ValidationError as refusal:
        return explain(request, redirect(tthc), refusal)
    return explain(request, redirect(tthc), f"TTHC {tthc.code} vẫn thuộc phạm vi.")


def _answerable(request: UserRequest, pk: int) -> Exclusion:
    """Return the proposal; one that was answered meanwhile is refused by its verb, with a word."""
    known = Exclusion.objects.filter(responsibility__unit__in=may.readable_units(request.user))
    exclusion = get_object_or_404(known.select_related("responsibility__tthc__field"), pk=pk)
    if not may.can_answer_exclusion(request.user, exclusion) and _is_waiting(exclusion):
        raise PermissionDenied
    if not may.is_leader(request.user, exclusion.responsibility.unit):
        raise PermissionDenied
    return exclusion


def _is_waiting(exclusion: Exclusion) -> bool:
    return exclusion.accepted_at is None and exclusion.refused_at is None


def _tthc(code: str) -> TTHC:
    if not re.fullmatch(CORE_CODE, code):
        raise Http404
    return get_object_or_404(TTHC.objects.select_related("field"), code=code)


def _story(request: UserRequest, tthc: TTHC, **given: Any) -> HttpResponse:
    """Render the TTHC's story on the day; forms that were refused come in `given`, answered 422."""
    reach, form = Reach(request.user), DayForm(request.GET)
    changes = list(tthc.changes.filter(is_void=False).select_related("field", "replaced_by"))
    state = on_day(tthc, changes, form.day)
    facts = load_facts(reach.agency, reach.profile(reach.agency), tthc=[tthc.pk])
    item, rows = facts.tthc.get(tthc.pk), count(facts, form.day).rows
    exclusions = _exclusions(tthc, reach)
    proposable = _proposable(request, reach, item, exclusions)
    context: dict[str, Any] = {
        "form": form,
        "day": form.day,
        "tthc": tthc,
        "state": state,
        "status": _status(state),
        "changes": changes,
        "row": rows[0] if rows else None,
        "duties": _duty_lines(item, form.day),
        "versions": _versions(request, facts, item, form.day),
        "drafts": _drafts(request, tthc),
        "sources": re.split(r"[\s;]+", tthc.source_url.strip()) if tthc.source_url else [],
        "exclusions": [_exclusion_line(request, each, given) for each in exclusions],
        "exclusion_form": ExclusionForm(duties=proposable) if proposable else None,
        "may_start": may.can_start(request.user),
        "agency_name": facts.profile.display_name if facts.profile else str(reach.agency),
        **beyond_catalogue(facts, form.day),
    }
    if "exclusion_form" in given:
        context["exclusion_form"] = given["exclusion_form"]
    return render(request, "procedures/tthc_detail.html", context, status=422 if given else 200)


def _status(state: TTHCOnDay) -> str:
    """Return what the badge shows: `in_force`, `scheduled`, or the kind of change that ended it."""
    if state.is_in_force:
        return "in_force"
    return str(state.last_change.kind) if state.last_change else "scheduled"


@dataclass(frozen=True)
class DutyLine:
    duty: Duty
    kind: str
    status: str


def _duty_lines(item: TTHCFacts | None, day: dt.date) -> list[DutyLine]:
    kinds = dict(Responsibility.Kind.choices)
    lines = []
    for duty in item.duties.values() if item else ():
        status = "ended" if duty.span.valid_to and duty.span.valid_to <= day else "scheduled"
        if duty.span.contains(day):
            status = "excluded" if duty.is_excluded(day) else "in_force"
        lines.append(DutyLine(duty, str(kinds[duty.kind]), status))
    return lines


def _versions(
    request: UserRequest, facts: Facts, item: TTHCFacts | None, day: dt.date
) -> list[VersionLine]:
    """Return each period of each version that this person may read, the latest first."""
    if item is None:
        return []
    lines = [
        _version_line(facts, item, version, key, day)
        for version in serving(item, item.duties.values())
        if may.may_read(
            request.user, is_restricted=version.is_restricted, owner_path=version.owner_path
        )
        for key in version.periods
    ]
    return sorted(lines, key=lambda line: line.valid_from or dt.date.min, reverse=True)


def _version_line(
    facts: Facts, item: TTHCFacts, version: VersionFacts, key: int, day: dt.date
) -> VersionLine:
    period = version.periods[key]
    reasons: tuple[Reason, ...] = ()
    begins, ends = period.span.valid_from, period.span.valid_to
    if period.span.contains(day):
        reasons = reasons_on(facts, item, version, day)
        status = "stale" if reasons else "covered"
        if any(reason.deadline < day for reason in reasons):
            status = "overdue"
    else:
        status = "ended" if ends and ends <= day else "scheduled"
    return VersionLine(version, begins, ends, period.begun_by, status, reasons)


def _drafts(request: UserRequest, tthc: TTHC) -> Any:
    mine = may.visible_drafts(request.user).filter(status__in=OPEN_VERSION)
    return mine.filter(tthc_links__tthc=tthc).select_related("procedure")


def _exclusions(tthc: TTHC, reach: Reach) -> list[Exclusion]:
    units = [unit.pk for unit in reach.units]
    found = Exclusion.objects.filter(responsibility__tthc=tthc, responsibility__unit__in=units)
    return list(
        found.select_related("responsibility__unit", "proposed_by", "accepted_by").order_by("pk")
    )


def _exclusion_line(
    request: UserRequest, exclusion: Exclusion, given: dict[str, Any]
) -> ExclusionLine:
    key = exclusion.pk
    state = "waiting" if _is_waiting(exclusion) else "refused"
    if exclusion.accepted_at:
        state = "accepted"
    if not may.can_answer_exclusion(request.user, exclusion):
        return ExclusionLine(exclusion, state, None, None)
    wrong_password, wrong_refusal = given.get("password_form"), given.get("refusal_form")
    password = PasswordForm(request=request, prefix=f"x{key}")
    if wrong_password and wrong_password[0] == key:
        password = wrong_password[1]
    refusal = RefusalForm(prefix=f"r{key}")
    if wrong_refusal and wrong_refusal[0] == key:
        refusal = wrong_refusal[1]
    return ExclusionLine(exclusion, state, password, refusal)


def _proposable(
    request: UserRequest, reach: Reach, item: TTHCFacts | None, exclusions: list[Exclusion]
) -> list[tuple[int, str]]:
    """Return the responsibilities that this person may propose to take out of the count."""
    if item is None:
        return []
    held = {e.responsibility_id for e in exclusions if not e.refused_at and not e.valid_to}
    units = {unit.path: unit for unit in reach.units}
    kinds = dict(Responsibility.Kind.choices)
    return [
        (duty.pk, f"{duty.unit_name} – {kinds[duty.kind]}")
        for duty in item.duties.values()
        if duty.pk not in held and may.can_propose_exclusion(request.user, units[duty.unit_path])
    ]
