"""Forms that more than one application asks with: a password again, and whom one means."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from qms.foundation.forms import LineField
from qms.organisation.models import User


class PasswordForm(forms.Form):
    """The password of the person who signs; failures count towards the sign-in lock."""

    password = forms.CharField(
        label="Mật khẩu của bạn",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Nhập lại mật khẩu đăng nhập để xác nhận chữ ký.",
        error_messages={"required": "Hãy nhập mật khẩu để xác nhận."},
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        if isinstance(request.user, User) and not request.user.has_usable_password():
            self.fields["password"].help_text = format_html(
                "Bạn đăng nhập qua hệ thống khác nên chưa có mật khẩu để ký ở đây. "
                '<a href="{}">Đặt mật khẩu ký</a> trước, rồi quay lại trang này.',
                reverse("account_set_password"),
            )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        username = self.request.user.get_username()
        try:
            user = authenticate(self.request, username=username, password=password)
        except PermissionDenied:  # locked after too many failures
            user = None
        if user is None or user != self.request.user:
            raise forms.ValidationError("Mật khẩu không đúng.")
        return password


class SomebodyForm(forms.Form):
    """Somebody of the office, chosen, or from outside, by the name they sign in with.

    A valid form has the one person in `cleaned_data["person"]`. Whoever extends it gives the field
    `person` its people.
    """

    person = forms.ModelChoiceField(
        User.objects.none(),
        label="Người của cơ quan",
        required=False,
        empty_label="(chọn người)",
    )
    outsider = LineField(
        label="Hoặc người ngoài cơ quan",
        max_length=150,
        required=False,
        help_text="Ghi tên đăng nhập.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = cleaned.get("outsider", "")
        if typed:
            found = User.objects.filter(username=typed, is_active=True).first()
            if found is None:
                self.add_error("outsider", "Không có tài khoản nào với tên đăng nhập này.")
            elif cleaned.get("person"):
                self.add_error("outsider", "Chỉ chọn một người: của cơ quan hoặc ngoài cơ quan.")
            else:
                cleaned["person"] = found
        elif not cleaned.get("person") and "person" not in self.errors:
            self.add_error("person", "Hãy chọn người.")
        return cleaned
