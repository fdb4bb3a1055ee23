"""What the log says: one line a record, with the request and who made it.

Knows neither models nor settings, for gunicorn loads it before either is there. What a line never
holds: a query string, what was typed, a file, a password, a token that stands in an address.
"""

import datetime as dt
import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from pythonjsonlogger.json import JsonFormatter

SYSTEM = "he-thong"  # who acts where no request is: the worker, commands, the server itself
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Whoever reads a log must not be able to use what stands in it.
_SECRET = re.compile(
    r"(/xac-thuc/|/quen-mat-khau/(?=[0-9A-Za-z]+-)(?!da-gui/)|/email/(?!da-gui/))[^/\s?\"']+"
)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_QUIET = ("/healthz/", "/readyz/", "/metrics/")
_TOLD = ("actor", "actor_id", "status", "ms")  # what a record may say beside its message
_log = logging.getLogger("qms.request")


@dataclass(frozen=True)
class Current:
    """The request that is being answered, and its number."""

    id: str
    request: HttpRequest

    def told(self) -> dict[str, Any]:
        # Only a person who was looked up anyway: the log asks nothing of the database.
        user: Any = getattr(self.request, "_cached_user", None)
        return {
            "request_id": self.id,
            "actor": user.get_username() if user else "",  # empty for a stranger
            "actor_id": user.pk if user else None,
            "method": self.request.method,
            "path": self.request.path,
        }


_current: ContextVar[Current | None] = ContextVar("current", default=None)


def logged_requests(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Number each request, say the number in the answer, and log the answer in one line.

    A number that a proxy gave is kept where it is sane. What a person who is signed in was refused
    (403, 404), what came too often and what failed is a warning; all else is told as information.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        current = Current(given if _SANE_ID.fullmatch(given) else secrets.token_hex(8), request)
        token, started = _current.set(current), time.monotonic()
        try:
            response = get_response(request)
            response["X-Request-ID"] = current.id
            took = round((time.monotonic() - started) * 1000)
            _tell(current, response.status_code, took)
            response._has_been_logged = True  # type: ignore[attr-defined]  # or Django says it again
        finally:
            _current.reset(token)
        return response

    return middleware


def _tell(current: Current, status: int, took: int) -> None:
    told = current.told()
    is_refusal = status in (403, 404) and told["actor"]
    if is_refusal or status == 429 or status >= 500:
        level = logging.WARNING
    else:
        level = logging.DEBUG if told["path"] in _QUIET and status == 200 else logging.INFO
    extra = {"status": status, "ms": took}
    _log.log(level, "%s %s %s", told["method"], told["path"], status, extra=extra)


class JsonLines(JsonFormatter):
    """One JSON object a line: time (UTC), level, logger, message, request and actor."""

    def __init__(self) -> None:
        super().__init__(json_ensure_ascii=False)

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        log_data |= {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_told(record),
        }
        if traceback := message_dict.get("exc_info"):
            log_data["traceback"] = traceback

    def format(self, record: logging.LogRecord) -> str:
        line = _SECRET.sub(r"\1…", super().format(record))
        return _UNSEEN.sub(_escaped, line)


class PlainLines(logging.Formatter):
    """A line for the eye, at a terminal; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        told = _told(record)
        at = dt.datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        took = f" {told['ms']} ms" if "ms" in told else ""
        who = f" [{told['actor']}]" if told["actor"] not in ("", SYSTEM) else ""
        message = _UNSEEN.sub(_escaped, record.getMessage())
        line = f"{at} {record.levelname} {record.name} {message}{took}{who}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return _SECRET.sub(r"\1…", line)


def _told(record: logging.LogRecord) -> dict[str, Any]:
    current = _current.get()
    told: dict[str, Any] = current.told() if current else {"actor": SYSTEM}
    return told | {name: getattr(record, name) for name in _TOLD if hasattr(record, name)}


def _escaped(unseen: re.Match[str]) -> str:
    return f"\\u{ord(unseen[0]):04x}"


def configuration(*, kind: str, level: str) -> dict[str, Any]:
    """Return what `logging.config` reads: all on standard error, as `json` or as `line`.

    `level` is for libraries; what the product tells of itself is always told from INFO on.
    """
    formatter = JsonLines if kind == "json" else PlainLines
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"office": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "office"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "qms": {"level": "DEBUG" if level == "DEBUG" else "INFO"},
            # Refusals are told by the line of the request; here only what failed.
            "django.request": {"level": "ERROR"},
            # Wrong passwords are told by ourselves, without what was typed for a name.
            "axes": {"level": "ERROR"},
        },
    }
