from dataclasses import dataclass

OK, WARNING, FAULT = "ok", "warning", "fault"


@dataclass(frozen=True)
class Verdict:
    """Whole sentences, for an operator."""

    level: str
    text: str
    # What to do; "" when all is well.
    mend: str = ""


def ok(text: str) -> Verdict:
    return Verdict(OK, text)


def warning(text: str, mend: str) -> Verdict:
    return Verdict(WARNING, text, mend)


def fault(text: str, mend: str) -> Verdict:
    return Verdict(FAULT, text, mend)


def counted(number: float, noun: str) -> str:
    """ "1 mail", "1,200 mails": operators read English."""
    return f"{number:,.0f} {noun}{'' if round(number) == 1 else 's'}"
