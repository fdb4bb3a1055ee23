"""`manage.py import_word FILE`: read a Word procedure, tell what it says, or make a draft of it."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from procedures.docx_import.opening import check_size
from procedures.docx_import.reading import Reading, read_word


class Command(BaseCommand):
    """Without `--wet-run` nothing is written; exit 1 with a sentence for an unreadable file."""

    help = "Đọc một quy trình viết bằng Word (.docx, .doc); không ghi gì nếu thiếu --wet-run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="tệp .docx hoặc .doc")
        parser.add_argument("--wet-run", action="store_true", help="ghi thật vào cơ sở dữ liệu")
        parser.add_argument("--json", action="store_true", help="chỉ in JSON ra đầu ra chuẩn")
        parser.add_argument("--agency", default="", help="mã cơ quan; mặc định là cơ quan đầu tiên")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data, name = _source(options["file"])
            reading = read_word(data, name)
        except ValidationError as refusal:
            raise CommandError("\n".join(refusal.messages)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(reading.as_json(), ensure_ascii=False))


def _source(path: Path) -> tuple[bytes, str]:
    if not path.is_file():
        raise ValidationError(f"Không có tệp “{path}”.")
    try:
        check_size(path.stat().st_size)
        return path.read_bytes(), path.name
    except OSError as error:
        raise ValidationError(f"Không đọc được tệp “{path}”: xem lại quyền đọc tệp.") from error
