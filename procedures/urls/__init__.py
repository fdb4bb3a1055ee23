"""The addresses of process and document control (DESIGN §3)."""

from procedures.urls import catalogue, decisions, drafting, reading

app_name = "procedures"
urlpatterns = [
    *catalogue.urlpatterns,
    *decisions.urlpatterns,
    *drafting.urlpatterns,
    *reading.urlpatterns,
]
