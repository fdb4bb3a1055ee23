"""The addresses of process and document control (DESIGN §3)."""

from procedures.urls import catalogue, decisions, drafting, importing, reading

app_name = "procedures"
urlpatterns = [
    *importing.urlpatterns,  # before the addresses of single TTHC
    *catalogue.urlpatterns,
    *decisions.urlpatterns,
    *drafting.urlpatterns,
    *reading.urlpatterns,
]
