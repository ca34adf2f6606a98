"""Static files as they leave the server: hashed names, compressed, and one style sheet.

The style sheets are many small files that `css/site.css` brings in with @import, which a browser
reads as they are while developing. On a slow line each file costs a round trip, so that
collecting them puts every import in its place.
"""

import re
from pathlib import Path

from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLE = "css/site.css"
_IMPORT = re.compile(r'^@import "(?P<path>[^"]+)" layer\((?P<layer>[\w-]+)\);$', re.M)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_SPACE = re.compile(r"\s+")


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    def post_process(self, paths, dry_run=False, **options):
        if BUNDLE in paths and not dry_run:
            target = Path(self.path(BUNDLE))
            storage, path = paths[BUNDLE]
            target.write_text(bundle(Path(storage.path(path))), encoding="utf-8")
            # From here on the bundle is read from where it was just written.
            paths = {**paths, BUNDLE: (self, BUNDLE)}
        yield from super().post_process(paths, dry_run, **options)


def bundle(sheet: Path) -> str:
    """The style sheet with each import, in its layer, in place of the line that asks for it."""

    def in_place(match: re.Match) -> str:
        return f"@layer {match['layer']} {{ {bundle(sheet.parent / match['path'])} }}"

    css = _IMPORT.sub(in_place, sheet.read_text(encoding="utf-8"))
    return _SPACE.sub(" ", _COMMENT.sub("", css)).strip()
