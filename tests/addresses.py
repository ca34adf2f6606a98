"""The addresses of the Academy, as its URL configuration names them."""

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver


def all_names(resolver: URLResolver | None = None, namespace: str = "") -> set[str]:
    """Such as "forum:reply"."""
    names = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            names.add(f"{namespace}:{pattern.name}" if namespace else str(pattern.name))
        else:
            names |= all_names(pattern, pattern.namespace or namespace)
    return names
