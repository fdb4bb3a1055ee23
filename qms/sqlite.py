"""Choose the SQLite that Django will use; the package `qms` imports this first of all.

Debian 12 ships SQLite 3.40, which can corrupt a WAL database that two connections use (the
WAL-reset bug, mended in 3.51.3). `pysqlite3` bundles a newer one. Where no wheel of it exists the
system's SQLite stays, and the system check `foundation.E001` judges its version.
"""

import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

try:
    import pysqlite3.dbapi2
except ImportError:  # no wheel for this machine
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


import sqlite3


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
        return (
            f"Cơ sở dữ liệu bị hỏng: {path} ({error}). Dừng hệ thống, giữ nguyên tệp này và khôi "
            "phục từ bản sao lưu vào một thư mục mới (python manage.py restore)."
        )
    return ""
