"""Whether the SQLite file can be opened at all; asked before Django, of which it knows nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

# How SQLite says SQLITE_CORRUPT and SQLITE_NOTADB.
_DAMAGED = ("disk image is malformed", "malformed database schema", "file is not a database")


def damage_of(path: Path) -> str:
    """Return a sentence where the file is no SQLite database any more; empty where all is well.

    It looks at the first pages only; `verify` looks at all. A file that is not there is no damage.
    """
    if not path.exists() or not path.stat().st_size:
        return ""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as opened:
            opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:  # busy, or not ours to read: whoever uses it is told
        return ""
    except sqlite3.DatabaseError as error:
        return what_to_do(path, error)
    return ""


def is_damage(error: BaseException) -> bool:
    """Tell whether SQLite raised `error` because of what stands in its file."""
    return any(words in str(error) for words in _DAMAGED)


def what_to_do(path: Path, error: BaseException) -> str:
    """Return the sentence for whoever stands before a damaged file."""
    return (
        f"Cơ sở dữ liệu bị hỏng: {path} ({error}). Dừng hệ thống, giữ nguyên tệp này và khôi "
        "phục từ bản sao lưu vào một thư mục mới (python manage.py restore)."
    )
