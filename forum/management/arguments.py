"""What the forum's commands ask for alike."""

from django.core.management.base import CommandError

from modules.models import Module


def module_with(slug: str) -> Module:
    """CommandError that names the modules there are."""
    if module := Module.objects.filter(slug=slug).first():
        return module
    slugs = Module.objects.order_by("number").values_list("slug", flat=True)
    if not slugs:
        raise CommandError("There is no module yet. Run: manage.py load_academy")
    raise CommandError(f'There is no module "{slug}". Give one of: {", ".join(slugs)}')
