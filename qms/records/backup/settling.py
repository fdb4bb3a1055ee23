"""Looks at a restored place from inside and completes it; run as a process of its own.

`python -m qms.records.backup.settling MANIFEST`, with the settings of that place, prints JSON:
what is wrong, as sentences, or the new head of the ledger.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qms.settings")
django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402  needs loaded apps
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from qms.foundation import disk, dumps  # noqa: E402
from qms.organisation.models import User  # noqa: E402
from qms.records import jobs  # noqa: E402
from qms.records.backup.manifest import Manifest, parse  # noqa: E402
from qms.records.ledger.canonical import compact  # noqa: E402
from qms.records.ledger.entries import Entry, Head, LedgerEntry  # noqa: E402
from qms.records.verifying import verify  # noqa: E402


def main(path: Path) -> None:
    """Print what is wrong, or what the place is now like."""
    manifest = parse(path.read_text(encoding="utf-8"))
    notes: list[str] = []
    wrong = list(_unlike(manifest))
    if not wrong:
        notes += _migrate()
        wrong += _differences(manifest, notes)
    head = Head() if wrong else _complete(manifest, disk.sha256_of(path))
    connection.close()
    said = {"wrong": wrong, "notes": notes, "seq": head.seq, "sha256": head.sha256}
    sys.stdout.write(json.dumps(said, ensure_ascii=False))


def _unlike(manifest: Manifest) -> list[str]:
    """Return the tables that do not hold what the manifest says."""
    found = dumps.tables()
    return [
        f"Bảng {name} không giống như khi sao lưu."
        for name in sorted(found.keys() | manifest.tables.keys())
        if found.get(name) != manifest.tables.get(name)
    ]


def _migrate() -> list[str]:
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return []
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    return ["Bản sao lưu thuộc phiên bản cũ hơn; đã chạy migrate trên dữ liệu khôi phục."]


def _differences(manifest: Manifest, notes: list[str]) -> list[str]:
    """Return what `verify` finds; what was signed after the backup is noted, for it is not here."""
    found = []
    entry = LedgerEntry.objects.filter(seq=manifest.head.seq).first()
    if manifest.head.seq and (entry is None or entry.sha256 != manifest.head.sha256):
        found.append(f"Đầu sổ cái không phải {manifest.head} như bản kê ghi.")
    for difference in verify().differences:
        later = difference.seq is not None and difference.seq > manifest.head.seq
        if difference.check == "checkpoint" and later:
            notes.append(
                f"Điểm kiểm chứng đã ký mục {difference.seq}, bản sao lưu dừng ở mục "
                f"{manifest.head.seq}: những gì ghi sau đó không có trong bản này."
            )
        else:
            found.append(str(difference))
    return found


@transaction.atomic
def _complete(manifest: Manifest, sha256: str) -> Head:
    """Write the restore into the ledger, sign everybody out, end the jobs that were open."""
    content: dict[str, Any] = {
        "seq": manifest.head.seq,
        "sha256": manifest.head.sha256,
        "made_at": manifest.made_at,
        "manifest": sha256,
    }
    restored = Entry(LedgerEntry.Kind.RESTORE, actor_id=User.objects.system().pk)
    entry = LedgerEntry.objects.append(restored, compact(content))
    for key in Session.objects.values_list("session_key", flat=True):
        SessionStore(key).flush()
    jobs.interrupt_open()
    return Head(entry.seq, entry.sha256)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
