"""The page of one TTHC: its story on a day, and what of it is out of scope."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from procedures import permissions as may
from procedures.coverage import TTHCFacts, count, load_facts
from procedures.forms.catalogue import DayForm, ExclusionForm, RefusalForm
from procedures.models import (
    CORE_CODE,
    TTHC,
    Exclusion,
    ProcedureVersion,
    Responsibility,
    on_day,
)
from procedures.permissions.legal import can_record_tthc_change
from procedures.views.reach import Reach, beyond_catalogue
from procedures.views.sources import sources_of
from procedures.views.standing import lines_of
from procedures.views.story import (
    catalogue_facts,
    change_lines,
    duty_lines,
    status_of,
    version_lines,
)
from procedures.workflow import OPEN_VERSION
from qms.foundation.dates import format_date, today
from qms.http import UserRequest
from qms.organisation.forms import PasswordForm
from qms.records.models import Signature


@require_safe
def tthc_detail(request: UserRequest, code: str) -> HttpResponse:
    return story_page(find_tthc(code), request)


def find_tthc(code: str) -> TTHC:
    if not re.fullmatch(CORE_CODE, code):
        raise Http404
    return get_object_or_404(TTHC.objects.select_related("field"), code=code)


@dataclass(frozen=True)
class Given:
    """Forms of the page that were refused: of a new proposal, or an answer to the one of `pk`."""

    proposal: forms.Form | None = None
    pk: int | None = None
    password: forms.Form | None = None
    refusal: forms.Form | None = None


def story_page(tthc: TTHC, request: UserRequest, given: Given | None = None) -> HttpResponse:
    """Render the TTHC's story on the day; with forms that were refused, as 422."""
    reach, form = Reach(request.user), DayForm(request.GET)
    day = form.day
    changes = list(tthc.changes.filter(is_void=False).select_related("field", "replaced_by"))
    state = on_day(tthc, changes, day)
    facts = load_facts(reach.agency, reach.profile(reach.agency), tthc=[tthc.pk])
    item, found = facts.tthc.get(tthc.pk), count(facts, day)
    lines = lines_of(request.user, facts, found.rows, day)
    exclusions = exclusions_of(tthc, reach)
    proposable = proposable_duties(request.user, reach, item, exclusions)
    context: dict[str, Any] = {
        "form": form,
        "day": day,
        "is_today": day == today(),
        "tthc": tthc,
        "state": state,
        "status": status_of(state),
        "facts": catalogue_facts(state),
        "sources": sources_of(tthc.source_url),
        "changes": change_lines(request.user, changes, day),
        "line": lines[0] if lines else None,
        "duties": duty_lines(item, day),
        "versions": version_lines(request.user, facts, item, day),
        "drafts": _drafts(request, tthc),
        "exclusions": _exclusion_lines(request, exclusions, given or Given()),
        "exclusion_form": ExclusionForm(duties=proposable) if proposable else None,
        "agency_name": reach.name,
        "may_record": can_record_tthc_change(request.user),
        **beyond_catalogue(facts, day),
    }
    if given and given.proposal:
        context["exclusion_form"] = given.proposal
    return render(request, "procedures/tthc_detail.html", context, status=422 if given else 200)


def _drafts(request: UserRequest, tthc: TTHC) -> QuerySet[ProcedureVersion]:
    mine = may.visible_drafts(request.user).filter(status__in=OPEN_VERSION)
    return mine.filter(tthc_links__tthc=tthc).select_related("procedure").order_by("pk")


@dataclass(frozen=True)
class ExclusionLine:
    """A proposal, how it was answered, and the forms of the one who may answer it.

    `state` is waiting, accepted or refused; `refused` the history row that says who and why.
    """

    exclusion: Exclusion
    state: str
    signature: Signature | None
    refused: Any
    password_form: forms.Form | None
    refusal_form: forms.Form | None

    @property
    def statement(self) -> str:
        """Return what the signature of acceptance says."""
        since = self.exclusion.valid_from
        return (
            "Chấp nhận thì TTHC thôi được tính vào tỷ lệ áp dụng quy trình ISO của "
            f"{self.exclusion.responsibility.unit}, "
            + (f"từ ngày {format_date(since)}." if since else "cả thời gian đã qua.")
        )


def exclusions_of(tthc: TTHC, reach: Reach) -> list[Exclusion]:
    """Return the proposals about the TTHC in the units that the reader sees."""
    units = [unit.pk for unit in reach.units]
    found = Exclusion.objects.filter(responsibility__tthc=tthc, responsibility__unit__in=units)
    return list(found.select_related("responsibility__unit", "proposed_by").order_by("pk"))


def _exclusion_lines(
    request: UserRequest, exclusions: list[Exclusion], given: Given
) -> list[ExclusionLine]:
    if not exclusions:
        return []
    signatures = {each.object_id: each for each in Signature.objects.on_all(exclusions)}
    history: Any = Exclusion.history
    refused = {
        row.id: row
        for row in history.filter(
            id__in=[each.pk for each in exclusions], refused_at__isnull=False
        ).select_related("history_user")
    }
    lines = []
    for each in exclusions:
        password, refusal = _answer_forms(request, each, given)
        state = "accepted" if each.accepted_at else "refused" if each.refused_at else "waiting"
        row = (each, state, signatures.get(each.pk), refused.get(each.pk), password, refusal)
        lines.append(ExclusionLine(*row))
    return lines


def _answer_forms(
    request: UserRequest, exclusion: Exclusion, given: Given
) -> tuple[forms.Form | None, forms.Form | None]:
    if not may.can_answer_exclusion(request.user, exclusion):
        return None, None
    key = exclusion.pk
    password: forms.Form = PasswordForm(request=request, prefix=f"x{key}")
    refusal: forms.Form = RefusalForm(prefix=f"r{key}")
    if given.pk == key:
        return given.password or password, given.refusal or refusal
    return password, refusal


def proposable_duties(
    user: Any, reach: Reach, item: TTHCFacts | None, exclusions: list[Exclusion]
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
        if duty.pk not in held and may.can_propose_exclusion(user, units[duty.unit_path])
    ]
