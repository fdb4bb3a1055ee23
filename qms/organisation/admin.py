"""Accounts, units, positions, posts and grants, for the system administrator; no content here.

The administrator's rights come from Django's own permissions, bundled in a group. Every change is
recorded with its person, and nothing is deleted: it is ended or taken out of use.
"""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa import admin as _factors  # noqa: F401  registers what is taken out below
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as _providers  # noqa: F401
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from qms.organisation.models import Position, Post, Unit, UnitGrant, User
from qms.organisation.roles import Role
from qms.organisation.second_factor import forget_second_factor, has_second_factor

admin.site.site_header = "Quản trị tài khoản và tổ chức"
admin.site.site_title = "Quản trị"
admin.site.index_title = "Tài khoản, đơn vị, chức danh, quyền"
admin.site.unregister(Group)
# Secrets of second factors are nobody's to see; the settings alone name providers.
admin.site.unregister([Authenticator, SocialAccount, SocialApp, SocialToken])
# The sign-in of the house asks for the code, too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class RecordedAdmin(SimpleHistoryAdmin):
    """Saves by `record()`; deletes nothing."""

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: Any
    ) -> None:
        obj.record(by=request.user, reason="Sửa trong trang quản trị" if change else "Lập mới")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("username", "full_name", "email")


class UserForm(UserChangeForm):
    second_factor_lost = forms.CharField(
        label="Gỡ xác thực hai lớp, lý do",
        required=False,
        max_length=200,
        help_text="Ghi lý do (mất điện thoại, đổi máy…) rồi lưu: lần đăng nhập sau không hỏi mã; "
        "người phải có xác thực hai lớp được dẫn tới trang bật lại. Để trống thì không gỡ.",
    )

    class Meta:
        model = User
        fields = ("username", "full_name", "email", "is_active", "is_staff", "groups")

    def clean_second_factor_lost(self) -> str:
        reason: str = self.cleaned_data["second_factor_lost"]
        if reason and not has_second_factor(self.instance):
            raise forms.ValidationError("Người này chưa bật xác thực hai lớp, không có gì để gỡ.")
        return reason


@admin.register(User)
class OfficeUserAdmin(RecordedAdmin, UserAdmin):
    form = UserForm
    add_form = NewUserForm
    list_display = ("full_name", "username", "email", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff")
    search_fields = ("full_name", "username", "email")
    ordering = ("sort_key",)
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Người dùng", {"fields": ("full_name", "email", "is_active")}),
        ("Trang quản trị", {"fields": ("is_staff", "groups")}),
        ("Xác thực hai lớp", {"fields": ("second_factor", "second_factor_lost")}),
    )
    readonly_fields = ("second_factor",)
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "full_name",
                    "email",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
    )

    @admin.display(description="Đang")
    def second_factor(self, user: User) -> str:
        return "bật" if user.pk and has_second_factor(user) else "chưa bật"

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: Any
    ) -> None:
        super().save_model(request, obj, form, change)
        reason = form.cleaned_data.get("second_factor_lost")
        if reason and isinstance(request.user, User):
            forget_second_factor(obj, by=request.user, reason=f"Gỡ xác thực hai lớp: {reason}")


@admin.register(Unit)
class UnitAdmin(RecordedAdmin):
    list_display = ("name", "code", "kind", "parent", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    ordering = ("path",)


@admin.register(Position)
class PositionAdmin(RecordedAdmin):
    list_display = ("name", "rank", "is_active")
    search_fields = ("name",)


@admin.register(Post)
class PostAdmin(RecordedAdmin):
    list_display = ("person", "position", "unit", "valid_from", "valid_to")
    list_select_related = ("person", "position", "unit")
    search_fields = ("person__full_name", "position__name", "unit__name")
    autocomplete_fields = ("person", "unit", "position")


class GrantForm(forms.ModelForm):
    """A role, a unit, a person, from a day until another."""

    class Meta:
        model = UnitGrant
        fields = ("user", "permission", "content_object", "valid_from", "valid_to")
        labels = {"permission": "Vai trò"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("permission")
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Permission.objects.filter(
                content_type__app_label="organisation",
                content_type__model="unit",
                codename__in=Role.values,
            )
            field.label_from_instance = lambda permission: permission.name  # type: ignore[method-assign,assignment]


@admin.register(UnitGrant)
class UnitGrantAdmin(RecordedAdmin):
    form = GrantForm
    list_display = ("user", "role_name", "content_object", "valid_from", "valid_to", "granted_by")
    list_select_related = ("user", "permission", "content_object", "granted_by")
    search_fields = ("user__full_name", "content_object__name")
    autocomplete_fields = ("user", "content_object")

    @admin.display(description="Vai trò", ordering="permission__name")
    def role_name(self, grant: UnitGrant) -> str:
        return grant.role.label

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A grant that stands is only ended; another one is a grant of its own."""
        return ("user", "permission", "content_object", "valid_from") if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: Any
    ) -> None:
        if not change:
            obj.granted_by = request.user
        super().save_model(request, obj, form, change)
