"""Assignments of fields, and mandates."""

from django.urls import URLPattern, path

from procedures.views import assigning

urlpatterns: list[URLPattern] = [
    path("phan-cong/", assigning.assignment_list, name="assignment-list"),
    path("phan-cong/phu-trach/", assigning.assignment_new, name="assignment-new"),
    path("phan-cong/<int:pk>/ket-thuc/", assigning.assignment_end, name="assignment-end"),
    path("phan-cong/giao-ky/", assigning.mandate_new, name="mandate-new"),
    path("phan-cong/giao-ky/<int:pk>/ket-thuc/", assigning.mandate_end, name="mandate-end"),
    path("phan-cong/giao-ky/<int:pk>/tep/", assigning.mandate_file, name="mandate-file"),
]
