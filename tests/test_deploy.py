"""The systemd units of `docs/deploy/`: they parse, are hardened, and call what there is."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
UNITS = sorted((ROOT / "docs" / "deploy").glob("qms*"))
SERVICES = [path for path in UNITS if path.suffix == ".service" and "alarm" not in path.name]


def read(path: Path) -> ConfigParser:
    unit = ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(path.read_text(encoding="utf-8"))
    return unit


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_services_are_hardened_and_call_what_there_is(path: Path) -> None:
    service = read(path)["Service"]

    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["UMask"] == "0077"
    assert "/var/lib/qms" in service["ReadWritePaths"].split()
    assert service["User"] == "qms"
    for started in filter(None, (service.get("ExecStartPre"), service["ExecStart"])):
        command = re.fullmatch(r"/opt/qms/\.venv/bin/python manage\.py (\w+).*", started)
        if command:
            assert command[1] in get_commands()
        else:
            assert started == "/opt/qms/.venv/bin/gunicorn qms.wsgi"


def test_what_runs_by_the_clock_alarms_somebody() -> None:
    timers = [path for path in UNITS if path.suffix == ".timer"]

    assert [path.stem for path in timers] == [
        "qms-backup",
        "qms-checkpoint",
        "qms-tidy",
        "qms-verify",
    ]
    for timer in timers:
        unit = read(timer.with_suffix(".service"))
        assert unit["Unit"]["OnFailure"] == "qms-alarm@%n.service"
        assert read(timer)["Timer"]["Persistent"] == "yes"
        assert read(timer)["Timer"]["OnCalendar"].endswith(" Asia/Ho_Chi_Minh")


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Where systemd is at hand it reads them itself, with a program that exists."""
    program = shutil.which("systemd-analyze")
    for path in UNITS:
        text = re.sub(r"/opt/qms/\.venv/bin/\w+|/usr/bin/logger", "/bin/true", path.read_text())
        (tmp_path / path.name).write_text(text)
    units = [str(tmp_path / path.name) for path in UNITS if "@" not in path.name]
    if program is None:
        assert all(read(path).sections() for path in UNITS)
        return
    done = subprocess.run(
        [program, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_no_file_is_removed_by_the_clock() -> None:
    assert not [path.name for path in UNITS if "--delete" in path.read_text(encoding="utf-8")]
