"""How editions of a procedure differ."""

from django.urls import URLPattern, path

from procedures.views import comparing

_COMPARE = "quy-trinh/<slug:slug>/so-sanh/"

urlpatterns: list[URLPattern] = [
    path(_COMPARE, comparing.compare, name="compare"),
    path(f"{_COMPARE}pdf/", comparing.compare_pdf, name="compare-pdf"),
]
