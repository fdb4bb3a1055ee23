"""The menu: who sees which entry, and which one is current."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from qms.menu import MENU, MORE, Item, items


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
                ],
                "procedures",
            )
        ),
    ),
    path("", include(([path("quan-tri/", page, name="index")], "admin"))),
]
pytestmark = pytest.mark.urls(__name__)

STAFF: Any = SimpleNamespace(is_authenticated=True, is_staff=True)
READER: Any = SimpleNamespace(is_authenticated=True, is_staff=False)


def menu(user: Any, address: str = "/", entries: Any = MENU) -> list[Item]:
    return items(entries, RequestFactory().get(address), user)


def test_visitor_sees_the_library_only() -> None:
    assert [item.label for item in menu(AnonymousUser())] == ["Quy trình"]


def test_signed_in_person_sees_the_main_entries() -> None:
    assert [item.label for item in menu(READER)] == [
        "Việc của tôi",
        "Quy trình",
        "TTHC và quy trình ISO",
    ]


def test_administration_is_for_administrators_and_loads_whole() -> None:
    seen = menu(STAFF, entries=MORE)

    assert "Quản trị" not in [item.label for item in menu(READER, entries=MORE)]
    assert [(item.label, item.is_boosted) for item in seen] == [("Quản trị", False)]


def test_entry_without_an_address_is_left_out() -> None:
    assert "Quyết định" not in [item.label for item in menu(STAFF, entries=MORE)]


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
    seen = menu(READER, address)

    assert [
        each.label for item in seen for each in (item, *item.children) if each.is_current
    ] == current


def test_parent_of_the_current_entry_is_open() -> None:
    assert [item.label for item in menu(READER, "/tthc/nhap/") if item.is_open] == [
        "TTHC và quy trình ISO"
    ]
