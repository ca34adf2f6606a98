"""`python -m tests.licences` names each package of the lock whose licence we have not accepted."""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCKS = ("base.txt", "server.txt")
# All let the Academy be passed on under any licence; the LGPL asks to leave the package as it is.
_ACCEPTED = re.compile(
    r"\b(MIT|BSD|Apache|Python Software Foundation|PSF|MPL|Mozilla|ISC|HPND|Unlicense|LGPL"
    r"|Lesser General Public|Public Domain|0BSD|CC0|Zlib)\b",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"\b(AGPL|Affero|SSPL|Proprietary)\b|(?<!L)GPL|(?<!Lesser )General Public")
# Looked at by a person: what is refused above belongs to a part that is not installed.
_LOOKED_AT = {
    "docutils": "public domain; the GPL is that of a file for Emacs",
    "qrcode": "BSD; the name of the other licence is a trade mark's",
}


def licence_of(package: Distribution) -> str:
    """As the package states it, in whichever of the three ways."""
    data = package.metadata
    if expression := data.get("License-Expression"):
        return expression
    stated = [
        line.rpartition(" :: ")[2]
        for line in data.get_all("Classifier", [])
        if line.startswith("License ::")
    ]
    # Some put the whole text there.
    return ", ".join(stated) or (data.get("License") or "").strip().split("\n")[0]


def is_accepted(licence: str) -> bool:
    return bool(_ACCEPTED.search(licence)) and not _REFUSED.search(licence)


def faults() -> list[str]:
    found = []
    for name in sorted(_locked()):
        try:
            licence = licence_of(distribution(name))
        except PackageNotFoundError:
            # Of another system.
            continue
        if name not in _LOOKED_AT and not is_accepted(licence):
            found.append(
                f'{name} is under "{licence}", which is not accepted in tests/licences.py.'
            )
    return found


def _locked() -> set[str]:
    folder = Path(__file__).resolve().parent.parent / "requirements"
    texts = [(folder / name).read_text() for name in LOCKS if (folder / name).exists()]
    return {name for text in texts for name in re.findall(r"^([a-z0-9.-]+)==", text, re.M)}


if __name__ == "__main__":
    sys.exit("\n".join(faults()) or None)
