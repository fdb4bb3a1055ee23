"""Run the command as a person would, and see everything that it leaves behind."""

import io
import json
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

FIXTURE = Path(__file__).resolve().parents[3] / "fixtures" / "tthc_gddt_cap_huyen.csv"
EMPTY: dict[str, Any] = {
    "rows": 0,
    "new": [],
    "changed": [],
    "unchanged": [],
    "missing": [],
    "invalid": [],
    "duplicates": [],
    "without_code": [],
    "restored": [],
    "proposed": [],
}


def everything() -> dict[str, int]:
    """Return how many rows each table has, history too, and how many files are kept."""
    models = apps.get_models(include_auto_created=True)
    counts = {model._meta.label: model._base_manager.count() for model in models}
    kept = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    return counts | {"files": len(kept)}


def run(path: Path, *options: str) -> str:
    """Return what the command prints on standard output; raises CommandError."""
    out = io.StringIO()
    call_command("import_tthc", str(path), *options, stdout=out)
    return out.getvalue()


def run_json(path: Path, *options: str) -> dict[str, Any]:
    return dict(json.loads(run(path, "--json", *options)))


def refused(path: Path, *options: str) -> tuple[str, str]:
    """Return what the command prints and why it refuses."""
    out = io.StringIO()
    try:
        call_command("import_tthc", str(path), *options, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    raise AssertionError("The command did not refuse.")


def saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
