"""What the log says of people who come and go."""

import logging
from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from qms.organisation.models import User

_log = logging.getLogger("qms.sign_in")


def listen() -> None:
    """Log sign-ins, failed ones, pauses and sign-outs from now on; asking twice changes nothing."""
    for signal, told in (
        (user_logged_in, _came),
        (user_logged_out, _went),
        (user_login_failed, _failed),
        (user_locked_out, _locked_out),
    ):
        signal.connect(told, dispatch_uid=f"log {told.__name__}")


def _actor(username: str, pk: int | None = None) -> dict[str, Any]:
    return {"actor": username, "actor_id": pk}


def _came(sender: Any, user: User, **_: Any) -> None:
    _log.info("Signed in", extra=_actor(user.username, user.pk))


def _went(sender: Any, user: User | None, **_: Any) -> None:
    if user is not None:
        _log.info("Signed out", extra=_actor(user.username, user.pk))


def _failed(sender: Any, credentials: dict[str, Any], **_: Any) -> None:
    _log.warning("Failed to sign in", extra=_actor(*_known(credentials.get("username"))))


def _locked_out(sender: Any, username: str | None = None, **_: Any) -> None:
    _log.warning("Paused after too many wrong passwords", extra=_actor(*_known(username)))


def _known(username: Any) -> tuple[str, int | None]:
    """Return the account that was meant. What names none is left out: it may be a password."""
    user = User.objects.filter(username=str(username or "")).only("username").first()
    return (user.username, user.pk) if user else ("", None)
