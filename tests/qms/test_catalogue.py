"""The Vietnamese of the packages that have none of their own."""

import gettext
import re
from pathlib import Path

import pytest
from allauth.account.forms import ChangePasswordForm, LoginForm
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

import qms.foundation

FOLDER = Path(qms.foundation.__file__).parent / "locale" / "vi" / "LC_MESSAGES"


def test_compiled_catalogue_is_that_of_the_source() -> None:
    source = (FOLDER / "django.po").read_text(encoding="utf-8")
    with (FOLDER / "django.mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, re.MULTILINE)
    plain = [(i, s) for i, s in pairs if f'msgctxt "field label"\nmsgid "{i}"' not in source]

    assert len(plain) > 100
    assert [
        i
        for i, s in plain
        if "\\" not in i + s and "String to return" not in i and not i.startswith("%(truncated")
        if catalogue.gettext(i) != s
    ] == []


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("This field is required.", "Chưa điền mục này."),
        (
            "The username and/or password you specified are not correct.",
            "Tên đăng nhập hoặc mật khẩu không đúng. Xem lại bộ gõ và phím Caps Lock rồi nhập lại.",
        ),
        ("Password successfully changed.", "Đã đổi mật khẩu."),
        ("Change reason", "Lý do"),
    ],
)
def test_packages_speak_vietnamese(english: str, vietnamese: str) -> None:
    assert _(english) == vietnamese


def test_fields_of_signing_in_have_vietnamese_labels() -> None:
    login = [field.label for field in LoginForm()]
    change = [field.label for field in ChangePasswordForm(user=AnonymousUser())]

    assert login == ["Tên đăng nhập", "Mật khẩu"]
    assert change == ["Mật khẩu hiện tại", "Mật khẩu mới", "Mật khẩu mới (nhập lại)"]


def test_text_too_long_says_how_long_it_may_be() -> None:
    with pytest.raises(forms.ValidationError, match=r"Dài nhất 3 ký tự \(đang có 5\)\."):
        forms.CharField(max_length=3).clean("abcde")
