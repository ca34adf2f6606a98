"""Figures for Prometheus, of all processes of this server."""

import os
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from sstc_academy.lib import readiness
from sstc_academy.lib.addresses import client_address


class _Checks:
    """Asked at each visit, and not counted: they are the same for all processes."""

    def collect(self):
        family = GaugeMetricFamily("academy_check_ok", "1 when it is well.", labels=["check"])
        for finding in readiness.findings():
            family.add_metric([finding.check.name], 0 if finding.fault else 1)
        yield family


_checks = CollectorRegistry()
_checks.register(_Checks())


@never_cache
@require_safe
def metrics(request):
    """Only for the networks of METRICS_NETWORKS; for anybody else there is no such page."""
    if not _is_allowed(client_address(request)):
        raise Http404
    return HttpResponse(
        generate_latest(_counted()) + generate_latest(_checks), content_type=CONTENT_TYPE_LATEST
    )


def _is_allowed(address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in settings.METRICS_NETWORKS)


def _counted() -> CollectorRegistry:
    # sstc_academy/gunicorn.py sets it, where several processes write down what they count.
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry
