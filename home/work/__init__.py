"""What waits for a person, computed from states and dates; nothing is stored for it."""

from home.work.groups import work_of
from home.work.tasks import Group, Task

__all__ = ["Group", "Task", "work_of"]
