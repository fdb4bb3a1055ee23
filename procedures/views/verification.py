"""The page behind the QR code of a print: for everybody, without account, cookie or session."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from procedures.pages.verification import UNKNOWN, verify
from qms.foundation.dates import today
from qms.http import throttled

_A_MINUTE = 30  # a counter that checks a pile of prints; a guesser of 128 bits gains nothing


@require_safe
@login_not_required
@throttled(_A_MINUTE)
def copy_verify(request: HttpRequest, token: str) -> HttpResponse:
    found = verify(token, on=today())
    context = {"found": found, "verdict": found.verdict if found else UNKNOWN, "day": today()}
    # Without the request: what surrounds other pages asks for the session, and sets cookies.
    page = render_to_string("procedures/copy_verify.html", context)
    answer = HttpResponse(page, status=200 if found else 404)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
