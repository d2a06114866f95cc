"""The measurements as Markdown: ``./lab bench --json | python -m bench.report``."""

import json
import sys
from collections.abc import Iterator
from typing import Any

HEAD = "| what | who | median | least to most | the lab beside it |\n|---|---|---:|---:|---|"


def number(value: float) -> str:
    """Return *value* with three digits that count, or all before the point."""
    if value >= 99.95:
        return f"{value:,.0f}"
    return (
        f"{value:.1f}" if value >= 9.995 else f"{value:.2f}" if value >= 0.0995 else f"{value:.2g}"
    )


def lines(row: dict[str, Any]) -> Iterator[str]:
    """Yield a table's line for each side of *row*."""
    what, unit = row["what"], row["unit"]
    for side, rounds in (row["lab"] | row["peers"]).items():
        spread = f"{number(min(rounds))} to {number(max(rounds))}" if len(rounds) > 1 else ""
        beside = ", ".join(
            f"{number(ratio)} times {peer}" for peer, ratio in row["ratios"].get(side, {}).items()
        )
        yield f"| {what} | {side} | {number(row['medians'][side])} {unit} | {spread} | {beside} |"
        what = ""
    for side, why in row["missing"].items():
        yield f"| | {side} | | | {why} |"


def report(found: dict[str, Any]) -> str:
    """Return what `bench` found as a page."""
    facts = found["machine"]
    quick = " --quick" if found["quick"] else ""
    parts = [
        "# Performance",
        f"Measured on {facts['date']} by `./lab bench{quick}`, which wrote this page: nothing here "
        "is typed by hand. Each side gets the same work in turn, round by round. A median is over "
        "the rounds. So is a ratio: the lab's value divided by the other's of the same round.",
        ", ".join(f"{name} {value}" for name, value in facts.items() if value and name != "date")
        + ".",
    ]
    for part in found["measurements"]:
        about = part["about"].strip()
        table = [HEAD, *(line for row in part["rows"] for line in lines(row))]
        parts += [f"## {part['title']}", about]
        parts += ["\n".join(table)] if part["rows"] else []
        parts += [f"It failed: {part['failed']}"] if part["failed"] else []
    return "\n\n".join(parts)


if __name__ == "__main__":
    print(report(json.load(sys.stdin)))
