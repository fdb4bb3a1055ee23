"""My work, the journal, people, and the ISO file of a year."""

from django.urls import path

from home import views
from home.journal import views as journal
from home.people import views as people
from home.year import views as year

app_name = "home"
urlpatterns = [
    path("", views.my_work, name="my-work"),
    path("nhat-ky/", journal.journal_page, name="journal"),
    path("nguoi-dung/", people.person_list, name="person-list"),
    path("nguoi-dung/<int:pk>/thoi-viec/", people.person_leave, name="person-leave"),
    path("nguoi-dung/<int:pk>/tro-lai/", people.person_return, name="person-return"),
    path("ho-so-nam/", year.this_year, name="year-file"),
    path("ho-so-nam/<int:year>/", year.of_year, name="year-file-year"),
    path("ho-so-nam/<int:year>/tai-ve/", year.archive, name="year-file-archive"),
]
