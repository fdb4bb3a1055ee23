"""`bin/setup.py`, which `make run` and `make test` stand on, in an empty folder of its own.

Python, uv and gunicorn of that folder are scripts that note down how they were called.
"""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "bin" / "setup.py"
_NOTE = 'echo "$PORT|${0##*/} $*" >> "$VAR_DIR/calls"'
Setup = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """Call the script with one command, and settings of the environment if there are any."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "requirements").mkdir()
    shutil.copy(SCRIPT, tmp_path / "bin")
    for name in ("base", "dev", "ky-so", "uv"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1.0\n")
    for name in ("python", "uv", "gunicorn"):
        _program(tmp_path, name, _NOTE)

    def call(command: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        environment = {"HOME": str(tmp_path), "PATH": str(tmp_path), **settings}
        words = [sys.executable, str(tmp_path / "bin" / "setup.py"), command]
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)

    return call


def _program(folder: Path, name: str, lines: str) -> None:
    path = folder / ".venv" / "bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ncase $* in -V|*--version) exit 0;; esac\n{lines}\n")
    path.chmod(0o755)


def _calls(folder: Path) -> list[str]:
    """What the folder's own programs were asked, without the path of the folder."""
    path = folder / "var" / "calls"
    text = path.read_text() if path.exists() else ""
    path.unlink(missing_ok=True)
    return [line.partition("|")[2] for line in text.replace(f"{folder}/", "").splitlines()]


SERVER = "gunicorn --no-control-socket qms.wsgi"
WORKER = "python manage.py db_worker --no-reload"
INSTALLED = [
    "python -m pip install --quiet --require-hashes -r requirements/uv.txt",
    "uv pip install --quiet --require-hashes -r requirements/base.txt",
]
PREPARED = [
    "python manage.py migrate --no-input --verbosity=0",
    "python manage.py checkpoint --make-key",
    "python manage.py collectstatic --no-input --verbosity=0",
    "python manage.py load_office",
    "python manage.py load_audits",
]


def test_prepare_installs_migrates_and_loads_and_does_not_serve(
    setup: Setup, tmp_path: Path
) -> None:
    assert setup("prepare").returncode == 0
    assert _calls(tmp_path) == INSTALLED + PREPARED


def test_prepare_again_installs_nothing(setup: Setup, tmp_path: Path) -> None:
    setup("prepare")
    _calls(tmp_path)

    setup("prepare")

    assert _calls(tmp_path) == PREPARED


def test_prepare_installs_anew_when_the_pins_have_changed(setup: Setup, tmp_path: Path) -> None:
    setup("prepare")
    _calls(tmp_path)
    (tmp_path / "requirements" / "base.txt").write_text("base==1.1\n")

    setup("prepare")

    assert _calls(tmp_path) == INSTALLED + PREPARED


def test_prepare_installs_an_extra_that_is_asked_for_and_keeps_it(
    setup: Setup, tmp_path: Path
) -> None:
    extra = [line.replace("base.txt", "ky-so.txt") for line in INSTALLED]

    assert setup("prepare", EXTRAS="ky-so").returncode == 0
    assert _calls(tmp_path) == INSTALLED + extra + PREPARED

    (tmp_path / "requirements" / "ky-so.txt").write_text("ky-so==1.1\n")
    setup("prepare")
    assert _calls(tmp_path) == extra + PREPARED


def test_prepare_refuses_an_extra_that_there_is_not(setup: Setup, tmp_path: Path) -> None:
    done = setup("prepare", EXTRAS="chu-ky")

    assert done.returncode == 1
    assert done.stderr.startswith("Không có phần mở rộng “chu-ky” (EXTRAS=ky-so).")
    assert _calls(tmp_path) == []


def test_prepare_turns_to_pip_where_uv_fails(setup: Setup, tmp_path: Path) -> None:
    _program(tmp_path, "uv", "exit 2")

    assert setup("prepare").returncode == 0
    assert _calls(tmp_path)[1] == INSTALLED[0].replace("uv.txt", "base.txt")


def test_prepare_stops_with_a_sentence_where_nothing_can_be_installed(
    setup: Setup, tmp_path: Path
) -> None:
    _program(tmp_path, "python", "exit 1")

    done = setup("prepare")

    assert done.returncode == 1
    assert done.stderr.startswith("Không cài được các thư viện")
    assert not (tmp_path / ".venv" / "installed-base").exists()


def test_prepare_leaves_a_linked_environment_alone(setup: Setup, tmp_path: Path) -> None:
    (tmp_path / ".venv").rename(tmp_path / "elsewhere")
    (tmp_path / ".venv").symlink_to(tmp_path / "elsewhere")

    setup("prepare")

    assert _calls(tmp_path) == PREPARED


def test_prepare_says_what_to_do_where_venv_is_missing(setup: Setup, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / ".venv")
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None\n")

    done = setup("prepare", PYTHONPATH=str(tmp_path))

    assert done.returncode == 1
    assert "hãy cài gói python3-venv" in done.stderr


def test_prepare_shows_the_demo_accounts(setup: Setup, tmp_path: Path) -> None:
    _program(tmp_path, "python", "echo 'thu-ky  mat-khau' > $VAR_DIR/demo-accounts.txt")

    assert setup("prepare").stdout.endswith(
        f"Tài khoản dùng thử ({tmp_path}/var/demo-accounts.txt):\nthu-ky  mat-khau\n"
    )


def test_prepare_makes_a_long_secret_that_the_owner_alone_reads(
    setup: Setup, tmp_path: Path
) -> None:
    setup("prepare")

    path = tmp_path / "var" / ".env"
    name, _, secret = path.read_text().strip().partition("=")
    assert name == "SECRET_KEY"
    assert len(secret) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_prepare_again_keeps_the_secret(setup: Setup, tmp_path: Path) -> None:
    setup("prepare")
    before = (tmp_path / "var" / ".env").read_text()

    setup("prepare")

    assert (tmp_path / "var" / ".env").read_text() == before


def test_prepare_leaves_other_settings_alone(setup: Setup, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / ".env").write_text("PUBLIC_URL=https://iso.example.vn")

    setup("prepare")

    first, second = (tmp_path / "var" / ".env").read_text().splitlines()
    assert first == "PUBLIC_URL=https://iso.example.vn"
    assert second.startswith("SECRET_KEY=")


def test_prepare_writes_to_the_folder_that_is_asked_for(setup: Setup, tmp_path: Path) -> None:
    setup("prepare", VAR_DIR=str(tmp_path / "data"))

    assert (tmp_path / "data" / ".env").exists()
    assert not (tmp_path / "var").exists()


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_serve_prepares_and_runs_server_and_worker_on_the_port(
    setup: Setup, tmp_path: Path
) -> None:
    port = _free_port()
    _program(tmp_path, "gunicorn", f"{_NOTE}\nsleep 1\nexit 7")
    _program(tmp_path, "python", f"{_NOTE}\ncase $* in *db_worker*) exec sleep 60;; esac")

    done = setup("serve", PORT=port, PATH=os.environ["PATH"])

    assert done.returncode == 7  # the server's own; the worker was ended with it
    assert f"http://localhost:{port}/" in done.stdout
    assert f"{port}|gunicorn " in (tmp_path / "var" / "calls").read_text()
    calls = _calls(tmp_path)
    assert calls[-7:-2] == PREPARED
    assert sorted(calls[-2:]) == [SERVER, WORKER]


def test_serve_begins_a_worker_that_ended_anew(setup: Setup, tmp_path: Path) -> None:
    _program(tmp_path, "gunicorn", f"{_NOTE}\nsleep 4")
    _program(tmp_path, "python", f"{_NOTE}\ncase $* in *db_worker*) exit 3;; esac")

    done = setup("serve", PORT=_free_port(), PATH=os.environ["PATH"])

    assert "Tiến trình nền dừng (mã 3); chạy lại sau 2 giây." in done.stdout
    assert _calls(tmp_path).count(WORKER) >= 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_serve_leaves_no_process_behind(
    setup: Setup, tmp_path: Path, number: signal.Signals
) -> None:
    note = 'echo $$ >> "$VAR_DIR/running"; exec sleep 60'
    _program(tmp_path, "gunicorn", note)
    _program(tmp_path, "python", f"case $* in *db_worker*) {note};; esac")
    words = [sys.executable, str(tmp_path / "bin" / "setup.py"), "serve"]
    settings = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PORT": _free_port()}
    with subprocess.Popen(words, env=settings, stdout=subprocess.DEVNULL) as serving:
        running = tmp_path / "var" / "running"
        _wait_for(lambda: running.exists() and len(running.read_text().split()) == 2)

        serving.send_signal(number)
        code = serving.wait(20)

    assert code == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    children = [int(line) for line in running.read_text().split()]
    _wait_for(lambda: not any(_is_alive(child) for child in children))


def _wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("It did not come about in 20 seconds.")


def _is_alive(process: int) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_serve_names_a_port_that_is_taken_before_it_does_anything(
    setup: Setup, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        done = setup("serve", PORT=port)

    assert done.returncode == 1
    assert done.stderr.startswith(f"Không mở được cổng {port}")
    assert _calls(tmp_path) == []


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "８０"])
def test_serve_refuses_what_is_no_port(setup: Setup, text: str) -> None:
    done = setup("serve", PORT=text)

    assert done.returncode == 1
    assert done.stderr.startswith(f"PORT={text} không phải số cổng")


def test_tests_say_that_there_is_no_chromium_and_go_on(setup: Setup) -> None:
    done = setup("tests")

    assert done.returncode == 0
    assert "Không có Chromium và không được phép cài" in done.stdout


def test_tests_without_chromium_end_a_run_of_ci(setup: Setup) -> None:
    done = setup("tests", CI="true")

    assert done.returncode == 1
    assert done.stderr.startswith("Không có Chromium")


def test_tests_take_the_chromium_that_is_there(setup: Setup, tmp_path: Path) -> None:
    shutil.copy(os.path.realpath("/bin/sh"), tmp_path / "chromium")

    done = setup("tests", CI="true")

    assert done.returncode == 0
    assert "Chromium" not in done.stdout
