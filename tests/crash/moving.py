"""Copies the database of this place into an empty one of another server: `moving URL`."""

import os
import sys
import tempfile
from pathlib import Path

import django
import environ

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qms.settings")
django.setup()

from django.db import connection, connections  # noqa: E402

from qms.foundation import dumps  # noqa: E402
from qms.foundation.integrity import snapshot  # noqa: E402


def main(url: str) -> None:
    connections.databases["target"] = connection.settings_dict | environ.Env.db_url_config(url)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dump")
        with snapshot():
            dumps.dump(path)
        dumps.load(path, "target")


if __name__ == "__main__":
    main(sys.argv[1])
