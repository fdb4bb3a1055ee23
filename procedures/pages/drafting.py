"""The drafting page: what was typed, what is wrong with it, what happened meanwhile."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from js_asset import Media

from procedures import permissions as may
from procedures.checks import check, strictest, time_checks
from procedures.comparison import Change, changes, proposed_summary
from procedures.content import Content
from procedures.drafting.page import PageBuilder, editor_media
from procedures.drafting.suggestions import changes_to_take_up, names_for, suggestions
from procedures.drafting.typed import Typed
from procedures.forms.attaching import AttachmentForm
from procedures.forms.decisions import CommentForm
from procedures.forms.review import AuthorsForm
from procedures.models import Procedure, ProcedureVersion
from procedures.models.facts import gather_facts
from procedures.pages.change_request import taken_requests
from procedures.pages.comparing import newer_than_base
from qms.foundation.dates import LOCAL, today
from qms.foundation.text import clean
from qms.http import UserRequest


@dataclass(frozen=True)
class Summary:
    """The summary that the comparison proposes; not `is_taken`, it waits beside the typed one."""

    text: str
    is_taken: bool


@dataclass(frozen=True)
class Shown:
    """What the page shows: the fields as typed, and how the last attempt to keep them went.

    `seen` is the SHA-256 of the content they started from. `mine` is what could not be saved
    because another content was, `refusal` why the draft was not handed on. `summary` is what was
    proposed for the summary of changes, if that was asked for.
    """

    typed: Typed
    seen: str
    is_saved: bool = True
    errors: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    mine: Content | None = None
    refusal: ValidationError | None = None
    attachment: AttachmentForm | None = None
    summary: Summary | None = None

    @property
    def status(self) -> int:
        if self.mine is not None:
            return 409
        is_wrong = self.errors or self.refusal or (self.attachment and self.attachment.errors)
        return 422 if is_wrong else 200


def draft_page(request: UserRequest, version: ProcedureVersion, shown: Shown) -> HttpResponse:
    """Render the page; wrong values and refusals answer 422, a conflict 409."""
    user = request.user
    facts = gather_facts(version, on=today())
    builder = PageBuilder(
        shown.typed,
        shown.errors,
        check(version.document, facts),
        {**version.answers, **shown.answers},
        is_tthc=version.procedure.kind == Procedure.Kind.TTHC,
    )
    sections = builder.sections()
    problems = builder.placed(sections)
    may_name_authors = may.is_secretary(user, version.procedure.owner)
    context: dict[str, Any] = {
        "version": version,
        "shown": shown,
        "saved": _moment(version.saved_at),
        "sums": strictest(time_checks(version.document, facts)),
        "known_limits": {
            code: known for code, limit in facts.limits.items() if (known := limit.lowest_working())
        },
        "sections": sections,
        "problems": problems,
        "blocking": sum(placed.problem.is_blocking for placed in problems),
        "conflict": _conflict(version, shown.mine) if shown.mine is not None else None,
        "attachment": None
        if builder.is_tthc
        else shown.attachment or AttachmentForm(use_required_attribute=False),
        "newer": _newer(version),
        "returned": _returns(version),
        "taken_requests": taken_requests(request, version),
        "taken": _taken(version, shown.typed),
        "may_discard": may.can_discard(user, version),
        "may_name_authors": may_name_authors,
        "authors_form": AuthorsForm(version=version) if may_name_authors else None,
        "discard_form": CommentForm(prefix="discard"),
        "media": Media.from_media(editor_media(), nonce=request.csp_nonce),  # type: ignore[attr-defined]
        **suggestions(version),
    }
    return render(request, "procedures/draft_edit.html", context, status=shown.status)


def propose_summary(version: ProcedureVersion, typed: Typed, *, replaces: bool) -> Summary:
    """Lay the summary that the comparison with the base proposes into the field as typed.

    What somebody wrote there stays, unless the proposal `replaces` it.
    """
    if version.base is None:
        return Summary("", is_taken=False)
    mine = typed.readable(version.document, names_for(typed))
    text = proposed_summary(changes(version.base.document, mine))
    is_taken = bool(text) and (replaces or not clean(typed.scalars.get("change_summary", "")))
    if is_taken:
        typed.scalars["change_summary"] = text
    return Summary(text, is_taken)


def _moment(moment: dt.datetime) -> str:
    """Return `10:32`, with the day where it is not today."""
    local = moment.astimezone(LOCAL)
    return local.strftime("%H:%M" if local.date() == today() else "%H:%M %d/%m/%Y")


def _conflict(version: ProcedureVersion, mine: Content) -> dict[str, Any]:
    """Return who saved meanwhile, and where the stored text differs from what was typed."""
    last = version.history.select_related("history_user").latest("history_id")
    return {
        "by": last.history_user,
        "at": last.history_date,
        "changes": changes(version.document, mine),
        "sha256": version.content_sha256,
    }


@dataclass(frozen=True)
class Newer:
    """The version in force, where it is not the one this draft was made from."""

    version: ProcedureVersion
    changes: list[Change]


def _newer(version: ProcedureVersion) -> Newer | None:
    current = newer_than_base(version)
    if current is None or version.base is None:
        return None
    return Newer(current, changes(version.base.document, current.document))


def _returns(version: ProcedureVersion) -> list[Any]:
    """Return the times it was sent back, newest first: who, when, why."""
    rows = version.history.filter(history_change_reason__startswith="Trả lại: ")
    return list(rows.select_related("history_user").order_by("-history_id")[:10])


def _taken(version: ProcedureVersion, typed: Typed) -> list[tuple[str, str, bool]]:
    known = changes_to_take_up(version)
    listed = [(value, label, value in typed.taken_up) for value, label in known]
    values = {value for value, _ in known}
    kept = [(v, v.replace("|", " · "), True) for v in typed.taken_up if v not in values]
    return [*listed, *kept]
