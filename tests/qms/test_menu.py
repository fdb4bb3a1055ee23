"""The menu: who sees which entry, and which one is current."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from qms.menu import MENU, MORE, Item, items
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.factories import make_agency, make_user


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    path("", include(([path("", page, name="my-work")], "home"))),
    path(
        "",
        include(
            (
                [
                    path("quy-trinh/", page, name="list"),
                    path("bao-phu/", page, name="coverage"),
                    path("tthc/", page, name="tthc-list"),
                    path("tthc/nhap/", page, name="tthc-import"),
                    path("bieu-mau/", page, name="blank-list"),
                    path("van-ban/", page, name="legal-list"),
                ],
                "procedures",
            )
        ),
    ),
    path("", include(([path("co-quan/", page, name="agency")], "organisation"))),
    path("", include(([path("quan-tri/", page, name="index")], "admin"))),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def somebody(*roles: Role, **fields: Any) -> User:
    return make_user(*roles, unit=make_agency(), **fields)


def menu(user: Any, address: str = "/", entries: Any = MENU) -> list[Item]:
    return items(entries, RequestFactory().get(address), user)


def test_visitor_sees_the_library_only() -> None:
    assert [item.label for item in menu(AnonymousUser())] == ["Quy trình"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM_ADMIN])
def test_every_reader_sees_the_main_entries(role: Role) -> None:
    assert [item.label for item in menu(somebody(role))] == [
        "Việc của tôi",
        "Quy trình",
        "TTHC và quy trình ISO",
    ]


def test_who_has_no_role_or_administers_alone_is_offered_no_content() -> None:
    expected = ["Việc của tôi", "Quy trình"]

    assert [item.label for item in menu(somebody())] == expected
    assert [item.label for item in menu(somebody(Role.SYSTEM_ADMIN))] == expected


@pytest.mark.parametrize(
    ("role", "offered"), [(Role.ISO_SECRETARY, True), (Role.STAFF, False), (Role.LEADER, False)]
)
def test_import_is_offered_to_the_secretary(*, role: Role, offered: bool) -> None:
    children = menu(somebody(role))[-1].children

    assert ("Nhập danh mục" in [child.label for child in children]) == offered


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (Role.STAFF, ["Biểu mẫu", "Văn bản pháp luật"]),
        (Role.LEADER, ["Biểu mẫu", "Văn bản pháp luật", "Thiết lập cơ quan"]),
        (Role.SYSTEM_ADMIN, ["Thiết lập cơ quan"]),
    ],
)
def test_other_entries_are_offered_to_whom_they_answer(role: Role, labels: list[str]) -> None:
    seen = menu(somebody(role), entries=MORE)

    assert [item.label for item in seen] == labels


def test_administration_is_for_administrators_and_loads_whole() -> None:
    seen = menu(somebody(is_staff=True), entries=MORE)

    assert "Quản trị" not in [item.label for item in menu(somebody(), entries=MORE)]
    assert [(item.label, item.is_boosted) for item in seen] == [("Quản trị", False)]


def test_entry_without_an_address_is_left_out() -> None:
    seen = menu(somebody(Role.ISO_SECRETARY), entries=MORE)

    assert "Quyết định" not in [item.label for item in seen]


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/", ["Việc của tôi"]),
        ("/quy-trinh/qt-05-gddt/", ["Quy trình"]),
        ("/tthc/1.005099/", ["Danh mục TTHC"]),
        ("/tthc/nhap/", ["Nhập danh mục"]),
        ("/khac/", []),
    ],
)
def test_longest_address_is_current(address: str, current: list[str]) -> None:
    seen = menu(somebody(Role.ISO_SECRETARY), address)

    assert [
        each.label for item in seen for each in (item, *item.children) if each.is_current
    ] == current


def test_parent_of_the_current_entry_is_open() -> None:
    seen = menu(somebody(Role.ISO_SECRETARY), "/tthc/nhap/")

    assert [item.label for item in seen if item.is_open] == ["TTHC và quy trình ISO"]
