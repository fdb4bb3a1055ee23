"""Taking a TTHC out of the count of coverage: proposed by one, answered by another."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from procedures import permissions as may
from procedures.answers import explain
from procedures.coverage import load_facts
from procedures.exclusions import accept_exclusion, propose_exclusion
from procedures.forms.catalogue import ExclusionForm, RefusalForm
from procedures.models import Exclusion, Responsibility
from procedures.views.reach import Reach
from procedures.views.tthc import Given, exclusions_of, find_tthc, proposable_duties, story_page
from qms.http import UserRequest
from qms.organisation.forms import PasswordForm
from qms.records.models import Signature
from qms.records.signatures import Signing

_BY_PASSWORD = Signing(method=Signature.Method.PASSWORD)


@require_POST
def exclusion_new(request: UserRequest, code: str) -> HttpResponse:
    tthc, reach = find_tthc(code), Reach(request.user)
    facts = load_facts(reach.agency, reach.profile(reach.agency), tthc=[tthc.pk])
    item = facts.tthc.get(tthc.pk)
    if not proposable_duties(request.user, reach, item, []):
        raise PermissionDenied
    free = proposable_duties(request.user, reach, item, exclusions_of(tthc, reach))
    if not free:
        answered = ValidationError("TTHC này đã có đề nghị đưa ra khỏi phạm vi.")
        return explain(request, redirect(tthc), answered)
    form = ExclusionForm(request.POST, duties=free)
    if not form.is_valid():
        return story_page(tthc, request, Given(proposal=form))
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
        return story_page(tthc, request, Given(pk=pk, password=form))
    try:
        accept_exclusion(exclusion, by=request.user, signing=_BY_PASSWORD)
    except ValidationError as refusal:
        return explain(request, redirect(tthc), refusal)
    return explain(request, redirect(tthc), f"Đã đưa TTHC {tthc.code} ra khỏi phạm vi.")


@require_POST
def exclusion_refuse(request: UserRequest, pk: int) -> HttpResponse:
    exclusion = _answerable(request, pk)
    form = RefusalForm(request.POST, prefix=f"r{pk}")
    tthc = exclusion.responsibility.tthc
    if not form.is_valid():
        return story_page(tthc, request, Given(pk=pk, refusal=form))
    try:
        exclusion.refuse(by=request.user, reason=form.cleaned_data["reason"])
    except ValidationError as refusal:
        return explain(request, redirect(tthc), refusal)
    return explain(request, redirect(tthc), f"TTHC {tthc.code} vẫn thuộc phạm vi.")


def _answerable(request: UserRequest, pk: int) -> Exclusion:
    """Return the proposal; one that was answered meanwhile is refused by its verb, with a word."""
    known = Exclusion.objects.filter(responsibility__unit__in=may.readable_units(request.user))
    exclusion = get_object_or_404(
        known.select_related("responsibility__tthc__field", "responsibility__unit"), pk=pk
    )
    is_answered = exclusion.accepted_at is not None or exclusion.refused_at is not None
    if not may.is_leader(request.user, exclusion.responsibility.unit):
        raise PermissionDenied
    if not is_answered and not may.can_answer_exclusion(request.user, exclusion):
        raise PermissionDenied
    return exclusion
