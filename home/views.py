"""The first page: what waits for me."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from home.work import work_of
from procedures import permissions as may
from qms.http import UserRequest


@require_safe
def my_work(request: UserRequest) -> HttpResponse:
    context = {"groups": work_of(request.user), "may_start": may.can_start(request.user)}
    return render(request, "home/my_work.html", context)
