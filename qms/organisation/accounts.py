"""How accounts work here: the administrator makes them, nobody signs up."""

import datetime as dt
import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from qms.organisation.addresses import client_address
from qms.organisation.models import User
from qms.organisation.second_factor import is_proved

CODE_STAGE = "allauth.mfa.stages.AuthenticateStage"
WATCHED_FAILURES = 20  # from all addresses together
FAILURES_WHEN_WATCHED = 3

_log = logging.getLogger("qms.mail")


class OfficeAccountAdapter(DefaultAccountAdapter):
    """No self-registration, a page of its own when no mail leaves, addresses as we count them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the mail, or answer the request with a page that says that it did not leave.

        The same page for every address, so that it tells nobody who has an account.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            _log.exception("A mail did not leave")
            page = render_to_string("account/mail_failed.html")
            raise ImmediateHttpResponse(HttpResponse(page, status=503)) from error

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def get_login_stages(self) -> list[str]:
        """Ask no code where the provider of single sign-on is trusted to have asked for one."""
        stages = super().get_login_stages()
        user = getattr(self.request, "signing_in", None)
        if user is not None and is_proved(self.request, user):
            stages.remove(CODE_STAGE)
        return stages


def display_name(user: User) -> str:
    return str(user)


def failure_limit(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """Return how many wrong passwords one address may try for one person before a pause.

    Whoever is tried from many addresses at once gets fewer from each, never none: an attacker is
    slowed, and the person's own address lets the right password in all the while (ADR 0025).
    """
    usual: int = settings.LOGIN_FAILURES
    username = (credentials or {}).get("username")
    if not username:
        return usual
    since = timezone.now() - dt.timedelta(hours=settings.AXES_COOLOFF_TIME)
    recent = AccessAttempt.objects.filter(username=username, attempt_time__gte=since)
    failures = recent.aggregate(all=Sum("failures_since_start"))["all"] or 0
    return min(usual, FAILURES_WHEN_WATCHED) if failures >= WATCHED_FAILURES else usual
