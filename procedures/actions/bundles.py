"""Many drafts for one cause: begun together, and moved on together."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.actions.deciding import compose_decision, return_version
from procedures.actions.drafting import start_version
from procedures.bundling import obstacles
from procedures.checks import check
from procedures.content import Content
from procedures.models import (
    BundleDraft,
    Decision,
    DraftBundle,
    Procedure,
    ProcedureVersion,
)
from procedures.models.facts import gather_all
from qms.foundation.dates import today
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import Unit, User


@dataclass(frozen=True)
class Reissue:
    """A bundle of drafts with unchanged content, and the procedures left out, each with why."""

    bundle: DraftBundle
    skipped: list[tuple[Procedure, str]]


@dataclass
class Outcome:
    """What a deed over many drafts has done, and what it could not do, each with why."""

    done: list[ProcedureVersion] = field(default_factory=list)
    left: list[tuple[ProcedureVersion, str]] = field(default_factory=list)


@transaction.atomic
def reissue_unchanged(
    procedures: Iterable[Procedure], *, by: User, reason: str, title: str, summary: str = ""
) -> Reissue:
    """Begin a draft of each procedure with the content in force, to be issued anew as it is.

    Those that cannot be are left out and named. Raises ValidationError without a reason, for
    procedures of several agencies, and where none is left; nothing is written then.
    """
    listed = list(procedures)
    if len({procedure.agency_id for procedure in listed}) > 1:
        raise ValidationError("Mỗi đợt chỉ gồm quy trình của một cơ quan.")
    day = today()
    hindered = obstacles(listed, on=day)
    chosen = [procedure for procedure in listed if procedure.pk not in hindered]
    skipped = [(each, hindered[each.pk]) for each in listed if each.pk in hindered]
    if not chosen:
        raise ValidationError("Không còn quy trình nào ban hành lại nguyên văn được.")
    bundle = open_bundle(
        chosen[0].agency, DraftBundle.Kind.REISSUE, title=title, reason=reason, by=by
    )
    told = clean_lines(summary) or f"Ban hành lại, không đổi nội dung: {clean(reason)}"
    standing = ProcedureVersion.objects.filter(procedure__in=chosen).in_force(on=day)
    for base in standing.select_related("procedure").order_by("procedure__sort_key"):
        content = base.document.revised(change_summary=told, is_significant=False)
        draft_into(bundle, base, content, by=by)
    return Reissue(bundle, skipped)


def open_bundle(
    agency: Unit,
    kind: str,
    *,
    title: str,
    reason: str,
    by: User,
    effective_on: dt.date | None = None,
) -> DraftBundle:
    """Begin an empty bundle; call it in the transaction that fills it."""
    if not clean(reason):
        raise ValidationError({"reason": "Hãy ghi lý do, căn cứ."})
    bundle = DraftBundle(
        agency=agency,
        kind=kind,
        title=clean(title)[:255],
        reason=clean_lines(reason),
        effective_on=effective_on,
        opened_by=by,
    )
    bundle.record(by=by, reason="Lập đợt soạn lại")
    return bundle


def draft_into(
    bundle: DraftBundle, base: ProcedureVersion, content: Content, *, by: User
) -> ProcedureVersion:
    """Begin the next issue of the procedure of `base` with `content`, as a draft of the bundle."""
    version = start_version(
        base.procedure,
        by=by,
        content=content,
        change_type=ProcedureVersion.Change.REISSUE,
        base=base,
    )
    add_draft(bundle, version, by=by)
    return version


def add_draft(bundle: DraftBundle, version: ProcedureVersion, *, by: User) -> None:
    """Let a draft go the way of the bundle."""
    BundleDraft(bundle=bundle, version=version).record(by=by, reason="Đưa vào đợt soạn lại")


def submit_drafts(
    versions: Sequence[ProcedureVersion], *, by: User, explanation: str = ""
) -> Outcome:
    """Hand each draft to review; `explanation` answers the warnings that have no answer yet.

    Each in a transaction of its own: what blocks one holds back no other.
    """
    facts = gather_all(versions, on=today())

    def submit(version: ProcedureVersion) -> None:
        problems = check(version.document, facts[version.pk])
        answers = {p.name: version.answers.get(p.name, "") or explanation for p in problems}
        version.submit(by=by, answers=answers)

    return _each(versions, submit)


def review_drafts(
    versions: Iterable[ProcedureVersion], *, by: User, seen: Mapping[int, str], comment: str = ""
) -> Outcome:
    """Find each suitable, in a transaction of its own; `seen`: the SHA-256 of what was read."""
    return _each(
        versions,
        lambda version: version.review(by=by, seen=seen.get(version.pk, ""), comment=comment),
    )


def return_drafts(versions: Iterable[ProcedureVersion], *, by: User, comment: str) -> Outcome:
    """Send each back to its authors with one comment, in a transaction of its own."""
    return _each(versions, lambda version: return_version(version, by=by, comment=comment))


@transaction.atomic
def decide_bundle(
    bundle: DraftBundle, versions: Iterable[ProcedureVersion], *, by: User, subject: str
) -> Decision:
    """Begin a decision over reviewed drafts of the bundle; all or none.

    Those of a reorganisation still to come take effect on its day. Raises what `compose_decision`
    raises.
    """
    decision = compose_decision(bundle.agency, by=by, subject=subject, versions=versions)
    if bundle.effective_on and bundle.effective_on > today():
        for item in decision.standing_items():
            item.take_effect_on(bundle.effective_on, by=by)
    return decision


def _each(
    versions: Iterable[ProcedureVersion], deed: Callable[[ProcedureVersion], None]
) -> Outcome:
    outcome = Outcome()
    for version in versions:
        try:
            with transaction.atomic():
                deed(version)
        except ValidationError as refusal:
            outcome.left.append((version, " ".join(refusal.messages)))
        else:
            outcome.done.append(version)
    return outcome
