"""Two who write at the same moment what may be there once: the database refuses the second."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError

_OF_POSTGRESQL = "23505"  # unique_violation
_OF_SQLITE = "UNIQUE constraint failed"  # pysqlite3 tells it by no code of its own
SENTENCE = (
    "Nội dung này vừa được ghi: biểu mẫu được gửi hai lần, hoặc người khác ghi cùng lúc. "
    "Lần gửi này chưa ghi gì thêm; hãy mở lại danh sách để xem."
)


class AlreadyThere(ValidationError, IntegrityError):
    """What was to be written is there, written by somebody after it was asked for.

    A ValidationError, so that a form says it as it says every other refusal; an IntegrityError
    still, for the database and nobody else decided it.
    """

    def __init__(self) -> None:
        super().__init__(SENTENCE, code="already_there")


def is_duplicate(error: BaseException) -> bool:
    """Tell whether the database refused a row because one with the same unique key is there."""
    if isinstance(error, AlreadyThere):
        return True
    if not isinstance(error, IntegrityError):
        return False
    is_of_postgresql = getattr(error.__cause__, "sqlstate", None) == _OF_POSTGRESQL
    return is_of_postgresql or str(error).startswith(_OF_SQLITE)
