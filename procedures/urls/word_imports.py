"""Reading Word files in."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
