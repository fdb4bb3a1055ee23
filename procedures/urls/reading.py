"""The library: what is in force, earlier issues, history, files."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
