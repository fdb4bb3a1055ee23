"""The file that tells the passwords of the demo accounts to whoever set this up."""

import os
import secrets
from pathlib import Path

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another
_HEAD = "# Tài khoản dùng thử. Hãy xóa tệp này khi đã đổi mật khẩu.\n"


def new_password() -> str:
    """Return a random password that can be typed: four groups of four letters, 79 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def note_password(path: Path, username: str, password: str, who: str) -> None:
    """Write the password of a new account into the file, which only its owner may read.

    A line that an interrupted run left for this account is replaced.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    kept = [line for line in text.splitlines() if line.split()[:1] != [username]]
    lines = [*kept, f"{username:<14}{password}   {who}"]
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    temporary.replace(path)
