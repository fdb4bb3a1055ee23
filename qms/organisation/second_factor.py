"""The second factor: a code from an app on the person's phone (TOTP, RFC 6238), or a spare one.

django-allauth keeps the secret and the spare codes. What is counted and remembered here stands in
the database, so that all processes of the server refuse alike (ADR 0025).
"""

import base64
import hashlib
import logging
import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlencode

from qms.foundation.text import fold
from qms.organisation.models import User, has_role
from qms.organisation.roles import Role
from qms.organisation.sessions import Ended, end_session, lead_to, page_of, to_sign_in

MOST_WRONG = 5
PAUSE = 5 * 60  # seconds in which so many wrong codes may be tried
APPROVERS = (Role.LEADER, Role.SYSTEM_ADMIN)
# What one without a second factor may still do where it is required: set it up, or leave.
OPEN_VIEWS = {
    "mfa_activate_totp",
    "account_reauthenticate",
    "account_logout",
    "account_login",
    "account_set_password",
    "openid_connect_login",
    "openid_connect_callback",
    "healthz",
}
_log = logging.getLogger("qms.access")


def must_have_second_factor(user: User | AnonymousUser) -> bool:
    """Tell whether the setting SECOND_FACTOR asks one of this person.

    Approvers are leaders and system administrators, and whoever may enter the admin pages.
    """
    if not isinstance(user, User) or settings.SECOND_FACTOR == "off":
        return False
    if settings.SECOND_FACTOR == "all":
        return True
    return user.is_staff or user.is_superuser or has_role(user, *APPROVERS)


def has_second_factor(user: User) -> bool:
    """Tell whether the person has set up a second factor."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def is_proved(request: HttpRequest, user: User) -> bool:
    """Tell whether this session gave a code, or comes from a provider trusted to ask for one."""
    methods = {record["method"] for record in get_authentication_records(request, user)}
    return "mfa" in methods or ("socialaccount" in methods and settings.OIDC_TRUSTS_SECOND_FACTOR)


def forget_second_factor(user: User, *, by: User, reason: str) -> None:
    """Remove the person's second factor and spare codes; recorded in the person's history."""
    with transaction.atomic():
        for kept in Authenticator.objects.select_for_update().filter(user=user):
            kept.delete()
        user.record(by=by, reason=reason)


class second_factor_first:  # noqa: N801  a middleware reads like a function in the settings
    """Lead whoever must have a second factor to set it up, before anything else is shown.

    A session that began before the factor was set up ends, for it may be somebody else's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user, match = request.user, request.resolver_match
        if match is None or match.view_name in OPEN_VIEWS or not isinstance(user, User):
            return None
        if not must_have_second_factor(user) or is_proved(request, user):
            return None
        has_one = has_second_factor(user)
        if has_one:
            end_session(request, Ended.UNPROVED)
        if "application/json" in request.headers.get("Accept", ""):
            sentence = "Hãy đăng nhập lại bằng cả mã xác thực."
            return JsonResponse(
                {"errors": {"__all__": [sentence]}, "why": "signed_out"}, status=403
            )
        if has_one:
            return to_sign_in(request, Ended.UNPROVED)
        query = urlencode({"next": page_of(request)})
        return lead_to(request, f"{reverse('mfa_activate_totp')}?{query}")


def _vault() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"second factor:" + force_bytes(key)).digest() for key in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


class OfficeMFAAdapter(DefaultMFAAdapter):
    """Secrets are stored encrypted with SECRET_KEY: a copy of the database gives no codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "Mã không đúng hoặc đã dùng rồi. Chờ ứng dụng hiện mã mới rồi nhập lại.",
        "cannot_delete_authenticator": "Không tắt được xác thực hai lớp.",
        "cannot_generate_recovery_codes": "Hãy bật xác thực hai lớp trước khi tạo mã dự phòng.",
    }

    def encrypt(self, text: str) -> str:
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _vault().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return "Quan ly quy trinh ISO"

    def get_totp_label(self, user: Any) -> str:
        return fold(user.get_username()).replace(" ", "") or str(user.pk)

    def build_totp_svg(self, url: str) -> str:
        return ""  # the page draws the code itself, without a picture by data:


def _step(secret: str, code: str) -> int | None:
    """Return the number of the half minute whose code this is; None for a wrong one."""
    digits = "".join(code.split())
    steps = yield_hotp_counters_from_time()
    return next((s for s in steps if format_hotp_value(hotp_value(secret, s)) == digits), None)


@transaction.atomic
def _accepted(user: User, code: str) -> Authenticator | str | None:
    """Use the code up and return what it belongs to; None if it is wrong, a word if too many were.

    The row is locked, so a code that two requests bring at once is taken once.
    """
    totp = Authenticator.objects.select_for_update().filter(user=user, type="totp").first()
    if totp is None:
        return None
    now = int(time.time())
    wrong = [at for at in totp.data.get("wrong", []) if at > now - PAUSE]
    if len(wrong) >= MOST_WRONG:
        return "too many"
    try:
        step = _step(OfficeMFAAdapter().decrypt(totp.data["secret"]), code)
        spare = Authenticator.objects.filter(user=user, type="recovery_codes").first()
        taken = None
        if step is not None and step > totp.data.get("last_step", 0):
            totp.data["last_step"], taken = step, totp
        elif step is None and spare is not None and spare.wrap().validate_code(code):
            taken = spare
    except InvalidToken:
        _log.error("second factor of user %s was encrypted with another SECRET_KEY", user.pk)
        return None
    totp.data["wrong"] = [] if taken else [*wrong, now]
    totp.save(update_fields=["data"])
    return taken


class _Code(forms.CharField):
    """Where a code is typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        super().__init__(
            label="Mã xác thực",
            max_length=20,
            widget=forms.TextInput(attrs=attrs),
            error_messages={"required": "Hãy nhập mã."},
            **kwargs,
        )


class _TakesCode(forms.Form):
    user: User

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        taken = _accepted(self.user, code)
        if isinstance(taken, Authenticator):
            self.authenticator = taken
            self.authenticator.user = self.user
            return code
        _log.warning("second factor refused for user %s", self.user.pk)
        if taken is None:
            raise OfficeMFAAdapter().validation_error("incorrect_code")
        raise ValidationError("Đã nhập sai nhiều lần. Hãy chờ 5 phút rồi nhập mã mới.")


class SignInCodeForm(_TakesCode, AuthenticateForm):
    code = _Code(help_text="06 chữ số trong ứng dụng trên điện thoại, hoặc một mã dự phòng.")


class ConfirmCodeForm(_TakesCode, ReauthenticateForm):
    code = _Code(help_text="06 chữ số trong ứng dụng trên điện thoại, hoặc một mã dự phòng.")


class SetUpForm(ActivateTOTPForm):
    """The first code shows that the phone has the secret; it is used up thereby."""

    code = _Code(help_text="06 chữ số mà ứng dụng đang hiện.")

    def clean_code(self) -> str:
        self.step = _step(self.secret, self.cleaned_data["code"])
        if self.step is None:
            raise OfficeMFAAdapter().validation_error("incorrect_code")
        return str(self.cleaned_data["code"])


@transaction.atomic
def begin_second_factor(request: HttpRequest, user: User, form: SetUpForm) -> None:
    """Note that the person has a second factor from now on, and that this session proved it."""
    totp = Authenticator.objects.select_for_update().get(user=user, type="totp")
    totp.data["last_step"] = form.step
    totp.save(update_fields=["data"])
    record_authentication(request, user, "mfa", id=totp.pk, type=totp.type)
    user.record(by=user, reason="Bật xác thực hai lớp")
