"""Papers of the ISO file of a year, declarations of the quality system."""

from django.urls import URLPattern, path

from procedures.views import declarations, yearly

_DECLARED = "cong-bo-htqlcl/"

urlpatterns: list[URLPattern] = [
    path("ho-so-nam/<int:year>/them/", yearly.year_paper_new, name="year-paper-new"),
    path("giay-to-nam/<int:pk>/", yearly.year_paper_edit, name="year-paper-edit"),
    path("giay-to-nam/<int:pk>/ghi-nham/", yearly.year_paper_void, name="year-paper-void"),
    path("giay-to-nam/<int:pk>/tep/", yearly.year_paper_file, name="year-paper-file"),
    path(_DECLARED, declarations.declaration_list, name="declaration-list"),
    path(f"{_DECLARED}moi/", declarations.declaration_new, name="declaration-new"),
    path(f"{_DECLARED}<int:pk>/", declarations.declaration_detail, name="declaration-detail"),
    path(f"{_DECLARED}<int:pk>/sua/", declarations.declaration_edit, name="declaration-edit"),
    path(f"{_DECLARED}<int:pk>/ghi-nham/", declarations.declaration_void, name="declaration-void"),
    path(f"{_DECLARED}<int:pk>/tep/", declarations.declaration_file, name="declaration-file"),
]
