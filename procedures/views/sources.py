"""Where a fact was seen, as links."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Source:
    """What is shown of a source; `url` is empty where it is no address of the web."""

    text: str
    url: str


def sources_of(text: str) -> list[Source]:
    """Return the sources that `text` names, apart by white space; only web addresses are links."""
    return [_source(part.strip(";")) for part in text.split() if part.strip(";")]


def _source(text: str) -> Source:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        return Source(text, "")
    return Source(host.removeprefix("www."), text)
