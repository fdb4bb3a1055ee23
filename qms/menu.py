"""The menu of the house, in one list; `qms.http.frame` gives it to every page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

from qms.organisation.models import has_role
from qms.organisation.roles import Role

Person = AbstractBaseUser | AnonymousUser


def everyone(user: Person) -> bool:
    return True


def signed_in(user: Person) -> bool:
    return user.is_authenticated


def administrators(user: Person) -> bool:
    return bool(getattr(user, "is_staff", False))


def readers(user: Person) -> bool:
    """Reads the documents of an office: every role but the administrator of the system."""
    return has_role(user, *(role for role in Role if role is not Role.SYSTEM_ADMIN))


def secretaries(user: Person) -> bool:
    return has_role(user, Role.ISO_SECRETARY)


def planners(user: Person) -> bool:
    """Plans audits, leads or approves them."""
    return has_role(user, Role.ISO_SECRETARY, Role.LEADER, Role.INTERNAL_AUDITOR)


def watchers(user: Person) -> bool:
    """Reads the figures over all audits of an agency."""
    return planners(user) or has_role(user, Role.EXTERNAL_CHECKER)


def audit_settlers(user: Person) -> bool:
    """May change the settings of audits."""
    return has_role(user, Role.ISO_SECRETARY, Role.LEADER)


def copy_keepers(user: Person) -> bool:
    """Keeps the numbered copies on paper, or answers for them."""
    return has_role(user, Role.ISO_SECRETARY, Role.CLERK, Role.LEADER)


def year_readers(user: Person) -> bool:
    """Reads the ISO file of a year: those who keep it, answer for it or check it."""
    return has_role(
        user, Role.ISO_SECRETARY, Role.LEADER, Role.CLERK, Role.EXTERNAL_CHECKER
    ) or has_role(user, Role.INTERNAL_AUDITOR)


def health_readers(user: Person) -> bool:
    """Sees what is wrong in the document set."""
    return has_role(user, Role.ISO_SECRETARY, Role.LEADER)


def journal_readers(user: Person) -> bool:
    """Reads who recorded what, and what is open of those who leave."""
    return has_role(user, Role.ISO_SECRETARY, Role.SYSTEM_ADMIN)


def signing_watchers(user: Person) -> bool:
    """Sees who signs for what: those who keep it, and văn thư."""
    return has_role(user, Role.ISO_SECRETARY, Role.LEADER, Role.CLERK)


def settlers(user: Person) -> bool:
    """May change the settings of the agency."""
    return has_role(user, Role.ISO_SECRETARY, Role.LEADER, Role.SYSTEM_ADMIN)


@dataclass(frozen=True)
class Entry:
    """A line of the menu: `address` is a URL name, `visible` hides what would be refused anyway."""

    label: str
    icon: str
    address: str
    visible: Callable[[Person], bool] = signed_in
    children: tuple["Entry", ...] = ()
    is_boosted: bool = True  # False for pages with a frame of their own, as the Django admin


# The first ones also stand in the bottom bar of a phone, which has room for four and "Mục khác".
MENU = (
    Entry("Việc của tôi", "list-checks", "home:my-work"),
    Entry("Quy trình", "book-open", "procedures:list", everyone),
    Entry(
        "TTHC và quy trình ISO",
        "chart-column",
        "procedures:coverage",
        readers,
        children=(
            Entry("Tỷ lệ áp dụng", "gauge", "procedures:coverage", readers),
            Entry("Danh mục TTHC", "table-2", "procedures:tthc-list", readers),
            Entry("Nhập danh mục", "upload", "procedures:tthc-import", secretaries),
        ),
    ),
    Entry(
        "Đánh giá nội bộ",
        "clipboard-check",
        "audits:audit-list",
        readers,
        children=(
            Entry("Cuộc đánh giá", "calendar-days", "audits:audit-list", readers),
            Entry("Kế hoạch năm", "table-2", "audits:programme-list", readers),
            Entry("Không phù hợp", "triangle-alert", "audits:nonconformity-list", readers),
            Entry("Tổng hợp", "chart-column", "audits:summary", watchers),
            Entry("Chuyên gia đánh giá", "users", "audits:auditor-list", planners),
        ),
    ),
)
MORE = (
    Entry("Quyết định", "stamp", "procedures:decision-list"),
    Entry(
        "Dự thảo",
        "file-pen-line",
        "procedures:draft-list",
        children=(
            Entry("Đang soạn, đang trình", "file-pen-line", "procedures:draft-list"),
            Entry("Nhập từ tệp Word", "upload", "procedures:word-import", secretaries),
            Entry("Ban hành lại, sắp xếp tổ chức", "files", "procedures:bundle-list", secretaries),
        ),
    ),
    Entry("Góp ý, đề nghị sửa đổi", "message-square", "procedures:change-request-list"),
    Entry("Phổ biến, xác nhận đã đọc", "users", "procedures:reading-list", readers),
    Entry("Bản kiểm soát", "printer", "procedures:copy-list", copy_keepers),
    Entry("Biểu mẫu", "files", "procedures:blank-list", readers),
    Entry(
        "Văn bản pháp luật",
        "scale",
        "procedures:legal-list",
        readers,
        children=(
            Entry("Danh mục văn bản", "scale", "procedures:legal-list", readers),
            Entry("Đánh giá tác động", "list-checks", "procedures:impact-list", readers),
            Entry("Xem xét định kỳ", "calendar-days", "procedures:review-list", readers),
        ),
    ),
    Entry("Sổ, danh mục", "table-2", "procedures:register-list", readers),
    Entry("Hồ sơ ISO năm", "book-open", "home:year-file", year_readers),
    Entry("Lỗi trong bộ tài liệu", "triangle-alert", "procedures:health", health_readers),
    Entry("Phân công, ủy quyền", "stamp", "procedures:assignment-list", signing_watchers),
    Entry("Đoàn kiểm tra", "users", "organisation:checker-list", settlers),
    Entry("Người dùng, thôi việc", "user-round", "home:person-list", journal_readers),
    Entry("Nhật ký", "history", "home:journal", journal_readers),
    Entry("Thiết lập tài liệu", "target", "procedures:document-settings", audit_settlers),
    Entry("Thiết lập đánh giá nội bộ", "target", "audits:settings", audit_settlers),
    Entry("Thiết lập cơ quan", "building-2", "organisation:agency", settlers),
    Entry("Quản trị", "settings", "admin:index", administrators, is_boosted=False),
)


@dataclass(frozen=True)
class Item:
    """An `Entry` as one person sees it on one page."""

    label: str
    icon: str
    url: str
    is_boosted: bool
    is_current: bool
    children: list["Item"] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.is_current or any(child.is_current for child in self.children)


def items(entries: tuple[Entry, ...], request: HttpRequest, user: Person) -> list[Item]:
    """The entries `user` may follow; the one whose address begins the page's own is current.

    Of several such addresses the longest wins: on `/tthc/nhap/` that is not `/tthc/`.
    """
    return _items(entries, user, current=_longest_match(request.path, (*MENU, *MORE)))


def _items(entries: tuple[Entry, ...], user: Person, *, current: str) -> list[Item]:
    return [
        Item(
            label=entry.label,
            icon=entry.icon,
            url=url,
            is_boosted=entry.is_boosted,
            is_current=url == current,
            children=_items(entry.children, user, current=current),
        )
        for entry in entries
        if entry.visible(user) and (url := _url(entry.address))
    ]


def _longest_match(path: str, entries: tuple[Entry, ...]) -> str:
    urls = [_url(each.address) for entry in entries for each in (entry, *entry.children)]
    home = _url(MENU[0].address)
    return max(
        (u for u in urls if u and (path == u or (u != home and path.startswith(u)))),
        key=len,
        default="",
    )


def _url(address: str) -> str:
    """Empty where the address is not served, as on an error page of a half-configured site."""
    return _reversed(address, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@cache
def _reversed(address: str, urlconf: str, prefix: str) -> str:
    """Return the address as `urlconf` below `prefix` has it: each page asks for all of them."""
    try:
        return reverse(address)
    except NoReverseMatch:
        return ""
