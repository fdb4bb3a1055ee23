"""What a backup says of itself: `manifest.json`, without which a folder is none of ours."""

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.exceptions import ValidationError

from qms.foundation import dumps
from qms.foundation.dumps import Table
from qms.records.ledger.entries import Head

FORMAT = 1
PRODUCT = "qms"
NAME = "manifest.json"
_FOLDER = re.compile(r"\d{4}-\d\d-\d\dT\d{6}-\d+")
_PART = re.compile(r"database\.(sqlite3|pgdump)|files/([0-9a-f]{2})/\2[0-9a-f]{62}")


class BackupRefused(ValidationError):
    """A backup cannot be made or used; the messages say why, in Vietnamese."""


@dataclass(frozen=True)
class Part:
    """A file of the backup: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The parts of a backup and what its database held at that moment.

    `made_at` is ISO 8601 with its offset; `migrations` are `app.name`, sorted; `parts` go by their
    path below the folder.
    """

    made_at: str
    vendor: str
    server: str
    head: Head
    migrations: list[str]
    tables: dict[str, Table]
    parts: dict[str, Part]
    product: str = PRODUCT
    format: int = FORMAT

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.made_at)

    @property
    def folder(self) -> str:
        """The name of the backup's folder; names sort as the backups were made."""
        return f"{self.moment:%Y-%m-%dT%H%M%S}-{self.head.seq}"

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def files(self) -> int:
        return sum(1 for name in self.parts if name.startswith("files/"))

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def parse(text: str) -> Manifest:
    """Return the manifest that a file says. Raises ValueError where it says none of ours."""
    said = json.loads(text)
    if not isinstance(said, dict) or said.get("product") != PRODUCT:
        raise ValueError("no manifest of ours")
    try:
        made = Manifest(
            **said
            | {
                "head": Head(**said["head"]),
                "tables": {name: Table(**each) for name, each in said["tables"].items()},
                "parts": {name: Part(**each) for name, each in said["parts"].items()},
            }
        )
        aware = made.moment.tzinfo is not None
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from error
    known = made.format == FORMAT and made.vendor in dumps.FILES
    if not (known and aware and all(map(_PART.fullmatch, made.parts))):
        raise ValueError("a manifest of another format")
    return made


def read(folder: Path) -> Manifest:
    """Return the manifest of a backup. Raises BackupRefused for a folder that is none."""
    try:
        return parse((folder / NAME).read_text(encoding="utf-8"))
    except OSError as error:
        raise BackupRefused(
            f"{folder} không phải một bản sao lưu: không đọc được {NAME}."
        ) from error
    except ValueError as error:
        raise BackupRefused(f"{folder / NAME} hỏng hoặc không phải của hệ thống này.") from error


def complete(out: Path) -> dict[Path, Manifest]:
    """Return the backups that lie in `out`, oldest first; other folders are none of ours."""
    found: dict[Path, Manifest] = {}
    for path in sorted(out.glob("*")):
        if _FOLDER.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            try:
                found[path] = read(path)
            except BackupRefused:
                continue
    return dict(sorted(found.items(), key=lambda each: (each[1].moment, each[0].name)))
