"""What every request passes: the busy answer, who came second, privacy of pages, their frame."""

import errno
import logging
import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from qms.foundation import readiness
from qms.foundation.duplicates import is_duplicate
from qms.menu import MENU, MORE, items
from qms.organisation.addresses import client_address
from qms.organisation.models import AgencyProfile, User

GetResponse = Callable[[HttpRequest], HttpResponse]
P = ParamSpec("P")
Answer = Callable[Concatenate[HttpRequest, P], HttpResponse]
_MINUTE = 60
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_READ_ONLY = "25006"  # of PostgreSQL
_DISK_WORDS = (
    "disk is full",
    "disk I/O error",
    "readonly database",
    "read-only transaction",
    "No space left",
)
_log = logging.getLogger("qms.http")


class UserRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


class busy_database:  # noqa: N801  a middleware reads like a function in the settings
    """Answer 503 with Retry-After when a lock is not had in time, the database is not there or
    cannot be written to, or a disk is full."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _come_again(error) if _is_outage(error) else None


class written_once:  # noqa: N801  a middleware reads like a function in the settings
    """Answer 409 to whoever wrote second what may be there once, where no form says so itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_duplicate(error):
            return None
        _log.warning("Answered 409", exc_info=error)
        return HttpResponse(render_to_string("409.html"), status=409)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody caught: 503 for an outage that a middleware met, else 500."""
    error = sys.exc_info()[1]
    if isinstance(error, Exception) and _is_outage(error):
        return _come_again(error)
    return HttpResponse(render_to_string("500.html"), status=500)


def _is_outage(error: Exception) -> bool:
    """Tell whether the same request may well succeed later, with nothing mended in the product."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    if isinstance(error, InternalError):  # PostgreSQL, where it may only be read
        return getattr(error.__cause__, "sqlstate", "") == _READ_ONLY
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def _come_again(error: Exception) -> HttpResponse:
    _log.error("Answered 503", exc_info=error)
    is_about_disk = isinstance(error, OSError) or any(word in str(error) for word in _DISK_WORDS)
    # Without the request: what surrounds other pages asks the very database that is busy.
    page = render_to_string("503.html", {"is_about_disk": is_about_disk})
    answer = HttpResponse(page, status=503)
    answer["Retry-After"] = "60" if is_about_disk else "5"
    return answer


def private_pages(get_response: GetResponse) -> GetResponse:
    """Keep what signed-in people see out of every cache."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def keep_address(get_response: GetResponse) -> GetResponse:
    """Leave the browser at the page whose form was refused.

    A boosted form would move it to the address of the deed, which answers no reload.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code >= 400 and "HX-Request" in request.headers:
            response.headers["HX-Push-Url"] = "false"
        return response

    return middleware


def throttled(most: int) -> Callable[[Answer[P]], Answer[P]]:
    """Answer each client address `most` times a minute; 429 with Retry-After beyond that.

    Counted by the clock's minute in Django's cache. Where that is the memory of a process, as by
    default, each process counts for itself: the bound is then `most` times their number.
    """

    def decorate(view: Answer[P]) -> Answer[P]:
        @wraps(view)
        def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            minute, second = divmod(int(time.time()), _MINUTE)
            name = f"{view.__module__}.{view.__name__}"
            key = f"throttled:{name}:{client_address(request)}:{minute}"
            if _counted(key) <= most:
                return view(request, *args, **kwargs)
            refusal = HttpResponse(render_to_string("429.html"), status=429)
            refusal["Retry-After"] = str(_MINUTE - second)
            refusal["Cache-Control"] = "no-store"
            return refusal

        return answer

    return decorate


def _counted(key: str) -> int:
    """Count one more and return how many there are; one that was dropped begins anew."""
    if cache.add(key, 1, 2 * _MINUTE):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:
        return 1


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; asks nothing of the database."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@login_not_required
@throttled(60)
def readyz(request: HttpRequest) -> HttpResponse:
    """Say which checks hold, by name alone: 200 when all do, else 503."""
    checks = readiness.standing()
    is_ready = all(checks.values())
    answer = JsonResponse({"ok": is_ready, "checks": checks}, status=200 if is_ready else 503)
    answer["Cache-Control"] = "no-store"
    return answer


def frame(request: HttpRequest) -> dict[str, Any]:
    """The masthead and the menu of `base.html`, as a context processor."""
    user = getattr(request, "user", None) or AnonymousUser()
    return {
        # Lazy: a fragment is rendered without its frame, and should not ask for it.
        "agency_name": SimpleLazyObject(_agency_name),
        "menu": SimpleLazyObject(lambda: items(MENU, request, user)),
        "menu_more": SimpleLazyObject(lambda: items(MORE, request, user)),
    }


def _agency_name() -> str:
    profiles = AgencyProfile.objects.order_by("unit__path")
    return profiles.values_list("display_name", flat=True).first() or ""
