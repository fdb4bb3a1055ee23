"""The addresses of process and document control (DESIGN §3)."""

from procedures.urls import (
    assigning,
    bundles,
    catalogue,
    change_requests,
    circulation,
    comparing,
    copies,
    decisions,
    drafting,
    exports,
    health,
    importing,
    legal,
    reading,
    registers,
    reviews,
    word_imports,
    yearly,
)

app_name = "procedures"
urlpatterns = [
    *assigning.urlpatterns,
    *importing.urlpatterns,  # before the addresses of single TTHC
    *catalogue.urlpatterns,
    *decisions.urlpatterns,
    *drafting.urlpatterns,
    *change_requests.urlpatterns,
    *word_imports.urlpatterns,  # this one and the next before the addresses of single procedures
    *exports.urlpatterns,
    *comparing.urlpatterns,
    *legal.urlpatterns,
    *reviews.urlpatterns,
    *circulation.urlpatterns,
    *copies.urlpatterns,
    *registers.urlpatterns,
    *bundles.urlpatterns,
    *health.urlpatterns,
    *yearly.urlpatterns,
    *reading.urlpatterns,
]
