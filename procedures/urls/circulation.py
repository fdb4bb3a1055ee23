"""Acknowledgements, meetings that disseminate, distribution."""

from django.urls import URLPattern, path

from procedures.views import circulation as views
from procedures.views import circulation_meetings as meetings

_HELD = "quy-trinh/<slug:slug>/cac-lan-ban-hanh/<str:number>/phan-phoi"

urlpatterns: list[URLPattern] = [
    path("pho-bien/", views.reading_list, name="reading-list"),
    path("pho-bien/qua-han/bang-tinh/", views.reading_overdue_sheet, name="reading-overdue-sheet"),
    path("pho-bien/can-doc/<int:pk>/", views.reading_task, name="reading-task"),
    path("pho-bien/tai-lieu/<int:pk>/", views.reading_detail, name="reading-detail"),
    path(
        "pho-bien/tai-lieu/<int:pk>/xac-nhan/",
        views.reading_acknowledge,
        name="reading-acknowledge",
    ),
    path("pho-bien/buoi/", meetings.dissemination_list, name="dissemination-list"),
    path("pho-bien/buoi/moi/", meetings.dissemination_new, name="dissemination-new"),
    path("pho-bien/buoi/<int:pk>/", meetings.dissemination_detail, name="dissemination-detail"),
    path("pho-bien/buoi/<int:pk>/tep/", meetings.dissemination_file, name="dissemination-file"),
    path(
        "pho-bien/buoi/<int:pk>/bien-ban.<str:ending>/",
        meetings.dissemination_paper,
        name="dissemination-paper",
    ),
    path(f"{_HELD}/", views.version_distribution, name="version-distribution"),
    path(
        f"{_HELD}.<str:ending>/",
        views.version_distribution_paper,
        name="version-distribution-paper",
    ),
]
