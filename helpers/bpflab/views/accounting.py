"""A log at one moment: where its events went, and how fast they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bpflab.views.view import View, markup

_STEPS = "▁▂▃▄▅▆▇█"
_ALWAYS = ("shown", "filtered", "dropped")  # the others only where they are not 0
_BESIDE = ("produced", "missed")  # what is no part of the sum
_ALARM = "color:var(--jp-error-color0,#c62828);font-weight:600"
_LINE = "margin:0;padding:.2em .7em"
_MONO = "font-family:var(--jp-code-font-family,ui-monospace,monospace)"


def accounted(view: View, ledger: Mapping[str, int], speeds: Sequence[float] = ()) -> View:
    """Return *view* and below it where all events went, and how fast they come.

    *ledger* is what ``EventLog.ledger`` returns, and *speeds* events a second, the latest last.
    What is unaccounted has a line of its own, in red, as has what the kernel skipped.
    """
    lines = [_sum(ledger), *([_speed(speeds)] if len(speeds) else [])]
    alarms = _alarms(ledger)
    html = "\n".join(
        [
            *(f'<p style="{_LINE};{_MONO}">{markup(line)}</p>' for line in lines),
            *(f'<p style="{_LINE};{_ALARM}">{markup(line)}</p>' for line in alarms),
        ]
    )
    return View(f"<div>\n{view.html}\n{html}\n</div>", "\n".join([view.text, *lines, *alarms]))


def _sum(ledger: Mapping[str, int]) -> str:
    if "produced" not in ledger:
        return f"{ledger['shown']:,} shown; the program does not count what was dropped"
    parts = {k: v for k, v in ledger.items() if k not in _BESIDE and (v or k in _ALWAYS)}
    terms = " + ".join(f"{count:,} {name}" for name, count in parts.items())
    return f"{ledger['produced']:,} produced = {terms}"


def _alarms(ledger: Mapping[str, int]) -> list[str]:
    alarms = []
    lost = ledger.get("unaccounted", 0)
    if lost > 0:
        alarms.append(f"⚠ {lost:,} unaccounted: counted in seen, and neither sent nor dropped.")
    if lost < 0:
        alarms.append(f"⚠ {-lost:,} more than produced: sent or dropped, and not counted in seen.")
    if missed := ledger.get("missed", 0):
        alarms.append(f"⚠ {missed:,} missed: the kernel skipped the program for these events.")
    return alarms


def _speed(speeds: Sequence[float]) -> str:
    most = max(speeds)
    steps = "".join(_STEPS[round(s / most * (len(_STEPS) - 1)) if most else 0] for s in speeds)
    return f"{steps} {speeds[-1]:,.0f} events a second, {most:,.0f} at most"
