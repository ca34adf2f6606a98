"""Which models a pack fills, and under which names their fields stand in its files."""

from dataclasses import dataclass

from django.db.models import Model

from modules import models


@dataclass(frozen=True)
class Part:
    """One kind of entry: its list in module.yaml, its texts in text.<language>.yaml."""

    name: str
    model: type[Model]
    # name in module.yaml -> field of the model
    facts: dict[str, str]
    texts: tuple[str, ...]
    # Names that are handled by hand: files, links to other entries, nested entries.
    special: frozenset[str] = frozenset()


MODULE = Part(
    "module",
    models.Module,
    {name: name for name in ("number", "slug", "status", "minutes")},
    ("title", "strapline", "summary", "lead", "objectives"),
)
COMMITMENT = Part("commitments", models.Commitment, {}, ("text",))
# Parts of the module's page, in the order in which they are loaded.
PAGE_PARTS = (
    Part("figures", models.Figure, {"value": "value"}, ("label",)),
    Part("sections", models.Section, {}, ("title", "body")),
    Part(
        "videos",
        models.Video,
        {"address": "address", "seconds": "seconds", "megabytes": "megabytes"},
        ("title", "description", "transcript"),
        special=frozenset({"file", "captions"}),
    ),
    Part(
        "events",
        models.TimelineEvent,
        {"kind": "kind", "date": "date", "countries": "countries", "editor_note": "editor_note"},
        ("title", "label", "text", "place", "partners"),
        special=frozenset({"source"}),
    ),
    Part("resources", models.Resource, {"url": "url", "languages": "languages"}, ("title",)),
)
PLEDGES = Part(
    "pledges",
    models.Pledge,
    {
        "slug": "slug",
        "organisation": "organisation",
        "announced": "announced_on",
        "progress": "progress",
        "countries": "countries",
        "pledge_url": "pledge_url",
        "more_url": "more_url",
    },
    ("title", "summary", "place", "report"),
    special=frozenset({"commitments"}),
)
NEWS = Part(
    "news",
    models.NewsItem,
    {"slug": "slug", "organisation": "organisation", "date": "date"},
    ("title", "summary", "body"),
    special=frozenset({"pledge"}),
)
EVERY_PART = (MODULE, *PAGE_PARTS, PLEDGES, NEWS)
