"""Asking for a change of a procedure, and the answers."""

from django.urls import URLPattern, path

from procedures.views import change_requests as views

_ONE = "gop-y/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("quy-trinh/<slug:slug>/gop-y/", views.change_request_new, name="change-request-new"),
    path("gop-y/", views.change_request_list, name="change-request-list"),
    path(_ONE, views.change_request_detail, name="change-request-detail"),
    path(f"{_ONE}phieu.<str:ending>/", views.change_request_paper, name="change-request-paper"),
    path(f"{_ONE}chap-nhan/", views.change_request_accept, name="change-request-accept"),
    path(f"{_ONE}khong-chap-nhan/", views.change_request_refuse, name="change-request-refuse"),
    path(f"{_ONE}da-sua-doi/", views.change_request_answer, name="change-request-answer"),
    path(f"{_ONE}dua-vao/", views.change_request_take_up, name="change-request-take-up"),
    path(f"{_ONE}bo-ra/", views.change_request_release, name="change-request-release"),
]
