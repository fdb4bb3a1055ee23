"""The agency's own page."""

from django.urls import path

from qms.organisation import views

app_name = "organisation"
urlpatterns = [path("co-quan/", views.agency, name="agency")]
