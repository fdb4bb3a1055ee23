"""The pages of the own account where django-allauth's do not say enough."""

import logging
import time
from smtplib import SMTPException
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView, PasswordResetView, PasswordSetView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.internal import flows
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.socialaccount.providers.openid_connect import views as provider_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.mail import get_connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe
from requests import RequestException

from qms.http import UserRequest
from qms.organisation.models import User
from qms.organisation.second_factor import (
    begin_second_factor,
    forget_second_factor,
    has_second_factor,
    must_have_second_factor,
)
from qms.organisation.sessions import WHY_PARAMETER, Ended
from qms.organisation.single_sign_on import PROVIDER_ID, is_single_sign_on, refusal
from qms.records.qr import qr_code

_mail_log = logging.getLogger("qms.mail")
FRESH = 5 * 60  # seconds in which a sign-in elsewhere still says who sits here


class SignInView(LoginView):
    """Says why the session before ended, and offers single sign-on where there is one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        why = self.request.GET.get(WHY_PARAMETER)
        ended = Ended(why).label if why in Ended.values else ""
        return super().get_context_data(**kwargs) | _provider() | {"ended": ended}


class ForgottenPasswordView(PasswordResetView):
    """Asks first whether mail leaves at all, so that the answer is the same for every address.

    Nobody writes to addresses without an account: they would never learn that the server is dead.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            with get_connection():
                pass
        except (OSError, SMTPException):
            _mail_log.exception("The mail server does not answer")
            return HttpResponse(render_to_string("account/mail_failed.html"), status=503)
        return super().post(request, *args, **kwargs)


class SetPasswordView(PasswordSetView):
    """Lets a person of single sign-on set the password that signs, right after signing in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if isinstance(user, User) and not user.has_usable_password() and not _came_lately(request):
            return render(request, "account/password_set_again.html", _provider())
        return super().dispatch(request, *args, **kwargs)


@login_not_required
@require_http_methods(["GET", "POST"])
def single_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider; say so where it does not answer."""
    try:
        answer: HttpResponse = provider_views.login(request, provider_id)
    except RequestException:
        return refusal(request, "unreachable")
    return answer


def _came_lately(request: HttpRequest) -> bool:
    came = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record["method"] == "socialaccount"
    ]
    return bool(came) and time.time() - max(came) < FRESH


def _provider() -> dict[str, str]:
    on = is_single_sign_on()
    return {
        "provider_id": PROVIDER_ID if on else "",
        "provider_name": settings.OIDC_NAME if on else "",
    }


@require_safe
def second_factor(request: UserRequest) -> HttpResponse:
    given = {
        "is_on": has_second_factor(request.user),
        "is_required": must_have_second_factor(request.user),
        "spare_count": len(_spare_codes(request.user)),
    }
    return render(request, "account/second_factor.html", given)


def _spare_codes(user: User) -> list[str]:
    spare = Authenticator.objects.filter(user=user, type="recovery_codes").first()
    return list(spare.wrap().get_unused_codes()) if spare else []


def _show_codes(request: HttpRequest, user: User) -> HttpResponse:
    """Answer the deed itself with the codes: no address shows them a second time."""
    given = {"codes": _spare_codes(user), "next": get_next_redirect_url(request) or "/"}
    return render(request, "account/spare_codes.html", given)


class SetUpView(ActivateTOTPView):
    template_name = "account/second_factor_set_up.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = super().get_context_data(**kwargs)
        secret = given["form"].secret
        return given | {
            "qr": qr_code(given["totp_url"]),
            "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
            "next": get_next_redirect_url(self.request) or "",
            "is_required": must_have_second_factor(self.request.user),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101  the pages above let nobody else through
        flows.activate_totp(self.request, form)
        begin_second_factor(self.request, user, form)
        return _show_codes(self.request, user)


class SpareCodesView(GenerateRecoveryCodesView):
    template_name = "account/spare_codes_new.html"

    def form_valid(self, form: Any) -> HttpResponse:
        super().form_valid(form)
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101
        user.record(by=user, reason="Tạo lại mã dự phòng của xác thực hai lớp")
        return _show_codes(self.request, user)


@require_http_methods(["GET", "POST"])
@reauthentication_required(app="allauth.mfa")
def second_factor_off(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        forget_second_factor(request.user, by=request.user, reason="Tự tắt xác thực hai lớp")
        messages.success(request, "Đã tắt xác thực hai lớp.")
        return redirect("mfa_index")
    given = {"is_required": must_have_second_factor(request.user)}
    return render(request, "account/second_factor_off.html", given)
