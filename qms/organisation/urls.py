"""The agency's own pages: its profile, those who check it from outside."""

from django.urls import path

from qms.organisation import checkers, views

app_name = "organisation"
urlpatterns = [
    path("co-quan/", views.agency, name="agency"),
    path("doan-kiem-tra/", checkers.checker_list, name="checker-list"),
    path("doan-kiem-tra/<int:pk>/ket-thuc/", checkers.checker_end, name="checker-end"),
]
