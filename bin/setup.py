#!/usr/bin/env python3
"""Prepare this folder, or serve from it: `make setup`, `make run` and `make test` call this.

It runs on the system's own Python, before anything is installed, so it may import nothing but
the standard library. What it makes lies in `.venv/` and in the folder for data (`VAR_DIR`, or
else `var/`); a second run finds everything in place and is done in seconds.
"""

import argparse
import contextlib
import ctypes
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()
PIP_INSTALL: tuple[Path | str, ...] = (
    VENV_PYTHON,
    "-m",
    "pip",
    "install",
    "--quiet",
    "--require-hashes",
    "-r",
)
SERVER = ("--no-control-socket", "qms.wsgi")
WORKER = ("manage.py", "db_worker", "--no-reload")  # does what is too long for a page
WORKER_PAUSE, LONG_RUN = (
    1.0,
    60.0,
)  # seconds before a worker is begun anew, ever longer up to a minute
PATIENCE = 35.0  # seconds; gunicorn gives its requests 30
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EXTRAS = ("ky-so",)  # packages that only some offices want, asked for by EXTRAS=…
STEPS = (
    ("Chuẩn bị cơ sở dữ liệu", "migrate", "--no-input", "--verbosity=0"),
    ("Chuẩn bị khóa ký sổ cái", "checkpoint", "--make-key"),
    ("Gom tệp giao diện", "collectstatic", "--no-input", "--verbosity=0"),
    ("Nạp dữ liệu của cơ quan", "load_office"),
    ("Nạp dữ liệu đánh giá nội bộ", "load_audits"),
)

NO_VENV = """\
Python này thiếu mô-đun venv hoặc ensurepip: hãy cài gói python3-venv (Debian, Ubuntu: \
sudo apt install python3-venv) rồi chạy lại, hoặc chỉ ra một Python khác: make run PYTHON=…
This Python lacks its venv or ensurepip module: install the package python3-venv (Debian, Ubuntu: \
sudo apt install python3-venv) and try again, or name another Python: make run PYTHON=…"""
NO_PACKAGES = """\
Không cài được các thư viện: xem lỗi của pip ở trên (thường là không nối được tới kho thư viện).
The packages could not be installed: see pip's message above (mostly the index is out of reach)."""
NO_CHROMIUM = """\
Không có Chromium và không được phép cài: các phép thử bằng trình duyệt bị bỏ qua. Hãy nhờ \
quản trị máy chạy: apt install chromium.
Chromium is missing and may not be installed from here: the tests in the browser are left out. \
Ask an administrator to run: apt install chromium."""


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare", help="install, make the secret and the database, load the data")
    commands.add_parser("serve", help="prepare, then serve on PORT (8000)")
    commands.add_parser("tests", help="install what the tests and the checks need")
    command = parser.parse_args().command
    VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
    home = Path(os.environ.get("HOME", "/"))
    if VAR in home.parents:  # the Makefile's answer to a missing home folder
        home.mkdir(exist_ok=True)
    if command == "tests":
        install("dev")
        write_secret()
        find_chromium()
    elif command == "prepare":
        prepare()
    else:
        port = free_port(os.environ.get("PORT") or "8000")
        prepare()
        serve(os.environ.get("HOST") or "127.0.0.1", port)


def prepare() -> None:
    """Bring everything to the point where the server can be started."""
    extras = wanted_extras()
    for name in ("base", *extras):
        install(name)
    write_secret()
    for words, *step in STEPS:
        say(f"{words} …")
        run([VENV_PYTHON, "manage.py", *step])
    accounts = VAR / "demo-accounts.txt"
    if accounts.exists():
        say(f"Tài khoản dùng thử ({accounts}):\n{accounts.read_text(encoding='utf-8').rstrip()}")


def wanted_extras() -> list[str]:
    """Return the extras that EXTRAS names, and those that were installed here before."""
    asked = os.environ.get("EXTRAS", "").replace(",", " ").split()
    for name in asked:
        if name not in EXTRAS:
            known = ", ".join(EXTRAS)
            sys.exit(
                f"Không có phần mở rộng “{name}” (EXTRAS={known}). / "
                f"There is no extra {name}: EXTRAS={known}."
            )
    return [name for name in EXTRAS if name in asked or (VENV / f"installed-{name}").exists()]


def install(name: str) -> None:
    """Install the pinned packages of `requirements/<name>.txt`, unless they are there already."""
    requirements = ROOT / "requirements" / f"{name}.txt"
    stamp = VENV / f"installed-{name}"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if VENV.is_symlink():
        return  # it belongs to another folder, which looks after it
    if works(VENV_PYTHON, "-V") and stamp.exists() and stamp.read_text() == digest:
        return
    make_virtual_environment()
    say(f"Cài thư viện theo {requirements.relative_to(ROOT)} …")
    if not install_with_uv(requirements):
        try:
            run([*PIP_INSTALL, requirements])
        except SystemExit:
            sys.exit(NO_PACKAGES)
    stamp.write_text(digest)


def make_virtual_environment() -> None:
    """Make `.venv/`, anew if the one that is there does not work."""
    if works(VENV_PYTHON, "-m", "pip", "--version"):
        return
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        sys.exit(NO_VENV)
    say(f"Tạo môi trường Python tại {VENV} …")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]):
        sys.exit(NO_VENV)


def install_with_uv(requirements: Path) -> bool:
    """Install with uv, which takes seconds; False when that did not work out."""
    uv: list[Path | str] = [
        VENV / "bin" / "uv",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "-r",
    ]
    settings = {"UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "true", "VIRTUAL_ENV": str(VENV)}
    if "PIP_INDEX_URL" in os.environ:  # uv reads none of pip's settings
        settings["UV_DEFAULT_INDEX"] = os.environ["PIP_INDEX_URL"]
    try:
        run([*PIP_INSTALL, ROOT / "requirements" / "uv.txt"])
        run([*uv, requirements], **settings)
    except SystemExit:
        say("uv không dùng được ở đây, chuyển sang pip.")
        return False
    return True


def write_secret() -> None:
    """Write a random secret into `var/.env` for this installation alone, once."""
    if is_set("SECRET_KEY"):
        return
    line = f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
    text = written_settings()
    if text and not text.endswith("\n"):
        line = f"\n{line}"
    with os.fdopen(
        os.open(VAR / ".env", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a"
    ) as file:
        file.write(line)


def is_set(name: str) -> bool:
    """Whether the environment or `var/.env` names this setting."""
    lines = written_settings().splitlines()
    return name in os.environ or any(line.startswith(f"{name}=") for line in lines)


def written_settings() -> str:
    """The text of `var/.env`, empty if there is none yet."""
    path = VAR / ".env"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def find_chromium() -> None:
    """See to it that there is a browser for the tests, by apt where that is allowed."""
    if os.environ.get("CHROMIUM") or any(map(shutil.which, CHROMIUM_NAMES)):
        return
    apt = apt_get()
    if apt:
        say("Cài Chromium cho các phép thử bằng trình duyệt …")
        subprocess.call([*apt, "update", "-qq"], stdin=subprocess.DEVNULL)
        command = [*apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        if subprocess.call(command, stdin=subprocess.DEVNULL) == 0 and shutil.which("chromium"):
            return
    if os.environ.get("CI"):
        sys.exit(NO_CHROMIUM)
    say(NO_CHROMIUM)


def apt_get() -> list[str]:
    """The words that run apt-get with the rights it needs; none if that cannot be."""
    if shutil.which("apt-get") is None:
        return []
    words = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if os.geteuid() == 0:
        return words
    return ["sudo", "-n", *words] if shutil.which("sudo") and works("sudo", "-n", "true") else []


def free_port(text: str) -> int:
    """Return the port that was asked for, or stop with a sentence if it cannot be had."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        sys.exit(f"PORT={text} không phải số cổng (1–65535). / PORT={text} is no port number.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("HOST") or "127.0.0.1", int(text)))
        except OSError as error:
            sys.exit(
                f"Không mở được cổng {text} ({error.strerror}): hãy chọn cổng khác, ví dụ "
                f"make run PORT=8080. / Port {text} cannot be opened: choose another one."
            )
    return int(text)


def serve(host: str, port: int) -> None:
    """Serve, with the worker of long jobs beside; Ctrl+C, or an end of the server, ends both."""
    address = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
    say(f"Mở trình duyệt tại {address}/ (Ctrl+C để dừng).")
    os.chdir(ROOT)
    environment = {**os.environ, "HOST": host, "PORT": str(port), "VAR_DIR": str(VAR)}
    if not is_set("PUBLIC_URL"):
        environment["PUBLIC_URL"] = address
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_serving)
    children: list[subprocess.Popen[bytes]] = []
    try:
        children.append(begin([VENV / "bin" / "gunicorn", *SERVER], environment))
        children.append(begin([VENV_PYTHON, *WORKER], environment))
        code = attend(children, environment)
    except Stopped:
        code = 0
    finally:
        end(children)
    sys.exit(code)


class Stopped(Exception):
    """Somebody asks us to end."""


def stop_serving(number: int, frame: object) -> None:
    raise Stopped


def attend(children: list[subprocess.Popen[bytes]], environment: dict[str, str]) -> int:
    """Wait for the server to end and return its code; begin a worker that ended anew."""
    server, worker = children
    pause = WORKER_PAUSE
    while True:
        began = time.monotonic()
        while server.poll() is None and worker.poll() is None:
            time.sleep(0.2)
        if server.poll() is not None:
            return server.returncode
        pause = WORKER_PAUSE if time.monotonic() - began > LONG_RUN else min(pause * 2, LONG_RUN)
        say(f"Tiến trình nền dừng (mã {worker.returncode}); chạy lại sau {pause:.0f} giây.")
        until = time.monotonic() + pause
        while server.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
        if server.poll() is None:
            children[1] = worker = begin([VENV_PYTHON, *WORKER], environment)


def begin(command: Sequence[Path | str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start a program apart from the terminal, whose Ctrl+C is ours to pass on, once.

    It ends when we do, however that comes to pass (Linux).
    """
    return subprocess.Popen(
        [*map(str, command)], env=environment, start_new_session=True, preexec_fn=die_with_parent
    )


def die_with_parent() -> None:
    """Have the kernel send SIGTERM to this process as soon as the one that began it is gone."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def end(children: Sequence["subprocess.Popen[bytes]"]) -> None:
    """End the programs in good order; kill what has not ended in time, or at a second Ctrl+C."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.wait(max(until - time.monotonic(), 0))
        except (subprocess.TimeoutExpired, Stopped):
            child.kill()
            child.wait()


def run(command: Sequence[Path | str], **settings: str) -> None:
    """Run a command in the project's folder; stop with its exit code if it fails."""
    environment = {**os.environ, "VAR_DIR": str(VAR), **settings}
    code = subprocess.call([*map(str, command)], cwd=ROOT, env=environment)
    if code:
        sys.exit(code)


def works(*command: Path | str) -> bool:
    """Whether a command can be run and ends well, without a word."""
    null = subprocess.DEVNULL
    try:
        return subprocess.call([*map(str, command)], stdin=null, stdout=null, stderr=null) == 0
    except OSError:
        return False


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, Stopped):
        sys.exit(130)
