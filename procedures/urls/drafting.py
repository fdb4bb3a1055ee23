"""Open versions: drafting, review; what exists on paper."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
