"""The library: what is in force, earlier issues, history, files."""

from django.urls import URLPattern, path

from procedures.views import blanks, library, readers, versions

_ONE = "quy-trinh/<slug:slug>/"
_EDITION = f"{_ONE}cac-lan-ban-hanh/<str:number>/"

urlpatterns: list[URLPattern] = [
    path("quy-trinh/", library.procedure_list, name="list"),
    path("quy-trinh/bang-tinh/", library.procedure_sheet, name="list-sheet"),
    path(_ONE, versions.procedure_detail, name="procedure-detail"),
    path(f"{_ONE}cac-lan-ban-hanh/", versions.procedure_versions, name="procedure-versions"),
    path(_EDITION, versions.version_detail, name="version-detail"),
    path(f"{_EDITION}pdf/", versions.version_pdf, name="version-pdf"),
    path(f"{_EDITION}ban-chup/", versions.version_scan, name="version-scan"),
    path(f"{_ONE}nguoi-doc/", readers.procedure_readers, name="procedure-readers"),
    path(f"{_ONE}nguoi-doc/han-che/", readers.procedure_restrict, name="procedure-restrict"),
    path(
        f"{_ONE}nguoi-doc/<int:pk>/thu-hoi/",
        readers.procedure_reader_end,
        name="procedure-reader-end",
    ),
    path(f"{_ONE}lich-su/", versions.procedure_history, name="procedure-history"),
    path(f"{_ONE}lich-su/chung-cu/", versions.procedure_evidence, name="procedure-evidence"),
    path("bieu-mau/", blanks.blank_list, name="blank-list"),
    path("bieu-mau/moi/", blanks.blank_new, name="blank-new"),
    path("bieu-mau/<int:pk>/tep/", blanks.blank_file, name="blank-file"),
]
