"""What Prometheus is told, where METRICS=1 asks for it: requests, jobs that wait, the ledger."""

import os
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from qms.records.models import Job, LedgerEntry

_FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded")


class OfficeFigures(Collector):
    """What is read from the database each time somebody asks."""

    def collect(self) -> Iterable[Metric]:
        open_jobs = Job.objects.filter(finished_at=None).aggregate(
            waiting=Count("pk", filter=Q(started_at=None)),
            running=Count("pk", filter=Q(started_at__isnull=False)),
        )
        jobs = GaugeMetricFamily(
            "qms_open_jobs", "Jobs that are not at their end", labels=["state"]
        )
        for state, number in open_jobs.items():
            jobs.add_metric([state], number)
        yield jobs
        head = LedgerEntry.objects.head()
        yield GaugeMetricFamily("qms_ledger_seq", "Place of the last entry", value=head.seq)


@require_safe
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the addresses that METRICS_ALLOW names; to all others there is no such page."""
    # Through a proxy everybody comes from its address, so that is refused wholly.
    came_through_proxy = any(name in request.headers for name in _FORWARDED)
    address = request.META.get("REMOTE_ADDR", "")
    if not settings.METRICS or came_through_proxy or address not in settings.METRICS_ALLOW:
        raise Http404
    told = generate_latest(_requests()) + generate_latest(_own())
    return HttpResponse(told, content_type=CONTENT_TYPE_LATEST)


def _requests() -> CollectorRegistry:
    """The figures of all worker processes together, where there are several."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def _own() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(OfficeFigures())
    return registry
