"""The addresses of process and document control (DESIGN §3)."""

from procedures.urls import catalogue, change_requests, decisions, drafting, importing, reading

app_name = "procedures"
urlpatterns = [
    *importing.urlpatterns,  # before the addresses of single TTHC
    *catalogue.urlpatterns,
    *decisions.urlpatterns,
    *drafting.urlpatterns,
    *change_requests.urlpatterns,
    *reading.urlpatterns,
]
