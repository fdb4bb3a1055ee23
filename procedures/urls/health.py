"""What is wrong in the document set."""

from django.urls import URLPattern, path

from procedures.views import health

urlpatterns: list[URLPattern] = [
    path("ra-loi/", health.health, name="health"),
    path("ra-loi/bang-tinh/", health.health_sheet, name="health-sheet"),
]
