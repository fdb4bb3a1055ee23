"""The pages of a bundle of drafts: where each stands, what changes, what may be done with many."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from procedures import permissions as may
from procedures.bundling import obstacles
from procedures.checks import Problem, check
from procedures.comparison import Change, changes, substantial
from procedures.forms.bundles import ReissueForm, ReviewAllForm, SubjectForm, SubmitForm
from procedures.forms.decisions import CommentForm
from procedures.models import Decision, DecisionItem, DraftBundle, Procedure, ProcedureVersion
from procedures.models.facts import gather_all
from procedures.permissions.bundles import can_work, visible_bundles, visible_versions
from procedures.renaming import remaining
from procedures.workflow import OPEN_VERSION, VersionStatus
from qms.foundation.dates import today
from qms.foundation.text import fold
from qms.http import UserRequest
from qms.organisation.models import Unit, holders_of, units_of
from qms.organisation.roles import Role


@dataclass(frozen=True)
class Line:
    """A draft of the bundle, with what this person may do with it now."""

    version: ProcedureVersion
    problems: tuple[Problem, ...]
    may_submit: bool
    may_review: bool
    may_return: bool
    may_decide: bool
    texts: tuple[str, ...] = ()  # sections in which a name that is gone still stands

    @cached_property
    def changes(self) -> list[Change]:
        """Return what is different from the version it was made from, its summary aside."""
        base = self.version.base
        return substantial(changes(base.document, self.version.document)) if base else []

    @property
    def blocking(self) -> list[Problem]:
        return [each for each in self.problems if each.is_blocking]

    @property
    def unanswered(self) -> list[Problem]:
        answers = self.version.answers
        return [p for p in self.problems if not p.is_blocking and not answers.get(p.name)]

    @property
    def is_comparable(self) -> bool:
        """Tell whether the page of comparison knows both sides, which are of one procedure."""
        base = self.version.base
        return base is not None and base.procedure_id == self.version.procedure_id


def find_bundle(request: UserRequest, pk: int) -> DraftBundle:
    """Return a bundle that this person may see, or answer 404."""
    bundles = visible_bundles(request.user).select_related("agency", "opened_by")
    return get_object_or_404(bundles, pk=pk)


def lines_of(request: UserRequest, bundle: DraftBundle) -> list[Line]:
    """Return the drafts that this person may see; as many queries for three as for forty."""
    versions = list(
        visible_versions(request.user, bundle)
        .select_related("procedure__owner", "procedure__agency", "base", "submitted_by")
        .prefetch_related("author_links")
        .order_by("procedure__sort_key")
    )
    facts = gather_all([v for v in versions if v.status == VersionStatus.DRAFT], on=today())
    held = set(
        DecisionItem.objects.filter(version__in=versions, closed_at=None).values_list(
            "version", flat=True
        )
    )
    heads = holders_of(Role.UNIT_HEAD)
    works = can_work(request.user, bundle)
    gone = _gone(bundle)
    return [
        Line(
            version,
            tuple(check(version.document, facts[version.pk])) if version.pk in facts else (),
            may_submit=may.can_submit(request.user, version),
            may_review=may.can_review(request.user, version, heads=heads),
            may_return=_may_return(request, version, heads),
            may_decide=works
            and version.status == VersionStatus.REVIEWED
            and version.pk not in held,
            texts=tuple(remaining(version.document, gone)) if gone and version.is_open else (),
        )
        for version in versions
    ]


def _gone(bundle: DraftBundle) -> list[str]:
    """Return the names that a reorganisation has ended; one that lives on in a new one is none."""
    rows = bundle.organisation_changes.select_related(
        "old_unit", "new_unit", "old_position", "new_position"
    )
    pairs = [(row.old_unit or row.old_position, row.new_unit or row.new_position) for row in rows]
    new = [fold(str(after)) for _, after in pairs]
    old = dict.fromkeys(str(before) for before, _ in pairs)
    return [name for name in old if not any(fold(name) in each for each in new)]


def _may_return(
    request: UserRequest, version: ProcedureVersion, heads: list[tuple[str, int]]
) -> bool:
    if version.status == VersionStatus.IN_REVIEW:
        return may.can_review(request.user, version, heads=heads)
    return may.can_return(request.user, version)


def bundle_page(
    request: UserRequest, bundle: DraftBundle, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """Render the bundle; with a form that was refused, as the status says."""
    lines = lines_of(request, bundle)
    reviewable = [line.version for line in lines if line.may_review]
    seen = ",".join(f"{version.pk}:{version.content_sha256}" for version in reviewable)
    counts = Counter(line.version.status for line in lines)
    context = {
        "bundle": bundle,
        "lines": lines,
        "counts": [(state, counts[state]) for state in VersionStatus.values if counts[state]],
        "hidden": bundle.drafts.count() - len(lines),
        "to_submit": [line for line in lines if line.may_submit],
        "to_review": reviewable,
        "to_return": [line for line in lines if line.may_return],
        "to_decide": [line for line in lines if line.may_decide],
        "unanswered": any(line.unanswered for line in lines if line.may_submit),
        "organisation_changes": bundle.organisation_changes.select_related(
            "old_unit", "new_unit", "old_position", "new_position"
        ),
        "decisions": _decisions(request, bundle, lines),
        "submit_form": SubmitForm(),
        "review_form": ReviewAllForm(initial={"seen": seen}),
        "return_form": CommentForm(prefix="return"),
        "subject_form": SubjectForm(
            initial={"subject": f"Ban hành quy trình: {bundle.title}"[:500]}
        ),
    }
    return render(request, "procedures/bundle_detail.html", context | forms, status=status)


def _decisions(request: UserRequest, bundle: DraftBundle, lines: list[Line]) -> QuerySet[Decision]:
    """Return the decisions that hold drafts of the bundle, or abolish what they follow."""
    standing = DecisionItem.objects.filter(removed_at=None).filter(
        Q(version__bundle_link__bundle=bundle)
        | Q(
            kind=DecisionItem.Kind.ABOLISH,
            procedure__successors__versions__bundle_link__bundle=bundle,
        )
    )
    return may.visible_decisions(request.user).filter(pk__in=standing.values("decision"))


def listed_bundles(request: UserRequest) -> QuerySet[DraftBundle]:
    """Return the visible bundles, with how many drafts each has and how many are under way."""
    under_way = Count("drafts", filter=Q(drafts__version__status__in=sorted(OPEN_VERSION)))
    return (
        visible_bundles(request.user)
        .select_related("agency", "opened_by")
        .annotate(draft_count=Count("drafts"), open_count=under_way)
        .order_by("-pk")
    )


# --- issuing anew as it is ---


@dataclass(frozen=True)
class Offer:
    """A procedure in force, and why it cannot be issued anew as it is (empty: it can)."""

    procedure: Procedure
    obstacle: str


def own_agency(request: HttpRequest) -> Unit | None:
    """Return the agency whose secretary this person is, the highest of several."""
    return units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path").first()


def in_force_of(request: HttpRequest, agency: Unit, on: dt.date) -> QuerySet[Procedure]:
    """Return the agency's procedures in force on the day of which this person is the secretary."""
    kept = units_of(request.user, Role.ISO_SECRETARY)
    procedures = Procedure.objects.filter(may.in_force_exists(on), agency=agency, owner__in=kept)
    return procedures.select_related("agency", "owner").order_by("sort_key")


def reissue_page(
    request: UserRequest, agency: Unit, form: ReissueForm | None = None
) -> HttpResponse:
    """Render what may be issued anew as it is; with the form that was refused, as 422."""
    procedures = list(in_force_of(request, agency, today()))
    words, kind = request.GET.get("q", "").strip()[:200], request.GET.get("loai", "")
    owner = request.GET.get("don-vi", "")
    hindered = obstacles(procedures, on=today())
    shown = [each for each in procedures if _fits(each, words, kind, owner)]
    status = 422 if form else 200
    if form is None:
        ticked = [e.pk for e in shown if e.pk not in hindered] if "chon" in request.GET else []
        form = ReissueForm(procedures=Procedure.objects.none(), initial={"procedures": ticked})
    owners = {procedure.owner.code: procedure.owner.name for procedure in procedures}
    context = {
        "form": form,
        "offers": [Offer(each, hindered.get(each.pk, "")) for each in shown],
        "chosen": form.chosen_keys(),
        "words": words,
        "kind": kind,
        "kinds": Procedure.Kind.choices,
        "owner": owner,
        "owners": sorted(owners.items(), key=lambda pair: pair[1]),
        "total": len(procedures),
    }
    return render(request, "procedures/bundle_reissue.html", context, status=status)


def _fits(procedure: Procedure, words: str, kind: str, owner: str) -> bool:
    said = fold(f"{procedure.code} {procedure.title}")
    return (
        all(word in said for word in fold(words).split())
        and (not kind or procedure.kind == kind)
        and (not owner or procedure.owner.code == owner)
    )
