"""The style sheet of `verifier_walk`: one step is shown, and its line is marked."""

from __future__ import annotations

from collections.abc import Sequence

_LINE = "var(--jp-border-color2,rgba(128,128,128,.4))"
_RULES = """
& .b p{margin:.15em 0;display:flex;flex-wrap:wrap;align-items:center;gap:2px}
& .b span{flex:0 1 auto;margin-right:.5em}
& .b label{display:flex;position:relative}
& .b label span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
& .b input{appearance:none;-webkit-appearance:none;margin:0;flex:0 0 auto;width:14px;height:24px;
 border-radius:3px;background:color-mix(in srgb,currentColor 22%,transparent);cursor:pointer}
& .b input:hover{background:color-mix(in srgb,currentColor 45%,transparent)}
& .b input:checked{background:#0072b2;box-shadow:0 0 0 2px currentColor}
& .b input:focus-visible{outline:3px solid #0072b2;outline-offset:3px}
& .c{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20em),1fr));
 gap:1em;align-items:start}
& .c>*{min-width:0}
& .c pre{overflow:auto}
& table{margin:.4em 0;border-collapse:collapse;width:auto}
& caption{caption-side:top;text-align:left;font-weight:600}
& td,& th{text-align:left;vertical-align:top;padding:.15em .6em .15em 0;white-space:normal}
& th{white-space:nowrap;font-weight:inherit;font-family:var(--jp-code-font-family,monospace)}
& thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
& .n{font-weight:600}
& details pre{white-space:pre;padding:.4em 0}
& .s{display:none}
"""
_MARK = "display:block;background:rgba(240,228,66,.22);box-shadow:inset 4px 0 #b8860b"


def sheet(scope: str, lines: Sequence[str]) -> str:
    """Return the sheet for the element of class *scope*; *lines* are the classes of steps' lines.

    Only where the browser can choose by what is checked: elsewhere every step stays visible.
    """
    rules = _RULES.replace("&", f".{scope}.{scope}")  # twice: stronger than JupyterLab's own
    for at, line in enumerate(lines):
        chosen = f".{scope}:has(.k{at}:checked)"
        rules += f"{chosen} .s{at}{{display:block}}"
        rules += f"{chosen} .{line}{{{_MARK}}}" if line else ""
    return f"@supports selector(:has(*)){{{rules}}}"
