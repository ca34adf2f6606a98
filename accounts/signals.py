from accounts.services import facilitators_group


def keep_facilitators_group(using, **_kwargs):
    facilitators_group(using)
