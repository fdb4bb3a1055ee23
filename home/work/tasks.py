"""What a page of work is made of."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Task:
    """One thing to do: what, about which record, since when, and where it is done.

    `status` is shown as a badge, in the words of `label` where they are not the usual ones;
    an empty one is not shown.
    """

    title: str
    url: str
    status: str
    since: Any
    note: str = ""
    label: str = ""
    compare: str = ""  # where the redline is


@dataclass(frozen=True)
class Group:
    """The tasks of one kind, under a heading; where one deed does for all, its name and address."""

    heading: str
    tasks: tuple[Task, ...]
    deed: str = ""
    url: str = ""
