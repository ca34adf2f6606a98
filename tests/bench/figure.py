from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    name: str
    measured: str
    # Empty: for information.
    bar: str = ""
    is_met: bool = True
