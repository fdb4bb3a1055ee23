"""What must hold of the machine and the database before the product serves anyone."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from qms.foundation import integrity, triggers

_SAFE_BRANCHES = {(3, 50): 7, (3, 44): 6}  # older lines that carry the mend
_SAFE_FROM = (3, 51, 3)


def sqlite_is_safe(version: tuple[int, int, int]) -> bool:
    """Tell whether `version` is free of the WAL-reset bug (RELIABILITY §2)."""
    return version >= _SAFE_FROM or version[2] >= _SAFE_BRANCHES.get(
        (version[0], version[1]), 10**6
    )


@register(Tags.database)
def check_sqlite_version(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """Refuse an SQLite that may corrupt a WAL database."""
    on_sqlite = [a for a in databases or [] if connections[a].vendor == "sqlite"]
    if not on_sqlite or sqlite_is_safe(sqlite3.sqlite_version_info[:3]):
        return []
    return [
        Error(
            f"SQLite {sqlite3.sqlite_version} có lỗi làm hỏng dữ liệu WAL; cần 3.51.3 trở lên.",
            hint="Cài pysqlite3 >= 0.6.1 (có trong requirements/base.txt) hoặc dùng PostgreSQL.",
            id="foundation.E001",
        )
    ]


@register(Tags.database)
def check_triggers(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """List the triggers that the database should have and has not.

    A warning: an error would keep `migrate` from making them, which is what the hint asks for.
    """
    return [
        checks.Warning(
            f"Cơ sở dữ liệu thiếu trigger {name}.",
            hint="Chạy `python manage.py migrate`.",
            id="foundation.W002",
        )
        for alias in databases or []
        for name in triggers.missing(alias)
    ]


@register(Tags.database)
def check_owner(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """Warn where the application could drop the triggers of its tables (ADR 0027)."""
    if settings.APPLICATION_ROLE:
        return []  # this process migrates, as the owner
    return [
        checks.Warning(
            "Tài khoản PostgreSQL của ứng dụng là chủ các bảng nên tự bỏ được trigger.",
            hint="Đặt DATABASE_OWNER_URL (xem .env.example) rồi chạy `python manage.py migrate`.",
            id="foundation.W003",
        )
        for alias in databases or []
        if integrity.owned_tables(alias)
    ]
