"""What is wrong in the document set."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
