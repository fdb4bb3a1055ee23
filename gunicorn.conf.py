"""How gunicorn serves the product; its command line still wins over this file."""

import os

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
