"""What a password must not be made of: the words anybody guesses first in this office."""

import re
from itertools import chain

from django.core.exceptions import ValidationError

from qms.foundation.text import fold
from qms.organisation.models import AgencyProfile, Unit, User

OFFICE_WORDS = (
    *("matkhau", "password", "dangnhap", "quantri", "admin", "thuky", "lanhdao", "vanthu"),
    *("ubnd", "uybannhandan", "hdnd", "phonggiaoduc", "giaoducvadaotao", "giaoduc", "daotao"),
    *("gddt", "pgd", "sogd", "truonghoc", "tieuhoc", "mamnon", "noivu", "taichinh", "tuphap"),
    *("motcua", "hanhchinh", "thutuc", "quytrinh", "iso9001", "iso", "tcvn", "coquan", "phong"),
    *("huyen", "tinh", "thanhpho", "thixa", "phuong", "bacgiang", "bacninh", "hanoi"),
    *("vietnam", "hochiminh", "danang", "haiphong", "anhyeuem", "emyeuanh", "conyeume"),
    *("qwerty", "asdfgh", "abcdef", "abcd", "abc"),
)
LETTERS_LEFT = 6
_YEAR = re.compile(r"(?:19|20)\d\d")
_LOOKALIKES = str.maketrans("@$", "as")


class OfficePasswordValidator:
    """Refuse what is left too short once names, years and words of the office are taken out."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError unless six characters, four of them different, are left."""
        left = _bare(password)
        for word in sorted(_words(user), key=len, reverse=True):
            left = left.replace(word, "")
        left = re.sub(r"(.)\1{2,}", r"\1", _YEAR.sub("", left))
        left = re.sub(r"0?123456789|12345678|1234567|123456|12345|1234|123", "", left)
        if len(left) < LETTERS_LEFT or len(set(left)) < 4:
            raise ValidationError(
                "Mật khẩu này dễ đoán: bỏ tên người, tên cơ quan, năm và những từ hay dùng thì gần "
                "như không còn gì. Hãy ghép vài từ không liên quan đến công việc.",
                code="office_words",
            )

    def get_help_text(self) -> str:
        return (
            "Không dùng tên của bạn, tên cơ quan, năm hay từ dễ đoán như “matkhau”, “ubnd”; "
            "hãy ghép vài từ không liên quan đến công việc."
        )


def _bare(text: str) -> str:
    """Return letters and digits without accents: `Mật-Khẩu` and `M@tKhau` are both `matkhau`."""
    folded = "".join(fold(text.translate(_LOOKALIKES)).split())
    return re.sub(r"(?<=[a-z])0(?=[a-z])", "o", folded)


def _words(user: User | None) -> set[str]:
    """The office's names whole and by their words, the person's names, and what all offices use."""
    names: list[str] = [*Unit.objects.values_list("name", flat=True)]
    for profile in AgencyProfile.objects.values_list("display_name", "parent_name", "place"):
        names += profile
    if user is not None:
        # Of an account that is being made, what was refused is not there.
        told = [user.username, user.full_name, (user.email or "").partition("@")[0]]
        names += [name for name in told if name]
    folded = [fold(name) for name in names]
    parts = chain.from_iterable(name.split() for name in folded)
    found = {name.replace(" ", "") for name in folded} | set(parts)
    return {*OFFICE_WORDS, *(word for word in found if len(word) >= 3)}
