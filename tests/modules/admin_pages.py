"""Sending the admin's forms as a browser does: with every value that the page holds."""

import html5lib

from tests.factories import VTT, upload

MODULES = "/admin/modules/module/"
ADD_MODULE = f"{MODULES}add/"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
LANGUAGES = ("en", "fr", "es", "pt", "ar")


def change_url(row) -> str:
    return f"/admin/modules/{row._meta.model_name}/{row.pk}/change/"


def sent_by(response) -> dict:
    """What a browser would send if nothing were changed in the form of this page."""
    page = html5lib.parse(response.text, namespaceHTMLElements=False)
    for parent in page.iter():
        for template in parent.findall("template"):
            parent.remove(template)
    form = next(form for form in page.iter("form") if (form.get("id") or "").endswith("_form"))
    data = {}
    for field in form.iter():
        name = field.get("name")
        if field.tag == "input" and _is_sent(field):
            _append(data, name, field.get("value", "on" if field.get("type") == "checkbox" else ""))
        elif field.tag == "textarea":
            data[name] = (field.text or "").removeprefix("\n")
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = [option.get("value") for option in options if "selected" in option.attrib]
            if "multiple" in field.attrib:
                data[name] = chosen
            else:
                data[name] = chosen[0] if chosen else options[0].get("value")
    return data


def _is_sent(field) -> bool:
    if field.get("type") in {"file", "submit", "button"} or not field.get("name"):
        return False
    return field.get("type") not in {"checkbox", "radio"} or "checked" in field.attrib


def _append(data: dict, name: str, value: str) -> None:
    data[name] = [*data[name], value] if isinstance(data.get(name), list) else value
    if name.endswith("languages"):
        data[name] = data[name] if isinstance(data[name], list) else [data[name]]


def add_part(data: dict, kind: str, /, **fields) -> int:
    """Adds a part to what is sent, as the button below its list does; returns its number."""
    number = int(data[f"{kind}-TOTAL_FORMS"])
    data[f"{kind}-TOTAL_FORMS"] = str(number + 1)
    data.update({f"{kind}-{number}-{name}": value for name, value in fields.items()})
    return number


def in_five_languages(**texts) -> dict:
    return {
        f"{name}_{code}": f"{text} ({code})" for name, text in texts.items() for code in LANGUAGES
    }


def whole_module() -> dict:
    """The values of a module with one part of each kind, in five languages."""
    return {
        "fields": {
            "number": "7",
            "slug": "module-7",
            "minutes": "9",
            "status": "published",
            **in_five_languages(
                title="Title", strapline="Line", summary="Sum", lead="Lead", objectives="One\nTwo"
            ),
        },
        "figures": {"value": "40+", **in_five_languages(label="countries")},
        "sections": in_five_languages(title="Section", body="Some **text**."),
        "videos": {
            "address": "https://youtu.be/dQw4w9WgXcQ",
            "seconds": "60",
            **in_five_languages(title="Video", description="About", transcript="Said"),
            **{f"captions_{code}": upload(f"{code}.vtt", VTT) for code in LANGUAGES},
        },
        "events": {
            "kind": "conference",
            "date": "2013-10-08/2013-10-10",
            "countries": "BR; Norway",
            "source_url": "https://example.org/source",
            **in_five_languages(title="Event", label="Short", text="What", place="World"),
        },
        "resources": {
            "url": "https://example.org/paper.pdf",
            "languages": ["en", "ar"],
            **in_five_languages(title="Paper"),
        },
    }
