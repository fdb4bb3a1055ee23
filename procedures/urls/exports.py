"""Word copies, the archive of all in force, and the jobs that make it."""

from django.urls import URLPattern, path

from procedures.views import exports, jobs, versions

urlpatterns: list[URLPattern] = [
    path("quy-trinh/tai-tat-ca/", exports.archive_new, name="archive-new"),
    path(
        "quy-trinh/<slug:slug>/cac-lan-ban-hanh/<str:number>/docx/",
        versions.version_docx,
        name="version-docx",
    ),
    path("du-thao/<int:pk>/docx/", exports.draft_docx, name="draft-docx"),
    path("viec-nen/<int:pk>/", jobs.job_detail, name="job-detail"),
    path("viec-nen/<int:pk>/tep/", jobs.job_file, name="job-file"),
    path("viec-nen/<int:pk>/lam-lai/", jobs.job_restart, name="job-restart"),
]
