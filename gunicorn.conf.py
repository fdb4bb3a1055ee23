"""How gunicorn serves the product; its command line still wins over this file."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from qms import settings
from qms.foundation.damage import damage_of

# Where the workers count together; the library looks for it when it is imported.
_counts = Path(settings.VAR_DIR, "cache", "metrics")
if settings.METRICS:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_counts)
    _counts.mkdir(parents=True, exist_ok=True)

from prometheus_client import multiprocess  # noqa: E402

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
# A worker is replaced now and then, so that a slow leak never becomes an outage; the jitter keeps
# them from going at the same moment.
max_requests = 2000
max_requests_jitter = 400
graceful_timeout = 30
timeout = 60
# The control socket would be opened in the home folder, which may be missing.
control_socket_disable = True
# Its own lines look like all others; the product logs requests itself.
logconfig_dict = settings.LOGGING | {
    "loggers": settings.LOGGING["loggers"]
    | {
        "gunicorn.error": {"level": "INFO", "propagate": True, "handlers": []},
        "gunicorn.access": {"level": "CRITICAL", "propagate": False, "handlers": []},
    }
}


def on_starting(server: Any) -> None:
    """Refuse a damaged database; begin to count anew, for what the last start counted is over."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and (damage := damage_of(Path(database["NAME"]))):
        sys.exit(damage)
    if settings.METRICS:
        shutil.rmtree(_counts, ignore_errors=True)
        _counts.mkdir(parents=True)


def child_exit(server: Any, worker: Any) -> None:
    if settings.METRICS:
        multiprocess.mark_process_dead(worker.pid)
