"""Impact sheets and periodic reviews."""

from django.urls import URLPattern, path

from procedures.views import reviews as views

_SHEET = "danh-gia-tac-dong/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("danh-gia-tac-dong/", views.impact_list, name="impact-list"),
    path(_SHEET, views.impact_detail, name="impact-detail"),
    path(f"{_SHEET}phieu.pdf", views.impact_print, {"ending": "pdf"}, name="impact-pdf"),
    path(f"{_SHEET}phieu.docx", views.impact_print, {"ending": "docx"}, name="impact-docx"),
    path("van-ban/thay-doi/<int:pk>/lap-phieu/", views.legal_impact_open, name="legal-impact-open"),
    path("tthc/thay-doi/<int:pk>/lap-phieu/", views.tthc_impact_open, name="tthc-impact-open"),
    path("xem-xet-dinh-ky/", views.review_list, name="review-list"),
]
