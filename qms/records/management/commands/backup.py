"""Back up database and files into a new folder, while people work."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from qms.foundation.dumps import DumpFailed
from qms.records.backup import making, status
from qms.records.backup.manifest import BackupRefused


class Command(BaseCommand):
    help = "Sao lưu cơ sở dữ liệu và tệp vào một thư mục mới trong OUT, khi hệ thống vẫn chạy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", metavar="OUT", type=Path, help="thư mục chứa các bản sao lưu")
        parser.add_argument("--keep", type=int, metavar="N", help="chỉ giữ N bản mới nhất")
        parser.add_argument(
            "--keep-monthly",
            type=int,
            default=0,
            metavar="M",
            help="giữ thêm bản đầu tiên của mỗi tháng trong M tháng gần đây",
        )
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        newest, months = options["keep"], options["keep_monthly"]
        if (newest is not None and newest < 1) or months < 0:
            raise CommandError("--keep phải từ 1 trở lên, --keep-monthly không được âm.")
        try:
            made = making.make(options["out"].resolve())
            status.tell(ok=True, seq=made.manifest.head.seq, path=str(made.path))
            removed = making.keep(made.path.parent, newest=newest, months=months) if newest else []
        except (BackupRefused, DumpFailed, DatabaseError, OSError) as error:
            with suppress(OSError):  # the reason itself is what must be told
                status.tell(ok=False)
            raise CommandError(f"Không sao lưu được. {_why(error)}") from error
        self.stdout.write(_as_json(made, removed) if options["json"] else _as_text(made, removed))


def _why(error: Exception) -> str:
    if isinstance(error, BackupRefused):
        return " ".join(error.messages)
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename or 'ổ đĩa'}"
    return str(error)


def _as_json(made: making.Backup, removed: list[Path]) -> str:
    manifest = made.manifest
    said = {
        "path": str(made.path),
        "made_at": manifest.made_at,
        "seq": manifest.head.seq,
        "head": manifest.head.sha256,
        "manifest": made.sha256,
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "files": manifest.files,
        "bytes": sum(part.size for part in manifest.parts.values()),
        "removed": [str(path) for path in removed],
    }
    return json.dumps(said, ensure_ascii=False, indent=2)


def _as_text(made: making.Backup, removed: list[Path]) -> str:
    manifest = made.manifest
    lines = [
        f"Đã sao lưu vào {made.path}: {len(manifest.tables)} bảng, {manifest.rows} dòng, "
        f"{manifest.files} tệp.",
        f"{manifest.head.line}. Mã băm của {made.path.name}/manifest.json: {made.sha256}.",
        *(f"Đã bỏ bản cũ {path}." for path in removed),
    ]
    return "\n".join(lines)
