"""How accounts work here: the administrator makes them, nobody signs up."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from qms.organisation.models import User

_log = logging.getLogger("qms.mail")


class OfficeAccountAdapter(DefaultAccountAdapter):
    """No self-registration, and a page of its own when no mail leaves; else as django-allauth."""

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


def display_name(user: User) -> str:
    return str(user)
