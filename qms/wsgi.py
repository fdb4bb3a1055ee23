"""What gunicorn serves."""

import os

import qms.sqlite  # noqa: F401  before Django: it chooses the SQLite driver
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qms.settings")
application = get_wsgi_application()
