"""Printed records of audits."""

from collections.abc import Mapping
from typing import ClassVar

from django.urls import URLPattern, path, register_converter

from audits.views import papers as views


class PaperKind:
    """A kind of paper by its word in the address."""

    WORDS: ClassVar[Mapping[str, str]] = {
        "quyet-dinh-doan": "team",
        "chuong-trinh": "timetable",
        "thong-bao": "notification",
        "khai-mac": "opening",
        "ket-thuc": "closing",
        "phieu-trong": "blank",
        "phieu": "checklist",
        "bao-cao": "report",
    }
    regex = "|".join(WORDS)

    def to_python(self, value: str) -> str:
        return self.WORDS[value]

    def to_url(self, value: str) -> str:
        words = {kind: word for word, kind in self.WORDS.items()}
        if value not in words:
            raise ValueError(f"“{value}” is no kind of paper.")
        return words[value]


class PaperEnding:
    """What a paper may be had as."""

    regex = "pdf|docx"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class RegisterEnding(PaperEnding):
    """The register may be had as a workbook, too."""

    regex = "pdf|docx|xlsx"


register_converter(PaperKind, "paper_kind")
register_converter(PaperEnding, "paper_ending")
register_converter(RegisterEnding, "register_ending")

urlpatterns: list[URLPattern] = [
    path(
        "danh-gia/<slug:slug>/in/<paper_kind:kind>.<paper_ending:ending>/",
        views.paper,
        name="paper",
    ),
    path(
        "danh-gia/ke-hoach/<int:pk>/in.<paper_ending:ending>/",
        views.programme_paper,
        name="programme-paper",
    ),
    path(
        "khong-phu-hop/<slug:slug>/phieu.<paper_ending:ending>/",
        views.nonconformity_sheet,
        name="nonconformity-paper",
    ),
    path("khong-phu-hop/so-theo-doi.<register_ending:ending>/", views.register, name="register"),
]
