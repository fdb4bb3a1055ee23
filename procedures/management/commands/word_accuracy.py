"""`manage.py word_accuracy [FOLDER]`: how much of documents with a known truth is read right."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from procedures.docx_import.accuracy import Score, compare
from procedures.docx_import.reading import read_word


class Command(BaseCommand):
    """Each `X.docx` of the folder is read and compared with `X.json`; nothing is written."""

    help = "Đọc các tệp Word đã biết trước nội dung và in tỷ lệ ô đọc đúng."

    def add_arguments(self, parser: ArgumentParser) -> None:
        folder = Path(settings.VAR_DIR, "word")  # where `make word` writes the invented ones
        parser.add_argument("folder", type=Path, nargs="?", default=folder, help="thư mục các tệp")
        parser.add_argument("--show", action="store_true", help="in cả những ô đọc sai")

    def handle(self, *args: Any, **options: Any) -> None:
        pairs = [
            (path, path.with_suffix(".json"))
            for path in sorted(options["folder"].glob("*.docx"))
            if path.with_suffix(".json").is_file()
        ]
        if not pairs:
            raise CommandError(f"Không có tệp .docx kèm .json trong “{options['folder']}”.")
        total = Score()
        for path, truth in pairs:
            score, wrong = _score(path, json.loads(truth.read_text(encoding="utf-8")))
            total = Score(total.right + score.right, total.cells + score.cells)
            self.stdout.write(f"{path.name}: {score}")
            for line in wrong if options["show"] else []:
                self.stdout.write(f"    {line}")
        self.stdout.write(f"Tất cả {len(pairs)} tệp: {total}")


def _score(path: Path, truth: dict[str, Any]) -> tuple[Score, list[str]]:
    try:
        read = read_word(path.read_bytes(), path.name).as_json()
    except ValidationError as refusal:
        read = {"title": " ".join(refusal.messages)}
    return compare(truth, read)
