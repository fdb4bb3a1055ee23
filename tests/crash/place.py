"""A place of its own: a folder, a database, a gunicorn on loopback that can be killed."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg
from pysqlite3 import dbapi2 as sqlite3

ROOT = Path(__file__).resolve().parent.parent.parent
BOUNDARY = "------ranh-gioi-cua-tep"
START_SECONDS = 90
TOKEN = "x" * 32
ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]
    messages: str = ""  # the cookie by which the next page tells how this went

    @property
    def is_done(self) -> bool:
        """Whether a deed led on to its page, and not to that of signing in."""
        return self.status == 302 and "dang-nhap" not in self.headers["Location"]

    @property
    def text(self) -> str:
        return self.body.decode()


def in_database(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@dataclass
class Place:
    """`url` is empty where the database is SQLite, in the folder."""

    folder: Path
    url: str = ""
    said: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    server: "subprocess.Popen[bytes] | None" = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        given = {
            "VAR_DIR": str(self.folder),
            "SECRET_KEY": "thu-nghiem-khong-dung-that",
            "LOG_LEVEL": "WARNING",
            "SQLITE_TIMEOUT": "10",
            "LOAD_DEMO": "false",
            "EMAIL_URL": "dummymail://",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return kept | given | ({"DATABASE_URL": self.url} if self.url else {}) | self.settings

    def run(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run Python in this place."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert not check or done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
        return done

    def manage(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return self.run("manage.py", *words, check=check)

    def differences(self) -> list[str]:
        """Return what `verify` finds."""
        said = json.loads(self.manage("verify", "--json", check=False).stdout)
        return [str(difference) for difference in said["differences"]]

    # --- the server ---

    def start(self) -> None:
        self.begin()
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.server is not None
            assert self.server.poll() is None, self.log()
            try:
                if self.ask("GET", "/healthz/", timeout=5).status == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"The server does not answer: {self.log()}")

    def begin(self) -> None:
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        with (self.folder / "server.log").open("ab") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--no-control-socket", "qms.wsgi"],
                cwd=ROOT,
                env=self.environment | {"PORT": str(self.port), "WEB_CONCURRENCY": "2"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill the server and all its processes at once, without a word to them."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self.server is None:
            return
        try:
            os.killpg(self.server.pid, number)
            self.server.wait(45)
        except ProcessLookupError:
            self.server.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait(5)
        self.server = None

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")[-3000:]

    @contextmanager
    def serving(self) -> Iterator["Place"]:
        self.start()
        try:
            yield self
        finally:
            self.stop()

    # --- its clients ---

    def ask(
        self,
        method: str,
        address: str,
        *,
        session: str = "",
        data: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        file: bytes | None = None,
        messages: str = "",
        timeout: float = 60,
    ) -> Answer:
        """Ask as a browser would whose form has been open. Raises OSError where nobody answers."""
        held = {"csrftoken": TOKEN, "sessionid": session, "messages": messages}
        cookies = "; ".join(f"{name}={value}" for name, value in held.items() if value)
        headers = {"Cookie": cookies, "X-CSRFToken": TOKEN}
        body = b""
        if file is not None:
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
            body = multipart(dict(data or {}), file)
        elif data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(data).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with closing(connection):
            try:
                connection.request(method, address, body=body or None, headers=headers)
                answer = connection.getresponse()
                sent = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie", [])))
                said = sent["messages"].coded_value if "messages" in sent else ""
                return Answer(answer.status, answer.read(), dict(answer.headers), said)
            except http.client.HTTPException as error:
                raise ConnectionError(str(error)) from error

    def add_form(self, code: str, data: bytes, *, timeout: float = 60) -> Answer:
        """Add a form with its file: a record, an issue, a file, three times history and ledger."""
        values = {"kind": "internal", "code": code, "name": f"Biểu mẫu {code}", "source": ""}
        return self.ask(
            "POST",
            "/bieu-mau/moi/",
            session=self.said["secretary"],
            data=values | {"valid_from": "01/03/2022"},
            file=data,
            timeout=timeout,
        )

    # --- what its database holds ---

    @property
    def database(self) -> Path:
        return self.folder / "qms.sqlite3"

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database past the product; `?` stands for a value."""
        with self.connected() as connection:
            text = query.replace("?", "%s") if self.url else query
            return list(connection.execute(text, *([values] if values else [])).fetchall())

    @contextmanager
    def connected(self) -> Iterator[Any]:
        opened: Any = (
            psycopg.connect(self.url, autocommit=True)
            if self.url
            else sqlite3.connect(self.database, timeout=30, isolation_level=None)
        )
        with closing(opened):
            yield opened

    @contextmanager
    def held(self) -> Iterator[Callable[[], None]]:
        """Hold what every writer waits for; the value lets go of it."""
        with self.connected() as connection:
            taking = "SELECT pg_advisory_lock(7012015)" if self.url else "BEGIN IMMEDIATE"
            leaving = "SELECT pg_advisory_unlock(7012015)" if self.url else "ROLLBACK"
            connection.execute(taking)
            yield lambda: connection.execute(leaving)

    def file(self, sha256: str) -> Path:
        return self.folder / "files" / sha256[:2] / sha256

    # --- copies of it ---

    def copied(self, folder: Path) -> "Place":
        """Return the same in another folder, with a database of its own; nobody serves it yet."""
        folder.mkdir(parents=True)
        if (self.folder / "files").exists():
            shutil.copytree(self.folder / "files", folder / "files")
        (folder / "static").symlink_to(self.folder / "static")
        if not self.url:
            shutil.copy(self.database, folder / "qms.sqlite3")
            return Place(folder, said=self.said)
        name = urlsplit(self.url).path[1:]
        with psycopg.connect(in_database(self.url, "postgres"), autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}_{folder.name}" TEMPLATE "{name}"')
        return Place(folder, in_database(self.url, f"{name}_{folder.name}"), said=self.said)

    def remove(self) -> None:
        """Stop it and drop its database."""
        self.stop()
        drop(self.url)


def drop(url: str) -> None:
    if url:
        with psycopg.connect(in_database(url, "postgres"), autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{urlsplit(url).path[1:]}" WITH (FORCE)')


def multipart(values: Mapping[str, str], file: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="mau.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return "".join(parts).encode() + head.encode() + file + f"\r\n--{BOUNDARY}--\r\n".encode()


def pdf(text: str) -> bytes:
    """Return the bytes of a PDF file that no other text gives."""
    return f"%PDF-1.4\n% {text}\n%%EOF\n".encode()
