"""The content pack: text files in the repository that fill an empty Academy.

A folder a module: `module.yaml` holds what no language changes, `text.<language>.yaml` the words.
docs/developing.md describes the format.
"""

from modules.pack.loading import Report, load_pack
from modules.pack.reading import PackError

__all__ = ["PackError", "Report", "load_pack"]
