"""The catalogue of TTHC, its import, coverage."""

from django.urls import URLPattern, path

from procedures.views import catalogue, coverage, exclusions, tthc

urlpatterns: list[URLPattern] = [
    path("bao-phu/", coverage.coverage, name="coverage"),
    path("bao-phu/bang-tinh/", coverage.coverage_sheet, name="coverage-sheet"),
    path("tthc/", catalogue.tthc_list, name="tthc-list"),
    # What names a page of its own stands before the codes.
    path("tthc/<str:code>/", tthc.tthc_detail, name="tthc-detail"),
    path("tthc/<str:code>/ngoai-pham-vi/", exclusions.exclusion_new, name="exclusion-new"),
    path("ngoai-pham-vi/<int:pk>/chap-nhan/", exclusions.exclusion_accept, name="exclusion-accept"),
    path(
        "ngoai-pham-vi/<int:pk>/khong-chap-nhan/",
        exclusions.exclusion_refuse,
        name="exclusion-refuse",
    ),
]
