"""Word copies, the archive of all in force, and the jobs that make it."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
