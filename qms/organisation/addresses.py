"""The address a request comes from, as sign-in, counting and logs all see it."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the client's address; with `PROXY_COUNT` proxies in front, the one they wrote down.

    Each proxy appends whom it was asked by to X-Forwarded-For, so only the last `PROXY_COUNT`
    entries are theirs: what stands before them anybody may have written. A header that is too
    short or says no address is not believed, and the connection's own address counts.
    """
    own = request.META.get("REMOTE_ADDR") or ""
    count: int = settings.PROXY_COUNT
    if count < 1:
        return own
    written = request.headers.get("X-Forwarded-For", "").split(",")
    if len(written) < count:
        return own
    try:
        return str(ip_address(written[-count].strip()))
    except ValueError:
        return own
