"""What a child process does to itself before it opens a file that somebody sent."""

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

from qms.records.archives import Refused

MEMORY_LIMIT = 1024 * 2**20  # bytes of address space
CPU_LIMIT = 10  # seconds


def answer(parse: Callable[[bytes, str], dict[str, Any]]) -> None:
    """Write as JSON what `parse` makes of standard input and the first argument.

    `{"refused": reason}` where it refuses; what a hostile file can bring about ends here.
    """
    _limit(resource.RLIMIT_AS, MEMORY_LIMIT)
    _limit(resource.RLIMIT_CPU, CPU_LIMIT)
    _limit(resource.RLIMIT_CORE, 0)
    try:
        said = parse(sys.stdin.buffer.read(), sys.argv[1])
    except Refused as refusal:
        said = {"refused": str(refusal)}
    except MemoryError:
        said = {"refused": "too_heavy"}
    json.dump(said, sys.stdout)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))
