"""One nonconformity as its sheet reads: rounds, signatures, moves, and who is asked next."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from audits.actions.treating import missing_in_analysis, missing_in_correction
from audits.actions.verifying import missing_for_closing
from audits.models import AuditSettings, CorrectiveAction, Evidence, Nonconformity, Treatment
from audits.pages.findings import shown_by
from audits.permissions import nonconformities as may
from audits.recurrence import similar_to
from audits.workflow import NonconformityStatus
from procedures.permissions import visible_change_requests
from qms.foundation.dates import today
from qms.organisation.models import User
from qms.records.models import Signature

_SIMILAR_SHOWN = 10
_UNTREATED = (NonconformityStatus.OPEN, NonconformityStatus.ANALYSED)
# The days under the states of the stepper; the first is the day it was found.
_STEPS = (
    (NonconformityStatus.OPEN, "found_on"),
    (NonconformityStatus.ANALYSED, "analysed_on"),
    (NonconformityStatus.PLANNED, "planned_on"),
    (NonconformityStatus.IMPLEMENTED, "implemented_on"),
    (NonconformityStatus.VERIFIED, "verified_on"),
    (NonconformityStatus.CLOSED, "closed_on"),
)


@dataclass(frozen=True)
class Step:
    """A state on the way, the day it was reached, and whether it is the present one."""

    label: str
    on: dt.date | None
    is_current: bool
    is_done: bool


@dataclass(frozen=True)
class Round:
    """What was done in one round, with its signatures."""

    number: int
    treatment: Treatment | None
    actions: list[CorrectiveAction]
    signatures: list[Signature]
    category: str = ""

    @property
    def signed_cause(self) -> list[Signature]:
        """Return the head's signature on the cause; a later round begins with the cause signed."""
        return self._approved()[:1] if self.number == 1 else []

    @property
    def signed_measures(self) -> list[Signature]:
        return self._approved()[1:] if self.number == 1 else self._approved()

    def _approved(self) -> list[Signature]:
        return [each for each in self.signatures if each.act == Signature.Act.APPROVED]


@dataclass
class Sheet:
    """All that the page of a nonconformity tells."""

    nonconformity: Nonconformity
    rounds: list[Round]  # the present one last, empty while nothing is written of it
    signatures: list[Signature]
    evidence: list[Evidence]
    similar: list[Nonconformity]
    missing: list[str]

    @property
    def now(self) -> Round:
        return self.rounds[-1]

    @property
    def before(self) -> list[Round]:
        return self.rounds[:-1]

    @property
    def shown(self) -> list[Evidence]:
        """Return the evidence of the sheet itself and of the actions of the present round."""
        own = [each for each in self.evidence if each.nonconformity_id is not None]
        return own + [each for action in self.now.actions for each in action.evidence.all()]

    @property
    def steps(self) -> list[Step]:
        """Return the states on the way; a day that a later round made anew is the later one."""
        status = self.nonconformity.status
        order = [str(each) for each, _ in _STEPS]
        place = order.index(status) if status in order else -1
        return [
            Step(
                label=NonconformityStatus(each).label,
                on=getattr(self.nonconformity, name),
                is_current=each == status,
                is_done=number < place,
            )
            for number, (each, name) in enumerate(_STEPS)
        ]


def find_nonconformity(request: HttpRequest, slug: str) -> Nonconformity:
    """Return a nonconformity that this person may see, or answer 404."""
    visible = may.visible_nonconformities(request.user).select_related(
        "agency",
        "unit",
        "procedure",
        "version__procedure",
        "finding__audit",
        "owner",
        "auditor",
        "found_by",
        "reported_by",
        "repeats",
        "follows",
    )
    return get_object_or_404(visible, slug=slug)


def read_sheet(nonconformity: Nonconformity, user: User) -> Sheet:
    """Read what belongs to a nonconformity, in as many queries whatever it holds.

    Treatments and actions stay with it, for the deeds that the page offers ask for them again.
    """
    written = Treatment.objects.select_related("corrected_by", "measures_by", "verified_by")
    prefetch_related_objects(
        [nonconformity], Prefetch("treatments", queryset=written), Prefetch("actions", _actions())
    )
    signatures = nonconformity.signatures()
    kind = ContentType.objects.get_for_model(Nonconformity)
    return Sheet(
        nonconformity=nonconformity,
        rounds=_rounds(nonconformity, signatures),
        signatures=[each for each in signatures if each.content_type_id == kind.pk],
        evidence=_evidence(nonconformity),
        similar=similar_for(nonconformity, user),
        missing=_missing(nonconformity),
    )


def similar_for(nonconformity: Nonconformity, user: User) -> list[Nonconformity]:
    """Return those alike that `user` may see, while it may still be linked to one."""
    if nonconformity.status not in _UNTREATED:
        return []
    visible = may.visible_nonconformities(user).values("pk")
    return list(similar_to(nonconformity).filter(pk__in=visible)[:_SIMILAR_SHOWN])


def change_requests_of(sheet: Sheet, user: User) -> set[int]:
    """Return the keys of the change requests of its actions that `user` may open."""
    keys = {
        action.change_request_id
        for each in sheet.rounds
        for action in each.actions
        if action.change_request_id
    }
    if not keys:
        return set()
    return set(visible_change_requests(user).filter(pk__in=keys).values_list("pk", flat=True))


def _actions() -> QuerySet[CorrectiveAction]:
    shown = Evidence.objects.standing().select_related("original", "added_by")
    people = CorrectiveAction.objects.select_related(
        "person", "done_by", "change_request__version__procedure"
    )
    return people.prefetch_related(Prefetch("evidence", queryset=shown))


def _rounds(nonconformity: Nonconformity, signatures: list[Signature]) -> list[Round]:
    by_round = {treatment.round: treatment for treatment in nonconformity.treatments.all()}
    labels = AuditSettings.of(nonconformity.agency).cause_labels()
    kind = ContentType.objects.get_for_model(Treatment)
    actions = [action for action in nonconformity.actions.all() if action.removed_at is None]
    rounds = []
    for number in range(1, nonconformity.round + 1):
        treatment = by_round.get(number)
        signed = (each for each in signatures if each.content_type_id == kind.pk)
        rounds.append(
            Round(
                number=number,
                treatment=treatment,
                actions=[action for action in actions if action.round == number],
                signatures=[
                    each for each in signed if treatment and each.object_id == treatment.pk
                ],
                category=labels.get(treatment.category, "") if treatment else "",
            )
        )
    return rounds


def _evidence(nonconformity: Nonconformity) -> list[Evidence]:
    """Return what was seen: at the sheet, at its finding, and at the finding's question."""
    of_it = Q(nonconformity=nonconformity)
    if nonconformity.finding:
        of_it |= shown_by(nonconformity.finding)
    found = list(Evidence.objects.standing().filter(of_it).select_related("original", "added_by"))
    for each in found:
        if each.nonconformity_id is not None:
            each.nonconformity = nonconformity
    return found


def _missing(nonconformity: Nonconformity) -> list[str]:
    """Return in words what the next step still needs."""
    status, treatment = nonconformity.status, nonconformity.treatment()
    if status == NonconformityStatus.OPEN and nonconformity.confirmed_at:
        return missing_in_analysis(nonconformity, treatment)
    if status == NonconformityStatus.ANALYSED and not (treatment and treatment.is_laid):
        lacking = missing_in_analysis(nonconformity, treatment)
        lacking += missing_in_correction(nonconformity, treatment)
        needs_action = nonconformity.is_demanding or not (treatment and treatment.no_action_reason)
        if needs_action and not nonconformity.actions_now():
            lacking.append("Chưa có hành động khắc phục nào.")
        return lacking
    if status == NonconformityStatus.PLANNED:
        undone = (action for action in nonconformity.actions_now() if not action.is_done)
        lacking = [f"Chưa thực hiện: {action.what}" for action in undone]
        return lacking + missing_in_correction(nonconformity, treatment)
    if status == NonconformityStatus.VERIFIED:
        return missing_for_closing(nonconformity)
    return []


def days_over(nonconformity: Nonconformity) -> int:
    """Return by how many days it is overdue today, 0 where it is not."""
    if nonconformity.is_settled:
        return 0
    return max((today() - nonconformity.due_on).days, 0)
