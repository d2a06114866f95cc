"""What charts share: the same bytes everywhere, nothing touched beyond themselves, short names."""

import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from matplotlib import rc_context, rcParams, rcParamsDefault
from matplotlib.figure import Figure

from bpflab.text import width
from bpflab.views.bars import bars
from bpflab.views.charts import wide
from bpflab.views.lines import lines
from bpflab.views.svg import label
from tests.views.drawn import SVG, drawn, letters

COST = pd.DataFrame(
    {"ring": [101.5, 120, 311], "perf": [202, 230, None]},
    index=pd.Index([64, 128, 512], name="bytes"),
)
THEIRS = """
font.size 40, font.weight bold, text.parse_math True, text.color red, svg.fonttype path,
figure.facecolor red, figure.autolayout True, axes.facecolor red, axes.grid True, axes.xmargin 0.4,
axes.labelpad 30, axes.spines.top False, axes.spines.left False, axes.unicode_minus False,
lines.marker x, lines.linewidth 9, lines.markerfacecolor red, lines.solid_capstyle round,
lines.solid_joinstyle bevel, xtick.top True, xtick.labelbottom False, ytick.labelleft False,
xtick.minor.visible True, grid.linestyle :, grid.color red, legend.fontsize 40, legend.frameon True,
legend.numpoints 3, legend.handleheight 3, legend.markerscale 3, legend.columnspacing 9
"""


def test_the_same_numbers_give_the_same_bytes():
    """In this process, and in another."""
    data = {"a": [1, 2.5], "b": [3, None]}
    code = (
        "import pandas as pd; "
        "from bpflab.views.bars import bars; from bpflab.views.lines import lines; "
        f"frame = pd.DataFrame({data}); "
        "drawn = lines(frame, 't', unit='ns', loglog=True), bars(frame['b'], 't', unit='n'); "
        "print(*(view.html for view in drawn))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    frame = pd.DataFrame(data)
    views = lines(frame, "t", unit="ns", loglog=True), bars(frame["b"], "t", unit="n")

    assert views == (lines(frame, "t", unit="ns", loglog=True), bars(frame["b"], "t", unit="n"))
    assert other.stdout == f"{views[0].html} {views[1].html}\n"


def test_the_readers_own_matplotlib_is_left_alone():
    """A style of theirs does not change a chart, a chart does not change their settings."""
    wanted = lines(COST, "t", unit="ns", loglog=True), bars(COST["ring"], "t", unit="ns")
    with rc_context(dict(pair.split() for pair in THEIRS.split(","))):
        before = dict(rcParams)
        assert (
            lines(COST, "t", unit="ns", loglog=True),
            bars(COST["ring"], "t", unit="ns"),
        ) == wanted
        assert dict(rcParams) == before


def test_a_learners_figures_are_theirs_while_charts_are_drawn():
    """Figures made while another thread draws charts have all four spines, and their settings."""
    done = threading.Event()

    def draw():
        while not done.is_set():
            lines(COST, "t", unit="ns")
            bars(COST["ring"], "t", unit="ns")

    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(draw)
        try:
            for size in range(50):
                rcParams["lines.markersize"] = size
                axes = Figure().subplots()
                assert all(spine.get_visible() for spine in axes.spines.values())
                assert rcParams["lines.markersize"] == size
        finally:
            rcParams["lines.markersize"] = rcParamsDefault["lines.markersize"]
            done.set()
        drawing.result(20)


def test_pyplot_is_not_imported():
    """Its figures are the whole process's, and it may open a window."""
    code = (
        "import sys; import pandas as pd; from bpflab import plot;"
        "frame = pd.DataFrame({'a': [1, 2]});"
        "plot(frame, 't', kind='line', unit='n', loglog=True);"
        "plot(frame['a'], 't', kind='bar', unit='n');"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_matplotlib_comes_with_the_first_chart():
    """A notebook that shows tables, bytes and live views alone has 30 MB less."""
    code = (
        "import sys; import pandas as pd; from bpflab import flow, grid, live, plot, table;"
        "counts = pd.Series({'ls': 2}, name='calls');"
        "table(counts.to_frame(), 't');"
        "assert 'matplotlib' not in sys.modules; "
        "plot(counts, 't', kind='bar', unit='n');"
        "sys.exit('matplotlib' not in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_threads_draw_the_same():
    """Different charts at once, none of them in the main thread, as each is alone."""
    counts = pd.Series({"ps": 250, "$ls$": 1000, "日本": 500})
    times = pd.date_range("2024-02-03 10:00:03", periods=20, freq="s", tz="UTC")
    kinds = [
        lambda: lines(COST, "t", unit="ns"),
        lambda: lines(COST, "t", unit="ns", loglog=True),
        lambda: lines(pd.DataFrame({"a": range(20)}, index=times), "t", unit="n"),
        lambda: bars(counts, "t", unit="$n$"),
    ]
    wanted, settings = [kind() for kind in kinds], dict(rcParams)
    start = threading.Barrier(4)

    def draw(at):
        assert threading.current_thread() is not threading.main_thread()
        start.wait(timeout=60)
        return kinds[at % 4]()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw, range(24))) == wanted * 6
    assert dict(rcParams) == settings


def test_two_charts_on_a_page_do_not_meet():
    """All that they look up is inside their images; the same id is never two things."""
    frame = pd.DataFrame({f"c{at}": [at, at + 1] for at in range(5)})
    for view in (lines(frame, "t", unit="ns"), bars(COST["ring"], "t", unit="ns")):
        assert not re.search(r" id=|href|url\(|<style|<defs|<use", view.html)
        ids = [node.get("id") for node in drawn(view).iter() if node.get("id") is not None]
        assert len(set(ids)) == len(ids)
        uses = {use.get("href") for use in drawn(view).iter(f"{SVG}use")}
        assert uses <= {f"#{name}" for name in ids}


@pytest.mark.parametrize("log", [False, True])
def test_it_can_be_read_in_every_theme(log):
    """Text, axes and ticks are dark on the image's own light ground, and it shrinks to fit."""
    views = lines(COST, "t", unit="ns", loglog=log), bars(COST["ring"], "t", unit="ns")
    for view in views:
        root = drawn(view)
        assert "color:#1b1f24;background:#f6f8fa" in root.get("style")
        assert "max-width:100%" in ET.fromstring(view.html).find("img").get("style")
        assert "text{fill:" not in letters(root)
        assert all("fill:#1b1f24;" in text.get("style") for text in root.iter(f"{SVG}text"))
        said = " ".join(node.get("style", "") for node in list(root.iter())[1:])
        colours = set(re.findall(r"(?:fill|stroke):([#\w]+)", said))
        assert colours <= {"none", "#1b1f24", "#0072b2", "#d55e00", "#dde1e6"}
    assert colours == {"none", "#1b1f24", "#0072b2"}


@pytest.mark.parametrize("char", ["x", "日", "\u202e", "\ud800", "\u0301", "\U000e0041"])
def test_a_name_has_at_most_its_columns(char):
    """However it is written; what is cut is counted, and nothing is cut that fits."""
    for count in (1, 4, 40, 41, 4096):
        shown = label(char * count)
        name, _, more = shown.partition("… (")
        assert width(name) <= 40
        takes = max(width(label(char)), 1)
        assert bool(more) == (takes * count > 40)
        if more:
            assert len(name) // len(label(char)) + int(more.removesuffix(" more)")) == count


def test_a_name_of_several_levels_is_one():
    """Its parts are made safe like any other."""
    assert label(("a", b"\xff\n", 3)) == r"a \xff\n 3"
    assert label(None) == "None"


def test_every_character_has_a_width():
    """Wide ones more than narrow ones, and none makes matplotlib warn that its font lacks it."""
    assert 0 < wide("i") < wide("x") < wide("W") < wide("日")
    assert wide("") == wide("\u0301") == 0
    assert wide("…") > 0
