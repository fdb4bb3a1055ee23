"""The addresses of internal audits and nonconformities (DESIGN §3)."""

from audits.urls import (
    audits,
    checklist,
    field,
    findings,
    nonconformities,
    papers,
    programmes,
    summary,
)

app_name = "audits"
urlpatterns = [
    *summary.urlpatterns,  # what names a page of its own stands before the numbers of audits
    *programmes.urlpatterns,
    *field.urlpatterns,
    *checklist.urlpatterns,
    *findings.urlpatterns,
    *papers.urlpatterns,
    *nonconformities.urlpatterns,
    *audits.urlpatterns,
]
