"""My work, and the ISO file of a year."""

from django.urls import path

from home import views
from home.journal import views as journal
from home.year import views as year

app_name = "home"
urlpatterns = [
    path("", views.my_work, name="my-work"),
    path("nhat-ky/", journal.journal_page, name="journal"),
    path("ho-so-nam/", year.this_year, name="year-file"),
    path("ho-so-nam/<int:year>/", year.of_year, name="year-file-year"),
    path("ho-so-nam/<int:year>/tai-ve/", year.archive, name="year-file-archive"),
]
