import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.copies import Copies
from tests.bench.figure import Figure
from tests.bench.figures import FIGURES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(FIGURES)}; all when none is named")
    parts = parser.parse_args().parts or list(FIGURES)
    if unknown := set(parts) - set(FIGURES):
        parser.error(f"there is no {', '.join(unknown)}; take of {', '.join(FIGURES)}")
    began = time.monotonic()
    figures = []
    with TemporaryDirectory(prefix="academy-bench-") as folder:
        copies = Copies(Path(folder))
        for part in parts:
            print(f"Measuring {part} ...", flush=True)
            figures += FIGURES[part](copies)
    _print_table(figures)
    print(f"{time.monotonic() - began:.0f} s in all.")
    return 0 if all(figure.is_met for figure in figures) else 1


def _print_table(figures: list[Figure]) -> None:
    rows = [("figure", "measured", "bar", "")]
    for each in figures:
        verdict = "" if not each.bar else "ok" if each.is_met else "MISSED"
        rows.append((each.name, each.measured, each.bar, verdict))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [text.ljust(width) for text, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())


if __name__ == "__main__":
    sys.exit(main())
