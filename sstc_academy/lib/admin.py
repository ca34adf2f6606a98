"""What the admin of every app needs, for Django's own to take any input."""

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME

# The largest key that both databases keep has 19 digits.
_MOST_DIGITS = 18
# Each word is looked for in each field: a thousand are more than a database compares.
_MOST_WORDS = 20
_MOST_CHARACTERS = 200


class AnyInput:
    """For a ModelAdmin: a list whose address or selection makes no sense is no server error."""

    def lookup_allowed(self, lookup, value, request):
        """Only the filters beside the list; Django passes any other to the database as it is."""
        names = (getattr(choice, "parameter_name", choice) for choice in self.list_filter)
        return "\0" not in str(value) and any(
            lookup == name or lookup.startswith(f"{name}__") for name in names
        )

    def get_search_results(self, request, queryset, search_term):
        words = search_term[:_MOST_CHARACTERS].split()[:_MOST_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))

    def get_changeform_initial_data(self, request):
        """Nothing: Django would hand the fields of a new page what its address says, unread."""
        return {}

    def get_object(self, request, object_id, from_field=None):
        """Django would look for a field without a name when the address asks by an empty one."""
        return super().get_object(request, object_id, from_field or None)

    def response_action(self, request, queryset):
        data = request.POST.copy()
        keys = data.getlist(ACTION_CHECKBOX_NAME)
        data.setlist(ACTION_CHECKBOX_NAME, [key for key in keys if _is_key(key)])
        request.POST = data
        return super().response_action(request, queryset)


class SuperusersOnly:
    """For a ModelAdmin: whatever rights a group may be given."""

    def has_module_permission(self, request):
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser


def _is_key(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) <= _MOST_DIGITS
