"""What an operator does with an Academy; the commands of `manage.py` only say what comes of it."""


class Refused(Exception):
    """Nothing was changed; the text tells the operator why, and what to do."""
