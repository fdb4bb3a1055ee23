"""Restore a backup into an empty place, after it was found to be whole."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from qms.foundation.dumps import DumpFailed
from qms.records.backup import restoring
from qms.records.backup.manifest import BackupRefused


class Command(BaseCommand):
    help = "Khôi phục một bản sao lưu vào nơi trống (chưa có cơ sở dữ liệu, chưa có tệp)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="IN", type=Path, help="thư mục của một bản sao lưu")
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restored = restoring.restore(options["folder"].resolve())
        except BackupRefused as refusal:
            said = "\n".join(["Không khôi phục, chưa ghi gì:", *refusal.messages])
            raise CommandError(said) from refusal
        except (DumpFailed, DatabaseError, OSError) as error:
            raise CommandError(f"Không khôi phục được. {error}") from error
        manifest = restored.manifest
        if options["json"]:
            said_as_json = {
                "made_at": manifest.made_at,
                "backup": {"seq": manifest.head.seq, "sha256": manifest.head.sha256},
                "head": {"seq": restored.head.seq, "sha256": restored.head.sha256},
                "tables": len(manifest.tables),
                "rows": manifest.rows,
                "files": manifest.files,
                "notes": restored.notes,
            }
            self.stdout.write(json.dumps(said_as_json, ensure_ascii=False, indent=2))
            return
        self.stdout.write(
            f"Đã khôi phục bản sao lưu ngày {manifest.moment:%d/%m/%Y %H:%M}: "
            f"{len(manifest.tables)} bảng, {manifest.rows} dòng, {manifest.files} tệp, đúng mã băm."
        )
        self.stdout.write(
            f"{restored.head.line} (mục ghi việc khôi phục). Mọi người đăng nhập lại."
        )
        for note in restored.notes:
            self.stdout.write(f"Lưu ý: {note}")
