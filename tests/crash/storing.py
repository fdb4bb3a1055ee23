"""Dies at each line that storing a file passes, one child process a line; prints JSON.

A crash there leaves at most a file that no row names, or what a later sweep takes away; never a
row without its file.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qms.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from qms.organisation.models import User  # noqa: E402
from qms.records import files  # noqa: E402
from qms.records.models import StoredFile  # noqa: E402
from tests.crash.place import pdf  # noqa: E402

WATCHED = ("records/files.py", "ledger/entries.py")
MOST = 300  # lines
DEAD = 9


def main() -> None:
    connection.settings_dict["OPTIONS"].pop("pool", None)  # its threads do not live in a child
    tried, orphans, wrong = 0, 0, []
    for line in range(1, MOST):
        data = pdf(f"dòng {line}")
        code = in_child(data, line)
        tried += 1
        sha256 = hashlib.sha256(data).hexdigest()
        has_row = StoredFile.objects.filter(sha256=sha256).exists()
        path = files.path_of(sha256)
        is_whole = path.exists() and path.read_bytes() == data
        if (has_row and not is_whole) or (path.exists() and not is_whole):
            wrong.append(line)
        orphans += path.exists() and not has_row
        if code == 0:
            assert has_row
            break
        assert code == DEAD, code
    laid = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    half = [path.name for path in laid if len(path.name) == 64 and not _is_itself(path)]
    json.dump({"tried": tried, "orphans": orphans, "wrong": wrong, "half": half}, sys.stdout)


def _is_itself(path: Path) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def in_child(data: bytes, last: int) -> int:
    """Store `data` in a child process that ends at the line `last` it passes; return its code."""
    connection.close()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    person = User.objects.system()
    sys.settrace(dying_at(last))
    with transaction.atomic():
        files.store(data, "mau.pdf", kind="pdf", by=person)
    sys.settrace(None)
    os._exit(0)


def dying_at(last: int) -> Any:
    passed = 0

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal passed
        if not frame.f_code.co_filename.endswith(WATCHED):
            return None
        if event == "line":
            passed += 1
            if passed >= last:
                os._exit(DEAD)
        return watch

    return watch


if __name__ == "__main__":
    main()
