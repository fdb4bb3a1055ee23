"""One form: its issues, where it comes from, and who uses it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from procedures.models import (
    Form,
    FormIssue,
    InForcePeriod,
    LegalDocument,
    Procedure,
    ProcedureVersion,
)
from procedures.permissions import visible_drafts, visible_procedures
from procedures.workflow import OPEN_VERSION
from qms.foundation.text import comparison_key


@dataclass(frozen=True)
class IssueView:
    """An issue: `current`, `coming` or `past` on the day."""

    issue: FormIssue
    state: str


@dataclass(frozen=True)
class Uses:
    """The versions that name a form, as one person may read them, on a day or later."""

    periods: list[InForcePeriod]
    drafts: list[ProcedureVersion]

    @property
    def procedures(self) -> list[Procedure]:
        """Return the procedures in force, or issued for later, each once."""
        return list({period.procedure_id: period.procedure for period in self.periods}.values())


def issues_of(form: Form, day: dt.date) -> list[IssueView]:
    """Return the issues, the last first; none is to be filled in once the form has ended."""
    issues = list(form.issues.select_related("file").order_by("-valid_from"))
    begun = [issue for issue in issues if issue.valid_from <= day]
    current = begun[0] if begun and form.is_used(on=day) else None

    def state(issue: FormIssue) -> str:
        if issue is current:
            return "current"
        return "coming" if issue.valid_from > day else "past"

    return [IssueView(issue, state(issue)) for issue in issues]


def uses_of(user: Any, form: Form, day: dt.date) -> Uses:
    """Return who uses the form; two queries, whatever their number."""
    later = Q(valid_to=None) | Q(valid_to__gt=day)
    periods = InForcePeriod.objects.standing().filter(
        later, procedure__in=visible_procedures(user), version__form_links__form=form
    )
    drafts = visible_drafts(user).filter(status__in=OPEN_VERSION, form_links__form=form)
    return Uses(
        periods=list(
            periods.select_related("version__procedure", "procedure__agency")
            .defer("version__content", "version__search_key")
            .order_by("procedure__sort_key", "valid_from")
        ),
        drafts=list(
            drafts.select_related("procedure")
            .defer("content", "search_key")
            .order_by("procedure__sort_key", "pk")
        ),
    )


def sources_in_register(forms: Iterable[Form]) -> dict[int, LegalDocument]:
    """Return, by form, the document of the legal register that its source names; one query."""
    named = {form.pk: comparison_key(form.source) for form in forms if form.source}
    if not named:
        return {}
    known = {row.number_key: row for row in LegalDocument.objects.only("number", "number_key")}
    found = {
        pk: max((number for number in known if number in source), key=len, default="")
        for pk, source in named.items()
    }
    return {pk: known[number] for pk, number in found.items() if number}
