#!/usr/bin/env python
"""Run the office's management commands."""

import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import DatabaseError

from qms.foundation.damage import damage_of, is_damage, what_to_do


def main() -> None:
    """Run the command; a damaged SQLite file ends it with one sentence and exit code 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qms.settings")
    database = settings.DATABASES["default"]
    path = Path(database["NAME"]) if database["ENGINE"].endswith("sqlite3") else None
    if path and (damage := damage_of(path)):
        sys.exit(damage)
    try:
        execute_from_command_line(sys.argv)
    except DatabaseError as error:
        if path is None or not is_damage(error):
            raise
        sys.exit(what_to_do(path, error))


if __name__ == "__main__":
    main()
