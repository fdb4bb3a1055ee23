"""A PostgreSQL of our own that can be restarted under whoever uses it."""

import os
import pwd
import socket
import subprocess
from pathlib import Path


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL of this machine, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Cluster:
    """A throw-away cluster on a free port of loopback."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder, self.binaries = folder, binaries
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            person = pwd.getpwnam("postgres")
            os.chown(self.folder, person.pw_uid, person.pw_gid)
        self._run(
            *("initdb", "-D", f"{self.folder}/data", "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8"),
        )
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        )
        self._run(
            *("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w"),
            *("-o", options, "start"),
        )

    def restart(self) -> None:
        """Let it fall and come again, as after a crash."""
        self._run(
            *("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w"),
            *("-m", "immediate", "restart"),
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop", check=False)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        words = [str(self.binaries / program), *arguments]
        if os.geteuid() == 0:
            words = ["runuser", "-u", "postgres", "--", *words]
        subprocess.run(
            words,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
            check=check,
        )
