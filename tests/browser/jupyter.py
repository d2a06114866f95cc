"""JupyterLab as a reader has it before them: notebooks and cells, in one page of a browser.

What a reader does is done through the page (keys, the mouse, what is drawn); what merely brings a
test to its point goes through JupyterLab's own commands. Every wait has a deadline.

>>> book = jupyter.open("my/07-tail-calls.ipynb")
>>> book.run_all()
>>> book.cell(3).text
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Locator, Page

from tests.browser.axe import Violation, violations
from tests.browser.echo import echo_ms
from tests.browser.server import Lab
from tests.browser.traffic import Traffic

WINDOW: Any = {"width": 1280, "height": 900}
STEP_MS = 30_000
OPEN_S = 120.0
RUN_S = 240.0
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
OUTPUTS = ".jp-Cell-outputArea"
_TEXT = """area => [...area.querySelectorAll(":scope > * > .jp-OutputArea-output")]
    .map(output => {
        const copy = output.cloneNode(true);
        copy.querySelectorAll("style, script").forEach(hidden => hidden.remove());
        return copy.textContent;
    }).join("\\n")"""

# The notebook in front; `work` is a body of JavaScript that may await.
_DO = """([work, arg, seconds]) => {
    const app = window.jupyterapp, book = app.shell.currentWidget;
    const AsyncFunction = (async () => {}).constructor;
    const late = new Promise((_, no) =>
        setTimeout(() => no(new Error(`not done in ${seconds} s: ${work}`)), seconds * 1000));
    return Promise.race([new AsyncFunction("app", "book", "arg", work)(app, book, arg), late]);
}"""
_OPENED = """path => {
    const book = window.jupyterapp?.shell?.currentWidget;
    return book?.context?.path === path && book.context.isReady && book.content.isVisible &&
        book.sessionContext.isReady && book.sessionContext.kernelDisplayStatus === "idle";
}"""
_IDLE = """() => {
    const book = window.jupyterapp.shell.currentWidget;
    const waits = book.content.widgets.filter(cell => cell.prompt === "*").length;
    return waits === 0 && book.sessionContext.kernelDisplayStatus === "idle";
}"""


@contextmanager
def new_page(browser: Browser, lab: Lab, **window: int) -> Iterator["Jupyter"]:
    """Give a page for JupyterLab; fail if a script opened a dialog or broke in it.

    *window* says of its ``width`` and ``height``, in pixels, what differs from `WINDOW`.
    """
    context = browser.new_context(viewport=WINDOW | window)
    context.set_default_timeout(STEP_MS)
    try:
        jupyter = Jupyter(context.new_page(), lab)
        yield jupyter
        assert jupyter.dialogs == []
        assert jupyter.faults == []
    finally:
        context.close()
        lab.tidy()


class Jupyter:
    """One page with JupyterLab in it, at which one reader looks."""

    def __init__(self, page: Page, lab: Lab) -> None:
        self.page = page
        self.lab = lab
        self.traffic = Traffic(page)
        """What came over the websockets since the page was opened."""
        self.dialogs: list[str] = []
        """The texts of the dialogs that a script opened, as alert does: each is a fault."""
        self.faults: list[str] = []
        """What no script of the page caught."""
        page.on("dialog", self.close_dialog)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def close_dialog(self, dialog: Any) -> None:
        """Note a dialog that a script opened, and close it; leave a page that is not saved."""
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, path: str) -> "Notebook":
        """Open a notebook of the lab by its address, as from a link, and wait for its kernel.

        *path* is relative to the lab's root: ``my/02-first-map.ipynb``.
        """
        self.page.goto(self.lab.url(path))
        return Notebook(self, path).wait_until_open()

    def open_here(self, path: str) -> "Notebook":
        """Open a notebook as `open` does, in the JupyterLab that this page shows already."""
        if not self.page.url.startswith(self.lab.address):
            return self.open(path)
        self.command("docmanager:open", path=path)
        return Notebook(self, path).wait_until_open()

    def write(self, *cells: str, name: str = "scratch") -> "Notebook":
        """Open a new notebook that has these code cells, none of them executed."""
        path = f"notebooks/{name}.ipynb"
        v4: Any = nbformat.v4
        book = v4.new_notebook(cells=[v4.new_code_cell(text) for text in cells])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(book, self.lab.root / path)
        return self.open(path)

    def do(self, work: str, arg: Any = None, *, seconds: float = 30.0) -> Any:
        """Return what a body of JavaScript returns; it may await, and sees `app`, `book` and `arg`.

        `app` is JupyterLab (``app.commands.execute("notebook:run-cell")``), `book` the notebook
        panel in front. Fails after some seconds.
        """
        return self.page.evaluate(_DO, [work, arg, seconds])

    def command(self, name: str, *, seconds: float = 30.0, **args: Any) -> Any:
        """Execute one of JupyterLab's commands, and return what it returns."""
        work = "const done = await app.commands.execute(arg[0], arg[1]); "
        work += "return typeof done === 'boolean' ? done : null"
        return self.do(work, [name, args], seconds=seconds)

    def wait(self, condition: str, arg: Any = None, *, seconds: float = 30.0) -> None:
        """Wait until a JavaScript function of *arg* returns something true."""
        self.page.wait_for_function(condition, arg=arg, timeout=seconds * 1000)

    def set_theme(self, theme: str) -> None:
        """Change to the theme ``"light"`` or ``"dark"``."""
        self.command("apputils:change-theme", theme=THEMES[theme])
        shown = "light => document.body.dataset.jpThemeLight === light"
        self.wait(shown, "true" if theme == "light" else "false")


class Notebook:
    """An open notebook: what its toolbar and its menus do."""

    def __init__(self, jupyter: Jupyter, path: str) -> None:
        self.jupyter = jupyter
        self.page = jupyter.page
        self.path = path
        self.element = jupyter.page.locator(".jp-NotebookPanel:visible .jp-Notebook")

    @property
    def file(self) -> Path:
        """Where the notebook is stored."""
        return self.jupyter.lab.root / self.path

    def wait_until_open(self) -> "Notebook":
        """Wait until the notebook is shown and its kernel is ready."""
        self.jupyter.wait(_OPENED, self.path, seconds=OPEN_S)
        return self

    def wait_until_idle(self, *, seconds: float = RUN_S) -> None:
        """Wait until no cell runs or waits to."""
        self.jupyter.wait(_IDLE, seconds=seconds)

    @property
    def cells(self) -> list["Cell"]:
        """All cells, prose and code."""
        return [Cell(self, n) for n in range(self.jupyter.do("return book.content.widgets.length"))]

    @property
    def code_cells(self) -> list["Cell"]:
        """The cells with code in them."""
        kinds = self.jupyter.do("return book.content.widgets.map(cell => cell.model.type)")
        return [Cell(self, n) for n, kind in enumerate(kinds) if kind == "code"]

    def cell(self, index: int) -> "Cell":
        """Return a cell by its place, prose counted, from 0 as in the file."""
        return Cell(self, index)

    def failures(self) -> list[str]:
        """Return the tracebacks of all cells, in one line each."""
        return [
            f"{cell}: {output['ename']}: {output['evalue']}"
            for cell in self.code_cells
            for output in cell.shown
            if output["output_type"] == "error"
        ]

    def run_all(self, *, seconds: float = RUN_S) -> bool:
        """Run all cells to the end; return whether none failed."""
        done = self.jupyter.command("notebook:run-all-cells", seconds=seconds)
        self.wait_until_idle(seconds=OPEN_S)
        return done

    def run_above(self, cell: "Cell") -> bool:
        """Run all cells before *cell* to their end; return whether none failed."""
        return self._run_from(cell, "notebook:run-all-above")

    def run_below(self, cell: "Cell") -> bool:
        """Run *cell* and all after it to their end; return whether none failed."""
        return self._run_from(cell, "notebook:run-all-below")

    def _run_from(self, cell: "Cell", command: str) -> bool:
        cell.select()
        self.jupyter.command(command, seconds=RUN_S)
        self.wait_until_idle(seconds=OPEN_S)
        return not self.failures()

    def draw_all(self) -> None:
        """Let the browser draw all cells, those outside the window too, until the page is reloaded.

        A script can then measure any of them; a reader sees no difference.
        """
        self.page.add_style_tag(content=".jp-Cell { content-visibility: visible !important }")

    def violations(self) -> list[tuple["Cell", Violation]]:
        """Return what axe-core finds wrong with the outputs of all cells."""
        self.draw_all()
        shows = [cell for cell in self.code_cells if cell.shown]
        parts = self.element.locator(".jp-CodeCell:not(.jp-mod-noOutputs)").locator(OUTPUTS)
        assert parts.count() == len(shows)
        return [(shows[found.place], found) for found in violations(parts)]

    def save(self) -> None:
        """Store the notebook."""
        self.jupyter.command("docmanager:save")
        self.jupyter.wait("() => !jupyterapp.shell.currentWidget.context.model.dirty")

    def restart(self) -> None:
        """Restart the kernel; outputs stay, variables go."""
        self.jupyter.do("await book.sessionContext.restartKernel()", seconds=OPEN_S)
        self.wait_until_open()

    def reload(self) -> "Notebook":
        """Reload the page, as with F5; what is not saved is lost. The kernel keeps running."""
        self.page.reload()
        return self.wait_until_open()

    def close(self) -> None:
        """Close the notebook's tab, and end its kernel; what is not saved is lost."""
        work = "await book.context.sessionContext.shutdown(); book.context.model.dirty = false;"
        self.jupyter.do(f"{work} book.close()")
        gone = "path => jupyterapp.shell.currentWidget?.context?.path !== path"
        self.jupyter.wait(gone, self.path)

    def reopen(self) -> "Notebook":
        """Close the notebook and open it again from its file, with a new kernel."""
        self.close()
        self.jupyter.command("docmanager:open", path=self.path)
        return self.wait_until_open()


class Cell:
    """A cell of an open notebook."""

    def __init__(self, book: Notebook, index: int) -> None:
        self.book = book
        self.page = book.page
        self.index = index
        self.element = book.element.locator(f'> * .jp-Cell[data-windowed-list-index="{index}"]')
        """The whole cell. Off-screen cells are in the page too, though not drawn."""
        self.outputs = self.element.locator(OUTPUTS)
        """The area with all outputs of the cell."""

    def __repr__(self) -> str:
        return f"cell {self.index} of {self.book.path}"

    def _do(self, work: str, arg: Any = None, *, seconds: float = 30.0) -> Any:
        head = f"const cell = book.content.widgets[{self.index}];"
        return self.book.jupyter.do(head + work, arg, seconds=seconds)

    @property
    def source(self) -> str:
        """The text in the cell's editor."""
        return self._do("return cell.model.sharedModel.source")

    @property
    def count(self) -> int | None:
        """How many executions of the kernel this cell's was, or None."""
        return self._do("return cell.model.executionCount ?? null")

    @property
    def text(self) -> str:
        """What the outputs say, one below the other, drawn or not."""
        return self.outputs.evaluate(_TEXT)

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The outputs as the notebook would store them."""
        return self._do("return cell.model.outputs.toJSON()")

    @property
    def failed(self) -> bool:
        """Whether an output is a traceback."""
        return any(output["output_type"] == "error" for output in self.shown)

    def show(self) -> "Cell":
        """Bring the cell to the upper edge of the window, so that it is drawn."""
        self.element.evaluate("cell => cell.scrollIntoView({block: 'start'})")
        self.page.evaluate("() => new Promise(requestAnimationFrame)")
        return self

    def select(self) -> None:
        """Make this the current cell, in command mode."""
        work = f"book.content.deselectAll(); book.content.activeCellIndex = {self.index};"
        self._do(f"{work} book.content.mode = 'command'; book.content.activate()")

    def run(self, *, seconds: float = RUN_S) -> bool:
        """Run this cell alone to its end, and return whether it did not fail."""
        self.select()
        done = self.book.jupyter.command("notebook:run-cell", seconds=seconds)
        self.book.wait_until_idle(seconds=OPEN_S)
        return done

    def start(self) -> None:
        """Begin to run this cell, and return at once."""
        self.select()
        self.book.jupyter.do("app.commands.execute('notebook:run-cell')")

    def edit(self) -> Locator:
        """Put the cursor at the end of the cell's editor, and return the editor."""
        self.show()
        editor = self.element.locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+End")
        return editor

    def write(self, source: str) -> None:
        """Replace the cell's source."""
        self._do("cell.model.sharedModel.setSource(arg)", source)

    def echo_ms(self, keys: str = "#responsive") -> list[float]:
        """Type into the cell's editor; return for each key the ms from its press to its drawing."""
        return echo_ms(self.edit(), keys)

    def violations(self) -> list[Violation]:
        """Return what axe-core finds wrong with the cell's outputs."""
        self.show()
        return violations(self.outputs)
