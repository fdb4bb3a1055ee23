"""All addresses, in unaccented Vietnamese."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from qms.http import healthz, readyz
from qms.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/", healthz, name="healthz"),
    path("readyz/", readyz, name="readyz"),
    path("metrics/", metrics, name="metrics"),
    path("", include("home.urls")),
    path("", include("procedures.urls")),
    path("", include("audits.urls")),
    path("", include("qms.organisation.urls")),
    path("tai-khoan/", include("qms.account_urls")),
    path("quan-tri/", admin.site.urls),
]

handler500 = "qms.http.server_error"
