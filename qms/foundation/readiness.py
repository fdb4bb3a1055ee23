"""Whether the product can serve just now: named checks, which each floor adds to.

A check returns nothing when all is well, and else a sentence for the log; it may raise, too.
Whoever asks from outside learns the names alone.
"""

import datetime as dt
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from qms.foundation import triggers

Check = Callable[[], str]
_checks: dict[str, Check] = {}
_log = logging.getLogger("qms.readiness")


def register(name: str, check: Check) -> None:
    """Ask `check` whenever somebody asks whether the product is ready."""
    _checks[name] = check


def standing() -> dict[str, bool]:
    """Return which checks hold, by name; the log says why one does not."""
    return {name: _holds(name, check) for name, check in _checks.items()}


def _holds(name: str, check: Check) -> bool:
    try:
        trouble = check()
    except Exception:  # whatever fails, the answer must come
        _log.exception("Not ready: %s", name)
        return False
    if trouble:
        _log.error("Not ready: %s: %s", name, trouble)
    return not trouble


def database_answers() -> str:
    """Ask for one value, and whether the database could be written to; write nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
        if connection.vendor == "postgresql":
            cursor.execute("SHOW transaction_read_only")
            return "the database is read-only" if cursor.fetchone()[0] == "on" else ""
    # By its rights alone: opening and closing the file would drop the locks of this process.
    places = (_database_file(), _database_file().parent)
    barred = [str(place) for place in places if not os.access(place, os.W_OK)]
    return f"cannot be written to: {', '.join(barred)}" if barred else ""


def disk_has_room() -> str:
    """Compare what is free where files and database lie with READY_MIN_FREE_MB; 0 asks nothing."""
    least = settings.READY_MIN_FREE_MB
    for folder in _folders():
        free = shutil.disk_usage(folder).free // 2**20
        if free < least:
            return f"{free} MB free at {folder}, {least} are asked for"
        if not os.access(folder, os.W_OK):
            return f"cannot be written to: {folder}"
    return ""


def triggers_are_there() -> str:
    missing = triggers.missing()
    return f"missing: {', '.join(missing)}" if missing else ""


def backup_is_recent() -> str:
    """Read the status that the last backup left, where BACKUP_MAX_AGE_HOURS asks for one."""
    most = settings.BACKUP_MAX_AGE_HOURS
    if not most:
        return ""
    told = json.loads((settings.VAR_DIR / "backup-status.json").read_text(encoding="utf-8"))
    age = timezone.now() - dt.datetime.fromisoformat(told["at"])
    if told["ok"] is not True:
        return "the last backup failed"
    hours = round(age / dt.timedelta(hours=1), 1)
    return f"the last backup is {hours} hours old" if hours > most else ""


def _folders() -> Iterator[Path]:
    media = Path(settings.MEDIA_ROOT)
    yield next(place for place in (media, *media.parents) if place.exists())
    if connection.vendor == "sqlite":
        yield _database_file().parent


def _database_file() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


register("database", database_answers)
register("disk", disk_has_room)
register("triggers", triggers_are_there)
register("backup", backup_is_recent)
