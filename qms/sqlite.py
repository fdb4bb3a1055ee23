"""Choose the SQLite that Django will use; the package `qms` imports this first of all.

Debian 12 ships SQLite 3.40, which can corrupt a WAL database that two connections use (the
WAL-reset bug, mended in 3.51.3). `pysqlite3` bundles a newer one. Where no wheel of it exists the
system's SQLite stays, and the system check `foundation.E001` judges its version.
"""

import sys

try:
    import pysqlite3.dbapi2
except ImportError:  # no wheel for this machine
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
