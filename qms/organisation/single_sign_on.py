"""Single sign-on (OpenID Connect): only people who have an account here, matched by one claim.

Nothing of the provider is stored: each sign-in is matched anew, and ends where the account does.
"""

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qms.organisation.models import User

PROVIDER_ID = "don-vi"
_log = logging.getLogger("qms.access")


def is_single_sign_on() -> bool:
    """Tell whether the office has set up a provider."""
    return bool(settings.SOCIALACCOUNT_PROVIDERS)


class OfficeSocialAdapter(DefaultSocialAccountAdapter):
    """The settings alone name providers; nobody gets an account by signing in elsewhere."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def list_apps(self, request: Any, provider: Any = None, client_id: Any = None) -> list[Any]:
        apps = super().list_apps(request, provider=provider, client_id=client_id)
        return [app for app in apps if app.pk is None]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let in whom the claim names, if the account is open; everybody else sees why not."""
        claims = _claims(sociallogin.account.extra_data)
        user = person_of(claims)
        if sociallogin.state.get("process") != "login" or user is None:
            _log.warning("single sign-on refused, sub %r", claims.get("sub"))
            raise ImmediateHttpResponse(refusal(request, "nobody"))
        sociallogin.user = user
        request.signing_in = user  # type: ignore[attr-defined]

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **kwargs: Any
    ) -> None:
        # Only the kind: what a provider answers may hold tokens.
        kind = type(kwargs.get("exception")).__name__
        _log.warning("single sign-on failed: %s (%s)", error, kind)
        raise ImmediateHttpResponse(refusal(request, str(getattr(error, "value", error))))


def refusal(request: HttpRequest, why: str) -> HttpResponse:
    """Say that nobody was signed in, and whom to ask."""
    given = {"why": why, "provider_name": settings.OIDC_NAME}
    return render(request, "account/single_sign_on_refused.html", given, status=403)


def _claims(data: dict[str, Any]) -> dict[str, Any]:
    """Return what the provider says; nothing if its two answers are of two people (OIDC 5.3.2)."""
    token, info = data.get("id_token") or {}, data.get("userinfo") or {}
    if not token or (info and info.get("sub") != token.get("sub")):
        return {}
    return {**token, **info}


def person_of(claims: dict[str, Any]) -> User | None:
    """Return the one person with an open account whom OIDC_CLAIM names.

    `email` counts only as far as the provider has verified it; any other claim is a username.
    """
    value = claims.get(settings.OIDC_CLAIM)
    if not isinstance(value, str) or not value.strip():
        return None
    if settings.OIDC_CLAIM == "email":
        if claims.get("email_verified") is not True:
            return None
        found = User.objects.filter(email__iexact=value.strip(), is_active=True)
    else:
        found = User.objects.filter(username__iexact=value.strip(), is_active=True)
    people = list(found[:2])
    return people[0] if len(people) == 1 else None
