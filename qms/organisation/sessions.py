"""How long a session lasts: until nobody uses it, a working day at most, while its rights stand.

A session remembers when it began, when it was last used and which roles the person held. It ends
at the next request after one of them no longer holds, and the sign-in page says why.
"""

import hashlib
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from qms.organisation.models import User, roles_of

STATE = "office_session"
WHY_PARAMETER = "vi-sao"
TOUCH = 5 * 60  # seconds after which a use is written down anew
_log = logging.getLogger("qms.sessions")


class Ended(TextChoices):
    """Why a session ended, with the sentence on the sign-in page."""

    IDLE = "nghi", "Phiên làm việc đã tự kết thúc vì khá lâu không có thao tác nào."
    OLD = "lau", "Phiên làm việc đã kéo dài hết thời gian cho phép trong một ngày."
    CHANGED = (
        "doi",
        "Phiên làm việc đã kết thúc vì tài khoản, mật khẩu hoặc vai trò của bạn vừa thay đổi.",
    )
    UNPROVED = "ma", "Tài khoản này cần mã xác thực khi đăng nhập. Hãy đăng nhập lại bằng cả mã."


def begin(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note when the session begins and with which roles; called at every sign-in."""
    user.__dict__.pop("_roles", None)  # the object may have read its roles long before
    now = int(timezone.now().timestamp())
    request.session[STATE] = {"begun": now, "seen": now, "roles": _roles(user)}


def _roles(user: User) -> str:
    standing = [user.is_staff, user.is_superuser, *sorted(roles_of(user))]
    return hashlib.sha256(repr(standing).encode()).hexdigest()[:32]


class limited_session:  # noqa: N801  a middleware reads like a function in the settings
    """End sessions in time; a page asked for with an ended one leads to sign-in, and says why.

    Stands before LoginRequiredMiddleware, whose answer would not say it. The use of a session is
    written at most every five minutes, so idleness is noticed up to five minutes early.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        why = _why_ended(request)
        if why is not None:
            end_session(request, why)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        why: Ended | None = getattr(request, "session_ended", None)
        if why is None:
            return None
        if getattr(view, "login_required", True):
            return to_sign_in(request, why)
        match = request.resolver_match
        is_account = match is not None and match.view_name.startswith(("account_", "mfa_"))
        if "text/html" in request.headers.get("Accept", "") and not is_account:
            messages.warning(request, why.label)  # the page of a visitor, from here on
        return None


def end_session(request: HttpRequest, why: Ended) -> None:
    """Forget the session; the request goes on as that of a visitor."""
    request.session.flush()
    request.user = AnonymousUser()
    request.session_ended = why  # type: ignore[attr-defined]


def _why_ended(request: HttpRequest) -> Ended | None:
    """Tell why the session of this request no longer holds; note the use of one that does."""
    if SESSION_KEY not in request.session:
        # A cookie of a session that is gone: left over night, it was cleared away.
        was_one = settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.is_empty()
        return Ended.IDLE if was_one else None
    if not request.user.is_authenticated:  # closed, or signed in with another password
        return Ended.CHANGED
    state, now = request.session.get(STATE), int(timezone.now().timestamp())
    if state is None or now - state["begun"] >= settings.SESSION_HOURS * 3600:
        return Ended.OLD
    if now - state["seen"] >= settings.SESSION_IDLE_MINUTES * 60:
        return Ended.IDLE
    if state["roles"] != _roles(request.user):
        return Ended.CHANGED
    if now - state["seen"] >= TOUCH:
        _touch(request, state | {"seen": now})
    return None


def _touch(request: HttpRequest, state: dict[str, Any]) -> None:
    """Note the use of the session; where nothing can be written now, the page is shown anyway.

    The session's own store tells every failure of the database as a session that is gone.
    """
    request.session[STATE] = state
    try:
        request.session.save()
    except (UpdateError, OperationalError):
        _log.warning("The use of a session could not be noted")
    request.session.modified = False


def to_sign_in(request: HttpRequest, why: Ended) -> HttpResponse:
    """Lead to the sign-in page, which says why and afterwards leads back to the page."""
    query = urlencode({"next": page_of(request), WHY_PARAMETER: why.value})
    return lead_to(request, f"{resolve_url(settings.LOGIN_URL)}?{query}")


def page_of(request: HttpRequest) -> str:
    """Return the address of the page the person is on; of a deed, the page it was asked from."""
    is_htmx = "HX-Request" in request.headers
    if request.method in {"GET", "HEAD"} and not is_htmx:
        return request.get_full_path()
    place = request.headers.get("HX-Current-URL") if is_htmx else request.headers.get("Referer")
    hosts, is_secure = {request.get_host()}, request.is_secure()
    if not place or not url_has_allowed_host_and_scheme(place, hosts, is_secure):
        return "/"
    parts = urlsplit(place)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def lead_to(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser to a whole page, also where htmx asked for a piece of one."""
    if "HX-Request" not in request.headers:
        return redirect(address)
    answer = HttpResponse()
    answer["HX-Redirect"] = address
    return answer
