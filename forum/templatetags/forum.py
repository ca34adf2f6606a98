from django import template

register = template.Library()


@register.inclusion_tag("forum/includes/module_forum.html")
def module_forum(module):
    """The discussion under a module; what forum offers to the pages of modules."""
    return {"module": module}
