"""Impact sheets and periodic reviews."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
