"""Source listings and changes: numbers, signs, colours."""

import re
import sys
from html import unescape
from itertools import product
from pathlib import Path

import pytest
from matplotlib.colors import to_rgb

from bpflab import LabError
from bpflab.views.code import code, diff

SOURCE = """\
#include <linux/ptrace.h>
/* one
 * two */
int hook(void *ctx)
{
\tu64 n = 23;
\tbpf_trace_printk("hello");
\treturn 0;
}
"""
NEW = SOURCE.replace("u64", "u32").replace("\treturn 0;\n", "")


def words(html):
    """Return the text of the listing as it is seen."""
    body = re.search(r"<pre.*?>(.*)</pre>", html, re.S).group(1)
    return unescape(re.sub(r"<[^>]*>", "", body)).split("\n")


def test_lines_are_numbered_and_tabs_are_eight_wide():
    """The text has the title, then number and line."""
    lines = code(SOURCE, "hook.c").text.split("\n")

    assert lines[0] == "hook.c"
    assert lines[1] == "    1  #include <linux/ptrace.h>"
    assert lines[6] == "    6          u64 n = 23;"
    assert len(lines) == 10


def test_marked_lines_have_a_sign_not_only_a_colour():
    """In the text and in the HTML."""
    view = code(SOURCE, "hook.c", marks=["u64 n ="])

    assert [line for line in view.text.split("\n") if line.startswith(">")] == [
        ">   6          u64 n = 23;"
    ]
    assert [line for line in words(view.html) if line.startswith("►")] == [
        "►   6          u64 n = 23;"
    ]
    assert view.html.count("<strong") == 1


def test_a_mark_that_no_line_holds_is_an_error():
    """A listing whose file has changed says so, where a number would mark another line."""
    with pytest.raises(LabError) as caught:
        code(SOURCE, "hook.c", marks=["u64 n", "u64 m"])
    assert caught.value.kind == "no-mark"
    assert caught.value.message == "No line of hook.c holds 'u64 m'."
    for number in (8, 23):  # the second stands in a line
        with pytest.raises(LabError, match=rf"marks is \[{number}\]"):
            code(SOURCE, "hook.c", marks=[number])
    with pytest.raises(LabError, match="marks is 'int'"):  # whose letters would be the marks
        code(SOURCE, "hook.c", marks="int")


def test_the_html_says_what_the_text_says():
    """Line for line, but for the sign."""
    view = code(SOURCE, "hook.c", marks=["int hook"])

    shown = [line.replace("►", ">").rstrip() for line in words(view.html)]
    assert shown[:9] == view.text.split("\n")[1:]


def test_c_is_coloured_and_every_line_closed_in_itself():
    """A comment over two lines is coloured on both; kernel types and helpers stand out."""
    html = code(SOURCE, "hook.c").html

    assert html.count("color:var(--co)") == 2
    assert 'color:var(--kw)">u64<' in html
    assert 'color:var(--fn)">bpf_trace_printk<' in html
    for line in re.findall(r"<span style=\"display:block.*?\n</span>", html, re.S):
        assert line.count("<span") == line.count("</span>")


def test_an_empty_source_is_an_empty_listing():
    """Nothing, one empty line, and text without a last newline are three things."""
    assert code("", "t").text == "t"
    assert code("\n", "t").text == "t\n    1"
    assert code("a", "t").text == code("a\n", "t").text
    assert len(words(code("\n\na\n\n", "t").html)) == 5


def test_only_the_newline_ends_a_line():
    """A form feed does not shift the numbers that the compiler speaks of."""
    assert code("a\fb\rc\nd", "t").text == "t\n    1  a\\x0cb\\rc\n    2  d"


def test_the_same_source_gives_the_same_view():
    """No random id and no clock."""
    some, same = {"int hook", "one"}, ["one", "int hook"]
    assert code(SOURCE, "t", marks=some) == code(SOURCE.encode(), "t", marks=same)
    assert diff(SOURCE, NEW, "a", "b") == diff(SOURCE, NEW, "a", "b")


def test_a_change_is_a_unified_diff():
    """Without times, with the tabs of the source, and only so much around it."""
    assert diff(SOURCE, NEW, "1.c", "2.c", context=1).text == (
        "--- 1.c\n"
        "+++ 2.c\n"
        "@@ -5,5 +5,4 @@\n"
        " {\n"
        "-\tu64 n = 23;\n"
        "+\tu32 n = 23;\n"
        ' \tbpf_trace_printk("hello");\n'
        "-\treturn 0;\n"
        " }"
    )


def test_a_changes_html_has_both_numbers_and_signs():
    """Old number, new number, sign and line; what lies between is hinted at."""
    shown = [line.rstrip() for line in words(diff(SOURCE, NEW, "1.c", "2.c", context=1).html)]

    assert shown == [
        "    ⋯   ⋯",
        "    5   5  {",
        "-   6              u64 n = 23;",
        "+       6          u32 n = 23;",
        '    7   7          bpf_trace_printk("hello");',
        "-   8              return 0;",
        "    9   8  }",
        "",
    ]
    assert "1.c → 2.c" in diff(SOURCE, NEW, "1.c", "2.c").html


def test_no_change_says_so():
    """An empty diff would look like a fault."""
    view = diff(SOURCE, SOURCE, "1.c", "2.c")

    assert view.text == "no difference between 1.c and 2.c"
    assert view.text in view.html


def test_a_change_from_nothing_is_all_new():
    """And one to nothing all gone."""
    assert diff("", "a\nb\n", "x", "y").text.split("\n")[3:] == ["+a", "+b"]
    assert diff("a\nb\n", "", "x", "y").text.split("\n")[3:] == ["-a", "-b"]


def luminance(colour):
    """Return WCAG's relative luminance of an (r, g, b) of 0..255."""
    parts = [c / 255 for c in colour]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def over(top, alpha, below):
    """Return what is seen of *top* at *alpha* over *below*."""
    return tuple(a * alpha + b * (1 - alpha) for a, b in zip(top, below, strict=True))


def theme(name):
    """Return the resolved colours of one of JupyterLab's themes."""
    themes = Path(sys.prefix, "share/jupyter/lab/themes/@jupyterlab")
    css = (themes / f"theme-{name}-extension" / "index.css").read_text()
    rules = dict(re.findall(r"(--[\w-]+):\s*([^;}]+)", css))

    def resolve(value):
        if found := re.fullmatch(r"var\((--[\w-]+)(?:,\s*(.+))?\)", value):
            return resolve(rules.get(found[1]) or found[2])
        return tuple(255 * part for part in to_rgb(value))

    used = re.compile(r"--jp-(mirror-editor-\w+-color|layout-color0|content-font-color0)")
    return {key: resolve(value) for key, value in rules.items() if used.fullmatch(key)}


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_colour_is_readable_on_every_background(name):
    """4.5:1 in JupyterLab's own light and dark theme, also on the lines that carry a tint."""
    colours = theme(name)
    html = code(SOURCE, "t", marks=["ptrace"]).html + diff(SOURCE, NEW, "a", "b").html
    plain = colours["--jp-layout-color0"]
    text = colours["--jp-content-font-color0"]
    found = re.findall(r"background:rgba\(([\d,.]+)\)", html)
    tints = {tuple(map(float, tint.split(","))) for tint in found}
    assert len(tints) == 3
    behind = [plain, *(over(tint[:3], tint[3], plain) for tint in tints)]
    mixes = re.findall(r"color-mix\(in srgb,var\((--[\w-]+)\) (\d+)%,currentColor\)", html)
    front = {k: over(colours[k], int(part) / 100, text) for k, part in mixes}
    front["number"] = None
    assert len(front) == 7

    for (key, colour), ground in product(front.items(), behind):
        seen = over(text, 0.7, ground) if colour is None else colour
        bright, dim = sorted((luminance(seen), luminance(ground)), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5, (key, ground)
