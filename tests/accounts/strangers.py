"""What somebody may send about any address, to learn whether there is an account."""

SIGN_UP = "/en/account/signup/"
SIGN_IN = "/en/account/login/"
RESET = "/en/account/password/reset/"
# Where it is sent, the field of the address, and the other fields.
FORMS = {
    "sign-up": (SIGN_UP, "email", {"display_name": "Ana Lima"}),
    "sign-up with a password": (
        SIGN_UP,
        "email",
        {"display_name": "Ana Lima", "password1": "a long enough passphrase"},
    ),
    "sign-in by code": (SIGN_IN, "login", {}),
    "sign-in by password": (SIGN_IN, "login", {"password": "wrong wrong wrong"}),
    "reset": (RESET, "email", {}),
}


def answer(client, form: str, email: str, **headers) -> tuple:
    """What a stranger can see of it: its status, where it leads, and the page there."""
    path, field, others = FORMS[form]
    response = client.post(path, others | {field: email}, headers=headers)
    page = (
        client.get(response["Location"], headers=headers).text
        if response.status_code == 302
        else response.text
    )
    return response.status_code, response.get("Location"), _comparable(page, email)


def _comparable(page: str, email: str) -> str:
    lines = page.replace(email, "ADDRESS").splitlines()
    return "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line)
