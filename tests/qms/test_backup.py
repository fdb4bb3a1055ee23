"""Backups: whole and proven, restored into an empty place only, refused where a byte differs."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError, call_command
from django.db import connection

from qms.foundation import dumps
from qms.foundation.dumps import Table
from qms.records import files, jobs
from qms.records.backup import making, restoring
from qms.records.backup.manifest import BackupRefused, Manifest, Part, complete, parse
from qms.records.ledger import checkpoints
from qms.records.ledger.entries import Head, LedgerEntry
from qms.records.models import StoredFile
from tests.factories import Office, make_blank, make_blank_issue, make_position

PDF = b"%PDF-1.4 mauBM-01"
SHA256 = sha256(PDF).hexdigest()
PLACE = f"files/{SHA256[:2]}/{SHA256}"


@pytest.fixture
def office(committed_db: None, settings: Any, tmp_path: Path) -> Office:
    settings.VAR_DIR = tmp_path
    office = Office()
    form = make_blank(office)
    make_blank_issue(form, valid_from=dt.date(2022, 3, 1), data=PDF.removesuffix(b"BM-01"))
    return office


def backed_up(tmp_path: Path, *options: str) -> Path:
    call_command("backup", str(tmp_path / "backups"), *options)
    return list(complete(tmp_path / "backups"))[-1]


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    """A backup that holds together, of a database that is none."""
    folder = tmp_path / "laid"
    parts = {dumps.name_of(connection.vendor): b"SQLite", PLACE: PDF}
    for name, data in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    made = _manifest(dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    told = {name: Part(len(data), sha256(data).hexdigest()) for name, data in parts.items()}
    (folder / "manifest.json").write_text(
        replace(made, vendor=connection.vendor, parts=told).as_json()
    )
    return folder


def wrong(folder: Path) -> list[str]:
    with pytest.raises(BackupRefused) as refusal:
        restoring.check(folder)
    return refusal.value.messages


def rewrite(folder: Path, change: Callable[[Manifest], Manifest]) -> None:
    path = folder / "manifest.json"
    path.write_text(change(parse(path.read_text())).as_json())


def refused(folder: Path) -> list[str]:
    with pytest.raises(BackupRefused) as refusal:
        restoring.restore(folder)
    return refusal.value.messages


def test_a_backup_holds_database_files_head_and_says_so(office: Office, tmp_path: Path) -> None:
    folder = backed_up(tmp_path)

    manifest = restoring.check(folder)
    stored = StoredFile.objects.get()
    assert manifest.head == LedgerEntry.objects.head()
    assert manifest.tables["records_storedfile"].rows == 1
    assert manifest.tables == dumps.tables()
    assert (folder / PLACE).read_bytes() == PDF
    assert set(manifest.parts) == {dumps.name_of(connection.vendor), PLACE}
    assert manifest.moment.utcoffset() == dt.timedelta(hours=7)
    assert folder.stat().st_mode & 0o077 == 0
    status = json.loads((tmp_path / "backup-status.json").read_text())
    assert status | {"at": ""} == {
        "at": "",
        "ok": True,
        "seq": manifest.head.seq,
        "path": str(folder),
    }

    aged = folder.with_name("2026-01-01T000000-1")
    rewrite(folder, lambda made: replace(made, made_at="2026-01-01T00:00:00+07:00"))
    folder.rename(aged)
    next_one = making.make(tmp_path / "backups").path
    assert (next_one / PLACE).stat().st_nlink == 2  # shared with the one before
    assert files.path_of(stored.sha256).stat().st_nlink == 1

    elsewhere = str(tmp_path / "others")
    files.path_of(stored.sha256).write_bytes(PDF + b"!")
    with pytest.raises(CommandError, match="không còn nguyên vẹn"):
        call_command("backup", elsewhere)
    files.path_of(stored.sha256).unlink()
    with pytest.raises(CommandError, match=f"{stored.label}.*không còn trong kho"):
        call_command("backup", elsewhere)
    with pytest.raises(CommandError, match="Không sao lưu được"):
        call_command("backup", str(aged / "manifest.json"))

    assert list(Path(elsewhere).iterdir()) == []
    assert json.loads((tmp_path / "backup-status.json").read_text())["ok"] is False


def test_flipped_missing_and_extra_files_are_refused_and_named(laid: Path) -> None:
    file, database = laid / PLACE, laid / dumps.name_of(connection.vendor)
    restoring.check(laid)
    database.write_bytes(b"SQLitf")
    (laid / "files" / "them.pdf").write_bytes(PDF)
    file.unlink()

    assert wrong(laid) == [
        f"Tệp {database.name} không đúng mã băm trong bản kê: nội dung đã bị thay đổi.",
        f"Thiếu tệp {PLACE}.",
        "Tệp files/them.pdf không có trong bản kê.",
    ]
    (laid / "files" / "them.pdf").unlink()
    database.write_bytes(b"SQLite")
    file.symlink_to(database)
    assert wrong(laid) == [f"Thiếu tệp {PLACE}.", f"Tệp {PLACE} không phải tệp thường."]
    file.unlink()
    file.write_bytes(PDF + b"!")
    assert wrong(laid) == [f"Tệp {PLACE} có 18 byte, bản kê ghi 17."]


def test_a_backup_of_a_newer_version_or_another_database_is_refused(laid: Path) -> None:
    rewrite(laid, lambda made: replace(made, migrations=["records.9999_x"]))
    assert "mới hơn (có records.9999_x)" in refused(laid)[0]

    other = "postgresql" if _on_sqlite() else "sqlite"
    (laid / dumps.name_of(connection.vendor)).rename(laid / dumps.name_of(other))
    names = {dumps.name_of(connection.vendor): dumps.name_of(other)}
    rewrite(
        laid,
        lambda made: replace(
            made,
            vendor=other,
            parts={names.get(name, name): part for name, part in made.parts.items()},
        ),
    )
    assert refused(laid)[0].startswith(f"Bản sao lưu là của {other}")


@pytest.mark.django_db
def test_only_an_empty_place_is_restored_into(laid: Path, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert refused(laid)[0].endswith("không trống. Chỉ khôi phục vào nơi trống.")

    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    assert refused(laid)[0].startswith("Đã có" if _on_sqlite() else "Cơ sở dữ liệu đã có bảng")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"product": "qms"}', '{"product": "qms", '])
def test_a_folder_without_our_manifest_is_no_backup(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(BackupRefused, match="hỏng hoặc không phải của hệ thống này"):
        restoring.check(tmp_path)
    with pytest.raises(BackupRefused, match="không phải một bản sao lưu"):
        restoring.check(tmp_path / "elsewhere")


def test_a_manifest_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    made = _manifest(dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    outside = made.as_json().replace('"parts": {}', '"parts": {"../x": {"size":1,"sha256":"0"}}')
    (tmp_path / "manifest.json").write_text(outside)

    with pytest.raises(BackupRefused, match="hỏng hoặc không phải"):
        restoring.check(tmp_path)


def _on_sqlite() -> bool:
    return connection.vendor == "sqlite"


@pytest.fixture
def empty_place(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a place of its own: a folder, and on PostgreSQL an empty database."""
    place = tmp_path / "place"
    place.mkdir()
    environment = {"VAR_DIR": str(place), "SECRET_KEY": "thu", "PATH": os.environ["PATH"]}
    if _on_sqlite():
        yield environment
        return
    told = connection.settings_dict
    name = f"{told['NAME']}_restored"
    server = {"host": told["HOST"], "port": told["PORT"], "user": told["USER"]}
    given = {key: value for key, value in server.items() if value}
    if told["PASSWORD"]:
        given["password"] = told["PASSWORD"]
    with psycopg.connect(dbname="postgres", autocommit=True, **given) as postgres:
        postgres.execute(f'DROP DATABASE IF EXISTS "{name}"')
        postgres.execute(f'CREATE DATABASE "{name}"')
        secret = f":{quote(told['PASSWORD'])}" if told["PASSWORD"] else ""
        address = f"{told['USER']}{secret}@{told['HOST']}:{told['PORT'] or 5432}"
        yield environment | {"DATABASE_URL": f"postgres://{address}/{name}"}
        postgres.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def manage(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *words]
    root = django_settings.BASE_DIR
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def test_restored_it_is_the_same_and_tells_so_in_the_ledger(
    office: Office, tmp_path: Path, empty_place: dict[str, str]
) -> None:
    SessionStore().create()
    order = jobs.Order("archive", "Gói quy trình")
    jobs.Job.objects.create(
        agency=office.agency, kind=order.kind, label=order.label, asked_by=office.staff
    )
    head = LedgerEntry.objects.head()
    folder = backed_up(tmp_path)

    whole = (folder / "manifest.json").read_text()
    rewrite(folder, lambda made: replace(made, tables=made.tables | {"x": Table(1, "0")}))
    unlike = manage(empty_place, "restore", str(folder))
    (folder / "manifest.json").write_text(whole)
    rewrite(folder, lambda made: replace(made, head=Head(made.head.seq, "0" * 64)))
    cut = manage(empty_place, "restore", str(folder))
    (folder / "manifest.json").write_text(whole)
    place = Path(empty_place["VAR_DIR"])
    left = [path for path in place.rglob("*") if path.is_file()]
    done = manage(empty_place, "restore", str(folder), "--json")
    said = json.loads(done.stdout)
    looked = manage(empty_place, "shell", "-c", _LOOK)
    verified = manage(empty_place, "verify")
    again = manage(empty_place, "restore", str(folder))

    assert "Bảng x không giống như khi sao lưu." in unlike.stderr
    assert "Đầu sổ cái không phải" in cut.stderr
    assert (unlike.returncode, cut.returncode, left) == (1, 1, [])
    assert done.returncode == 0, done.stderr
    assert said["backup"] == {"seq": head.seq, "sha256": head.sha256}
    assert said["head"]["seq"] == head.seq + 1
    assert json.loads(looked.stdout.splitlines()[-1]) == [0, ["failed"], "restore", str(head.seq)]
    assert verified.returncode == 0, verified.stdout
    stored = StoredFile.objects.get()
    assert stored.sha256 == SHA256
    assert (place / PLACE).read_bytes() == PDF
    assert [path.name for path in place.iterdir() if path.name.startswith(".")] == []
    assert again.returncode == 1
    assert "Chỉ khôi phục vào nơi trống" in again.stderr


def test_checkpoints_newer_than_the_backup_are_told_and_stay_evidence(
    office: Office, tmp_path: Path, empty_place: dict[str, str], settings: Any
) -> None:
    checkpoints.make_key()
    kept = checkpoints.make(agency="")
    folder = backed_up(tmp_path)
    last = LedgerEntry.objects.head().seq
    for name in ("Một", "Hai"):
        make_position(name)
    lost = checkpoints.make(agency="")
    place = empty_place | {
        "CHECKPOINT_DIR": str(settings.CHECKPOINT_DIR),
        "CHECKPOINT_KEY": str(settings.CHECKPOINT_KEY),
    }

    done = manage(place, "restore", str(folder))
    entry = manage(place, "shell", "-c", _LAST)
    told = manage(place, "verify", "--json")
    unsigned = manage(place, "checkpoint")
    (checkpoints.folder() / lost.name).rename(tmp_path / "ho-so-su-co.json")
    clean = manage(place, "verify")
    signed = manage(place, "checkpoint", "--json")

    assert done.returncode == 0, done.stderr
    assert f"Lưu ý: 1 điểm kiểm chứng mới hơn bản sao lưu này, bản này dừng ở mục {last}" in (
        done.stdout
    )
    assert f"các mục {last + 1}–{lost.seq} đã ghi không có ở đây." in done.stdout
    assert f"đừng xóa: {lost.name}. Hãy chuyển chúng từ {settings.CHECKPOINT_DIR}" in done.stdout
    assert json.loads(entry.stdout.splitlines()[-1]) == {lost.name: lost.sha256}
    (difference,) = json.loads(told.stdout)["differences"]
    assert told.returncode == 1
    assert (difference["check"], difference["seq"]) == ("checkpoint", lost.seq)
    assert f"{lost.name} mới hơn cơ sở dữ liệu này" in difference["message"]
    assert f"các mục {last + 1}–{lost.seq} ghi trước đó không còn" in difference["message"]
    assert "chuyển các điểm kiểm chứng mới hơn nó vào hồ sơ sự cố" in unsigned.stderr
    assert clean.returncode == 0, clean.stdout
    assert json.loads(signed.stdout)["seq"] == last + 1 > kept.seq


_LAST = """
import json
from qms.records.models import LedgerEntry
print(json.dumps(LedgerEntry.objects.last().told()["newer"]))
"""
_LOOK = """
import json
from django.contrib.sessions.models import Session
from qms.records.models import Job, LedgerEntry
last = LedgerEntry.objects.last()
states = [str(job.state()) for job in Job.objects.all()]
print(json.dumps([Session.objects.count(), states, last.kind, last.told()["seq"]]))
"""


def _manifest(moment: dt.datetime, seq: int = 1) -> Manifest:
    return Manifest(
        made_at=moment.isoformat(),
        vendor="sqlite",
        server="3",
        head=Head(seq),
        migrations=[],
        tables={},
        parts={},
    )


def test_old_backups_go_but_never_the_newest_nor_what_is_none_of_ours(tmp_path: Path) -> None:
    now = dt.datetime.now(tz=dt.UTC)
    made = [_manifest(now - dt.timedelta(days=days), seq=500 - days) for days in range(100)]
    for manifest in made:
        folder = tmp_path / manifest.folder
        folder.mkdir()
        (folder / "manifest.json").write_text(manifest.as_json())
    foreign = tmp_path / "2020-01-01T000000-1"
    foreign.mkdir()
    (tmp_path / "ghi-chu.txt").write_text("x")

    making.keep(tmp_path, newest=7, months=2)

    left = complete(tmp_path)
    months = {(each.moment.year, each.moment.month) for each in list(left.values())[:-7]}
    assert list(left)[-7:] == sorted(tmp_path / each.folder for each in made[:7])
    assert len(months) == len(left) - 7 <= 2
    assert foreign.exists()
    assert (tmp_path / "ghi-chu.txt").exists()
    with pytest.raises(BackupRefused, match="ít nhất 1"):
        making.keep(tmp_path, newest=0)


def test_another_program_of_postgresql_that_is_too_old_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(dumps.DumpFailed, match="không có pg_dump: hãy cài gói postgresql-client"):
        dumps._program("pg_dump", 15)

    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 13.4'\n")
    program.chmod(0o755)
    with pytest.raises(dumps.DumpFailed, match="cũ hơn máy chủ PostgreSQL 15"):
        dumps._program("pg_dump", 15)
