#!/usr/bin/env python3
"""Show that an evidence package proves itself: `make evidence-drill` calls this.

It exports everything that the database holds, makes an empty virtual environment with nothing but
`cryptography` (the pinned one, from its hashes) and asks the script of the package there; then it
changes one byte after the other and asks again. Exit code 0: as it must be.
"""

import os
import random
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WANTED = ("cryptography", "cffi", "pycparser")  # with what it stands on
FLIPS = 20


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        package = folder / "goi.zip"
        _run(sys.executable, ROOT / "manage.py", "export_evidence", "--all", package)
        with zipfile.ZipFile(package) as archive:
            script = Path(archive.extract("verify_evidence.py", folder))
            options = [] if "goi.sig.json" in archive.namelist() else ["--allow-unsigned"]
        python = _empty_environment(folder)
        whole = _check(python, script, package, *options)
        sys.stdout.write(whole.stdout)
        flipped = (_flipped(package, number) for number in range(FLIPS))
        refused = sum(_check(python, script, copy, *options).returncode for copy in flipped)
    sys.stdout.write(f"\nGói nguyên vẹn: mã thoát {whole.returncode}.\n")
    sys.stdout.write(f"Đổi một byte: {FLIPS} lần, {refused} lần bị từ chối.\n")
    return int(whole.returncode != 0 or refused != FLIPS)


def _empty_environment(folder: Path) -> Path:
    """Return the Python of an environment that holds nothing but what the script needs."""
    venv.create(folder / "trong", with_pip=True)
    python = folder / "trong" / "bin" / "python"
    blocks = (ROOT / "requirements" / "base.txt").read_text().replace("\\\n", "").splitlines()
    pinned = [line for line in blocks if line.partition("==")[0] in WANTED]
    (folder / "can.txt").write_text("\n".join(pinned) + "\n")
    install = ("-m", "pip", "install", "--quiet", "--require-hashes", "-r", folder / "can.txt")
    _run(python, *install)
    return python


def _flipped(package: Path, number: int) -> Path:
    """Return a copy in which one byte is another: the first, the last, or one in between."""
    data = bytearray(package.read_bytes())
    ends = {0: 0, 1: len(data) - 1}
    data[ends.get(number, random.randrange(len(data)))] ^= 1  # noqa: S311  a place, no secret
    copy = package.with_name("sua.zip")
    copy.write_bytes(data)
    return copy


def _check(*command: object) -> subprocess.CompletedProcess[str]:
    """Run the script where no module and no setting of this product is in reach."""
    arguments = [str(each) for each in command]
    arguments.insert(1, "-I")
    path = {"PATH": os.environ.get("PATH", "")}
    return subprocess.run(arguments, env=path, capture_output=True, text=True, check=False)


def _run(*command: object) -> None:
    subprocess.run([str(each) for each in command], check=True)


if __name__ == "__main__":
    sys.exit(main())
