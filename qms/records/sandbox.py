"""Ask a child process what a file says; it has no settings, no secrets, and limits."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def ask_child(child: Path, kind: str, data: bytes, *, seconds: float) -> dict[str, Any]:
    """Return what the script `child` makes of `data`, or `{"refused": reason}`.

    `too_heavy` when it needs more time or memory than it may, `damaged` when it dies.
    """
    # The child gets only what finds the interpreter's own libraries.
    environment = {k: v for k, v in os.environ.items() if k == "LD_LIBRARY_PATH"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", "-X", "utf8", str(child), kind],
            input=data,
            capture_output=True,
            timeout=seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "too_heavy"}
    if done.returncode < 0:  # killed by a limit: memory (abort), time
        return {"refused": "too_heavy"}
    if done.returncode:
        return {"refused": "damaged"}
    return dict(json.loads(done.stdout))
