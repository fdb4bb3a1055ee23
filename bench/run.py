"""Time the main pages against a bare one, in one run on one server: `make bench`.

The office's data is loaded into a new database in a temporary folder, gunicorn serves it with one
worker, and one client asks each page in turn. Milliseconds differ from machine to machine; the
ratio to the bare page, asked between the others, holds better. The bare page passes the same
middleware and asks nothing of the database; asked by somebody who is signed in, it reads the
session and the person.
"""

import argparse
import http.client
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARE, BARE_SIGNED_IN = "trang trơn", "trang trơn, đã đăng nhập"
BARE_ADDRESS = "/healthz/"
WARM_UP = 5
START_SECONDS = 30


def main() -> None:
    """Measure with the office's own list, then with a long one, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--requests", type=int, default=40, help="a page (40)")
    parser.add_argument("--tthc", type=int, default=2000, help="length of the long list (2000)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for command in (["migrate"], ["load_office"], ["load_audits"], ["collectstatic"]):
            manage(folder, *command, "--verbosity=0")
        measure(folder, "Dữ liệu của cơ quan", options.requests)
        measure(folder, f"{options.tthc} TTHC", options.requests, "--tthc", str(options.tthc))


def measure(folder: str, title: str, requests: int, *preparation: str) -> None:
    """Prepare, serve, ask every page `requests` times in turn, print the medians."""
    prepared = json.loads(run(folder, "-m", "bench.prepare", *preparation))
    signed_in = {"Cookie": prepared["cookie"]}
    pages = {BARE: BARE_ADDRESS, BARE_SIGNED_IN: BARE_ADDRESS, **prepared["pages"]}
    times: dict[str, list[float]] = {name: [] for name in pages}
    with server(folder) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for turn in range(-WARM_UP, requests):
            for name, address in pages.items():
                seconds = ask(connection, address, {} if name == BARE else signed_in)
                if turn >= 0:
                    times[name].append(seconds * 1000)
    show(title, times, prepared["queries"])


def ask(connection: http.client.HTTPConnection, address: str, headers: dict[str, str]) -> float:
    """Return the seconds one page takes; stop if it is not the page."""
    start = time.perf_counter()
    connection.request("GET", address, headers=headers)
    answer = connection.getresponse()
    answer.read()
    seconds = time.perf_counter() - start
    if answer.status != 200:
        sys.exit(f"{address}: {answer.status} {answer.getheader('Location', '')}")
    return seconds


def show(title: str, times: dict[str, list[float]], queries: dict[str, int]) -> None:
    """Print a line a page: median, 95th percentile, ratio to the bare page, queries."""
    bare = statistics.median(times[BARE])
    say(f"\n{title}\n{'trang':<28}{'p50 ms':>9}{'p95 ms':>9}{'× trơn':>9}{'truy vấn':>10}")
    for name, taken in times.items():
        median = statistics.median(taken)
        late = statistics.quantiles(taken, n=20)[-1]
        numbers = f"{median:>9.1f}{late:>9.1f}{median / bare:>9.1f}"
        say(f"{name:<28}{numbers}{queries.get(name, ''):>10}")


@contextmanager
def server(folder: str) -> Iterator[int]:
    """Serve from `folder` on a free port, with one worker, until the block is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**settings(folder), "PORT": str(port), "WEB_CONCURRENCY": "1"}
    command = [sys.executable, "-m", "gunicorn", "--max-requests=0", "qms.wsgi"]
    words = Path(folder, "server.log")  # a pipe that nobody reads would fill, and the server wait
    with (
        words.open("wb") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log) as process,
    ):
        try:
            wait_for(port, process, words)
            yield port
        finally:
            process.terminate()


def wait_for(port: int, process: "subprocess.Popen[bytes]", words: Path) -> None:
    """Return when the bare page is answered; stop with the server's words if it never is."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", BARE_ADDRESS)
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    process.terminate()
    process.wait()
    sys.exit(words.read_text(errors="replace") or "The server did not answer.")


def settings(folder: str) -> dict[str, str]:
    """The environment of this run alone: its own folder, database and secret."""
    own = {"VAR_DIR": folder, "SECRET_KEY": SECRET, "PUBLIC_URL": "http://127.0.0.1"}
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, **own, "HOST": "127.0.0.1"}


def manage(folder: str, *arguments: str) -> None:
    run(folder, "manage.py", *arguments)


def run(folder: str, *arguments: str) -> str:
    """Run Python in the project's folder and return what it prints."""
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=settings(folder), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.returncode}")
    return done.stdout


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


SECRET = secrets.token_urlsafe(50)

if __name__ == "__main__":
    main()
