"""Evidence packages: made by the command, checked by their own script, forged in vain."""

import datetime as dt
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from procedures.actions import acknowledge, make_renditions
from procedures.workflow import VersionStatus
from qms.foundation import triggers
from qms.foundation.dates import today
from qms.records import files
from qms.records.evidence import verify_evidence as checker
from qms.records.ledger import checkpoints
from qms.records.ledger.adopting import adopt
from qms.records.models import StoredFile
from tests.audits.making_papers import close_and_contest, make_told, report
from tests.factories import (
    PASSWORD,
    Office,
    make_change_request,
    make_next_draft,
    make_next_version,
    make_version,
    restrict,
)
from tests.packages import check_apart, listed_anew, members_of, put_together, signed_anew

pytestmark = pytest.mark.django_db
GOOD = "KẾT LUẬN: GÓI NGUYÊN VẸN."
VERSIONS = "bang/procedures_procedureversion.jsonl"
Members = dict[str, bytes]


def _walked(office: Office) -> Any:
    """A procedure with two editions, a request, a reader, and a draft."""
    before = today() - dt.timedelta(3)
    first = make_version(VersionStatus.ISSUED, office, paper_on=before, effective_on=before)
    make_renditions([first.pk], by=office.clerk)
    make_change_request(office, first.procedure)
    second = make_next_version(office, first)
    acknowledge([second], by=office.staff)
    make_next_draft(office, second, change_summary="Dự thảo lần sau")
    return first.procedure


def _exported(folder: Path, *what: str) -> Path:
    out = folder / "goi.zip"
    call_command("export_evidence", str(out), *what, "--force")
    return out


def _keys() -> None:
    call_command("checkpoint", "--make-key")
    call_command("checkpoint")


def _public_key() -> str:
    return str(checkpoints.folder() / f"public-key-{checkpoints.signing_key()}.pem")


def _verdict(capsys: pytest.CaptureFixture[str], package: Path, *options: str) -> tuple[int, str]:
    capsys.readouterr()
    return checker.main([str(package), *options]), capsys.readouterr().out


def test_package_of_a_procedure_holds_before_its_own_script_apart(tmp_path: Path) -> None:
    office, other = Office(), Office()
    procedure = _walked(office)
    foreign = make_version(VersionStatus.ISSUED, other, title="Hồ sơ riêng của cơ quan khác")
    restrict(foreign.procedure)
    _keys()

    package = _exported(tmp_path, "--procedure", procedure.code)

    members = members_of(package)
    script = tmp_path / "verify_evidence.py"
    script.write_bytes(members["verify_evidence.py"])
    code, said = check_apart(package, script, tmp_path, "--public-key", _public_key())
    assert (code, said.splitlines()[-1]) == (0, GOOD)
    assert len(members[VERSIONS].splitlines()) == 3
    told = json.loads(members["bang/organisation_user.jsonl"].splitlines()[0])
    assert set(told["row"]) == {"id", "username", "full_name"}
    everything = b"".join(members.values())
    for secret in (foreign.procedure.code, foreign.title, other.agency.code, "md5$"):
        assert secret.encode() not in everything
    assert office.staff.password.encode() not in everything
    assert PASSWORD.encode() not in everything


def test_package_of_an_audit_holds_before_its_own_script_apart(tmp_path: Path) -> None:
    told = make_told()
    close_and_contest(told)
    sheet = report(told)
    _keys()

    package = _exported(tmp_path, "--audit", told.audit.number)

    members = members_of(package)
    script = tmp_path / "verify_evidence.py"
    script.write_bytes(members["verify_evidence.py"])
    assert check_apart(package, script, tmp_path)[0] == 0
    assert sheet.number.encode() in members["bang/audits_nonconformity.jsonl"]
    originals = [name for name in members if name.startswith("tep/") and name.endswith(".jpg")]
    assert originals


def test_package_of_everything_holds_and_is_the_same_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _walked(Office())
    report(_closed())
    _keys()

    first = members_of(_exported(tmp_path, "--all"))
    package = _exported(tmp_path, "--all")

    assert _verdict(capsys, package)[0] == 0
    again = members_of(package)
    signed = {checker.MANIFEST, checker.SIGNATURE}
    assert list(first) == list(again)
    assert [name for name in first if first[name] != again[name] and name not in signed] == []
    for name in first:
        assert b"email" not in first[name] or name == "verify_evidence.py"


def _closed() -> Any:
    told = make_told()
    close_and_contest(told)
    return told


def test_package_proves_rows_that_were_there_before_the_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    procedure = _walked(Office())
    foreign = make_version(VersionStatus.ISSUED, title="Hồ sơ riêng của cơ quan khác")
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_ledgerentry")
    adopt(apps)
    _keys()

    package = _exported(tmp_path, "--procedure", procedure.code)

    assert _verdict(capsys, package)[0] == 0
    members = members_of(package)
    assert not [name for name in members if foreign.title.encode() in members[name]]
    told = json.loads(members[checker.ENTRIES])
    told["content"]["procedures_historicalprocedure"][str(procedure.history.get().pk)]["title"] = (
        "x"
    )
    members[checker.ENTRIES] = checker.canonical(told).encode() + b"\n"
    package.write_bytes(put_together(listed_anew(members)))
    assert "không tiếp nhận dòng" in _verdict(capsys, package)[1]


def test_package_is_not_written_over_and_not_written_in_part(tmp_path: Path) -> None:
    procedure = _walked(Office())
    out = tmp_path / "goi.zip"
    out.write_bytes(b"cua toi")

    with pytest.raises(CommandError, match="Đã có tệp"):
        call_command("export_evidence", str(out), "--procedure", procedure.code)
    kept: Any = StoredFile.objects.first()
    files.path_of(kept.sha256).unlink()
    with pytest.raises(CommandError, match="Không tìm thấy tệp"):
        call_command("export_evidence", str(out), "--procedure", procedure.code, "--force")
    with pytest.raises(CommandError, match="Không có quy trình"):
        call_command("export_evidence", str(tmp_path / "b.zip"), "--procedure", "QT-XX")

    assert [path.read_bytes() for path in tmp_path.glob("*.zip")] == [b"cua toi"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.fixture
def package(tmp_path: Path) -> Path:
    procedure = _walked(Office())
    _keys()
    return _exported(tmp_path, "--procedure", procedure.code)


def test_script_refuses_a_package_in_which_one_byte_is_changed(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, changed = package.read_bytes(), package.with_name("sua.zip")
    chosen = random.Random(7)  # noqa: S311  positions, not secrets
    ends = [0, 1, len(data) - 1, len(data) - 2]
    heads = [at for at in range(len(data)) if data[at : at + 2] == b"PK"]

    for at in (*ends, *chosen.sample(heads, 60), *chosen.sample(range(len(data)), 300)):
        changed.write_bytes(data[:at] + bytes([data[at] ^ chosen.randint(1, 255)]) + data[at + 1 :])
        assert _verdict(capsys, changed)[0] == 1, at
    for other in (data + b"0", data[:-1], data[1:], b""):
        changed.write_bytes(other)
        assert _verdict(capsys, changed)[0] == 1


def _reworded(members: Members) -> Members:
    text = members[VERSIONS].replace("Trả kết quả".encode(), b"Tra ket qua")
    return members | {VERSIONS: text}


def _swapped(members: Members) -> Members:
    rows = [json.loads(line) for line in members[VERSIONS].splitlines()]
    rows[0]["row"], rows[1]["row"] = rows[1]["row"], rows[0]["row"]
    return members | {VERSIONS: "".join(checker.canonical(row) + "\n" for row in rows).encode()}


def _without_a_history_row(members: Members) -> Members:
    name = "bang/procedures_historicalprocedureversion.jsonl"
    return members | {name: b"".join(members[name].splitlines(keepends=True)[1:])}


def _with_another_table(members: Members) -> Members:
    return members | {"bang/khac.jsonl": b""}


def _without_a_file(members: Members) -> Members:
    gone = next(name for name in members if name.startswith("tep/"))
    return {name: data for name, data in members.items() if name != gone}


def _with_another_file(members: Members) -> Members:
    changed = next(name for name in members if name.startswith("tep/"))
    return members | {changed: b"%PDF-1.4 khac"}


def _with_an_entry_reworded(members: Members) -> Members:
    entries = [json.loads(line) for line in members[checker.ENTRIES].splitlines()]
    last = entries[-1]
    content = json.loads(last["content"]) | {"status": "khac"}
    last["content"] = checker.canonical(content)
    text = "".join(checker.canonical(entry) + "\n" for entry in entries)
    return members | {checker.ENTRIES: text.encode()}


def _with_a_link_changed(members: Members) -> Members:
    text = members[checker.CHAIN]
    at = text.index(b"\n3 ") + 6
    return members | {
        checker.CHAIN: text[:at] + (b"0" if text[at] != 48 else b"1") + text[at + 1 :]
    }


def _signed_by_nobody(members: Members) -> Members:
    text = members["bang/records_signature.jsonl"].replace(b'"act":"approved"', b'"act":"reviewed"')
    return members | {"bang/records_signature.jsonl": text}


FORGERIES: list[Callable[[Members], Members]] = [
    _reworded,
    _swapped,
    _without_a_history_row,
    _with_another_table,
    _without_a_file,
    _with_another_file,
    _with_an_entry_reworded,
    _with_a_link_changed,
    _signed_by_nobody,
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_script_refuses_a_forgery_however_it_is_signed(
    package: Path, capsys: pytest.CaptureFixture[str], settings: Any, forge: Any
) -> None:
    """Listed anew; signed by another key; even signed by the key of the office."""
    members = members_of(package)
    forged = forge(members)
    assert forged != members
    pem = Path(settings.CHECKPOINT_KEY).read_bytes()
    own: Any = load_pem_private_key(pem, password=None)
    public, changed = _public_key(), package.with_name("gia.zip")

    changed.write_bytes(put_together(forged))
    assert _verdict(capsys, changed)[0] == 1
    changed.write_bytes(put_together(listed_anew(forged)))
    code, said = _verdict(capsys, changed, "--public-key", public)
    assert (code, "Chữ ký của gói không đúng." in said or "Sổ cái" in said) == (1, True)
    changed.write_bytes(put_together(signed_anew(forged, own)))
    assert _verdict(capsys, changed, "--public-key", public)[0] == 1


def test_script_asks_who_signed(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    members, changed = members_of(package), package.with_name("khac.zip")
    public, other = _public_key(), Ed25519PrivateKey.generate()
    plain = {name: data for name, data in members.items() if name != checker.SIGNATURE}

    code, said = _verdict(capsys, package)
    assert (code, "chưa chứng minh ai làm ra" in said) == (0, True)
    changed.write_bytes(put_together(signed_anew(members, other)))
    assert _verdict(capsys, changed)[0] == 0  # whole, and said to prove nobody
    assert _verdict(capsys, changed, "--public-key", public)[0] == 1
    changed.write_bytes(put_together(plain))
    assert _verdict(capsys, changed)[0] == 1
    assert _verdict(capsys, changed, "--allow-unsigned")[0] == 0
    assert _verdict(capsys, changed, "--allow-unsigned", "--public-key", public)[0] == 1


def test_script_finds_what_was_changed_in_the_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    procedure = _walked(Office())
    _keys()
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procedures_procedureversion SET issue_no = 9 WHERE issue_no = 1")
        cursor.execute(
            "UPDATE procedures_historicalprocedure SET title = 'Khác' WHERE id = %s", [procedure.pk]
        )

    code, said = _verdict(capsys, _exported(tmp_path, "--procedure", procedure.code))

    assert code == 1
    assert "procedures_procedureversion, khóa" in said
    assert "cột issue_no khác lần ghi cuối." in said
    assert "cột title khác với điều sổ cái ghi." in said


def test_script_finds_an_old_copy_by_the_checkpoint_that_went_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    procedure = _walked(Office())
    _keys()
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_ledgerentry SET sha256 = body_sha256 WHERE seq = "
            "(SELECT MAX(seq) FROM records_ledgerentry)"
        )

    assert _verdict(capsys, _exported(tmp_path, "--procedure", procedure.code))[0] == 1
